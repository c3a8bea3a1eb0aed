// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"encoding/json"
	"errors"
	"slices"
	"sync"

	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/trie"

	"github.com/aitbc/bridge/chains/message"
)

// maxFork bounds how many blocks of a forged history are computed and kept.
const maxFork = 8192

// fork is the consistent form of another history: headers of its own from the rule's first block on. Each hashes
// to its hash and names its parent, and its receipts root, bloom and used gas are those of the receipts that the
// rules before this one show. Only work or votes of the chain's own consensus could tell it from the truth.
type fork struct {
	mu     sync.Mutex
	blocks []forkBlock // from the rule's first block on, without a gap
	byHash map[message.Hash]uint64
}

type forkBlock struct {
	truth  message.Hash // the upstream's hash of this height
	hash   message.Hash
	fields map[string]any // what differs in the header
	txs    []any          // hashes of its transactions, when they are others
}

var errNoFork = errors.New("this upstream's history cannot be forged")

// forgedHistory answers from the fork.
func forgedHistory(k *strike, below next) (*answer, error) {
	c := k.call
	k.s.mu.Lock()
	if k.rule.fork == nil {
		k.rule.fork = &fork{}
	}
	f := k.rule.fork
	k.s.mu.Unlock()
	if h, ok := c.blockHash(); ok {
		truth, forged := f.truthOf(h, k.rule.FromBlock)
		switch {
		case forged:
			c = c.withBlockHash(truth)
		case k.covers(h) && k.fire():
			return unknownBlock(c), nil
		}
	}
	a, err := below(c)
	if err != nil || a.failure != nil {
		return a, err
	}
	changed, err := f.rewrite(k, a.result)
	switch {
	case err != nil:
		return refusal(k.call, -32603, err.Error()), nil
	case !changed:
		return a, nil
	}
	k.fire() // without Count it never ends
	return a.set(a.result), nil
}

// unknownBlock is what a node says about a hash that it never saw.
func unknownBlock(c *call) *answer {
	if slices.Contains(headerMethods, c.method) || c.method == "eth_getBlockReceipts" {
		return made(c, nil)
	}
	return refusal(c, -32000, "unknown block")
}

func (f *fork) truthOf(h message.Hash, from uint64) (message.Hash, bool) {
	f.mu.Lock()
	defer f.mu.Unlock()
	n, ok := f.byHash[h]
	if !ok {
		return h, false
	}
	return f.blocks[n-from].truth, true
}

// rewrite puts the fork's values into a result.
func (f *fork) rewrite(k *strike, v any) (bool, error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	changed := false
	known := map[uint64]forkBlock{} // asked for once in each answer
	put := func(m map[string]any, field string) error {
		n, ok := number(m[field])
		if !ok || n < k.rule.FromBlock {
			return nil
		}
		b, ok := known[n]
		if !ok {
			var err error
			if b, err = f.block(k, n); err != nil {
				return err
			}
			known[n] = b
		}
		changed = true
		if field == "number" {
			for name, value := range b.fields {
				m[name] = value
			}
			if list, _ := m["transactions"].([]any); b.txs != nil && len(objects(list)) == 0 {
				m["transactions"] = b.txs // not asked for in full: nobody can sign a forged one
			}
			return nil
		}
		m["blockHash"] = b.hash.String()
		if logs, ok := m["logs"].([]any); ok {
			m["logsBloom"] = bloom(logs)
		}
		return nil
	}
	for _, m := range receiptsOf(v) {
		err := errors.Join(put(m, "number"), put(m, "blockNumber"))
		for _, field := range []string{"logs", "transactions"} {
			for _, l := range objects(m[field]) {
				err = errors.Join(err, put(l, "blockNumber"))
			}
		}
		if err != nil {
			return false, err
		}
	}
	return changed, nil
}

