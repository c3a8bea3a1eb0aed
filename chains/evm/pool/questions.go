// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
)

// ChainID implements evm.Endpoint: the id that m operators name, be it the wanted one or not.
func (p *Pool) ChainID(ctx context.Context) (message.ChainID, error) {
	return agree(ctx, p, question[message.ChainID]{
		name: "chain id", raw: true, key: chainDigest,
		ask:   func(ctx context.Context, e evm.Endpoint) (message.ChainID, error) { return e.ChainID(ctx) },
		wrong: func(id message.ChainID) bool { return id != p.cfg.Chain },
	})
}

// Block implements evm.Endpoint; tags are the business of tagged. Of a number that is final
// already, only members that call it final are asked.
func (p *Pool) Block(ctx context.Context, at evm.At) (evm.Block, error) {
	q := blockQuestion(at)
	if !at.Hash.IsZero() {
		return agree(ctx, p, q)
	}
	members, err := p.hold()
	if err != nil {
		return evm.Block{}, fmt.Errorf("chain %s: %s: %w", p.cfg.Chain, q.name, err)
	}
	defer p.leave(members)
	if at.Tag != "" {
		return p.tagged(ctx, at.Tag, members)
	}
	return agreeFinal(ctx, p, q, at.Number, members)
}

func blockQuestion(at evm.At) question[evm.Block] {
	return question[evm.Block]{
		name: "block " + at.String(), key: blockDigest,
		ask: func(ctx context.Context, e evm.Endpoint) (evm.Block, error) {
			b, err := e.Block(ctx, at)
			switch {
			case err != nil:
				return b, err
			case b.Hash.IsZero(), !at.Hash.IsZero() && b.Hash != at.Hash, at.Hash.IsZero() && at.Tag == "" && b.Number != at.Number:
				return b, garbled("another block than asked for")
			}
			return b, nil
		},
	}
}

// tagged finds the highest block on which m operators agree that have reached it by that very
// tag; evm.ErrNoBlock when m operators do not serve the tag.
//
// It tries the heights that members name, from the m-th highest down. Only those that named a
// height at least as high are asked for its block: another honest node may still stand on a
// branch that the chain has left, and would be a liar's second voice. When those that are trusted do not
// agree, demoted members are waited for as well.
func (p *Pool) tagged(ctx context.Context, tag evm.Tag, members []*member) (evm.Block, error) {
	b, err := p.measured(ctx, tag, members, false)
	if errors.As(err, new(*ShortError)) && ctx.Err() == nil && len(p.demoted(members)) > 0 {
		return p.measured(ctx, tag, members, true)
	}
	return b, err
}

func (p *Pool) measured(ctx context.Context, tag evm.Tag, members []*member, patient bool) (evm.Block, error) {
	q := blockQuestion(evm.At{Tag: tag})
	q.key, q.among, q.patient = nil, members, patient // heights are measured
	if tag != evm.Latest {
		// Invalid parameters or method: a node that does not know the tag.
		q.lacking = func(e *evm.RPCError) bool { return e.Code == -32602 || e.Code == -32601 }
	}
	r, replies, err := measure(ctx, p, q, nil)
	if err != nil {
		return evm.Block{}, err
	}
	p.sawHeads(tag, members, replies)
	heights := byOperator(replies, func(b evm.Block) uint64 { return b.Number }, compareUint)
	if len(heights) < p.cfg.Agree {
		return evm.Block{}, r.tooFew(replies)
	}
	heights = slices.Compact(heights[:len(heights)-p.cfg.Agree+1])
	var first error
	for _, n := range slices.Backward(heights) {
		b, err := p.atHeight(ctx, n, members, replies)
		if err == nil {
			if tag == evm.Finalized {
				p.mu.Lock()
				p.final = max(p.final, n)
				p.mu.Unlock()
			}
			return b, nil
		}
		if first == nil {
			first = err
		}
		if ctx.Err() != nil {
			break
		}
	}
	return evm.Block{}, first
}

