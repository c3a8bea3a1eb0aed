// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"time"

	"github.com/aitbc/bridge/cmd/bridgesim/endpoints"
)

// strike lets faults happen in the storm.
func (s *sim) strike() {
	if s.phase >= heal {
		return
	}
	s.after(s.weather.span(200*time.Millisecond, 800*time.Millisecond), "weather", 0, s.strike)
	for _, n := range s.nodes {
		// A backup now and then, in the calm too.
		if s.plan.has(faultOldHome) && n.up() && (n.restore == nil || n.dice.chance(5)) {
			n.copyHome()
		}
	}
	if s.phase != storm {
		return
	}
	for _, f := range s.plan.faults {
		if act, ok := strikes[f]; ok && s.struck(f, s.plan.strength*act.weight/10) {
			w := s.odds[f]
			act.do(s, s.nodes[w.IntN(len(s.nodes))], w)
		}
	}
}

// strikes are the faults that happen at some time; the others are asked for at their place.
var strikes = map[string]struct {
	weight int
	do     func(s *sim, n *node, w *dice)
}{
	faultCrash: {10, func(s *sim, n *node, w *dice) {
		if n.up() {
			s.fire(faultCrash)
			n.crash("between events")
			s.restartSoon(n)
		}
	}},
	faultCrashInside: {10, func(_ *sim, n *node, w *dice) { n.disk.fuse = w.between(1, 25) }},
	faultDiskFull: {5, func(s *sim, n *node, w *dice) {
		n.disk.full = true
		s.after(w.span(time.Second, 15*time.Second), "disk-freed", n.index, func() { n.disk.full = false })
	}},
	faultSyncFails: {4, func(s *sim, n *node, w *dice) {
		n.disk.bad = true
		s.after(w.span(time.Second, 10*time.Second), "disk-changed", n.index, func() {
			// A failed sync ends a journal until it is opened again: a person restarts the node.
			n.disk.bad = false
			n.crash("restarted after a failed sync")
			s.restartSoon(n)
		})
	}},
	faultOldHome: {8, func(s *sim, n *node, w *dice) {
		if n.restore == nil || s.someoneElseIsOld(n) {
			return
		}
		h := n.restore
		s.fire(faultOldHome)
		n.crash("old home")
		if err := n.goBack(h); err != nil {
			s.fail("setup", "old home: %v", err)
		}
		s.trace.line("old-home", "node=%s height=%d", n.name, h.height)
		s.restartSoon(n)
	}},
	faultLostJournal: {3, func(s *sim, n *node, w *dice) {
		if s.fired[faultLostJournal] > 1 {
			return
		}
		s.fire(faultLostJournal)
		n.crash("journal lost")
		which := w.IntN(3)
		if which != 0 {
			n.disk.votes.copyFrom(nil)
		}
		if which != 1 {
			n.disk.signer.copyFrom(nil)
		}
		s.trace.line("lost-journal", "node=%s which=%d", n.name, which)
		s.restartSoon(n)
	}},
	faultLostStore: {6, func(s *sim, n *node, w *dice) {
		s.fire(faultLostStore)
		n.crash("store lost")
		n.shelves[w.IntN(len(n.shelves))] = newShelf(n.disk.burn)
		s.restartSoon(n)
	}},
	faultSameRandom: {4, func(s *sim, n *node, w *dice) {
		n.sameRand = true
		n.crash("restored memory of its randomness")
		s.restartSoon(n)
	}},
	faultTwin: {10, func(s *sim, _ *node, w *dice) {
		main := s.memberNode(s.plan.twin)
		if len(s.nodes) > s.plan.members || !main.up() || main.height() < 3 {
			return
		}
		main.copyHome()
		t := newNode(s, len(s.nodes), main.member, main.name+"b", main.key, main.share)
		t.twin = true
		if err := t.goBack(main.restore); err != nil {
			s.fail("setup", "twin: %v", err)
			return
		}
		s.nodes = append(s.nodes, t)
		s.trace.line("twin", "node=%s height=%d", t.name, main.height())
		t.start()
	}},
	faultPowerCut: {2, func(s *sim, _ *node, _ *dice) {
		s.fire(faultPowerCut)
		for _, n := range s.nodes {
			n.crash("power cut")
			s.restartSoon(n)
		}
	}},
	faultPartition: {8, func(s *sim, n *node, w *dice) {
		if n.cut {
			return
		}
		s.fire(faultPartition)
		n.cut = true
		s.after(w.span(time.Second, 20*time.Second), "heals", n.index, func() { n.cut = false; s.cons.kick(n) })
	}},
	faultSlowVoter: {10, func(s *sim, n *node, w *dice) {
		n.slow = true
		s.after(w.span(2*time.Second, 20*time.Second), "quick-again", n.index, func() { n.slow = false })
	}},
	faultSlowCommit: {10, func(s *sim, n *node, w *dice) {
		n.lazy = true
		s.after(w.span(2*time.Second, 10*time.Second), "quick-again", n.index, func() { n.lazy = false })
	}},
	faultEndpointAway: {15, func(s *sim, n *node, w *dice) {
		v := n.views[w.IntN(len(n.views))]
		v.tell(s.rule(endpoints.Named("hang"), v.chain, w).As(faultEndpointAway), w.span(2*time.Second, 20*time.Second))
	}},
	faultEndpointLate: {15, func(s *sim, n *node, w *dice) {
		v := n.views[w.IntN(len(n.views))]
		v.tell(s.rule(endpoints.Named("head-stale"), v.chain, w).As(faultEndpointLate), w.span(2*time.Second, 20*time.Second))
	}},
	faultEndpointFlaky: {15, func(s *sim, n *node, w *dice) {
		v := n.views[w.IntN(len(n.views))]
		v.tell(s.rule(endpoints.Named("connection-reset"), v.chain, w).As(faultEndpointFlaky), w.span(5*time.Second, 20*time.Second))
	}},
	faultFinalityStall: {8, func(s *sim, _ *node, w *dice) {
		c := s.chains[w.IntN(len(s.chains))]
		c.stalled = true
		s.after(w.span(5*time.Second, 30*time.Second), "finality-moves", c.index, func() { c.stalled = false })
	}},
	faultChainSleep: {8, func(s *sim, _ *node, w *dice) {
		c := s.chains[w.IntN(len(s.chains))]
		c.asleep = true
		s.after(w.span(3*time.Second, 20*time.Second), "chain-wakes", c.index, func() { c.asleep = false })
	}},
}

