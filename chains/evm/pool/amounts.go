// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"math/big"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// EstimateGas implements evm.Endpoint: the m-th lowest estimate, so that m-1 liars cannot make
// a transaction run out of gas.
func (p *Pool) EstimateGas(ctx context.Context, call evm.Call) (uint64, error) {
	r, replies, err := measure(ctx, p, question[uint64]{
		name: "gas", ask: func(ctx context.Context, e evm.Endpoint) (uint64, error) { return e.EstimateGas(ctx, call) },
	}, nil)
	if err != nil {
		return 0, err
	}
	list := byOperator(replies, itself[uint64], compareUint)
	if len(list) < p.cfg.Agree {
		return 0, r.tooFewOrReverted(replies)
	}
	return covered(list, p.cfg.Agree), nil
}

// tooFewOrReverted is the revert that m operators saw alike, if they did.
func (r *round[T]) tooFewOrReverted(replies []reply[T]) error {
	c := &round[T]{p: r.p, q: r.q, members: r.members}
	for i := range replies {
		if replies[i].kind == reverted {
			c.replies = append(c.replies, replies[i])
		}
	}
	if t := c.count(); t.best >= r.p.cfg.Agree {
		c.winner = t.key
		_, err := c.answer()
		return err
	}
	return r.tooFew(replies)
}

// Balance implements evm.Endpoint: m operators say at least so much.
func (p *Pool) Balance(ctx context.Context, address message.Address) (*big.Int, error) {
	return p.amount(ctx, "balance", func(ctx context.Context, e evm.Endpoint) (*big.Int, error) { return e.Balance(ctx, address) })
}

// TipWei implements evm.Endpoint: m operators suggest at least so much, so m-1 liars cannot
// make the bridge overpay.
func (p *Pool) TipWei(ctx context.Context) (*big.Int, error) {
	return p.amount(ctx, "tip", func(ctx context.Context, e evm.Endpoint) (*big.Int, error) { return e.TipWei(ctx) })
}

func (p *Pool) amount(ctx context.Context, name string, ask func(context.Context, evm.Endpoint) (*big.Int, error)) (*big.Int, error) {
	r, replies, err := measure(ctx, p, question[*big.Int]{name: name, ask: func(ctx context.Context, e evm.Endpoint) (*big.Int, error) {
		v, err := ask(ctx, e)
		if err == nil && (v == nil || v.Sign() < 0) {
			return nil, garbled("no amount")
		}
		return v, err
	}}, nil)
	if err != nil {
		return nil, err
	}
	list := byOperator(replies, itself[*big.Int], (*big.Int).Cmp)
	if len(list) < p.cfg.Agree {
		return nil, r.tooFew(replies)
	}
	return new(big.Int).Set(reached(list, p.cfg.Agree)), nil
}

// TxNonce implements evm.Endpoint: m operators have mined at least so many transactions.
func (p *Pool) TxNonce(ctx context.Context, address message.Address) (uint64, error) {
	r, replies, err := measure(ctx, p, question[uint64]{
		name: "transaction nonce", ask: func(ctx context.Context, e evm.Endpoint) (uint64, error) { return e.TxNonce(ctx, address) },
	}, nil)
	if err != nil {
		return 0, err
	}
	list := byOperator(replies, itself[uint64], compareUint)
	if len(list) < p.cfg.Agree {
		return 0, r.tooFew(replies)
	}
	return reached(list, p.cfg.Agree), nil
}
