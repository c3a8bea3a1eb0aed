// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
)

// batch sends two calls in one request through endpoint i: each answer is the right one or missing.
func (r *reader) batch(ctx context.Context, i int) {
	c, err := rpc.DialContext(ctx, r.proxies[i].URL())
	if err != nil {
		return
	}
	defer c.Close()
	var id hexutil.Uint64
	var zero struct {
		Hash message.Hash `json:"hash"`
	}
	calls := []rpc.BatchElem{
		{Method: "eth_chainId", Result: &id},
		{Method: "eth_getBlockByNumber", Args: []any{"0x0", false}, Result: &zero},
	}
	if err := c.BatchCallContext(ctx, calls); err != nil {
		return
	}
	missing := 0
	for _, call := range calls {
		if errors.Is(call.Error, rpc.ErrMissingBatchResponse) {
			missing++
		}
	}
	if calls[0].Error == nil && id != chainID || calls[1].Error == nil && zero.Hash != r.w.genesis || missing > 1 {
		r.t.Errorf("WRONG ANSWER in a batch: %d, %s, %d missing", id, zero.Hash, missing)
	}
}

// alarm wakes a reader by WebSockets through its proxies.
type alarm struct {
	t     testing.TB
	heads *pool.Heads
	nap   func(context.Context, time.Duration) error
	ready chan struct{}
	woken atomic.Uint64
}

func newAlarm(t testing.TB) *alarm { return &alarm{t: t, ready: make(chan struct{})} }

// start subscribes at every endpoint of the reader.
func (a *alarm) start(r *reader) {
	cfg := pool.HeadsConfig{Chain: chainID, Clock: newFastClock()}
	for i, s := range r.proxies {
		cfg.Sources = append(cfg.Sources, pool.HeadSource{Name: fmt.Sprint("endpoint-", i), URL: "ws" + strings.TrimPrefix(s.URL(), "http")})
	}
	var err error
	if a.heads, err = pool.NewHeads(cfg); err != nil {
		a.t.Fatal(err)
	}
	a.nap = a.heads.Sleeper()
	ctx, cancel := context.WithCancel(r.w.ctx)
	done := make(chan struct{})
	a.t.Cleanup(func() { cancel(); <-done })
	go func() { defer close(done); _ = a.heads.Run(ctx) }()
	close(a.ready)
}

// sleep is the follower's pause, which an announced block ends early.
func (a *alarm) sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-a.ready:
	case <-ctx.Done():
		return ctx.Err()
	}
	began := time.Now()
	err := a.nap(ctx, 10*d)
	if time.Since(began) < 10*d/speed-time.Millisecond {
		a.woken.Add(1)
	}
	return err
}

// wakes waits until the reader was woken twice more.
func (a *alarm) wakes(what string) {
	a.t.Helper()
	until := a.woken.Load() + 2
	await(a.t, what+": wake-ups", func() bool { return a.woken.Load() >= until })
}
