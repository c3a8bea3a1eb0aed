// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"errors"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

func TestWrongChain(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(func(h *host) { h.chain = 1 })
	b.mustLogs()
	if n := b.hosts[0].count("logs"); n != 0 {
		t.Errorf("asked %d times", n)
	}
	if m := b.health("a"); m.State != StateWrongChain || m.Away != ClassWrongChain || m.LastError != ClassWrongChain {
		t.Errorf("%+v", m)
	}
	// It never counts, also when it is needed.
	b.hosts[1].with(down)
	for range 3 {
		if err := b.logs(); !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "a: wrong-chain") {
			t.Fatal(err)
		}
		b.settled()
		b.clock.Advance(BackoffMax)
	}
	b.hosts[0].with(func(h *host) { h.chain = testChain })
	b.mustLogs()
	if m := b.health("a"); m.State != StateDemoted {
		t.Errorf("it has to earn trust: %+v", m)
	}
	if text := b.log.String(); strings.Count(text, "endpoint has no voice") != 1 || strings.Count(text, "serves its chain again") != 1 {
		t.Errorf("log:\n%s", text)
	}
}

func TestWrongGenesis(t *testing.T) {
	b := newBench(t, 3, 2, func(cfg *Config) { cfg.Genesis = hashOf(0, 0); cfg.Genesis[31] = 1 })
	if err := b.logs(); !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "wrong-chain") {
		t.Errorf("all have another genesis: %v", err)
	}
	for _, h := range b.hosts {
		if h.count("logs") != 0 {
			t.Error("asked all the same")
		}
	}
}

// The chain behind a URL may change: it is checked again after failures and from time to time.
func TestChainIsCheckedAgain(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.mustLogs()
	b.mustLogs()
	if n := b.hosts[0].count("chain"); n != 1 {
		t.Fatalf("checked %d times", n)
	}
	b.clock.Advance(RecheckEvery)
	b.mustLogs()
	if n := b.hosts[0].count("chain"); n != 2 {
		t.Errorf("checked %d times after a while", n)
	}
	b.hosts[0].with(down)
	b.mustLogs()
	b.hosts[0].with(func(h *host) { h.err, h.chain = nil, 1 })
	b.clock.Advance(BackoffMax)
	b.hosts[1].with(down)
	asked := b.hosts[0].count("logs")
	if err := b.logs(); !errors.Is(err, message.ErrUnavailable) {
		t.Fatal(err)
	}
	if b.hosts[0].count("logs") != asked {
		t.Error("asked after a reconnect without a check")
	}
}

func TestChainID(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(func(h *host) { h.chain = 5 })
	if id, err := b.ChainID(t.Context()); err != nil || id != testChain {
		t.Fatalf("chain %s, %v", id, err)
	}
	b.settled()
	if m := b.health("a"); m.State != StateWrongChain {
		t.Errorf("%+v", m)
	}
	// A pool that points at another chain says so: its reader refuses it.
	c := newBench(t, 3, 2, nil)
	for _, h := range c.hosts {
		h.with(func(h *host) { h.chain = 5 })
	}
	if id, err := c.ChainID(t.Context()); err != nil || id != 5 {
		t.Errorf("chain %s, %v", id, err)
	}
	if _, err := evm.New(t.Context(), evm.Config{ChainID: testChain, Manager: message.Address{1}, Endpoint: newWrong(t)}); !errors.Is(err, evm.ErrWrongChain) {
		t.Errorf("client: %v", err)
	}
}

func newWrong(t *testing.T) *Pool {
	b := newBench(t, 3, 2, nil)
	for _, h := range b.hosts {
		h.with(func(h *host) { h.chain = 5 })
	}
	return b.Pool
}
