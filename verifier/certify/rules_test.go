// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"math/rand/v2"
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
	put(2, 1000)
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

// f members withhold, each revealed as late as possible: rounds open 1, 2, 4, … up to f+1
// attempts, never with a member that owes, and the certificate comes within f+1 rounds.
func TestAttemptsDoubleAndAtMostFHang(t *testing.T) {
	const size = 19
	n := newNet(t, size)
	f := size - int(n.ep.Threshold)
	n.blocks(8)
	n.vote(1, 9, 0, n.all()...)
	n.blocks(2)
	hanging := map[address]bool{}
	var rounds []int
	opened := n.h
	for range 2 * (f + 1) {
		open := n.sessions()
		var fresh []*session
		for _, q := range open {
			if q.Opened == uint64(n.h) {
				fresh = append(fresh, q)
			}
		}
		if len(fresh) > 0 {
			rounds = append(rounds, len(fresh))
			for _, q := range fresh {
				for _, g := range q.Signers {
					if hanging[g.Addr] {
						t.Fatalf("member %d owes and was chosen", g.Index)
					}
				}
			}
			for hang := true; hang && len(hanging) < f; { // one more member that stops the most sessions
				best, most := address{}, 0
				for _, v := range n.nodes {
					stops := 0
					for _, q := range fresh {
						stopped := slices.ContainsFunc(q.Signers, func(g signer) bool { return hanging[g.Addr] })
						if !stopped && signs(q, v) {
							stops++
						}
					}
					if stops > most {
						best, most = v.addr, stops
					}
				}
				if hang = most > 0; hang {
					hanging[best] = true
				}
			}
			for _, v := range n.nodes {
				v.withhold = hanging[v.addr]
			}
		}
		n.block()
		if _, ok := n.newest(1); ok {
			break
		}
	}
	n.certified(1, 9, 0)
	if len(hanging) != f {
		t.Fatalf("%d members hang, want %d", len(hanging), f)
	}
	for a, got := range rounds { // later rounds have fewer different lists of signers than f+1
		if want := min(1<<a, f+1); got > want || a < 4 && got != want {
			t.Fatalf("attempts by round %v, want %d in round %d", rounds, want, a)
		}
	}
	if len(rounds) < 5 || len(rounds) > f+1 || n.h > opened+int64(DueBlocks*(f+1)) {
		t.Fatalf("rounds %v, %d blocks", rounds, n.h-opened)
	}
	t.Logf("rounds %v, certified %d blocks after the opening", rounds, n.h-opened)
}

// A member whose signer restarted while it owed can sign again: with one member dead nothing
// is certified without it.
func TestBurntPairEndsTheDebt(t *testing.T) {
	n := newNet(t, 4)
	n.nodes[3].absent = true
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3)
	n.blocks(2)
	first := n.sessions()[0].Number
	n.nodes[0].restart(2)
	n.blocks(5)
	if c := n.certified(1, 9, 0); c.Session == first {
		t.Fatal("a burnt pair signed")
	}
	if n.benchOf(1).Level != 0 {
		t.Fatal("still benched after a valid share")
	}
}

// An older boot neither moves the mark nor announces; the highest one seen stays.
func TestHighestBootWins(t *testing.T) {
	n := newNet(t, 4)
	v := n.nodes[0]
	v.restart(5)
	five := n.extend(v)
	v.restart(7)
	seven := n.extend(v)
	for _, e := range []*extension.Extension{seven, five, seven, five} {
		n.then(n.entry(1, e))
		var have pool
		n.get(keyMember(prefixPool, v.addr), &have)
		if a := n.agenda(1); a.Boot != 7 || a.NextSeq != 2 || len(have) != 2 || [33]byte(have[0].D) != seven.Commitments[0].D {
			t.Fatalf("boot %d, next %d, pool of %d", a.Boot, a.NextSeq, len(have))
		}
	}
	n.then(n.entry(1, five), n.entry(1, seven)) // a member's second entry in one commit
	if n.agenda(1).Boot != 7 {
		t.Fatal("boot went back")
	}
}

// Nothing of an extension of another fork is taken.
func TestOtherForkSaysNothing(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	m := int(n.sessions()[0].Signers[0].Index)
	v := n.nodes[m-1]
	n.vote(1, 13, 0, m)
	e := n.extend(v)
	e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: 101}}
	if len(e.Shares) != 1 || len(e.Commitments) == 0 || len(e.Votes) == 0 {
		t.Fatalf("nothing to say: %+v", e)
	}
	before := n.agenda(m)
	e.Fork = 2
	n.then(n.entry(m, e))
	after := n.agenda(m)
	if after.NextSeq != before.NextSeq || after.Pool != before.Pool || len(after.Streams[0].Voted) != len(before.Streams[0].Voted) ||
		len(after.Sessions) != 1 || len(n.status(1).Heartbeats) != 0 {
		t.Fatalf("taken from another fork: %+v", after)
	}
	e.Fork = 1
	n.then(n.entry(m, e))
	after = n.agenda(m)
	if after.NextSeq == before.NextSeq || len(after.Sessions) != 0 || len(n.status(1).Heartbeats) != 1 || !slices.Contains(after.Streams[0].Voted, 13) {
		t.Fatalf("not taken from this fork: %+v", after)
	}
}

