// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// Errors of endpoints and readers.
var (
	// ErrNoBlock: the endpoint does not have the block, or not yet.
	ErrNoBlock = message.NewError(message.Retry, "block not known")
	// ErrNoState: the endpoint keeps no state for a block that it knows.
	ErrNoState = message.NewError(message.Retry, "state not kept")
	// ErrTooMany: the answer is above what the endpoint gives at once, or above MaxResponseBytes: ask for less.
	ErrTooMany = message.NewError(message.Retry, "more than one answer may hold")
	// ErrNoMethod: the endpoint does not know the method of a question that can be asked in another way.
	ErrNoMethod = message.NewError(message.Retry, "method not known")
	// ErrUnproven: what was read of a source is not what its chain commits to. Another moment or
	// endpoint may be right; nothing is repaired.
	ErrUnproven = message.NewError(message.Retry, "source contradicts its chain")
	// ErrMoved: the chain changed while it was read.
	ErrMoved = message.NewError(message.Retry, "chain moved during the read")
	// ErrWrongChain: the endpoint serves another chain, or there is no manager.
	ErrWrongChain = message.NewError(message.Reject, "wrong chain")
	// ErrFunds: the account cannot pay for the transaction.
	ErrFunds = message.NewError(message.Retry, "account out of funds")
	// ErrRefused: no node would take this transaction, at any price.
	ErrRefused = message.NewError(message.Reject, "transaction refused")
)

// maxErrorText bounds what is repeated of an endpoint's message.
const maxErrorText = 200

// RPCError is an endpoint's own error answer.
type RPCError struct {
	Method string
	Code   int
	Text   string // cut to maxErrorText
}

func (e *RPCError) Error() string {
	return fmt.Sprintf("%s: endpoint says %d: %q", e.Method, e.Code, e.Text)
}

// Fate is retry: another moment or endpoint may answer.
func (e *RPCError) Fate() message.Fate { return message.Retry }

// Is makes it one of the ways to be unavailable.
func (e *RPCError) Is(target error) bool { return target == message.ErrUnavailable }

// RevertError is a call that the contract refused.
type RevertError struct {
	Data []byte // returned by the revert; empty when the endpoint gives none
	Text string // the endpoint's words
}

func (e *RevertError) Error() string { return "reverted: " + e.Reason().String() }

// Fate is retry: the state of the contract may change.
func (e *RevertError) Fate() message.Fate { return message.Retry }

// TxRevertedError is a transaction that was mined and failed.
type TxRevertedError struct{ Receipt Receipt }

func (e *TxRevertedError) Error() string {
	return fmt.Sprintf("transaction %s reverted in block %d", e.Receipt.TxHash, e.Receipt.Block.Number)
}

// Fate is retry: ask the chain why, by simulation.
func (e *TxRevertedError) Fate() message.Fate { return message.Retry }

// UnknownOutcomeError is a transaction that was handed to the chain and not seen again: it may
// still be mined. The next Send of the account takes its nonce again, so at most one of both
// has an effect.
type UnknownOutcomeError struct {
	TxNonce uint64
	Hashes  []message.Hash // every version that was broadcast
	Err     error
}

func (e *UnknownOutcomeError) Error() string {
	return fmt.Sprintf("outcome of transaction nonce %d unknown: %v", e.TxNonce, e.Err)
}

// Unwrap is what ended the wait.
func (e *UnknownOutcomeError) Unwrap() error { return e.Err }

// Fate is retry.
func (e *UnknownOutcomeError) Fate() message.Fate { return message.Retry }
