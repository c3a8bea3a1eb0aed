// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

const (
	// scanLeaves are read from a tree at a time.
	scanLeaves = 256
	// maxDone bounds the messages that are remembered as delivered until the final stream shows them.
	maxDone = 4 * MaxQueued
)

// cursors are how many leaves of one final stream were looked at, by asked finality: a full share of the queue stops
// its own lane alone.
type cursors [message.Final + 1]uint64

// scan queues what certificates have made deliverable since the last scan.
func (w *worker) scan(ctx context.Context, now time.Time) {
	w.leave()
	if now.Before(w.retryScan) {
		return
	}
	seen := map[*lower]uint64{}
	for _, s := range w.sources() {
		if s.cfg.Stream.Chain == w.target.Chain() {
			continue
		}
		one := &scanned{worker: w, source: s, words: map[word][32]byte{}}
		err := one.below(ctx, seen)
		if err == nil {
			err = one.final(ctx)
		}
		if err != nil {
			if ctx.Err() == nil {
				w.log.Warn("scan stopped, trying again", "stream", s.index, "err", err)
			}
			w.retryScan = now.Add(2 * time.Second)
		}
	}
	w.seen = seen
}

// scanned is one look at one source.
type scanned struct {
	*worker
	*source
	words map[word][32]byte // that were read in it
}

// word is a word of replay bits of one lane of the source.
type word struct {
	asked message.Finality
	index uint64
}

// below queues the messages of tips that were not looked at yet.
func (s *scanned) below(ctx context.Context, seen map[*lower]uint64) error {
	for _, l := range s.lowers() {
		seen[l] = s.worker.seen[l]
		for _, t := range l.usable() {
			leaves := t.Window.Leaves
			if t.Certificate.Checkpoint.End <= seen[l] {
				continue
			}
			if !s.room(l.finality(), len(leaves)) {
				break // a later scan takes it whole
			}
			for i := range leaves {
				if err := s.take(ctx, &leaves[i], t.Window.FirstLeaf+uint64(i), l.finality()); err != nil {
					return err
				}
			}
			seen[l] = t.Certificate.Checkpoint.End
		}
	}
	return nil
}

// room says that n messages more of each asked finality up to f have room.
func (s *scanned) room(f message.Finality, n int) bool {
	for ; f >= message.Fast; f-- {
		if s.queue.Room(s.index, f) < n {
			return false
		}
	}
	return true
}

// final queues the messages that the newest final certificate covers.
func (s *scanned) final(ctx context.Context) error {
	c, ok := s.certificate()
	if !ok {
		return nil
	}
	at := s.cursors[s.index]
	defer func() { s.cursors[s.index] = at }()
	for {
		from, to, lanes := s.behind(at, c.Checkpoint.LeafCount)
		if len(lanes) == 0 {
			return nil
		}
		leaves, err := s.store.Leaves(from, int(min(scanLeaves, to-from)))
		if err != nil {
			return err
		}
		if len(leaves) == 0 {
			return fmt.Errorf("leaf %d: %w", from, stream.ErrNotFound)
		}
		for i := range leaves {
			if m := leaves[i].Message; m == nil || !slices.Contains(lanes, m.Finality) {
				continue
			}
			if err := s.take(ctx, &leaves[i], from+uint64(i), message.Final); err != nil {
				return err
			}
		}
		for _, f := range lanes {
			at[f] = from + uint64(len(leaves))
		}
	}
}

// behind are the asked finalities that are furthest behind limit among those with room in the queue. They are read together
// from leaf `from` on, below the leaf `to` where others are.
func (s *scanned) behind(at cursors, limit uint64) (from, to uint64, lanes []message.Finality) {
	from, to = limit, limit
	for f := message.Fast; f <= message.Final; f++ {
		switch {
		case at[f] >= limit || s.queue.Room(s.index, f) <= scanLeaves:
		case at[f] < from:
			from, to, lanes = at[f], from, []message.Finality{f}
		case at[f] == from:
			lanes = append(lanes, f)
		default:
			to = min(to, at[f])
		}
	}
	return from, to, lanes
}

// take queues a message to this target that it has not got.
func (s *scanned) take(ctx context.Context, leaf *stream.Leaf, index uint64, under message.Finality) error {
	m := leaf.Message
	if m.TargetChain != s.target.Chain() || m.TargetManager != s.target.Manager() {
		return nil
	}
	at := word{m.Finality, uint64(m.Nonce) >> 8}
	if _, ok := s.words[at]; !ok {
		bits, err := s.target.DeliveredWord(ctx, m.Lane().ID(), at.index)
		if err != nil {
			return err
		}
		s.words[at] = bits
	}
	job := Job{ID: leaf.MessageID(), Stream: s.index, Index: index, Message: m, Under: under, Taken: bit(s.words[at], uint8(m.Nonce))}
	if job.Taken {
		if s.done[job.ID] {
			if under == message.Final {
				delete(s.done, job.ID) // it is not shown again
			}
			return nil
		}
		// Only where a history of the source was left, or may be, can the bit be another message's.
		var err error
		if job.Taken, err = s.mayBeSuperseded(s.source, m, job.ID); err != nil || !job.Taken {
			return err
		}
	}
	if _, out := s.queue.Add(job); out != nil {
		s.log.Warn("refused message leaves the full queue, anyone may deliver it", "message", out.ID, "nonce", out.Message.Nonce)
	}
	return nil
}

// bit i of a 256-bit big-endian word.
func bit(word [32]byte, i uint8) bool { return word[31-i/8]>>(i%8)&1 == 1 }
