// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"sort"
	"strings"
	"testing"
	"time"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cryptoenc "github.com/cometbft/cometbft/crypto/encoding"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	"github.com/consensys/gnark-crypto/ecc/secp256k1"
	dbm "github.com/cosmos/cosmos-db"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

const testChain = "aitbc-test-1"

type scripted struct {
	extend    func(extension.Agenda) []byte
	committed []uint64
}

func (s *scripted) Extend(a extension.Agenda) []byte { return s.extend(a) }
func (s *scripted) Committed(a extension.Agenda)     { s.committed = append(s.committed, a.Height) }

type network struct {
	t       *testing.T
	keys    []ed25519.PrivKey // by address
	apps    []*App
	voters  []*scripted
	height  int64
	last    abci.ExtendedCommitInfo
	genesis Genesis
	request *abci.RequestInitChain
}

func silent(extension.Agenda) []byte { return nil }

func newNetwork(t *testing.T) *network {
	t.Helper()
	n := &network{t: t}
	for i := range 4 {
		n.keys = append(n.keys, ed25519.GenPrivKeyFromSecret([]byte(fmt.Sprint("member ", i))))
	}
	sort.Slice(n.keys, func(i, j int) bool {
		return bytes.Compare(n.keys[i].PubKey().Address(), n.keys[j].PubKey().Address()) < 0
	})
	_, g := secp256k1.Generators()
	x := g.X.Bytes()
	point := append([]byte{2}, x[:]...)
	n.genesis.Committee = committeev1.GenesisState{Fork: 1, Epoch: committeev1.Epoch{Number: 1, Threshold: 3, KeyVersion: 1, GroupKey: x[:]}}
	cp := cmttypes.DefaultConsensusParams()
	cp.ABCI.VoteExtensionsEnableHeight = 1
	params := cp.ToProto()
	n.request = &abci.RequestInitChain{ChainId: testChain, Time: time.Unix(1, 0), ConsensusParams: &params, InitialHeight: 1}
	for i, k := range n.keys {
		pub := k.PubKey()
		n.genesis.Committee.Epoch.Members = append(n.genesis.Committee.Epoch.Members,
			committeev1.Member{Index: uint32(i + 1), ConsAddress: pub.Address(), ConsPubkey: pub.Bytes(), PublicShare: point})
		p, err := cryptoenc.PubKeyToProto(pub)
		if err != nil {
			t.Fatal(err)
		}
		n.request.Validators = append(n.request.Validators, abci.ValidatorUpdate{PubKey: p, Power: 10})
	}
	return n
}

func (n *network) start() error {
	b, err := json.Marshal(n.genesis)
	if err != nil {
		return err
	}
	n.request.AppStateBytes = b
	for _, k := range n.keys {
		v := &scripted{extend: silent}
		a, err := New(log.NewNopLogger(), dbm.NewMemDB(), testChain, v, Options{ConsAddress: k.PubKey().Address().Bytes()})
		if err != nil {
			return err
		}
		r := *n.request
		r.Validators = append([]abci.ValidatorUpdate(nil), n.request.Validators...)
		if _, err := a.InitChain(&r); err != nil {
			return err
		}
		n.apps, n.voters = append(n.apps, a), append(n.voters, v)
	}
	return nil
}

