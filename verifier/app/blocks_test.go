// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// TestHostileProposer: what a proposer can do with transactions is leave them out and choose
// the order between senders.
func TestHostileProposer(t *testing.T) {
	n := started(t, 3)
	a0, a1, b0 := approval(t, 0, 0, 1), approval(t, 0, 1, 1), approval(t, 1, 0, 1)
	stranger, key := account(t, 60)
	strange := signedBy(t, key, testChain, 1, 0, &committeev1.MsgApprove{Sender: stranger[:], Proposal: 1})
	commit := n.propose()[0]
	many := func(member, count int) (out [][]byte) {
		for i := range count {
			out = append(out, approval(t, member, uint64(i), 1))
		}
		return out
	}
	var fat [][]byte
	for i := range 4 {
		fat = append(fat, large(t, i, 0))
	}
	for _, c := range []struct {
		name string
		txs  [][]byte
		ok   bool
	}{
		{"all", [][]byte{a0, a1, b0}, true},
		{"some left out", [][]byte{a0}, true},
		{"all left out", nil, true},
		{"other order between senders", [][]byte{b0, a0, a1}, true},
		{"other order of one sender", [][]byte{a1, a0}, false},
		{"first of a sender left out", [][]byte{a1, b0}, false},
		{"one twice", [][]byte{a0, a0}, false},
		{"a stranger's", [][]byte{a0, strange}, false},
		{"altered", [][]byte{flip(a0, len(a0)-5)}, false},
		{"junk at the end", [][]byte{a0, []byte("junk")}, false},
		{"the last commit again", [][]byte{commit}, false},
		{"as many of one sender as fit", many(0, MaxSenderTxs), true},
		{"one more of that sender", many(0, MaxSenderTxs+1), false},
		{"as many bytes as fit", fat, true},
		{"more bytes", append(fat[:4:4], approval(t, 0, 1, 1)), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			n.t = t
			if got := n.accepts(append([][]byte{commit}, c.txs...)); got != c.ok {
				t.Fatalf("accepted %t, want %t", got, c.ok)
			}
		})
	}
	n.t = t
	if n.accepts([][]byte{a0, commit}) {
		t.Error("the last commit is not the first")
	}
	for _, f := range n.apps[0].Observed().Faults {
		if f.Kind != FaultProposal || f.Rule != ruleTransactions && f.Rule != ruleEncoding {
			t.Errorf("fault %+v", f)
		}
	}
}

// TestBlocksAreBounded by number, too: with more senders than the network here has.
func TestBlocksAreBounded(t *testing.T) {
	r := newBlockRoom(1 << 40)
	tx := func(sender int) *operatorTx {
		who := message.Address{byte(sender), 1}
		return &operatorTx{raw: make([]byte, 100), message: &committeev1.MsgApprove{Sender: who[:]}}
	}
	taken := 0
	for i := range 2 * MaxTxs {
		if x := tx(i % 100); r.fits(x.raw) && r.take(x) {
			taken++
		}
	}
	if taken != MaxTxs {
		t.Errorf("%d transactions, at most %d", taken, MaxTxs)
	}
	if r := newBlockRoom(txBytes(make([]byte, 100))); !r.fits(make([]byte, 100)) || r.fits(make([]byte, 101)) {
		t.Error("the bytes that CometBFT leaves are not the bound")
	}
	if r := newBlockRoom(-1); r.fits(nil) {
		t.Error("a transaction where not even the commit fits")
	}
}

// TestCommitComesFirst: however little room there is, the last commit is proposed whole, and
// nothing is proposed that others refuse.
func TestCommitComesFirst(t *testing.T) {
	n := started(t, 2)
	n.mempool = [][]byte{approval(t, 0, 0, 1), approval(t, 1, 0, 1), approval(t, 0, 1, 1)}
	full := n.propose()
	if len(full) != 4 {
		t.Fatalf("%d transactions", len(full))
	}
	size := txBytes(full[0])
	for _, c := range []struct {
		room int64
		want int
	}{
		{0, 1}, {size - 1, 1}, {size, 1}, {size + txBytes(full[1]) - 1, 1}, {size + txBytes(full[1]), 2},
		{size + txBytes(full[1]) + txBytes(full[2]), 3}, {1 << 20, 4},
	} {
		p, err := n.apps[1].PrepareProposal(&abci.RequestPrepareProposal{Height: n.height + 1, LocalLastCommit: n.last, MaxTxBytes: c.room, Txs: n.mempool})
		n.must(err)
		if len(p.Txs) != c.want || !bytes.Equal(p.Txs[0], full[0]) {
			t.Errorf("room of %d: %d transactions, want %d", c.room, len(p.Txs), c.want)
		}
		if !n.accepts(p.Txs) {
			t.Errorf("room of %d: an honest proposal is refused", c.room)
		}
	}
}

// TestBlocksWithTransactionsAreDeterministic: decide compares the four members at each height;
// a fifth node that saw no proposal and no mempool comes to the same (I-06).
func TestBlocksWithTransactionsAreDeterministic(t *testing.T) {
	n := started(t, 2)
	for round := range uint64(6) {
		n.mempool = nil
		for i := range 4 {
			n.mempool = append(n.mempool, n.proposing(i, round*2, &committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: round + 1}}}))
			n.mempool = append(n.mempool, approval(t, i, round*2+1, round+1))
		}
		n.step(int(round) % 4)
	}
	a, err := n.open(0, dbm.NewMemDB(), Silent{})
	n.must(err)
	n.must(n.birth(a))
	codes := make(map[uint32]int)
	for i, block := range n.blocks {
		r, err := a.FinalizeBlock(block)
		n.must(err)
		if !bytes.Equal(r.AppHash, n.hashes[i]) {
			t.Fatalf("height %d: app hash %x, was %x", block.Height, r.AppHash, n.hashes[i])
		}
		for j, x := range r.TxResults {
			was := n.results[i].TxResults[j]
			if x.Code != was.Code || x.GasUsed != was.GasUsed || !bytes.Equal(x.Data, was.Data) {
				t.Fatalf("height %d transaction %d: %v, was %v", block.Height, j, x, was)
			}
			if j > 0 {
				codes[x.Code]++
			}
		}
		_, err = a.Commit()
		n.must(err)
	}
	if codes[0] == 0 || codes[committee.CodeRefused] == 0 {
		t.Fatalf("the test proves little: results %v", codes)
	}
}

// proposing is the transaction by which member i proposes p.
func (n *network) proposing(i int, sequence uint64, p *committeev1.Payload) []byte {
	n.t.Helper()
	who, key := account(n.t, i)
	return signedBy(n.t, key, testChain, 1, sequence, &committeev1.MsgPropose{Sender: who[:], Payload: *p})
}
