// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"slices"
	"time"

	"github.com/aitbc/bridge/cmd/bridgesim/endpoints"
)

// budget is how many endpoints of one reader may lie at once without harm: m - 1.
const budget = endpoints.Agree - 1

// views are all readers of a chain, nodes first.
func (s *sim) views(c *chain) (out []*view) {
	for _, n := range s.nodes {
		out = append(out, n.views[c.index])
	}
	for _, r := range s.relayers {
		out = append(out, r.views[c.index])
	}
	return out
}

// deceive begins lies and failures of endpoints in the storm, each for some seconds.
func (s *sim) deceive() {
	if s.phase >= heal {
		return
	}
	w := s.odds[faultLies]
	if w == nil {
		w = roll(s.cfg.Seed, "odds of "+faultLies)
		s.odds[faultLies] = w
	}
	s.after(w.span(400*time.Millisecond, 2*time.Second), "deceive", 0, s.deceive)
	if s.phase != storm {
		return
	}
	c := s.chains[w.IntN(len(s.chains))]
	switch n := w.IntN(100); {
	case n < 62:
		if s.plan.has(faultLies) {
			s.lie(c, w)
		}
	case n < 88:
		if s.plan.has(faultLags) {
			s.lag(c, w)
		}
	case n < 91:
		if s.plan.has(faultLiesDiffer) {
			s.differ(c, w)
		}
	default:
		if s.plan.has(faultLiesAlike) {
			s.conspire(c, w)
		}
	}
}

// rule draws a rule of a kind over a chain.
func (s *sim) rule(k *endpoints.Kind, c *chain, w *dice) *endpoints.Rule {
	n := uint64(w.between(1, 3))
	if k.Name == "connection-reset" {
		n = uint64(w.between(100, 700)) // permille
	}
	from := uint64(0)
	if c.final > 0 && w.chance(300) {
		from = 1 + w.Uint64N(c.final) // of what is final already
	}
	return endpoints.NewRule(k, c.ledger, w.Uint64(), n, from)
}

func kinds(which func(*endpoints.Kind) bool) (out []*endpoints.Kind) {
	for _, k := range endpoints.Kinds {
		if which(k) {
			out = append(out, k)
		}
	}
	return out
}

var (
	lies  = kinds(func(k *endpoints.Kind) bool { return k.Lies })
	lags  = kinds(func(k *endpoints.Kind) bool { return !k.Lies })
	apart = kinds(func(k *endpoints.Kind) bool { return k.Apart })
	alike = kinds(func(k *endpoints.Kind) bool { return k.Alike })
)

// KindsMissing lists the ways of endpoints to lie, lag and fail that never happened, of faults by name.
func KindsMissing(fired map[string]uint64) (out []string) {
	for _, k := range endpoints.Kinds {
		if fired[k.Name] == 0 {
			out = append(out, k.Name)
		}
	}
	return out
}

// readers are everybody or one.
func (s *sim) readers(c *chain, w *dice) []*view {
	all := s.views(c)
	if w.chance(500) {
		return all
	}
	i := w.IntN(len(all))
	return all[i : i+1]
}

// lie lets one operator's endpoint lie to everybody or to one reader, while nobody hears more liars than the budget has.
func (s *sim) lie(c *chain, w *dice) {
	k, at, readers := lies[w.IntN(len(lies))], w.IntN(endpoints.Members), s.readers(c, w)
	r, d := s.rule(k, c, w), w.span(2*time.Second, 15*time.Second)
	for _, v := range readers {
		others := v.lying()
		if v.list[at].Lies() {
			others--
		}
		if others+1 > budget {
			return
		}
	}
	s.fire(faultLies)
	s.trace.line("lies", "chain=%d endpoint=%d kind=%s readers=%d", c.id, at, k.Name, len(readers))
	for _, v := range readers {
		v.list[at].Tell(r)
	}
	s.after(d, "lie-ends", c.index, func() {
		for _, v := range readers {
			v.list[at].Hush(r)
		}
	})
}

// lag lets any number of endpoints fail, refuse or stand on an old view.
func (s *sim) lag(c *chain, w *dice) {
	k, count, readers := lags[w.IntN(len(lags))], w.between(1, endpoints.Members), s.readers(c, w)
	r, d := s.rule(k, c, w), w.span(2*time.Second, 12*time.Second)
	first := w.IntN(endpoints.Members)
	s.fire(faultLags)
	s.trace.line("lags", "chain=%d endpoints=%d kind=%s readers=%d", c.id, count, k.Name, len(readers))
	for _, v := range readers {
		for i := range count {
			v.list[(first+i)%endpoints.Members].Tell(r)
		}
	}
	s.after(d, "lag-ends", c.index, func() {
		for _, v := range readers {
			v.hush(r)
		}
	})
}

