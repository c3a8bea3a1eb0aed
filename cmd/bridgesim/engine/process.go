// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/follow"
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
	loops   []*follow.Loop
	replay  []bool // the loop's replay is done
	halted  []bool
	working bool // a voter's step is planned
	height  int64
	told    bool               // the auditors know it; what its journals held before they know too
	first   int64              // height of the first extension that it made; 0: none
	said    map[int64][]string // what it released, by height
	caught  bool               // it was told what only a twin can have said
	reborn  bool               // it took the boot of a former process of this node
}

// follow reads one source and plans the next look.
func (n *node) follow(i int) {
	p := n.proc
	if p.halted[i] {
		return
	}
	n.s.afterLife(n, n.s.plan.poll/2+n.dice.span(0, n.s.plan.poll), "follow", func() { n.follow(i) })
	ctx := context.Background()
	n.guard(func() {
		err := error(nil)
		if !p.replay[i] {
			if err = p.loops[i].Replay(ctx); err == nil {
				p.replay[i] = true
			}
		}
		for more, steps := true, 0; err == nil && more && steps < 8; steps++ {
			more, err = p.loops[i].Advance(ctx)
		}
		if err == nil {
			return
		}
		n.s.trace.line("follow", "node=%s chain=%d err=%v", n.name, n.s.chains[i].id, err)
		if follow.Halts(err) {
			p.halted[i] = true
			p.voter.Halt(n.s.chains[i].stream(), err)
			if n.honest() && !n.disk.bad && !n.views[i].excuses() {
				n.s.fail("halt", "%s halts stream %d: %v", n.name, n.s.chains[i].stream(), err)
			}
		}
	})
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
		if st.Halted != nil && !n.views[st.Index-1].excuses() {
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
	if p.first == 0 {
		p.first = height
	}
	p.said[height] = append(p.said[height], string(ext))
	delete(p.said, height-64)
}

// hear notes when the chain heard this member say what this process did not: after its first
// extension only another process with its keys can have said it.
func (p *process) hear(h extension.Heard) {
	height := int64(h.Height)
	if len(h.Extension) == 0 || p.first == 0 || height <= p.first || slices.Contains(p.said[height], string(h.Extension)) {
		return
	}
	p.caught = true
}
