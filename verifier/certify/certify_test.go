// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"slices"
	"testing"

	"github.com/aitbc/bridge/verifier/extension"
)

func TestHappyPath(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.block() // extensions with the votes are made
	if len(n.sessions()) != 0 {
		t.Fatal("a session before the votes are in a block")
	}
	n.block()
	open := n.sessions()
	if len(open) != 1 || open[0].Opened != uint64(n.h) || len(open[0].Signers) != 3 || open[0].Attempt != 1 || n.count(EventSession) != 1 {
		t.Fatalf("sessions %+v", open)
	}
	n.block() // the share is in this height's extension
	n.block()
	c := n.certified(1, 9, 0)
	if c.Height != open[0].Opened+2 || c.Session != open[0].Number || c.Epoch != 1 || n.count(EventCertificate) != 1 {
		t.Fatalf("certificate %+v", c)
	}
	if len(n.sessions()) != 0 || len(n.agenda(1).Streams[0].Voted) != 0 || n.agenda(1).Streams[0].Target != 0 {
		t.Fatal("sessions, votes or target outlive the certificate")
	}
	for m := 1; m <= 4; m++ {
		if n.benchOf(m).Level != 0 {
			t.Fatalf("member %d benched", m)
		}
	}
	n.vote(1, 13, 0, 1, 2, 3, 4)
	n.blocks(4)
	n.certified(1, 13, 0)
}

func TestNonceMarks(t *testing.T) {
	n := newNet(t, 4)
	v := n.nodes[0]
	first := n.extend(v)
	say := func(e *extension.Extension) {
		n.h++
		n.process([]MemberVote{{Address: v.addr[:], Present: true, Extension: e}})
	}
	want := func(boot uint64, next uint32, pool int) {
		t.Helper()
		if a := n.agenda(1); a.Boot != boot || a.NextSeq != next || a.Pool != pool || a.Height != uint64(n.h) {
			t.Fatalf("boot %d next %d pool %d height %d, want %d %d %d %d", a.Boot, a.NextSeq, a.Pool, a.Height, boot, next, pool, n.h)
		}
	}
	say(first)
	want(1, 2, 2)
	say(first) // included twice: nothing new
	want(1, 2, 2)
	gap := n.extend(v)
	gap.Commitments = gap.Commitments[1:] // starts at 3, next is 2
	say(gap)
	want(1, 2, 2)
	bad := n.extend(v)
	bad.Commitments[0].D = [33]byte{2} // x = 0 is no point
	say(bad)
	want(1, 2, 2)
	for range 20 {
		say(n.extend(v))
	}
	want(1, MaxPool, MaxPool)
	v.restart(5)
	fresh := n.extend(v)
	say(fresh)
	want(5, 2, 2)
	say(first) // an older boot
	want(5, 2, 2)
	v.restart(9)
	v.mute = true
	say(n.extend(v)) // a new boot alone drops the old pairs
	want(9, 0, 0)
	foreign := n.extend(v)
	foreign.Fork = 2
	foreign.Boot = 11
	say(foreign)
	want(9, 0, 0)
}

// A consumed commitment never returns, although the extension that announced it is repeated.
func TestConsumedCommitmentStaysOut(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	used := map[[2]uint64]bool{}
	for i := range 60 {
		for _, q := range n.sessions() {
			if q.Opened != uint64(n.h) {
				continue
			}
			for _, g := range q.Signers {
				id := [2]uint64{uint64(g.Index), uint64(g.Seq)}
				if used[id] {
					t.Fatalf("member %d seq %d in two sessions", g.Index, g.Seq)
				}
				used[id] = true
			}
		}
		if i%5 == 0 {
			n.vote(1, uint64(11+2*i), 0, 1, 2, 3, 4)
		}
		n.block()
	}
	if len(used) < 30 {
		t.Fatalf("only %d commitments used", len(used))
	}
}

func TestEquivocation(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2)
	n.blocks(2)
	other := n.checkpoint(1, 9, 7)
	n.nodes[0].change = func(e *extension.Extension) { e.Votes = []extension.Vote{extension.VoteFor(1, &other, 1)} }
	n.block()
	n.block()
	var f fraud
	if !n.get(keyStreamMember(prefixFraud, 1, n.nodes[0].addr), &f) || f.Count != 1 || f.End != 9 || f.Second != other.BodyHash() || n.count(EventEquivocation) != 1 {
		t.Fatalf("evidence %+v", f)
	}
	n.block()
	if n.count(EventEquivocation) != 0 {
		t.Fatal("the same evidence twice")
	}
	n.nodes[0].change = nil
	var first ballots
	if want := n.checkpoint(1, 9, 0); !n.get(keyStreamMember(prefixBallots, 1, n.nodes[0].addr), &first) || len(first) != 1 || first[0].Body != want.BodyHash() {
		t.Fatalf("the first vote does not stand: %+v", first)
	}
	n.vote(1, 9, 0, 3, 4)
	n.blocks(4)
	n.certified(1, 9, 0)
	if n.get(keyStreamMember(prefixFraud, 1, n.nodes[1].addr), &f) {
		t.Fatal("evidence against an honest member")
	}
}

