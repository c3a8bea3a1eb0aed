// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"context"
	"time"

	"github.com/aitbc/bridge/chains/follow"
)

// speed is how much faster than the system's clock everything runs that has a clock of its own: pauses of minutes
// are over in seconds. What endpoints do, and evm.CallTimeout, take the time that they take.
const speed = 10

// clock is a pool.Clock that is so many times as fast as the system's.
type clock struct {
	began time.Time
	speed time.Duration
}

func newFastClock() clock { return clock{time.Now(), speed} }

func (c clock) Now() time.Time { return c.began.Add(c.speed * time.Since(c.began)) }

func (c clock) After(d time.Duration) (<-chan time.Time, func()) {
	t := time.NewTimer(d / c.speed)
	return t.C, func() { t.Stop() }
}

// fastSleep is the Sleep of a follower, and the Wait of a fault proxy.
func fastSleep(ctx context.Context, d time.Duration) error { return follow.Sleep(ctx, d/speed) }
