// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/message"
)

// BenchmarkProve is the whole check of one block that holds one message of the manager
// between 200 transactions with three logs each; so an operation is the cost of a message in
// the worst case, that of a block of its own.
func BenchmarkProve(b *testing.B) {
	c := newChain(b)
	for i := range 200 {
		to, n, topic := &c.at[1], uint64(3), topicB
		if i == 100 {
			to, n, topic = &c.at[0], 1, topicA
		}
		c.send(0, &types.DynamicFeeTx{ChainID: big.NewInt(testChain), To: to, GasFeeCap: gwei(3), GasTipCap: gwei(1), Gas: 60_000, Data: emit(n, topic)})
	}
	c.mine()
	a := c.answers("0x2")
	if logs, err := a.prove(message.Hash(topicA)); err != nil || len(logs) != 1 || len(a.each) != 200 {
		b.Fatalf("%d logs, %d transactions, %v", len(logs), len(a.each), err)
	}
	b.Run("header", func(b *testing.B) {
		b.SetBytes(int64(len(a.header)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := DecodeHeader(Ethereum, a.header); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("message", func(b *testing.B) {
		b.SetBytes(int64(len(a.header) + len(a.receipts)))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := a.prove(); err != nil {
				b.Fatal(err)
			}
		}
		b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/200, "ns/receipt")
	})
}
