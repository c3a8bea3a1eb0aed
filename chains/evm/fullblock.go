// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"fmt"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
)

// maxBlockData bounds the data of the manager's logs in one block, in bytes: as much as evidence.MaxLogGas buys at 8 gas a byte.
const maxBlockData = evidence.MaxLogGas / 8

// fullBlock reads the logs of a block that no answer to a log query holds, out of the receipts of all its transactions,
// one by one. They stand for no more than those of a log query: prove holds them against the block as well.
//
// Errors: ErrTooMany when a receipt is above MaxResponseBytes, or all are above maxBlockData; ErrUnproven for receipts that are
// not those of the block; ErrNoBlock, message.ErrUnavailable.
func (c *Client) fullBlock(ctx context.Context, number uint64, w *work) ([]Log, error) {
	b, err := c.Block(ctx, At{Number: number})
	if err != nil {
		return nil, err
	}
	txs, err := c.Transactions(ctx, b.Hash)
	if err != nil {
		return nil, err
	}
	w.requests += len(txs)
	found := make([][]Log, len(txs))
	if i, err := inParallel(ctx, len(txs), func(ctx context.Context, i int) error {
		r, err := c.receiptIn(ctx, txs[i], b.BlockRef)
		if err == nil {
			found[i] = c.streamLogs(r)
		}
		return err
	}); err != nil {
		return nil, fmt.Errorf("transaction %d of %d: %w", i, len(txs), err)
	}
	var logs []Log
	size := 0
	for _, list := range found {
		for i := range list {
			size += len(list[i].Data)
		}
		logs = append(logs, list...)
	}
	if size > maxBlockData {
		return nil, fmt.Errorf("%d bytes in logs of one block: %w: %w", size, ErrTooMany, message.ErrUnavailable)
	}
	return logs, nil
}
