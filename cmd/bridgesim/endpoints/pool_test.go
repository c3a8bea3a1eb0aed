// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
)

var (
	testManager = message.Address{0xc0}
	testRemote  = message.Address{0xc1}
)

const (
	testID = message.ChainID(56) // a chain whose logs are held against receipts of endpoints that agree
	other  = message.ChainID(31338)
)

// world is a chain of some length with messages and deliveries in it.
func world(d *rand.Rand, blocks int) (*chaintest.Chain, *Ledger) {
	c := chaintest.New(message.Hash{1}, testID, testManager)
	c.SetRemote(other, message.Final, testRemote)
	c.Mine(1)
	for range blocks {
		grow(d, c)
	}
	return c, NewLedger(c, testID, testManager)
}

func grow(d *rand.Rand, c *chaintest.Chain) {
	for range d.IntN(3) {
		c.Send(other, message.Final, message.Address{2}, message.Address{3}, make([]byte, d.IntN(70)))
	}
	if d.IntN(2) == 0 {
		c.Deliver(message.ID{byte(d.Uint32()), 1}, message.Address{4})
	}
	c.Mine(1)
	if head := c.Head().Number; head > 6 && d.IntN(2) == 0 {
		c.Finalize(head - uint64(3+d.IntN(3)))
	}
}

// question asks something and tells the answer in words.
type question func(e evm.Endpoint) (string, error)

func questions(d *rand.Rand, l *Ledger) []question {
	ctx := context.Background()
	block := func(at evm.At) question {
		return func(e evm.Endpoint) (string, error) { b, err := e.Block(ctx, at); return fmt.Sprintf("%+v", b), err }
	}
	logs := func(at uint64) question {
		return func(e evm.Endpoint) (string, error) {
			list, err := e.Logs(ctx, l.manager, nil, at, at)
			return fmt.Sprintf("%d %+v", len(list), list), err
		}
	}
	call := func(h message.Hash) question {
		data := make([]byte, callSize)
		data[34], data[35], data[callSize-1] = byte(other>>8), byte(other&0xff), 3
		return func(e evm.Endpoint) (string, error) {
			out, err := e.Call(ctx, evm.Call{To: l.manager, Data: data}, evm.At{Hash: h})
			return fmt.Sprintf("%x", out), err
		}
	}
	storage := func(h message.Hash) question {
		return func(e evm.Endpoint) (string, error) {
			w, err := e.Storage(ctx, l.manager, word(lanesSlot), evm.At{Hash: h})
			return w.String(), err
		}
	}
	receipt := func(tx message.Hash) question {
		return func(e evm.Endpoint) (string, error) {
			r, ok, err := e.Receipt(ctx, tx)
			return fmt.Sprintf("%+v %t", r, ok), err
		}
	}
	h := l.heads()
	n := uint64(d.IntN(int(h.Head.Number + 2)))
	b, _ := l.block(min(n, h.Head.Number))
	list := []question{
		block(evm.At{Number: n}), block(evm.At{Tag: evm.Latest}), block(evm.At{Tag: evm.Safe}), block(evm.At{Hash: b.Hash}), block(evm.At{Hash: message.Hash{9}}),
		logs(n), logs(h.Final.Number), call(b.Hash), storage(b.Hash),
		func(e evm.Endpoint) (string, error) { id, err := e.ChainID(ctx); return id.String(), err },
	}
	if all, _ := l.logsIn(0, h.Head.Number); len(all) > 0 {
		list = append(list, receipt(all[d.IntN(len(all))].TxHash), receipt(message.Hash{7}))
	}
	d.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	return list
}

// mean is what an error says to a reader; what members said when they refused is not compared.
func mean(err error) string {
	if errors.Is(err, pool.ErrDisagree) {
		return message.ErrUnavailable.Error()
	}
	for _, e := range []error{evm.ErrNoBlock, evm.ErrNoState, message.ErrUnavailable} {
		if errors.Is(err, e) {
			return e.Error()
		}
	}
	return fmt.Sprint(err)
}

// whole kinds depend on nothing but the question, so that it does not matter how often a pool asks.
func whole(k *Kind) bool {
	return !k.second && !slices.Contains([]string{"finalized-back", "connection-reset", "genesis-hash", "chain-id"}, k.Name)
}

