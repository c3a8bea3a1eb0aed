// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"bytes"
	"slices"
	"testing"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// equivocate makes m say another root of (stream, end) than the one it voted for.
func (n *testNet) equivocate(m int, stream uint16, end uint64, salt byte) {
	c := n.checkpoint(stream, end, salt)
	v := n.nodes[m-1]
	v.change = func(e *extension.Extension) { e.Votes = []extension.Vote{extension.VoteFor(stream, &c, 1)} }
	n.block()
	v.change = nil
	n.block()
}

func (n *testNet) members() *certifyv1.QueryMembersResponse {
	n.t.Helper()
	r, err := NewQueryServer(n.k).Members(n.ctx(), &certifyv1.QueryMembersRequest{})
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

func (n *testNet) status(stream uint32) *certifyv1.QueryStreamStatusResponse {
	n.t.Helper()
	r, err := NewQueryServer(n.k).StreamStatus(n.ctx(), &certifyv1.QueryStreamStatusRequest{Stream: stream})
	if err != nil {
		n.t.Fatal(err)
	}
	return r
}

func signs(q *session, v *node) bool {
	return slices.ContainsFunc(q.Signers, func(g signer) bool { return g.Addr == v.addr })
}

// A suspended member counts in no tally, is no candidate, and names no end.
func TestEquivocatorIsSuspended(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1)
	n.blocks(2)
	n.equivocate(1, 1, 9, 7)
	if n.count(EventSuspended) != 1 || n.count(EventHalt) != 0 || !n.agenda(1).Suspended || n.agenda(2).Suspended || n.agenda(1).Halted != "" {
		t.Fatalf("member 1 suspended: %v, member 2: %v", n.agenda(1).Suspended, n.agenda(2).Suspended)
	}
	since := uint64(n.h)
	n.vote(1, 11, 0, 1, 2, 3)
	n.blocks(4)
	if len(n.sessions()) != 0 {
		t.Fatal("the vote of a suspended member opened a session")
	}
	if got := n.agenda(2).Streams[0].Target; got != 0 {
		t.Fatalf("target %d with two members that count", got)
	}
	if got := n.status(1).Tallies; len(got) != 1 || !slices.Equal(got[0].Voters, []uint32{2, 3}) {
		t.Fatalf("tallies %+v", got)
	}
	n.vote(1, 11, 0, 4)
	n.blocks(2)
	if open := n.sessions(); len(open) != 1 || signs(open[0], n.nodes[0]) {
		t.Fatal("no session of members 2, 3 and 4")
	}
	n.blocks(2)
	n.certified(1, 11, 0)
	p := n.members().Members[0]
	if p.Suspension == nil || p.Suspension.Since != since || p.Suspension.Stream != 1 || p.Suspension.End != 9 || p.Equivocations.Count != 1 ||
		len(p.Evidence) != 1 || p.Evidence[0].End != 9 || p.Evidence[0].Height != since {
		t.Fatalf("member 1: %+v", p)
	}
	n.nodes[0].votes = nil
	n.vote(1, 15, 0, 1)
	n.blocks(2)
	n.equivocate(1, 1, 15, 7) // once more: evidence, and no further consequence
	if n.count(EventEquivocation) != 1 || n.count(EventSuspended)+n.count(EventHalt) != 0 || n.members().Members[0].Suspension.Since != since {
		t.Fatalf("a suspended member was suspended again: %v", n.events)
	}
	n.ep.Number = 2 // a new key epoch ends the suspension
	n.block()
	if n.agenda(1).Suspended || n.members().Members[0].Suspension != nil || n.members().Members[0].Equivocations.Count != 2 {
		t.Fatal("suspended in another key epoch, or the evidence is gone")
	}
}

// Its share of a session that was open before still counts.
func TestSuspendedMemberCompletesOpenSession(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3)
	n.blocks(2)
	open := n.sessions()
	if len(open) != 1 || !signs(open[0], n.nodes[0]) {
		t.Fatal("no session with member 1")
	}
	n.nodes[0].withhold = true
	n.equivocate(1, 1, 9, 7)
	if !n.agenda(1).Suspended || len(n.agenda(1).Sessions) != 1 {
		t.Fatal("member 1 is not suspended, or not asked for its share")
	}
	n.nodes[0].withhold = false
	n.blocks(2)
	if c := n.certified(1, 9, 0); c.Session != open[0].Number {
		t.Fatalf("session %d certified", c.Session)
	}
}

