// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/stream"
)

// maxBlocks bounds the blocks that a client remembers.
const maxBlocks = 4096

// Config of a client. Endpoint or URLs is given; of the URLs the first is used.
type Config struct {
	ChainID  message.ChainID
	Manager  message.Address
	URLs     []string
	Endpoint Endpoint
	Now      func() time.Time // time.Now when nil; it only says how old an answer is
}

// Client is one manager on one chain. It is safe for concurrent use.
type Client struct {
	Endpoint
	chain   message.ChainID
	manager message.Address
	profile registry.Profile
	rule    evidence.Rule
	now     func() time.Time

	mu      sync.Mutex
	checked bool                       // the endpoint has shown its chain id since it last failed
	final   stream.BlockRef            // newest final block that was seen
	seen    time.Time                  // when the question for it was put; zero: it must be put again
	blocks  map[uint64]stream.BlockRef // final blocks by number, asked for since then
	lanes   []stream.OutboundKey       // of the manager, in its order
	span    span
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
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	c := &Client{
		Endpoint: cfg.Endpoint, chain: cfg.ChainID, manager: cfg.Manager, profile: p, rule: evidence.Of(p), now: cfg.Now,
		blocks: map[uint64]stream.BlockRef{}, span: span{blocks: p.LogRange},
	}
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
	c.mu.Lock()
	defer c.mu.Unlock()
	c.checked = true
	return nil
}

// failed forgets what an endpoint that fails need not remember: its chain is asked for again
// before it is read, and so is its final block.
func (c *Client) failed(err error) error {
	if err != nil {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.checked, c.seen = false, time.Time{}
	}
	return err
}

// Heads implements follow.Source: the final block alone, which is all that a stream of final
// blocks looks at; zero while the chain has given none. It is asked for at most once in the
// profile's Poll.
//
// Errors: *stream.FinalizedReorgError (halt) when a block that was final has another hash;
// message.ErrUnavailable, also when the endpoint lags behind what it said before; ErrWrongChain.
func (c *Client) Heads(ctx context.Context) (follow.Heads, error) {
	c.mu.Lock()
	known, age := c.final, c.now().Sub(c.seen)
	fresh := c.checked && !c.seen.IsZero() && age >= 0 && age < c.profile.Poll()
	c.mu.Unlock()
	if !fresh {
		var err error
		if known, err = c.askFinal(ctx); err != nil {
			return follow.Heads{}, c.failed(err)
		}
	}
	return follow.Heads{Final: known}, nil
}

