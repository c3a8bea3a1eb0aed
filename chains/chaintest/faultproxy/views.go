// SPDX-License-Identifier: Apache-2.0

package faultproxy

import (
	"maps"
	"slices"
	"strconv"
)

// blockParam is where a method's parameters name a block.
var blockParam = map[string]int{
	"eth_getBlockByNumber": 0, "eth_getHeaderByNumber": 0, "eth_getBlockReceipts": 0, "eth_getBlockTransactionCountByNumber": 0,
	"eth_call": 1, "eth_estimateGas": 1, "eth_getBalance": 1, "eth_getCode": 1, "eth_getTransactionCount": 1,
	"eth_getStorageAt": 2, "eth_getProof": 2,
}

// viewMethods are those whose answers depend on how far the chain has come.
var viewMethods = join(logMethods, receiptMethods, headerMethods, []string{
	"eth_blockNumber", "eth_getBlockTransactionCountByNumber", "eth_call", "eth_estimateGas", "eth_getBalance", "eth_getCode",
	"eth_getTransactionCount", "eth_getStorageAt", "eth_getProof", "eth_getTransactionByHash",
})

func viewKinds() []*kind {
	null := func(name Kind, doc string, value func(*call) any) *kind {
		return callKind(name, nil, 0, doc, func(k *strike, below next) (*answer, error) {
			if !k.fire() {
				return below(k.call)
			}
			return made(k.call, value(k.call)), nil
		})
	}
	label := func(name Kind, n uint64, doc string, f func(*strike, next) (*answer, error)) *kind {
		return callKind(name, blockByNumber, n, doc, f).when(asksTag("finalized", "safe"))
	}
	return []*kind{
		callKind(ChainID, []string{"eth_chainId", "net_version"}, 0, "the chain id is n; 0 is the next one", wrongChain),
		callKind(Code, []string{"eth_getCode"}, 0, "a contract's code is `data`, or its own with a bit turned", wrongBytes),
		callKind(CallResult, []string{"eth_call"}, 0, "a call of a contract returns `data`, or its result with the last bit turned", wrongBytes),
		callKind(HeadStale, viewMethods, 0, "the whole view of the chain ends at block n; 0 is the head when the rule first strikes", func(k *strike, below next) (*answer, error) {
			height, err := k.frozen("latest")
			if err != nil {
				return nil, err
			}
			return endsAt(k, below, height)
		}),
		callKind(HeadBack, []string{"eth_blockNumber", "eth_getBlockByNumber", "eth_getHeaderByNumber"}, 5, "each second question for the head gets one that is n blocks older", func(k *strike, below next) (*answer, error) {
			v, err := k.ask("eth_blockNumber")
			head, ok := number(v)
			if err != nil || !ok {
				return below(k.call)
			}
			return endsAt(k, below, head-min(head, k.rule.n()))
		}).alternating().when(func(c *call) bool { return c.method == "eth_blockNumber" || asksTag("latest")(c) }),
		callKind(FinalStale, blockByNumber, 0, "the finalized block stays at block n; 0 is where it is when the rule first strikes", func(k *strike, below next) (*answer, error) {
			height, err := k.frozen("finalized")
			if err != nil || !k.fire() {
				return below(k.call)
			}
			return below(k.call.replace(0, quantity(height)))
		}).when(asksTag("finalized")),
		callKind(FinalBack, blockByNumber, 5, "each second question for the finalized block gets one that is n blocks older", func(k *strike, below next) (*answer, error) {
			v, err := k.ask("eth_getBlockByNumber", "finalized", false)
			final, ok := number(object(v)["number"])
			if err != nil || !ok || !k.fire() {
				return below(k.call)
			}
			return below(k.call.replace(0, quantity(final-min(final, k.rule.n()))))
		}).alternating().when(asksTag("finalized")),
		label(FinalNull, 0, "no block is finalized or safe: null", func(k *strike, below next) (*answer, error) {
			if !k.fire() {
				return below(k.call)
			}
			return made(k.call, nil), nil
		}),
		label(FinalNoMethod, 0, "the labels finalized and safe are refused with -32601", func(k *strike, below next) (*answer, error) {
			if !k.fire() {
				return below(k.call)
			}
			return refusal(k.call, -32601, "the method "+k.call.method+" does not exist/is not available"), nil
		}),
		label(FinalUnknown, 0, "the labels finalized and safe are unknown words: -32602", func(k *strike, below next) (*answer, error) {
			if !k.fire() {
				return below(k.call)
			}
			return refusal(k.call, -32602, "invalid argument 0: hex string without 0x prefix"), nil
		}),
		callKind(HistoryOther, viewMethods, 0, "another history from from_block on: other block hashes in every answer, which can be asked for. "+
			"Consistent: its headers hash to them, and their receipts roots are those of the receipts that the rules before it show", otherHistory).consistent(),
		callKind(HistoryMixed, viewMethods, 0, "each second call is answered from another history from from_block on", otherHistory).alternating(),
		null(ResultNull, "any call returns null", func(*call) any { return nil }),
		null(ResultEmpty, "any call returns [] (logs, receipts of a block) or 0x", func(c *call) any {
			if slices.Contains(logMethods, c.method) || c.method == "eth_getBlockReceipts" {
				return []any{}
			}
			return "0x"
		}),
		callKind(UnknownBlockIsEmpty, join(logMethods, []string{"eth_getBlockReceipts"}), 0, "logs or receipts of a block that the upstream does not know are [] instead of an error", func(k *strike, below next) (*answer, error) {
			a, err := below(k.call)
			if err != nil || a.result != nil || !k.fire() {
				return a, err
			}
			return a.set([]any{}), nil
		}),
	}
}

