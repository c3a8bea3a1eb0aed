// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// Agree is m, Members is k, each of its own operator.
const (
	Members = 3
	Agree   = 2
)

// Habits of the real pool.
const (
	backoffBase  = 500 * time.Millisecond
	backoffMax   = time.Minute
	recheckEvery = 10 * time.Minute
)

// Pool is the model of chains/evm/pool. It asks all that have a voice, one after the other; nobody is demoted, as that
// decides only who is asked first.
type Pool struct {
	evm.Endpoint // nil
	chain        message.ChainID
	genesis      message.Hash
	members      []*member
	final        uint64 // highest agreed final block
	now          func() time.Duration
	jitter       func(most time.Duration) time.Duration
}

type member struct {
	evm.Endpoint
	checked bool
	at      time.Duration // of the check
	until   time.Duration // pauses
	pauses  int
	final   uint64 // its newest word on what is final; 0 after a failure
}

// NewPool makes a pool of k endpoints as a process that starts has it: it knows nothing.
func NewPool(list []*Endpoint, now func() time.Duration, jitter func(time.Duration) time.Duration) *Pool {
	l := list[0].truth
	first, _ := l.block(0)
	p := &Pool{chain: l.id, genesis: first.Hash, now: now, jitter: jitter}
	for _, e := range list {
		p.members = append(p.members, &member{Endpoint: e})
	}
	return p
}

type kind uint8

const (
	silent kind = iota // away, or of another chain
	said
	absent  // lacks it: err is one of lacks
	refused // another error answer
	failed
)

// errNoReceipt: the member knows of no such receipt.
var errNoReceipt = errors.New("no receipt")

var lacks = []error{evm.ErrNoBlock, evm.ErrNoState, errNoReceipt}

type reply[T any] struct {
	m     *member
	kind  kind
	value T
	err   error
}

// one asks a member.
func one[T any](p *Pool, m *member, raw bool, lacking func(*evm.RPCError) bool, do func(evm.Endpoint) (T, error)) (r reply[T]) {
	r.m = m
	if p.now() < m.until {
		return r
	}
	if !raw {
		if ok, err := p.ensure(m); err != nil || !ok {
			p.pause(m)
			return r
		}
	}
	r.value, r.err = do(m.Endpoint)
	var answer *evm.RPCError
	switch {
	case r.err == nil:
		r.kind, m.pauses = said, 0
		return r
	case errors.As(r.err, &answer) && answer.Text != "too many requests":
		r.kind = refused
		if lacking != nil && lacking(answer) {
			r.kind, r.err = absent, evm.ErrNoBlock
		}
		return r
	}
	for _, lack := range lacks {
		if errors.Is(r.err, lack) {
			r.kind, r.err = absent, lack
			return r
		}
	}
	r.kind = failed
	p.pause(m)
	return r
}

// ensure checks chain id and genesis hash; false for another chain.
func (p *Pool) ensure(m *member) (bool, error) {
	ctx := context.Background()
	if m.checked && p.now()-m.at < recheckEvery {
		return true, nil
	}
	id, err := m.ChainID(ctx)
	if err != nil || id != p.chain {
		return false, err
	}
	b, err := m.Block(ctx, evm.At{})
	if err != nil || b.Number != 0 || b.Hash != p.genesis {
		return false, err
	}
	m.checked, m.at = true, p.now()
	return true, nil
}

func (p *Pool) pause(m *member) {
	m.checked, m.final = false, 0
	if now := p.now(); now >= m.until {
		m.until = now + p.jitter(min(backoffMax, backoffBase<<min(m.pauses, 10)))
		m.pauses++
	}
}

func ask[T any](p *Pool, only func(*member) bool, lacking func(*evm.RPCError) bool, do func(evm.Endpoint) (T, error)) []reply[T] {
	out := make([]reply[T], 0, Members)
	for _, m := range p.members {
		if only == nil || only(m) {
			out = append(out, one(p, m, false, lacking, do))
		}
	}
	return out
}