// differ lets all endpoints of a chain lie to everybody, each in its own way: nobody may believe anything.
func (s *sim) differ(c *chain, w *dice) {
	d := w.span(2*time.Second, 10*time.Second)
	s.fire(faultLiesDiffer)
	s.trace.line("lies-differ", "chain=%d", c.id)
	for i := range endpoints.Members {
		k := apart[w.IntN(len(apart))]
		r := s.rule(k, c, w)
		for _, v := range s.views(c) {
			v.list[i].Tell(r)
		}
		s.after(d, "lie-ends", c.index, func() {
			for _, v := range s.views(c) {
				v.hush(r)
			}
		})
	}
}

// conspire lets m endpoints of one member tell it the same lie, until a person has found out: then its tree of the
// chain is thrown away and it starts again. The member counts as a faulty one for good, since it abstains where its
// journal holds a vote for what it was told.
func (s *sim) conspire(c *chain, w *dice) {
	n := s.nodes[w.IntN(s.plan.members)]
	v := n.views[c.index]
	if !n.honest() || s.plan.twins(n.member) || n.misled() {
		return
	}
	faulty := len(s.plan.byzantine)
	for _, o := range s.nodes {
		if o != n && o.honest() && (o.misled() || slices.ContainsFunc(o.views, func(v *view) bool { return v.wasMisled })) {
			faulty++
		}
	}
	if faulty >= s.plan.f() {
		return
	}
	k := alike[w.IntN(len(alike))]
	if w.chance(500) {
		k = endpoints.Named("history-other")
	}
	r, count, first := s.rule(k, c, w), w.between(endpoints.Agree, endpoints.Members), w.IntN(endpoints.Members)
	v.misled = true
	s.fire(faultLiesAlike)
	s.trace.line("lies-alike", "node=%s chain=%d kind=%s endpoints=%d", n.name, c.id, k.Name, count)
	s.judge(s.audit.Misled(n.member, c.feed.index))
	for i := range count {
		v.list[(first+i)%endpoints.Members].Tell(r)
	}
	s.after(w.span(3*time.Second, 20*time.Second), "found-out", n.index, func() {
		v.hush(r)
		s.enlighten(n, v)
	})
}

func (n *node) misled() bool {
	return slices.ContainsFunc(n.views, func(v *view) bool { return v.misled })
}

// enlighten is what a person does with a node whose endpoints lied alike.
func (s *sim) enlighten(n *node, v *view) {
	if !v.misled {
		return
	}
	n.crash("its endpoints lied alike")
	for _, f := range s.feeds {
		if f.chain == v.chain && int(f.index) <= len(n.shelves) {
			n.shelves[f.index-1] = newShelf(n.disk.burn)
		}
	}
	n.restore, v.misled, v.wasMisled = nil, false, true // copies of the disks hold the forged tree
	s.trace.line("enlightened", "node=%s chain=%d", n.name, v.chain.id)
	s.judge(s.audit.Enlightened(n.member, v.chain.feed.index))
	s.restartSoon(n)
}

// honestAgain ends all lies.
func (s *sim) honestAgain() {
	for _, c := range s.chains {
		for _, v := range s.views(c) {
			for _, e := range v.list {
				e.HushAll()
			}
			if v.misled {
				s.enlighten(v.node, v)
			}
		}
	}
}

// excuses says that a halt of a stream is by design: a final block changed, or m endpoints lie alike.
func (v *view) excuses(f *feed) bool { return v.misled || f.broken }

// tellHalts are the streams that stand at the end, with why.
func (s *sim) tellHalts() map[uint16]string {
	out := map[uint16]string{}
	for _, c := range s.chains {
		if c.broken() {
			out[c.feed.index] = "a final block changed"
		}
	}
	return out
}

// breakFinality replaces blocks of a chain that were final: what no chain may do.
func (c *chain) breakFinality(depth int) {
	from := c.final - uint64(depth) + 1
	c.rewind(from)
	gone := c.blocks.Head().Number - from + 1
	c.blocks.ReorgFinal(int(gone))
	c.feed.broken, c.feed.replaced = true, from
	c.s.book.vanished(c.id, from)
	c.s.decide(c.feed)
	c.s.fire(faultFinalReorg)
	c.s.trace.line("final-reorg", "chain=%d from=%d final=%d", c.id, from, c.final)
	c.s.judge(c.s.audit.Reorged(uint64(c.id), from))
	for n := from; n <= c.blocks.Head().Number; n++ {
		b, _ := c.blocks.Block(n)
		c.after = append(c.after, c.contract.Clone())
		c.s.judge(c.s.audit.Block(uint64(c.id), n, b.Hash))
	}
	c.s.judge(c.s.audit.Final(uint64(c.id), c.final))
}

// breakable says that no chain is broken, and that it is the first one in the run, or the chain that broke before.
func (c *chain) breakable() bool {
	for _, f := range c.s.feeds {
		if f.broken && (!f.closed || f.chain != c || f.follows != nil) {
			return false
		}
	}
	return true
}
