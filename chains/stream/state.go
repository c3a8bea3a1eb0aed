// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"fmt"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
)

// Config identifies a stream. It is part of the state and never changes within one store.
type Config struct {
	BridgeID   message.Hash
	Stream     message.Stream
	Stride     uint64 // blocks per window
	StartBlock uint64 // block in which the manager was deployed
}

// Validate reports the first field that is missing or out of range.
//
// Errors: message.ErrZero, message.ErrRange.
func (c Config) Validate() error {
	switch {
	case c.BridgeID.IsZero():
		return fmt.Errorf("bridgeId: %w", message.ErrZero)
	case c.Stream.Chain == 0:
		return fmt.Errorf("stream chain: %w", message.ErrZero)
	case c.Stream.Manager.IsZero():
		return fmt.Errorf("stream manager: %w", message.ErrZero)
	case !c.Stream.Finality.Valid():
		return fmt.Errorf("stream finality %d: %w", c.Stream.Finality, message.ErrRange)
	case c.Stream.Epoch == 0:
		return fmt.Errorf("stream epoch: %w", message.ErrZero)
	case c.Stride == 0:
		return fmt.Errorf("stride: %w", message.ErrZero)
	}
	return nil
}

// Outbound is what the stream knows about one outbound lane of the manager.
type Outbound struct {
	OutboundKey
	Remote message.Address // zero when closed
	Nonce  message.Nonce   // last one seen
}

// State is all that Step carries from batch to batch. It is a value: Step never changes the
// state it was given.
type State struct {
	Config   Config
	Next     uint64     // first block not read yet
	Last     BlockRef   // block Next-1; zero before the first batch
	Lanes    []Outbound // sorted by target chain, then finality
	Messages uint64     // messages in windows so far
	Receipts uint64     // receipts in windows so far
	Range    merkle.Range
}

// NewState is the state before the first block.
//
// Errors: those of Config.Validate.
func NewState(c Config) (State, error) {
	if err := c.Validate(); err != nil {
		return State{}, err
	}
	return State{Config: c, Next: c.StartBlock}, nil
}

// Leaves is the number of leaves in all windows so far.
func (s State) Leaves() uint64 { return s.Messages + s.Receipts }

// Windows is the number of non-empty windows so far.
func (s State) Windows() uint64 { return s.Range.Count }

// Leaf is one leaf of a window: exactly one of Message and Receipt is set.
type Leaf struct {
	Hash     message.Hash
	Message  *message.Message
	Receipt  *message.Receipt
	Block    uint64
	LogIndex uint32
	TxHash   message.Hash
}

// MessageID is the id of the message, or of the message that the receipt is for.
func (l *Leaf) MessageID() message.ID {
	if l.Message != nil {
		return message.ID(l.Hash)
	}
	return l.Receipt.MessageID
}

// Window is one non-empty window. It never changes once Step has returned it.
type Window struct {
	Index      uint64 // 0-based, among non-empty windows
	FirstLeaf  uint64 // 0-based number of its first leaf in the stream
	Checkpoint message.Checkpoint
	Leaves     []Leaf
	WindowRoot message.Hash
}

// Hashes lists the leaf hashes in order.
func (w *Window) Hashes() []message.Hash {
	hashes := make([]message.Hash, len(w.Leaves))
	for i := range w.Leaves {
		hashes[i] = w.Leaves[i].Hash
	}
	return hashes
}
