// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/message"
)

var epoch = time.Unix(1_700_000_000, 0)

func job(n byte) Job {
	return Job{ID: message.ID{31: n}, Index: uint64(n), Message: &message.Message{Nonce: message.Nonce(n)}}
}

func TestQueueGivesEachMessageOnceUntilFinished(t *testing.T) {
	q := NewQueue()
	for _, n := range []byte{3, 1, 2} {
		if took, _ := q.Add(job(n)); !took {
			t.Fatalf("message %d refused", n)
		}
	}
	if took, _ := q.Add(job(2)); took {
		t.Fatal("a known message was taken twice")
	}
	got := q.Take(epoch, 2)
	if len(got) != 2 || got[0].Index != 1 || got[1].Index != 2 {
		t.Fatalf("took %v, want messages 1 and 2", got)
	}
	if again := q.Take(epoch, 10); len(again) != 1 || again[0].Index != 3 {
		t.Fatalf("took %v, want message 3 alone", again)
	}
	q.Finish(job(1).ID, Delivered, epoch)
	if q.Len() != 2 {
		t.Fatalf("%d left, want 2", q.Len())
	}
}

func TestQueueBacksOffAndOneFailureBlocksNobody(t *testing.T) {
	q := NewQueue()
	q.Add(job(1))
	now := epoch
	var last time.Duration
	for range 12 {
		if got := q.Take(now, 1); len(got) != 1 {
			t.Fatal("a due message was not given")
		}
		pause, _ := q.Finish(job(1).ID, RecipientReverted, now)
		if pause < last/2 || pause > maxRetry+maxRetry/4 {
			t.Fatalf("pause %s after %s", pause, last)
		}
		last = pause
		if got := q.Take(now.Add(pause-1), 1); len(got) != 0 {
			t.Fatal("a message was given before its pause was over")
		}
		now = now.Add(pause)
	}
	if last < maxRetry {
		t.Fatalf("pause %s never reached its bound", last)
	}
	q.Add(job(2))
	if got := q.Take(now.Add(-1), 5); len(got) != 1 || got[0].Index != 2 {
		t.Fatalf("took %v, want message 2", got)
	}
}

func TestQueueTriesPausedLanesOften(t *testing.T) {
	q := NewQueue()
	q.Add(job(9))
	now := epoch
	for i := range 20 {
		q.Take(now, 1)
		pause, changed := q.Finish(job(9).ID, LanePaused, now)
		if pause > maxPausedRetry+maxPausedRetry/4 {
			t.Fatalf("pause %s", pause)
		}
		if changed != (i == 0) {
			t.Fatalf("attempt %d: changed %t", i, changed)
		}
		now = now.Add(pause)
	}
	if q.Reasons()[LanePaused] != 1 {
		t.Fatal(q.Reasons())
	}
}

// What waits for a higher finality is due with the first certificate that has it, not before.
func TestQueueWakesForTheDemandedFinality(t *testing.T) {
	q := NewQueue()
	j := job(1)
	j.Under = message.Fast
	q.Add(j)
	q.Take(epoch, 1)
	q.Demand(j.ID, message.Final)
	q.Finish(j.ID, FinalityDemanded, epoch)
	for _, under := range []message.Finality{message.Fast, message.Safe} {
		j.Under = under
		if took, _ := q.Add(j); took || len(q.Take(epoch, 1)) != 0 {
			t.Fatalf("due under a %s certificate", under)
		}
	}
	j.Under = message.Final
	q.Add(j)
	if got := q.Take(epoch, 1); len(got) != 1 || got[0].Demanded != message.Final {
		t.Fatalf("%+v", got)
	}
}

