// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"slices"
	"testing"

	"github.com/aitbc/bridge/verifier/extension"
)

// all lists the members 1…n but those left out.
func (n *testNet) all(but ...int) (list []int) {
	for m := range n.nodes {
		if !slices.Contains(but, m+1) {
			list = append(list, m+1)
		}
	}
	return list
}

// entry is what one member says in the next block that the test processes itself.
func (n *testNet) entry(m int, e *extension.Extension) MemberVote {
	return MemberVote{Address: n.nodes[m-1].addr[:], Present: true, Extension: e}
}

// then commits a block of its own with these entries.
func (n *testNet) then(votes ...MemberVote) {
	n.t.Helper()
	n.h++
	n.process(votes)
}

// nobodyBlamed demands that no bench and no conduct was ever recorded.
func (n *testNet) nobodyBlamed() {
	n.t.Helper()
	for _, prefix := range []byte{prefixBench, prefixConduct, prefixSuspension} {
		err := n.k.state(n.ctx()).each(keyOf(prefix), nil, func(key, value []byte) (bool, error) {
			n.t.Fatalf("height %d: record %x = %x", n.h, key, value)
			return false, nil
		})
		if err != nil {
			n.t.Fatal(err)
		}
	}
}

// A proposer that drops the precommits of f members in every block, those that owe a share
// first, benches nobody and does not stop certificates.
func TestProposerCannotBench(t *testing.T) {
	for _, size := range []int{4, 7} {
		n := newNet(t, size)
		f := size - int(n.ep.Threshold)
		n.blocks(6)
		certified := uint64(0)
		for b := range 80 {
			if b%4 == 0 {
				n.vote(1, uint64(9+2*b), 0, n.all()...)
			}
			var drop []address
			for _, q := range n.sessions() {
				for _, g := range q.Signers {
					if !g.Have && len(drop) < f && !slices.Contains(drop, g.Addr) {
						drop = append(drop, g.Addr)
					}
				}
			}
			for _, v := range n.nodes {
				v.absent = slices.Contains(drop, v.addr)
			}
			n.block()
			n.nobodyBlamed()
			if c, ok := n.newest(1); ok && c.Ballot.End > certified {
				certified = c.Ballot.End
			}
		}
		if certified < 9 {
			t.Fatalf("n=%d: nothing certified", size)
		}
		t.Logf("n=%d: certified up to %d", size, certified)
	}
}

// What proves a missing share is an extension that is signed and of this fork, empty and
// garbled ones too, and made after the opening.
func TestWhatBenches(t *testing.T) {
	for _, tc := range []struct {
		name  string
		entry MemberVote
		bench bool
	}{
		{"other items, no share", MemberVote{Present: true, Extension: &extension.Extension{Fork: 1, Boot: 1}}, true},
		{"a share of another session", MemberVote{Present: true, Extension: &extension.Extension{Fork: 1, Boot: 1, Shares: []extension.Share{{Session: 99}}}}, true},
		{"empty", MemberVote{Present: true}, true},
		{"garbled", MemberVote{Present: true, Garbled: true}, true},
		{"no Commit flag", MemberVote{}, false},
		{"no Commit flag, garbled", MemberVote{Garbled: true}, false},
		{"another fork", MemberVote{Present: true, Extension: &extension.Extension{Fork: 2, Boot: 1}}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := newNet(t, 4)
			n.blocks(6)
			n.vote(1, 9, 0, 1, 2, 3, 4)
			n.blocks(2)
			m := int(n.sessions()[0].Signers[0].Index)
			tc.entry.Address = n.nodes[m-1].addr[:]
			n.then(tc.entry) // its extension was made before the opening was committed
			if n.benchOf(m).Level != 0 {
				t.Fatal("benched before the share was due")
			}
			n.then(tc.entry)
			if b := n.benchOf(m); (b.Level == 1) != tc.bench || tc.bench && b.Reason != reasonMissing {
				t.Fatalf("bench %+v", b)
			}
			n.then(tc.entry)
			if b := n.benchOf(m); b.Level > 1 {
				t.Fatalf("benched twice for one session: %+v", b)
			}
		})
	}
}

