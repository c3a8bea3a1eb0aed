// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

func (b *bench) logs() error {
	_, err := b.Logs(b.t.Context(), message.Address{1}, nil, 10, 12)
	return err
}

func (b *bench) mustLogs() {
	b.t.Helper()
	if err := b.logs(); err != nil {
		b.t.Fatal(err)
	}
	b.settled()
}

func TestOnlyTheBestAreAsked(t *testing.T) {
	b := newBench(t, 5, 3, nil)
	for range 4 {
		b.mustLogs()
	}
	for i, want := range []int{4, 4, 4, 0, 0} {
		if got := b.hosts[i].count("logs"); got != want {
			t.Errorf("member %d was asked %d times, want %d", i, got, want)
		}
	}
	// One request for each of the three, and one check of the chain id and one of the genesis.
	if got := b.hosts[0].count("all"); got != 6 {
		t.Errorf("%d requests in all", got)
	}
	if got := b.health("a").Requests; got != 6 {
		t.Errorf("%d requests are shown", got)
	}
}

// A member that hangs costs one delay, then others are asked in its place and it loses rank.
func TestHungMemberHoldsNobodyUp(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	warm(t, b)
	b.hosts[0].hang["logs"] = true
	for i := range DemoteAfter {
		done := make(chan error, 1)
		if i == 0 || b.health("a").Failures == 0 {
			go func() { done <- b.logs() }()
			b.clock.await(DefaultHedgeAfter)
			b.quiet("b")
			b.clock.Advance(DefaultHedgeAfter)
		} else {
			go func() { done <- b.logs() }() // b and c come first now
		}
		if err := <-done; err != nil {
			t.Fatal(err)
		}
	}
	if m := b.health("a"); m.Failures != 1 || m.LastError != ClassSlow || m.State != StateHealthy {
		t.Errorf("%+v", m)
	}
	if n := b.hosts[0].count("logs"); n != 1 {
		t.Errorf("asked %d times", n)
	}
	b.clock.Advance(QuestionTimeout)
	b.settled()
	if m := b.health("a"); m.Away != ClassBackoff {
		t.Errorf("after its time is up: %+v", m)
	}
}

// When all hang, the question ends at its limit and everybody has failed.
func TestQuestionHasALimit(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	for _, h := range b.hosts {
		h.hang["all"] = true
	}
	done := make(chan error, 1)
	go func() { done <- b.logs() }()
	b.clock.await(QuestionTimeout)
	b.clock.await(DefaultHedgeAfter)
	b.clock.Advance(QuestionTimeout)
	err := <-done
	if !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "a: timeout") {
		t.Fatal(err)
	}
}

func TestCancelledQuestion(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].hang["logs"] = true
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := b.Logs(ctx, message.Address{1}, nil, 10, 12)
		done <- err
	}()
	b.until(func() bool { return b.hosts[0].count("logs") == 1 })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	b.settled()
	b.quiet("a")
	if m := b.health("a"); m.Failures != 0 {
		t.Errorf("the caller's own end is held against a member: %+v", m)
	}
}

// A caller that never waits for long learns nothing of a member that hangs; the pool does.
func TestHurriedCaller(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	warm(t, b)
	for _, i := range []int{0, 2} {
		b.hosts[i].with(func(h *host) { h.hang["logs"] = true })
	}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		_, err := b.Logs(ctx, message.Address{1}, nil, 10, 12)
		done <- err
	}()
	b.clock.await(DefaultHedgeAfter)
	b.quiet("b")
	b.clock.Advance(DefaultHedgeAfter)
	b.until(func() bool { return b.hosts[2].count("logs") == 1 })
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	b.settled()
	if m := b.health("a"); m.Failures != 1 || m.LastError != ClassSlow || m.Away != "" {
		t.Errorf("%+v", m)
	}
	if m := b.health("c"); m.Failures != 0 {
		t.Errorf("%+v", m)
	}
}

func TestFailuresDemote(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.mustLogs()
	b.hosts[0].with(down)
	asked := b.hosts[0].count("logs")
	for i := 1; i <= DemoteAfter; i++ {
		// Strikes send it behind the others at once; it is needed when another is down.
		b.hosts[1].with(down)
		if err := b.logs(); !errors.Is(err, message.ErrUnavailable) {
			t.Fatal(err)
		}
		b.settled()
		b.hosts[1].with(func(h *host) { h.err = nil })
		b.clock.Advance(BackoffMax)
		if got := b.health("a").State == StateDemoted; got != (i == DemoteAfter) {
			t.Fatalf("after %d failures demoted is %t", i, got)
		}
		b.mustLogs()
	}
	if m := b.health("a"); m.Failures < DemoteAfter || m.LastError != ClassUnavailable || b.hosts[0].count("logs") == asked {
		t.Errorf("%+v", m)
	}
	if b.health("b").State == StateDemoted {
		t.Error("good answers between failures do not count")
	}
}

