// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

func TestBirth(t *testing.T) {
	w := newNet(t, 4, inMemory)
	w.until("birth", w.epoch(1))
	w.whole()
	if len(w.texts) > 0 {
		t.Errorf("refused: %v", w.texts)
	}
	if c := w.ceremony(0); len(c.Qualified) != 4 || c.Number != 1 {
		t.Errorf("ceremony %d of dealers %v", c.Number, c.Qualified)
	}
}

// The files of real homes, encrypted; one process starts anew for every block.
func TestBirthInRealHomes(t *testing.T) {
	password, err := keystore.NewPassword([]byte("a password of a test"))
	must(t, err)
	w := newNet(t, 2, func(i int) Files {
		return Dir{Path: filepath.Join(t.TempDir(), "keys"), Password: password}
	})
	for _, n := range w.nodes {
		// The directory is made with the first file; an agent looks at it before.
		d := n.files.(Dir)
		must(t, keystore.SaveDealingKey(filepath.Join(d.Path, "dealing.json"), n.dealing, password))
	}
	w.nodes[0].restless = true
	w.until("birth", w.epoch(1))
	w.nodes[1].start()
	w.whole()
}

// A process that ends at any place where something outlives it, and is started again on its home,
// makes no difference to what comes out.
func TestKilledAnywhere(t *testing.T) {
	for die := 1; ; die++ {
		w := newNet(t, 4, inMemory)
		n := w.nodes[1]
		n.die = die
		w.until("birth", w.epoch(1))
		w.whole()
		must(t, w.keeper.ChangeMembers(w.ctx, &committeev1.MemberChange{}))
		w.until("refresh", w.epoch(2))
		w.whole()
		for number := uint64(1); number <= 2; number++ {
			if c := w.ceremony(number); slices.ContainsFunc(c.Dealers, func(d committeev1.Dealer) bool { return d.Disqualified != "" }) || c.Phase != committeev1.Phase_PHASE_DONE {
				t.Fatalf("killed at %d: ceremony %d: %v", die, number, c.Dealers)
			}
			if c := w.ceremony(number); slices.ContainsFunc(c.Receivers, func(r committeev1.Receiver) bool { return !r.Ready }) {
				t.Fatalf("killed at %d: not all were ready", die)
			}
		}
		if t.Failed() {
			t.Fatalf("killed at %d", die)
		}
		if n.steps < die {
			if die < 20 {
				t.Fatalf("%d places, want more", die)
			}
			return
		}
	}
}

func TestLostSeed(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[2]
	w.until("hashes", w.phase(committeev1.Phase_PHASE_DEAL))
	must(t, n.files.EraseSeed(1))
	n.pending = nil // before it has shown anything
	n.start()
	w.until("birth", w.epoch(1))
	d := dealerOf(ptr(w.ceremony(1)), n.cons.Address())
	if d.Disqualified == "" || d.Dealt {
		t.Errorf("dealer without its seed: %v", d)
	}
	w.whole() // it received all the same
	if seeds, _ := n.files.Seeds(); len(seeds) > 0 {
		t.Errorf("a seed was made anew for %v", seeds)
	}
}

func TestLostSeedIsLoud(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[2]
	n.edit = func(m transaction.Message) transaction.Message {
		if _, ok := m.(*committeev1.MsgDeal); ok {
			return nil // so that the phase goes on
		}
		return m
	}
	w.until("hashes", w.phase(committeev1.Phase_PHASE_DEAL))
	must(t, n.files.EraseSeed(1))
	n.start()
	if err := n.step(); !errors.Is(err, ErrNoSeed) {
		t.Errorf("have %v", err)
	}
	if s := n.agent.Status(); len(s.Trouble) != 1 || !strings.Contains(s.Trouble[0], "seed") {
		t.Errorf("status %v", s)
	}
}

func TestForeignHash(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[2]
	n.edit = func(m transaction.Message) transaction.Message {
		if c, ok := m.(*committeev1.MsgCommitDealing); ok {
			return &committeev1.MsgCommitDealing{Sender: c.Sender, Ceremony: c.Ceremony, Hash: slices.Repeat([]byte{7}, 32)}
		}
		return m
	}
	w.until("hashes", w.phase(committeev1.Phase_PHASE_DEAL))
	n.start()
	if err := n.step(); !errors.Is(err, ErrForeignHash) {
		t.Errorf("have %v", err)
	}
}

func TestAbsentInReadyRecovers(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[3]
	w.until("complaints", w.phase(committeev1.Phase_PHASE_READY))
	must(t, n.files.EraseShare(ShareName{1, 1}))
	n.pending = nil
	n.start()
	n.off = true
	w.until("birth", w.epoch(1))
	if r := receiverOf(ptr(w.ceremony(1)), n.cons.Address()); r.Ready {
		t.Fatal("it was ready")
	}
	n.off = false
	w.whole()
}

