// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// TestSettling: a process votes only when the state has recorded its boot for one more block, and
// announces commitments before that.
func TestSettling(t *testing.T) {
	l, m := begin(t)
	m.start()
	send(m.chain, m)
	start := l.height
	for i := range 6 {
		words := m.extend()
		e, err := extension.Decode(words)
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			e = &extension.Extension{}
		}
		// Announced at start+1, recorded at start+2, one more block at start+3.
		if votes := len(e.Votes) > 0; votes != (l.height == start+3) {
			t.Errorf("extension of height start+%d: %d votes", i+1, len(e.Votes))
		}
		if i == 0 && len(e.Commitments) == 0 {
			t.Error("announces nothing")
		}
		l.block(words)
		m.committed(l.told())
		if i == 3 {
			break // the vote is in the state with the next block
		}
	}
}

// TestSettlingWithoutShare: a node that has no share votes after three heights in a row.
func TestSettlingWithoutShare(t *testing.T) {
	r := newRig(t)
	r.send(1)
	r.voter.settled.Store(0)
	a := r.agenda()
	for i := range uint64(4) {
		a.Height = 100 + i
		r.work(a)
		if e := r.say(a); (len(e.Votes) > 0) != (i >= settleHeights) {
			t.Errorf("height %d, asked for %d before: %d votes", a.Height+1, i, len(e.Votes))
		}
	}
}

// TestSuspendedAndHalted: what a member still says when the state asks it for silence.
func TestSuspendedAndHalted(t *testing.T) {
	for name, tc := range map[string]struct {
		suspended     bool
		halted        string
		votes, shares bool
	}{
		"neither":   {false, "", true, true},
		"suspended": {true, "", false, true},
		"halted":    {false, "too many equivocations", false, false},
		"both":      {true, "too many equivocations", false, false},
	} {
		t.Run(name, func(t *testing.T) {
			l, m := begin(t)
			send(m.chain, m)
			m.run(2) // its vote is in the state and a session waits for its share
			if l.session == nil {
				t.Fatal("no session")
			}
			send(m.chain, m) // and it has one more window to vote for
			l.suspended, l.halted = tc.suspended, tc.halted
			m.committed(l.told())
			a := l.agenda()
			a.Height = 119 // a heartbeat is due
			e, err := extension.Decode(m.voter.Extend(a))
			if err != nil || e == nil {
				t.Fatalf("%+v: %v", e, err)
			}
			if (len(e.Votes) > 0) != tc.votes || (len(e.Shares) > 0) != tc.shares || len(e.Heartbeats) == 0 {
				t.Errorf("%d votes, %d shares, %d heartbeats", len(e.Votes), len(e.Shares), len(e.Heartbeats))
			}
			l.suspended, l.halted = false, ""
			m.run(8)
			if l.certified == nil || l.certified.End != m.newest() {
				t.Error("does not go on afterwards")
			}
		})
	}
}

// TestHaltedMakesNoShare: a session of a halted chain gets its share only when the halt is over.
func TestHaltedMakesNoShare(t *testing.T) {
	l, m := begin(t)
	send(m.chain, m)
	m.run(1)
	l.block(m.extend())
	if l.session == nil {
		t.Fatal("no session")
	}
	signed := m.signed.Len()
	l.halted = "halted"
	if m.committed(l.told()); m.signed.Len() != signed {
		t.Error("a share was made")
	}
	l.halted = ""
	if m.committed(l.told()); m.signed.Len() != signed+1 {
		t.Error("no share afterwards")
	}
}

// TestHaltTakesMadeSharesBack: a share that lies ready is not said while the chain is halted.
func TestHaltTakesMadeSharesBack(t *testing.T) {
	l, m := begin(t)
	send(m.chain, m)
	m.run(2)
	if e, _ := extension.Decode(m.extend()); e == nil || len(e.Shares) != 1 {
		t.Fatal("no share lies ready")
	}
	a := l.agenda()
	a.Halted = "halted"
	if e, _ := extension.Decode(m.voter.Extend(a)); e != nil && len(e.Shares) != 0 {
		t.Error("says a share")
	}
}

