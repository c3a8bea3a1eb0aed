// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// answers asks everything on which members must be equal. Each check holds for the honest fork.
var answers = map[string]func(ctx context.Context, p *Pool, fork byte) error{
	"block": func(ctx context.Context, p *Pool, fork byte) error {
		b, err := p.Block(ctx, evm.At{Number: 60})
		return differs(b, testBlock(60, fork), err)
	},
	"tag": func(ctx context.Context, p *Pool, fork byte) error {
		b, err := p.Block(ctx, evm.At{Tag: evm.Finalized})
		return differs(b, testBlock(80, fork), err)
	},
	"logs": func(ctx context.Context, p *Pool, fork byte) error {
		l, err := p.Logs(ctx, message.Address{1}, nil, 10, 14)
		return differs(l, testLogs(10, 14, fork), err)
	},
	"call": func(ctx context.Context, p *Pool, fork byte) error {
		out, err := p.Call(ctx, evm.Call{Data: []byte("x")}, evm.At{Hash: hashOf(60, 0)})
		return differs(out, []byte{fork, 'x'}, err)
	},
	"code": func(ctx context.Context, p *Pool, fork byte) error {
		out, err := p.Code(ctx, message.Address{1})
		return differs(out, []byte{0x60, fork}, err)
	},
	"transactions": func(ctx context.Context, p *Pool, fork byte) error {
		list, err := p.Transactions(ctx, message.Hash{8})
		return differs(list, []message.Hash{{9, fork}, {8}}, err)
	},
	"receipt": func(ctx context.Context, p *Pool, fork byte) error {
		r, ok, err := p.Receipt(ctx, message.Hash{9})
		if err == nil && !ok {
			return errNoReceipt
		}
		return differs(r, testReceipt(message.Hash{9}, fork), err)
	},
}

var errReverted = errors.New("reverted")

var errOther = errors.New("another answer than the wanted one")

func differs[T any](got, want T, err error) error {
	if err == nil && !reflect.DeepEqual(got, want) {
		return fmt.Errorf("%w: %+v", errOther, got)
	}
	return err
}

func down(h *host)  { h.err = errDown }
func fork1(h *host) { h.fork = 1 }
func fork2(h *host) { h.fork = 2 }
func well(*host)    {}

func fails(err error) func(*host) { return func(h *host) { h.err = err } }

// TestAgreement: three members, two must agree. Chain checks are off, so that an endpoint that
// says one thing says it from the first question on.
func TestAgreement(t *testing.T) {
	revert := &evm.RevertError{Data: []byte{1}}
	for name, c := range map[string]struct {
		members [3]func(*host)
		want    error // nil: the honest answer
		fork    byte  // of the answer
	}{
		"all are honest":                      {members: [3]func(*host){well, well, well}},
		"one is down":                         {members: [3]func(*host){well, down, well}},
		"two are down":                        {members: [3]func(*host){well, down, down}, want: message.ErrUnavailable},
		"all are down":                        {members: [3]func(*host){down, down, down}, want: message.ErrUnavailable},
		"the first lies":                      {members: [3]func(*host){fork1, well, well}},
		"the second lies":                     {members: [3]func(*host){well, fork1, well}},
		"the third lies":                      {members: [3]func(*host){well, well, fork1}},
		"one lies, one is down":               {members: [3]func(*host){well, fork1, down}, want: ErrDisagree},
		"one lies, two are down":              {members: [3]func(*host){fork1, down, down}, want: message.ErrUnavailable},
		"two lie differently":                 {members: [3]func(*host){fork1, well, fork2}, want: ErrDisagree},
		"two lie alike: beyond the promise":   {members: [3]func(*host){fork1, well, fork1}, fork: 1},
		"one lacks it":                        {members: [3]func(*host){fails(evm.ErrNoBlock), well, well}},
		"two lack it":                         {members: [3]func(*host){fails(evm.ErrNoBlock), well, fails(evm.ErrNoBlock)}, want: evm.ErrNoBlock},
		"two lack it, one is down":            {members: [3]func(*host){fails(evm.ErrNoBlock), down, fails(evm.ErrNoBlock)}, want: evm.ErrNoBlock},
		"two revert unlike, one is down":      {members: [3]func(*host){fails(revert), down, fails(&evm.RevertError{Data: []byte{2}})}, want: errReverted},
		"two lack the state, one is down":     {members: [3]func(*host){down, fails(evm.ErrNoState), fails(evm.ErrNoState)}, want: evm.ErrNoState},
		"two have no receipt, one is down":    {members: [3]func(*host){fails(errNoReceipt), down, fails(errNoReceipt)}, want: errNoReceipt},
		"one lacks it, one is down":           {members: [3]func(*host){fails(evm.ErrNoBlock), well, down}, want: message.ErrUnavailable},
		"one lacks the state":                 {members: [3]func(*host){fails(evm.ErrNoState), well, well}},
		"two lack the state":                  {members: [3]func(*host){fails(evm.ErrNoState), fails(evm.ErrNoState), well}, want: evm.ErrNoState},
		"one lacks the state, one is down":    {members: [3]func(*host){fails(evm.ErrNoState), down, well}, want: message.ErrUnavailable},
		"one lacks state, the other block":    {members: [3]func(*host){fails(evm.ErrNoState), fails(evm.ErrNoBlock), well}, want: message.ErrUnavailable},
		"one refuses":                         {members: [3]func(*host){fails(&evm.RPCError{Code: -32000}), well, well}},
		"two refuse":                          {members: [3]func(*host){fails(&evm.RPCError{Code: -32000}), fails(&evm.RPCError{Code: -32000}), well}, want: message.ErrUnavailable},
		"one reverts":                         {members: [3]func(*host){fails(revert), well, well}},
		"one reverts, one is down":            {members: [3]func(*host){fails(revert), down, well}, want: ErrDisagree},
		"one has no receipt":                  {members: [3]func(*host){fails(errNoReceipt), well, well}},
		"two have no receipt":                 {members: [3]func(*host){fails(errNoReceipt), fails(errNoReceipt), well}, want: errNoReceipt},
		"one has no receipt, one is down":     {members: [3]func(*host){fails(errNoReceipt), down, well}, want: message.ErrUnavailable},
		"an answer too long, one of them":     {members: [3]func(*host){fails(message.ErrRange), well, well}},
		"one ends its answers with a garbled": {members: [3]func(*host){fails(garbled("null")), well, well}},
	} {
		for question, ask := range answers {
			t.Run(name+"/"+question, func(t *testing.T) {
				b := newBench(t, 3, 2, nil)
				warm(t, b)
				for i, change := range c.members {
					b.hosts[i].with(change)
				}
				want := c.want
				if question == "tag" && name == "one reverts, one is down" {
					want = message.ErrUnavailable // heights are measured before blocks are compared
				}
				err := ask(t.Context(), b.Pool, c.fork)
				var reverted *evm.RevertError
				if errors.As(err, &reverted) {
					err = errReverted
				}
				if want == nil && err != nil || want != nil && !errors.Is(err, want) {
					t.Fatalf("%v, want %v", err, want)
				}
				if want != nil && !errors.Is(want, errNoReceipt) && message.FateOf(err) != message.Retry {
					t.Errorf("fate %s", message.FateOf(err))
				}
			})
		}
	}
}

