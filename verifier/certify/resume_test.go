// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"errors"
	"slices"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
)

// resume does what a passed proposal does, in the state that the next block writes to.
func (n *testNet) resume(chain bool, member []byte) (sdk.Events, error) {
	ctx := sdk.NewContext(n.ms, cmtproto.Header{Height: n.h}, false, log.NewNopLogger())
	err := n.k.Resume(ctx, chain, member)
	n.ms.Commit()
	return ctx.EventManager().Events(), err
}

// halted is a chain of four, two of whom equivocated: the second one halted it.
func halted(t *testing.T) *testNet {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2)
	n.blocks(2)
	n.equivocate(1, 1, 9, 7)
	n.equivocate(2, 1, 9, 7)
	if n.agenda(3).Halted == "" {
		t.Fatal("not halted")
	}
	return n
}

// A chain that halted certifies nothing, and signs halt orders, rotations and the statement of
// a new committee: they are what leads out of it.
func TestHaltedChainSignsStatements(t *testing.T) {
	n := halted(t)
	n.vote(1, 13, 0, 1, 2, 3, 4)
	n.ask(1, kindHalt, 1, 1, 2, 3, 4) // member 1 is suspended
	n.blocks(2)
	for _, v := range n.nodes[1:] {
		if a := n.agenda(int(v.index)); a.Halted == "" || len(a.Sessions) != 1 || a.Sessions[0].Statement == nil || a.Streams[0].Target != 0 {
			t.Fatalf("agenda of a chain that halted: %+v", a)
		}
	}
	n.until(1, 3)
	n.join()
	n.deal(false, 2, 3, 4, 5)
	n.ask(2, kindReady, 2, 2, 3, 4, 5)
	n.until(2, 6)
	n.activate()
	n.blocks(8)
	if _, ok := n.newest(1); ok || len(n.sessions()) != 0 || n.agenda(5).Halted == "" {
		t.Fatal("a new key epoch ended the halt")
	}
	if _, err := n.resume(true, nil); err != nil {
		t.Fatal(err)
	}
	n.vote(1, 17, 0, 3, 4, 5)
	n.blocks(8)
	if c, ok := n.newest(1); !ok || c.Epoch != 2 {
		t.Fatalf("after the resume: %+v", c)
	}
	n.certified(1, 17, 0)
}

// A halt that comes while a statement is signed leaves its sessions open.
func TestHaltLeavesStatementsOpen(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.ask(1, kindHalt, 1, 2, 3, 4)
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.blocks(2)
	if len(n.sessions()) != 2 {
		t.Fatalf("%d sessions", len(n.sessions()))
	}
	first := n.sessions()[0]
	n.equivocate(1, 1, 9, 7)
	n.equivocate(2, 1, 9, 7)
	open := n.sessions()
	if n.agenda(1).Halted == "" || len(open) != 1 || open[0].Number != first.Number || first.Statement != 1 {
		t.Fatalf("sessions %+v", open)
	}
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.until(1, 3)
}

// Resume lifts the halt alone: who was suspended stays so, and who equivocates again has the
// chain halted again.
func TestResumeTheChain(t *testing.T) {
	n := halted(t)
	events, err := n.resume(true, nil)
	if err != nil || len(events) != 1 || events[0].Type != EventResumed {
		t.Fatalf("%v, %v", events, err)
	}
	if a := n.agenda(2); a.Halted != "" || a.Suspended || !n.agenda(1).Suspended {
		t.Fatalf("%+v", a)
	}
	if p := n.members().Members; p[0].Suspension == nil || p[1].Equivocations.Count != 1 || len(p[1].Evidence) != 1 {
		t.Fatalf("evidence or suspension is gone: %+v", p)
	}
	n.vote(1, 13, 0, 2, 3, 4)
	n.blocks(5)
	n.certified(1, 13, 0)
	n.vote(1, 17, 0, 2)
	n.blocks(2)
	n.equivocate(2, 1, 17, 7)
	if n.count(EventHalt)+len(n.agenda(2).Halted) == 0 {
		t.Fatal("a further equivocation does not halt")
	}
}

