// SPDX-License-Identifier: Apache-2.0

package pool

import "time"

// budget is a token bucket: a quarter of the hour's requests at once, three quarters spread
// over the hour, so that no hour sees more than all of them.
type budget struct {
	hourly int // zero: no limit
	tokens float64
	at     time.Time
}

func newBudget(hourly int, now time.Time) budget {
	return budget{hourly: hourly, tokens: float64(hourly) / 4, at: now}
}

// fill adds what has come in since the last look. A clock that goes back adds nothing.
func (b *budget) fill(now time.Time) {
	if d := now.Sub(b.at); d > 0 {
		b.tokens = min(b.tokens+d.Hours()*float64(b.hourly)*3/4, float64(b.hourly)/4)
	}
	b.at = now
}

// has reports whether n requests are left.
func (b *budget) has(n int, now time.Time) bool {
	if b.hourly == 0 {
		return true
	}
	b.fill(now)
	return b.tokens >= float64(n)
}

// take spends n requests, or none when fewer are left.
func (b *budget) take(n int, now time.Time) bool {
	if !b.has(n, now) {
		return false
	}
	if b.hourly != 0 {
		b.tokens -= float64(n)
	}
	return true
}

// give returns requests that were not sent.
func (b *budget) give(n int) {
	if b.hourly != 0 {
		b.tokens += float64(n)
	}
}

// low reports whether less than half of what fits is left: time to ask somebody else first.
func (b *budget) low(now time.Time) bool {
	return b.hourly != 0 && !b.has(max(b.hourly/8, 1), now)
}

// left is how many requests may be sent now; -1 for no limit.
func (b *budget) left(now time.Time) int {
	if b.hourly == 0 {
		return -1
	}
	b.fill(now)
	return int(b.tokens)
}
