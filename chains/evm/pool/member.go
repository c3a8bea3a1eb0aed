// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// member is what the pool knows about one endpoint. Everything below mu's mark is guarded by
// Pool.mu.
type member struct {
	Member
	operator string
	check    chan struct{} // holds one token while the chain is checked

	// Pool.mu:
	gone     bool // no longer in the set; closed when refs is 0
	closed   bool
	refs     int // questions that may still use the endpoint
	inFlight int
	budget   budget

	checkedAt time.Time // zero: the chain must be checked before the next question
	wrong     Class     // what the last check found: ClassWrongChain, ClassWrongCode or nothing
	demoted   bool
	dissents  bool // contradicted others and has not been promoted since
	strikes   int  // failures in a row
	run       int  // shared answers in a row while demoted
	pauses    int  // failures in a row that made it pause
	until     time.Time
	probedAt  time.Time
	latency   time.Duration // moving average
	final     uint64        // what it said last when it was asked for its final block; 0 when it did not

	stats MemberHealth
}

// away says why the member cannot be asked now; "" when it can.
func (m *member) away(now time.Time) Class {
	switch {
	case now.Before(m.until) && m.wrong != "":
		return m.wrong
	case now.Before(m.until):
		return ClassBackoff
	case m.inFlight >= maxInFlight:
		return ClassBusy
	case !m.budget.has(1, now):
		return ClassBudget
	}
	return ""
}

// rank orders members for a question: lower is asked first.
func (m *member) rank(now time.Time) [4]int {
	var r [4]int
	if m.demoted {
		r[0] = 1
	}
	if m.budget.low(now) {
		r[1] = 1
	}
	r[2] = m.strikes
	// In powers of two, so that small differences do not send every question elsewhere.
	r[3] = bits.Len64(uint64(m.latency / (16 * time.Millisecond)))
	return r
}

// begin counts the requests of one question and spends them, or says why they may not be sent.
func (p *Pool) begin(m *member, requests int) Class {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := p.cfg.Clock.Now()
	if why := m.away(now); why != "" {
		return why
	}
	if !m.budget.take(requests, now) {
		return ClassBudget
	}
	m.stats.Requests += uint64(requests)
	m.inFlight++
	return ""
}

// unsent takes back what begin counted, when the check of the chain kept the question back.
func (p *Pool) unsent(m *member, requests int) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.budget.give(requests)
	m.stats.Requests -= uint64(requests)
}

func (p *Pool) end(m *member) {
	p.mu.Lock()
	defer p.mu.Unlock()
	m.inFlight--
}

// ensure checks chain id, genesis hash and the codes of Expect unless that was done since the
// member last failed or was demoted, and within RecheckEvery.
//
// Errors: errWrongChain, errWrongCode, errNoCode, errBudget, else what the endpoint says.
func (p *Pool) ensure(ctx context.Context, m *member) error {
	select {
	case m.check <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	defer func() { <-m.check }()
	p.mu.Lock()
	now := p.cfg.Clock.Now()
	if !m.checkedAt.IsZero() && now.Sub(m.checkedAt) < RecheckEvery {
		p.mu.Unlock()
		return nil
	}
	codes := slices.Clone(p.codes)
	need := 1 + len(codes)
	if !p.cfg.Genesis.IsZero() {
		need++
	}
	if !m.budget.take(need, now) {
		p.mu.Unlock()
		return errBudget
	}
	m.stats.Requests += uint64(need)
	p.mu.Unlock()
	id, err := m.Endpoint.ChainID(ctx)
	if err != nil {
		return fmt.Errorf("chain id: %w", err)
	}
	if id != p.cfg.Chain {
		return errWrongChain
	}
	if !p.cfg.Genesis.IsZero() {
		b, err := m.Endpoint.Block(ctx, evm.At{})
		if err != nil {
			return fmt.Errorf("genesis: %w: %w", message.ErrUnavailable, err)
		}
		if b.Number != 0 || b.Hash != p.cfg.Genesis {
			return errWrongChain
		}
	}
	for _, c := range codes {
		if err := c.check(ctx, m.Endpoint); err != nil {
			return err
		}
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if slices.Equal(codes, p.codes) { // else it is checked again at its next question
		m.checkedAt = p.cfg.Clock.Now()
	}
	if m.wrong != "" {
		m.wrong = ""
		p.cfg.Logger.Info("endpoint serves its chain again", "chain", p.cfg.Chain, "member", m.Name)
	}
	return nil
}

// The functions below move a member between its states. Callers hold mu.

// good is an answer; shared when m operators gave the same one, which alone earns trust back.
func (p *Pool) good(m *member, shared bool) {
	m.strikes, m.pauses = 0, 0
	if !shared || !m.demoted || m.wrong != "" {
		return
	}
	if m.run++; m.run >= PromoteAfter {
		m.demoted, m.dissents, m.run = false, false, 0
		p.cfg.Logger.Info("endpoint trusted again", "chain", p.cfg.Chain, "member", m.Name)
	}
}

// strike counts a failure that needs no pause.
func (p *Pool) strike(m *member, why Class) {
	m.stats.Failures++
	m.stats.LastError = why
	m.run = 0
	if m.strikes++; m.strikes >= DemoteAfter {
		p.demote(m, why)
	}
}

// fail counts a failure of the connection: the member pauses and its chain is checked again.
// Requests that were under way together count as one step of the pause.
func (p *Pool) fail(m *member, why Class) {
	p.strike(m, why)
	p.pause(m)
}

func (p *Pool) pause(m *member) {
	m.checkedAt, m.final = time.Time{}, 0
	if now := p.cfg.Clock.Now(); !now.Before(m.until) {
		m.until = now.Add(p.cfg.Jitter(backoff(m.pauses)))
		m.pauses++
	}
}

// dissent counts an answer that contradicts m others.
func (p *Pool) dissent(m *member) {
	m.stats.Dissents++
	m.stats.LastError = ClassDissent
	m.run = 0
	if !m.dissents {
		m.dissents = true
		p.cfg.Logger.Warn("endpoint contradicts the others", "chain", p.cfg.Chain, "member", m.Name)
	}
	p.demote(m, ClassDissent)
}

// mute silences a member of another chain, or with other code, until a later check finds what is wanted.
func (p *Pool) mute(m *member, why Class) {
	was := m.wrong
	m.wrong = why
	p.fail(m, why)
	m.demoted = true
	if was != why {
		p.cfg.Logger.Warn("endpoint has no voice", "chain", p.cfg.Chain, "member", m.Name, "reason", string(why))
	}
}

// mutes says whether a class of answers shows another chain than the wanted one.
func (c Class) mutes() bool { return c == ClassWrongChain || c == ClassWrongCode }

func (p *Pool) demote(m *member, why Class) {
	if m.demoted {
		return
	}
	m.demoted, m.checkedAt, m.probedAt = true, time.Time{}, p.cfg.Clock.Now()
	p.cfg.Logger.Warn("endpoint demoted", "chain", p.cfg.Chain, "member", m.Name, "reason", string(why))
}

// took keeps a moving average of how long answers take.
func (m *member) took(d time.Duration) { m.latency += (d - m.latency) / 4 }

// classOf names a failure.
func classOf(err error) Class {
	var answer *evm.RPCError
	switch {
	case errors.As(err, &answer) && rateLimited(answer):
		return ClassRateLimited
	case answer != nil:
		return ClassRefused
	case errors.Is(err, context.DeadlineExceeded):
		return ClassTimeout
	case errors.Is(err, errNoCode):
		return ClassLag
	}
	return ClassUnavailable
}