// TestPoolIsTheRealOne: model and real pool give the same answers over the same endpoints, whatever these say.
func TestPoolIsTheRealOne(t *testing.T) {
	d := rand.New(rand.NewPCG(1, 2))
	asked, answered := 0, 0
	for round := range 400 {
		c, l := world(d, 5+d.IntN(20))
		var list [2][]*Endpoint
		var rules []string
		for range Members {
			for i := range list {
				list[i] = append(list[i], New(l, func(string) {}))
			}
		}
		salt := d.Uint64()
		for range d.IntN(4) {
			k := Kinds[d.IntN(len(Kinds))]
			if !whole(k) {
				continue
			}
			if d.IntN(2) == 0 {
				salt = d.Uint64()
			}
			at, from := d.IntN(Members), uint64(d.IntN(3))*l.heads().Head.Number/2
			r := NewRule(k, l, salt, uint64(1+d.IntN(4)), from)
			rules = append(rules, fmt.Sprintf("%d: %s", at, k.Name))
			for i := range list {
				list[i][at].Tell(r)
			}
		}
		for range d.IntN(5) {
			grow(d, c) // so that old views are old
		}
		members, mu := []pool.Member{}, new(sync.Mutex)
		for i, e := range list[0] {
			members = append(members, pool.Member{Name: fmt.Sprint("m", i), Operator: fmt.Sprint("o", i), Endpoint: closing{e, mu}})
		}
		first, _ := l.block(0)
		none := func(time.Duration) time.Duration { return 0 }
		for i, q := range questions(d, l) {
			// Pools that know no more than what is final: whom the real one has demoted it hears late, which decides
			// whether it has an answer now, and never which.
			real, err := pool.New(pool.Config{Chain: testID, Genesis: first.Hash, Members: members, Agree: Agree, Jitter: none})
			if err != nil {
				t.Fatal(err)
			}
			model := NewPool(list[1], func() time.Duration { return 0 }, none)
			ask := func(e evm.Endpoint) (string, error) {
				_, _ = e.Block(t.Context(), evm.At{Tag: evm.Finalized})
				return q(e)
			}
			want, werr := ask(real)
			mu.Lock() // the real one may still hear what came late
			have, herr := ask(model)
			mu.Unlock()
			asked++
			if werr == nil {
				answered++
			}
			if mean(werr) != mean(herr) || werr == nil && want != have {
				t.Fatalf("round %d, question %d, rules %v:\nreal  %s %v\nmodel %s %v", round, i, rules, want, werr, have, herr)
			}
			real.Close()
		}
	}
	if answered < asked/2 || answered == asked {
		t.Errorf("%d of %d questions answered", answered, asked)
	}
}

// closing is an endpoint that the real pool may ask from its goroutines, and close.
type closing struct {
	*Endpoint
	mu *sync.Mutex // of the ledger
}

func (closing) Close() {}

func (c closing) ChainID(ctx context.Context) (message.ChainID, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Endpoint.ChainID(ctx)
}

func (c closing) Block(ctx context.Context, at evm.At) (evm.Block, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Endpoint.Block(ctx, at)
}

func (c closing) Logs(ctx context.Context, address message.Address, topics []message.Hash, from, to uint64) ([]evm.Log, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Endpoint.Logs(ctx, address, topics, from, to)
}

func (c closing) Call(ctx context.Context, call evm.Call, at evm.At) ([]byte, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Endpoint.Call(ctx, call, at)
}

func (c closing) Storage(ctx context.Context, address message.Address, slot message.Hash, at evm.At) (message.Hash, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Endpoint.Storage(ctx, address, slot, at)
}

func (c closing) Receipt(ctx context.Context, tx message.Hash) (evm.Receipt, bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.Endpoint.Receipt(ctx, tx)
}

// TestNames: a kind is called what the fault proxy calls it.
func TestNames(t *testing.T) {
	proxy := map[string]bool{"no-state": true}
	for _, k := range faultproxy.Kinds() {
		proxy[string(k.Kind)] = true
	}
	seen := map[string]bool{}
	for _, k := range Kinds {
		if !proxy[k.Name] || seen[k.Name] || Named(k.Name) != k {
			t.Errorf("%s", k.Name)
		}
		seen[k.Name] = true
	}
}