func TestResumeAMember(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1)
	n.blocks(2)
	n.equivocate(1, 1, 9, 7)
	if !n.agenda(1).Suspended {
		t.Fatal("not suspended")
	}
	if _, err := n.resume(false, n.nodes[0].addr[:]); err != nil {
		t.Fatal(err)
	}
	if n.agenda(1).Suspended || n.members().Members[0].Suspension != nil || n.members().Members[0].Equivocations.Count != 1 {
		t.Fatal("still suspended, or its conduct was forgotten")
	}
	n.nodes[0].votes = nil
	n.vote(1, 13, 0, 1, 2, 3)
	n.blocks(5)
	n.certified(1, 13, 0)
	n.vote(1, 17, 0, 1)
	n.blocks(2)
	n.equivocate(1, 1, 17, 7)
	if !n.agenda(1).Suspended {
		t.Fatal("a further equivocation has no consequence")
	}
}

func TestNothingToResume(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1)
	n.blocks(2)
	n.equivocate(1, 1, 9, 7)
	for name, tc := range map[string]struct {
		chain  bool
		member []byte
	}{
		"no halt":               {true, nil},
		"nothing is named":      {false, nil},
		"both":                  {true, n.nodes[0].addr[:]},
		"who is not suspended":  {false, n.nodes[1].addr[:]},
		"who is no member":      {false, []byte("not a member, 20 b..")},
		"a part of the address": {false, n.nodes[0].addr[:19]},
	} {
		if events, err := n.resume(tc.chain, tc.member); !errors.Is(err, ErrNothingToResume) || message.FateOf(err) != message.Reject || len(events) != 0 {
			t.Errorf("%s: %v", name, err)
		}
	}
	if !n.agenda(1).Suspended {
		t.Error("a refused resume resumed")
	}
	n.deal(false, 1, 2, 3, 4)
	n.activate()
	n.block()
	if _, err := n.resume(false, n.nodes[0].addr[:]); !errors.Is(err, ErrNothingToResume) {
		t.Errorf("the suspension of another key epoch: %v", err)
	}
}

// Two things that look alike at once: a bad share for a statement and a missing one for a checkpoint, by two
// members, each is blamed for its own alone.
func TestTwoFaultsAtOnce(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(6)
	n.vote(1, 9, 0, n.all()...)
	n.block()
	n.ask(1, kindHalt, 1, n.all()...)
	n.block()
	open := n.sessions()
	if len(open) != 2 {
		t.Fatalf("%d sessions", len(open))
	}
	order, checkpoint := open[0], open[1]
	if order.Statement == 0 {
		order, checkpoint = checkpoint, order
	}
	var both []*node
	for _, v := range n.nodes {
		if signs(order, v) && signs(checkpoint, v) {
			both = append(both, v)
		}
	}
	bad, silent := both[0], both[1]
	bad.change = corruptShareOf(order.Number)
	silent.change = dropShareOf(checkpoint.Number)
	n.blocks(2)
	bad.change, silent.change = nil, nil
	for _, v := range n.nodes {
		b := n.benchOf(int(v.index))
		switch v {
		case bad:
			if b.Level != 1 || b.Reason != reasonInvalid {
				t.Errorf("member %d, bad share: %+v", v.index, b)
			}
		case silent:
			if b.Level != 1 || b.Reason != reasonMissing {
				t.Errorf("member %d, no share: %+v", v.index, b)
			}
		default:
			if b.Level != 0 {
				t.Errorf("member %d: %+v", v.index, b)
			}
		}
	}
	n.blocks(4)
	n.certified(1, 9, 0)
	if n.signedAt(1) == 0 || len(n.sessions()) != 0 {
		t.Fatal("the halt order is not signed, or a session is left")
	}
	if slices.ContainsFunc(n.members().Members, func(m memberStatus) bool { return m.Equivocations.Count+m.Garbled.Count != 0 }) {
		t.Fatal("somebody is blamed for what nobody did")
	}
}