// A benched member is passed over while others can sign, and signs when they cannot.
func TestBenchOrdersAndNeverExcludes(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	put := func(m int, until uint64) {
		n.live().set(keyMember(prefixBench, n.nodes[m-1].addr), &bench{Level: 1, Until: until, Reason: reasonMissing})
		n.ms.Commit()
	}
	put(2, 1000)
	chosen := func(end uint64, of ...int) *session {
		t.Helper()
		n.vote(1, end, 0, of...)
		n.blocks(2)
		open := n.sessions()
		if len(open) != 1 {
			t.Fatalf("%d sessions", len(open))
		}
		n.blocks(2)
		n.certified(1, end, 0)
		return open[0]
	}
	for i := range 8 {
		if signs(chosen(uint64(9+2*i), 1, 2, 3, 4), n.nodes[1]) {
			t.Fatal("a benched member was chosen before others")
		}
	}
	if !signs(chosen(41, 1, 2, 3), n.nodes[1]) {
		t.Fatal("a benched member was excluded")
	}
	put(3, uint64(n.h)) // over
	again := false
	for i := range 8 {
		again = again || signs(chosen(uint64(43+2*i), 1, 2, 3, 4), n.nodes[2])
	}
	if !again {
		t.Fatal("a member whose bench is over is still passed over")
	}
}

// Who is absent from this commit is chosen last.
func TestAbsentMemberIsChosenLast(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	for i := range 8 {
		end := uint64(9 + 2*i)
		n.vote(1, end, 0, 4)
		n.blocks(2)
		n.vote(1, end, 0, 1, 2, 3)
		n.nodes[3].absent = true
		n.blocks(2)
		open := n.sessions()
		if len(open) != 1 || signs(open[0], n.nodes[3]) {
			t.Fatalf("%d sessions, or an absent member is chosen before others", len(open))
		}
		n.nodes[3].absent = false
		n.blocks(2)
		n.certified(1, end, 0)
	}
}

// What an honest member may say after a crash, and what is no equivocation.
func TestWhatIsNoEquivocation(t *testing.T) {
	n := newNet(t, 4)
	n.addStream(2)
	n.addStream(3)
	n.streams[2].Finality = 2 // safe
	n.blocks(4)
	vote := func(stream uint16, end uint64, salt, endpoints byte) extension.Vote {
		c := n.checkpoint(stream, end, salt)
		return extension.VoteFor(stream, &c, endpoints)
	}
	say := func(votes ...extension.Vote) MemberVote {
		e := &extension.Extension{Fork: 1, Boot: 1, Votes: votes}
		e.Sort()
		return n.entry(1, e)
	}
	first := say(vote(1, 9, 0, 1))
	n.then(first)
	for name, again := range map[string]MemberVote{
		"the same again":                            first,
		"another extension with the same vote":      say(vote(1, 9, 0, 1), vote(1, 11, 0, 1)),
		"other endpoints":                           say(vote(1, 9, 0, 3)),
		"another root of another end":               say(vote(1, 13, 7, 1)),
		"another root of another stream":            say(vote(2, 9, 7, 1)),
		"two roots of one end, finality safe":       say(vote(3, 9, 0, 1)),
		"two roots of one end, finality safe, then": say(vote(3, 9, 7, 1)),
		"another fork":                              n.entry(1, &extension.Extension{Fork: 2, Votes: []extension.Vote{vote(1, 9, 7, 1)}}),
		"not signed":                                {Address: n.nodes[0].addr[:], Extension: &extension.Extension{Fork: 1, Votes: []extension.Vote{vote(1, 9, 7, 1)}}},
	} {
		n.then(again)
		if n.count(EventEquivocation) != 0 || n.agenda(1).Suspended {
			t.Fatalf("%s: %v", name, n.events)
		}
	}
	n.vote(1, 15, 0, 2, 3, 4)
	n.blocks(5)
	n.certified(1, 15, 0)
	n.then(say(vote(1, 9, 7, 1))) // below the certified end nothing is a vote
	if n.count(EventEquivocation) != 0 {
		t.Fatal("a vote that cannot grow the tree is evidence")
	}
	n.nobodyBlamed()
	n.then(say(vote(2, 9, 8, 1)))
	if n.count(EventEquivocation) != 1 || !n.agenda(1).Suspended {
		t.Fatal("the case that is one")
	}
}

