// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"slices"
	"testing"
)

func TestLateShareCompletesFirstAttempt(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	first := n.sessions()[0]
	slow := n.nodes[first.Signers[0].Index-1]
	slow.withhold = true
	n.blocks(2)
	open := n.sessions()
	if len(open) != 2 || open[1].Attempt != 2 {
		t.Fatalf("%d sessions, want the first and one more: f = 1 and three candidates", len(open))
	}
	for _, g := range open[1].Signers {
		if g.Addr == slow.addr {
			t.Fatal("a member that owes was chosen")
		}
	}
	if b := n.benchOf(int(slow.index)); b.Until != uint64(n.h)+BenchBlocks {
		t.Fatalf("bench %+v for a signed extension without the share", b)
	}
	slow.withhold = false
	for _, g := range open[1].Signers {
		n.nodes[g.Index-1].withhold = true
	}
	n.blocks(2)
	if c := n.certified(1, 9, 0); c.Session != first.Number {
		t.Fatalf("session %d completed, want the first", c.Session)
	}
	if b := n.benchOf(int(slow.index)); b.Level != 0 {
		t.Fatal("a valid share does not clear the bench")
	}
	if len(n.sessions()) != 0 {
		t.Fatal("the second attempt is still open")
	}
}

func TestSecondAttemptWithoutAbsentMember(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	gone := n.nodes[n.sessions()[0].Signers[0].Index-1]
	gone.absent = true
	n.blocks(4)
	n.certified(1, 9, 0)
	if n.benchOf(int(gone.index)).Level != 0 {
		t.Fatal("absence was punished")
	}
}

func TestInvalidShareNamesCulprit(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	bad := n.nodes[n.sessions()[0].Signers[1].Index-1]
	bad.corrupt = true
	n.blocks(2)
	if n.count(EventBench) != 1 || n.benchOf(int(bad.index)).Level != 1 {
		t.Fatal("the culprit is not benched")
	}
	open := n.sessions()
	if len(open) != 1 || slices.ContainsFunc(open[0].Signers, func(g signer) bool { return g.Addr == bad.addr }) {
		t.Fatalf("sessions after an invalid share: %d", len(open))
	}
	n.blocks(2)
	n.certified(1, 9, 0)
	for m := 1; m <= 4; m++ {
		if m != int(bad.index) && n.benchOf(m).Level != 0 {
			t.Fatalf("member %d benched", m)
		}
	}
}

func TestBenchDoublesAndIsBounded(t *testing.T) {
	n := newNet(t, 4)
	s := &step{k: n.k, ctx: n.ctx(), st: n.k.state(n.ctx()), h: 7} // seat 0
	m := member{index: 1}
	for i := range 20 {
		s.benched = make([]bool, 1)
		for range 2 { // in the same block: one step
			if err := s.bench(m, &session{}, reasonMissing); err != nil {
				t.Fatal(err)
			}
		}
		var b bench
		if _, err := s.st.get(keyMember(prefixBench, m.addr), &b); err != nil {
			t.Fatal(err)
		}
		if want := min(uint64(BenchBlocks)<<i, MaxBenchBlocks); b.Until-7 != want {
			t.Fatalf("bench %d: %d blocks, want %d", i+1, b.Until-7, want)
		}
	}
}

// All members restart while a session is open: its pairs are burnt, the debt ends with it.
func TestAllRestartWhileSigning(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	first := n.sessions()[0].Number
	for _, v := range n.nodes {
		v.restart(100)
	}
	n.blocks(8)
	if c := n.certified(1, 9, 0); c.Session == first {
		t.Fatal("a session of burnt pairs completed")
	}
	if len(n.sessions()) != 0 {
		t.Fatal("sessions left")
	}
}

func TestWaitsForCommitments(t *testing.T) {
	n := newNet(t, 4)
	for _, v := range n.nodes[:2] {
		v.mute = true
	}
	n.blocks(3)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(5)
	if len(n.sessions()) != 0 {
		t.Fatal("a session with fewer than t commitments")
	}
	n.nodes[0].mute = false
	n.blocks(4)
	n.certified(1, 9, 0)
}