func TestTarget(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	for m, end := range []uint64{9, 13, 17, 21} {
		n.vote(1, end, 0, m+1)
	}
	n.blocks(2)
	if a := n.agenda(1).Streams[0]; a.Target != 13 || !slices.Equal(a.Voted, []uint64{9}) {
		t.Fatalf("target %d, voted %v, want the third highest named end", a.Target, a.Voted)
	}
	n.vote(1, 13, 0, 3) // two of one digest: from here it stands
	n.blocks(2)
	n.vote(1, 29, 0, 1, 2)
	n.vote(1, 31, 0, 4)
	n.blocks(2)
	if a := n.agenda(1).Streams[0]; a.Target != 13 {
		t.Fatalf("target %d moved although f+1 members agree below it", a.Target)
	}
	n.vote(1, 13, 0, 4)
	n.blocks(4)
	n.certified(1, 13, 0)
	if a := n.agenda(1).Streams[0]; a.Target != 29 {
		t.Fatalf("target %d after the certificate, want the third highest of 29, 29, 17, 31", a.Target)
	}
}

func TestTargetExpires(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2)
	n.vote(1, 9, 1, 3)
	n.blocks(2)
	n.vote(1, 25, 0, 1)
	n.vote(1, 27, 0, 2)
	n.vote(1, 29, 0, 3)
	n.blocks(TargetBlocks - 1)
	if a := n.agenda(1).Streams[0]; a.Target != 9 {
		t.Fatalf("target %d", a.Target)
	}
	n.block()
	if a := n.agenda(1).Streams[0]; a.Target != 25 {
		t.Fatalf("target %d after %d blocks", a.Target, TargetBlocks)
	}
}

func TestVotesRefused(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(4)
	n.certified(1, 9, 0)
	good := n.checkpoint(1, 13, 0)
	for name, change := range map[string]func(*extension.Vote){
		"accepted":         nil,
		"at the certified": func(v *extension.Vote) { v.End = 9 },
		"below":            func(v *extension.Vote) { v.End = 7 },
		"unaligned":        func(v *extension.Vote) { v.End = 12 },
		"unknown stream":   func(v *extension.Vote) { v.Stream = 2 },
		"no new leaf":      func(v *extension.Vote) { v.LeafCount = 10; v.MessageCount = 9 },
		"fewer messages":   func(v *extension.Vote) { v.MessageCount = 8 },
		"zero root":        func(v *extension.Vote) { v.Root = [32]byte{} },
		"certified root":   func(v *extension.Vote) { v.Root = n.checkpoint(1, 9, 0).Root },
		"certified peaks":  func(v *extension.Vote) { v.PeaksHash = n.checkpoint(1, 9, 0).PeaksHash },
		"zero peaks":       func(v *extension.Vote) { v.PeaksHash = [32]byte{} },
		"zero block hash":  func(v *extension.Vote) { v.BlockHash = [32]byte{} },
		"messages > leafs": func(v *extension.Vote) { v.MessageCount = v.LeafCount + 1 },
	} {
		t.Run(name, func(t *testing.T) {
			v := extension.VoteFor(1, &good, 1)
			if change != nil {
				change(&v)
			}
			ctx := n.ctx().WithBlockHeight(n.h + 1)
			vote := MemberVote{Address: n.nodes[0].addr[:], Present: true, Extension: &extension.Extension{Fork: 1, Votes: []extension.Vote{v}}}
			if err := n.k.ProcessVotes(ctx, []MemberVote{vote}); err != nil {
				t.Fatal(err)
			}
			a, err := n.k.Agenda(ctx, n.nodes[0].addr[:])
			if err != nil || (len(a.Streams[0].Voted) == 1) != (change == nil) {
				t.Fatalf("voted %v, %v", a.Streams[0].Voted, err)
			}
		})
	}
}

