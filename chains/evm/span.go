// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
)

// trustAfter is after how many answers in a row a log query asks for more blocks.
const trustAfter = 8

// logsFrom reads the logs from block start on, of as many blocks up to `to` as one answer holds: half as many
// after each ErrTooMany, a quarter more after trustAfter answers. One block that is too much by itself is read by its
// receipts. end is the last block that was read.
func (c *Client) logsFrom(ctx context.Context, start, to uint64, w *work) (logs []Log, end uint64, err error) {
	defer func() {
		w.logs += len(logs)
		for i := range logs {
			w.data += len(logs[i].Data)
		}
	}()
	for {
		c.mu.Lock()
		blocks := min(c.span.blocks, to-start+1)
		c.mu.Unlock()
		logs, err = c.Logs(ctx, c.manager, streamTopics, start, start+blocks-1)
		if err != nil && !errors.Is(err, ErrTooMany) {
			return nil, 0, err
		}
		c.mu.Lock()
		c.span.learn(blocks, err == nil, c.profile.LogRange)
		c.mu.Unlock()
		switch {
		case err == nil:
			return logs, start + blocks - 1, nil
		case blocks == 1:
			if logs, err = c.fullBlock(ctx, start, w); err != nil {
				return nil, 0, fmt.Errorf("block %d, whose logs no answer holds: %w", start, err)
			}
			return logs, start, nil
		}
	}
}

// span is how many blocks one log query asks for: what the endpoint gave lately.
type span struct {
	blocks uint64
	good   int // answers in a row to queries of so many blocks
}

// learn takes whether a query of so many blocks was answered. One of fewer than s.blocks, the rest of a batch, says
// nothing of what the endpoint can give.
func (s *span) learn(blocks uint64, answered bool, limit uint64) {
	switch {
	case !answered:
		*s = span{blocks: max(1, blocks/2)}
	case blocks == s.blocks && s.blocks < limit:
		if s.good++; s.good == trustAfter {
			*s = span{blocks: min(limit, s.blocks+s.blocks/4+1)}
		}
	}
}
