// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// What ends a batch at the end of a window before its `to`, so that its work and memory are bounded whatever the chain
// holds. A batch has one window at least.
const (
	batchRequests = 512      // of evidence: 256 blocks with logs where all receipts of a block are one request
	batchLogs     = 50_000   // of the manager
	batchData     = 32 << 20 // bytes of data in them
)

// What is refused of one window, and of all blocks above the final one. The two logs of a message cost 4,000 gas and a byte
// of data 8, so these are the logs of a billion gas and the data of two.
const (
	windowLogs = 1 << 19
	windowData = 1 << 28
)

// work is what a batch has taken so far.
type work struct{ requests, logs, data int }

func (w *work) enough() bool {
	return w.requests >= batchRequests || w.logs >= batchLogs || w.data >= batchData
}

// Batch implements follow.Source. Logs are read in ranges of the profile's limit, or of fewer blocks
// where the endpoint gives less; the hash of block `to` is pinned before and compared after, so what was read belongs to one
// history. The logs of each block are held against the evidence that the chain allows. The batch ends before `to`, with a
// window, where it would become too much work.
//
// Errors: message.ErrNotFinal when `to` is above the chain's final block; ErrMoved; ErrUnproven;
// message.ErrUnavailable, which logs that no manager writes are as well: another read or
// endpoint may be right.
func (c *Client) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	if cfg.Stream.Chain != c.chain || cfg.Stream.Manager != c.manager || from > to {
		return stream.Batch{}, fmt.Errorf("batch of chain %s, blocks %d to %d: %w", cfg.Stream.Chain, from, to, message.ErrRange)
	}
	b, err := c.batch(ctx, from, to, cfg.Stride)
	return b, c.failed(err)
}

func (c *Client) batch(ctx context.Context, from, to, stride uint64) (stream.Batch, error) {
	pin, err := c.finalBlock(ctx, to)
	if err != nil {
		return stream.Batch{}, err
	}
	batch, hashes := stream.Batch{From: from}, map[uint64]message.Hash{to: pin.Hash}
	if batch.Events, batch.To, err = c.events(ctx, from, to, stride, hashes); err != nil {
		return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	end, err := c.ask(ctx, to)
	if err != nil {
		return stream.Batch{}, err
	}
	if end.Hash != pin.Hash {
		return stream.Batch{}, fmt.Errorf("chain %s, block %d: %w", c.chain, to, ErrMoved)
	}
	if batch.To != to {
		if end, err = c.finalAt(ctx, batch.To); err != nil {
			return stream.Batch{}, err
		}
	}
	if n := len(batch.Events); n == 0 || batch.Events[n-1].Block < batch.To {
		if err := c.proveEnd(ctx, end); err != nil {
			return stream.Batch{}, fmt.Errorf("chain %s, block %d: %w", c.chain, batch.To, err)
		}
	} else if hashes[batch.To] != end.Hash {
		return stream.Batch{}, fmt.Errorf("chain %s, block %d: %w", c.chain, batch.To, ErrMoved)
	}
	return batch, nil
}

// events reads the logs of blocks from to `to` and holds those of each block against its evidence. It stops at the end of a window before `to`
// when the work of a batch is done; of stride 0 never. end is where it has stopped. hashes has the
// blocks whose hash is known, by number; it gets those that the logs name.
func (c *Client) events(ctx context.Context, from, to, stride uint64, hashes map[uint64]message.Hash) (events []stream.Event, end uint64, err error) {
	first, ok := message.WindowEnd(from, stride)
	if !ok || first > to {
		first = to
	}
	var w work
	for start := from; ; start = end + 1 {
		var logs []Log
		if logs, end, err = c.logsFrom(ctx, start, to, &w); err != nil {
			return nil, 0, err
		}
		if start <= first && (w.logs > windowLogs || w.data > windowData) {
			return nil, 0, fmt.Errorf("%d logs with %d bytes in blocks %d to %d: %w", w.logs, w.data, from, end, message.ErrUnavailable)
		}
		if events, err = c.decode(events, logs, start, end, hashes); err != nil {
			return nil, 0, fmt.Errorf("%w: %w", message.ErrUnavailable, err)
		}
		rest, err := c.prove(ctx, byBlock(logs), first, &w)
		if err != nil {
			return nil, 0, err
		}
		read := end
		if len(rest) > 0 {
			read = rest[0].Number - 1
		}
		if cut, ok := message.NewestEnd(read, stride); w.enough() && ok && cut >= first && cut < to {
			return slices.DeleteFunc(events, func(e stream.Event) bool { return e.Block > cut }), cut, nil
		}
		if end == to {
			return events, to, nil
		}
	}
}

// decode appends the events of logs, which must lie in [from, to] in rising order and name
// one hash per block.
func (c *Client) decode(events []stream.Event, logs []Log, from, to uint64, hashes map[uint64]message.Hash) ([]stream.Event, error) {
	for i := range logs {
		l := &logs[i]
		if l.Block < from || l.Block > to {
			return nil, fmt.Errorf("log of block %d outside %d to %d: %w", l.Block, from, to, message.ErrBadEncoding)
		}
		if h, ok := hashes[l.Block]; ok && h != l.BlockHash {
			return nil, fmt.Errorf("two hashes of block %d: %w", l.Block, ErrMoved)
		}
		hashes[l.Block] = l.BlockHash
		e, err := decodeLog(l, c.chain, c.manager)
		if err != nil {
			return nil, err
		}
		if n := len(events); n > 0 {
			if p := &events[n-1]; e.Block < p.Block || e.Block == p.Block && e.LogIndex <= p.LogIndex {
				return nil, fmt.Errorf("log %d of block %d out of order: %w", l.Index, l.Block, message.ErrBadEncoding)
			}
		}
		events = append(events, e)
	}
	return events, nil
}
