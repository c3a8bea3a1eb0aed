// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

func TestTooManyLogs(t *testing.T) {
	for _, c := range []struct {
		method string
		answer answerError
		want   bool
	}{
		{"eth_getLogs", answerError{Code: -32005, Message: "query returned more than 10000 results"}, true},
		{"eth_getLogs", answerError{Code: -32602, Message: "Log response size exceeded. You can make eth_getLogs requests with up to a 2K block range"}, true},
		{"eth_getLogs", answerError{Code: -32000, Message: "exceed maximum block range: 5000"}, true},
		{"eth_getLogs", answerError{Code: -32005, Message: "limit exceeded"}, true},
		{"eth_getLogs", answerError{Code: -32005, Message: "daily request count exceeded, request rate limited"}, false},
		{"eth_getLogs", answerError{Code: -32005, Message: "too many requests per second"}, false},
		{"eth_getLogs", answerError{Code: -32000, Message: "block range extends beyond current head block"}, false},
		{"eth_getLogs", answerError{Code: -32000, Message: "internal error"}, false},
		{"eth_call", answerError{Code: -32005, Message: "query returned more than 10000 results"}, false},
	} {
		err := classify(c.method, &c.answer)
		if errors.Is(err, ErrTooMany) != c.want || message.FateOf(err) != message.Retry || !errors.Is(err, message.ErrUnavailable) {
			t.Errorf("%s, %q: %v", c.method, c.answer.Message, err)
		}
	}
}

// narrow gives the logs of few blocks at once.
type narrow struct {
	*fake
	most  uint64
	asked [][2]uint64 // ranges that were answered
	tries int
}

func (n *narrow) Logs(_ context.Context, _ message.Address, _ []message.Hash, from, to uint64) ([]Log, error) {
	n.tries++
	if to-from >= n.most {
		return nil, classify("eth_getLogs", &answerError{Code: limitExceeded, Message: "query returned more than 10000 results"})
	}
	n.asked = append(n.asked, [2]uint64{from, to})
	return []Log{}, nil
}

// TestRangesFollowTheEndpoint: each block is read once and in order whatever the endpoint gives at once, and a
// limit is not run into again with every query.
func TestRangesFollowTheEndpoint(t *testing.T) {
	const to = 4000 // four queries of the profile's range
	for _, most := range []uint64{1, 2, 7, 60, 999, 1000, 5000} {
		t.Run(fmt.Sprint(most), func(t *testing.T) {
			n := &narrow{fake: newFake(), most: most}
			n.head, n.final = to, to
			c := n.client(t, n)
			cfg := stream.Config{Stream: message.Stream{Chain: 31337, Manager: testManager}}
			for range 2 {
				n.asked, n.tries = nil, 0
				if _, err := c.Batch(t.Context(), cfg, 1, to); err != nil {
					t.Fatal(err)
				}
				next := uint64(1)
				for _, r := range n.asked {
					if r[0] != next {
						t.Fatalf("query of blocks %d to %d, block %d is next", r[0], r[1], next)
					}
					next = r[1] + 1
				}
				if next != to+1 {
					t.Fatalf("read up to block %d of %d", next-1, to)
				}
			}
			if failed := n.tries - len(n.asked); failed > len(n.asked)/trustAfter+10 { // ten halvings from the profile's range to one block
				t.Errorf("%d of %d queries were refused", failed, n.tries)
			}
			if _, err := c.Batch(t.Context(), cfg, to, to); err != nil {
				t.Fatal(err)
			}
			if c.span.blocks < min(most, c.profile.LogRange)/2 {
				t.Errorf("after a short rest %d blocks are asked for, the endpoint gives %d", c.span, most)
			}
		})
	}
}

// Transactions gives none: its list is above what the endpoint gives as well.
func (n *narrow) Transactions(context.Context, message.Hash) ([]message.Hash, error) {
	return nil, fmt.Errorf("%w: %w", ErrTooMany, message.ErrUnavailable)
}

// TestOneBlockIsTooMany: what nothing can mend is an error, not a loop.
func TestOneBlockIsTooMany(t *testing.T) {
	n := &narrow{fake: newFake()}
	n.head, n.final = 10, 10
	c := n.client(t, n)
	cfg := stream.Config{Stream: message.Stream{Chain: 31337, Manager: testManager}}
	if _, err := c.Batch(t.Context(), cfg, 1, 9); !errors.Is(err, ErrTooMany) || message.FateOf(err) != message.Retry {
		t.Errorf("%v", err)
	}
}
