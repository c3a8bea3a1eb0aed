// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
)

const (
	// maxWaiting certificates of one lower stream wait for the own blocks; the oldest is forgotten for a further one.
	maxWaiting = 16
	// maxTips usable certificates of one lower stream are kept until a final one covers them.
	maxTips = 64
)

// Recent reads the blocks above a final cursor for streams of one finality below final. *evm.Recent is one.
type Recent interface {
	// UpTo returns the blocks from final.Next to exactly end, with hashes and counters; message.ErrNotFinal while the
	// finality does not allow that end yet.
	UpTo(ctx context.Context, final stream.State, end uint64) (stream.Batch, error)
}

// lower is one generation of a stream below final. It has no tree: a certificate of it is usable once the final stream of the
// same source and the blocks above it give the same tip, and no longer than the final history agrees.
type lower struct {
	index      uint16
	cfg        stream.Config
	generation uint32
	final      *source
	recent     Recent
	stop       context.CancelFunc

	mu      sync.Mutex
	newest  uint64        // highest end that was offered
	waiting []Certificate // signature checked, ascending
	tips    []*tip        // usable, ascending
}

// tip is a usable certificate below final with its leaves.
type tip struct {
	Certificate
	stream.Tip
	agreed bool // final windows alone gave it again
}

func (l *lower) number() uint16 { return l.index }

// after is the end block below which no certificate is new.
func (l *lower) after() uint64 {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.newest
}

// offer takes a certificate whose signature stands under one of keys. Errors: as source.offer.
func (l *lower) offer(c Certificate, keys []schnorr.PublicKey) error {
	if err := c.check(l.cfg, keys); err != nil {
		return err
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if c.Checkpoint.End > l.newest {
		l.newest, l.waiting = c.Checkpoint.End, append(l.waiting, c)
		l.waiting = l.waiting[max(0, len(l.waiting)-maxWaiting):]
	}
	return nil
}

// settle drops what a final certificate covers and what the final history contradicts, and makes the newest certificate
// usable that the own blocks give. It reports whether it did so now. One caller at a time.
//
// Errors: *stream.ContradictionError (halt), once for each certificate; it is never used again. *stream.UnsettledError
// (retry) while own blocks that are not final differ; those of Recent and the store.
func (l *lower) settle(ctx context.Context) (bool, error) {
	state, ok, err := l.final.store.Load()
	if err != nil || !ok {
		return false, err
	}
	if err := l.review(state); err != nil {
		return false, err
	}
	l.mu.Lock()
	waiting := slices.Clone(l.waiting)
	l.mu.Unlock()
	for _, c := range slices.Backward(waiting) {
		t, err := l.hold(ctx, state, c)
		switch {
		case errors.Is(err, message.ErrNotFinal), errors.Is(err, stream.ErrNotFound):
			continue // one before may be within reach
		case message.FateOf(err) == message.Halt:
			l.drop(c.Checkpoint.End)
			return false, err
		case err != nil:
			return false, fmt.Errorf("certificate at block %d: %w", c.Checkpoint.End, err)
		}
		l.mu.Lock()
		defer l.mu.Unlock()
		l.waiting = slices.DeleteFunc(l.waiting, func(w Certificate) bool { return w.Checkpoint.End <= c.Checkpoint.End })
		l.tips = append(l.tips, t)
		l.tips = slices.Delete(l.tips, 0, max(0, len(l.tips)-maxTips))
		return true, nil
	}
	return false, nil
}

// review looks again at what is usable, and forgets what a final certificate covers.
func (l *lower) review(state stream.State) error {
	c, certified := l.final.certificate()
	l.mu.Lock()
	if certified {
		l.tips = slices.DeleteFunc(l.tips, func(t *tip) bool { return t.Certificate.Checkpoint.End <= c.Checkpoint.End && t.agreed })
		l.waiting = slices.DeleteFunc(l.waiting, func(w Certificate) bool { return w.Checkpoint.End <= c.Checkpoint.End })
	}
	tips := slices.Clone(l.tips)
	l.mu.Unlock()
	for _, t := range tips {
		if t.agreed || t.Certificate.Checkpoint.End >= state.Next {
			continue
		}
		if _, err := stream.Held(state, l.final.store, t.Certificate.Checkpoint, stream.Batch{}); err != nil {
			if message.FateOf(err) == message.Halt {
				l.drop(t.Certificate.Checkpoint.End)
			}
			return err
		}
		t.agreed = true
	}
	return nil
}

// hold makes the tip of a certificate from the own blocks.
func (l *lower) hold(ctx context.Context, state stream.State, c Certificate) (*tip, error) {
	var batch stream.Batch
	passed := c.Checkpoint.End < state.Next
	if !passed {
		var err error
		if batch, err = l.recent.UpTo(ctx, state, c.Checkpoint.End); err != nil {
			return nil, err
		}
	}
	held, err := stream.Held(state, l.final.store, c.Checkpoint, batch)
	if err != nil {
		return nil, err
	}
	return &tip{Certificate: c, Tip: held, agreed: passed}, nil
}

// drop forgets the certificate at an end. It is not asked for again.
func (l *lower) drop(end uint64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.waiting = slices.DeleteFunc(l.waiting, func(w Certificate) bool { return w.Checkpoint.End == end })
	l.tips = slices.DeleteFunc(l.tips, func(t *tip) bool { return t.Certificate.Checkpoint.End == end })
}

// usable lists the tips, oldest first. They never change.
func (l *lower) usable() []*tip {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.tips)
}

// finality is that of the stream's checkpoints.
func (l *lower) finality() message.Finality { return l.cfg.Stream.Finality }
