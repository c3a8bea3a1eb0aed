// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"maps"

	"github.com/aitbc/bridge/chains/message"
)

// otherHistory answers from a history whose block hashes differ from the rule's first block on. Every other
// hash is the true one under a mask of the seed, so no memory is needed to ask the upstream for it; a header
// does not hash to it.
func otherHistory(k *strike, below next) (*answer, error) {
	if k.rule.Consistent {
		return forgedHistory(k, below)
	}
	mask := message.Keccak([]byte("other history"), new(message.Words).Uint(k.s.seed).Bytes())
	other := func(h message.Hash) message.Hash { return xor(h, mask) }
	c := k.call
	if h, ok := c.blockHash(); ok {
		switch {
		case k.covers(other(h)):
			c = c.withBlockHash(other(h))
		case k.covers(h) && k.fire(): // of the true history, which this one does not know
			return unknownBlock(c), nil
		}
	}
	a, err := below(c)
	if err != nil || a.failure != nil {
		return a, err
	}
	before := encode(a.result)
	if !k.rewrite(a.result, other) {
		return a, nil
	}
	if !k.fire() {
		a.result, err = decode(before)
		return a, err
	}
	return a.set(a.result), nil
}

// covers reports whether the upstream has a block of this hash that the rule touches.
func (k *strike) covers(h message.Hash) bool {
	v, err := k.ask("eth_getBlockByHash", h.String(), false)
	n, ok := number(object(v)["number"])
	return err == nil && ok && k.rule.inBlocks(n)
}

func xor(a, b message.Hash) message.Hash {
	for i := range a {
		a[i] ^= b[i]
	}
	return a
}

// blockHashParam is which parameter may name a block by its hash.
func (c *call) blockHashParam() (int, bool) {
	switch c.method {
	case "eth_getBlockByHash", "eth_getHeaderByHash", "eth_getLogs":
		return 0, true
	}
	i, ok := blockParam[c.method]
	return i, ok
}

// blockHash is the hash by which a call names its block.
func (c *call) blockHash() (message.Hash, bool) {
	i, ok := c.blockHashParam()
	if !ok {
		return message.Hash{}, false
	}
	if h, ok := hashOf(c.param(i)); ok {
		return h, true
	}
	return hashOf(object(c.param(i))["blockHash"])
}

// withBlockHash is the call about another block; it must name one by its hash.
func (c *call) withBlockHash(h message.Hash) *call {
	i, _ := c.blockHashParam()
	m := maps.Clone(object(c.param(i)))
	if m == nil {
		return c.replace(i, h.String())
	}
	m["blockHash"] = h.String()
	return c.replace(i, m)
}

// rewrite maps the block hashes of the rule's blocks in a result: headers, receipts, logs and transactions.
func (k *strike) rewrite(v any, f func(message.Hash) message.Hash) bool {
	set := func(m map[string]any, field string) bool {
		h, ok := hashOf(m[field])
		if ok {
			m[field] = f(h).String()
		}
		return ok
	}
	changed := false
	for _, m := range receiptsOf(v) {
		if n, ok := number(m["number"]); ok && k.rule.inBlocks(n) { // a header
			changed = set(m, "hash") || changed
			if n > k.rule.FromBlock {
				changed = set(m, "parentHash") || changed
			}
		}
		if n, ok := number(m["blockNumber"]); ok && k.rule.inBlocks(n) { // a receipt, a log or a transaction
			changed = set(m, "blockHash") || changed
		}
		for _, field := range []string{"logs", "transactions"} {
			for _, l := range objects(m[field]) {
				if n, ok := number(l["blockNumber"]); ok && k.rule.inBlocks(n) {
					changed = set(l, "blockHash") || changed
				}
			}
		}
	}
	return changed
}