// decide is the answer that m members give.
//
// Errors: evm.ErrNoBlock and evm.ErrNoState when m members lack it; message.ErrUnavailable, with the refusals.
func decide[T any](p *Pool, replies []reply[T], equal func(a, b T) bool) (T, error) {
	var none T
	for i := range replies {
		if replies[i].kind != said {
			continue
		}
		votes := 0
		for j := range replies {
			if replies[j].kind == said && equal(replies[i].value, replies[j].value) {
				votes++
			}
		}
		if votes < Agree {
			continue
		}
		for j := range replies {
			if replies[j].kind == said && !equal(replies[i].value, replies[j].value) {
				replies[j].m.checked = false // demoted: its chain is checked again
			}
		}
		return replies[i].value, nil
	}
	return none, short(replies)
}

func short[T any](replies []reply[T]) error {
	for _, lack := range lacks {
		n := 0
		for i := range replies {
			if replies[i].kind == absent && errors.Is(replies[i].err, lack) {
				n++
			}
		}
		if n >= Agree {
			return lack
		}
	}
	err := fmt.Errorf("fewer than %d endpoints agree: %w", Agree, message.ErrUnavailable)
	for i := range replies {
		if replies[i].kind == refused {
			err = fmt.Errorf("%w: %w", err, replies[i].err)
		}
	}
	return err
}

// ChainID implements evm.Endpoint.
func (p *Pool) ChainID(ctx context.Context) (message.ChainID, error) {
	var replies []reply[message.ChainID]
	for _, m := range p.members {
		r := one(p, m, true, nil, func(e evm.Endpoint) (message.ChainID, error) { return e.ChainID(ctx) })
		if r.kind == said && r.value != p.chain {
			p.pause(m)
		}
		replies = append(replies, r)
	}
	return decide(p, replies, func(a, b message.ChainID) bool { return a == b })
}

func sameBlock(a, b evm.Block) bool { return a == b }

// blockOf asks for a block and refuses another than was asked for.
func blockOf(ctx context.Context, at evm.At) func(evm.Endpoint) (evm.Block, error) {
	return func(e evm.Endpoint) (evm.Block, error) {
		b, err := e.Block(ctx, at)
		if err == nil && (b.Hash.IsZero() || !at.Hash.IsZero() && b.Hash != at.Hash || at.Hash.IsZero() && at.Tag == "" && b.Number != at.Number) {
			return b, fmt.Errorf("another block: %w", message.ErrUnavailable)
		}
		return b, err
	}
}

// Block implements evm.Endpoint.
func (p *Pool) Block(ctx context.Context, at evm.At) (evm.Block, error) {
	if at.Tag != "" {
		return p.tagged(ctx, at.Tag)
	}
	var only func(*member) bool
	if at.Hash.IsZero() {
		var err error
		if only, err = p.finalVoters(ctx, at.Number); err != nil {
			return evm.Block{}, err
		}
	}
	return decide(p, ask(p, only, nil, blockOf(ctx, at)), sameBlock)
}

// tagged goes from the m-th highest height down to the first whose block m members that reached it agree on.
func (p *Pool) tagged(ctx context.Context, tag evm.Tag) (evm.Block, error) {
	var lacking func(*evm.RPCError) bool
	if tag != evm.Latest {
		lacking = func(e *evm.RPCError) bool { return e.Code == -32602 || e.Code == -32601 }
	}
	replies := ask(p, nil, lacking, blockOf(ctx, evm.At{Tag: tag}))
	var heights []uint64
	if tag == evm.Finalized {
		for _, m := range p.members {
			m.final = 0
		}
	}
	for i := range replies {
		if r := &replies[i]; r.kind == said {
			heights = append(heights, r.value.Number)
			if tag == evm.Finalized {
				r.m.final = r.value.Number
			}
		}
	}
	if len(heights) < Agree {
		return evm.Block{}, short(replies)
	}
	slices.Sort(heights)
	heights = slices.Compact(heights[:len(heights)-Agree+1])
	var first error
	for _, n := range slices.Backward(heights) {
		var at []reply[evm.Block]
		for _, r := range replies {
			switch {
			case r.kind != said || r.value.Number < n:
			case r.value.Number == n:
				at = append(at, r)
			default:
				at = append(at, one(p, r.m, false, nil, blockOf(ctx, evm.At{Number: n})))
			}
		}
		b, err := decide(p, at, sameBlock)
		if err == nil {
			if tag == evm.Finalized {
				p.final = max(p.final, n)
			}
			return b, nil
		}
		if first == nil {
			first = err
		}
	}
	return evm.Block{}, first
}