// TestLyingState: a state machine that opens sessions for what this node did not vote for gets no share,
// however well the session fits together; the honest session gets one.
func TestLyingState(t *testing.T) {
	body := func(q *extension.SessionAgenda, c *message.Checkpoint) {
		q.BodyHash, q.Digest = c.BodyHash(), c.Digest()
	}
	for name, spoil := range map[string]func(l *ledger, q *extension.SessionAgenda, c message.Checkpoint){
		"wrong digest, right body": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			c.Root[0] ^= 1
			q.Digest = c.Digest()
		},
		"right digest, wrong body": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			c.BlockHash[0] ^= 1 // the root, and so the digest, stays
			q.BodyHash = c.BodyHash()
		},
		"another checkpoint of the window": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			c.Root[0] ^= 1
			body(q, &c)
		},
		"a window never seen": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			c.End, c.Root = c.End+100, message.Hash{9}
			q.End = c.End
			body(q, &c)
		},
		"an empty window": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			c.End -= 2
			q.End = c.End
			body(q, &c)
		},
		"another stream": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			q.Stream++
		},
		"another stream's checkpoint": func(_ *ledger, q *extension.SessionAgenda, c message.Checkpoint) {
			c.Stream.Epoch++
			body(q, &c)
		},
		"another key epoch":    func(_ *ledger, q *extension.SessionAgenda, _ message.Checkpoint) { q.KeyEpoch++ },
		"another group key":    func(_ *ledger, q *extension.SessionAgenda, _ message.Checkpoint) { q.GroupKey[3] ^= 1 },
		"another boot":         func(_ *ledger, q *extension.SessionAgenda, _ message.Checkpoint) { q.MyBoot-- },
		"a pair of the past":   func(_ *ledger, q *extension.SessionAgenda, _ message.Checkpoint) { q.MySeq = 0 },
		"a commitment changed": func(_ *ledger, q *extension.SessionAgenda, _ message.Checkpoint) { q.Signers[0].E = q.Signers[0].D },
	} {
		t.Run(name, func(t *testing.T) {
			l, m := begin(t)
			send(m.chain, m)
			l.idle = true
			m.run(2)
			if l.session != nil || len(l.votes) == 0 {
				t.Fatal("the scene is not set")
			}
			c := l.votes[len(l.votes)-1].Checkpoint(bridge, l.cfg.Stream)
			p := m.voter.now.Load().commitments[0]
			honest := l.sessionOf(&c, l.number+1, p)
			bad := *honest
			bad.Signers = slices.Clone(honest.Signers)
			bad.Number++
			spoil(l, &bad, c)
			l.seal(&bad)
			a := l.told()
			a.Sessions = []extension.SessionAgenda{bad}
			signed := m.signed.Len()
			m.committed(a)
			if e, _ := extension.Decode(m.voter.Extend(a)); e != nil && len(e.Shares) != 0 || m.signed.Len() != signed {
				t.Fatal("a share was made")
			}
			a.Sessions = []extension.SessionAgenda{*honest}
			m.committed(a)
			if e, _ := extension.Decode(m.voter.Extend(a)); e == nil || len(e.Shares) != 1 {
				t.Error("no share for the honest session")
			}
		})
	}
}

// TestOwnVoteIsAsked: the signer is asked with the journal's answer, and a journal without the vote gives no share.
func TestOwnVoteIsAsked(t *testing.T) {
	l, m := begin(t)
	send(m.chain, m)
	l.idle = true
	m.run(2)
	c := l.votes[len(l.votes)-1].Checkpoint(bridge, l.cfg.Stream)
	q := l.sessionOf(&c, l.number+1, m.voter.now.Load().commitments[0])
	key := streamKey(bridge, l.cfg.Stream)
	p := m.voter.book.streams[key]
	kept := p.ends
	p.ends = p.ends[:len(p.ends)-1] // the journal does not hold the vote
	if _, err := m.voter.share(ptr(l.agenda()), q, m.voter.now.Load()); !errors.Is(err, signer.ErrNoVote) {
		t.Errorf("without the vote: %v", err)
	}
	p.ends = kept
	if _, err := m.voter.share(ptr(l.agenda()), q, m.voter.now.Load()); err != nil {
		t.Errorf("with the vote: %v", err)
	}
}

// TestSharesAfterCommit: what ExtendVote alone shows of a session makes no share.
func TestSharesAfterCommit(t *testing.T) {
	l, m := begin(t)
	send(m.chain, m)
	m.run(1)
	l.block(m.extend())
	if l.session == nil {
		t.Fatal("no session")
	}
	signed := m.signed.Len()
	for range 2 {
		e, _ := extension.Decode(m.voter.Extend(l.agenda())) // the block is known to the application, not committed to the voter
		m.voter.Step(context.Background())
		if e != nil && len(e.Shares) != 0 || m.signed.Len() != signed {
			t.Fatal("a share was made before the commit")
		}
	}
	m.committed(l.told())
	if m.signed.Len() != signed+1 {
		t.Error("no share after the commit")
	}
}

// TestStepIsDeterministic: the same calls and the same randomness give the same words, whatever the order
// of maps.
func TestStepIsDeterministic(t *testing.T) {
	l, a, b := cloned(t)
	for i := range 12 {
		if i%4 == 0 {
			send(a.chain, a, b)
		}
		words := a.extend()
		if again := b.extend(); string(words) != string(again) {
			t.Fatalf("block %d: other words", i)
		}
		l.block(words)
		a.committed(l.told())
		b.committed(l.told())
	}
	if x, y := a.readFile("votes"), b.readFile("votes"); string(x) != string(y) {
		t.Error("other vote journals")
	}
	if x, y := a.readFile("signer"), b.readFile("signer"); string(x) != string(y) {
		t.Error("other signer journals")
	}
}

// advance reads the source once, as follow does, and gives its error.
func (m *machine) advance() error {
	for {
		more, err := m.loop.Advance(context.Background())
		if err != nil || !more {
			return err
		}
	}
}
