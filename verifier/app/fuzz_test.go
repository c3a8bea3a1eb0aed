// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"runtime/metrics"
	"strings"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/transaction"
)

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// speaking is a network after three blocks whose members say something.
func speaking(t testing.TB) *network {
	n := newNetwork(t)
	n.genesis.Lanes.Streams = []lanesv1.Stream{{Index: 1, Chain: 31337, Manager: bytes.Repeat([]byte{1}, 20), Finality: 3, Epoch: 1, Stride: 2, StartBlock: 1}}
	n.must(n.start())
	for i, v := range n.voters {
		v.extend = func(a extension.Agenda) []byte {
			b, err := extension.Encode(&extension.Extension{
				Fork: a.Fork, Boot: uint64(i + 1),
				Votes: []extension.Vote{{Stream: 1, End: 9, BlockHash: [32]byte{1}, MessageCount: 1, LeafCount: 1, PeaksHash: [32]byte{2}, Root: [32]byte{3}, Endpoints: 1}},
			})
			n.must(err)
			return b
		}
	}
	n.step()
	n.step(3)
	n.step()
	return n
}

// FuzzCommit: against one last commit exactly one injected commit passes, byte for byte
// (I-01, I-09).
func FuzzCommit(f *testing.F) {
	n := speaking(f)
	honest, err := n.last.Marshal()
	n.must(err)
	keys := map[string][]byte{}
	for _, k := range n.keys {
		keys[string(k.PubKey().Address())] = k.PubKey().Bytes()
	}
	last := plain(n.last)
	f.Add(honest)
	f.Add([]byte{})
	f.Add(bytes.Repeat([]byte{0x12, 0}, 100))                     // entries of nothing
	f.Add([]byte{0x12, 0xff, 0xff, 0xff, 0xff, 0x07})             // an entry of two gigabytes
	f.Add(append(bytes.Clone(honest), 0x98, 0x06, 1))             // a field that nobody knows
	f.Add(append([]byte{0x08, 0}, honest...))                     // a zero that is not written
	f.Add(append(bytes.Clone(honest), honest[len(honest)/2:]...)) // more entries
	for i := range honest {
		if i%29 == 0 {
			other := bytes.Clone(honest)
			other[i] ^= 0x40
			f.Add(other)
		}
	}
	f.Fuzz(func(t *testing.T, tx []byte) {
		before := allocated()
		c, err := decodeCommit(tx)
		if used := allocated() - before; used > 1<<20+256*uint64(len(tx)) {
			t.Errorf("%d bytes took %d bytes of memory", len(tx), used)
		}
		if err == nil {
			err = checkCommit(testChain, n.height+1, c, last, keys)
		}
		if (err == nil) != bytes.Equal(tx, honest) {
			t.Fatalf("another commit than the honest one, or the honest one refused: %v", err)
		}
		if err != nil {
			if !errors.Is(err, ErrProposal) {
				t.Fatalf("error of another kind: %v", err)
			}
			if c != nil {
				_ = memberVotes(c)
				_ = heardOf(c, n.apps[0].self, uint64(n.height), 1)
			}
			return
		}
		if got := memberVotes(c); len(got) != len(c.Votes) {
			t.Errorf("%d votes of %d entries", len(got), len(c.Votes))
		}
	})
}

// FuzzGenesis: an app_state is refused, or it is written as it was read and a chain
// starts from it or says why not.
func FuzzGenesis(f *testing.F) {
	n := speaking(f)
	good, err := json.Marshal(n.genesis)
	n.must(err)
	f.Add(good)
	for _, s := range []string{"", "{}", "null", "[]", "{}{}", `{"committee":null}`, `{"committee":{"epoch":{"members":[{}]}}}`, `{"certify":{"records":[{"key":"00"}]}}`} {
		f.Add([]byte(s))
	}
	for _, change := range [][2]string{
		{`"fork":1`, `"fork":4294967295`}, {`"threshold":3`, `"threshold":4`}, {`"threshold":3`, `"threshold":-1`}, {`"stride":2`, `"stride":18446744073709551615`},
		{`"records":null`, `"records":[{"key":"01","value":"0000000000000001"}]`},
	} {
		if !strings.Contains(string(good), change[0]) {
			f.Fatalf("the genesis file has no %s any more", change[0])
		}
		f.Add([]byte(strings.Replace(string(good), change[0], change[1], 1)))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		g, err := ParseGenesis(b)
		if err != nil {
			if !errors.Is(err, ErrGenesis) {
				t.Errorf("error of another kind: %v", err)
			}
			return
		}
		_ = CheckStart(&g, 1, n.request.ConsensusParams)
		if g.Validate() != nil {
			return
		}
		text, err := json.Marshal(g)
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseGenesis(text)
		if err != nil {
			t.Fatalf("written as what is refused: %v", err)
		}
		if same, err := json.Marshal(again); err != nil || !bytes.Equal(same, text) {
			t.Errorf("written as something else: %v", err)
		}
		a, err := New(log.NewNopLogger(), dbm.NewMemDB(), testChain, Silent{}, Options{SyncPruning: true})
		if err != nil {
			t.Fatal(err)
		}
		r := *n.request
		r.AppStateBytes = b
		_, _ = a.InitChain(&r)
	})
}

