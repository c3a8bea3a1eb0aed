// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
)

const (
	blockReceipts = "eth_getBlockReceipts"
	// receiptsAtOnce bounds the requests of EachReceipt that are under way together.
	receiptsAtOnce = maxConnections
)

// Header implements Endpoint.
func (n *node) Header(ctx context.Context, f evidence.Format, block message.Hash) (*evidence.Header, error) {
	const method = "eth_getBlockByHash"
	raw, err := n.raw(ctx, method, block.String(), false)
	if err != nil {
		return nil, fmt.Errorf("read header %s: %w", block, err)
	}
	if string(raw) == "null" {
		return nil, fmt.Errorf("read header %s: %w", block, ErrNoBlock)
	}
	h, err := evidence.DecodeHeader(f, raw)
	if err != nil {
		return nil, fmt.Errorf("%s at %s: %w", method, n.host, err)
	}
	if h.Hash() != block {
		return nil, garbled(method, "another block than asked for")
	}
	return h, nil
}

// Receipts implements Endpoint.
func (n *node) Receipts(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error) {
	raw, err := n.raw(ctx, blockReceipts, h.Hash().String())
	if err != nil {
		return nil, fmt.Errorf("read receipts of block %d: %w", h.Number(), err)
	}
	if string(raw) == "null" {
		return nil, fmt.Errorf("read receipts of block %d: %w", h.Number(), ErrNoBlock)
	}
	r, err := evidence.DecodeReceipts(h, raw)
	if err != nil {
		return nil, fmt.Errorf("%s at %s: %w", blockReceipts, n.host, err)
	}
	return r, nil
}

// EachReceipt implements Endpoint: receiptsAtOnce transactions at a time, in order.
func (n *node) EachReceipt(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error) {
	c := evidence.NewCollector(h)
	hashes := h.Transactions()
	for len(hashes) > 0 {
		some := hashes[:min(len(hashes), receiptsAtOnce)]
		hashes = hashes[len(some):]
		raws, errs := make([]json.RawMessage, len(some)), make([]error, len(some))
		var all sync.WaitGroup
		for i, tx := range some {
			all.Go(func() { raws[i], errs[i] = n.raw(ctx, "eth_getTransactionReceipt", tx.String()) })
		}
		all.Wait()
		for i := range some {
			if errs[i] != nil {
				return nil, fmt.Errorf("read receipt %s of block %d: %w", some[i], h.Number(), errs[i])
			}
			if err := c.Add(raws[i]); err != nil {
				return nil, fmt.Errorf("eth_getTransactionReceipt at %s: %w", n.host, err)
			}
		}
	}
	return c.Receipts()
}

// Transactions implements Endpoint.
func (n *node) Transactions(ctx context.Context, block message.Hash) ([]message.Hash, error) {
	const method = "eth_getBlockByHash"
	var b *struct {
		Hash         message.Hash    `json:"hash"`
		Transactions *[]message.Hash `json:"transactions"`
	}
	if err := n.ask(ctx, &b, method, block.String(), false); err != nil {
		return nil, fmt.Errorf("read transactions of %s: %w", block, err)
	}
	switch {
	case b == nil:
		return nil, fmt.Errorf("read transactions of %s: %w", block, ErrNoBlock)
	case b.Hash != block:
		return nil, garbled(method, "another block than asked for")
	case b.Transactions == nil || len(*b.Transactions) > evidence.MaxTransactions:
		return nil, garbled(method, "no list of transactions, or too long a one")
	}
	return *b.Transactions, nil
}

// Storage implements Endpoint.
func (n *node) Storage(ctx context.Context, address message.Address, slot message.Hash, at At) (message.Hash, error) {
	var out *message.Hash
	if err := n.ask(ctx, &out, "eth_getStorageAt", address, slot, at.param()); err != nil {
		return message.Hash{}, err
	}
	if out == nil {
		return message.Hash{}, garbled("eth_getStorageAt", "null")
	}
	return *out, nil
}
