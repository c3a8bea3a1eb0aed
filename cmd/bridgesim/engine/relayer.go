// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/relayer/deliver"
)

// relayer carries certified messages with the real queue, trees and proofs; the worker around
// them is a model. Relayer 1 also lies in seeds that chose so.
type relayer struct {
	s       *sim
	index   int
	dice    *dice
	loops   []*follow.Loop
	shelves []*shelf
	views   []*view
	cursor  []uint64 // leaves scanned, by source
	queues  []*deliver.Queue
	jobs    map[message.ID]*job // taken and not done
	waiting []*job              // submitted, in order
}

type job struct {
	deliver.Job
	target int
	since  time.Duration
}

func newRelayer(s *sim, index int) *relayer {
	r := &relayer{s: s, index: index, dice: roll(s.cfg.Seed, fmt.Sprintf("relayer %d", index)), cursor: make([]uint64, len(s.chains)), jobs: map[message.ID]*job{}}
	for i, c := range s.chains {
		v := newView(s, c, nil, fmt.Sprintf("relayer %d view %d", index, i))
		if err := v.open(); err != nil {
			s.fail("setup", "relayer: %v", err)
			return r
		}
		shelf := newShelf(nil)
		loop, err := follow.New(follow.Config{Stream: c.feed.config, Source: v, Store: shelf, ReplayFrom: follow.NoReplay})
		if err != nil {
			s.fail("setup", "relayer: %v", err)
			return r
		}
		r.loops, r.shelves, r.views = append(r.loops, loop), append(r.shelves, shelf), append(r.views, v)
		r.queues = append(r.queues, deliver.NewQueue())
	}
	r.plan()
	return r
}

// reopen leaves the closed stream of a chain and begins anew with what follows it.
func (r *relayer) reopen(c *chain) {
	shelf, old := newShelf(nil), func(j *job) bool { return r.s.feedOf(j.Stream).closed }
	loop, err := follow.New(follow.Config{Stream: c.feed.config, Source: r.views[c.index], Store: shelf, ReplayFrom: follow.NoReplay})
	if err = errors.Join(err, r.views[c.index].open()); err != nil {
		r.s.fail("setup", "relayer: %v", err)
		return
	}
	r.loops[c.index], r.shelves[c.index], r.cursor[c.index] = loop, shelf, 0
	for _, f := range r.s.feeds {
		for _, q := range r.queues {
			if f.closed {
				q.Drop(f.index)
			}
		}
	}
	maps.DeleteFunc(r.jobs, func(_ message.ID, j *job) bool { return old(j) })
	r.waiting = slices.DeleteFunc(r.waiting, old)
}

func (r *relayer) plan() {
	r.s.after(r.dice.span(300*time.Millisecond, 900*time.Millisecond), "relayer", r.index, r.step)
}

// step reads the chains, scans what certificates opened and submits what is due.
func (r *relayer) step() {
	r.plan()
	for i, l := range r.loops {
		for more, n := true, 0; more && n < 8; n++ {
			var err error
			if more, err = l.Advance(context.Background()); err != nil {
				more = false
				if follow.Halts(err) && !r.views[i].chain.broken() {
					r.s.fail("halt", "relayer %d: %v", r.index, err)
				}
			}
		}
		r.scan(i)
	}
	r.settle()
	for t := range r.s.chains {
		for _, j := range r.queues[t].Take(r.s.clock(), 16) {
			r.submit(t, j)
		}
	}
	if r.index == 1 && r.s.plan.has(faultRelayerLies) && r.s.phase > calm {
		r.lie()
	}
}

// newest is the newest certificate that the own tree has reached.
func (r *relayer) newest(source int) (c deliver.Certificate, ok bool) {
	list := r.s.chains[source].feed.certs
	for i := len(list) - 1; i >= 0; i-- {
		err := stream.Agree(r.shelves[source], list[i].Checkpoint)
		if err == nil {
			return list[i], true
		}
		if !errors.Is(err, stream.ErrNotFound) && !r.s.chains[source].broken() {
			r.s.fail("I-04", "relayer %d: certificate contradicts the source: %v", r.index, err)
			return c, false
		}
	}
	return c, false
}