// With t members left nobody more is suspended: signing ends, loudly, and only a new fork
// starts it again; not even a new key epoch does.
func TestTooManyEquivocatorsHalt(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(4)
	n.certified(1, 9, 0)
	n.vote(1, 13, 0, 1, 2)
	n.blocks(2)
	n.equivocate(1, 1, 13, 7)
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.vote(1, 13, 0, 3, 4)
	n.blocks(2)
	if len(n.sessions()) != 1 || !n.agenda(2).Streams[0].Signing {
		t.Fatal("no session to halt")
	}
	n.equivocate(2, 1, 13, 7)
	if n.count(EventHalt) != 1 || n.count(EventSuspended) != 0 || n.count(EventEquivocation) != 1 || n.agenda(2).Suspended {
		t.Fatalf("events %v", n.events)
	}
	check := func(when string) {
		t.Helper()
		for m := 1; m <= 4; m++ {
			if a := n.agenda(m); a.Halted != "too_many_equivocators" || len(a.Sessions) != 0 || a.Streams[0].Signing || a.Streams[0].Target != 0 {
				t.Fatalf("%s: agenda of member %d: %+v", when, m, a)
			}
		}
		if len(n.sessions()) != 0 {
			t.Fatalf("%s: a session is open", when)
		}
		if c, _ := n.newest(1); c.Ballot.End != 9 {
			t.Fatalf("%s: certificate of end %d", when, c.Ballot.End)
		}
	}
	check("at once")
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.vote(1, 17, 0, 1, 2, 3, 4)
	n.blocks(SigningBlocks + TargetBlocks)
	check("later")
	n.equivocate(3, 1, 17, 7)
	if n.count(EventEquivocation) != 1 || n.count(EventHalt)+n.count(EventSuspended) != 0 || n.members().Members[2].Equivocations.Count != 1 {
		t.Fatal("evidence after the halt is not kept, or it halted twice")
	}
	r := n.members()
	if r.Halt == nil || r.Halt.Reason != "too_many_equivocators" || r.Halt.Member != 2 || r.Halt.End != 13 || n.status(1).Halted != r.Halt.Reason {
		t.Fatalf("halt %+v", r.Halt)
	}
	n.ep.Number = 2
	n.blocks(6)
	check("in the next key epoch")
}

// All counts, each with the height of the last occurrence.
func TestConduct(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	first := n.sessions()[0]
	missing, wrong := n.nodes[first.Signers[0].Index-1], n.nodes[first.Signers[1].Index-1]
	missing.withhold = true
	wrong.corrupt = true
	n.blocks(2)
	missedAt := uint64(n.h)
	missing.withhold = false
	n.blocks(2) // the late share completes the first attempt, and the second is complete too: two wrong sums
	wrongAt := uint64(n.h)
	if n.benchOf(int(missing.index)).Level != 0 || n.benchOf(int(wrong.index)).Level == 0 {
		t.Fatal("a right share does not clear where another's spoilt the sum")
	}
	wrong.corrupt = false
	n.blocks(4)
	n.certified(1, 9, 0)
	garbled := []MemberVote{
		{Address: n.nodes[3].addr[:], Present: true, Garbled: true},
		{Address: n.nodes[3].addr[:], Present: true, Garbled: true},  // a second entry
		{Address: n.nodes[2].addr[:], Present: false, Garbled: true}, // not signed
		{Address: n.nodes[1].addr[:], Present: true, Extension: &extension.Extension{Fork: 7}},
		{Address: []byte("not a member, 20 b.."), Present: true, Garbled: true},
	}
	for range 3 {
		n.h++
		n.process(garbled)
	}
	r := n.members()
	for i, m := range r.Members {
		v := n.nodes[i]
		var want certifyv1.Member
		if i == 3 {
			want.Garbled = certifyv1.Occurrences{Count: 3, Height: uint64(n.h)}
		}
		if v == missing {
			want.MissingShares = certifyv1.Occurrences{Count: 1, Height: missedAt}
		}
		if v == wrong {
			want.InvalidShares = certifyv1.Occurrences{Count: 2, Height: wrongAt} // and one step of the bench
			if m.Bench == nil || m.Bench.Reason != "invalid_share" || m.Bench.Until != wrongAt+BenchBlocks || m.Bench.Level != 1 {
				t.Errorf("member %d: bench %+v", i+1, m.Bench)
			}
		} else if m.Bench != nil {
			t.Errorf("member %d benched: %+v", i+1, m.Bench)
		}
		if m.Garbled != want.Garbled || m.MissingShares != want.MissingShares || m.InvalidShares != want.InvalidShares || m.Equivocations.Count != 0 ||
			!bytes.Equal(m.Address, v.addr[:]) || m.Index != uint32(i+1) || m.Boot != 1 || m.NextSeq == 0 || m.Pool == 0 || m.Suspension != nil {
			t.Errorf("member %d: %+v, want %+v", i+1, m, want)
		}
	}
	if r.Halt != nil || r.KeyEpoch != 1 || r.Threshold != 3 || r.Height != uint64(n.h) {
		t.Errorf("%+v", r)
	}
}