func TestDissent(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.mustLogs()
	b.hosts[0].with(fork1)
	b.mustLogs()
	if m := b.health("a"); m.State != StateDemoted || m.Dissents != 1 || m.LastError != ClassDissent {
		t.Fatalf("%+v", m)
	}
	b.mustLogs()
	if n := b.hosts[0].count("logs"); n != 2 {
		t.Errorf("a demoted member was asked: %d", n)
	}
	if n := b.hosts[0].count("chain"); n != 1 {
		t.Fatalf("chain checked %d times", n)
	}
	// Lying on when it is probed is counted, and not logged again.
	b.clock.Advance(ProbeEvery)
	b.mustLogs()
	if m := b.health("a"); m.Dissents != 2 || b.hosts[0].count("chain") != 2 {
		t.Errorf("chain checked %d times, %+v", b.hosts[0].count("chain"), m)
	}
	b.mustLogs()
	if m := b.health("a"); m.Dissents != 2 {
		t.Errorf("probed again at once: %+v", m)
	}
	if text := b.log.String(); strings.Count(text, "contradicts") != 1 || strings.Count(text, "demoted") != 1 || !strings.Contains(text, "member=a") {
		t.Errorf("log:\n%s", text)
	}
	// Honest again: trusted after a longer run, not before.
	b.hosts[0].with(func(h *host) { h.fork = 0 })
	for i := range PromoteAfter {
		if b.health("a").State != StateDemoted {
			t.Fatalf("promoted after %d good answers", i)
		}
		b.clock.Advance(ProbeEvery)
		b.mustLogs()
	}
	if m := b.health("a"); m.State != StateHealthy || m.Dissents != 2 {
		t.Errorf("%+v", m)
	}
	if text := b.log.String(); strings.Count(text, "trusted again") != 1 {
		t.Errorf("log:\n%s", text)
	}
}

// A demoted member that is needed is asked, and its answer counts.
func TestDemotedMemberIsAskedWhenNeeded(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(fork1)
	b.mustLogs()
	b.hosts[0].with(func(h *host) { h.fork = 0 })
	b.hosts[1].with(down)
	b.mustLogs()
	if b.health("a").State != StateDemoted {
		t.Error("one good answer is not a run")
	}
}

// An honest member that was demoted is waited for when those that are trusted do not agree: beside one new liar it is
// the voice that is missing. INVARIANT: I-12.
func TestDemotedMemberIsHeardBesideALiar(t *testing.T) {
	for name, bend := range map[string]func(h *host){
		"another history":      func(h *host) { h.fork, h.from = 1, 60 },
		"another final block":  func(h *host) { h.fork, h.from = 1, 80 },
		"no final block":       func(h *host) { delete(h.heads, evm.Finalized) },
		"a final block of old": func(h *host) { h.heads[evm.Finalized], h.fork, h.from = 79, 1, 60 },
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 3, 2, nil)
			if _, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); err != nil {
				t.Fatal(err)
			}
			b.hosts[0].with(fork1)
			b.mustLogs()
			b.hosts[0].with(func(h *host) { h.fork = 0 })
			if b.health("a").State != StateDemoted {
				t.Fatal("the liar was not demoted")
			}
			b.settled()
			b.hosts[1].with(bend)
			for range 64 { // whoever answers first
				final, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized})
				if err != nil || final.BlockRef != testBlock(final.Number, 0).BlockRef || final.Number < 79 {
					t.Fatalf("final block %+v: %v", final.BlockRef, err)
				}
				if got, err := b.Block(t.Context(), evm.At{Number: 78}); err != nil || got.BlockRef != testBlock(78, 0).BlockRef {
					t.Fatalf("block 78 %+v: %v", got.BlockRef, err)
				}
				if _, err := b.Logs(t.Context(), message.Address{1}, nil, 61, 78); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
}

// One that was not heard when the final block was asked for is asked again when its voice is needed.
func TestDemotedMemberSaysItsFinalBlockLater(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(fork1)
	b.mustLogs()
	b.hosts[0].with(func(h *host) { h.fork = 0; delete(h.heads, evm.Finalized) })
	if b.health("a").State != StateDemoted {
		t.Fatal("the liar was not demoted")
	}
	if _, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); err != nil {
		t.Fatal(err)
	}
	b.settled()
	b.hosts[0].with(func(h *host) { h.heads[evm.Finalized] = 80 })
	b.hosts[1].with(func(h *host) { h.errs["logs"] = errDown })
	if _, err := b.Logs(t.Context(), message.Address{1}, nil, 61, 78); err != nil {
		t.Error(err)
	}
}

