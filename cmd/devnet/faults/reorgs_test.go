// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"errors"
	"fmt"
	"testing"

	"github.com/aitbc/bridge/chains/stream"
)

// epoch is anvil's: safe is one behind the head and final two.
const epoch = 4

// reorg replaces the newest blocks of anvil by as many empty ones. Their messages are gone.
func (w *world) reorg(t testing.TB, depth uint64) {
	t.Helper()
	if err := w.rpc.CallContext(w.ctx, nil, "anvil_reorg", depth, []any{}); err != nil {
		t.Fatal(err)
	}
	nonce, err := w.eth.PendingNonceAt(w.ctx, w.from)
	if err != nil {
		t.Fatal(err)
	}
	w.opts.Nonce.SetUint64(nonce)
}

// busy mines blocks with n messages in each.
func (w *world) busy(t testing.TB, what string, blocks, n int) {
	t.Helper()
	for b := range blocks {
		for i := range n {
			if err := w.send(fmt.Sprintf("%s, block %d, message %d", what, b, i)); err != nil {
				t.Fatal(err)
			}
		}
		w.mineBlocks(t, 1)
	}
}

// readsAll waits until everything final is read.
func (r *reader) readsAll(what string) {
	r.t.Helper()
	last := r.w.final(r.t)
	last -= (last + 1) % r.w.stream().Stride // the window that the final block ends or cuts
	await(r.t, fmt.Sprintf("%s: block %d", what, last), func() bool { return r.alive() && r.final.Load() >= last })
}

// TestAnvilReorgs replaces blocks below the head, of every depth, while messages flow and the reader reads. Up to the
// final block nothing is lost and nothing is wrong. One block deeper the stream ends with the evidence, gives no window of
// either history any more, and so does one that is started again.
func TestAnvilReorgs(t *testing.T) {
	t.Parallel()
	w := anvilWorld(t, epoch, "--no-mining")
	truth := newTruth(w)
	dir := t.TempDir()
	r := read(t, w, truth, options{dir: dir})
	w.busy(t, "before", 3*epoch, 2)
	for depth := uint64(1); depth <= 2*epoch; depth++ {
		r.readsAll("before the reorganisation")
		w.reorg(t, depth)
		w.busy(t, fmt.Sprint("after depth ", depth), int(depth)+3, int(depth)%3+1)
		w.reorg(t, 1) // and again at once
		w.busy(t, fmt.Sprint("again after depth ", depth), 2*epoch, 1)
	}
	r.readsAll("after the reorganisations")
	if r.leaves.Load() < 50 || r.errs.Load() > 0 && r.pool.Health().Disagreements > 0 {
		t.Errorf("%d messages read, %d errors, %+v", r.leaves.Load(), r.errs.Load(), r.pool.Health())
	}
	t.Logf("%d messages in %d windows through reorganisations of 1 to %d blocks", r.leaves.Load(), r.windows.Load(), 2*epoch)

	windows, last := r.windows.Load(), r.final.Load()
	w.reorg(t, w.head(t)-last+1) // of the last block that was read
	w.busy(t, "of another history", 3*epoch, 1)
	halted(t, r, last, windows)
	r.close()
	again := read(t, w, truth, options{dir: dir})
	halted(t, again, last, windows)
}

// halted waits for the end of a stream whose final block has changed.
func halted(t *testing.T, r *reader, last, windows uint64) {
	t.Helper()
	await(t, "the end of the stream", func() bool {
		select {
		case <-r.ended:
			return true
		default:
			return false
		}
	})
	var e *stream.FinalizedReorgError
	if !errors.As(r.err, &e) || e.Was == e.Is || e.Number < last {
		t.Errorf("the stream ended: %v; final block %d has changed", r.err, last)
	}
	if now := r.windows.Load(); now != windows {
		t.Errorf("%d windows after a final block has changed", now-windows)
	}
}
