// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
)

// question is asked of members one by one.
type question[T any] struct {
	name string // in errors, such as "block 5"
	ask  func(ctx context.Context, e evm.Endpoint) (T, error)
	key  func(T) digest // equal answers have equal keys; nil where answers are only measured

	raw      bool                     // without the check of the member's chain
	refusals bool                     // repeat error answers to the caller
	requests int                      // that one member gets for it; one when zero
	lacking  func(*evm.RPCError) bool // refusals that mean "no such block"
	among    []*member                // held by the caller; nil for those that stand when the question comes
	only     func(m *member) bool     // entitled members, nil for all; called with Pool.mu held
	wrong    func(value T) bool       // answers that show another chain
	patient  bool                     // a measurement that waits for demoted members too
}

type kind uint8

const (
	said     kind = iota + 1 // a value
	reverted                 // a value too: the data of the revert
	absent                   // lacks what was asked for; err is one of lacks
	refused                  // another error answer
	failed                   // no usable answer
	silent                   // not entitled to speak: away or of another chain
	ended                    // given up by the pool
)

// lacks are the ways to lack something, in the order in which they are reported.
var lacks = []error{evm.ErrNoBlock, evm.ErrNoState, errNoReceipt}

type reply[T any] struct {
	m     *member
	kind  kind
	key   digest
	value T
	err   error
	class Class
	took  time.Duration
}

// request is one question under way to one member.
type request struct {
	at      time.Time
	probe   bool // nobody waits for it
	overdue bool // another member was asked in its place
	slow    bool // was counted as such
}

// round is one question to as many members as it takes. One goroutine owns it: the caller's
// until there is an answer, then the one that collects what comes late.
type round[T any] struct {
	p       *Pool
	q       *question[T]
	members []*member // that stood when the question came
	left    []*member // not asked yet, best first
	pending map[*member]*request
	replies []reply[T]
	results chan reply[T]

	ctx       context.Context
	cancel    func()
	hedge     <-chan time.Time
	stopHedge func()
	limit     <-chan time.Time
	stopLimit func()
	abandoned bool
	settled   bool
	winner    digest
}

// open takes the members that stand now and holds them until leave.
func open[T any](ctx context.Context, p *Pool, q *question[T], seeds []reply[T]) (*round[T], error) {
	members, ranked, away, err := p.enter(q.among, q.only)
	if err != nil {
		return nil, fmt.Errorf("chain %s: %s: %w", p.cfg.Chain, q.name, err)
	}
	r := &round[T]{
		p: p, q: q, members: members, left: ranked, pending: map[*member]*request{},
		results: make(chan reply[T], len(members)), stopHedge: func() {},
	}
	for _, m := range members {
		if why := away[m]; why != "" {
			r.replies = append(r.replies, reply[T]{m: m, kind: silent, class: why})
		}
	}
	for i := range seeds {
		if slices.Contains(members, seeds[i].m) {
			r.left = without(r.left, seeds[i].m)
			r.replies = append(exclude(r.replies, seeds[i].m), seeds[i])
		}
	}
	var cancel context.CancelFunc
	r.ctx, cancel = context.WithCancel(context.WithoutCancel(ctx))
	stop := context.AfterFunc(p.ctx, cancel)
	r.cancel = func() { stop(); cancel() }
	r.limit, r.stopLimit = p.cfg.Clock.After(QuestionTimeout)
	return r, nil
}

func without(list []*member, m *member) []*member {
	return slices.DeleteFunc(list, func(o *member) bool { return o == m })
}

func exclude[T any](list []reply[T], m *member) []reply[T] {
	return slices.DeleteFunc(list, func(o reply[T]) bool { return o.m == m })
}

