// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// MaxRecent bounds the blocks between the final cursor and the newest block that Recent walks.
const MaxRecent = 1 << 13

// ErrFar: more than MaxRecent blocks lie above the final cursor: the final stream has to come nearer first.
var ErrFar = message.NewError(message.Retry, "too many blocks above the final one")

// Recent reads the blocks above a final cursor of one manager, which may still be reorganised, for streams of one
// lower finality. Its Ahead is safe for concurrent use, one caller at a time goes on.
type Recent struct {
	client   *Client // of its own: what is read of a block that may vanish is not remembered for final ones
	finality message.Finality

	mu     sync.Mutex
	walked map[message.Hash]Block // headers by hash, so that each is asked for once
	last   stream.Batch           // the newest answer
	from   stream.BlockRef        // and the cursor that it was given for; zero: none
}

// NewRecent makes a reader for streams of finality safe or fast.
//
// Errors: message.ErrRange for another finality, and for one that the chain's profile has no rule for.
func NewRecent(c *Client, f message.Finality) (*Recent, error) {
	switch {
	case f == message.Safe && c.profile.Finality.Safe, f == message.Fast && c.profile.Finality.FastDepth > 0:
		own := &Client{
			Endpoint: c.Endpoint, chain: c.chain, manager: c.manager, profile: c.profile, rule: c.rule, now: c.now,
			blocks: map[uint64]stream.BlockRef{}, span: span{blocks: c.profile.LogRange},
		}
		return &Recent{client: own, finality: f, walked: map[message.Hash]Block{}}, nil
	}
	return nil, fmt.Errorf("chain %s has no rule for streams of finality %s: %w", c.chain, f, message.ErrRange)
}

// Ahead returns the blocks from final.Next to the newest end of a window that the finality allows, with hashes and
// counters as stream.Step wants them, held against the same evidence as final ones. It returns a batch without blocks, whose To lies below final.Next, when
// there are none. All of it is of one chain of parent hashes that begins at the block final.Last.
//
// Errors, all of them retry: message.ErrNotFinal before the first final block was read, or while the chain gives no
// label; ErrFar; ErrMoved when the blocks do not descend from final.Last or changed meanwhile; ErrUnproven, ErrNoBlock,
// ErrNoState, message.ErrUnavailable.
func (r *Recent) Ahead(ctx context.Context, final stream.State) (stream.Batch, error) {
	return r.upTo(ctx, final, func(newest uint64) (uint64, error) {
		end, ok := message.NewestEnd(newest, final.Config.Stride)
		if !ok || end < final.Next {
			return 0, errNone
		}
		return end, nil
	})
}

// UpTo is Ahead up to exactly one end of a window.
//
// Errors: message.ErrRange for an end that is none, or lies below final.Next; message.ErrNotFinal (retry) too while the finality
// does not allow it yet; those of Ahead.
func (r *Recent) UpTo(ctx context.Context, final stream.State, end uint64) (stream.Batch, error) {
	if !message.Aligned(end, final.Config.Stride) || end < final.Next {
		return stream.Batch{}, fmt.Errorf("blocks %d to %d: %w", final.Next, end, message.ErrRange)
	}
	return r.upTo(ctx, final, func(newest uint64) (uint64, error) {
		if end > newest {
			return 0, fmt.Errorf("block %d, %s is %d: %w", end, r.finality, newest, message.ErrNotFinal)
		}
		return end, nil
	})
}

// errNone: no window ends above the final cursor.
var errNone = errors.New("nothing above the final cursor")

