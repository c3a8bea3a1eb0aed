// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"crypto/ecdsa"
	"math/big"
	"slices"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// signedBy is the transaction of a message, signed for a chain and fork.
func signedBy(t testing.TB, key *ecdsa.PrivateKey, chain string, fork uint32, sequence uint64, m transaction.Message) []byte {
	t.Helper()
	body, err := transaction.Encode(sequence, m)
	if err != nil {
		t.Fatal(err)
	}
	tx, err := transaction.Sign(body, message.BridgeID(chain), fork, func(h [32]byte) ([65]byte, error) {
		sig, err := crypto.Sign(h[:], key)
		return [65]byte(sig), err
	})
	if err != nil {
		t.Fatal(err)
	}
	return tx
}

// approval is an approval by member i of a proposal that need not exist.
func approval(t testing.TB, i int, sequence, proposal uint64) []byte {
	t.Helper()
	who, key := account(t, i)
	return signedBy(t, key, testChain, 1, sequence, &committeev1.MsgApprove{Sender: who[:], Proposal: proposal})
}

// large is a transaction of member i with exactly transaction.MaxTxBytes.
func large(t testing.TB, i int, sequence uint64) []byte {
	t.Helper()
	who, key := account(t, i)
	probe := signedBy(t, key, testChain, 1, sequence, &committeev1.MsgDeal{Sender: who[:], Ceremony: 1, Dealing: make([]byte, transaction.MaxTxBytes-1000)})
	tx := signedBy(t, key, testChain, 1, sequence, &committeev1.MsgDeal{
		Sender: who[:], Ceremony: 1, Dealing: make([]byte, transaction.MaxTxBytes-1000+transaction.MaxTxBytes-len(probe)),
	})
	if len(tx) != transaction.MaxTxBytes {
		t.Fatalf("%d bytes", len(tx))
	}
	return tx
}

func (n *network) check(tx []byte) *abci.ResponseCheckTx {
	n.t.Helper()
	r, err := n.apps[0].CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_New})
	n.must(err)
	return r
}

func (n *network) recheck(tx []byte) uint32 {
	n.t.Helper()
	r, err := n.apps[0].CheckTx(&abci.RequestCheckTx{Tx: tx, Type: abci.CheckTxType_Recheck})
	n.must(err)
	return r.Code
}

// result is what transaction i behind the last commit came to in the newest block.
func (n *network) result(i int) *abci.ExecTxResult {
	n.t.Helper()
	r := n.results[len(n.results)-1].TxResults
	if len(r) <= i+1 {
		n.t.Fatalf("%d results, want that of transaction %d", len(r), i)
	}
	return r[i+1]
}

func (n *network) sequence(i int) uint64 {
	n.t.Helper()
	ctx, err := n.apps[0].CreateQueryContext(n.height, false)
	n.must(err)
	who, _ := account(n.t, i)
	v, found, err := n.apps[0].committee.ValidatorByOperator(ctx, who)
	if err != nil || !found {
		n.t.Fatalf("validator of %s: %t, %v", who, found, err)
	}
	return v.Sequence
}

// started is a network after some blocks.
func started(t testing.TB, blocks int) *network {
	t.Helper()
	n := newNetwork(t)
	n.must(n.start())
	for range blocks {
		n.step()
	}
	return n
}

// TestTransactionsRefused: the mempool, an honest proposer and those who judge a proposal
// refuse the same.
func TestTransactionsRefused(t *testing.T) {
	me, key := account(t, 0)
	stranger, strange := account(t, 77)
	say := func(sender message.Address) *committeev1.MsgApprove {
		return &committeev1.MsgApprove{Sender: sender[:], Proposal: 1}
	}
	good := signedBy(t, key, testChain, 1, 0, say(me))
	resigned := func(change func(sig []byte)) []byte {
		var tx committeev1.Tx
		if err := tx.Unmarshal(good); err != nil {
			t.Fatal(err)
		}
		change(tx.Signature)
		b, err := tx.Marshal()
		if err != nil {
			t.Fatal(err)
		}
		return b
	}
	for _, c := range []struct {
		name      string
		tx        []byte
		code      uint32
		codespace string
	}{
		{"good", good, 0, ""},
		{"another network", signedBy(t, key, "aitbc-test-2", 1, 0, say(me)), CodeSender, committee.Codespace},
		{"another fork", signedBy(t, key, testChain, 2, 0, say(me)), CodeSender, committee.Codespace},
		{"signed by another member", signedBy(t, key, testChain, 1, 0, say(other(t, 1))), CodeSignature, committee.Codespace},
		{"other recovery id", resigned(func(s []byte) { s[64] ^= 1 }), CodeSender, committee.Codespace},
		{"changed sender", flip(good, 6), CodeSender, committee.Codespace},
		{"changed proposal", signedBodyChanged(t, good), CodeSender, committee.Codespace},
		{"high s", resigned(func(s []byte) {
			v := new(big.Int).SetBytes(s[32:64])
			v.Sub(crypto.S256().Params().N, v).FillBytes(s[32:64])
			s[64] ^= 1
		}), 2, "sdk"},
		{"recovery id 27", resigned(func(s []byte) { s[64] += 27 }), 2, "sdk"},
		{"stranger", signedBy(t, strange, testChain, 1, 0, say(stranger)), CodeSender, committee.Codespace},
		{"sequence ahead", signedBy(t, key, testChain, 1, 1, say(me)), CodeSequence, committee.Codespace},
		{"junk", []byte("junk"), 2, "sdk"},
		{"empty", nil, 2, "sdk"},
		{"largest", large(t, 0, 0), 0, ""},
		{"too large", append(large(t, 0, 0), 0), 2, "sdk"},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := started(t, 2)
			n.t = t
			if r := n.check(c.tx); r.Code != c.code || r.Codespace != c.codespace {
				t.Errorf("mempool: code %d of %q (%s), want %d of %q", r.Code, r.Codespace, r.Log, c.code, c.codespace)
			}
			honest := n.propose()
			if got := n.accepts(append(honest[:1:1], c.tx)); got != (c.code == 0) {
				t.Errorf("proposal accepted %t", got)
			}
			n.mempool = [][]byte{c.tx}
			if got := len(n.propose()) == 2; got != (c.code == 0) {
				t.Errorf("proposed %t", got)
			}
		})
	}
}

