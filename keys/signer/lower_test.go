// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package signer

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
)

func below(f message.Finality, end uint64, root byte) message.Checkpoint {
	c := checkpoint(end, root)
	c.Stream.Finality = f
	return c
}

// TestBelowFinalManyBodiesAreSigned: a reorganisation gives a window of a stream below final another body; in the
// final stream it is refused as ever, and a session number is signed once in both.
func TestBelowFinalManyBodiesAreSigned(t *testing.T) {
	for _, tc := range []struct {
		finality message.Finality
		second   error
	}{{message.Fast, nil}, {message.Safe, nil}, {message.Final, ErrConflict}} {
		t.Run(tc.finality.String(), func(t *testing.T) {
			e := newEpochs(t)
			a, b := below(tc.finality, 9, 1), below(tc.finality, 9, 2)
			first := e.request(1, &a)
			if err := e.sign(first); err != nil {
				t.Fatal(err)
			}
			if err := e.sign(e.request(1, &b)); !errors.Is(err, tc.second) {
				t.Errorf("another body: %v", err)
			}
			again := e.request(1, &b)
			again.SessionNumber = first.SessionNumber
			again.seal()
			if err := e.sign(again); !errors.Is(err, ErrConflict) {
				t.Errorf("another body in the same session: %v", err)
			}
			e.restart(200, e.shares[0], e.shares[1])
			if err := e.sign(e.request(1, &b)); !errors.Is(err, tc.second) {
				t.Errorf("another body after a restart: %v", err)
			}
			again = e.request(1, &a)
			again.SessionNumber = first.SessionNumber
			again.seal()
			if err := e.sign(again); !errors.Is(err, ErrConflict) {
				t.Errorf("the session again after a restart: %v", err)
			}
			if fork, err := HighestFork(e.signer.journal); fork != 1 || err != nil {
				t.Errorf("the journal knows fork %d: %v", fork, err)
			}
			if n := len(e.signer.history.streams); n != map[bool]int{true: 0, false: 1}[tc.second == nil] {
				t.Errorf("%d streams are remembered", n)
			}
		})
	}
}

// TestBelowFinalVotesAreJournaledEach: each body goes to the journal once, before it counts, and vouches for itself alone.
func TestBelowFinalVotesAreJournaledEach(t *testing.T) {
	e := newEpochs(t)
	w := e.signer.Witness()
	a, b, other := below(message.Fast, 9, 1), below(message.Fast, 9, 2), below(message.Fast, 9, 3)
	records := e.signer.journal.Len()
	if err := errors.Join(w.Vote(a), w.Vote(b), w.Vote(a), w.Vote(b)); err != nil {
		t.Fatal(err)
	}
	if n := e.signer.journal.Len() - records; n != 2 {
		t.Errorf("%d records for two bodies", n)
	}
	for _, when := range []string{"now", "after a restart"} {
		for c, want := range map[*message.Checkpoint]bool{&a: true, &b: true, &other: false, ptr(below(message.Safe, 9, 1)): false, ptr(below(message.Final, 9, 1)): false, nil: false} {
			if ok, err := w.Knows(c); ok != want || err != nil {
				t.Errorf("%s: knows %+v: %t, %v", when, c, ok, err)
			}
		}
		e.restart(200, e.shares[0])
		w = e.signer.Witness()
	}
	if err := errors.Join(w.Vote(below(message.Final, 9, 1)), w.Vote(a)); err != nil {
		t.Error(err)
	}
	if err := w.Vote(below(message.Final, 9, 2)); !errors.Is(err, ErrConflict) {
		t.Errorf("second final body: %v", err)
	}
	if err := e.signer.journal.Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Vote(other); !errors.Is(err, ErrJournal) {
		t.Errorf("without a journal: %v", err)
	}
	if ok, _ := w.Knows(&other); ok {
		t.Error("vouches for what was not journaled")
	}
}

// TestBelowFinalMemoryIsBounded: the oldest bodies are forgotten, alike by the process that wrote them and by the next one.
func TestBelowFinalMemoryIsBounded(t *testing.T) {
	e := newEpochs(t)
	w := e.signer.Witness()
	vote := func(n int) message.Checkpoint {
		c := below(message.Safe, 9, 1)
		c.BlockHash = message.Hash{1, byte(n >> 8), byte(n)}
		return c
	}
	const n = 5*maxApprovals/2 + 3
	for i := range n {
		if err := w.Vote(vote(i)); err != nil {
			t.Fatal(err)
		}
	}
	known := func() (first, count int) {
		for i := n - 1; i >= 0; i-- {
			c := vote(i)
			if ok, _ := e.signer.Witness().Knows(&c); ok {
				first, count = i, count+1
			}
		}
		return first, count
	}
	first, count := known()
	if count > 2*maxApprovals || count < maxApprovals || first+count != n {
		t.Errorf("%d are known, the oldest is %d", count, first)
	}
	e.restart(200, e.shares[0])
	if f, c := known(); f != first || c != count {
		t.Errorf("after a restart %d are known, the oldest is %d; want %d, %d", c, f, count, first)
	}
	if err := e.signer.Witness().Vote(vote(0)); err != nil { // a body that was forgotten may come back
		t.Error(err)
	}
	e.restart(300, e.shares[0])
	if ok, _ := e.signer.Witness().Knows(ptr(vote(0))); !ok {
		t.Error("a body that came back is forgotten")
	}
}

// TestJournalsOfTwoFinalities: records that no signer writes are refused.
func TestJournalsOfTwoFinalities(t *testing.T) {
	record := func(kind byte, end byte, body byte) []byte {
		b := make([]byte, voteSize)
		b[0], b[40], b[voteSize-1] = kind, end, body
		return b
	}
	for name, tc := range map[string]struct {
		records [][]byte
		ok      bool
	}{
		"two bodies below final":      {[][]byte{record(kindLowerVote, 9, 1), record(kindLowerVote, 9, 2)}, true},
		"one body twice below final":  {[][]byte{record(kindLowerVote, 9, 1), record(kindLowerVote, 9, 1)}, false},
		"two bodies in a final one":   {[][]byte{record(kindVote, 9, 1), record(kindVote, 9, 2)}, false},
		"final, then below":           {[][]byte{record(kindVote, 9, 1), record(kindLowerVote, 9, 2)}, false},
		"below, then final":           {[][]byte{record(kindLowerVote, 9, 1), record(kindVote, 11, 2)}, false},
		"a lower vote that is longer": {[][]byte{append(record(kindLowerVote, 9, 1), 0)}, false},
	} {
		j, err := journal.OpenOn(new(memory), 0)
		if err != nil {
			t.Fatal(err)
		}
		for _, r := range tc.records {
			if err := j.Append(r); err != nil {
				t.Fatal(err)
			}
		}
		if _, err := New(Config{BridgeID: bridge, Journal: j, Rand: testRand(1)}); (err == nil) != tc.ok {
			t.Errorf("%s: %v", name, err)
		}
	}
}