// The fork number is part of session ids and ranks: shares of one fork fit no session of another.
func TestForkIsInSessionsAndRanks(t *testing.T) {
	sessions := func(fork uint32) (ids [][32]byte, ranks string) {
		n := newNet(t, 7)
		n.fork = fork
		n.blocks(6)
		for i := range 6 {
			n.vote(1, uint64(9+2*i), 0, n.all()...)
			n.blocks(2)
			q := n.sessions()[0]
			ids = append(ids, q.ID)
			for _, g := range q.Signers {
				ranks += fmt.Sprint(g.Index, " ")
			}
			n.blocks(2)
		}
		return ids, ranks
	}
	ids1, ranks1 := sessions(1)
	ids2, ranks2 := sessions(2)
	for i := range ids1 {
		if ids1[i] == ids2[i] {
			t.Fatalf("session %d has one id in two forks", i+1)
		}
	}
	if ranks1 == ranks2 {
		t.Fatalf("the same signers in two forks: %s", ranks1)
	}
	if again, _ := sessions(1); !slices.Equal(again, ids1) {
		t.Fatal("ids are not a function of the state")
	}
	if SessionID(bridgeID, 1, 1, 1, ids1[0], ids1[1], ids1[2]) == SessionID(bridgeID, 2, 1, 1, ids1[0], ids1[1], ids1[2]) {
		t.Fatal("the fork is not hashed")
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

// Signers are members that voted for this very body.
func TestOnlyVotersSign(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(6)
	r := rand.New(rand.NewPCG(1, 1))
	for i := range 6 {
		end := uint64(9 + 2*i)
		out := 1 + r.IntN(7)
		n.vote(1, end, 0, n.all(out)...)
		n.vote(1, end, 7, out)
		n.blocks(2)
		if open := n.sessions(); len(open) != 1 || signs(open[0], n.nodes[out-1]) {
			t.Fatalf("%d sessions, or member %d signs what it did not vote for", len(open), out)
		}
		n.blocks(2)
		n.certified(1, end, 0)
	}
}

// While a checkpoint is in signing no other of its stream is, for SigningBlocks; then a
// higher one may be, and the first stays completable.
func TestOneCheckpointInSigning(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	opened := n.h
	first := n.sessions()[0].Number
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.vote(1, 13, 0, 1, 2, 3, 4)
	for n.h < opened+SigningBlocks-1 {
		n.block()
		for _, q := range n.sessions() {
			if q.Ballot.End != 9 {
				t.Fatalf("height %d: session of end %d", n.h, q.Ballot.End)
			}
		}
	}
	n.block()
	if open := n.sessions(); len(open) != 2 || open[0].Number != first || open[1].Ballot.End != 13 {
		t.Fatalf("height %d: %d sessions", n.h, len(open))
	}
	for _, v := range n.nodes {
		// Shares of the first alone.
		v.withhold = false
		v.change = func(e *extension.Extension) {
			e.Shares = slices.DeleteFunc(e.Shares, func(s extension.Share) bool { return s.Session != first })
		}
	}
	n.blocks(2)
	if c := n.certified(1, 9, 0); c.Session != first {
		t.Fatal("the first attempt did not complete")
	}
}

// Sessions that nobody completes are at most 4(f+1) per stream; the oldest make room.
func TestOpenSessionsAreBounded(t *testing.T) {
	n := newNet(t, 4)
	n.nodes[0].withhold, n.nodes[1].withhold = true, true
	n.blocks(6)
	bound, most := 4*(n.agenda(1).Threshold-1), 0
	if bound != 8 {
		t.Fatal("n = 4: f = 1, t = 3")
	}
	var newest uint64
	for i := range 14 {
		for _, v := range n.nodes {
			v.votes = nil
		}
		n.vote(1, uint64(9+2*i), 0, 1, 2, 3, 4)
		n.blocks(SigningBlocks + 1)
		open := n.sessions()
		most = max(most, len(open))
		if len(open) > bound {
			t.Fatalf("%d open sessions", len(open))
		}
		if last := open[len(open)-1].Number; last <= newest {
			t.Fatal("no new session: the oldest do not make room")
		} else {
			newest = last
		}
	}
	if most != bound {
		t.Fatalf("at most %d sessions, the bound of %d was not reached", most, bound)
	}
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.blocks(3)
	if _, ok := n.newest(1); !ok || len(n.sessions()) != 0 {
		t.Fatal("the kept sessions do not complete")
	}
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

// Each lower named end has its turn, TargetBlocks long, then the t-th highest again.
func TestTargetGoesDown(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(4)
	for m, end := range []uint64{31, 29, 27, 25, 23, 21, 19} {
		n.vote(1, end, 0, m+1)
	}
	n.vote(1, 11, 0, 1, 2, 3) // f+1 agree below every target
	n.blocks(2)
	for _, want := range []uint64{23, 21, 19, 23, 21} {
		for b := range TargetBlocks {
			if got := n.agenda(1).Streams[0].Target; got != want {
				t.Fatalf("target %d in block %d of its turn, want %d", got, b, want)
			}
			n.block()
		}
	}
}