// A member that is refused or lags is not paused, but it strikes.
func TestLagDemotes(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(func(h *host) { h.errs["logs"] = evm.ErrNoBlock })
	b.mustLogs()
	if m := b.health("a"); m.Failures != 1 || m.LastError != ClassLag || m.Away != "" {
		t.Errorf("%+v", m)
	}
	b.mustLogs()
	if m := b.health("a"); m.Failures != 1 {
		t.Errorf("the others were not asked first: %+v", m)
	}
}

func TestBackoff(t *testing.T) {
	b := newBench(t, 2, 2, nil)
	b.mustLogs()
	b.hosts[0].with(down)
	for i, want := range []time.Duration{500 * time.Millisecond, time.Second, 2 * time.Second, 4 * time.Second, 8 * time.Second, 16 * time.Second, 32 * time.Second, time.Minute, time.Minute} {
		if err := b.logs(); !errors.Is(err, message.ErrUnavailable) {
			t.Fatal(err)
		}
		b.settled()
		m := b.health("a")
		if got := m.Until.Sub(b.clock.Now()); got != want || m.Away != ClassBackoff {
			t.Fatalf("pause %d is %s, want %s", i, got, want)
		}
		before := b.hosts[0].count("all")
		b.clock.Advance(want - 1)
		if err := b.logs(); !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "a: backoff") {
			t.Fatal(err)
		}
		if b.hosts[0].count("all") != before {
			t.Fatal("asked during its pause")
		}
		b.clock.Advance(1)
	}
	b.hosts[0].with(func(h *host) { h.err = nil })
	b.mustLogs()
	b.hosts[0].with(down)
	if err := b.logs(); err == nil {
		t.Fatal("answered")
	}
	b.settled()
	if got := b.health("a").Until.Sub(b.clock.Now()); got != BackoffBase {
		t.Errorf("a good answer did not end the series: %s", got)
	}
	if backoff(1000) != BackoffMax {
		t.Error("pauses have no bound")
	}
}

func TestRateLimitPauses(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.mustLogs()
	b.hosts[0].with(func(h *host) { h.errs["logs"] = &evm.RPCError{Code: -32005, Text: "daily Rate Limit reached"} })
	b.mustLogs()
	if m := b.health("a"); m.LastError != ClassRateLimited || m.Away != ClassBackoff {
		t.Errorf("%+v", m)
	}
	b.hosts[1].with(func(h *host) { h.errs["logs"] = &evm.RPCError{Code: -32005, Text: "more than 10000 results"} })
	b.clock.Advance(BackoffMax)
	b.hosts[0].with(func(h *host) { h.errs = map[string]error{} })
	b.mustLogs()
	if m := b.health("b"); m.LastError != ClassRefused || m.Away != "" {
		t.Errorf("%+v", m)
	}
}

func TestBudget(t *testing.T) {
	const hourly = 40 // ten at once
	b := newBench(t, 2, 2, func(cfg *Config) { cfg.Members[0].HourlyRequests = hourly })
	sent := 0
	for range 3 * hourly {
		if err := b.logs(); err == nil {
			sent++
		} else if !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "a: budget") {
			t.Fatal(err)
		}
	}
	if all := b.hosts[0].count("all"); all != hourly/4 || sent != hourly/4-2 { // two went into the check
		t.Errorf("%d requests, %d questions", all, sent)
	}
	if m := b.health("a"); m.Away != ClassBudget || m.BudgetLeft != 0 || m.Failures != 0 {
		t.Errorf("being out of budget is no failure: %+v", m)
	}
	if b.health("b").BudgetLeft != -1 {
		t.Error("b has no limit")
	}
	for range 60 {
		b.clock.Advance(time.Minute)
		_ = b.logs()
		_ = b.logs()
	}
	if all := b.hosts[0].count("all"); all > hourly || all < hourly*9/10 {
		t.Errorf("%d requests in one hour, budget %d", all, hourly)
	}
	b.settled()
	b.clock.Advance(24 * time.Hour)
	if m := b.health("a"); m.BudgetLeft != hourly/4 {
		t.Errorf("a day off saves up %d", m.BudgetLeft)
	}
}

// A member whose budget runs low is spared while others can answer.
func TestBudgetIsSpared(t *testing.T) {
	b := newBench(t, 3, 2, func(cfg *Config) { cfg.Members[0].HourlyRequests = 80 })
	for range 30 {
		b.mustLogs()
	}
	if m := b.health("a"); m.BudgetLeft < 9 || m.BudgetLeft > 10 {
		t.Errorf("%+v", m)
	}
}

// Requests that an endpoint never ends do not pile up without bound.
func TestBusyMember(t *testing.T) {
	b := newBench(t, 2, 2, nil)
	load := func(n int) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.members[0].inFlight += n
	}
	load(maxInFlight)
	if err := b.logs(); !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "a: busy") {
		t.Error(err)
	}
	b.settled()
	load(-1)
	b.mustLogs()
}
