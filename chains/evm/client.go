// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/stream"
)

// maxLogs bounds the logs of one batch; a fuller one must be read in shorter ranges.
const maxLogs = 50_000

// Config of a client. Endpoint or URLs is given; of the URLs the first is used.
type Config struct {
	ChainID  message.ChainID
	Manager  message.Address
	URLs     []string
	Endpoint Endpoint
}

// Client is one manager on one chain. It is safe for concurrent use.
type Client struct {
	Endpoint
	chain   message.ChainID
	manager message.Address
	profile registry.Profile

	mu    sync.Mutex
	final stream.BlockRef // newest final block that was seen
	span  span
}

var _ follow.Source = (*Client)(nil)

// New makes a client and asks the endpoint for its chain id once. The endpoint may be dead:
// then the check is made again before the first batch.
//
// Errors: message.ErrRange for a chain without profile, message.ErrZero, ErrWrongChain.
func New(ctx context.Context, cfg Config) (*Client, error) {
	p, ok := registry.Get(cfg.ChainID)
	if !ok {
		return nil, fmt.Errorf("chain %s has no profile: %w", cfg.ChainID, message.ErrRange)
	}
	if cfg.Manager.IsZero() {
		return nil, fmt.Errorf("chain %s: manager: %w", cfg.ChainID, message.ErrZero)
	}
	if cfg.Endpoint == nil {
		if len(cfg.URLs) == 0 {
			return nil, fmt.Errorf("chain %s: urls: %w", cfg.ChainID, message.ErrZero)
		}
		e, err := Dial(cfg.URLs[0])
		if err != nil {
			return nil, fmt.Errorf("chain %s: %w", cfg.ChainID, err)
		}
		cfg.Endpoint = e
	}
	c := &Client{Endpoint: cfg.Endpoint, chain: cfg.ChainID, manager: cfg.Manager, profile: p, span: span{blocks: p.LogRange}}
	if err := c.CheckChain(ctx); errors.Is(err, ErrWrongChain) {
		return nil, err
	}
	return c, nil
}

// Chain is the chain that the client was made for.
func (c *Client) Chain() message.ChainID { return c.chain }

// Manager is the manager that the client reads.
func (c *Client) Manager() message.Address { return c.manager }

// CheckChain compares the endpoint's chain id with the wanted one.
func (c *Client) CheckChain(ctx context.Context) error {
	id, err := c.ChainID(ctx)
	if err != nil {
		return fmt.Errorf("chain %s: read chain id: %w", c.chain, err)
	}
	if id != c.chain {
		return fmt.Errorf("endpoint serves chain %s, want %s: %w", id, c.chain, ErrWrongChain)
	}
	return nil
}

// Heads implements follow.Source. A label that the chain has not given yet is zero.
//
// Errors: *stream.FinalizedReorgError (halt) when a block that was final has another hash;
// message.ErrUnavailable, also when the endpoint lags behind what it said before.
func (c *Client) Heads(ctx context.Context) (follow.Heads, error) {
	var h follow.Heads
	for _, l := range []struct {
		tag Tag
		ref *stream.BlockRef
	}{{c.profile.Finality.Tag, &h.Final}, {Safe, &h.Safe}, {Latest, &h.Head}} {
		b, err := c.Block(ctx, At{Tag: l.tag})
		if errors.Is(err, ErrNoBlock) && l.tag != Latest {
			continue
		}
		if err != nil {
			return follow.Heads{}, fmt.Errorf("chain %s: %w", c.chain, err)
		}
		*l.ref = b.BlockRef
	}
	if err := c.advanceFinal(ctx, h.Final); err != nil {
		return follow.Heads{}, err
	}
	return h, nil
}