// scan queues the messages that a certificate has made deliverable.
func (r *relayer) scan(source int) {
	list := r.s.chains[source].feed.certs
	if len(list) == 0 || list[len(list)-1].Checkpoint.LeafCount <= r.cursor[source] {
		return
	}
	c, ok := r.newest(source)
	if !ok {
		return
	}
	for r.cursor[source] < c.Checkpoint.LeafCount {
		leaves, err := r.shelves[source].Leaves(r.cursor[source], int(min(256, c.Checkpoint.LeafCount-r.cursor[source])))
		if err != nil || len(leaves) == 0 {
			r.s.fail("relayer", "leaves of chain %d: %v", source, err)
			return
		}
		for i := range leaves {
			if m := leaves[i].Message; m != nil {
				t := r.s.chainOf(m.TargetChain).index
				r.queues[t].Add(deliver.Job{ID: m.ID(), Stream: r.s.chains[source].feed.index, Index: r.cursor[source] + uint64(i), Message: m})
			}
		}
		r.cursor[source] += uint64(len(leaves))
	}
}

// proof is what the target's manager takes for a message under a certificate.
func (r *relayer) proof(j *deliver.Job, c deliver.Certificate) []byte {
	siblings, _, err := stream.ProofFor(r.shelves[r.s.feedOf(j.Stream).chain.index], message.Hash(j.ID), c.Checkpoint)
	if err != nil {
		r.s.fail("relayer", "proof of %s: %v", j.ID, err)
		return nil
	}
	return deliver.Proof(j.Message, c, siblings, false)
}

func (r *relayer) submit(target int, j deliver.Job) {
	c, ok := r.newest(r.s.feedOf(j.Stream).chain.index)
	if !ok || c.Checkpoint.LeafCount <= j.Index {
		r.queues[target].Finish(j.ID, deliver.Certified, r.s.clock())
		return
	}
	proof := r.proof(&j, c)
	r.post(target, j.Message, proof)
	k := &job{j, target, r.s.now}
	r.jobs[j.ID] = k
	r.waiting = append(r.waiting, k)
}

func (r *relayer) post(target int, m *message.Message, proof []byte) {
	t := r.s.chains[target]
	t.pool = append(t.pool, call{message: *m, relayer: r.index, Call: audit.Call{
		SourceChain: uint64(m.SourceChain), ID: m.ID(), Target: m.Target, Data: m.Data, Proof: proof,
	}})
}

// settle finishes what was submitted: delivered, or not within some blocks.
func (r *relayer) settle() {
	left := r.waiting[:0]
	for _, j := range r.waiting {
		c := r.s.chains[j.target]
		switch {
		case c.contract.Delivered(j.Message.Lane().ID(), uint64(j.Message.Nonce)):
			r.queues[j.target].Finish(j.ID, deliver.Delivered, r.s.clock())
		case r.s.now-j.since > 4*c.profile.every:
			reason := deliver.TargetUnreachable
			if j.Message.Target == recipients[2].address || refuses(j.Message.Target) {
				reason = deliver.RecipientReverted
			}
			r.queues[j.target].Finish(j.ID, reason, r.s.clock())
		default:
			left = append(left, j)
		}
	}
	r.waiting = left
}

// again puts a message back whose delivery a reorganization undid.
func (r *relayer) again(id message.ID) {
	if j, ok := r.jobs[id]; ok {
		r.queues[j.target].Add(j.Job)
	}
}

// lie submits what the target must refuse: changed messages and proofs, old ones once more.
func (r *relayer) lie() {
	source := r.dice.IntN(len(r.s.chains))
	c, ok := r.newest(source)
	if !ok || c.Checkpoint.MessageCount == 0 {
		return
	}
	leaves, err := r.shelves[source].Leaves(r.dice.Uint64N(c.Checkpoint.LeafCount), 1)
	if err != nil || len(leaves) == 0 || leaves[0].Message == nil {
		return
	}
	m := *leaves[0].Message
	target := r.s.chainOf(m.TargetChain).index
	proof := r.proof(&deliver.Job{ID: m.ID(), Stream: r.s.chains[source].feed.index, Message: leaves[0].Message}, c)
	if proof == nil {
		return
	}
	switch r.dice.IntN(5) {
	case 0: // the same again
	case 1:
		proof[r.dice.IntN(len(proof))] ^= 1 << r.dice.IntN(8)
	case 2:
		m.Nonce++
		proof[6]++
	case 3:
		m.Data = append(m.Data, 1)
	case 4:
		m.Target = recipients[0].address
		m.Sender = message.Address{0xbb}
		copy(proof[11:31], m.Sender[:])
	}
	r.s.fire(faultRelayerLies)
	r.post(target, &m, proof)
}
