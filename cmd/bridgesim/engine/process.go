// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/verifier/agent"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

// process is what a crash ends.
type process struct {
	life    int
	app     *app.App
	voter   *voter.Voter
	agent   *agent.Agent // nil where no key is dealt again
	reads   []*reading
	asked   []extension.StreamAgenda // streams of the newest committed state
	working bool                     // a voter's step is planned
	height  int64
	log     *slog.Logger
	told    bool  // the auditors know it; what its journals held before they know too
	first   int64 // first of the heights that it was asked for without a gap, 0: none; last is the newest
	last    int64
	said    map[int64][]string // what it released, by height
	caught  bool               // it was told what only a twin can have said
	reborn  bool               // it took the boot of a former process of this node
}

// reading is a stream that a process follows.
type reading struct {
	*feed
	loop     *follow.Loop
	replayed bool
	halted   bool
	left     bool // the state names it no more
}

// follow reads one source and plans the next look.
func (n *node) follow(r *reading) {
	if r.halted || r.left {
		return
	}
	n.s.afterLife(n, n.s.plan.poll/2+n.dice.span(0, n.s.plan.poll), "follow", func() { n.follow(r) })
	ctx := context.Background()
	n.guard(func() {
		err := error(nil)
		if !r.replayed {
			if err = r.loop.Replay(ctx); err == nil {
				r.replayed = true
			}
		}
		for more, steps := true, 0; err == nil && more && steps < 8; steps++ {
			more, err = r.loop.Advance(ctx)
		}
		if n.mixes(r) {
			n.s.fail("I-08", "%s reads on in stream %d after a final block changed", n.name, r.index)
		}
		if err == nil {
			return
		}
		n.s.trace.line("follow", "node=%s chain=%d err=%v", n.name, r.chain.id, err)
		if follow.Halts(err) {
			n.halt(r, err)
		}
	})
}

// halt ends the reading of a stream. A final block that changed is recorded before anything else.
func (n *node) halt(r *reading, err error) {
	r.halted = true
	if changed := (*stream.FinalizedReorgError)(nil); errors.As(err, &changed) {
		h := &stream.Halt{Stream: r.config.Stream, Number: changed.Number, Was: changed.Was, Is: changed.Is, Height: uint64(n.height())}
		n.shelves[r.index-1].halt, err = h, h
		if n.recorded[r.index] {
			n.s.fire("halt-met-again") // after the record was lost
		}
		n.recorded[r.index] = true
	}
	n.proc.voter.Halt(r.index, err)
	if n.honest() && !n.disk.bad && !n.views[r.chain.index].excuses(r.feed) {
		n.s.fail("halt", "%s halts stream %d: %v", n.name, r.index, err)
	}
}

// mixes reports whether what a process read of a source after final blocks changed stands on what it had read before.
func (n *node) mixes(r *reading) bool {
	if !r.broken || n.views[r.chain.index].misled {
		return false
	}
	dead := false
	for _, k := range n.shelves[r.index-1].commits {
		last := k.state.Last
		b, ok := r.chain.blocks.Block(last.Number)
		switch present := ok && b.Hash == last.Hash; {
		case last.Number < r.replaced:
		case present && dead:
			return true
		default:
			dead = dead || !present
		}
	}
	return false
}

// attend takes up the streams that the committed state has opened and leaves those that it has closed.
func (n *node) attend() error {
	p := n.proc
	for _, r := range p.reads {
		if !r.left && !slices.ContainsFunc(p.asked, func(a extension.StreamAgenda) bool { return a.Index == r.index }) {
			r.left = true
			p.voter.RemoveStream(r.index)
			n.s.trace.line("left", "node=%s stream=%d", n.name, r.index)
		}
	}
	for i := range p.asked {
		a := &p.asked[i]
		f := n.s.feedOf(a.Index)
		if f == nil || slices.ContainsFunc(p.reads, func(r *reading) bool { return r.index == a.Index }) {
			continue
		}
		if err := n.views[f.chain.index].open(); err != nil { // a client of its own: the old one knows the old blocks
			return err
		}
		r, err := n.cover(f, a.Decided())
		if err != nil {
			return err
		}
		n.follow(r)
	}
	return nil
}

