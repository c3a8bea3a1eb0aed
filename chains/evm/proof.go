// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/stream"
)

// maxProving blocks are held against their evidence at a time; each may need two answers of
// MaxResponseBytes.
const maxProving = 4

// blockLogs are the logs of one block as eth_getLogs has them.
type blockLogs struct {
	stream.BlockRef
	logs []Log
}

// byBlock parts logs, which name one hash per block and rise.
func byBlock(logs []Log) (list []blockLogs) {
	for i := range logs {
		if n := len(list); n == 0 || list[n-1].Number != logs[i].Block {
			list = append(list, blockLogs{BlockRef: stream.BlockRef{Number: logs[i].Block, Hash: logs[i].BlockHash}})
		}
		last := &list[len(list)-1]
		last.logs = append(last.logs, logs[i])
	}
	return list
}

// prove holds the logs of one block after another against the evidence that the chain allows, those up to block must in any case and
// others until w has batchRequests. rest are those that were not.
//
// Errors: ErrUnproven, of the lowest block that differs; message.ErrUnavailable.
func (c *Client) prove(ctx context.Context, blocks []blockLogs, must uint64, w *work) (rest []blockLogs, err error) {
	check := c.proveByAgreement
	if c.rule.Evidence == registry.EvidenceReceipts {
		check = c.proveByReceipts
	}
	for rest = blocks; len(rest) > 0 && (rest[0].Number <= must || w.requests < batchRequests); {
		some := rest[:min(len(rest), maxProving)]
		rest = rest[len(some):]
		requests := make([]int, len(some))
		if i, err := inParallel(ctx, len(some), func(ctx context.Context, i int) (err error) {
			requests[i], err = check(ctx, &some[i])
			return err
		}); err != nil {
			return nil, fmt.Errorf("block %d: %w", some[i].Number, err)
		}
		for _, n := range requests {
			w.requests += n
		}
	}
	return rest, nil
}

// inParallel calls f for 0 to n-1, maxProving at a time, until one fails. It returns the lowest that failed, and why.
func inParallel(ctx context.Context, n int, f func(ctx context.Context, i int) error) (int, error) {
	errs := make([]error, n)
	free := make(chan struct{}, maxProving)
	var all sync.WaitGroup
	within, cancel := context.WithCancel(ctx)
	defer cancel()
	for i := range n {
		free <- struct{}{}
		all.Go(func() {
			defer func() { <-free }()
			if errs[i] = within.Err(); errs[i] == nil {
				if errs[i] = f(within, i); errs[i] != nil {
					cancel()
				}
			}
		})
	}
	all.Wait()
	at := slices.IndexFunc(errs, func(err error) bool { return err != nil && !errors.Is(err, context.Canceled) })
	if at < 0 { // the caller gave up, or nothing failed
		at = slices.IndexFunc(errs, func(err error) bool { return err != nil })
	}
	if at < 0 {
		return n, nil
	}
	return at, errs[at]
}

// proveByReceipts recomputes the block's hash and the root of its receipts and holds the logs
// against those of the receipts. What remains somebody's word is the hash.
func (c *Client) proveByReceipts(ctx context.Context, b *blockLogs) (requests int, err error) {
	h, err := c.provenHeader(ctx, b.BlockRef)
	if err != nil {
		return 0, err
	}
	requests = 2
	r, err := c.Receipts(ctx, h)
	if errors.Is(err, ErrNoMethod) || errors.Is(err, ErrTooMany) {
		requests += len(h.Transactions())
		r, err = c.EachReceipt(ctx, h)
	}
	if err != nil {
		return 0, unproven(err)
	}
	proven, err := evidence.Logs(h, r, c.manager, streamTopics)
	if err != nil {
		return 0, unproven(err)
	}
	return requests, unproven(evidence.Compare(b.Number, proven, b.logs))
}

// provenHeader is the header of a block by the hash that was agreed on.
func (c *Client) provenHeader(ctx context.Context, b stream.BlockRef) (*evidence.Header, error) {
	h, err := c.Header(ctx, c.rule.Format, b.Hash)
	if err != nil {
		return nil, unproven(err)
	}
	if h.Hash() != b.Hash || h.Number() != b.Number {
		return nil, fmt.Errorf("hash %s is block %d: %w", b.Hash, h.Number(), ErrUnproven)
	}
	return h, nil
}

// proveEnd holds the end of a batch against its header: where that may hold a log of the manager
// and none was read, receipts decide.
func (c *Client) proveEnd(ctx context.Context, b stream.BlockRef) error {
	if c.rule.Evidence != registry.EvidenceReceipts {
		return nil
	}
	h, err := c.provenHeader(ctx, b)
	if err != nil {
		return err
	}
	for _, topic := range streamTopics {
		if h.Bloom(c.manager, topic) {
			_, err := c.proveByReceipts(ctx, &blockLogs{BlockRef: b})
			return err
		}
	}
	return nil
}

// proveByAgreement holds the logs against the receipts of their transactions.
func (c *Client) proveByAgreement(ctx context.Context, b *blockLogs) (requests int, err error) {
	var proven []Log
	for i := range b.logs {
		tx := b.logs[i].TxHash
		if i > 0 && tx == b.logs[i-1].TxHash {
			continue
		}
		r, err := c.receiptIn(ctx, tx, b.BlockRef)
		if err != nil {
			return 0, err
		}
		requests++
		proven = append(proven, c.streamLogs(r)...)
	}
	return requests, unproven(evidence.Compare(b.Number, proven, b.logs))
}

// receiptIn returns the receipt of a transaction that must stand in a block; one that failed has no logs.
//
// Errors: ErrUnproven, message.ErrUnavailable.
func (c *Client) receiptIn(ctx context.Context, tx message.Hash, b stream.BlockRef) (Receipt, error) {
	r, ok, err := c.Receipt(ctx, tx)
	switch {
	case err != nil:
		return Receipt{}, fmt.Errorf("receipt of %s: %w", tx, err)
	case !ok:
		return Receipt{}, fmt.Errorf("no receipt of %s: %w", tx, ErrUnproven)
	case r.Block != b:
		return Receipt{}, fmt.Errorf("transaction %s is in block %d, %s: %w", tx, r.Block.Number, r.Block.Hash, ErrUnproven)
	case !r.Success && len(r.Logs) > 0:
		return Receipt{}, fmt.Errorf("transaction %s failed and has logs: %w", tx, ErrUnproven)
	}
	return r, nil
}

// streamLogs are the logs in a receipt that a stream reads.
func (c *Client) streamLogs(r Receipt) (logs []Log) {
	for i := range r.Logs {
		if l := &r.Logs[i]; l.Address == c.manager && len(l.Topics) > 0 && isStreamTopic(l.Topics[0]) {
			logs = append(logs, *l)
		}
	}
	return logs
}

func isStreamTopic(t message.Hash) bool {
	for _, s := range streamTopics {
		if t == s {
			return true
		}
	}
	return false
}

// unproven gives a refusal of evidence the fate retry; other errors stay what they are.
func unproven(err error) error {
	var log *evidence.LogError
	if errors.As(err, &log) || errors.Is(err, evidence.ErrHeader) || errors.Is(err, evidence.ErrReceipts) {
		return fmt.Errorf("%w: %w", ErrUnproven, err)
	}
	return err
}
