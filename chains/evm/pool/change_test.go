// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

func member3(hosts ...*host) []Member {
	var list []Member
	for _, h := range hosts {
		list = append(list, Member{Name: h.name, Operator: "op-" + h.name, Endpoint: h})
	}
	return list
}

func TestSet(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(fork1)
	b.mustLogs()
	d, e := newHost("d"), newHost("e")
	a, c := b.hosts[0], b.hosts[2]
	if err := b.Set(member3(c, a, d, e, b.hosts[1])); !errors.Is(err, message.ErrRange) || !strings.Contains(err.Error(), "no majority") {
		t.Errorf("two of five: %v", err)
	}
	if err := b.Set(member3(a)); !errors.Is(err, message.ErrRange) {
		t.Errorf("two of one: %v", err)
	}
	if h := b.Health(); len(h.Members) != 3 || d.closed() {
		t.Fatalf("a refused change has an effect: %+v", h)
	}
	if err := b.Set(member3(c, a, d)); err != nil {
		t.Fatal(err)
	}
	if !b.hosts[1].closed() || a.closed() || c.closed() || d.closed() {
		t.Error("endpoints of the wrong members are closed")
	}
	if m := b.health("a"); m.State != StateDemoted || m.Dissents != 1 {
		t.Errorf("a member that stays is forgiven: %+v", m)
	}
	b.mustLogs()
	if d.count("chain") != 1 {
		t.Error("a new member is not checked")
	}
	// The same name with another endpoint is another member.
	a2 := newHost("a")
	if err := b.Set(member3(c, a2, d)); err != nil {
		t.Fatal(err)
	}
	if m := b.health("a"); m.State != StateUnchecked || m.Dissents != 0 || !a.closed() {
		t.Errorf("%+v", m)
	}
	b.Close()
	b.Close()
	for _, h := range []*host{c, a2, d} {
		if !h.closed() {
			t.Errorf("%s is open", h.name)
		}
	}
	if err := b.Set(member3(c, a2, d)); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("set after close: %v", err)
	}
	if err := b.logs(); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("asked after close: %v", err)
	}
}

// A question that is under way keeps its members, open, until it is answered.
func TestSetKeepsCallsInFlight(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	warm(t, b)
	a := b.hosts[0]
	a.with(func(h *host) { h.hang["logs"] = true })
	done := make(chan error, 1)
	go func() { done <- b.logs() }()
	b.clock.await(DefaultHedgeAfter)
	b.quiet("b")
	if err := b.Set(member3(newHost("x"), newHost("y"), newHost("z"))); err != nil {
		t.Fatal(err)
	}
	for _, h := range b.hosts {
		if h.closed() {
			t.Fatalf("%s is closed under a question", h.name)
		}
	}
	b.clock.Advance(DefaultHedgeAfter) // now c, which is no member any more, is asked
	if err := <-done; err != nil {
		t.Fatal(err)
	}
	b.clock.Advance(QuestionTimeout)
	b.until(func() bool { return b.hosts[0].closed() && b.hosts[1].closed() && b.hosts[2].closed() })
}

func TestSetWhileAsking(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	var used atomic.Int64
	ctx, cancel := context.WithCancel(t.Context())
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			for ctx.Err() == nil {
				for question, ask := range answers {
					if err := ask(context.WithoutCancel(ctx), b.Pool, 0); err != nil {
						t.Errorf("%s: %v", question, err)
						return
					}
					_ = b.Health()
					used.Add(1)
				}
			}
		})
	}
	for i := range 30 {
		n := used.Load()
		var list []*host
		for j := range 3 {
			list = append(list, newHost(fmt.Sprintf("m%d-%d", i, j)))
		}
		if err := b.Set(member3(list...)); err != nil {
			t.Error(err)
			break
		}
		b.until(func() bool { return used.Load() > n+4 || t.Failed() })
	}
	cancel()
	group.Wait()
}

func TestCloseEndsQuestions(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	for _, h := range b.hosts {
		h.with(func(h *host) { h.hang["all"] = true })
	}
	done := make(chan error, 1)
	go func() { done <- b.logs() }()
	b.clock.await(DefaultHedgeAfter)
	b.Close()
	if err := <-done; !errors.Is(err, message.ErrUnavailable) {
		t.Error(err)
	}
}

// The pool serves a client as any endpoint does.
func TestClientOverPool(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[2].with(fork1)
	c, err := evm.New(t.Context(), evm.Config{ChainID: testChain, Manager: message.Address{1}, Endpoint: b.Pool})
	if err != nil {
		t.Fatal(err)
	}
	heads, err := c.Heads(t.Context())
	if err != nil || heads.Final.Number != 80 || heads.Final.Hash != hashOf(80, 0) {
		t.Errorf("heads %+v: %v", heads, err)
	}
}