// cover makes the process read a stream. One whose store holds the record of a final block that changed stays halted.
func (n *node) cover(f *feed, from uint64) (*reading, error) {
	p, shelf := n.proc, n.shelf(f)
	if err := p.voter.AddStream(voter.Stream{Index: f.index, Config: f.config, Store: shelf, Heads: n.views[f.chain.index]}); err != nil {
		return nil, fmt.Errorf("voter: %w", err)
	}
	loop, err := follow.New(follow.Config{
		Stream: f.config, Source: n.views[f.chain.index], Store: shelf, ReplayFrom: from, MaxBlocks: 64, Logger: p.log,
		OnWindow: func(w stream.Window) error { return p.voter.OnWindow(f.index, w) },
		OnFinal:  func(block uint64) { p.voter.OnFinal(f.index, block) },
	})
	if err != nil {
		return nil, fmt.Errorf("follow: %w", err)
	}
	r := &reading{feed: f, loop: loop}
	if shelf.halt != nil {
		r.halted = true
		p.voter.Halt(f.index, shelf.halt)
		n.s.fire("stays-halted")
	}
	p.reads = append(p.reads, r)
	return r, nil
}

// work lets the voter do what may block.
func (n *node) work() {
	p := n.proc
	p.working = false
	n.guard(func() {
		if p.agent != nil {
			if err := p.agent.Step(context.Background()); err != nil {
				n.s.trace.line("agent", "node=%s err=%v", n.name, err)
			}
		}
		if err := n.attend(); err != nil {
			n.s.fail("setup", "%s: %v", n.name, err)
			return
		}
		p.voter.Step(context.Background())
		switch err := p.voter.Stopped(); {
		case err == nil && p.caught:
			n.s.fail("twin", "%s does not see its twin", n.name)
		case err == nil:
		case n.honest() && n.s.plan.twins(n.member):
			n.s.fire(faultTwin)
			n.s.trace.line("twin-seen", "node=%s life=%d", n.name, p.life)
			n.crash("saw its twin")
			n.retired = true
			n.s.after(n.dice.span(5*time.Second, 40*time.Second), "twin-ended", n.index, func() { n.s.endTwin(n.member) })
		case n.honest() && p.reborn:
			// Its boot and its pairs are those of a former life, which the state knows: it must
			// stop, and a person starts it with fresh randomness.
			n.s.fire("clone-stops")
			n.crash("met its own past")
			n.sameRand = false
			n.s.restartSoon(n)
		case n.honest():
			n.s.fail("twin", "%s sees a twin where none is: %v", n.name, err)
		default:
			n.crash("a liar forgets that it saw itself lie")
			n.s.restartSoon(n)
		}
		if n.up() && n.honest() && !n.disk.bad {
			n.standing()
		}
	})
}

// standing fails when the voter of an honest node has stopped a stream.
func (n *node) standing() {
	for _, st := range n.proc.voter.Status() {
		if f := n.s.feedOf(st.Index); st.Halted != nil && !n.views[f.chain.index].excuses(f) {
			n.s.fail("halt", "%s says nothing for stream %d: %v", n.name, st.Index, st.Halted)
		}
	}
}

// seat is where the application finds its voter.
type seat struct {
	n *node
	p *process
}

var _ app.Voter = (*seat)(nil)

// Extend implements app.Voter.
func (s *seat) Extend(a extension.Agenda) []byte { return s.p.voter.Extend(a) }

// Committed implements app.Voter: the voter's worker gets its turn later.
func (s *seat) Committed(a extension.Agenda) {
	if !s.n.honest() {
		a.Heard = extension.Heard{} // it knows that it lies
	}
	s.p.hear(a.Heard)
	s.p.asked = a.Streams
	s.p.voter.Committed(a)
	if s.p.working {
		return
	}
	s.p.working = true
	d := s.n.dice.span(5*time.Millisecond, 150*time.Millisecond)
	if s.n.slow {
		d = s.n.dice.span(200*time.Millisecond, 4*time.Second)
		s.n.s.fire(faultSlowVoter)
	}
	s.n.s.afterLife(s.n, d, "voter", s.n.work)
}

// say remembers what the process released.
func (p *process) say(height int64, ext []byte) {
	if p.first == 0 || height != p.last && height != p.last+1 {
		p.first = height
	}
	p.last = height
	p.said[height] = append(p.said[height], string(ext))
	delete(p.said, height-64)
}

// hear notes when the chain heard this member say what this process did not: after the first of the
// heights that it was asked for without a gap, only another process with its keys can have said it.
func (p *process) hear(h extension.Heard) {
	height := int64(h.Height)
	if len(h.Extension) == 0 || p.first == 0 || height <= p.first || height > p.last || slices.Contains(p.said[height], string(h.Extension)) {
		return
	}
	p.caught = true
}