func TestUnknownAbsentAndRepeatedEntries(t *testing.T) {
	n := newNet(t, 4)
	c := n.checkpoint(1, 9, 0)
	ext := &extension.Extension{Fork: 1, Votes: []extension.Vote{extension.VoteFor(1, &c, 1)}}
	n.h++
	n.process([]MemberVote{
		{Address: []byte("not a member, 20 b.."), Present: true, Extension: ext},
		{Address: n.nodes[0].addr[:], Present: false, Extension: ext},
		{Address: n.nodes[1].addr[:], Present: true, Extension: nil},
		{Address: n.nodes[1].addr[:], Present: true, Extension: ext},
		{Address: nil, Present: true, Extension: ext},
		{Address: n.nodes[2].addr[:], Present: true, Extension: ext},
	})
	for m, want := range []int{0, 0, 1, 0} {
		if got := len(n.agenda(m + 1).Streams[0].Voted); got != want {
			t.Errorf("member %d has %d votes, want %d", m+1, got, want)
		}
	}
}

func TestVotesPerMemberAreBounded(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(2)
	for i := range 9 {
		n.vote(1, uint64(9+2*i), byte(i), 1)
		n.blocks(2)
	}
	if got := n.agenda(1).Streams[0].Voted; len(got) != MaxVotes {
		t.Fatalf("voted %v", got)
	}
}

func TestOldCertificatesArePruned(t *testing.T) {
	n := newNet(t, 4)
	st := n.k.state(n.ctx())
	for i := range KeptCertificates + 5 {
		c := certificate{Ballot: ballot{Vote: extension.Vote{Stream: 1, End: uint64(2*i + 1)}}}
		if err := st.addCertificate(c); err != nil {
			t.Fatal(err)
		}
	}
	var ends []uint64
	err := st.each(keyStream(prefixCertificate, 1), nil, func(_, value []byte) (bool, error) {
		var c certificate
		err := decode(value, &c)
		ends = append(ends, c.Ballot.End)
		return true, err
	})
	if err != nil || len(ends) != KeptCertificates || ends[0] != 11 {
		t.Fatalf("%d certificates from %d, %v", len(ends), ends[0], err)
	}
}

// Seven members, two of whom withhold: retries open min(2^a, f+1) attempts and end.
func TestTwoWithhold(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(6)
	n.nodes[1].withhold, n.nodes[4].withhold = true, true
	for i := range 6 {
		end := uint64(9 + 2*i)
		n.vote(1, end, 0, 1, 2, 3, 4, 5, 6, 7)
		n.blocks(8)
		n.certified(1, end, 0)
	}
}

func TestTwoStreamsAtOnce(t *testing.T) {
	n := newNet(t, 4)
	n.addStream(2)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.vote(2, 5, 0, 1, 2, 3, 4)
	n.blocks(4)
	n.certified(1, 9, 0)
	n.certified(2, 5, 0)
}

// The same blocks give the same state on every node.
func TestDeterministic(t *testing.T) {
	run := func() []byte {
		n := newNet(t, 4)
		n.nodes[2].withhold = true
		n.blocks(4)
		n.vote(1, 9, 0, 1, 2, 3)
		n.vote(1, 11, 0, 4, 2)
		n.blocks(6)
		n.vote(1, 9, 0, 4)
		n.blocks(6)
		n.certified(1, 9, 0)
		return n.ms.LastCommitID().Hash
	}
	a, b := run(), run()
	if !slices.Equal(a, b) {
		t.Fatalf("app hash %x and %x", a, b)
	}
}

func TestEpochChangeRestartsSessions(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	old := n.sessions()[0]
	n.ep.Number = 2
	n.block()
	open := n.sessions()
	if len(open) != 1 || open[0].Number == old.Number || open[0].Epoch != 2 || open[0].ID == old.ID {
		t.Fatalf("sessions after the epoch changed: %+v", open)
	}
	n.blocks(3)
	if c := n.certified(1, 9, 0); c.Epoch != 2 {
		t.Fatalf("certified under epoch %d", c.Epoch)
	}
}

func TestGenesisRoundTrip(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(4)
	g, err := n.k.ExportGenesis(n.ctx())
	if err != nil {
		t.Fatal(err)
	}
	m := newNet(t, 4)
	ctx := m.ctx()
	if err := m.k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	a, err := m.k.Agenda(ctx, n.nodes[0].addr[:])
	if err != nil || a.Boot != 1 || a.NextSeq == 0 || a.Pool != 0 || a.Streams[0].CertifiedEnd != 9 {
		t.Fatalf("agenda after import %+v, %v", a, err)
	}
	again, err := m.k.ExportGenesis(ctx)
	if err != nil || !slices.Equal(again.Records, g.Records) {
		t.Fatalf("export of the import differs: %v", err)
	}
	if err := m.k.InitGenesis(ctx, g); err == nil {
		t.Fatal("a filled store was filled again")
	}
	bad := Genesis{Records: []Record{{Key: "05" + "0000000000000001", Value: ""}}}
	m = newNet(t, 4)
	if err := m.k.InitGenesis(m.ctx(), bad); err == nil {
		t.Fatal("a session was imported")
	}
}