// A share that was lost long after the ceremony comes back from the dealings.
func TestLostShareRecovers(t *testing.T) {
	w := newNet(t, 4, inMemory)
	w.until("birth", w.epoch(1))
	w.whole()
	n := w.nodes[0]
	must(t, n.files.EraseShare(ShareName{1, 1}))
	n.start()
	w.whole()
}

func TestAbortedThenAgain(t *testing.T) {
	w := newNet(t, 4, inMemory)
	w.mute = true // everybody is ready, nobody signs
	w.until("abort", w.phase(committeev1.Phase_PHASE_ABORTED))
	w.block()
	for _, n := range w.nodes {
		if names, _ := n.files.Shares(); len(names) > 0 || len(n.shares) > 0 {
			t.Errorf("shares of the aborted attempt are left: %v, %d", names, len(n.shares))
		}
	}
	w.mute = false
	w.until("birth", w.epoch(1))
	w.whole()
	if e := w.active(); e.Ceremony != 2 {
		t.Errorf("epoch 1 by ceremony %d", e.Ceremony)
	}
}

// A node that sleeps through the abort holds a share of the same epoch number; it is not taken for the new one.
func TestAbortedWhileAsleep(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[0]
	w.mute = true
	w.until("test", w.phase(committeev1.Phase_PHASE_TEST))
	if names, _ := n.files.Shares(); len(names) != 1 {
		t.Fatalf("holds %v", names)
	}
	n.off = true
	w.until("abort", w.phase(committeev1.Phase_PHASE_ABORTED))
	w.mute = false
	w.until("next attempt", func() bool { return w.ceremony(0).Number == 2 && w.ceremony(0).Phase == committeev1.Phase_PHASE_READY })
	n.off = false
	w.until("birth", w.epoch(1))
	w.whole()
}

func TestMembersComeAndGo(t *testing.T) {
	w := newNet(t, 4, inMemory)
	w.until("birth", w.epoch(1))
	w.whole()
	key := w.active().GroupKey
	fifth := w.join(4, inMemory(4))
	first := w.nodes[0]
	must(t, w.keeper.ChangeMembers(w.ctx, &committeev1.MemberChange{Add: []committeev1.NewMember{fifth.newMember()}}))
	w.until("join", w.epoch(2))
	w.whole()
	if e := w.active(); len(e.Members) != 5 || string(e.GroupKey) != string(key) {
		t.Fatalf("%d members under key %x", len(e.Members), e.GroupKey)
	}
	must(t, w.keeper.ChangeMembers(w.ctx, &committeev1.MemberChange{Remove: [][]byte{first.cons.Address()}}))
	w.until("leave", w.epoch(3))
	w.whole()
	if e := w.active(); len(e.Members) != 4 || string(e.GroupKey) != string(key) {
		t.Fatalf("%d members under key %x", len(e.Members), e.GroupKey)
	}
	if names, _ := first.files.Shares(); len(names) > 0 || len(first.shares) > 0 {
		t.Errorf("who left still has %v, %d", names, len(first.shares))
	}
}

// Where the signer keeps the shares, the home has none, and a reshare works all the same.
func TestSignerKeepsShares(t *testing.T) {
	w := newNet(t, 4, inMemory)
	for _, n := range w.nodes {
		n.apart, n.restless = true, true
		n.start()
	}
	w.until("birth", w.epoch(1))
	must(t, w.keeper.ChangeMembers(w.ctx, &committeev1.MemberChange{}))
	w.until("refresh", w.epoch(2))
	w.block()
	for i, n := range w.nodes {
		if names, _ := n.files.Shares(); len(names) > 0 {
			t.Errorf("home %d holds %v", i, names)
		}
		if len(n.shares) != 1 || n.shares[2].KeyEpoch != 2 {
			t.Errorf("signer %d holds %d shares", i, len(n.shares))
		}
	}
	for number := uint64(1); number <= 2; number++ {
		if c := w.ceremony(number); slices.ContainsFunc(c.Dealers, func(d committeev1.Dealer) bool { return d.Disqualified != "" }) {
			t.Errorf("ceremony %d: %v", number, c.Dealers)
		}
	}
}

// A dealer that gives one receiver a wrong share is found out by that receiver's complaint.
func TestWrongShareIsComplainedAbout(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[1]
	other, err := keystore.NewDealingKey(bridgeID)
	must(t, err)
	c := func() committeev1.Ceremony { return w.ceremony(1) }
	spoil := func() []byte {
		d := dealerOf(ptr(c()), n.cons.Address())
		p, err := committee.DKGParams(ptr(c()))
		must(t, err)
		p.Receivers[3].Key = other.Public // the last receiver cannot read its share
		seed, err := n.agent.seedOf(ptr(c()), d)
		must(t, err)
		dealing, err := dkg.Deal(p, frost.Index(d.Index), seed, nil)
		must(t, err)
		return dealing.Bytes()
	}
	n.edit = func(m transaction.Message) transaction.Message {
		switch m := m.(type) {
		case *committeev1.MsgCommitDealing:
			return &committeev1.MsgCommitDealing{Sender: m.Sender, Ceremony: m.Ceremony, Hash: hashOf(t, ptr(c()), n, spoil())}
		case *committeev1.MsgDeal:
			return &committeev1.MsgDeal{Sender: m.Sender, Ceremony: m.Ceremony, Dealing: spoil()}
		}
		return m
	}
	// Its own agent would not show a dealing whose hash it does not know.
	n.view = func(s *State) {
		if d := dealerOf(&s.Ceremony, n.cons.Address()); s.Ceremony.Phase == committeev1.Phase_PHASE_DEAL {
			_, hash, err := n.agent.dealing(&s.Ceremony, d)
			must(t, err)
			d.Hash = hash[:]
		}
	}
	w.until("birth", w.epoch(1))
	if d := dealerOf(ptr(c()), n.cons.Address()); d.Disqualified != committee.WrongShare || !d.Dealt {
		t.Errorf("hostile dealer: %v, refused %v", d, w.texts)
	}
	w.whole()
}

