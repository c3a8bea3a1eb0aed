// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
)

// Errors of this package, beside ErrFrame and those of a signer.
var (
	// ErrAway: the signer's process does not answer. Nobody knows whether it took the last call.
	ErrAway = message.NewError(message.Retry, "the signer's process does not answer")
	// ErrBusy: another node is connected to this signer. Two nodes with one signer are one too many.
	ErrBusy = message.NewError(message.Retry, "another node is connected to this signer")
	// ErrPeer: the process on the other end of the socket belongs to another user, or that cannot be told.
	ErrPeer = message.NewError(message.Reject, "signer socket: the other end belongs to another user")
	// ErrSocket: the socket or its directory is open to other users, or is none.
	ErrSocket = message.NewError(message.Reject, "signer socket: unsafe")
	// ErrVersion: the other side speaks another version of the protocol, or is of another bridge.
	ErrVersion = message.NewError(message.Reject, "signer socket: another version or bridge")
	// ErrKeep: the signer's process could not write or erase the share's file.
	ErrKeep = message.NewError(message.Retry, "signer: share file not kept")
	// ErrOther: the signer refused for a reason that has no code.
	ErrOther = message.NewError(message.Retry, "signer: refused")
)

// codes are the errors that cross the socket, by code; the first one that fits is sent. Codes are never
// given a second meaning.
var codes = []struct {
	code byte
	err  error
}{
	{1, signer.ErrTwin},
	{2, signer.ErrStopped},
	{3, signer.ErrConflict},
	{4, signer.ErrJournal},
	{5, signer.ErrNotJournaled},
	{6, signer.ErrSessionID},
	{7, signer.ErrNoVote},
	{8, signer.ErrNoShare},
	{9, signer.ErrPairBurnt},
	{10, signer.ErrCommitment},
	{11, signer.ErrForgotten},
	{12, signer.ErrShareHeld},
	{13, signer.ErrTooManyShares},
	{14, signer.ErrPolicy},
	{15, ErrBusy},
	{16, ErrVersion},
	{17, ErrFrame},
	{18, ErrKeep},
	{255, ErrOther},
}

func codeOf(err error) byte {
	for _, c := range codes {
		if errors.Is(err, c.err) {
			return c.code
		}
	}
	return codes[len(codes)-1].code
}

// err is the error that an answer carries; nil when the call was done.
func (a *answer) err() error {
	if a.code == 0 {
		return nil
	}
	for _, c := range codes {
		if c.code == a.code {
			return &refusal{a.text, c.err}
		}
	}
	return fmt.Errorf("%q: %w", a.text, ErrOther)
}

// refusal is an error with the words of the other process.
type refusal struct {
	text string
	kind error
}

func (e *refusal) Error() string { return fmt.Sprintf("signer's process: %q", e.text) }

// Unwrap is the error that was sent as a code.
func (e *refusal) Unwrap() error { return e.kind }