// FuzzQuery: no question to the state panics, whoever asks and however.
func FuzzQuery(f *testing.F) {
	n := speaking(f)
	page, err := (&certifyv1.QueryCertificatesRequest{Stream: 1, After: ^uint64(0), Limit: ^uint32(0)}).Marshal()
	n.must(err)
	one, err := (&certifyv1.QueryStreamStatusRequest{Stream: 1}).Marshal()
	n.must(err)
	for _, path := range []string{
		"committee.v1.Query/Network", "committee.v1.Query/Members", "lanes.v1.Query/Streams", "lanes.v1.Query/Stream", "certify.v1.Query/Certificates",
		"certify.v1.Query/StreamStatus", "certify.v1.Query/Session", "certify.v1.Query/Sessions", "certify.v1.Query/Members",
	} {
		for _, data := range [][]byte{nil, page, one, {0x08, 0xff}, {0x12, 0xff, 0xff, 0xff, 0xff, 0x0f}} {
			f.Add("/aitbc.bridge."+path, data, int64(0))
		}
	}
	f.Add("/store/certify/key", []byte{1}, int64(1))
	f.Add("/store/certify/subspace", []byte{}, int64(3))
	f.Add("/app/simulate", []byte{1}, int64(-1))
	f.Add("/p2p/filter/addr/x", []byte{}, int64(1)<<62)
	f.Add("", []byte{}, int64(0))
	a := n.apps[0]
	leaves := NewLeafServer(noLeaves{})
	f.Fuzz(func(t *testing.T, path string, data []byte, height int64) {
		r, err := a.Query(t.Context(), &abci.RequestQuery{Path: path, Data: data, Height: height})
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		if r.Code == sdkerrors.ErrPanic.ABCICode() && r.Codespace == sdkerrors.ErrPanic.Codespace() {
			t.Errorf("%s: %s", path, r.Log)
		}
		var q certifyv1.QueryLeavesRequest
		if q.Unmarshal(data) == nil {
			_, _ = leaves.Leaves(t.Context(), &q)
		}
	})
}

// noLeaves says how much it was asked for.
type noLeaves struct{}

func (noLeaves) Leaves(_ uint16, _ uint64, limit int) ([]certifyv1.Leaf, bool, error) {
	if limit < 1 || limit > MaxLeaves {
		panic("a page of another size")
	}
	return nil, true, nil
}

// FuzzTransactions: whatever a member signs, every node answers alike, at the same cost, and no
// handler panics (I-06).
func FuzzTransactions(f *testing.F) {
	n := speaking(f)
	who, key := account(f, 0)
	seed := func(m transaction.Message) {
		body, err := transaction.Encode(0, m)
		n.must(err)
		f.Add(body)
	}
	seed(&committeev1.MsgCommitDealing{Sender: who[:], Ceremony: 1, Hash: make([]byte, 32)})
	seed(&committeev1.MsgDeal{Sender: who[:], Ceremony: 1, Dealing: make([]byte, 500)})
	seed(&committeev1.MsgCheck{Sender: who[:], Ceremony: 1, Complaints: [][]byte{{1}, {2}}})
	seed(&committeev1.MsgReady{Sender: who[:], Ceremony: 1, Proof: make([]byte, 97)})
	seed(&committeev1.MsgApprove{Sender: who[:], Proposal: 1})
	for _, p := range []committeev1.Payload{
		{}, {Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{Add: []committeev1.NewMember{{Moniker: "a"}}, Remove: [][]byte{who[:]}}}},
		{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{Stream: lanesv1.Stream{Chain: 1, Manager: who[:], Finality: 3, Epoch: 1, Stride: 2}}}},
		{Kind: &committeev1.Payload_Halt{Halt: &committeev1.Halt{Chain: 1, Manager: who[:], Scope: make([]byte, 32), NotAfter: 1}}},
		{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: "v2", Height: 9}}},
	} {
		seed(&committeev1.MsgPropose{Sender: who[:], Payload: p})
	}
	var states []sdk.Context
	for _, a := range n.apps[:2] {
		ctx, err := a.CreateQueryContext(n.height, false)
		n.must(err)
		states = append(states, ctx.WithBlockTime(time.Unix(n.height, 0)))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, err := transaction.Sign(body, message.BridgeID(testChain), 1, func(h [32]byte) ([65]byte, error) {
			sig, err := crypto.Sign(h[:], key)
			return [65]byte(sig), err
		})
		if err != nil {
			return // larger than a transaction may be
		}
		tx, err := decodeTx(raw)
		if err != nil {
			return
		}
		var first string
		for i, a := range n.apps[:2] {
			ctx, _ := states[i].CacheContext()
			ctx, err := a.ante(ctx, tx, false)
			said := fmt.Sprint(err)
			if err == nil {
				m := tx.GetMsgs()[0]
				r, err := a.MsgServiceRouter().Handler(m)(ctx, m)
				said = fmt.Sprint(r, err)
			}
			said += fmt.Sprint(ctx.GasMeter().GasConsumed())
			if i == 0 {
				first = said
			} else if said != first {
				t.Fatalf("two nodes, two answers:\n%s\n%s", first, said)
			}
		}
	})
}
