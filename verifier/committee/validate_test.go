// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"crypto/sha256"
	"slices"
	"strings"
	"testing"

	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// stream is a deterministic reader for the dealer: the test needs a real group, not a secret one.
type stream struct{ state [32]byte }

func (s *stream) Read(p []byte) (int, error) {
	for i := 0; i < len(p); i += 32 {
		s.state = sha256.Sum256(s.state[:])
		copy(p[i:], s.state[:])
	}
	return len(p), nil
}

func genesis(t *testing.T) committeev1.GenesisState {
	t.Helper()
	g, _, err := frost.Deal(&stream{}, 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	var keys []ed25519.PubKey
	for i := range 4 {
		keys = append(keys, ed25519.GenPrivKeyFromSecret([]byte{byte(i)}).PubKey().(ed25519.PubKey))
	}
	slices.SortFunc(keys, func(a, b ed25519.PubKey) int { return bytes.Compare(a.Address(), b.Address()) })
	e := committeev1.Epoch{Number: 1, KeyVersion: 1, Threshold: 3, GroupKey: bytes.Clone(g.Key[:])}
	for i, k := range keys {
		e.Members = append(e.Members, committeev1.Member{
			Index: uint32(i + 1), ConsAddress: k.Address(), ConsPubkey: k, PublicShare: bytes.Clone(g.Public[i][:]),
		})
	}
	return committeev1.GenesisState{Fork: 1, Epoch: e}
}

func TestValidate(t *testing.T) {
	for _, c := range []struct {
		name, want string
		change     func(*committeev1.GenesisState)
	}{
		{"good", "", func(*committeev1.GenesisState) {}},
		{"zero fork", "committee.fork", func(g *committeev1.GenesisState) { g.Fork = 0 }},
		{"zero epoch", "epoch.number", func(g *committeev1.GenesisState) { g.Epoch.Number = 0 }},
		{"zero key version", "epoch.key_version", func(g *committeev1.GenesisState) { g.Epoch.KeyVersion = 0 }},
		{"zero threshold", "epoch.threshold", func(g *committeev1.GenesisState) { g.Epoch.Threshold = 0 }},
		{"lower threshold", "epoch.threshold", func(g *committeev1.GenesisState) { g.Epoch.Threshold = 2 }},
		{"zero group key", "epoch.group_key", func(g *committeev1.GenesisState) { g.Epoch.GroupKey = make([]byte, 32) }},
		{"short group key", "31 bytes", func(g *committeev1.GenesisState) { g.Epoch.GroupKey = g.Epoch.GroupKey[:31] }},
		{"no members", "epoch.members", func(g *committeev1.GenesisState) { g.Epoch.Members = nil }},
		{"index", "members[1]", func(g *committeev1.GenesisState) { g.Epoch.Members[1].Index = 3 }},
		{"order", "not above", func(g *committeev1.GenesisState) {
			m := g.Epoch.Members
			m[0].ConsAddress, m[1].ConsAddress = m[1].ConsAddress, m[0].ConsAddress
			m[0].ConsPubkey, m[1].ConsPubkey = m[1].ConsPubkey, m[0].ConsPubkey
		}},
		{"address of another", "not of cons_pubkey", func(g *committeev1.GenesisState) {
			g.Epoch.Members[0].ConsAddress = bytes.Clone(g.Epoch.Members[0].ConsAddress)
			g.Epoch.Members[0].ConsAddress[0] ^= 1
		}},
		{"zero operator", "operator", func(g *committeev1.GenesisState) { g.Epoch.Members[0].Operator = "0x" + strings.Repeat("0", 40) }},
		{"share off the curve", "public_share", func(g *committeev1.GenesisState) { g.Epoch.Members[0].PublicShare = make([]byte, 33) }},
		{"share of another member", "group", func(g *committeev1.GenesisState) {
			g.Epoch.Members[3].PublicShare = g.Epoch.Members[0].PublicShare
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			g := genesis(t)
			c.change(&g)
			err := Validate(g)
			if (err == nil) != (c.want == "") || err != nil && !strings.Contains(err.Error(), c.want) {
				t.Fatalf("have %v, want %q", err, c.want)
			}
		})
	}
}

func TestThreshold(t *testing.T) {
	for n, want := range map[int]int{1: 1, 3: 3, 4: 3, 7: 5, 10: 7, 100: 67} {
		if got := Threshold(n); got != want {
			t.Errorf("n = %d: have %d, want %d", n, got, want)
		}
	}
}