// atHeight is the block of one height by the members that reached it. What a member said of
// exactly this block by its tag is not asked again.
func (p *Pool) atHeight(ctx context.Context, n uint64, members []*member, replies []reply[evm.Block]) (evm.Block, error) {
	q := blockQuestion(evm.At{Number: n})
	var seeds []reply[evm.Block]
	ahead := map[*member]bool{}
	for i := range replies {
		rep := replies[i]
		if rep.kind != said || rep.value.Number < n {
			continue
		}
		ahead[rep.m] = true
		if rep.value.Number == n {
			rep.key = blockDigest(rep.value)
			seeds = append(seeds, rep)
		}
	}
	q.among, q.only = members, func(m *member) bool { return ahead[m] }
	return agree(ctx, p, q, seeds...)
}

// agreeFinal is agree on something of block n and those below it. Of what is final only members are asked that
// call it final; when those do not agree, demoted ones that were not waited for are heard too.
func agreeFinal[T any](ctx context.Context, p *Pool, q question[T], n uint64, members []*member) (T, error) {
	var none T
	var err error
	q.among = members
	if q.only, err = p.finalVoters(ctx, n, members); err != nil {
		return none, err
	}
	v, err := agree(ctx, p, q)
	if q.only == nil || !errors.As(err, new(*ShortError)) || ctx.Err() != nil || !p.unheard(n, members) {
		return v, err
	}
	if _, again := p.measured(ctx, evm.Finalized, members, true); again != nil {
		return none, err
	}
	return agree(ctx, p, q)
}

// unheard says that a demoted member has not said of late how far its final block is.
func (p *Pool) unheard(n uint64, members []*member) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.ContainsFunc(members, func(m *member) bool { return m.demoted && m.final < n })
}

// finalVoters are the members whose newest word is that block n is final; nil, for all of them,
// while n is above what the pool has seen final. The tag is asked again when they are too few,
// which is so after failures and for new members.
func (p *Pool) finalVoters(ctx context.Context, n uint64, members []*member) (func(*member) bool, error) {
	p.mu.Lock()
	if n > p.final || p.final == 0 {
		p.mu.Unlock()
		return nil, nil
	}
	var seen []string
	for _, m := range members {
		if m.final >= n && !slices.Contains(seen, m.operator) {
			seen = append(seen, m.operator)
		}
	}
	p.mu.Unlock()
	if len(seen) < p.cfg.Agree {
		if _, err := p.tagged(ctx, evm.Finalized, members); err != nil {
			return nil, err
		}
	}
	return func(m *member) bool { return m.final >= n }, nil
}

// sawHeads keeps what members said of their newest blocks. A member that did not say what is
// final, or fails later (pause), is no voter until it says it again: nodes are restored from
// old copies too.
func (p *Pool) sawHeads(tag evm.Tag, members []*member, replies []reply[evm.Block]) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if tag == evm.Finalized {
		for _, m := range members {
			m.final = 0
		}
	}
	for i := range replies {
		rep := &replies[i]
		switch {
		case rep.kind != said:
		case tag == evm.Latest:
			rep.m.stats.Head = rep.value.Number
		case tag == evm.Finalized:
			rep.m.final = rep.value.Number
			rep.m.stats.Final = rep.value.Number
		}
	}
}

// tooFew is why a measurement has no result.
func (r *round[T]) tooFew(replies []reply[T]) error {
	c := &round[T]{p: r.p, q: r.q, members: r.members, replies: replies}
	t := c.count()
	t.distinct, t.mute, t.best = 0, false, speaking(replies)
	return c.short(t)
}

// Logs implements evm.Endpoint: m equal lists, every field of every log. The list is in the
// order of the chain.
func (p *Pool) Logs(ctx context.Context, address message.Address, topics []message.Hash, from, to uint64) ([]evm.Log, error) {
	name := fmt.Sprintf("logs of blocks %d to %d", from, to)
	members, err := p.hold()
	if err != nil {
		return nil, fmt.Errorf("chain %s: %s: %w", p.cfg.Chain, name, err)
	}
	defer p.leave(members)
	return agreeFinal(ctx, p, question[[]evm.Log]{
		name: name, key: logsDigest, refusals: true,
		ask: func(ctx context.Context, e evm.Endpoint) ([]evm.Log, error) {
			logs, err := e.Logs(ctx, address, topics, from, to)
			return sorted(logs), err
		},
	}, to, members)
}

// Call implements evm.Endpoint. Every call runs at one block hash: a tag or number is first
// resolved by agreement.
func (p *Pool) Call(ctx context.Context, call evm.Call, at evm.At) ([]byte, error) {
	at, err := p.pinned(ctx, at)
	if err != nil {
		return nil, err
	}
	return agree(ctx, p, question[[]byte]{
		name: "call at " + at.String(), key: bytesDigest,
		ask: func(ctx context.Context, e evm.Endpoint) ([]byte, error) { return e.Call(ctx, call, at) },
	})
}

