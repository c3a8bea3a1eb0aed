// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"cmp"
	"maps"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/message"
)

const (
	// MaxQueued messages of one stream and asked finality wait per target; the scan of its tree stops at
	// it and goes on when room appears. Each such lane has its own share, so a paused
	// one keeps no other out.
	MaxQueued = 4096
	// firstRetry is the pause after the first failed attempt; it doubles.
	firstRetry = time.Second
	// maxRetry bounds the pause of a message that fails by its own fault.
	maxRetry = 2 * time.Minute
	// maxPausedRetry bounds the pause of a message that waits for a lane or an
	// endpoint, so that it goes out soon after.
	maxPausedRetry = 8 * time.Second
)

// Job is one message on its way to one target.
type Job struct {
	ID      message.ID
	Stream  uint16 // index of the final stream of its source
	Index   uint64 // of its leaf in that stream; below final about that
	Message *message.Message
	// Under is the finality of the certificate that showed it, Demanded the one that its recipient is known to
	// demand; 0 for none.
	Under, Demanded message.Finality
	// Taken: the target's bit of its nonce is set, though the target's own tree has no receipt for it yet. Judged is the
	// block of that tree at which the bit was not set when it was looked at last.
	Taken  bool
	Judged uint64
}

// share is what has a share of the queue.
type share struct {
	stream uint16
	asked  message.Finality
}

func (j *Job) share() share { return share{j.Stream, j.Message.Finality} }

// Queue decides when each message of one target is tried. It is a value that one
// loop owns: no goroutine, no clock; time comes as an argument.
type Queue struct {
	jobs  map[message.ID]*entry
	sizes map[share]int // of the jobs
}

type entry struct {
	job      Job
	due      time.Time
	attempts int
	flying   bool
	reason   Reason
}

// NewQueue is empty.
func NewQueue() *Queue { return &Queue{jobs: map[message.ID]*entry{}, sizes: map[share]int{}} }

// remove takes a job out, if it is in.
func (q *Queue) remove(id message.ID) {
	if e, ok := q.jobs[id]; ok {
		delete(q.jobs, id)
		q.sizes[e.job.share()]--
	}
}

// Len is the number of messages not yet done.
func (q *Queue) Len() int { return len(q.jobs) }

// Room is how many messages of a stream and asked finality Add still takes, in place of refused ones too.
func (q *Queue) Room(stream uint16, asked message.Finality) int {
	room := MaxQueued
	for _, e := range q.jobs {
		if e.job.share() == (share{stream, asked}) && !e.refused() {
			room--
		}
	}
	return room
}

// refused says that the message fails by its recipient's fault and is not under way.
func (e *entry) refused() bool { return e.reason == RecipientReverted && !e.flying }

// Add takes a message, due at once. It reports false for a known one, which is due at once if it has waited for such a
// certificate, or when its share is full. INVARIANT: I-12. In a full share the refused message that was tried most
// often makes room and is returned: this queue forgets it, anyone may still deliver it.
func (q *Queue) Add(j Job) (took bool, out *Job) {
	if e, known := q.jobs[j.ID]; known {
		if e.reason == FinalityDemanded && !e.flying && j.Under >= e.job.Demanded {
			e.due = time.Time{}
		}
		return false, nil
	}
	same := q.sizes[j.share()]
	if same >= MaxQueued {
		worst := q.worst(j.share())
		if worst == nil {
			return false, nil
		}
		q.remove(worst.job.ID)
		out = &worst.job
	}
	q.jobs[j.ID] = &entry{job: j, reason: Certified}
	q.sizes[j.share()]++
	return true, out
}

// worst is the refused message of a share that was tried most often, the oldest of such; nil for none.
func (q *Queue) worst(of share) (worst *entry) {
	for _, e := range q.jobs {
		if e.job.share() == of && e.refused() &&
			(worst == nil || cmp.Or(cmp.Compare(worst.attempts, e.attempts), cmp.Compare(e.job.Index, worst.job.Index)) < 0) {
			worst = e
		}
	}
	return worst
}

// Take gives up to limit messages that are due, oldest leaf first within a stream,
// and marks them as under way until Finish.
func (q *Queue) Take(now time.Time, limit int) []Job {
	var due []*entry
	for _, e := range q.jobs {
		if !e.flying && !e.due.After(now) {
			due = append(due, e)
		}
	}
	slices.SortFunc(due, func(a, b *entry) int {
		return cmp.Or(cmp.Compare(a.attempts, b.attempts), cmp.Compare(a.job.Index, b.job.Index), cmp.Compare(a.job.Stream, b.job.Stream))
	})
	out := make([]Job, 0, min(len(due), limit))
	for _, e := range due[:min(len(due), limit)] {
		e.flying = true
		out = append(out, e.job)
	}
	return out
}

// Finish records what an attempt came to. A message that is delivered, or never will be, leaves the queue;
// another is tried again after a pause that doubles with each attempt. It
// returns that pause and whether the reason is new, so that a caller logs once.
func (q *Queue) Finish(id message.ID, reason Reason, now time.Time) (pause time.Duration, changed bool) {
	e, ok := q.jobs[id]
	if !ok {
		return 0, false
	}
	changed = e.reason != reason
	if reason == Delivered || reason == Superseded {
		q.remove(id)
		return 0, changed
	}
	if changed {
		e.attempts = 0
	}
	limit := maxRetry
	switch reason {
	case LanePaused, TargetUnreachable, Certified, FinalityDemanded:
		limit = maxPausedRetry
	}
	pause = min(firstRetry<<min(e.attempts, 20), limit)
	pause += spread(id, e.attempts, pause/4)
	e.attempts, e.flying, e.reason, e.due = e.attempts+1, false, reason, now.Add(pause)
	return pause, changed
}

// Demand notes that the recipient demands a finality, before Finish.
func (q *Queue) Demand(id message.ID, f message.Finality) {
	if e, ok := q.jobs[id]; ok {
		e.job.Demanded = f
	}
}

// Taken notes that somebody took the nonce, after the target's final block that was looked at; before Finish.
func (q *Queue) Taken(id message.ID, judged uint64) {
	if e, ok := q.jobs[id]; ok {
		e.job.Taken, e.job.Judged = true, judged
	}
}

// Forget gives a message up that was under way.
func (q *Queue) Forget(id message.ID) { q.remove(id) }

// Drop forgets the messages of a stream that is closed. One that is under way ends as it ends.
func (q *Queue) Drop(stream uint16) {
	maps.DeleteFunc(q.jobs, func(_ message.ID, e *entry) bool { return e.job.Stream == stream })
	maps.DeleteFunc(q.sizes, func(s share, _ int) bool { return s.stream == stream })
}

// Reasons counts the waiting messages by reason.
func (q *Queue) Reasons() map[Reason]int {
	out := map[Reason]int{}
	for _, e := range q.jobs {
		out[e.reason]++
	}
	return out
}

// spread is a jitter below limit that needs no randomness: it differs between
// messages and between attempts.
func spread(id message.ID, attempt int, limit time.Duration) time.Duration {
	if limit <= 0 {
		return 0
	}
	return time.Duration((uint64(id[attempt%32])<<8 | uint64(id[(attempt+1)%32])) * uint64(limit) >> 16)
}
