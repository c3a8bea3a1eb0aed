// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/verifier/extension"
)

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
			for i, q := range fresh[1:] {
				if slices.EqualFunc(fresh[i].Signers, q.Signers, func(a, b signer) bool { return a.Addr == b.Addr }) {
					t.Fatalf("sessions %d and %d of one round have the same signers", fresh[i].Number, q.Number)
				}
			}
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

// Fewer than t votes open nothing, and do not hide t votes for a lower window.
func TestTVotesOpenASession(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 17, 0, 1, 2)
	n.blocks(3)
	if len(n.sessions()) != 0 {
		t.Fatal("two votes opened a session")
	}
	n.vote(1, 9, 0, 1, 3, 4)
	n.blocks(2)
	if open := n.sessions(); len(open) != 1 || open[0].Ballot.End != 9 {
		t.Fatalf("%d sessions", len(open))
	}
	n.blocks(2)
	n.certified(1, 9, 0)
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

// Votes for the checkpoint in signing are kept, whatever else their members vote for.
func TestVoteInSigningIsKept(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	for _, v := range n.nodes {
		v.withhold, v.votes = true, nil
	}
	for i := range 20 {
		for m := range n.nodes {
			n.vote(1, uint64(11+8*i+2*m), 0, m+1)
		}
		n.blocks(2)
		for _, v := range n.nodes {
			v.votes = nil
		}
	}
	for m := 1; m <= 4; m++ {
		if a := n.agenda(m).Streams[0]; !a.Signing || a.SigningEnd != 9 || len(a.Voted) != MaxVotes || !slices.Contains(a.Voted, 9) || a.Target <= 9 {
			t.Fatalf("member %d: voted %v, target %d, in signing %d", m, a.Voted, a.Target, a.SigningEnd)
		}
	}
}

// A lower checkpoint never takes the place of the one in signing.
func TestSigningGoesUp(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.vote(1, 13, 0, 1, 2, 3)
	n.blocks(2)
	n.equivocate(1, 1, 13, 7) // two votes are left for 13
	n.vote(1, 9, 0, 2, 3, 4)
	n.blocks(SigningBlocks + 5)
	for _, q := range n.sessions() {
		if q.Ballot.End != 13 {
			t.Fatalf("session of end %d while 13 is in signing", q.Ballot.End)
		}
	}
	if a := n.agenda(2).Streams[0]; a.SigningEnd != 13 {
		t.Fatalf("in signing %d", a.SigningEnd)
	}
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.vote(1, 13, 0, 4)
	n.blocks(6)
	n.certified(1, 13, 0)
}

// INVARIANT: I-04. A session at or below the certified end makes no certificate.
func TestCertificatesGrow(t *testing.T) {
	n := newNet(t, 4)
	ctx := n.ctx()
	sources, err := n.k.sources(ctx)
	if err != nil {
		t.Fatal(err)
	}
	s := &step{k: n.k, ctx: ctx, st: n.k.state(ctx), h: 5, sources: sources}
	for i, tc := range []struct {
		end  uint64
		salt byte
		want uint64
	}{{9, 0, 9}, {7, 0, 9}, {9, 7, 9}, {11, 0, 11}} {
		c := n.checkpoint(1, tc.end, tc.salt)
		q := &session{Number: uint64(i + 1), Ballot: ballot{Vote: extension.VoteFor(1, &c, 1), Body: c.BodyHash()}}
		if err := s.certify(q, schnorr.Signature{}); err != nil {
			t.Fatal(err)
		}
		if last, _, err := s.st.newest(1); err != nil || last.Ballot.End != tc.want || (last.Ballot.Body == c.BodyHash()) != (tc.end == tc.want && tc.salt == 0) {
			t.Fatalf("end %d after certifying %d, %v", last.Ballot.End, tc.end, err)
		}
	}
}

// A stream that is taken out while it is signed makes no certificate and breaks nothing.
func TestStreamTakenOutWhileSigned(t *testing.T) {
	n := newNet(t, 4)
	n.addStream(2)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.vote(2, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	if len(n.sessions()) != 2 {
		t.Fatal("two sessions are wanted")
	}
	n.streams = n.streams[:1]
	n.blocks(4)
	n.certified(1, 9, 0)
	if _, ok := n.newest(2); ok || len(n.sessions()) != 0 {
		t.Fatal("a certificate of a stream that is gone, or its session is open")
	}
}