// Nothing is written about a member that does nothing wrong.
func TestConductIsWrittenWhenSomethingHappens(t *testing.T) {
	n := newNet(t, 4)
	n.nodes[3].absent = true
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3)
	n.blocks(4)
	n.certified(1, 9, 0)
	for _, prefix := range []byte{prefixConduct, prefixSuspension, prefixHalt, prefixFraud, prefixBench} {
		err := n.k.state(n.ctx()).each(keyOf(prefix), nil, func(key, _ []byte) (bool, error) {
			t.Errorf("record %x", key)
			return true, nil
		})
		if err != nil {
			t.Fatal(err)
		}
	}
}

// A member covers a stream for CoverBlocks after its heartbeat, unless it is suspended.
func TestCoverage(t *testing.T) {
	n := newNet(t, 4)
	n.addStream(2)
	n.blocks(4)
	beat := func(end uint64, of ...int) {
		for i, v := range n.nodes {
			if v.change = nil; slices.Contains(of, i+1) {
				v.change = func(e *extension.Extension) { e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: end}} }
			}
		}
		n.block()
		for _, v := range n.nodes {
			v.change = nil
		}
		n.block()
	}
	want := func(stream, covered uint32) {
		t.Helper()
		if s := n.status(stream); s.Covered != covered || s.Threshold != 3 {
			t.Fatalf("height %d: %d of threshold %d cover stream %d, want %d", n.h, s.Covered, s.Threshold, stream, covered)
		}
	}
	beat(101, 1, 2, 3)
	heard := n.h
	want(1, 3)
	want(2, 0)
	n.blocks(30)
	beat(99, 4) // behind the others: it covers all the same
	want(1, 4)
	n.blocks(int(heard) + CoverBlocks - int(n.h))
	want(1, 4)
	n.block()
	want(1, 1)
	s := n.status(1)
	if len(s.Heartbeats) != 4 || s.Heartbeats[0].Covers || s.Heartbeats[0].Height != uint64(heard) || s.Heartbeats[3].End != 99 || !s.Heartbeats[3].Covers {
		t.Fatalf("heartbeats %+v", s.Heartbeats)
	}
	beat(103, 1, 2, 3)
	want(1, 4)
	n.vote(1, 9, 0, 2)
	n.blocks(2)
	n.equivocate(2, 1, 9, 7)
	want(1, 3)
	if s := n.status(1); s.Target != 0 || n.count(EventSession) != 0 {
		t.Fatal("heartbeats set a target")
	}
}

// A member that voted for another body of a window that was certified is named, and nothing else happens to it:
// its endpoints may have lied. Votes for other windows prove nothing.
func TestWrongVotesAreCounted(t *testing.T) {
	n := newNet(t, 4)
	n.vote(1, 9, 0, 1, 2, 3)
	n.vote(1, 9, 7, 4)
	n.vote(1, 7, 7, 1) // another window, which nobody certified
	for range 20 {
		n.block()
		if _, ok := n.newest(1); ok {
			break
		}
	}
	n.certified(1, 9, 0)
	at := uint64(n.h)
	n.blocks(3)
	for i, m := range n.members().Members {
		want := certifyv1.Occurrences{}
		if i == 3 {
			want = certifyv1.Occurrences{Count: 1, Height: at}
		}
		if m.WrongVotes != want || m.Suspension != nil || m.Bench != nil || m.Equivocations.Count != 0 {
			t.Errorf("member %d: %+v, want wrong votes %+v alone", i+1, m, want)
		}
	}
}