// A stream's share of the queue is bounded, and a full one leaves the others their room.
func TestQueueIsBounded(t *testing.T) {
	q := NewQueue()
	for i := range MaxQueued + 1 {
		if took, _ := q.Add(numbered(1, i)); took != (i < MaxQueued) {
			t.Fatalf("message %d: %t", i, took)
		}
	}
	if q.Room(1, 0) != 0 || q.Room(2, 0) != MaxQueued || q.Room(1, message.Fast) != MaxQueued {
		t.Fatalf("room %d, %d and %d", q.Room(1, 0), q.Room(2, 0), q.Room(1, message.Fast))
	}
	if took, _ := q.Add(numbered(2, 0)); !took {
		t.Fatal("a full stream keeps another out")
	}
	fast := numbered(3, 0)
	fast.Stream, fast.Message = 1, &message.Message{Finality: message.Fast}
	if took, _ := q.Add(fast); !took {
		t.Fatal("a full lane keeps another of the same source out")
	}
}

// INVARIANT: I-12. As many messages as the queue holds, all to recipients that refuse, do not
// keep the next message out: the one that failed most often makes room and is named.
func TestRefusedMessagesMakeRoom(t *testing.T) {
	q, now := NewQueue(), time.Unix(1_000, 0)
	for i := range MaxQueued {
		q.Add(numbered(1, i))
	}
	for range 2 {
		for _, j := range q.Take(now, MaxQueued) {
			q.Finish(j.ID, RecipientReverted, now)
		}
		now = now.Add(time.Hour)
	}
	for _, j := range q.Take(now, 1) { // one has failed once more than the others
		q.Finish(j.ID, RecipientReverted, now)
	}
	if q.Room(1, 0) != MaxQueued {
		t.Fatalf("room %d", q.Room(1, 0))
	}
	took, out := q.Add(numbered(1, MaxQueued))
	if !took || out == nil || out.ID != numbered(1, 0).ID {
		t.Fatalf("took %t, out %+v", took, out)
	}
	if q.Len() != MaxQueued {
		t.Fatalf("%d messages", q.Len())
	}
}

// Twin: what waits for its lane, or is under way, never makes room.
func TestWaitingMessagesStay(t *testing.T) {
	q, now := NewQueue(), time.Unix(1_000, 0)
	for i := range MaxQueued {
		q.Add(numbered(1, i))
	}
	for i, j := range q.Take(now, MaxQueued) {
		reason := LanePaused
		if i == 0 {
			reason = RecipientReverted
		}
		q.Finish(j.ID, reason, now)
	}
	if got := q.Take(now.Add(time.Hour), MaxQueued); len(got) != MaxQueued {
		t.Fatalf("%d taken", len(got))
	}
	if took, out := q.Add(numbered(1, MaxQueued)); took || out != nil || q.Room(1, 0) != 0 {
		t.Fatalf("took %t, out %+v, room %d", took, out, q.Room(1, 0))
	}
}

// However messages leave the queue, others get their room.
func TestQueueRoomComesBack(t *testing.T) {
	q := NewQueue()
	for name, leave := range map[string]func(message.ID){
		"delivered":  func(id message.ID) { q.Finish(id, Delivered, epoch) },
		"superseded": func(id message.ID) { q.Finish(id, Superseded, epoch) },
		"forgotten":  func(id message.ID) { q.Forget(id); q.Forget(id) },
		"dropped":    func(message.ID) { q.Drop(1) },
	} {
		for i := range MaxQueued {
			if took, _ := q.Add(numbered(1, i)); !took {
				t.Fatalf("%s: message %d refused", name, i)
			}
		}
		if took, _ := q.Add(numbered(1, MaxQueued)); took {
			t.Fatalf("%s: one more was taken", name)
		}
		for i := range MaxQueued {
			leave(numbered(1, i).ID)
		}
		if q.Len() != 0 {
			t.Fatalf("%s: %d left", name, q.Len())
		}
	}
}

func numbered(stream uint16, i int) Job {
	return Job{ID: message.ID{28: byte(stream), 30: byte(i >> 8), 31: byte(i)}, Stream: stream, Index: uint64(i), Message: &message.Message{}}
}
