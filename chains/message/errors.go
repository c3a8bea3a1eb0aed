// SPDX-License-Identifier: Apache-2.0

package message

import "errors"

// Fate says what a loop does with an error (docs/architecture.md, "Errors").
type Fate uint8

// The three fates. Zero is not a fate.
const (
	// Retry: the world may change; back off, count, try again.
	Retry Fate = 1
	// Reject: this input is wrong for ever; drop it and count it.
	Reject Fate = 2
	// Halt: safety may be broken; stop the stream, alarm, keep the evidence.
	Halt Fate = 3
)

// String is retry, reject or halt.
func (f Fate) String() string {
	switch f {
	case Retry:
		return "retry"
	case Reject:
		return "reject"
	case Halt:
		return "halt"
	}
	return "unknown"
}

type fated struct {
	fate Fate
	text string
}

func (e *fated) Error() string { return e.text }
func (e *fated) Fate() Fate    { return e.fate }

// NewError makes a sentinel error with a fate.
func NewError(fate Fate, text string) error { return &fated{fate, text} }

// FateOf finds the fate of err in its chain: the error's own Fate method decides, an
// error without one is retried (I/O of unknown outcome must be asked again).
func FateOf(err error) Fate {
	var f interface{ Fate() Fate }
	if errors.As(err, &f) {
		return f.Fate()
	}
	return Retry
}

// Errors shared by the packages of the bridge.
var (
	// ErrBadEncoding: bytes or text that no correct party produces.
	ErrBadEncoding = NewError(Reject, "bad encoding")
	// ErrZero: a field that must not be zero is (I-10).
	ErrZero = NewError(Reject, "zero value")
	// ErrRange: a field lies outside its bounds.
	ErrRange = NewError(Reject, "out of range")
	// ErrUnknownLane: no registered lane matches.
	ErrUnknownLane = NewError(Reject, "unknown lane")
	// ErrNotFinal: the block or window is not final yet.
	ErrNotFinal = NewError(Retry, "not final")
	// ErrUnavailable: an endpoint or peer gave no usable answer.
	ErrUnavailable = NewError(Retry, "unavailable")
	// ErrUnderpriced: the target chain asks for a higher fee than allowed.
	ErrUnderpriced = NewError(Retry, "underpriced")
)
