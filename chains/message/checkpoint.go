// SPDX-License-Identifier: Apache-2.0

package message

import "fmt"

// Stream is the sequence of checkpoints of one source.
type Stream struct {
	Chain    ChainID
	Manager  Address
	Finality Finality
	Epoch    uint32 // source epoch, starts at 1
}

// Checkpoint is the root of everything that a source sent up to the end block of a window.
type Checkpoint struct {
	BridgeID     Hash
	Stream       Stream
	End          uint64 // end block of the window: (End+1) mod stride = 0
	BlockHash    Hash   // of block End
	MessageCount uint64 // cumulative in the stream, below 2^48
	LeafCount    uint64 // messages and receipts, cumulative, below 2^48
	PeaksHash    Hash
	Root         Hash
}

// CountLimit is the first message or leaf count that is refused.
const CountLimit = uint64(1) << 48

// Validate refuses zero values and counts out of range.
//
// Errors: ErrZero, ErrRange, each naming the field.
func (c *Checkpoint) Validate() error {
	switch {
	case c.BridgeID.IsZero():
		return fmt.Errorf("bridgeId: %w", ErrZero)
	case c.Stream.Chain == 0:
		return fmt.Errorf("stream chain: %w", ErrZero)
	case c.Stream.Manager.IsZero():
		return fmt.Errorf("stream manager: %w", ErrZero)
	case c.Stream.Epoch == 0:
		return fmt.Errorf("stream epoch: %w", ErrZero)
	case !c.Stream.Finality.Valid():
		return fmt.Errorf("stream finality %d: %w", c.Stream.Finality, ErrRange)
	case c.BlockHash.IsZero():
		return fmt.Errorf("blockHash: %w", ErrZero)
	case c.PeaksHash.IsZero():
		return fmt.Errorf("peaksHash: %w", ErrZero)
	case c.Root.IsZero():
		return fmt.Errorf("root: %w", ErrZero)
	case c.LeafCount == 0:
		return fmt.Errorf("leafCount: %w", ErrZero)
	case c.LeafCount >= CountLimit:
		return fmt.Errorf("leafCount %d, limit 2^48: %w", c.LeafCount, ErrRange)
	case c.MessageCount > c.LeafCount:
		return fmt.Errorf("messageCount %d above leafCount %d: %w", c.MessageCount, c.LeafCount, ErrRange)
	}
	return nil
}

// BodyHash is the key of journal and tally: keccak256 over all fields under VOTE_TAG.
func (c *Checkpoint) BodyHash() Hash {
	s := c.Stream
	w := new(Words).Hash(TagVote).Hash(c.BridgeID).Uint(uint64(s.Chain)).Address(s.Manager).Uint(uint64(s.Finality)).Uint(uint64(s.Epoch))
	return w.Uint(c.End).Hash(c.BlockHash).Uint(c.MessageCount).Uint(c.LeafCount).Hash(c.PeaksHash).Hash(c.Root).Sum()
}

// Digest is what the group key signs for the checkpoint.
func (c *Checkpoint) Digest() Digest {
	s := c.Stream
	return Digest(new(Words).Hash(TagCheckpoint).Hash(c.BridgeID).Uint(uint64(s.Chain)).Address(s.Manager).
		Uint(uint64(s.Finality)).Uint(uint64(s.Epoch)).Hash(c.Root).Sum())
}

// Aligned reports whether end is the end block of a window of stride blocks.
func Aligned(end, stride uint64) bool { return stride != 0 && end+1 != 0 && (end+1)%stride == 0 }

// WindowEnd is the end block of the window that holds block; stride is at least 1.
// ok is false when stride is 0 or the end does not fit in 64 bits.
func WindowEnd(block, stride uint64) (end uint64, ok bool) {
	if stride == 0 {
		return 0, false
	}
	start := block - block%stride
	end = start + (stride - 1)
	return end, end >= start && end+1 != 0
}

// NewestEnd is the newest window end at or below block; ok is false when there is none yet.
func NewestEnd(block, stride uint64) (end uint64, ok bool) {
	if stride == 0 || block == ^uint64(0) {
		return 0, false
	}
	n := (block + 1) / stride * stride
	if n == 0 {
		return 0, false
	}
	return n - 1, true
}