func other(t testing.TB, i int) message.Address {
	t.Helper()
	a, _ := account(t, i)
	return a
}

func flip(b []byte, at int) []byte {
	out := bytes.Clone(b)
	out[at] ^= 0xff
	return out
}

// signedBodyChanged is well formed, with the signature of another body.
func signedBodyChanged(t testing.TB, raw []byte) []byte {
	t.Helper()
	tx, body, err := transaction.Decode(raw)
	if err != nil {
		t.Fatal(err)
	}
	body.GetApprove().Proposal++
	if tx.Body, err = body.Marshal(); err != nil {
		t.Fatal(err)
	}
	out, err := tx.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestRemovedValidatorsSayNothing: a record that is kept for evidence speaks no more.
func TestRemovedValidatorsSayNothing(t *testing.T) {
	for _, status := range []committeev1.Status{committeev1.Status_STATUS_MEMBER, committeev1.Status_STATUS_REMOVED} {
		n := newNetwork(t)
		g := &n.genesis.Committee
		all, err := committee.GenesisValidators(g)
		n.must(err)
		if status == committeev1.Status_STATUS_REMOVED {
			gone := bytes.Repeat([]byte{9}, 32) // the key of nobody else
			operator := other(t, 9)
			v := committeev1.Validator{ConsPubkey: gone, ConsAddress: ed25519.PubKey(gone).Address(), Operator: operator[:], DealingKey: dealingKey(9), Status: status}
			all = append(all, v)
			slices.SortFunc(all, func(a, b committeev1.Validator) int { return bytes.Compare(a.ConsAddress, b.ConsAddress) })
		}
		g.Validators = all
		n.must(n.start())
		n.step()
		n.step()
		i := 0
		if status == committeev1.Status_STATUS_REMOVED {
			i = 9
		}
		want := uint32(0)
		if i == 9 {
			want = CodeSender
		}
		if r := n.check(approval(t, i, 0, 1)); r.Code != want {
			t.Errorf("%s: code %d (%s), want %d", status, r.Code, r.Log, want)
		}
		if got := n.accepts(append(n.propose(), approval(t, i, 0, 1))); got != (want == 0) {
			t.Errorf("%s: proposal accepted %t", status, got)
		}
	}
}

// TestNothingIsSimulated: a query runs no message.
func TestNothingIsSimulated(t *testing.T) {
	n := started(t, 2)
	for name, tx := range map[string][]byte{"a member's": approval(t, 0, 0, 1), "junk": []byte("junk")} {
		r, err := n.apps[0].Query(t.Context(), &abci.RequestQuery{Path: "app/simulate", Data: tx})
		if err != nil || r.Code == 0 {
			t.Errorf("%s: code %d, %v", name, r.GetCode(), err)
		}
	}
	if n.sequence(0) != 0 {
		t.Errorf("sequence %d", n.sequence(0))
	}
}

// TestReplay: a transaction counts once, in the mempool, in proposals, in blocks.
func TestReplay(t *testing.T) {
	n := started(t, 2)
	tx := approval(t, 0, 0, 1)
	if r := n.check(tx); r.Code != 0 {
		t.Fatalf("first: %s", r.Log)
	}
	if r := n.check(tx); r.Code != CodeSequence {
		t.Errorf("second, in the mempool: code %d", r.Code)
	}
	n.mempool = [][]byte{tx, tx}
	if p := n.propose(); len(p) != 2 {
		t.Fatalf("%d transactions proposed", len(p))
	}
	if n.accepts(append(n.propose(), tx)) {
		t.Error("accepted twice in one proposal")
	}
	n.step()
	if n.sequence(0) != 1 {
		t.Fatalf("sequence %d", n.sequence(0))
	}
	if code := n.recheck(tx); code != CodeSequence {
		t.Errorf("stays in the mempool after its block: code %d", code)
	}
	if p := n.propose(); len(p) != 1 {
		t.Errorf("proposed again: %d transactions", len(p))
	}
	if n.accepts(append(n.propose(), tx)) {
		t.Error("accepted in the next block")
	}
	// A block that was decided all the same gives it no effect.
	n.decide(append(n.propose(), tx))
	if r := n.result(0); r.Code != CodeSequence || n.sequence(0) != 1 {
		t.Errorf("in a block: code %d, sequence %d", r.Code, n.sequence(0))
	}
}

// TestSequencesRace: of two transactions for one place one enters; the other is refused, and
// what its sender built upon it waits for it or goes.
func TestSequencesRace(t *testing.T) {
	n := started(t, 2)
	a, b, next := approval(t, 0, 0, 1), approval(t, 0, 0, 2), approval(t, 0, 1, 3)
	for _, c := range []struct {
		tx   []byte
		want uint32
	}{{next, CodeSequence}, {a, 0}, {b, CodeSequence}, {next, 0}} {
		if r := n.check(c.tx); r.Code != c.want {
			t.Errorf("code %d (%s), want %d", r.Code, r.Log, c.want)
		}
	}
	// Another proposer had b.
	n.mempool = [][]byte{b}
	n.step()
	if r := n.result(0); r.Code != committee.CodeRefused || n.sequence(0) != 1 {
		t.Fatalf("code %d (%s), sequence %d", r.Code, r.Log, n.sequence(0))
	}
	if code := n.recheck(a); code != CodeSequence {
		t.Errorf("the loser: code %d", code)
	}
	if code := n.recheck(next); code != 0 {
		t.Errorf("the next one: code %d", code)
	}
}

// TestMempoolIsBounded: what one sender can have waiting does not grow with what it sends, and
// who is no operator has no place at all.
func TestMempoolIsBounded(t *testing.T) {
	n := started(t, 2)
	stranger, key := account(t, 50)
	for i := range uint64(50) {
		if r := n.check(signedBy(t, key, testChain, 1, i, &committeev1.MsgApprove{Sender: stranger[:], Proposal: 1})); r.Code != CodeSender {
			t.Fatalf("stranger's transaction %d: code %d", i, r.Code)
		}
	}
	for i := range uint64(MaxSenderTxs) {
		tx := approval(t, 0, i, 1)
		if r := n.check(tx); r.Code != 0 {
			t.Fatalf("transaction %d: %s", i, r.Log)
		}
		n.mempool = append(n.mempool, tx)
	}
	more := approval(t, 0, MaxSenderTxs, 1)
	if r := n.check(more); r.Code != CodeBusy {
		t.Fatalf("one too many: code %d", r.Code)
	}
	if r := n.check(approval(t, 1, 0, 1)); r.Code != 0 {
		t.Fatalf("another member's: %s", r.Log)
	}
	n.step()
	if got := n.sequence(0); got != MaxSenderTxs {
		t.Fatalf("sequence %d after a block with all", got)
	}
	if r := n.check(more); r.Code != 0 {
		t.Fatalf("after the block: %s", r.Log)
	}
}

func TestNoStateNoTransactions(t *testing.T) {
	n := started(t, 0)
	if r := n.check(approval(t, 0, 0, 1)); r.Code != CodeBusy {
		t.Errorf("before the first block: code %d (%s)", r.Code, r.Log)
	}
	if p := n.propose(); len(p) != 0 {
		t.Errorf("%d transactions in the first block", len(p))
	}
}

// TestFailingMessageCostsItsSequence and nothing else.
func TestFailingMessageCostsItsSequence(t *testing.T) {
	n := started(t, 2)
	before := n.records()
	n.mempool = [][]byte{approval(t, 2, 0, 99)}
	n.step()
	r := n.result(0)
	if r.Code != committee.CodeRefused || r.Codespace != committee.Codespace || !strings.Contains(r.Log, "unknown proposal") {
		t.Fatalf("code %d of %s: %s", r.Code, r.Codespace, r.Log)
	}
	var changed []string
	for key, value := range n.records() {
		if before[key] != value {
			changed = append(changed, key)
		}
	}
	if len(changed) != 1 || !strings.Contains(changed[0], string(n.keys[2].PubKey().Address())) || n.sequence(2) != 1 {
		t.Fatalf("changed records %q, sequence %d", changed, n.sequence(2))
	}
}

// records is the store of committee.
func (n *network) records() map[string]string {
	n.t.Helper()
	ctx, err := n.apps[0].CreateQueryContext(n.height, false)
	n.must(err)
	out := make(map[string]string)
	it := ctx.KVStore(n.apps[0].CommitMultiStore().(*rootmulti.Store).StoreKeysByName()[committee.StoreKey]).Iterator(nil, nil)
	for ; it.Valid(); it.Next() {
		out[string(it.Key())] = string(it.Value())
	}
	n.must(it.Close())
	return out
}
