// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// Pool is an evm.Endpoint that answers what m of its members' operators agree on. It is safe
// for concurrent use.
type Pool struct {
	cfg  Config // but for Members
	ctx  context.Context
	stop context.CancelFunc

	mu       sync.Mutex
	members  []*member
	closed   bool
	final    uint64 // highest block by the tag finalized that was agreed on
	codes    []code // what members must show, by address
	rounds   sync.WaitGroup
	trouble  map[string]bool // kinds of questions whose last answer was ErrDisagree
	disputes uint64
	shorts   uint64
}

var _ evm.Endpoint = (*Pool)(nil)

// New makes a pool. It asks nothing: a dead or wrong member shows at the first question.
//
// Errors: message.ErrRange and message.ErrZero, everything wrong at once.
func New(cfg Config) (*Pool, error) {
	cfg.defaults()
	if err := cfg.validate(cfg.Members); err != nil {
		return nil, err
	}
	p := &Pool{cfg: cfg, trouble: map[string]bool{}}
	p.cfg.Members = nil
	p.ctx, p.stop = context.WithCancel(context.Background())
	p.members = p.merge(cfg.Members)
	if why := cfg.unsafeReason(cfg.Members); why != "" {
		cfg.Logger.Warn("endpoints are used with unsafe settings", "chain", cfg.Chain, "reason", why)
	}
	return p, nil
}

// merge keeps what is known of members whose name, operator and endpoint stay.
func (p *Pool) merge(members []Member) []*member {
	now := p.cfg.Clock.Now()
	out := make([]*member, len(members))
	for i := range members {
		n := members[i]
		m := &member{Member: n, operator: operator(n.Operator), check: make(chan struct{}, 1), budget: newBudget(n.HourlyRequests, now)}
		for _, o := range p.members {
			if o.Name == n.Name && o.operator == m.operator && same(o.Endpoint, n.Endpoint) {
				if o.HourlyRequests != n.HourlyRequests {
					o.HourlyRequests, o.budget = n.HourlyRequests, m.budget
				}
				m = o
			}
		}
		out[i] = m
	}
	return out
}

// Set replaces the members while questions run: those go on with the members that they began
// with. The pool closes the endpoint of a member that leaves after its last question. How many
// must agree never changes.
//
// Errors: as New; the old members stay then. message.ErrUnavailable after Close.
func (p *Pool) Set(members []Member) error {
	if err := p.cfg.validate(members); err != nil {
		return err
	}
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return fmt.Errorf("chain %s: pool is closed: %w", p.cfg.Chain, message.ErrUnavailable)
	}
	old := p.members
	p.members = p.merge(members)
	var idle []evm.Endpoint
	for _, m := range old {
		if !slices.Contains(p.members, m) {
			m.gone = true
			idle = append(idle, p.retire(m)...)
		}
	}
	why := p.cfg.unsafeReason(members)
	p.mu.Unlock()
	p.closeAll(idle)
	p.cfg.Logger.Info("endpoints replaced", "chain", p.cfg.Chain, "members", len(members), "unsafe", why)
	return nil
}

// retire gives the endpoint to be closed when a member that left has no question any more.
// An endpoint that came back under another name stays open. Callers hold mu.
func (p *Pool) retire(m *member) []evm.Endpoint {
	if !m.gone || m.refs > 0 || m.closed {
		return nil
	}
	m.closed = true
	if slices.ContainsFunc(p.members, func(o *member) bool { return same(o.Endpoint, m.Endpoint) }) {
		return nil
	}
	return []evm.Endpoint{m.Endpoint}
}

func (p *Pool) closeAll(idle []evm.Endpoint) {
	for _, e := range idle {
		e.Close()
	}
}

// Close ends all questions and closes the endpoints.
func (p *Pool) Close() {
	p.mu.Lock()
	if p.closed {
		p.mu.Unlock()
		return
	}
	p.closed = true
	p.mu.Unlock()
	p.stop()
	p.rounds.Wait()
	for _, m := range p.members {
		m.Endpoint.Close()
	}
}

// enter holds the members for a question: all, those that can be asked by rank, and why the
// others cannot. Of no members given it takes those that stand now.
func (p *Pool) enter(among []*member, only func(*member) bool) (all, ranked []*member, away map[*member]Class, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		return nil, nil, nil, fmt.Errorf("pool is closed: %w", message.ErrUnavailable)
	}
	p.rounds.Add(1)
	now := p.cfg.Clock.Now()
	if all = slices.Clone(among); among == nil {
		all = slices.Clone(p.members)
	}
	away = map[*member]Class{}
	for _, m := range all {
		m.refs++
		if why := m.away(now); why != "" {
			away[m] = why
		} else if only != nil && !only(m) {
			away[m] = ClassLag
		} else {
			ranked = append(ranked, m)
		}
	}
	slices.SortStableFunc(ranked, func(a, b *member) int {
		ra, rb := a.rank(now), b.rank(now)
		return slices.Compare(ra[:], rb[:])
	})
	return all, ranked, away, nil
}

// hold keeps the members that stand now for questions that build on each other, until leave.
func (p *Pool) hold() ([]*member, error) {
	all, _, _, err := p.enter(nil, nil)
	return all, err
}

func (p *Pool) leave(members []*member) {
	p.mu.Lock()
	var idle []evm.Endpoint
	for _, m := range members {
		m.refs--
		idle = append(idle, p.retire(m)...)
	}
	p.mu.Unlock()
	p.closeAll(idle)
	p.rounds.Done()
}

// probe picks a demoted member whose turn it is to show that it is well again.
func (p *Pool) probe(left []*member) *member {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.cfg.Clock.Now()
	for _, m := range left {
		if m.demoted && now.Sub(m.probedAt) >= ProbeEvery {
			m.probedAt = now
			return m
		}
	}
	return nil
}

func (p *Pool) demoted(of []*member) []*member {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(of), func(m *member) bool { return !m.demoted })
}

// note counts questions without answer, and logs when members begin and cease to contradict
// each other about one kind of question.
func (p *Pool) note(question string, err error) {
	kind, _, _ := strings.Cut(question, " ")
	p.mu.Lock()
	defer p.mu.Unlock()
	disagree := errors.Is(err, ErrDisagree)
	switch {
	case disagree:
		p.disputes++
	case err != nil:
		p.shorts++
		return // says nothing about agreement
	}
	if was := p.trouble[kind]; was != disagree {
		p.trouble[kind] = disagree
		if disagree {
			p.cfg.Logger.Warn("endpoints disagree", "chain", p.cfg.Chain, "question", kind, "err", err)
		} else {
			p.cfg.Logger.Info("endpoints agree again", "chain", p.cfg.Chain, "question", kind)
		}
	}
}
