// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// ErrBadBatch: the batch does not continue the state, is not ordered or lacks a hash that
// Needs named. The source must be read again (retry).
var ErrBadBatch = message.NewError(message.Retry, "bad batch")

// The errors below have fate halt: either the source lies or the manager's history is not
// what it must be. The state stays as it was, so reading again is safe.

// FinalizedReorgError says that a block which was final has another hash now.
type FinalizedReorgError struct {
	Chain   message.ChainID
	Number  uint64
	Was, Is message.Hash
}

func (e *FinalizedReorgError) Error() string {
	return fmt.Sprintf("final block %d of chain %s was %s and is %s", e.Number, e.Chain, e.Was, e.Is)
}

// Fate is halt.
func (e *FinalizedReorgError) Fate() message.Fate { return message.Halt }

// IDMismatchError says that an event states a message id which its fields do not hash to.
type IDMismatchError struct {
	Block            uint64
	LogIndex         uint32
	TxHash           message.Hash
	Stated, Computed message.ID
}

func (e *IDMismatchError) Error() string {
	return fmt.Sprintf("message id at block %d, log %d: stated %s, computed %s", e.Block, e.LogIndex, e.Stated, e.Computed)
}

// Fate is halt.
func (e *IDMismatchError) Fate() message.Fate { return message.Halt }

// NonceGapError says that a message does not follow the one before it on its lane.
type NonceGapError struct {
	Lane       OutboundKey
	Block      uint64
	Want, Have message.Nonce
}

func (e *NonceGapError) Error() string {
	return fmt.Sprintf("lane to chain %s, %s, block %d: want nonce %d, have %d", e.Lane.TargetChain, e.Lane.Finality, e.Block, e.Want, e.Have)
}

// Fate is halt.
func (e *NonceGapError) Fate() message.Fate { return message.Halt }

// CounterError says that the contract's own counter differs from the messages seen.
type CounterError struct {
	Lane           OutboundKey
	Block          uint64
	Contract, Seen message.Nonce
}

func (e *CounterError) Error() string {
	return fmt.Sprintf("lane to chain %s, %s, block %d: contract sent %d messages, %d seen",
		e.Lane.TargetChain, e.Lane.Finality, e.Block, e.Contract, e.Seen)
}

// Fate is halt.
func (e *CounterError) Fate() message.Fate { return message.Halt }

// DeliveredError says that the contract's replay bits do not add up to the receipts seen.
type DeliveredError struct {
	Block          uint64
	Contract, Seen uint64
}

func (e *DeliveredError) Error() string {
	return fmt.Sprintf("block %d: contract delivered %d messages, %d receipts seen", e.Block, e.Contract, e.Seen)
}

// Fate is halt.
func (e *DeliveredError) Fate() message.Fate { return message.Halt }

// LogError says that a log cannot come from a correct manager.
type LogError struct {
	Block    uint64
	LogIndex uint32
	TxHash   message.Hash
	Reason   string
}

func (e *LogError) Error() string {
	return fmt.Sprintf("block %d, log %d, transaction %s: %s", e.Block, e.LogIndex, e.TxHash, e.Reason)
}

// Fate is halt.
func (e *LogError) Fate() message.Fate { return message.Halt }

func logError(e *Event, reason string) error {
	return &LogError{Block: e.Block, LogIndex: e.LogIndex, TxHash: e.TxHash, Reason: reason}
}