// finalVoters are the members whose newest word is that block n is final; nil for all while nobody knows it to be.
func (p *Pool) finalVoters(ctx context.Context, n uint64) (func(*member) bool, error) {
	if n > p.final || p.final == 0 {
		return nil, nil
	}
	seen := 0
	for _, m := range p.members {
		if m.final >= n {
			seen++
		}
	}
	if seen < Agree {
		if _, err := p.tagged(ctx, evm.Finalized); err != nil {
			return nil, err
		}
	}
	return func(m *member) bool { return m.final >= n }, nil
}

// Logs implements evm.Endpoint, for one block at a time: the client proves several blocks side by side, and of one
// block there is one order of questions.
func (p *Pool) Logs(ctx context.Context, address message.Address, topics []message.Hash, from, to uint64) ([]evm.Log, error) {
	if from != to {
		return nil, tooMany()
	}
	only, err := p.finalVoters(ctx, to)
	if err != nil {
		return nil, err
	}
	return decide(p, ask(p, only, nil, func(e evm.Endpoint) ([]evm.Log, error) {
		logs, err := e.Logs(ctx, address, topics, from, to)
		if slices.IsSortedFunc(logs, inOrder) {
			return logs, err
		}
		logs = slices.Clone(logs)
		slices.SortStableFunc(logs, inOrder)
		return logs, err
	}), sameLogs)
}

// Storage implements evm.Endpoint.
func (p *Pool) Storage(ctx context.Context, address message.Address, slot message.Hash, at evm.At) (message.Hash, error) {
	return decide(p, ask(p, nil, nil, func(e evm.Endpoint) (message.Hash, error) { return e.Storage(ctx, address, slot, at) }),
		func(a, b message.Hash) bool { return a == b })
}

// Transactions implements evm.Endpoint: nobody serves them. A client would ask for all receipts of a block side by side, and the
// order of its questions would not follow from the seed.
func (p *Pool) Transactions(_ context.Context, block message.Hash) ([]message.Hash, error) {
	return nil, fmt.Errorf("transactions of %s: %w", block, message.ErrUnavailable)
}

// Receipt implements evm.Endpoint.
func (p *Pool) Receipt(ctx context.Context, tx message.Hash) (evm.Receipt, bool, error) {
	r, err := decide(p, ask(p, nil, nil, func(e evm.Endpoint) (evm.Receipt, error) {
		r, ok, err := e.Receipt(ctx, tx)
		if err == nil && !ok {
			err = errNoReceipt
		}
		return r, err
	}), func(a, b evm.Receipt) bool {
		return a.TxHash == b.TxHash && a.Block == b.Block && a.Success == b.Success && sameLogs(a.Logs, b.Logs)
	})
	if errors.Is(err, errNoReceipt) {
		return r, false, nil
	}
	return r, err == nil, err
}

func inOrder(a, b evm.Log) int {
	if a.Block != b.Block {
		return int(a.Block) - int(b.Block)
	}
	return int(a.Index) - int(b.Index)
}

func sameLogs(a, b []evm.Log) bool {
	if len(a) == len(b) && len(a) > 0 && &a[0] == &b[0] {
		return true
	}
	return slices.EqualFunc(a, b, func(x, y evm.Log) bool {
		return x.Address == y.Address && x.Block == y.Block && x.BlockHash == y.BlockHash && x.Index == y.Index && x.TxHash == y.TxHash &&
			x.Removed == y.Removed && slices.Equal(x.Topics, y.Topics) && slices.Equal(x.Data, y.Data)
	})
}

// Call implements evm.Endpoint; at names a block by its hash, as every reader of counters does.
func (p *Pool) Call(ctx context.Context, c evm.Call, at evm.At) ([]byte, error) {
	return decide(p, ask(p, nil, nil, func(e evm.Endpoint) ([]byte, error) { return e.Call(ctx, c, at) }), slices.Equal[[]byte])
}