func plain(c abci.ExtendedCommitInfo) abci.CommitInfo {
	out := abci.CommitInfo{Round: c.Round}
	for _, v := range c.Votes {
		out.Votes = append(out.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return out
}

func (n *network) propose() [][]byte {
	n.t.Helper()
	p, err := n.apps[int(n.height)%4].PrepareProposal(&abci.RequestPrepareProposal{Height: n.height + 1, LocalLastCommit: n.last, MaxTxBytes: 1 << 20, Txs: [][]byte{[]byte("from the mempool")}})
	if err != nil {
		n.t.Fatal(err)
	}
	return p.Txs
}

func (n *network) accepts(txs [][]byte) bool {
	n.t.Helper()
	r, err := n.apps[0].ProcessProposal(&abci.RequestProcessProposal{Height: n.height + 1, Txs: txs, ProposedLastCommit: plain(n.last)})
	if err != nil {
		n.t.Fatal(err)
	}
	return r.Status == abci.ResponseProcessProposal_ACCEPT
}

// step makes one block with the members of absent silent.
func (n *network) step(absent ...int) {
	n.t.Helper()
	h, txs := n.height+1, n.propose()
	var next abci.ExtendedCommitInfo
	for i, a := range n.apps {
		p, err := a.ProcessProposal(&abci.RequestProcessProposal{Height: h, Txs: txs, ProposedLastCommit: plain(n.last)})
		if err != nil || p.Status != abci.ResponseProcessProposal_ACCEPT {
			n.t.Fatalf("height %d member %d: status %v, err %v", h, i+1, p.GetStatus(), err)
		}
		e, err := a.ExtendVote(n.t.Context(), &abci.RequestExtendVote{Height: h})
		if err != nil {
			n.t.Fatal(err)
		}
		v := abci.ExtendedVoteInfo{Validator: abci.Validator{Address: n.keys[i].PubKey().Address(), Power: 10}, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
		away := false
		for _, x := range absent {
			away = away || x == i
		}
		if !away {
			sig, err := n.keys[i].Sign(cmttypes.VoteExtensionSignBytes(testChain, &cmtproto.Vote{Height: h, Extension: e.VoteExtension}))
			if err != nil {
				n.t.Fatal(err)
			}
			v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagCommit, e.VoteExtension, sig
		}
		next.Votes = append(next.Votes, v)
	}
	var root []byte
	for i, a := range n.apps {
		r, err := a.FinalizeBlock(&abci.RequestFinalizeBlock{Height: h, Txs: txs, DecidedLastCommit: plain(n.last), Time: time.Unix(h, 0)})
		if err != nil {
			n.t.Fatal(err)
		}
		if i == 0 {
			root = r.AppHash
		} else if !bytes.Equal(root, r.AppHash) {
			n.t.Fatalf("height %d: app hash of member %d differs", h, i+1)
		}
		if _, err := a.Commit(); err != nil {
			n.t.Fatal(err)
		}
	}
	n.height, n.last = h, next
}

func TestNetworkReachesHeightTen(t *testing.T) {
	n := newNetwork(t)
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	// Member 2's voter says hello with its boot, member 3's panics, member 4's breaks the codec.
	n.voters[1].extend = func(a extension.Agenda) []byte {
		b, err := extension.Encode(&extension.Extension{Fork: a.Fork, Boot: 1 << 30})
		if err != nil {
			t.Error(err)
		}
		return b
	}
	n.voters[2].extend = func(extension.Agenda) []byte { panic("broken voter") }
	n.voters[3].extend = func(extension.Agenda) []byte { return bytes.Repeat([]byte{1}, 4096) }
	for range 10 {
		n.step(int(n.height) % 4)
	}
	if v := n.voters[0].committed; len(v) != 10 || v[9] != 10 {
		t.Fatalf("committed heights %v", v)
	}
	for _, v := range n.last.Votes {
		if len(v.VoteExtension) > extension.MaxBytes {
			t.Fatal("an extension over the cap left a node")
		}
	}
}

func TestProposals(t *testing.T) {
	n := newNetwork(t)
	if err := n.start(); err != nil {
		t.Fatal(err)
	}
	if n.accepts([][]byte{[]byte("x")}) {
		t.Error("a transaction in the first block was accepted")
	}
	n.step()
	n.step(3)
	edit := func(change func(*abci.ExtendedCommitInfo)) func([][]byte) [][]byte {
		return func(txs [][]byte) [][]byte {
			var c abci.ExtendedCommitInfo
			if err := c.Unmarshal(txs[0]); err != nil {
				t.Fatal(err)
			}
			change(&c)
			b, err := c.Marshal()
			if err != nil {
				t.Fatal(err)
			}
			return [][]byte{b}
		}
	}
	cases := []struct {
		name string
		make func([][]byte) [][]byte
		ok   bool
	}{
		{"unmodified", func(x [][]byte) [][]byte { return x }, true},
		{"missing commit", func([][]byte) [][]byte { return nil }, false},
		{"further transaction", func(x [][]byte) [][]byte { return append(x[:1:1], []byte("tx")) }, false},
		{"trailing bytes", func(x [][]byte) [][]byte { return [][]byte{append(bytes.Clone(x[0]), 0x98, 0x06, 1)} }, false},
		{"no protobuf", func([][]byte) [][]byte { return [][]byte{[]byte("junk")} }, false},
		{"forged extension under the absent flag", edit(func(c *abci.ExtendedCommitInfo) { c.Votes[3].VoteExtension = []byte("forged") }), false},
		{"honest vote flagged absent and forged", edit(func(c *abci.ExtendedCommitInfo) {
			c.Votes[0].BlockIdFlag, c.Votes[0].VoteExtension, c.Votes[0].ExtensionSignature = cmtproto.BlockIDFlagAbsent, []byte("forged"), nil
		}), false},
		{"honest vote flagged absent", edit(func(c *abci.ExtendedCommitInfo) {
			c.Votes[0].BlockIdFlag, c.Votes[0].ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil
		}), false},
		{"signature under the absent flag", edit(func(c *abci.ExtendedCommitInfo) { c.Votes[3].ExtensionSignature = make([]byte, 64) }), false},
		{"altered extension", edit(func(c *abci.ExtendedCommitInfo) { c.Votes[0].VoteExtension = []byte("x") }), false},
		{"signature missing", edit(func(c *abci.ExtendedCommitInfo) { c.Votes[0].ExtensionSignature = nil }), false},
		{"wrong order", edit(func(c *abci.ExtendedCommitInfo) { c.Votes[0], c.Votes[1] = c.Votes[1], c.Votes[0] }), false},
		{"dropped entry", edit(func(c *abci.ExtendedCommitInfo) { c.Votes = c.Votes[:3] }), false},
		{"added entry", edit(func(c *abci.ExtendedCommitInfo) { c.Votes = append(c.Votes, c.Votes[0]) }), false},
		{"other power", edit(func(c *abci.ExtendedCommitInfo) { c.Votes[0].Validator.Power = 11 }), false},
		{"other round", edit(func(c *abci.ExtendedCommitInfo) { c.Round = 1 }), false},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := n.accepts(c.make(n.propose())); got != c.ok {
				t.Fatalf("accepted %t, want %t", got, c.ok)
			}
		})
	}
}

func TestGenesisRefused(t *testing.T) {
	cases := []struct {
		name   string
		change func(*network)
		want   string
	}{
		{"no key", func(n *network) { n.genesis.Committee.Epoch.GroupKey = nil }, "group_key"},
		{"zero key", func(n *network) { n.genesis.Committee.Epoch.GroupKey = make([]byte, 32) }, "group_key"},
		{"zero fork", func(n *network) { n.genesis.Committee.Fork = 0 }, "fork"},
		{"low threshold", func(n *network) { n.genesis.Committee.Epoch.Threshold = 2 }, "threshold"},
		{"wrong index", func(n *network) { n.genesis.Committee.Epoch.Members[0].Index = 2 }, "index"},
		{"unequal power", func(n *network) { n.request.Validators[2].Power = 11 }, "power"},
		{"validator missing", func(n *network) { n.request.Validators = n.request.Validators[:3] }, "3 validators, 4 members"},
		{"extensions later", func(n *network) { n.request.ConsensusParams.Abci.VoteExtensionsEnableHeight = 2 }, "vote_extensions_enable_height"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			n := newNetwork(t)
			c.change(n)
			err := n.start()
			if !errors.Is(err, ErrGenesis) || !strings.Contains(err.Error(), c.want) {
				t.Fatalf("err %v, want ErrGenesis naming %q", err, c.want)
			}
		})
	}
	for _, text := range []string{"", "{}x", `{"unknown":1}`, `{"committee":{"x":1}}`} {
		if _, err := ParseGenesis([]byte(text)); !errors.Is(err, ErrGenesis) {
			t.Errorf("%q: err %v", text, err)
		}
	}
}