// asksTag reports whether a call names a block by one of these labels.
func asksTag(tags ...string) func(*call) bool {
	return func(c *call) bool {
		i, ok := blockParam[c.method]
		return ok && slices.Contains(tags, text(c.param(i)))
	}
}

// frozen is the height where a view stands still: N, or what the label meant when it was first asked.
func (k *strike) frozen(label string) (uint64, error) {
	if k.rule.N != 0 {
		return k.rule.N, nil
	}
	k.s.mu.Lock()
	known := k.rule.height
	k.s.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	v, err := k.ask("eth_getBlockByNumber", label, false)
	if err != nil {
		return 0, err
	}
	height, ok := number(object(v)["number"])
	if !ok {
		return 0, errNotRPC
	}
	k.s.mu.Lock()
	defer k.s.mu.Unlock()
	if k.rule.height == nil {
		k.rule.height = &height
	}
	return *k.rule.height, nil
}

// endsAt answers as a node whose newest block is height.
func endsAt(k *strike, below next, height uint64) (*answer, error) {
	c := k.call
	if i, ok := blockParam[c.method]; ok {
		at := c.param(i)
		if i >= len(c.params) && i == len(c.params) && c.method != "eth_getBlockByNumber" { // absent: the head
			c = c.with(append(slices.Clone(c.params), "latest"))
			at = "latest"
		}
		n, isNumber := number(at)
		switch {
		case at == "latest" || at == "pending":
			if head, err := k.ask("eth_blockNumber"); err == nil {
				if h, ok := number(head); ok && h > height && k.fire() {
					return below(c.replace(i, quantity(height)))
				}
			}
			return below(k.call)
		case isNumber && n > height && k.fire():
			if slices.Contains(headerMethods, c.method) || c.method == "eth_getBlockReceipts" || c.method == "eth_getBlockTransactionCountByNumber" {
				return made(c, nil), nil
			}
			return refusal(c, -32000, "header not found"), nil
		}
	}
	if c.method == "eth_getLogs" {
		return logsUpTo(k, below, height)
	}
	a, err := below(k.call)
	if err != nil || a.failure != nil {
		return a, err
	}
	if n, ok := number(a.result); ok && c.method == "eth_blockNumber" {
		if n > height && k.fire() {
			a.set(quantity(height))
		}
		return a, nil
	}
	first := object(a.result)
	if list := objects(a.result); len(list) > 0 {
		first = list[0]
	}
	n, ok := number(first["number"])
	if !ok {
		n, ok = number(first["blockNumber"])
	}
	if !ok || n <= height {
		return a, nil
	}
	if asksTag("finalized", "safe")(c) {
		if !k.fire() {
			return a, nil
		}
		return below(c.replace(blockParam[c.method], quantity(height)))
	}
	if k.fire() {
		a.set(nil)
	}
	return a, nil
}

// logsUpTo answers eth_getLogs without blocks above height, and without a word about it.
func logsUpTo(k *strike, below next, height uint64) (*answer, error) {
	filter := object(k.call.param(0))
	from, to, ok := k.blockRange()
	if filter["blockHash"] != nil {
		a, err := below(k.call)
		if err != nil {
			return a, err
		}
		if logs := objects(a.result); len(logs) > 0 {
			if n, ok := number(logs[0]["blockNumber"]); ok && n > height && k.fire() {
				return refusal(k.call, -32000, "unknown block"), nil
			}
		}
		return a, nil
	}
	if !ok || to <= height || !k.fire() {
		return below(k.call)
	}
	if from > height {
		return made(k.call, []any{}), nil
	}
	shorter := maps.Clone(filter)
	shorter["fromBlock"], shorter["toBlock"] = quantity(from), quantity(height)
	return below(k.call.replace(0, shorter))
}

// blockRange is the range of an eth_getLogs call; labels are resolved by the upstream.
func (k *strike) blockRange() (from, to uint64, ok bool) {
	filter := object(k.call.param(0))
	if filter == nil || filter["blockHash"] != nil {
		return 0, 0, false
	}
	resolve := func(v any) (uint64, bool) {
		if n, ok := number(v); ok {
			return n, true
		}
		label := text(v)
		switch label {
		case "":
			label = "latest"
		case "earliest":
			return 0, true
		}
		b, err := k.ask("eth_getBlockByNumber", label, false)
		if err != nil {
			return 0, false
		}
		return number(object(b)["number"])
	}
	from, ok = resolve(filter["fromBlock"])
	if ok {
		to, ok = resolve(filter["toBlock"])
	}
	return from, to, ok
}

func wrongChain(k *strike, below next) (*answer, error) {
	a, err := below(k.call)
	if err != nil || a.failure != nil {
		return a, err
	}
	id, ok := number(a.result)
	if !ok {
		var decimal bool
		if id, decimal = fromDecimal(a.result); !decimal {
			return a, nil
		}
	}
	if id++; k.rule.N != 0 {
		id = k.rule.N
	}
	if !k.fire() {
		return a, nil
	}
	if ok {
		return a.set(quantity(id)), nil
	}
	return a.set(strconv.FormatUint(id, 10)), nil
}

// wrongBytes changes a result that is bytes.
func wrongBytes(k *strike, below next) (*answer, error) {
	at := k.call.param(0)
	if k.call.method == "eth_call" {
		at = object(at)["to"]
	}
	a, err := below(k.call)
	if err != nil || a.failure != nil || k.rule.Contract != nil && !sameHex(at, k.rule.Contract.String()) {
		return a, err
	}
	out, ok := flipped(a.result, -1)
	if k.rule.Data != "" {
		out, ok = k.rule.Data, true
	}
	if !ok || !k.fire() {
		return a, nil
	}
	return a.set(out), nil
}
