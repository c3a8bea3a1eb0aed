// SPDX-License-Identifier: Apache-2.0

package pool

import "time"

// Clock is the only time that the package knows.
type Clock interface {
	Now() time.Time
	// After sends once when d has passed; stop frees the timer.
	After(d time.Duration) (fired <-chan time.Time, stop func())
}

type systemClock struct{}

func (systemClock) Now() time.Time { return time.Now() }

func (systemClock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d)
	return t.C, func() { t.Stop() }
}

// backoff is the greatest pause after n failures in a row.
func backoff(n int) time.Duration {
	if n > 16 {
		return BackoffMax
	}
	return min(BackoffBase<<n, BackoffMax)
}