// Storage implements evm.Endpoint, as Call does.
func (p *Pool) Storage(ctx context.Context, address message.Address, slot message.Hash, at evm.At) (message.Hash, error) {
	at, err := p.pinned(ctx, at)
	if err != nil {
		return message.Hash{}, err
	}
	return agree(ctx, p, question[message.Hash]{
		name: "storage at " + at.String(), key: func(word message.Hash) digest { return bytesDigest(word[:]) },
		ask: func(ctx context.Context, e evm.Endpoint) (message.Hash, error) {
			return e.Storage(ctx, address, slot, at)
		},
	})
}

// pinned names a block by its hash, which m operators agree on.
func (p *Pool) pinned(ctx context.Context, at evm.At) (evm.At, error) {
	if !at.Hash.IsZero() {
		return at, nil
	}
	b, err := p.Block(ctx, at)
	return evm.At{Hash: b.Hash}, err
}

// Header implements evm.Endpoint: of any one member, because a header proves itself by the hash
// that the caller knows.
func (p *Pool) Header(ctx context.Context, f evidence.Format, block message.Hash) (*evidence.Header, error) {
	return first(ctx, p, question[*evidence.Header]{
		name: "header " + block.String(),
		ask: func(ctx context.Context, e evm.Endpoint) (*evidence.Header, error) {
			h, err := e.Header(ctx, f, block)
			if err == nil && h.Hash() != block {
				return nil, garbled("another block than asked for")
			}
			return h, err
		},
	})
}

// Transactions implements evm.Endpoint: m equal lists. A header proves itself, but not the hashes that come with it.
func (p *Pool) Transactions(ctx context.Context, block message.Hash) ([]message.Hash, error) {
	return agree(ctx, p, question[[]message.Hash]{
		name: "transactions of " + block.String(), key: hashesDigest,
		ask: func(ctx context.Context, e evm.Endpoint) ([]message.Hash, error) { return e.Transactions(ctx, block) },
	})
}

// Receipts implements evm.Endpoint: of any one member, because they prove themselves by the header.
func (p *Pool) Receipts(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error) {
	return first(ctx, p, question[*evidence.Receipts]{
		name: fmt.Sprintf("receipts of block %d", h.Number()), refusals: true,
		ask: func(ctx context.Context, e evm.Endpoint) (*evidence.Receipts, error) { return e.Receipts(ctx, h) },
	})
}

// EachReceipt implements evm.Endpoint, as Receipts does.
func (p *Pool) EachReceipt(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error) {
	return first(ctx, p, question[*evidence.Receipts]{
		name: fmt.Sprintf("each receipt of block %d", h.Number()), requests: len(h.Transactions()),
		ask: func(ctx context.Context, e evm.Endpoint) (*evidence.Receipts, error) { return e.EachReceipt(ctx, h) },
	})
}

// Code implements evm.Endpoint: m equal codes.
func (p *Pool) Code(ctx context.Context, address message.Address) ([]byte, error) {
	return agree(ctx, p, question[[]byte]{
		name: "code", key: bytesDigest,
		ask: func(ctx context.Context, e evm.Endpoint) ([]byte, error) { return e.Code(ctx, address) },
	})
}

// Receipt implements evm.Endpoint: m equal receipts, or m operators without one.
func (p *Pool) Receipt(ctx context.Context, tx message.Hash) (evm.Receipt, bool, error) {
	rec, err := agree(ctx, p, question[evm.Receipt]{
		name: "receipt of " + tx.String(), key: receiptDigest,
		ask: func(ctx context.Context, e evm.Endpoint) (evm.Receipt, error) {
			rec, ok, err := e.Receipt(ctx, tx)
			switch {
			case err != nil:
				return rec, err
			case !ok:
				return rec, errNoReceipt
			case rec.TxHash != tx:
				return rec, garbled("receipt of another transaction")
			}
			rec.Logs = sorted(rec.Logs)
			return rec, nil
		},
	})
	if errors.Is(err, errNoReceipt) {
		return evm.Receipt{}, false, nil
	}
	return rec, err == nil, err
}