// Members that do not cover a chain are not absent there: the others certify it, t are
// needed, and the rest of the streams goes on.
func TestMembersCoverSomeChains(t *testing.T) {
	n := newNet(t, 4)
	n.addStream(2)
	n.addStream(3)
	n.blocks(6)
	for i := range 4 {
		end := uint64(9 + 2*i)
		n.vote(1, end, 0, 1, 2, 3, 4)
		n.vote(2, end, 0, 2, 3, 4)
		n.vote(3, end, 0, 1, 2)
		n.blocks(5)
		n.certified(1, end, 0)
		n.certified(2, end, 0)
		if _, ok := n.newest(3); ok {
			t.Fatal("certified by fewer than t")
		}
		n.nobodyBlamed()
	}
	for _, q := range n.sessions() {
		t.Fatalf("session %d of stream %d is open", q.Number, q.Ballot.Stream)
	}
	n.vote(3, 15, 0, 3)
	n.blocks(4)
	n.certified(3, 15, 0)
}

// Heartbeats of unknown streams and of ends off the stride are not stored.
func TestHeartbeatsRefused(t *testing.T) {
	n := newNet(t, 4)
	n.then(n.entry(1, &extension.Extension{Fork: 1, Heartbeats: []extension.Heartbeat{{Stream: 1, End: 12}, {Stream: 2, End: 13}}}))
	n.then(n.entry(2, &extension.Extension{Fork: 1, Heartbeats: []extension.Heartbeat{{Stream: 1, End: 13}}}))
	if s := n.status(1); s.Covered != 1 || len(s.Heartbeats) != 1 || s.Heartbeats[0].Member != 2 {
		t.Fatalf("%+v", s)
	}
}

// An extension whose quota is full of shares that were asked for lacks none.
func TestFullExtensionIsNoProof(t *testing.T) {
	for _, tc := range []struct {
		name  string
		have  int
		stray bool
		bench bool
	}{
		{"full", extension.MaxShares, false, false},
		{"room for one more", extension.MaxShares - 1, false, true},
		{"full with a share that nobody asked for", extension.MaxShares, true, true},
	} {
		t.Run(tc.name, func(t *testing.T) {
			n := newNet(t, 4)
			ctx := n.ctx()
			r, err := n.k.roll(ctx)
			if err != nil {
				t.Fatal(err)
			}
			s := &step{roll: r, k: n.k, ctx: ctx, st: n.k.state(ctx), h: 3}
			m := r.ep.members[0]
			e := &extension.Extension{Fork: 1, Boot: 1}
			for i := range extension.MaxShares + 1 {
				q := &session{Number: uint64(i + 1), Epoch: 1, Opened: 1}
				q.Signers = []signer{{Index: 1, Addr: m.addr, Boot: 1}, {Index: 2, Addr: r.ep.members[1].addr, Boot: 1}}
				s.open = append(s.open, q)
				if i < tc.have {
					e.Shares = append(e.Shares, extension.Share{Session: q.Number})
				}
			}
			if tc.stray {
				e.Shares[tc.have-1].Session = 99
			}
			if err := s.admit([]MemberVote{n.entry(1, e)}); err != nil {
				t.Fatal(err)
			}
			s.takeShares(m.seat, e)
			if err := s.judge(); err != nil {
				t.Fatal(err)
			}
			known, err := s.st.get(keyMember(prefixBench, m.addr), &bench{})
			if err != nil || known != tc.bench {
				t.Fatalf("benched %v, %v", known, err)
			}
		})
	}
}