// someoneElseIsOld keeps old homes to one member at a time.
func (s *sim) someoneElseIsOld(n *node) bool {
	for _, o := range s.nodes {
		if o != n && !o.up() {
			return true
		}
	}
	return false
}

// restartSoon plans the next start of a node that died.
func (s *sim) restartSoon(n *node) {
	s.after(n.dice.span(500*time.Millisecond, 12*time.Second), "restart", n.index, n.start)
}

// endTwin is what a person does: stop the copy for good, then start the other.
func (s *sim) endTwin(member int) {
	for _, n := range s.nodes {
		if n.member == member && n.twin {
			n.crash("retired")
			n.retired = true
		}
	}
	main := s.memberNode(member)
	main.retired = false
	main.start()
	s.cons.kick(main)
}

// mend ends every fault but what Byzantine members do by themselves.
func (s *sim) mend() {
	for _, c := range s.chains {
		c.stalled, c.asleep = false, false
	}
	if s.plan.twin != 0 {
		s.endTwin(s.plan.twin)
	}
	s.honestAgain()
	for _, n := range s.nodes {
		n.cut, n.slow, n.lazy, n.sameRand, n.disk.fuse, n.disk.full = false, false, false, false, 0, false
		if n.disk.bad {
			n.disk.bad = false
			n.crash("restarted after a failed sync")
		}
		n.start()
		s.cons.kick(n)
	}
}