// upTo reads up to the end that is chosen when the newest block that the finality allows is known.
func (r *Recent) upTo(ctx context.Context, final stream.State, choose func(newest uint64) (uint64, error)) (stream.Batch, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	c, from := r.client, final.Last
	if st := final.Config.Stream; st.Chain != c.chain || st.Manager != c.manager {
		return stream.Batch{}, fmt.Errorf("blocks of chain %s, client of %s: %w", st.Chain, c.chain, message.ErrRange)
	}
	if from.Hash.IsZero() {
		return stream.Batch{}, fmt.Errorf("chain %s: nothing was read yet: %w", c.chain, message.ErrNotFinal)
	}
	head, newest, err := r.newest(ctx)
	if err != nil {
		return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	end, err := choose(newest)
	switch {
	case errors.Is(err, errNone):
		return stream.Batch{}, nil
	case err != nil:
		return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
	case head.Number-from.Number > MaxRecent:
		return stream.Batch{}, fmt.Errorf("chain %s: block %d, final cursor %d: %w", c.chain, head.Number, from.Number, ErrFar)
	}
	hashes, err := r.walk(ctx, head, from)
	if err != nil {
		return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	if r.from == from && r.last.To == end && len(r.last.Ends) > 0 && r.last.Ends[len(r.last.Ends)-1].Hash == hashes[end] {
		return copyOf(r.last), nil
	}
	batch, err := r.read(ctx, final, end, hashes)
	if err != nil {
		return stream.Batch{}, fmt.Errorf("chain %s: %w", c.chain, err)
	}
	r.last, r.from = batch, from
	return copyOf(batch), nil
}

// copyOf shares nothing that a caller may change, but data of messages.
func copyOf(b stream.Batch) stream.Batch {
	b.Events, b.Ends, b.Counters = slices.Clone(b.Events), slices.Clone(b.Ends), slices.Clone(b.Counters)
	return b
}

// newest returns the block that the walk starts at and the number of the newest one that the finality allows.
func (r *Recent) newest(ctx context.Context) (Block, uint64, error) {
	if r.finality == message.Safe {
		b, err := r.client.Block(ctx, At{Tag: Safe})
		if errors.Is(err, ErrNoBlock) {
			return Block{}, 0, fmt.Errorf("no block is labelled safe: %w", message.ErrNotFinal)
		}
		return b, b.Number, err
	}
	b, err := r.client.Block(ctx, At{Tag: Latest})
	if err != nil {
		return Block{}, 0, err
	}
	return b, b.Number - min(b.Number, r.client.profile.Finality.FastDepth), nil
}

// walk follows parent hashes from head down to the final cursor and returns the hash of each block from the cursor to head.
// A walk that ends early is gone on with by the next one.
func (r *Recent) walk(ctx context.Context, head Block, from stream.BlockRef) (map[uint64]message.Hash, error) {
	if len(r.walked) > 2*MaxRecent {
		maps.DeleteFunc(r.walked, func(_ message.Hash, b Block) bool { return b.Number <= from.Number })
	}
	if len(r.walked) > 2*MaxRecent { // one reorganisation after another
		clear(r.walked)
	}
	hashes := map[uint64]message.Hash{from.Number: from.Hash}
	r.walked[head.Hash] = head
	for b := head; ; {
		hashes[b.Number] = b.Hash
		if b.Number == from.Number+1 {
			if b.Parent != from.Hash {
				clear(r.walked) // one of the answers may have been wrong
				return nil, fmt.Errorf("block %d has parent %s, the final block %d is %s: %w", b.Number, b.Parent, from.Number, from.Hash, ErrMoved)
			}
			return hashes, nil
		}
		parent, ok := r.walked[b.Parent]
		if !ok {
			var err error
			if parent, err = r.client.Block(ctx, At{Hash: b.Parent}); err != nil {
				return nil, err
			}
			if parent.Hash != b.Parent {
				return nil, garbled("read a parent", "another block than asked for")
			}
			r.walked[parent.Hash] = parent
		}
		if parent.Number != b.Number-1 {
			delete(r.walked, parent.Hash)
			return nil, garbled("read a parent", fmt.Sprintf("block %d has parent number %d", b.Number, parent.Number))
		}
		b = parent
	}
}

// read gets events and evidence of the blocks from final.Next to end.
func (r *Recent) read(ctx context.Context, final stream.State, end uint64, hashes map[uint64]message.Hash) (stream.Batch, error) {
	c, batch, at := r.client, stream.Batch{From: final.Next, To: end}, stream.BlockRef{Number: end, Hash: hashes[end]}
	var err error
	if batch.Events, _, err = c.events(ctx, final.Next, end, 0, hashes); err != nil {
		return stream.Batch{}, err
	}
	if n := len(batch.Events); n == 0 || batch.Events[n-1].Block < end {
		if err := c.proveEnd(ctx, at); err != nil {
			return stream.Batch{}, fmt.Errorf("block %d: %w", end, err)
		}
	}
	need := stream.Needs(final, batch)
	for _, n := range need.Blocks {
		h, ok := hashes[n]
		if !ok {
			return stream.Batch{}, fmt.Errorf("hash of block %d was not walked: %w", n, message.ErrUnavailable)
		}
		batch.Ends = append(batch.Ends, stream.BlockRef{Number: n, Hash: h})
	}
	c.lanes = nil // those that were seen before may have been of another branch
	if batch.Counters, err = c.counters(ctx, at, need.Lanes); err != nil {
		return stream.Batch{}, err
	}
	after, err := c.Block(ctx, At{Number: end})
	if err != nil {
		return stream.Batch{}, err
	}
	if after.Hash != at.Hash {
		return stream.Batch{}, fmt.Errorf("block %d: %w", end, ErrMoved)
	}
	return batch, nil
}