// start asks one member of left.
func (r *round[T]) start(m *member, probe bool) {
	r.left = without(r.left, m)
	if why := r.p.begin(m, max(1, r.q.requests)); why != "" {
		r.replies = append(r.replies, reply[T]{m: m, kind: silent, class: why})
		return
	}
	r.pending[m] = &request{at: r.p.cfg.Clock.Now(), probe: probe}
	go func() {
		defer r.p.end(m)
		r.results <- r.ask(m)
	}()
	if r.hedge == nil && !probe {
		r.hedge, r.stopHedge = r.p.cfg.Clock.After(r.p.cfg.HedgeAfter)
	}
}

// ask runs in its own goroutine and reads nothing of the round that changes.
func (r *round[T]) ask(m *member) reply[T] {
	rep := reply[T]{m: m}
	if !r.q.raw {
		err := r.p.ensure(r.ctx, m)
		if err != nil {
			r.p.unsent(m, max(1, r.q.requests))
		}
		switch {
		case err == nil:
		case errors.Is(err, errWrongChain):
			rep.kind, rep.class = silent, ClassWrongChain
			return rep
		case errors.Is(err, errWrongCode):
			rep.kind, rep.class = silent, ClassWrongCode
			return rep
		case errors.Is(err, errBudget):
			rep.kind, rep.class = silent, ClassBudget
			return rep
		case r.ctx.Err() != nil:
			rep.kind = ended
			return rep
		default:
			rep.kind, rep.err, rep.class = failed, err, classOf(err)
			return rep
		}
	}
	began := r.p.cfg.Clock.Now()
	rep.value, rep.err = r.q.ask(r.ctx, m.Endpoint)
	rep.took = r.p.cfg.Clock.Now().Sub(began)
	r.classify(&rep)
	return rep
}

func (r *round[T]) classify(rep *reply[T]) {
	var revert *evm.RevertError
	var answer *evm.RPCError
	err := rep.err
	switch {
	case err == nil && r.q.wrong != nil && r.q.wrong(rep.value):
		rep.kind, rep.class = said, ClassWrongChain
		rep.key = r.q.key(rep.value)
	case err == nil:
		rep.kind = said
		if r.q.key != nil {
			rep.key = r.q.key(rep.value)
		}
	case r.ctx.Err() != nil:
		rep.kind = ended
	case errors.As(err, &revert):
		rep.kind, rep.key = reverted, revertDigest(revert.Data)
	default:
		for _, lack := range lacks {
			if errors.Is(err, lack) {
				rep.kind, rep.err, rep.class = absent, lack, ClassLag
				return
			}
		}
		switch {
		case errors.Is(err, evidence.ErrHeader) || errors.Is(err, evidence.ErrReceipts):
			rep.kind, rep.class = refused, ClassUnproven
			return
		case errors.Is(err, evm.ErrTooMany):
			rep.kind, rep.class = refused, ClassRefused
			return
		}
		rep.kind, rep.class = failed, classOf(err)
		if errors.As(err, &answer) && !rateLimited(answer) {
			rep.kind, rep.class = refused, ClassRefused
			if r.q.lacking != nil && r.q.lacking(answer) {
				rep.kind, rep.err, rep.class = absent, evm.ErrNoBlock, ClassLag
			}
		}
	}
}

// next waits until something changes: a reply, an overdue request or the end of the question.
func (r *round[T]) next(ctx context.Context) error {
	select {
	case rep := <-r.results:
		r.add(rep)
	case <-r.hedge:
		r.overdue()
	case <-r.limit:
		r.expire()
	case <-ctx.Done():
		r.abandon()
		return fmt.Errorf("chain %s: %s: %w", r.p.cfg.Chain, r.q.name, ctx.Err())
	case <-r.ctx.Done(): // not expire: that leaves nothing to wait for
		r.abandoned = true
		return fmt.Errorf("chain %s: %s: pool is closed: %w", r.p.cfg.Chain, r.q.name, message.ErrUnavailable)
	}
	return nil
}

// abandon ends a question that the caller no longer wants. Members that made others be asked
// in their place have failed all the same, or a caller in a hurry would never learn.
func (r *round[T]) abandon() {
	r.abandoned = true
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	for _, m := range r.members {
		if req := r.pending[m]; req != nil && req.overdue {
			r.p.strike(m, ClassSlow)
		}
	}
}

