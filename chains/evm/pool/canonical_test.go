// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"math/big"
	"testing"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// Every field counts: a change of any of them is another answer.
func TestEveryFieldCounts(t *testing.T) {
	distinct := func(t *testing.T, seen map[digest]string, name string, d digest) {
		t.Helper()
		if other, ok := seen[d]; ok {
			t.Errorf("%s equals %s", name, other)
		}
		seen[d] = name
	}
	seen := map[digest]string{}
	for name, change := range map[string]func(*evm.Block){
		"block":       func(*evm.Block) {},
		"number":      func(b *evm.Block) { b.Number++ },
		"hash":        func(b *evm.Block) { b.Hash[31]++ },
		"parent":      func(b *evm.Block) { b.Parent[31]++ },
		"time":        func(b *evm.Block) { b.Time++ },
		"base fee":    func(b *evm.Block) { b.BaseFee = big.NewInt(10) },
		"no base fee": func(b *evm.Block) { b.BaseFee = nil },
		"zero fee":    func(b *evm.Block) { b.BaseFee = new(big.Int) },
		"minus fee":   func(b *evm.Block) { b.BaseFee = big.NewInt(-9) },
	} {
		b := testBlock(60, 0)
		change(&b)
		distinct(t, seen, name, blockDigest(b))
	}
	for name, change := range map[string]func([]evm.Log) []evm.Log{
		"logs":        func(l []evm.Log) []evm.Log { return l },
		"no logs":     func([]evm.Log) []evm.Log { return nil },
		"one less":    func(l []evm.Log) []evm.Log { return l[1:] },
		"one twice":   func(l []evm.Log) []evm.Log { return append(l, l[1]) },
		"address":     func(l []evm.Log) []evm.Log { l[1].Address[0]++; return l },
		"topic":       func(l []evm.Log) []evm.Log { l[1].Topics[0][0]++; return l },
		"more topics": func(l []evm.Log) []evm.Log { l[1].Topics = append(l[1].Topics, message.Hash{}); return l },
		"no topics":   func(l []evm.Log) []evm.Log { l[1].Topics = nil; return l },
		"data":        func(l []evm.Log) []evm.Log { l[1].Data[0]++; return l },
		"longer data": func(l []evm.Log) []evm.Log { l[1].Data = append(l[1].Data, 0); return l },
		"block of it": func(l []evm.Log) []evm.Log { l[1].Block++; return l },
		"block hash":  func(l []evm.Log) []evm.Log { l[1].BlockHash[5]++; return l },
		"index":       func(l []evm.Log) []evm.Log { l[1].Index += 10; return l },
		"transaction": func(l []evm.Log) []evm.Log { l[1].TxHash[5]++; return l },
		"removed":     func(l []evm.Log) []evm.Log { l[1].Removed = true; return l },
	} {
		distinct(t, seen, name, logsDigest(sorted(change(testLogs(10, 12, 0)))))
	}
	for name, change := range map[string]func(*evm.Receipt){
		"receipt":            func(*evm.Receipt) {},
		"receipt's hash":     func(r *evm.Receipt) { r.TxHash[0]++ },
		"receipt's block":    func(r *evm.Receipt) { r.Block.Number++ },
		"receipt's blk hash": func(r *evm.Receipt) { r.Block.Hash[9]++ },
		"status":             func(r *evm.Receipt) { r.Success = false },
		"gas":                func(r *evm.Receipt) { r.GasUsed++ },
		"price":              func(r *evm.Receipt) { r.EffectiveGasPrice = big.NewInt(4) },
		"contract":           func(r *evm.Receipt) { r.Contract[0]++ },
		"receipt's logs":     func(r *evm.Receipt) { r.Logs[0].Data[0]++ },
		"receipt, no logs":   func(r *evm.Receipt) { r.Logs = nil },
	} {
		r := testReceipt(message.Hash{9}, 0)
		change(&r)
		distinct(t, seen, name, receiptDigest(r))
	}
	for name, list := range map[string][]message.Hash{
		"no hashes": nil, "one hash": {{1}}, "another hash": {{2}}, "two hashes": {{1}, {2}}, "in another order": {{2}, {1}},
	} {
		distinct(t, seen, name, hashesDigest(list))
	}
	distinct(t, seen, "empty bytes", bytesDigest(nil))
	distinct(t, seen, "empty revert", revertDigest(nil))
	distinct(t, seen, "chain", chainDigest(0))
}

func TestOrderOfLogsDoesNotCount(t *testing.T) {
	list := testLogs(10, 12, 0)
	list[0], list[2] = list[2], list[0]
	list[1].Topics = append([]message.Hash{}, list[1].Topics...)
	if logsDigest(sorted(list)) != logsDigest(sorted(testLogs(10, 12, 0))) {
		t.Error("another order is another answer")
	}
	if got := sorted(list); got[0].Block != 10 || list[0].Block != 12 {
		t.Error("sorted in place, or not at all")
	}
	if sorted(nil) == nil {
		t.Error("no logs is an answer")
	}
}
