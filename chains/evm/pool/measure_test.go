// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

func TestHeadIsWhatEnoughHaveReached(t *testing.T) {
	const none = ^uint64(0)
	for name, c := range map[string]struct {
		agree int
		heads []uint64
		want  uint64
		err   error
	}{
		"equal":               {2, []uint64{80, 80, 80}, 80, nil},
		"one behind":          {2, []uint64{80, 75, 80}, 80, nil},
		"one ahead":           {2, []uint64{80, 95, 75}, 80, nil},
		"a liar far ahead":    {2, []uint64{80, 1 << 62, 78}, 80, nil},
		"a liar at zero":      {2, []uint64{80, 0, 78}, 78, nil},
		"three of five":       {3, []uint64{90, 80, 85, 1 << 60, 70}, 85, nil},
		"three of five, lies": {3, []uint64{80, 80, 80, 1 << 60, 1 << 61}, 80, nil},
		"two of two":          {2, []uint64{80, 70}, 70, nil},
		"one lacks the tag":   {2, []uint64{80, none, 79}, 79, nil},
		"two lack the tag":    {2, []uint64{80, none, none}, 0, evm.ErrNoBlock},
		"all lack the tag":    {2, []uint64{none, none, none}, 0, evm.ErrNoBlock},
		"liars claim a tag":   {3, []uint64{none, none, none, 80, 80}, 0, evm.ErrNoBlock},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, len(c.heads), c.agree, nil)
			for i, n := range c.heads {
				h := b.hosts[i]
				delete(h.heads, evm.Finalized)
				if n != none {
					h.heads[evm.Finalized] = n
				}
				if n != none && n > 100 { // lies must not be checked by the fake itself
					h.heads[evm.Latest] = n
				}
			}
			got, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized})
			if !errors.Is(err, c.err) || err == nil && (got.Number != c.want || got.Hash != hashOf(c.want, 0)) {
				t.Fatalf("block %d, %v; want %d, %v", got.Number, err, c.want, c.err)
			}
		})
	}
}

// A tag that stands still is answered with where it stands; nothing else is asked instead.
func TestStalledTagWaits(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	for round := range 3 {
		for _, h := range b.hosts {
			h.with(func(h *host) { h.heads[evm.Latest] = uint64(100 + 50*round) })
		}
		got, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized})
		if err != nil || got.Number != 80 {
			t.Fatalf("round %d: block %d: %v", round, got.Number, err)
		}
	}
	for _, h := range b.hosts {
		h.with(func(h *host) {
			h.errs["tag"] = &evm.RPCError{Code: -32602, Text: "invalid argument 0"}
		})
	}
	for _, tag := range []evm.Tag{evm.Finalized, evm.Safe} {
		if _, err := b.Block(t.Context(), evm.At{Tag: tag}); !errors.Is(err, evm.ErrNoBlock) {
			t.Errorf("unsupported tag %s: %v", tag, err)
		}
	}
	// Every chain has a latest block: an endpoint that refuses to say which is in trouble.
	if _, err := b.Block(t.Context(), evm.At{Tag: evm.Latest}); errors.Is(err, evm.ErrNoBlock) || !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("latest: %v", err)
	}
}

// A load balancer answers from nodes of several heights; the pool repeats what is agreed.
func TestHeadGoesBack(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	for _, step := range []struct {
		heads [3]uint64
		want  uint64
	}{{[3]uint64{100, 100, 100}, 100}, {[3]uint64{90, 100, 100}, 100}, {[3]uint64{90, 95, 100}, 95}, {[3]uint64{101, 95, 101}, 101}} {
		for i, n := range step.heads {
			b.hosts[i].with(func(h *host) { h.heads[evm.Latest] = n })
		}
		got, err := b.Block(t.Context(), evm.At{Tag: evm.Latest})
		if err != nil || got.Number != step.want {
			t.Fatalf("heads %v: block %d: %v", step.heads, got.Number, err)
		}
	}
	if n := b.health("b").Head; n != 95 {
		t.Errorf("head of b is shown as %d", n)
	}
	for _, m := range b.Health().Members {
		if m.Dissents != 0 || m.State != StateHealthy {
			t.Errorf("being behind is no lie: %+v", m)
		}
	}
}

