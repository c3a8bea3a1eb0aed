// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"fmt"
	"slices"
)

func blockKinds() []*kind {
	receipt := func(name Kind, n uint64, doc string, f func(*strike, map[string]any) bool) *kind {
		return callKind(name, receiptMethods, n, doc, func(k *strike, below next) (*answer, error) { return editReceipts(k, below, f) }).consistent()
	}
	header := func(name Kind, doc string, field string) *kind {
		return callKind(name, headerMethods, 0, doc, func(k *strike, below next) (*answer, error) {
			return editHeader(k, below, func(a *answer) bool { return flip(object(a.result), field) })
		})
	}
	return []*kind{
		receipt(ReceiptStatus, 0, "a transaction that succeeded has failed, or the other way round", func(_ *strike, r map[string]any) bool {
			switch r["status"] {
			case "0x1":
				r["status"] = "0x0"
			case "0x0":
				r["status"] = "0x1"
			default:
				return false
			}
			return true
		}),
		receipt(ReceiptLogIndex, 1, "the indexes of a receipt's logs are n too high", func(k *strike, r map[string]any) bool {
			changed := false
			for _, l := range objects(r["logs"]) {
				if i, ok := number(l["logIndex"]); ok {
					l["logIndex"], changed = quantity(i+k.rule.n()), true
				}
			}
			return changed
		}),
		receipt(ReceiptLogMissing, 0, "a receipt lacks one of its logs, which eth_getLogs still has", func(k *strike, r map[string]any) bool {
			logs, _ := r["logs"].([]any)
			var at []int
			for i, l := range logs {
				if m := object(l); m != nil && k.matches(m) {
					at = append(at, i)
				}
			}
			if len(at) == 0 {
				return false
			}
			i := at[0]
			r["logs"] = slices.Delete(slices.Clone(logs), i, i+1)
			return true
		}),
		callKind(ReceiptNull, []string{"eth_getTransactionReceipt"}, 0, "a mined transaction has no receipt", func(k *strike, below next) (*answer, error) {
			a, err := below(k.call)
			if err != nil || !k.wantsReceipt(object(a.result)) || !k.fire() {
				return a, err
			}
			return a.set(nil), nil
		}),
		header(ReceiptsRoot, "a header has another receipts root; its hash stays", "receiptsRoot"),
		header(TransactionsRoot, "a header has another transactions root; its hash stays", "transactionsRoot"),
		header(BlockHash, "a block has another hash, in headers alone", "hash"),
		header(BlockParent, "a block has another parent", "parentHash"),
		callKind(BlockNull, headerMethods, 0, "a known block is unknown", func(k *strike, below next) (*answer, error) {
			return editHeader(k, below, func(a *answer) bool { a.result = nil; return true })
		}),
		callKind(GenesisHash, headerMethods, 0, "block 0 has another hash", func(k *strike, below next) (*answer, error) {
			return editHeader(k, below, func(a *answer) bool {
				m := object(a.result)
				return m["number"] == "0x0" && flip(m, "hash")
			})
		}),
	}
}

// wantsReceipt reports whether the rule touches this receipt.
func (k *strike) wantsReceipt(r map[string]any) bool {
	block, ok := number(r["blockNumber"])
	if !ok || !k.rule.inBlocks(block) || k.rule.Tx != nil && !sameHex(r["transactionHash"], k.rule.Tx.String()) {
		return false
	}
	if k.rule.Contract == nil && k.rule.Topic == nil {
		return true
	}
	return slices.ContainsFunc(objects(r["logs"]), k.matches)
}

// editReceipts changes one receipt of an answer, or all that a consistent rule hits.
func editReceipts(k *strike, below next, f func(*strike, map[string]any) bool) (*answer, error) {
	a, err := below(k.call)
	if err != nil || a.failure != nil {
		return a, err
	}
	before := encode(a.result)
	changed := false
	list := receiptsOf(a.result)
	if n := len(list); n > 0 && !k.rule.Consistent { // start at one that the dice choose
		i := k.pick(n)
		list = slices.Concat(list[i:], list[:i])
	}
	for _, r := range list {
		if (k.rule.Consistent || !changed) && k.wantsReceipt(r) && k.hits(fmt.Sprint("receipt ", r["blockNumber"], "/", r["transactionIndex"])) {
			changed = f(k, r) || changed
		}
	}
	if !changed {
		return a, nil
	}
	if !k.fire() {
		a.result, err = decode(before)
		return a, err
	}
	return a.set(a.result), nil
}

// editHeader changes a header of the rule's blocks.
func editHeader(k *strike, below next, f func(*answer) bool) (*answer, error) {
	a, err := below(k.call)
	if err != nil || a.failure != nil {
		return a, err
	}
	block, ok := number(object(a.result)["number"])
	if !ok || !k.rule.inBlocks(block) {
		return a, nil
	}
	before := encode(a.result)
	if !f(a) {
		return a, nil
	}
	if !k.fire() {
		a.result, err = decode(before)
		return a, err
	}
	return a.set(a.result), nil
}
