// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// A tip that could not be journaled is not said, nor the one that it replaced; given again, it is.
func TestTipIsJournaledFirst(t *testing.T) {
	r, base := lower(t)
	disk := &records{}
	book, err := openBook(disk)
	if err != nil {
		t.Fatal(err)
	}
	r.voter.book = book
	a := r.both(&base)
	first, next := r.tip(&base, base.End+10, 2, 1), r.tip(&base, base.End+12, 3, 1)
	r.onTip(first)
	if len(disk.all) != 1 || disk.all[0][0] != kindLower || !book.holds(first, first.BodyHash()) {
		t.Fatalf("records %x", disk.all)
	}
	disk.fail = 1
	if err := r.voter.OnTip(lowIndex, next); !errors.Is(err, errDisk) || r.voter.Status()[1].Halted != nil {
		t.Fatalf("full disk: %v", err)
	}
	r.wantTip(a, nil)
	r.onTip(next)
	r.wantTip(a, next)
	if r.voter.book, err = openBook(r.journal); err != nil {
		t.Fatal(err)
	}
	if err := r.journal.Close(); err != nil {
		t.Fatal(err)
	}
	if err := r.voter.OnTip(lowIndex, first); !errors.Is(err, ErrJournal) || !errors.Is(r.voter.Status()[1].Halted, ErrJournal) {
		t.Errorf("closed journal: %v, halted: %v", err, r.voter.Status()[1].Halted)
	}
	r.wantTip(a, nil)
}

// After a restart the tip that still stands is known to the journal: no second record, and the vote in the state is no
// sign of a lost journal.
func TestTipAfterARestart(t *testing.T) {
	r, base := lower(t)
	c := r.tip(&base, base.End+10, 2, 1)
	r.onTip(c)
	r.open()
	r.addLower()
	r.follow(0)
	size := r.journal.Len()
	a := r.both(&base)
	a.Streams[1].Said, a.Streams[1].Voted = c.BodyHash(), []uint64{c.End}
	r.wantTip(a, nil)
	r.onTip(c)
	r.wantTip(a, nil)
	a.Streams[1].Said = message.Hash{}
	r.wantTip(a, c)
	if r.journal.Len() != size || r.voter.lost.Load() {
		t.Errorf("%d records more, lost: %t", r.journal.Len()-size, r.voter.lost.Load())
	}
}

// A lost journal bars the final stream, and the one below final not: nothing that it says there is equivocation.
func TestLostJournalBelowFinal(t *testing.T) {
	r, base := lower(t)
	r.chain.Mine(4)
	r.send(1)
	r.open()
	r.addLower()
	r.follow(0)
	a := r.agenda()
	certify(&a, base)
	a.Streams = append(a.Streams, r.both(&base).Streams[1])
	c := r.tip(&base, base.End+20, 2, 1)
	a.Streams[1].Voted, a.Streams[1].Said = []uint64{base.End + 18}, message.Hash{1}
	r.voter.settled.Store(0)
	r.work(a)
	if !r.voter.lost.Load() {
		t.Fatal("a vote that the journal lacks is no sign of its loss")
	}
	r.voter.settled.Store(1)
	r.onTip(c)
	r.wantTip(a, c)
	if got := ends(r.say(a)); len(got) != 1 {
		t.Errorf("the final stream is not barred: votes for %v", got)
	}
	if s := r.voter.Status(); !s[0].Abstained || s[1].Abstained {
		t.Errorf("status %+v", s)
	}
}

// TestOldVotesAreNoLoss: a vote that stands in the state is found in a journal that remembers only newer bodies.
func TestOldVotesAreNoLoss(t *testing.T) {
	disk := new(records)
	b := bookOf(t, disk)
	const n = 2*maxLower + 1
	for i := range uint64(n) {
		if err := b.enter(said(message.Fast, 1+2*i, byte(i%2))); err != nil {
			t.Fatal(err)
		}
	}
	b = bookOf(t, disk)
	first := said(message.Fast, 1, 0)
	key := streamKey(bridge, first.Stream)
	if b.holds(first, first.BodyHash()) || !b.opened[key][1] || !b.opened[key][2*n-1] || b.opened[key][2] || len(b.opened[key]) != n {
		t.Errorf("held: %t, %d ends", b.holds(first, first.BodyHash()), len(b.opened[key]))
	}
}

// A stream that was stopped and runs again begins without its former tips; what halted it is over.
func TestStoppedAndAddedAgain(t *testing.T) {
	r, base := lower(t)
	a := r.both(&base)
	c := r.tip(&base, base.End+10, 2, 1)
	r.onTip(c)
	r.voter.Halt(lowIndex, errIdle)
	r.voter.RemoveStream(lowIndex)
	r.wantTip(a, nil)
	if err := r.voter.OnTip(lowIndex, c); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("tip of a removed stream: %v", err)
	}
	size := r.journal.Len()
	r.addLower()
	a.Streams[1].Generation++
	r.wantTip(a, nil)
	if s := r.voter.Status()[1]; s.Halted != nil || s.Newest != 0 {
		t.Errorf("status %+v", s)
	}
	lowEnd := r.tip(&base, base.End+2, 1, 2) // of the new generation; below the earlier one
	r.onTip(lowEnd)
	r.wantTip(a, lowEnd)
	r.onTip(c)
	r.wantTip(a, c)
	if r.journal.Len() == size {
		t.Error("the new tip is not in the journal")
	}
}

// Coverage below final is how far the final stream beside it is read, while both run.
func TestStatusAndHeartbeatsBelowFinal(t *testing.T) {
	r := newRig(t)
	r.addLower()
	a := r.both(nil)
	a.Height = 119
	beats := func() (list []uint16) {
		for _, b := range r.say(a).Heartbeats {
			list = append(list, b.Stream)
		}
		return list
	}
	want := func(want ...uint16) {
		t.Helper()
		if got := beats(); fmt.Sprint(got) != fmt.Sprint(want) {
			t.Fatalf("heartbeats %v, want %v", got, want)
		}
	}
	want()
	r.send(1)
	want(index, lowIndex)
	if e := r.say(a); e.Heartbeats[0].End != e.Heartbeats[1].End {
		t.Errorf("heartbeats %+v", e.Heartbeats)
	}
	c := r.tip(nil, r.latest().End+10, 2, 1)
	r.onTip(c)
	if s := r.voter.Status(); len(s) != 2 || s[1].Index != lowIndex || s[1].Stream != c.Stream || s[1].Newest != c.End || s[1].Final != s[0].Final || s[1].Final == 0 {
		t.Errorf("status %+v", s)
	}
	r.onTip(nil)
	if s := r.voter.Status()[1]; s.Newest != 0 {
		t.Errorf("status without a tip %+v", s)
	}
	if _, err := r.voter.Leaves(lowIndex, 0, 1); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("leaves below final: %v", err)
	}
	r.voter.Halt(lowIndex, errIdle)
	want(index)
	r.voter.RemoveStream(lowIndex)
	r.addLower()
	want(index, lowIndex)
	r.voter.Halt(index, errIdle)
	want()
}

// INVARIANT I-07 below final: the extension is made while every lock of the voter is held.
func TestTipIsSaidWithoutIO(t *testing.T) {
	r, base := lower(t)
	a := r.both(&base)
	c := r.tip(&base, base.End+10, 2, 1)
	r.onTip(c)
	r.voter.mu.Lock()
	defer r.voter.mu.Unlock()
	r.voter.book.mu.Lock()
	defer r.voter.book.mu.Unlock()
	r.wantTip(a, c)
}