// block is one block of the fork; those before it are computed first. When the upstream's own history has
// changed, the fork starts again.
func (f *fork) block(k *strike, n uint64) (forkBlock, error) {
	from := k.rule.FromBlock
	if n-from >= maxFork {
		return forkBlock{}, errNoFork
	}
	if have := uint64(len(f.blocks)); n-from < have {
		truth, _, err := k.header(n)
		if err != nil {
			return forkBlock{}, err
		}
		if f.blocks[n-from].truth == truth {
			return f.blocks[n-from], nil
		}
		f.blocks = nil
	}
	if f.blocks == nil {
		f.byHash = map[message.Hash]uint64{}
	}
	for at := from + uint64(len(f.blocks)); at <= n; at++ {
		truth, h, err := k.header(at)
		if err != nil {
			return forkBlock{}, err
		}
		if at > from {
			parent := f.blocks[at-from-1]
			if message.Hash(h.ParentHash) != parent.truth {
				f.blocks = nil
				return forkBlock{}, errNoFork // the next question starts again
			}
			h.ParentHash = [32]byte(parent.hash)
		} else {
			h.Extra = []byte("another history")
		}
		txs, err := k.fillReceipts(h, at)
		if err != nil {
			return forkBlock{}, err
		}
		hash := message.Hash(h.Hash())
		f.blocks = append(f.blocks, forkBlock{truth: truth, hash: hash, txs: txs, fields: map[string]any{
			"hash": hash.String(), "parentHash": message.Hash(h.ParentHash).String(), "receiptsRoot": message.Hash(h.ReceiptHash).String(),
			"logsBloom": hexOf(h.Bloom[:]), "extraData": hexOf(h.Extra), "gasUsed": quantity(h.GasUsed),
		}})
		f.byHash[hash] = at
	}
	return f.blocks[n-from], nil
}

// header is the upstream's header, which must hash to its hash.
func (k *strike) header(n uint64) (message.Hash, *types.Header, error) {
	v, err := k.ask("eth_getBlockByNumber", quantity(n), false)
	if err != nil {
		return message.Hash{}, nil, err
	}
	truth, ok := hashOf(object(v)["hash"])
	h := new(types.Header)
	if !ok || json.Unmarshal(encode(v), h) != nil || message.Hash(h.Hash()) != truth {
		return message.Hash{}, nil, errNoFork
	}
	return truth, h, nil
}

// fillReceipts makes a header agree with the receipts of its block, as the rules before this one show them, and
// returns the hashes of their transactions when those rules changed anything.
func (k *strike) fillReceipts(h *types.Header, n uint64) ([]any, error) {
	a, err := k.belowRule((&call{id: json.RawMessage("1"), method: "eth_getBlockReceipts"}).with([]any{quantity(n)}))
	if err != nil || a.failure != nil || a.result == nil {
		return nil, errNoFork
	}
	if !a.changed {
		return nil, nil
	}
	var receipts types.Receipts
	if err := json.Unmarshal(encode(a.result), &receipts); err != nil {
		return nil, errNoFork
	}
	txs := []any{}
	for _, r := range receipts {
		r.Bloom = types.CreateBloom(r)
		h.GasUsed = max(h.GasUsed, r.CumulativeGasUsed)
		txs = append(txs, message.Hash(r.TxHash).String())
	}
	h.Bloom = types.MergeBloom(receipts)
	h.ReceiptHash = types.DeriveSha(receipts, trie.NewStackTrie(nil))
	return txs, nil
}

// belowRule asks through the consistent rules before this one that strike this caller, without counting.
func (k *strike) belowRule(c *call) (*answer, error) {
	k.s.mu.Lock()
	rules := k.s.rules
	k.s.mu.Unlock()
	ask := next(k.forward)
	for _, a := range rules {
		if a == k.rule {
			break
		}
		if a.Consistent && a.kind.call != nil && a.concerns(c) && (a.Caller == "" || a.Caller == k.caller) {
			ask = layer(&strike{exchange: k.exchange, rule: a, call: c, quiet: true}, ask)
		}
	}
	return ask(c)
}
