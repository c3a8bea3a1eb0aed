// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// Errors of this package. Their fate is reject: the same answer is wrong for ever, another
// endpoint may give a right one.
var (
	// ErrHeader: the answer is no header, or its fields do not hash to its hash.
	ErrHeader = message.NewError(message.Reject, "header refused")
	// ErrReceipts: the answer is not the receipts that the header commits to.
	ErrReceipts = message.NewError(message.Reject, "receipts refused")
)

// The ways in which a list of logs differs from the proven one; each comes as a *LogError.
var (
	// ErrMissing: a proven log is not in the answer.
	ErrMissing = message.NewError(message.Reject, "log missing")
	// ErrExtra: the answer has a log that the block has not, or has it twice.
	ErrExtra = message.NewError(message.Reject, "log not in the block")
	// ErrAltered: a field of the log differs from the proven one.
	ErrAltered = message.NewError(message.Reject, "log altered")
	// ErrReordered: the logs are the proven ones in another order.
	ErrReordered = message.NewError(message.Reject, "log out of order")
	// ErrRemoved: the answer calls a log removed.
	ErrRemoved = message.NewError(message.Reject, "log called removed")
)

// LogError names the log at which an answer differs from the proven logs.
type LogError struct {
	Kind  error // ErrMissing, ErrExtra, ErrAltered, ErrReordered or ErrRemoved
	Block uint64
	Index uint32 // within the block
}

func (e *LogError) Error() string {
	return fmt.Sprintf("log %d of block %d: %v", e.Index, e.Block, e.Kind)
}

// Unwrap is the kind.
func (e *LogError) Unwrap() error { return e.Kind }
