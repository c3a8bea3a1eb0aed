// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"sync"
	"time"
)

// clock stands still but for Advance. Timers of at most auto fire as soon as they are made.
type clock struct {
	mu     sync.Mutex
	now    time.Time
	auto   time.Duration
	timers map[chan time.Time]timer
	made   *sync.Cond
}

type timer struct {
	at time.Time
	d  time.Duration
}

func newClock() *clock {
	c := &clock{now: time.Unix(1_700_000_000, 0), timers: map[chan time.Time]timer{}}
	c.made = sync.NewCond(&c.mu)
	return c
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) After(d time.Duration) (<-chan time.Time, func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	ch := make(chan time.Time, 1)
	if d <= c.auto {
		c.now = c.now.Add(d)
		ch <- c.now
		return ch, func() {}
	}
	c.timers[ch] = timer{c.now.Add(d), d}
	c.made.Broadcast()
	return ch, func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		delete(c.timers, ch)
	}
}

// Advance moves the time and fires what is due.
func (c *clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
	for ch, t := range c.timers {
		if !t.at.After(c.now) {
			ch <- c.now
			delete(c.timers, ch)
		}
	}
}

// await blocks until a timer of exactly d runs.
func (c *clock) await(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for {
		for _, t := range c.timers {
			if t.d == d {
				return
			}
		}
		c.made.Wait()
	}
}