// Members on two branches: the head is known, its block is not agreed on.
func TestMixedViews(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[0].with(func(h *host) { h.fork, h.heads[evm.Latest] = 1, 100 })
	b.hosts[1].with(func(h *host) { h.fork, h.heads[evm.Latest] = 2, 100 })
	b.hosts[2].with(func(h *host) { h.heads[evm.Latest] = 99 })
	if _, err := b.Block(t.Context(), evm.At{Tag: evm.Latest}); !errors.Is(err, ErrDisagree) {
		t.Errorf("two branches: %v", err)
	}
	b.hosts[1].with(func(h *host) { h.fork = 1 })
	if got, err := b.Block(t.Context(), evm.At{Tag: evm.Latest}); err != nil || got.Hash != hashOf(100, 1) {
		t.Errorf("one branch: %+v, %v", got, err)
	}
}

// An honest node on a branch that the chain has left is no second voice for a liar: of final
// blocks only those are asked that call them final.
func TestStaleBranchIsNoVoice(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[1].with(func(h *host) { h.fork, h.from = 1, 75 })                             // lies
	b.hosts[2].with(func(h *host) { h.fork, h.from, h.heads[evm.Finalized] = 1, 75, 70 }) // was cut off
	got, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized})
	if err != nil || got.BlockRef != testBlock(70, 0).BlockRef {
		t.Errorf("final block %+v, %v", got, err)
	}
	for _, h := range b.hosts[1:] {
		h.with(func(h *host) { h.fork, h.heads[evm.Finalized] = 0, 80 })
	}
	if got, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); err != nil || got.BlockRef != testBlock(80, 0).BlockRef {
		t.Fatalf("final block %+v, %v", got, err)
	}
	// What was seen final stays so when nodes fall back.
	b.hosts[1].with(func(h *host) { h.fork = 1 })
	b.hosts[2].with(func(h *host) { h.fork, h.heads[evm.Finalized] = 1, 70 })
	if got, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); err != nil || got.BlockRef != testBlock(70, 0).BlockRef {
		t.Errorf("final block %+v, %v", got, err)
	}
	if got, err := b.Block(t.Context(), evm.At{Number: 78}); !errors.Is(err, ErrDisagree) {
		t.Errorf("a final block by number: %+v, %v", got, err)
	}
	if got, err := b.Logs(t.Context(), message.Address{1}, nil, 71, 78); !errors.Is(err, ErrDisagree) {
		t.Errorf("final logs: %+v, %v", got, err)
	}
	if _, err := b.Logs(t.Context(), message.Address{1}, nil, 61, 70); err != nil {
		t.Errorf("logs that all call final: %v", err)
	}
	// Above the final block nothing is promised, and all are asked.
	if got, err := b.Block(t.Context(), evm.At{Number: 90}); err != nil || got.BlockRef != testBlock(90, 1).BlockRef {
		t.Errorf("an open block: %+v, %v", got, err)
	}
}

// What members said of the very block by its tag is not asked again.
func TestTagSavesRequests(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	warm(t, b)
	before := 0
	for _, h := range b.hosts {
		before += h.count("block")
	}
	if _, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); err != nil {
		t.Fatal(err)
	}
	after := 0
	for _, h := range b.hosts {
		after += h.count("block")
	}
	if after != before {
		t.Errorf("%d more questions by number", after-before)
	}
}

func TestCallIsPinned(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	for _, at := range []evm.At{{Tag: evm.Latest}, {Number: 42}, {Hash: hashOf(42, 0)}} {
		out, err := b.Call(t.Context(), evm.Call{Data: []byte("x")}, at)
		if err != nil || string(out) != "\x00x" {
			t.Errorf("at %s: %x, %v", at, out, err)
		}
	}
	if _, err := b.Call(t.Context(), evm.Call{}, evm.At{Number: 101}); !errors.Is(err, evm.ErrNoBlock) {
		t.Errorf("above the head: %v", err)
	}
}

