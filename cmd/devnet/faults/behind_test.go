// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/follow"
)

// TestFarBehind: a node that was away for 3,000 blocks (20,000 with CHAOS=full), some with messages, catches up while more
// come, from endpoints that give logs of 37, 100 and 250 blocks at once.
func TestFarBehind(t *testing.T) {
	t.Parallel()
	blocks := uint64(3_000)
	if os.Getenv("CHAOS") == "full" {
		blocks = 20_000
	}
	w := anvilWorld(t, 1, "--no-mining")
	truth, dir := newTruth(w), t.TempDir()
	r := read(t, w, truth, options{dir: dir})
	w.busy(t, "before", 10, 1)
	r.readsAll("before it went away")
	r.close()
	was := r.final.Load()
	for i := uint64(0); i < blocks; i += 20 {
		if err := w.send(fmt.Sprint("while it was away, block ", i)); err != nil {
			t.Fatal(err)
		}
		w.mineBlocks(t, 20)
	}
	flow(t, w)
	behind := w.final(t) - was
	limits := []uint64{37, 100, 250}
	rules := map[int][]faultproxy.Rule{}
	for i, n := range limits {
		rules[i] = []faultproxy.Rule{{Fault: faultproxy.RangeLimit, N: n}}
	}
	r = read(t, w, truth, options{dir: dir, rules: rules})
	for range 3 {
		r.reaches("catching up")
	}
	if behind < blocks || r.longest.Load() > follow.DefaultMaxBlocks {
		t.Errorf("it was %d blocks behind and asked for %d at once", behind, r.longest.Load())
	}
	for i, n := range limits {
		if i < 2 && r.fired(i, faultproxy.RangeLimit) == 0 {
			t.Errorf("the endpoint that gives %d blocks never refused", n)
		}
		t.Logf("endpoint-%d, %d blocks at most: refused %d times", i, n, r.fired(i, faultproxy.RangeLimit))
	}
	t.Logf("%d blocks behind, %d messages in %d windows, %d errors of the source", behind, r.leaves.Load(), r.windows.Load(), r.errs.Load())
}

// flow sends a message and mines a block each tenth of a second until the test ends.
func flow(t *testing.T, w *world) {
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(blockTime)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			if err := w.send(fmt.Sprint("while it reads ", i)); err != nil {
				t.Errorf("send: %v", err)
				return
			}
			if err := w.rpc.CallContext(ctx, nil, "anvil_mine", "0x1"); err != nil && ctx.Err() == nil {
				t.Errorf("mine: %v", err)
			}
		}
	}()
}
