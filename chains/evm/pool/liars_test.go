// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"math/big"
	"math/rand/v2"
	"runtime"
	"sync"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// liar answers what it likes, by seed: the truth, a lie that other liars share, one of its
// own, any error, nothing at all, or the answer of another chain.
type liar struct {
	*host
	mu  sync.Mutex
	rnd *rand.Rand
}

func (l *liar) dice(n int) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.rnd.IntN(n)
}

// twist draws what happens to one answer.
func (l *liar) twist(ctx context.Context) (fork byte, err error) {
	switch l.dice(12) {
	case 0:
		// Hangs for longer than the honest need to answer, until its own time is up.
		for i := 0; i < 1000 && ctx.Err() == nil; i++ {
			runtime.Gosched()
		}
		return 0, context.DeadlineExceeded
	case 1:
		return 0, errDown
	case 2:
		return 0, evm.ErrNoBlock
	case 3:
		return 0, evm.ErrNoState
	case 4:
		return 0, &evm.RevertError{Data: []byte{byte(l.dice(2))}}
	case 5:
		return 0, &evm.RPCError{Code: -32000, Text: []string{"nonce too low", "insufficient funds", "rate limit"}[l.dice(3)]}
	case 6:
		return 0, nil
	case 7:
		return byte(2 + l.dice(200)), nil
	}
	return 1, nil // the lie on which liars meet
}

func (l *liar) ChainID(ctx context.Context) (message.ChainID, error) {
	if l.dice(8) == 0 {
		return message.ChainID(l.dice(3)), nil
	}
	return testChain, nil
}

func (l *liar) Block(ctx context.Context, at evm.At) (evm.Block, error) {
	if at == (evm.At{}) && l.dice(8) > 0 {
		return testBlock(0, 0), nil
	}
	fork, err := l.twist(ctx)
	if err != nil {
		return evm.Block{}, err
	}
	n := at.Number
	if at.Tag != "" {
		n = []uint64{0, 70, 80, 90, 100, 1000, 1 << 63}[l.dice(7)]
	}
	b := testBlock(n, fork)
	if !at.Hash.IsZero() {
		b = testBlock(60, 0)
		b.Hash, b.Time = at.Hash, b.Time+uint64(fork)
	}
	return b, nil
}

func (l *liar) Logs(ctx context.Context, _ message.Address, _ []message.Hash, from, to uint64) ([]evm.Log, error) {
	fork, err := l.twist(ctx)
	if err != nil {
		return nil, err
	}
	list := testLogs(from, to, fork)
	return list[:len(list)-l.dice(2)], nil
}

func (l *liar) Call(ctx context.Context, call evm.Call, _ evm.At) ([]byte, error) {
	fork, err := l.twist(ctx)
	return append([]byte{fork}, call.Data...), err
}

func (l *liar) Code(ctx context.Context, _ message.Address) ([]byte, error) {
	fork, err := l.twist(ctx)
	return []byte{0x60, fork}, err
}

func (l *liar) Receipt(ctx context.Context, tx message.Hash) (evm.Receipt, bool, error) {
	fork, err := l.twist(ctx)
	if err != nil {
		return evm.Receipt{}, false, err
	}
	return testReceipt(tx, fork), l.dice(3) > 0, nil
}

func (l *liar) number() uint64 { return []uint64{0, 1, 5, 6, 1 << 40, 1 << 63}[l.dice(6)] }

func (l *liar) EstimateGas(ctx context.Context, _ evm.Call) (uint64, error) {
	_, err := l.twist(ctx)
	return l.number(), err
}

func (l *liar) TxNonce(ctx context.Context, _ message.Address) (uint64, error) {
	_, err := l.twist(ctx)
	return l.number(), err
}

func (l *liar) TipWei(ctx context.Context) (*big.Int, error) {
	_, err := l.twist(ctx)
	return new(big.Int).SetUint64(l.number()), err
}

func (l *liar) Balance(ctx context.Context, _ message.Address) (*big.Int, error) {
	_, err := l.twist(ctx)
	return new(big.Int).SetUint64(l.number()), err
}

func (l *liar) SendRaw(ctx context.Context, _ []byte) error {
	_, err := l.twist(ctx)
	return err
}

// TestFewLiarsDecideNothing: with at most m-1 lying operators, and honest ones that may be down
// or on an old branch, every answer is the honest one. Errors name the seed.
func TestFewLiarsDecideNothing(t *testing.T) {
	right := 0
	for seed := range uint64(60) {
		right += runLiars(t, seed)
	}
	if right < 1500 {
		t.Errorf("%d right answers: the test asks for nothing", right)
	}
}

