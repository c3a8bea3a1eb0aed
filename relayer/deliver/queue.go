// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"cmp"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/message"
)

const (
	// MaxQueued messages wait per target; the scan of the trees stops at it and
	// goes on when room appears, so nothing is lost.
	MaxQueued = 10_000
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
	Stream  uint16 // index of the stream that proves it
	Index   uint64 // of its leaf in the stream
	Message *message.Message
}

// Queue decides when each message of one target is tried. It is a value that one
// loop owns: no goroutine, no clock; time comes as an argument.
type Queue struct {
	jobs map[message.ID]*entry
}

type entry struct {
	job      Job
	due      time.Time
	attempts int
	flying   bool
	reason   Reason
}

// NewQueue is empty.
func NewQueue() *Queue { return &Queue{jobs: map[message.ID]*entry{}} }

// Len is the number of messages not yet done.
func (q *Queue) Len() int { return len(q.jobs) }

// Room is how many messages Add still takes.
func (q *Queue) Room() int { return MaxQueued - len(q.jobs) }

// Add takes a message, due at once. It reports false for a known one or when the
// queue is full.
func (q *Queue) Add(j Job) bool {
	if _, known := q.jobs[j.ID]; known || q.Room() <= 0 {
		return false
	}
	q.jobs[j.ID] = &entry{job: j, reason: Certified}
	return true
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

// Finish records what an attempt came to. A delivered message leaves the queue;
// another is tried again after a pause that doubles with each attempt. It
// returns that pause and whether the reason is new, so that a caller logs once.
func (q *Queue) Finish(id message.ID, reason Reason, now time.Time) (pause time.Duration, changed bool) {
	e, ok := q.jobs[id]
	if !ok {
		return 0, false
	}
	changed = e.reason != reason
	if reason == Delivered {
		delete(q.jobs, id)
		return 0, changed
	}
	if changed {
		e.attempts = 0
	}
	limit := maxRetry
	if reason == LanePaused || reason == TargetUnreachable || reason == Certified {
		limit = maxPausedRetry
	}
	pause = min(firstRetry<<min(e.attempts, 20), limit)
	pause += spread(id, e.attempts, pause/4)
	e.attempts, e.flying, e.reason, e.due = e.attempts+1, false, reason, now.Add(pause)
	return pause, changed
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