func TestMeasures(t *testing.T) {
	type values struct{ tip, nonce, gas, funds uint64 }
	all := func(v uint64) values { return values{v, v, v, v} }
	for name, c := range map[string]struct {
		agree   int
		members []uint64 // ^0 is down
		want    values
		err     error
	}{
		"equal":              {2, []uint64{5, 5, 5}, all(5), nil},
		"one behind":         {2, []uint64{5, 4, 5}, all(5), nil},
		"one ahead":          {2, []uint64{5, 6, 5}, all(5), nil},
		"a liar far up":      {2, []uint64{5, 1 << 50, 6}, all(6), nil},
		"a liar at nothing":  {2, []uint64{5, 0, 6}, all(5), nil},
		"liar up, one down":  {2, []uint64{5, 1 << 50, ^uint64(0)}, values{5, 5, 1 << 50, 5}, nil},
		"liar low, one down": {2, []uint64{5, 0, ^uint64(0)}, values{0, 0, 5, 0}, nil},
		"two down":           {2, []uint64{5, ^uint64(0), ^uint64(0)}, values{}, message.ErrUnavailable},
		"three of five":      {3, []uint64{4, 5, 6, 1 << 50, 0}, all(5), nil},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, len(c.members), c.agree, nil)
			for i, v := range c.members {
				h := b.hosts[i]
				if h.tip, h.nonce, h.gas, h.funds = v, v, v, int64(v); v == ^uint64(0) {
					h.err = errDown
				}
			}
			ctx := t.Context()
			tip, errs := b.TipWei(ctx)
			nonce, err := b.TxNonce(ctx, message.Address{})
			errs = errors.Join(errs, err)
			gas, err := b.EstimateGas(ctx, evm.Call{})
			errs = errors.Join(errs, err)
			funds, err := b.Balance(ctx, message.Address{})
			if errs = errors.Join(errs, err); !errors.Is(errs, c.err) {
				t.Fatalf("%v, want %v", errs, c.err)
			}
			if c.err != nil {
				return
			}
			if got := (values{tip.Uint64(), nonce, gas, funds.Uint64()}); got != c.want {
				t.Errorf("%+v, want %+v", got, c.want)
			}
		})
	}
	b := newBench(t, 3, 2, nil)
	b.hosts[1].funds, b.hosts[2].funds = -1, -1
	if _, err := b.Balance(t.Context(), message.Address{}); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("negative balances: %v", err)
	}
}

// One operator's greatest value is its one voice.
func TestMeasuresByOperator(t *testing.T) {
	b := newBench(t, 4, 2, func(cfg *Config) { cfg.Members[1].Operator = cfg.Members[0].Operator })
	for i, v := range []uint64{1 << 40, 1 << 41, 5, 6} {
		b.hosts[i].tip = v
	}
	if tip, err := b.TipWei(t.Context()); err != nil || tip.Uint64() != 6 {
		t.Errorf("tip %s, %v", tip, err)
	}
}

func TestSendRaw(t *testing.T) {
	says := func(text string) func(*host) { return fails(&evm.RPCError{Code: -32000, Text: text}) }
	for name, c := range map[string]struct {
		members [3]func(*host)
		want    error
		text    string // of an endpoint's refusal
	}{
		"all take it":               {members: [3]func(*host){well, well, well}},
		"one takes it":              {members: [3]func(*host){says("nonce too low"), down, well}},
		"it is known":               {members: [3]func(*host){says("already known"), down, down}},
		"all refuse alike":          {members: [3]func(*host){says("nonce too low: next 5"), says("nonce is too low"), says("Nonce too low")}, text: "nonce too low: next 5"},
		"two refuse alike":          {members: [3]func(*host){says("nonce too low"), down, says("nonce too low")}, text: "nonce too low"},
		"one liar, one is down":     {members: [3]func(*host){says("insufficient funds"), says("nonce too low"), down}, want: message.ErrUnavailable},
		"one refuses, two are down": {members: [3]func(*host){says("insufficient funds"), down, down}, want: message.ErrUnavailable},
		"in unknown words":          {members: [3]func(*host){says("no"), says("never"), down}, text: "no"},
		"all are down":              {members: [3]func(*host){down, down, down}, want: message.ErrUnavailable},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 3, 2, nil)
			warm(t, b)
			for i, change := range c.members {
				b.hosts[i].with(change)
			}
			err := b.SendRaw(t.Context(), []byte{1})
			var answer *evm.RPCError
			switch {
			case c.text == "" && (!errors.Is(err, c.want) || errors.As(err, &answer)):
				t.Errorf("%v, want %v", err, c.want)
			case c.text != "" && (!errors.As(err, &answer) || evm.RefusalOf(answer) != evm.RefusalOf(&evm.RPCError{Text: c.text})):
				t.Errorf("%v, want %q", err, c.text)
			}
			b.settled()
			for i := range b.hosts {
				if n := b.hosts[i].count("send"); n != 1 {
					t.Errorf("member %d got it %d times", i, n)
				}
			}
		})
	}
}