// A state that records another result than its dealings give is not helped along.
func TestMismatch(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[1]
	n.view = func(s *State) {
		if s.Ready.Number == 1 {
			m := s.Ready.Members
			m[0].PublicShare, m[1].PublicShare = m[1].PublicShare, m[0].PublicShare
		}
	}
	w.until("result", w.phase(committeev1.Phase_PHASE_READY))
	n.start()
	if err := n.step(); !errors.Is(err, ErrMismatch) {
		t.Errorf("have %v", err)
	}
	w.until("birth", w.epoch(1))
	if r := receiverOf(ptr(w.ceremony(1)), n.cons.Address()); r.Ready || len(n.journal) > 0 {
		t.Errorf("it was ready %t, vouched for %d", r.Ready, len(n.journal))
	}
}

// The same when the state changes its mind after this member has its share.
func TestMismatchAfterTheShare(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[1]
	w.mute = true
	w.until("test", w.phase(committeev1.Phase_PHASE_TEST))
	if names, _ := n.files.Shares(); len(names) != 1 {
		t.Fatalf("holds %v", names)
	}
	clear(n.journal)
	n.view = func(s *State) {
		e, me := &s.Ready, memberOf(&s.Ready, n.cons.Address()).Index
		i, j := me%4, (me+1)%4 // two others
		e.Members[i].PublicShare, e.Members[j].PublicShare = e.Members[j].PublicShare, e.Members[i].PublicShare
		set := committee.MemberSetHash(e)
		r := s.Pending[0].Ready
		r.MemberSetHash = set[:]
		d := message.Ready{BridgeID: bridgeID, KeyEpoch: r.KeyEpoch, MemberSetHash: set, Height: r.Height}.Digest()
		s.Pending[0].Digest = d[:]
	}
	n.start()
	if err := n.step(); !errors.Is(err, ErrMismatch) {
		t.Errorf("have %v", err)
	}
	if len(n.journal) > 0 {
		t.Error("it vouched for that")
	}
	n.view = nil
	n.start()
	if err := n.step(); err != nil || len(n.journal) != 1 {
		t.Errorf("the real state: %v, vouched for %d", err, len(n.journal))
	}
}

// While the chain is ahead of the state nothing is said, made or erased.
func TestCatchingUp(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[1]
	n.behind = true
	w.until("birth without it", w.epoch(1))
	if names, _ := n.files.Shares(); n.steps > 0 || len(names) > 0 {
		t.Errorf("%d acts, holds %v", n.steps, names)
	}
	must(t, n.files.SaveShare(ShareName{9, 9}, keystore.Share{KeyEpoch: 9})) // of a later state
	n.behind = false
	w.block()
	w.block()
	names, _ := n.files.Shares()
	if !slices.Equal(names, []ShareName{{1, 1}, {9, 9}}) {
		t.Errorf("holds %v", names)
	}
}

func TestWrongDealingKey(t *testing.T) {
	w := newNet(t, 4, inMemory)
	n := w.nodes[1]
	other, err := keystore.NewDealingKey(bridgeID)
	must(t, err)
	n.dealing = other
	n.start()
	w.until("checks", w.phase(committeev1.Phase_PHASE_COMPLAIN))
	n.start()
	if err := n.step(); !errors.Is(err, ErrNoDealingKey) {
		t.Errorf("have %v", err)
	}
	w.until("birth without it", w.epoch(1))
}

func TestNothingPrintsSecrets(t *testing.T) {
	s := Seed{0: 0x5e, 1: 0xc2}
	w := newNet(t, 1, inMemory)
	w.until("birth", w.epoch(1))
	a := w.nodes[0].agent
	a.secrets[7], a.seed = frost.Scalar(s), &seeded{1, s}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%x", "%d", "%q"} {
		if out := fmt.Sprintf(verb, []any{s, &s, seeded{1, s}, a, struct{ A *Agent }{a}}); strings.Contains(strings.ToLower(out), "5ec2") || strings.Contains(out, "94 194") {
			t.Errorf("%s: %s", verb, out)
		}
	}
}
