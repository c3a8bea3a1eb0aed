// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"context"
	"slices"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// Endpoint is one endpoint of one chain: what it says is the truth, changed by its rules in
// their order. What a follower of a chain does not ask panics.
type Endpoint struct {
	evm.Endpoint // nil
	truth        *Ledger
	rules        []*told
	felt         func(fault string)
}

// New is an honest endpoint. felt is told of each lie that changed an answer.
func New(truth *Ledger, felt func(fault string)) *Endpoint {
	return &Endpoint{truth: truth, felt: felt}
}

// Rule is one way to lie that is in force. Several endpoints with one rule tell the same lie.
type Rule struct {
	kind   *Kind
	name   string // counted under this
	salt   uint64
	n      uint64  // of the kind
	ledger *Ledger // a view that stays as it was
	shadow *shadow
}

// told is a rule at one endpoint.
type told struct {
	*Rule
	e     *Endpoint
	calls uint64
}

func (t *told) strikes() { t.e.felt(t.name) }

// NewRule makes a rule over a chain. Rules of another salt tell other lies. From is the first block of another
// history, where the kind has one; 0 is the first that is not final.
func NewRule(k *Kind, truth *Ledger, salt, n, from uint64) *Rule {
	r := &Rule{kind: k, name: k.Name, salt: salt, n: n}
	h := truth.heads()
	switch {
	case k.stale:
		r.ledger = truth.over(truth.chain.Fork(h.Head.Number+1, 1<<62))
	case k.other:
		if from == 0 {
			from = h.Final.Number + 1
		}
		r.shadow = newShadow(truth, from, salt)
	case k.since != nil:
		r.n = k.since(h)
	}
	return r
}

// As counts the rule under another name.
func (r *Rule) As(name string) *Rule { r.name = name; return r }

// Kind is the rule's.
func (r *Rule) Kind() *Kind { return r.kind }

// Tell puts a rule into force, Hush ends it.
func (e *Endpoint) Tell(r *Rule) { e.rules = append(e.rules, &told{Rule: r, e: e}) }

// Hush ends a rule.
func (e *Endpoint) Hush(r *Rule) {
	e.rules = slices.DeleteFunc(e.rules, func(t *told) bool { return t.Rule == r })
}

// HushAll ends all rules.
func (e *Endpoint) HushAll() { e.rules = nil }

// Lies says that a rule in force makes the endpoint say what is not so.
func (e *Endpoint) Lies() bool {
	return slices.ContainsFunc(e.rules, func(t *told) bool { return t.kind.Lies })
}

// begin counts a call, lets it fail, and says which history answers it.
func (e *Endpoint) begin(c call) (*Ledger, error) {
	l := e.truth
	for _, t := range e.rules {
		t.calls++
		if t.kind.fail != nil {
			if err := t.kind.fail(t, c); err != nil {
				t.strikes()
				return nil, err
			}
		}
		switch {
		case t.ledger != nil:
			if l == e.truth && l.heads() != t.ledger.heads() {
				t.strikes()
			}
			l = t.ledger
		case t.shadow != nil && (!t.kind.second || t.calls%2 == 0):
			l = t.shadow.sync()
			t.strikes()
		}
	}
	return l, nil
}

// ChainID implements evm.Endpoint.
func (e *Endpoint) ChainID(context.Context) (message.ChainID, error) {
	l, err := e.begin(callChainID)
	if err != nil {
		return 0, err
	}
	id := l.id
	for _, t := range e.rules {
		if t.kind.id {
			id++
			t.strikes()
		}
	}
	return id, nil
}

// Block implements evm.Endpoint.
func (e *Endpoint) Block(_ context.Context, at evm.At) (b evm.Block, err error) {
	l, err := e.begin(callBlock)
	if err != nil {
		return b, err
	}
	n, ok := at.Number, true
	switch {
	case !at.Hash.IsZero():
		n, ok = l.chain.Find(at.Hash)
	case at.Tag == evm.Latest:
		n = l.heads().Head.Number
	case at.Tag != "":
		f := l.heads().Final
		n, ok = f.Number, !f.Hash.IsZero()
	}
	if !ok {
		return b, evm.ErrNoBlock
	}
	for _, t := range e.rules {
		if at.Tag != "" && t.kind.tag != nil {
			was := n
			if n, err = t.kind.tag(t, at.Tag, n); err != nil || n != was {
				t.strikes()
			}
			if err != nil {
				return b, err
			}
		}
	}
	if b, ok = l.block(n); !ok {
		return b, evm.ErrNoBlock
	}
	for _, t := range e.rules {
		if t.kind.block == nil {
			continue
		}
		was := b
		if err := t.kind.block(t, at, &b); err != nil {
			t.strikes()
			return evm.Block{}, err
		}
		if b != was {
			t.strikes()
		}
	}
	return b, nil
}

// Logs implements evm.Endpoint.
func (e *Endpoint) Logs(_ context.Context, address message.Address, _ []message.Hash, from, to uint64) ([]evm.Log, error) {
	l, err := e.begin(callLogs)
	if err != nil {
		return nil, err
	}
	logs, ok := l.logsIn(from, to)
	if address != l.manager {
		logs = nil
	}
	if !ok {
		return nil, &evm.RPCError{Method: "eth_getLogs", Code: -32000, Text: "block range extends beyond the head"}
	}
	for _, t := range e.rules {
		if t.kind.logs == nil {
			continue
		}
		out, struck, err := t.kind.logs(t, l, logs, from, to)
		if struck || err != nil {
			t.strikes()
		}
		if err != nil {
			return nil, err
		}
		logs = out
	}
	return logs, nil
}

// Call implements evm.Endpoint.
func (e *Endpoint) Call(_ context.Context, c evm.Call, at evm.At) ([]byte, error) {
	l, err := e.begin(callCall)
	if err != nil {
		return nil, err
	}
	n, ok := l.chain.Find(at.Hash)
	if !ok {
		return nil, evm.ErrNoBlock
	}
	b, _ := l.chain.Block(n)
	out, err := l.call(c.Data, &b)
	if err != nil {
		return nil, err
	}
	for _, t := range e.rules {
		if t.kind.call != nil {
			t.strikes()
			if out, err = t.kind.call(t, out); err != nil {
				return nil, err
			}
		}
	}
	return out, nil
}

// Storage implements evm.Endpoint.
func (e *Endpoint) Storage(_ context.Context, _ message.Address, slot message.Hash, at evm.At) (w message.Hash, err error) {
	l, err := e.begin(callStorage)
	if err != nil {
		return w, err
	}
	n, ok := l.chain.Find(at.Hash)
	if !ok {
		return w, evm.ErrNoBlock
	}
	b, _ := l.chain.Block(n)
	w = l.storage(slot, &b)
	for _, t := range e.rules {
		if t.kind.storage != nil {
			t.strikes()
			if w, err = t.kind.storage(t, w); err != nil {
				return w, err
			}
		}
	}
	return w, nil
}

// Receipt implements evm.Endpoint.
func (e *Endpoint) Receipt(_ context.Context, tx message.Hash) (evm.Receipt, bool, error) {
	l, err := e.begin(callReceipt)
	if err != nil {
		return evm.Receipt{}, false, err
	}
	r, ok := l.receipt(tx)
	for _, t := range e.rules {
		if ok && t.kind.receipt != nil && len(r.Logs) > 0 { // another rule may have left none
			t.strikes()
			ok = t.kind.receipt(t, &r)
		}
	}
	return r, ok, nil
}
