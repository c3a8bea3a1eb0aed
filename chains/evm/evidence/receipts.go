// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"fmt"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/message"
)

const (
	// MaxLogGas bounds what the logs of one block may have cost to write, and so their number
	// (at most 1.4 million) and bytes (at most 64 MiB). The block's own gas bounds them before.
	MaxLogGas = 1 << 29
	// Prices of the EVM: each log and each topic, each byte of data.
	logGas, logByteGas = 375, 8
	// maxTopics of one log (LOG4).
	maxTopics = 4
)

// receipt is one transaction receipt: the fields that its consensus encoding has.
type receipt struct {
	types.Receipt
	depositNonce   *uint64 // OP-style deposits since Regolith
	depositVersion *uint64 // OP-style deposits since Canyon
}

// Receipts are all receipts of a block, in order, as the header commits to them.
type Receipts struct {
	header *Header
	list   []*receipt
}

// Len is the number of transactions.
func (r *Receipts) Len() int { return len(r.list) }

// DecodeReceipts reads the result of eth_getBlockReceipts and recomputes the receipts root
// and the bloom of h.
//
// Errors: ErrReceipts.
func DecodeReceipts(h *Header, raw []byte) (*Receipts, error) {
	c := NewCollector(h)
	err := scan(raw, func(s *scanner) error {
		return s.array(len(h.transactions), func(int) error { return c.receipt(s) })
	})
	if err != nil {
		return nil, fmt.Errorf("%w: block %d: %w", ErrReceipts, h.Number(), err)
	}
	return c.Receipts()
}

// Collector gathers the receipts of a block one by one: for endpoints that cannot answer
// eth_getBlockReceipts, and for blocks whose receipts exceed MaxAnswerBytes in one answer.
type Collector struct {
	header *Header
	list   []*receipt
	logs   uint32
	gas    uint64 // left for logs
}

// NewCollector starts at the first transaction of h. Its memory is bounded by the gas that h
// says was used, so the caller compares the hash of h first. Refunds make logs cheaper than
// their price, but never by half.
func NewCollector(h *Header) *Collector {
	return &Collector{header: h, gas: min(h.fields.GasUsed, MaxLogGas/2) * 2}
}

// Next is the transaction whose receipt Add wants; false when all are there.
func (c *Collector) Next() (message.Hash, bool) {
	if i := len(c.list); i < len(c.header.transactions) {
		return message.Hash(c.header.transactions[i]), true
	}
	return message.Hash{}, false
}

// Add reads the result of eth_getTransactionReceipt for Next. After an error the collector
// is of no more use.
//
// Errors: ErrReceipts.
func (c *Collector) Add(raw []byte) error {
	if err := scan(raw, c.receipt); err != nil {
		return fmt.Errorf("%w: block %d: %w", ErrReceipts, c.header.Number(), err)
	}
	return nil
}

// Receipts recomputes root and bloom when every receipt was added.
//
// Errors: ErrReceipts.
func (c *Collector) Receipts() (*Receipts, error) {
	h := c.header
	if len(c.list) != len(h.transactions) {
		return nil, fmt.Errorf("%w: block %d: %d receipts of %d transactions", ErrReceipts, h.Number(), len(c.list), len(h.transactions))
	}
	root, err := root(c.list)
	if err != nil {
		return nil, fmt.Errorf("%w: block %d: %w", ErrReceipts, h.Number(), err)
	}
	if root != h.fields.ReceiptHash {
		return nil, fmt.Errorf("%w: block %d: root %s, header has %s", ErrReceipts, h.Number(), root, h.fields.ReceiptHash)
	}
	var bloom types.Bloom
	for _, r := range c.list {
		for i := range bloom {
			bloom[i] |= r.Bloom[i]
		}
	}
	if bloom != h.fields.Bloom {
		return nil, fmt.Errorf("%w: block %d: bloom of the header is another", ErrReceipts, h.Number())
	}
	return &Receipts{header: h, list: c.list}, nil
}

// receiptKeys are the fields that every receipt has and that are read.
var receiptKeys = []string{
	"type", "status", "cumulativeGasUsed", "logsBloom", "logs", "transactionHash", "transactionIndex", "blockHash", "blockNumber",
}