// warm lets every member pass the check of its chain.
func warm(t *testing.T, b *bench) {
	t.Helper()
	if _, err := b.TipWei(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.settled()
}

func TestErrorsNameMembers(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.hosts[1].with(down)
	b.hosts[2].with(fails(&evm.RPCError{Method: "eth_getLogs", Code: -32005, Text: "query returned more than 10000 results"}))
	_, err := b.Logs(t.Context(), message.Address{1}, nil, 1, 2)
	var short *ShortError
	var refusal *evm.RPCError
	if !errors.As(err, &short) || !errors.As(err, &refusal) || refusal.Code != -32005 {
		t.Fatalf("logs: %v", err)
	}
	if text := err.Error(); !strings.Contains(text, "b: unavailable") || !strings.Contains(text, "chain 31337: logs of blocks 1 to 2: ") {
		t.Errorf("text %q", text)
	}
	// What one member says of a transaction is not repeated: the account's loop acts on it.
	b.hosts[0].with(down)
	if err := b.SendRaw(t.Context(), []byte{1}); errors.As(err, &refusal) || !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("send: %v", err)
	}
}

// A reader takes shorter ranges only when it hears why there was no answer.
func TestTooManyIsHeard(t *testing.T) {
	answer := &evm.RPCError{Method: "eth_getLogs", Code: -32005, Text: "query returned more than 10000 results"}
	for name, err := range map[string]error{
		"said in an answer": fmt.Errorf("%w: %w", evm.ErrTooMany, answer),
		"said by a status":  fmt.Errorf("HTTP status 413: %w: %w", evm.ErrTooMany, message.ErrUnavailable),
	} {
		b := newBench(t, 3, 2, nil)
		b.hosts[0].with(fails(err))
		if _, err := b.Logs(t.Context(), message.Address{1}, nil, 1, 2); err != nil {
			t.Errorf("%s by one of three: %v", name, err)
		}
		b.hosts[1].with(fails(err))
		_, err = b.Logs(t.Context(), message.Address{1}, nil, 1, 2)
		if !errors.Is(err, evm.ErrTooMany) || !errors.Is(err, message.ErrUnavailable) || message.FateOf(err) != message.Retry {
			t.Errorf("%s by two of three: %v", name, err)
		}
	}
}