// add takes a reply and counts what is known of its member without the others' answers.
func (r *round[T]) add(rep reply[T]) {
	req := r.pending[rep.m]
	delete(r.pending, rep.m)
	if r.q.key != nil && slices.ContainsFunc(r.replies, func(o reply[T]) bool { return o.kind == said && o.key == rep.key }) {
		var none T
		rep.value = none // one copy of a great answer is enough
	}
	r.replies = append(r.replies, rep)
	p := r.p
	p.mu.Lock()
	defer p.mu.Unlock()
	switch {
	case rep.class.mutes():
		p.mute(rep.m, rep.class)
	case rep.kind == failed && req.slow:
		p.pause(rep.m)
	case rep.kind == failed:
		p.fail(rep.m, rep.class)
	case rep.kind == said || rep.kind == reverted:
		rep.m.took(rep.took)
	}
	if r.settled {
		r.score(&rep, req)
	}
}

// overdue marks what took too long; others are asked then.
func (r *round[T]) overdue() {
	now := r.p.cfg.Clock.Now()
	var first time.Duration
	waiting := false
	for _, req := range r.pending {
		if req.probe || req.overdue {
			continue
		}
		if age := now.Sub(req.at); age >= r.p.cfg.HedgeAfter {
			req.overdue = true
		} else {
			waiting, first = true, max(first, age)
		}
	}
	r.stopHedge()
	r.hedge, r.stopHedge = nil, func() {}
	if waiting {
		r.hedge, r.stopHedge = r.p.cfg.Clock.After(r.p.cfg.HedgeAfter - first)
	}
}

// expire gives up on everything that is under way.
func (r *round[T]) expire() {
	r.cancel()
	r.left = nil
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	for _, m := range r.members {
		if req := r.pending[m]; req != nil {
			delete(r.pending, m)
			r.replies = append(r.replies, reply[T]{m: m, kind: failed, class: ClassTimeout})
			if req.slow {
				r.p.pause(m)
			} else {
				r.p.fail(m, ClassTimeout)
			}
		}
	}
}

// settle fixes the answer and holds every reply against it.
func (r *round[T]) settle(winner digest) {
	r.settled, r.winner = true, winner
	r.p.mu.Lock()
	defer r.p.mu.Unlock()
	for i := range r.replies {
		r.score(&r.replies[i], nil)
	}
	for _, m := range r.members {
		if req := r.pending[m]; req != nil && req.overdue {
			req.slow = true
			r.p.strike(m, ClassSlow)
		}
	}
}

// score holds one reply against the answer; req is nil for replies that came in time. Callers
// hold Pool.mu.
func (r *round[T]) score(rep *reply[T], req *request) {
	late := req != nil && (req.slow || rep.took > r.p.cfg.HedgeAfter)
	switch {
	case rep.class.mutes():
	case (rep.kind == said || rep.kind == reverted) && r.q.key != nil && rep.key != r.winner:
		r.p.dissent(rep.m)
	case rep.kind == said || rep.kind == reverted:
		if !late {
			r.p.good(rep.m, r.q.key != nil)
		} else if !req.slow {
			r.p.strike(rep.m, ClassSlow)
		}
	case rep.kind == absent || rep.kind == refused:
		r.p.strike(rep.m, rep.class)
	}
}

// finish ends the caller's part; what is still under way is collected behind its back, for a
// member that answers late may be a liar too.
func (r *round[T]) finish() {
	if len(r.pending) == 0 || r.abandoned {
		r.leave()
		return
	}
	go func() {
		defer r.leave()
		for len(r.pending) > 0 {
			select {
			case rep := <-r.results:
				r.add(rep)
			case <-r.limit:
				r.expire()
			case <-r.ctx.Done():
				return
			}
		}
	}()
}

func (r *round[T]) leave() {
	r.cancel()
	r.stopHedge()
	r.stopLimit()
	r.p.leave(r.members)
}