// askFinal asks for the final block, and for the chain if that has not been shown.
func (c *Client) askFinal(ctx context.Context) (stream.BlockRef, error) {
	c.mu.Lock()
	checked, began := c.checked, c.now()
	c.mu.Unlock()
	if !checked {
		if err := c.CheckChain(ctx); err != nil {
			return stream.BlockRef{}, err
		}
	}
	b, err := c.Block(ctx, At{Tag: c.profile.Finality.Tag})
	if err != nil && !errors.Is(err, ErrNoBlock) {
		return stream.BlockRef{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	if err := c.advanceFinal(ctx, b); err != nil {
		return stream.BlockRef{}, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.seen = began
	return c.final, nil
}

// advanceFinal takes a new final block if the one known before still stands.
func (c *Client) advanceFinal(ctx context.Context, next Block) error {
	c.mu.Lock()
	known := c.final
	c.blocks = map[uint64]stream.BlockRef{}
	c.mu.Unlock()
	is := next.Hash
	switch {
	case known.Hash.IsZero():
	case next.Hash.IsZero():
		return fmt.Errorf("chain %s: no final block, was %d: %w", c.chain, known.Number, message.ErrUnavailable)
	case next.Number < known.Number:
		return fmt.Errorf("chain %s: final block is %d, was %d: %w", c.chain, next.Number, known.Number, message.ErrUnavailable)
	case next.Number == known.Number:
	case next.Number == known.Number+1:
		is = next.Parent
	default:
		b, err := c.finalAt(ctx, known.Number)
		if err != nil {
			return err
		}
		is = b.Hash
	}
	if !known.Hash.IsZero() && is != known.Hash {
		return &stream.FinalizedReorgError{Chain: c.chain, Number: known.Number, Was: known.Hash, Is: is}
	}
	if next.Hash.IsZero() {
		return nil
	}
	c.keep(next)
	c.mu.Lock()
	defer c.mu.Unlock()
	if next.Number >= c.final.Number {
		c.final = next.BlockRef
	}
	return nil
}

// finalAt returns a block by its number that is at or below the final one. What was asked since
// the final block was last asked for is not asked again.
func (c *Client) finalAt(ctx context.Context, number uint64) (stream.BlockRef, error) {
	c.mu.Lock()
	b, ok := c.blocks[number]
	c.mu.Unlock()
	if ok {
		return b, nil
	}
	return c.ask(ctx, number)
}

func (c *Client) ask(ctx context.Context, number uint64) (stream.BlockRef, error) {
	b, err := c.Block(ctx, At{Number: number})
	if err != nil {
		return stream.BlockRef{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	c.keep(b)
	return b.BlockRef, nil
}

// keep remembers a final block, and its parent by its word.
func (c *Client) keep(b Block) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.blocks) >= maxBlocks {
		c.blocks = map[uint64]stream.BlockRef{}
	}
	c.blocks[b.Number] = b.BlockRef
	if b.Number > 0 && !b.Parent.IsZero() {
		c.blocks[b.Number-1] = stream.BlockRef{Number: b.Number - 1, Hash: b.Parent}
	}
}

// finalBlock returns block `number` once the chain calls it final.
func (c *Client) finalBlock(ctx context.Context, number uint64) (stream.BlockRef, error) {
	c.mu.Lock()
	known, checked := c.final, c.checked
	c.mu.Unlock()
	if !checked || known.Hash.IsZero() || known.Number < number {
		var err error
		if known, err = c.askFinal(ctx); err != nil {
			return stream.BlockRef{}, err
		}
	}
	if known.Hash.IsZero() || known.Number < number {
		return stream.BlockRef{}, fmt.Errorf("chain %s, block %d, final is %d: %w", c.chain, number, known.Number, message.ErrNotFinal)
	}
	b, err := c.finalAt(ctx, number)
	if err != nil {
		return stream.BlockRef{}, err
	}
	if number == known.Number && b.Hash != known.Hash {
		return stream.BlockRef{}, &stream.FinalizedReorgError{Chain: c.chain, Number: number, Was: known.Hash, Is: b.Hash}
	}
	return b, nil
}

// Evidence implements follow.Source. Lanes and counters are read at the hash of block need.At; they are
// nil when the endpoint keeps no state that old (nonces must be gap-free all the same).
// DeliveredWords are not read: the replay bits of a lane have no list to read them by.
//
// Errors: ErrUnproven when the manager has other lanes than need; message.ErrUnavailable,
// ErrNoBlock, ErrMoved.
func (c *Client) Evidence(ctx context.Context, _ stream.Config, need stream.Need) (stream.Evidence, error) {
	ev, err := c.evidence(ctx, need)
	return ev, c.failed(err)
}

func (c *Client) evidence(ctx context.Context, need stream.Need) (stream.Evidence, error) {
	blocks := append(slices.Clone(need.Blocks), need.At)
	slices.Sort(blocks)
	blocks = slices.Compact(blocks)
	var ev stream.Evidence
	var at stream.BlockRef
	for _, n := range blocks {
		b, err := c.finalAt(ctx, n)
		if err != nil {
			return stream.Evidence{}, err
		}
		ev.Ends = append(ev.Ends, b)
		if n == need.At {
			at = b
		}
	}
	counters, err := c.counters(ctx, at, need.Lanes)
	switch {
	case errors.Is(err, ErrNoState):
		return ev, nil
	case err != nil:
		return stream.Evidence{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	ev.Counters = counters
	return ev, nil
}

// counters reads the counter of each lane at a block, once the lanes were held against those that the manager has there.
//
// Errors: ErrUnproven when it has others; ErrNoState.
func (c *Client) counters(ctx context.Context, at stream.BlockRef, lanes []stream.OutboundKey) ([]stream.Counter, error) {
	if err := c.checkLanes(ctx, At{Hash: at.Hash}, lanes); err != nil {
		return nil, fmt.Errorf("block %d: %w", at.Number, err)
	}
	counters := make([]stream.Counter, 0, len(lanes))
	for _, lane := range lanes {
		out, err := c.Outbound(ctx, lane.TargetChain, lane.Finality, At{Hash: at.Hash})
		if err != nil {
			return nil, fmt.Errorf("counter of lane to %s at block %d: %w", lane.TargetChain, at.Number, err)
		}
		counters = append(counters, stream.Counter{OutboundKey: lane, Nonce: out.Nonce})
	}
	return counters, nil
}