func TestReverts(t *testing.T) {
	revert := func(data, text string) func(*host) {
		return fails(&evm.RevertError{Data: []byte(data), Text: text})
	}
	for name, c := range map[string]struct {
		members    [3]func(*host)
		data, text string
		other      error
	}{
		"alike":                    {members: [3]func(*host){revert("x", "m"), revert("x", "m"), well}, data: "x", text: "m"},
		"in other words":           {members: [3]func(*host){revert("x", "m"), revert("x", "n"), well}, data: "x"},
		"with other data":          {members: [3]func(*host){revert("x", "m"), revert("y", "m"), well}},
		"with other data, by all":  {members: [3]func(*host){revert("x", "m"), revert("y", "m"), revert("z", "m")}},
		"liar with other data":     {members: [3]func(*host){revert("y", "l"), revert("x", "m"), revert("x", "m")}, data: "x", text: "m"},
		"one, against two results": {members: [3]func(*host){revert("x", "m"), well, well}, other: nil, data: "-"},
		"one, two are down":        {members: [3]func(*host){revert("x", "m"), down, down}, other: message.ErrUnavailable, data: "-"},
	} {
		t.Run(name, func(t *testing.T) {
			b := newBench(t, 3, 2, nil)
			warm(t, b)
			for i, change := range c.members {
				b.hosts[i].with(change)
			}
			_, callErr := b.Call(t.Context(), evm.Call{}, evm.At{Hash: hashOf(60, 0)})
			_, gasErr := b.EstimateGas(t.Context(), evm.Call{})
			for _, err := range []error{callErr, gasErr} {
				var r *evm.RevertError
				if c.data == "-" {
					if errors.As(err, &r) || !errors.Is(err, c.other) {
						t.Errorf("%v, want %v", err, c.other)
					}
				} else if !errors.As(err, &r) || string(r.Data) != c.data || r.Text != c.text {
					t.Errorf("%#v", err)
				}
			}
		})
	}
}

// TestOperators: a and a2 are run by one operator.
func TestOperators(t *testing.T) {
	for name, c := range map[string]struct {
		members [4]func(*host) // a, a2, b, c
		want    error
	}{
		"one operator lies with both": {members: [4]func(*host){fork1, fork1, well, well}},
		"both lie, another is down":   {members: [4]func(*host){fork1, fork1, well, down}, want: ErrDisagree},
		"both lie, others are down":   {members: [4]func(*host){fork1, fork1, down, down}, want: message.ErrUnavailable},
		"both honest, others down":    {members: [4]func(*host){well, well, down, down}, want: message.ErrUnavailable},
		"one of both is down":         {members: [4]func(*host){down, well, well, down}},
		"they contradict each other":  {members: [4]func(*host){well, fork1, well, well}},
	} {
		for question, ask := range answers {
			t.Run(name+"/"+question, func(t *testing.T) {
				b := newBench(t, 4, 2, func(cfg *Config) { cfg.Members[1].Operator = "OP-A" })
				if h := b.Health(); h.Operators != 3 {
					t.Fatalf("%d operators", h.Operators)
				}
				warm(t, b)
				for i, change := range c.members {
					b.hosts[i].with(change)
				}
				if err := ask(t.Context(), b.Pool, 0); !errors.Is(err, c.want) {
					t.Fatalf("%v, want %v", err, c.want)
				}
			})
		}
	}
}

// An operator whose members contradict each other has no voice, not even for the true half.
func TestContradictingOperatorIsMute(t *testing.T) {
	b := newBench(t, 3, 2, func(cfg *Config) { cfg.Members[1].Operator = cfg.Members[0].Operator })
	b.hosts[1].with(fork1)
	// By a tag all members are asked, so both are heard, in an order that changes.
	for range 64 {
		if _, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); !errors.Is(err, ErrDisagree) {
			t.Fatalf("a and c against b: %v", err)
		}
	}
	b.hosts[1].with(func(h *host) { h.fork = 0 })
	if _, err := b.Block(t.Context(), evm.At{Tag: evm.Finalized}); err != nil {
		t.Errorf("all agree: %v", err)
	}
	if h := b.Health(); h.Disagreements != 64 {
		t.Errorf("%d disagreements", h.Disagreements)
	}
	if text := b.log.String(); strings.Count(text, `msg="endpoints disagree"`) != 1 || strings.Count(text, "endpoints agree again") != 1 {
		t.Errorf("log:\n%s", text)
	}
}

// With one operator that decides alone, which the flag allows, nothing else changes.
func TestOneOperator(t *testing.T) {
	b := newBench(t, 1, 1, func(cfg *Config) { cfg.Unsafe = true })
	for question, ask := range answers {
		if err := ask(t.Context(), b.Pool, 0); err != nil {
			t.Errorf("%s: %v", question, err)
		}
	}
	if _, unsafe := b.Unsafe(); !unsafe || !strings.Contains(b.log.String(), "unsafe settings") {
		t.Error("nobody is told")
	}
	b.hosts[0].with(down)
	if _, err := b.Code(t.Context(), message.Address{}); !errors.Is(err, message.ErrUnavailable) {
		t.Errorf("down: %v", err)
	}
}