func runLiars(t *testing.T, seed uint64) (right int) {
	rnd := rand.New(rand.NewPCG(seed, 1))
	k := 2 + rnd.IntN(5)
	agree := max(k/2+1, 2)
	liars := rnd.IntN(agree)
	b := newBench(t, k, agree, func(cfg *Config) {
		order := rnd.Perm(k)
		for _, i := range order[:liars] {
			l := &liar{host: newHost(cfg.Members[i].Name), rnd: rand.New(rand.NewPCG(seed, uint64(i)))}
			cfg.Members[i].Endpoint = l
			if rnd.IntN(3) == 0 { // a liar may have several endpoints
				cfg.Members = append(cfg.Members, Member{
					Name: cfg.Members[i].Name + "2", Operator: cfg.Members[i].Operator,
					Endpoint: &liar{host: newHost("x"), rnd: rand.New(rand.NewPCG(seed, uint64(100+i)))},
				})
			}
		}
	})
	defer b.Close()
	b.clock.auto = DefaultHedgeAfter
	ctx := t.Context()
	seen := false // block 80 as final, before anybody falls back
	for range 50 {
		got, err := b.Block(ctx, evm.At{Tag: evm.Finalized})
		if seen = err == nil && got.Number == 80; seen {
			break
		}
		b.clock.Advance(BackoffMax)
	}
	for step := range 12 {
		for _, h := range b.hosts {
			h.with(func(h *host) {
				h.err = nil
				if rnd.IntN(10) == 0 {
					h.err = errDown
				}
				// Some honest ones are restarted on an old branch, on which liars then meet them.
				// The pool promises nothing of that before it has seen a final block (docs/spec/sources.md).
				if h.fork, h.from, h.heads[evm.Finalized] = 0, 0, 80; rnd.IntN(4) == 0 && seen {
					h.fork, h.from, h.heads[evm.Finalized] = 1, 55, 50
				}
				h.tip, h.nonce, h.gas, h.funds = 5+rnd.Uint64N(2), 5+rnd.Uint64N(2), 5+rnd.Uint64N(2), 5+int64(rnd.Uint64N(2))
			})
		}
		if got, err := b.Block(ctx, evm.At{Tag: evm.Finalized}); err == nil && (got.Number > 80 || got.Hash != hashOf(got.Number, 0)) {
			t.Errorf("seed %d, step %d: final block %+v", seed, step, got)
		}
		for question, ask := range answers {
			err := ask(ctx, b.Pool, 0)
			if err == nil {
				right++
				continue
			}
			if question == "tag" && errors.Is(err, errOther) { // an old one is right, see above
				continue
			}
			var revert *evm.RevertError
			if errors.Is(err, errOther) || errors.As(err, &revert) || errors.Is(err, evm.ErrNoBlock) || errors.Is(err, evm.ErrNoState) || errors.Is(err, errNoReceipt) {
				t.Errorf("seed %d, step %d: %s of %d, %d agree, %d lie: %v", seed, step, question, k, agree, liars, err)
			}
			if message.FateOf(err) != message.Retry {
				t.Errorf("seed %d, step %d: %s: fate %s of %v", seed, step, question, message.FateOf(err), err)
			}
		}
		if v, err := b.TipWei(ctx); err == nil && v.Uint64() > 6 {
			t.Errorf("seed %d, step %d: tip %s", seed, step, v)
		}
		if v, err := b.TxNonce(ctx, message.Address{}); err == nil && v > 6 {
			t.Errorf("seed %d, step %d: nonce %d", seed, step, v)
		}
		if v, err := b.Balance(ctx, message.Address{}); err == nil && v.Uint64() > 6 {
			t.Errorf("seed %d, step %d: balance %s", seed, step, v)
		}
		if v, err := b.EstimateGas(ctx, evm.Call{}); err == nil && v < 5 {
			t.Errorf("seed %d, step %d: gas %d", seed, step, v)
		}
		var refused *evm.RPCError
		if err := b.SendRaw(ctx, []byte{1}); errors.As(err, &refused) {
			t.Errorf("seed %d, step %d: %v", seed, step, err)
		}
		if id, err := b.ChainID(ctx); err == nil && id != testChain {
			t.Errorf("seed %d, step %d: chain %s", seed, step, id)
		}
		b.clock.Advance(time.Duration(rnd.IntN(90)) * time.Second)
	}
	return right
}