// advanceFinal takes a new final block if the one known before still stands.
func (c *Client) advanceFinal(ctx context.Context, next stream.BlockRef) error {
	c.mu.Lock()
	known := c.final
	c.mu.Unlock()
	switch {
	case known.Hash.IsZero() || known == next:
	case next.Number < known.Number:
		return fmt.Errorf("chain %s: final block is %d, was %d: %w", c.chain, next.Number, known.Number, message.ErrUnavailable)
	case next.Number == known.Number:
		return &stream.FinalizedReorgError{Chain: c.chain, Number: known.Number, Was: known.Hash, Is: next.Hash}
	default:
		b, err := c.Block(ctx, At{Number: known.Number})
		if err != nil {
			return fmt.Errorf("chain %s: %w", c.chain, err)
		}
		if b.Hash != known.Hash {
			return &stream.FinalizedReorgError{Chain: c.chain, Number: known.Number, Was: known.Hash, Is: b.Hash}
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if next.Number >= c.final.Number {
		c.final = next
	}
	return nil
}

// Batch implements follow.Source. Logs are read in ranges of the profile's limit, or of fewer blocks
// where the endpoint gives less; the hash of block `to` is pinned before and compared after, so what was read belongs to one history.
//
// Errors: message.ErrNotFinal when `to` is above the chain's final block; ErrMoved;
// message.ErrUnavailable, which logs that no manager writes are as well: another read or
// endpoint may be right.
func (c *Client) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	if cfg.Stream.Chain != c.chain || cfg.Stream.Manager != c.manager || from > to {
		return stream.Batch{}, fmt.Errorf("batch of chain %s, blocks %d to %d: %w", cfg.Stream.Chain, from, to, message.ErrRange)
	}
	pin, err := c.finalBlock(ctx, to)
	if err != nil {
		return stream.Batch{}, err
	}
	batch := stream.Batch{From: from, To: to}
	hashes := map[uint64]message.Hash{to: pin.Hash}
	for start := from; ; {
		logs, end, err := c.logsFrom(ctx, start, to)
		if err != nil {
			return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
		}
		if len(batch.Events)+len(logs) > maxLogs {
			return stream.Batch{}, fmt.Errorf("chain %s: above %d logs in blocks %d to %d: %w", c.chain, maxLogs, from, to, message.ErrUnavailable)
		}
		if batch.Events, err = c.decode(batch.Events, logs, start, end, hashes); err != nil {
			return stream.Batch{}, fmt.Errorf("chain %s: %w: %w", c.chain, message.ErrUnavailable, err)
		}
		if end == to {
			break
		}
		start = end + 1
	}
	after, err := c.Block(ctx, At{Number: to})
	if err != nil {
		return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	if after.Hash != pin.Hash {
		return stream.Batch{}, fmt.Errorf("chain %s, block %d: %w", c.chain, to, ErrMoved)
	}
	return batch, nil
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

// finalBlock returns block `number` once the chain calls it final.
func (c *Client) finalBlock(ctx context.Context, number uint64) (Block, error) {
	c.mu.Lock()
	known := c.final
	c.mu.Unlock()
	if known.Hash.IsZero() || known.Number < number {
		if err := c.CheckChain(ctx); err != nil {
			return Block{}, err
		}
		if _, err := c.Heads(ctx); err != nil {
			return Block{}, err
		}
		c.mu.Lock()
		known = c.final
		c.mu.Unlock()
	}
	if known.Hash.IsZero() || known.Number < number {
		return Block{}, fmt.Errorf("chain %s, block %d, final is %d: %w", c.chain, number, known.Number, message.ErrNotFinal)
	}
	b, err := c.Block(ctx, At{Number: number})
	if err != nil {
		return Block{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	if number == known.Number && b.Hash != known.Hash {
		return Block{}, &stream.FinalizedReorgError{Chain: c.chain, Number: number, Was: known.Hash, Is: b.Hash}
	}
	return b, nil
}

// Evidence implements follow.Source. Counters are read at the hash of block need.At; they are
// nil when the endpoint keeps no state that old (nonces must be gap-free all the same).
// DeliveredWords are not read: the replay bits of a lane have no list to read them by.
//
// Errors: message.ErrUnavailable, ErrNoBlock, ErrMoved.
func (c *Client) Evidence(ctx context.Context, _ stream.Config, need stream.Need) (stream.Evidence, error) {
	blocks := append(slices.Clone(need.Blocks), need.At)
	slices.Sort(blocks)
	blocks = slices.Compact(blocks)
	var ev stream.Evidence
	var at stream.BlockRef
	for _, n := range blocks {
		b, err := c.Block(ctx, At{Number: n})
		if err != nil {
			return stream.Evidence{}, fmt.Errorf("chain %s: %w", c.chain, err)
		}
		ev.Ends = append(ev.Ends, b.BlockRef)
		if n == need.At {
			at = b.BlockRef
		}
	}
	counters := make([]stream.Counter, 0, len(need.Lanes))
	for _, lane := range need.Lanes {
		out, err := c.Outbound(ctx, lane.TargetChain, lane.Finality, At{Hash: at.Hash})
		if errors.Is(err, ErrNoState) {
			return ev, nil
		}
		if err != nil {
			return stream.Evidence{}, fmt.Errorf("chain %s: counter of lane to %s at block %d: %w", c.chain, lane.TargetChain, at.Number, err)
		}
		counters = append(counters, stream.Counter{OutboundKey: lane, Nonce: out.Nonce})
	}
	ev.Counters = counters
	return ev, nil
}