// receipt reads the next receipt. Fields that neither the root nor the place of a log depends
// on, such as prices and fees, are passed over.
func (c *Collector) receipt(s *scanner) error {
	i := len(c.list)
	if i >= len(c.header.transactions) {
		return fmt.Errorf("more receipts than transactions: %w", message.ErrRange)
	}
	r, said := new(receipt), types.Bloom{}
	err := s.object(receiptKeys, func(key string) error {
		switch key {
		case "type":
			return c.header.format.receiptType(s, &r.Type)
		case "status":
			return s.uint64(&r.Status)
		case "cumulativeGasUsed":
			return s.uint64(&r.CumulativeGasUsed)
		case "logsBloom":
			return s.fixed(said[:])
		case "logs":
			return s.array(MaxLogGas/logGas, func(int) error { return c.log(s, r, i) })
		case "transactionHash":
			return s.equal(c.header.transactions[i][:])
		case "transactionIndex":
			return s.is(uint64(i))
		case "blockHash":
			return s.equal(c.header.hash[:])
		case "blockNumber":
			return s.is(c.header.Number())
		case "depositNonce":
			return s.optional(&r.depositNonce)
		case "depositReceiptVersion":
			return s.optional(&r.depositVersion)
		}
		return s.skip()
	})
	if err == nil {
		err = r.check(said)
	}
	if err != nil {
		return fmt.Errorf("receipt %d: %w", i, err)
	}
	c.list = append(c.list, r)
	return nil
}

// check holds the parts of a receipt against each other.
func (r *receipt) check(said types.Bloom) error {
	switch {
	case r.Status > types.ReceiptStatusSuccessful:
		return fmt.Errorf("status %d: %w", r.Status, message.ErrRange)
	case r.Status == types.ReceiptStatusFailed && len(r.Logs) > 0:
		return fmt.Errorf("logs of a failed transaction: %w", message.ErrBadEncoding)
	case r.Type != depositType && (r.depositNonce != nil || r.depositVersion != nil):
		return fmt.Errorf("deposit fields outside a deposit: %w", message.ErrBadEncoding)
	case r.depositVersion != nil && (*r.depositVersion != depositVersion || r.depositNonce == nil):
		return fmt.Errorf("deposit version unknown or without nonce: %w", message.ErrBadEncoding)
	}
	if r.Bloom = types.CreateBloom(&r.Receipt); r.Bloom != said {
		return fmt.Errorf("bloom is another: %w", message.ErrBadEncoding)
	}
	return nil
}

// logKeys are the fields that every log has; removed may be missing (execution APIs).
var logKeys = []string{
	"address", "topics", "data", "blockNumber", "blockHash", "transactionHash", "transactionIndex", "logIndex",
}

// log reads the next log of the block, which is one of receipt i.
func (c *Collector) log(s *scanner, r *receipt, i int) error {
	l := &types.Log{
		BlockNumber: c.header.Number(), BlockHash: c.header.hash, TxHash: c.header.transactions[i],
		TxIndex: uint(i), Index: uint(c.logs),
	}
	err := s.object(logKeys, func(key string) error {
		switch key {
		case "address":
			return s.address(l.Address[:])
		case "topics":
			return s.array(maxTopics, func(int) error {
				var t common.Hash
				err := s.fixed(t[:])
				l.Topics = append(l.Topics, t)
				return err
			})
		case "data":
			return s.data(&l.Data, MaxAnswerBytes)
		case "blockNumber":
			return s.is(l.BlockNumber)
		case "blockHash":
			return s.equal(l.BlockHash[:])
		case "transactionHash":
			return s.equal(l.TxHash[:])
		case "transactionIndex":
			return s.is(uint64(l.TxIndex))
		case "logIndex":
			return s.is(uint64(l.Index))
		case "removed":
			return s.literal("false")
		}
		return s.skip()
	})
	if err != nil {
		return fmt.Errorf("log %d: %w", c.logs, err)
	}
	price := uint64(logGas*(1+len(l.Topics)) + logByteGas*len(l.Data))
	if price > c.gas {
		return fmt.Errorf("log %d: more logs than %d gas buy: %w", c.logs, c.header.fields.GasUsed, message.ErrRange)
	}
	c.gas -= price
	c.logs++
	r.Logs = append(r.Logs, l)
	return nil
}
