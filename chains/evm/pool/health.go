// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/message"
)

// State is how a pool treats a member.
type State string

// The states.
const (
	StateUnchecked  State = "unchecked"   // its chain is checked at the next question
	StateHealthy    State = "healthy"     // asked in turn
	StateDemoted    State = "demoted"     // asked last, and now and then to see whether it is well
	StateWrongChain State = "wrong-chain" // has no voice
	StateWrongCode  State = "wrong-code"  // shows other code than is expected; has no voice
)

// MemberHealth is one member for a status page. Counters are those since the member joined.
type MemberHealth struct {
	Name       string
	Operator   string
	State      State
	Away       Class // why it cannot be asked at this moment; "" when it can
	Requests   uint64
	Failures   uint64 // of every class but dissent
	Dissents   uint64
	LastError  Class
	Head       uint64    // newest block by the tag latest that it claimed
	Final      uint64    // newest block by the tag finalized
	BudgetLeft int       // requests that it may get now; -1: no limit
	Until      time.Time // end of its pause; in the past when there is none
}

// Health is a pool for a status page.
type Health struct {
	Chain         message.ChainID
	Agree         int // m
	Operators     int // distinct ones
	Unsafe        bool
	UnsafeReason  string
	Disagreements uint64 // questions that ended in ErrDisagree
	Shortfalls    uint64 // questions that ended in message.ErrUnavailable
	Members       []MemberHealth
}

// Health is a copy of what is known now; it asks nothing.
func (p *Pool) Health() Health {
	why, unsafe := p.Unsafe()
	p.mu.Lock()
	defer p.mu.Unlock()
	h := Health{Chain: p.cfg.Chain, Agree: p.cfg.Agree, Unsafe: unsafe, UnsafeReason: why, Disagreements: p.disputes, Shortfalls: p.shorts}
	now := p.cfg.Clock.Now()
	var seen []string
	for _, m := range p.members {
		if !slices.Contains(seen, m.operator) {
			seen = append(seen, m.operator)
		}
		s := m.stats
		s.Name, s.Operator, s.Away, s.Until = m.Name, m.Operator, m.away(now), m.until
		s.BudgetLeft = m.budget.left(now)
		switch {
		case m.wrong != "":
			s.State = State(m.wrong)
		case m.demoted:
			s.State = StateDemoted
		case m.checkedAt.IsZero():
			s.State = StateUnchecked
		default:
			s.State = StateHealthy
		}
		h.Members = append(h.Members, s)
	}
	h.Operators = len(seen)
	return h
}

// Agree is m: how many operators give every answer that the pool passes on, but those that prove themselves. It never changes.
func (p *Pool) Agree() int { return p.cfg.Agree }

// Unsafe says what is weaker than the default settings; false when nothing is. A status page
// must show it.
func (p *Pool) Unsafe() (reason string, unsafe bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]Member, len(p.members))
	for i, m := range p.members {
		list[i] = m.Member
	}
	reason = p.cfg.unsafeReason(list)
	return reason, reason != ""
}
