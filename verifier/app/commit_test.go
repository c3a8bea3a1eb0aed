// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"errors"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/extension"
)

// TestCommitRules: a commit that breaks one rule is refused by exactly that rule. Without the
// rule the case is accepted or another rule speaks, so each rule has a test of its own.
func TestCommitRules(t *testing.T) {
	n := newNetwork(t)
	n.must(n.start())
	n.voters[0].extend = func(a extension.Agenda) []byte {
		b, err := extension.Encode(&extension.Extension{Fork: a.Fork, Boot: 7})
		n.must(err)
		return b
	}
	n.step()
	n.step() // all four are present
	keys := map[string][]byte{}
	for _, k := range n.keys {
		keys[string(k.PubKey().Address())] = k.PubKey().Bytes()
	}
	absent := func(v *abci.ExtendedVoteInfo) {
		*v = abci.ExtendedVoteInfo{Validator: v.Validator, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
	}
	stranger := ed25519.GenPrivKeyFromSecret([]byte("stranger"))
	type world struct {
		commit abci.ExtendedCommitInfo // what the proposer injects
		last   abci.CommitInfo         // what CometBFT checked
		keys   map[string][]byte
	}
	cases := []struct {
		name, rule string
		change     func(*world)
	}{
		{"unmodified", "", func(*world) {}},
		{"one absent on both sides", "", func(w *world) { absent(&w.commit.Votes[3]); w.last.Votes[3].BlockIdFlag = cmtproto.BlockIDFlagAbsent }},
		{"another round", ruleRound, func(w *world) { w.commit.Round = 1 }},
		{"an entry dropped", ruleEntries, func(w *world) { w.commit.Votes = w.commit.Votes[:3] }},
		{"an entry twice", ruleEntries, func(w *world) { w.commit.Votes = append(w.commit.Votes, w.commit.Votes[0]) }},
		{"another order", ruleAddress, func(w *world) {
			w.commit.Votes[0], w.commit.Votes[1] = w.commit.Votes[1], w.commit.Votes[0]
		}},
		{"more power", rulePower, func(w *world) { w.commit.Votes[0].Validator.Power = 11 }},
		{"no power", rulePower, func(w *world) {
			w.commit.Votes[0].Validator.Power, w.last.Votes[0].Validator.Power = 0, 0
		}},
		// A quorum is left without the entry, so nothing but the flag tells.
		{"present member flagged absent", ruleFlag, func(w *world) { absent(&w.commit.Votes[0]) }},
		{"present member flagged nil", ruleFlag, func(w *world) {
			absent(&w.commit.Votes[0])
			w.commit.Votes[0].BlockIdFlag = cmtproto.BlockIDFlagNil
		}},
		{"absent member flagged present", ruleFlag, func(w *world) { w.last.Votes[0].BlockIdFlag = cmtproto.BlockIDFlagAbsent }},
		{"extension without the flag", ruleUnsigned, func(w *world) {
			absent(&w.commit.Votes[0])
			w.commit.Votes[0].VoteExtension = []byte("forged")
			w.last.Votes[0].BlockIdFlag = cmtproto.BlockIDFlagAbsent
		}},
		{"signature without the flag", ruleUnsigned, func(w *world) {
			absent(&w.commit.Votes[0])
			w.commit.Votes[0].ExtensionSignature = make([]byte, 64)
			w.last.Votes[0].BlockIdFlag = cmtproto.BlockIDFlagAbsent
		}},
		{"unknown key", ruleKey, func(w *world) { delete(w.keys, string(w.commit.Votes[0].Validator.Address)) }},
		{"altered extension", ruleSignature, func(w *world) { w.commit.Votes[0].VoteExtension = []byte("x") }},
		{"extension dropped", ruleSignature, func(w *world) { w.commit.Votes[0].VoteExtension = nil }},
		{"signature missing", ruleSignature, func(w *world) { w.commit.Votes[0].ExtensionSignature = nil }},
		{"signed by another", ruleSignature, func(w *world) {
			w.keys[string(w.commit.Votes[0].Validator.Address)] = stranger.PubKey().Bytes()
		}},
		{"extension of another height", ruleSignature, func(w *world) {
			w.commit.Votes[0] = n.entry(0, n.height-1, w.commit.Votes[0].VoteExtension)
		}},
		{"two of four", ruleQuorum, func(w *world) {
			for _, i := range []int{0, 1} {
				absent(&w.commit.Votes[i])
				w.last.Votes[i].BlockIdFlag = cmtproto.BlockIDFlagAbsent
			}
		}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			w := world{commit: abci.ExtendedCommitInfo{Round: n.last.Round}, last: plain(n.last), keys: map[string][]byte{}}
			w.commit.Votes = append(w.commit.Votes, n.last.Votes...)
			for a, k := range keys {
				w.keys[a] = k
			}
			c.change(&w)
			err := checkCommit(testChain, n.height+1, &w.commit, w.last, w.keys)
			if c.rule == "" {
				if err != nil {
					t.Fatal(err)
				}
				return
			}
			if !errors.Is(err, ErrProposal) || ruleOf(err) != c.rule {
				t.Fatalf("err %v, rule %q, want %q", err, ruleOf(err), c.rule)
			}
		})
	}
}

