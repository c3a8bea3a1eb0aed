// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/aitbc/bridge/verifier/extension"
)

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
