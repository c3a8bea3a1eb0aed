// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"testing"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm"
)

// TestFrozenFinality: the label `finalized` stands still while the head moves and messages flow. One endpoint alone holds
// up nobody. When two or all stand still the reader waits, takes no other label in its place, and goes on by
// itself when finality does.
func TestFrozenFinality(t *testing.T) {
	for name, open := range map[string]func(*testing.T) *world{
		"geth":  func(t *testing.T) *world { return gethWorld(t) },
		"anvil": func(t *testing.T) *world { return anvilWorld(t, 1, "--block-time", "0.1") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := open(t)
			w.traffic(t)
			r := read(t, w, newTruth(w), options{})
			r.reaches("all are well")
			still := []faultproxy.Rule{{Fault: faultproxy.FinalStale}}
			r.set(map[int][]faultproxy.Rule{1: still})
			await(t, "a strike", func() bool { return r.fired(1, faultproxy.FinalStale) > 0 })
			r.reaches("one stands still")
			for _, frozen := range []map[int][]faultproxy.Rule{{0: still, 2: still}, {0: still, 1: still, 2: still}} {
				strikes := make([]uint64, endpoints)
				for i := range frozen {
					strikes[i] = r.fired(i, faultproxy.FinalStale)
				}
				r.set(frozen)
				for i := range frozen {
					await(t, "a strike", func() bool { return r.fired(i, faultproxy.FinalStale) > strikes[i] })
				}
				bound := w.final(t) // two stand still at or below it
				r.passes(40)
				head, err := r.pool.Block(w.ctx, evm.At{Tag: evm.Latest})
				final, err2 := r.pool.Block(w.ctx, evm.At{Tag: evm.Finalized})
				if err != nil || err2 != nil || final.Number > bound || head.Number < bound+40 {
					t.Errorf("head %d (%v), final %d (%v); finality stands still at or below %d", head.Number, err, final.Number, err2, bound)
				}
				if r.final.Load() > bound {
					t.Errorf("block %d taken as final; finality stands still at or below %d", r.final.Load(), bound)
				}
				r.set(nil)
				r.reaches("finality moves again")
			}
		})
	}
}