// Two thirds exactly are no quorum.
func TestQuorumIsMoreThanTwoThirds(t *testing.T) {
	n := newNetwork(t)
	n.keys = n.keys[:3]
	keys := map[string][]byte{}
	var c abci.ExtendedCommitInfo
	for i, k := range n.keys {
		keys[string(k.PubKey().Address())] = k.PubKey().Bytes()
		c.Votes = append(c.Votes, n.entry(i, 4, nil))
	}
	if err := checkCommit(testChain, 5, &c, plain(c), keys); err != nil {
		t.Fatal(err)
	}
	c.Votes[2] = abci.ExtendedVoteInfo{Validator: c.Votes[2].Validator, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
	if err := checkCommit(testChain, 5, &c, plain(c), keys); ruleOf(err) != ruleQuorum {
		t.Fatalf("err %v", err)
	}
}

// TestOneEncoding: bytes that decode to the commit but are not its encoding are refused, so
// that nothing can hide in a block (I-09).
func TestOneEncoding(t *testing.T) {
	n := newNetwork(t)
	n.must(n.start())
	n.step()
	good := n.propose()[0]
	if _, err := decodeCommit(good); err != nil {
		t.Fatal(err)
	}
	for name, tx := range map[string][]byte{
		"junk":                []byte("junk"),
		"unknown field":       append(bytes.Clone(good), 0x98, 0x06, 1),
		"round given as zero": append([]byte{0x08, 0x00}, good...),
		"cut":                 good[:len(good)-1],
	} {
		if _, err := decodeCommit(tx); ruleOf(err) != ruleEncoding || !errors.Is(err, ErrProposal) {
			t.Errorf("%s: err %v", name, err)
		}
	}
}

// TestOversizedExtensionIsCarried: a precommit that came late was judged by nobody, yet its entry
// must be carried as it is. The honest proposer's block is accepted, the extension counts as
// garbled, and the chain goes on.
func TestOversizedExtensionIsCarried(t *testing.T) {
	n := newNetwork(t)
	n.must(n.start())
	n.step()
	n.step()
	n.last.Votes[2] = n.entry(2, n.height, bytes.Repeat([]byte{1}, 900_000))
	for range 2 {
		n.step()
	}
	a := n.apps[0]
	ctx, err := a.CreateQueryContext(n.height, false)
	n.must(err)
	q, err := certify.NewQueryServer(a.certify).Members(ctx, nil)
	n.must(err)
	for i, m := range q.Members {
		want := uint32(0)
		if i == 2 {
			want = 1
		}
		if m.Garbled.Count != want {
			t.Errorf("member %d: garbled %d, want %d", i+1, m.Garbled.Count, want)
		}
	}
	var named bool
	for _, f := range a.Observed().Faults {
		named = named || f.Kind == FaultIgnored && f.Rule == ruleUndecodable && f.Count == 1 && bytes.Equal(f.Address, n.keys[2].PubKey().Address())
	}
	if !named {
		t.Errorf("not observed: %+v", a.Observed().Faults)
	}
}

// TestBlocksHoldTheWorstCommit: a genesis whose blocks cannot carry f extensions of CometBFT's own
// size limit would stop every proposer.
func TestBlocksHoldTheWorstCommit(t *testing.T) {
	n := newNetwork(t)
	n.request.ConsensusParams.Block.MaxBytes = MinBlockBytes(4) - 1
	n.request.ConsensusParams.Evidence.MaxBytes = 1000
	if err := n.start(); !errors.Is(err, ErrGenesis) {
		t.Fatalf("err %v", err)
	}
	n = newNetwork(t)
	n.request.ConsensusParams.Block.MaxBytes = MinBlockBytes(4)
	n.must(n.start())
}

// TestHeardIsOfThisFork: an extension that the member signed at the same height of a fork that was
// left behind can be put in its place by a proposer; it is not the member's word.
func TestHeardIsOfThisFork(t *testing.T) {
	n := newNetwork(t)
	self := n.keys[1].PubKey().Address().Bytes()
	say := func(fork uint32) []byte {
		b, err := extension.Encode(&extension.Extension{Fork: fork, Boot: 9})
		n.must(err)
		return b
	}
	for _, c := range []struct {
		name string
		said []byte
		flag cmtproto.BlockIDFlag
		want bool
	}{
		{"this fork", say(2), cmtproto.BlockIDFlagCommit, true},
		{"older fork", say(1), cmtproto.BlockIDFlagCommit, false},
		{"undecodable: only the key's holder can sign it", []byte("junk"), cmtproto.BlockIDFlagCommit, true},
		{"empty", nil, cmtproto.BlockIDFlagCommit, false},
		{"nil vote", say(2), cmtproto.BlockIDFlagNil, false},
	} {
		v := n.entry(1, 9, c.said)
		v.BlockIdFlag = c.flag
		got := heardOf(&abci.ExtendedCommitInfo{Votes: []abci.ExtendedVoteInfo{n.entry(0, 9, say(2)), v}}, self, 9, 2)
		if have := got.Height == 9 && bytes.Equal(got.Extension, c.said); have != c.want {
			t.Errorf("%s: heard %+v", c.name, got)
		}
	}
}
