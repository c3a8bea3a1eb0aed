// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"github.com/aitbc/bridge/keys/schnorr"
)

// MaxMembers bounds the members of a group and the signers of a session.
const MaxMembers = 1024

// Errors of this package. All of them mean that the input is wrong for ever.
var (
	// ErrPoint: not the canonical compressed encoding of a point, or the identity.
	ErrPoint = errors.New("frost: bad point")
	// ErrScalar: not a scalar of 32 bytes big-endian in 1 … n−1.
	ErrScalar = errors.New("frost: scalar out of range")
	// ErrList: the commitment list is empty, too long, unsorted or has a duplicate.
	ErrList = errors.New("frost: bad commitment list")
	// ErrIdentity: a sum that must be a point of the curve is the identity.
	ErrIdentity = errors.New("frost: sum is the identity")
	// ErrUnknownMember: the index is not among the session's signers.
	ErrUnknownMember = errors.New("frost: not a signer of this session")
	// ErrCommitment: the session lists other commitments than the pair in hand.
	ErrCommitment = errors.New("frost: commitment differs from the session")
	// ErrNonceUsed: the pair signed before or was destroyed.
	ErrNonceUsed = errors.New("frost: nonce already used")
	// ErrShareCount: not exactly one share per commitment.
	ErrShareCount = errors.New("frost: wrong number of shares")
	// ErrShare: a share does not satisfy its equation.
	ErrShare = errors.New("frost: share does not verify")
	// ErrBadSignature: the shares add up to no signature; check them one by one.
	ErrBadSignature = errors.New("frost: aggregate does not verify")
	// ErrGroup: group parameters contradict each other.
	ErrGroup = errors.New("frost: bad group")
)

// ShareError names the member whose share is wrong. It wraps ErrShare or ErrScalar.
type ShareError struct {
	Index Index
	Err   error
}

func (e *ShareError) Error() string { return fmt.Sprintf("share of member %d: %v", e.Index, e.Err) }

// Unwrap is the reason.
func (e *ShareError) Unwrap() error { return e.Err }

// Index is a member's number in its key epoch, 1 … n: the x coordinate of its key share.
type Index uint16

// Point is a compressed point of the curve, 33 bytes: 2 or 3 for the parity of y, then x.
// The zero value is not a point.
type Point [33]byte

// String is 0x and 66 hexadecimal digits.
func (p Point) String() string { return "0x" + hex.EncodeToString(p[:]) }

// ParsePoint reads a canonical compressed point. It refuses the identity, an x that is not
// below the field's prime and an x without a point.
func ParsePoint(b []byte) (Point, error) {
	if len(b) != 33 {
		return Point{}, fmt.Errorf("point of %d bytes: %w", len(b), ErrPoint)
	}
	p := Point(b)
	if _, err := p.decode(); err != nil {
		return Point{}, err
	}
	return p, nil
}

// Scalar is a number modulo the group order, 32 bytes big-endian: a key share (secret) or
// a signature share (public once released). It always prints as "[secret]" and has no
// text form; use its bytes where they must be written.
type Scalar [32]byte

// ParseScalar reads 32 bytes big-endian in 1 … n−1.
func ParseScalar(b []byte) (Scalar, error) {
	if len(b) != 32 {
		return Scalar{}, ErrScalar
	}
	s := Scalar(b)
	if _, err := s.element(); err != nil {
		return Scalar{}, err
	}
	return s, nil
}

const redacted = "[secret]"

// Format prints "[secret]" whatever the verb.
func (Scalar) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String is "[secret]".
func (Scalar) String() string { return redacted }

// GoString is "[secret]".
func (Scalar) GoString() string { return redacted }

// LogValue is "[secret]".
func (Scalar) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText refuses: a scalar enters a text only on purpose, by its bytes.
func (Scalar) MarshalText() ([]byte, error) {
	return nil, errors.New("frost: a scalar has no text form")
}

func (s Scalar) element() (x fr.Element, err error) {
	if x.SetBytesCanonical(s[:]) != nil || x.IsZero() {
		return fr.Element{}, ErrScalar
	}
	return x, nil
}

// Commitment is the public half of one signer's nonce pair: hiding D, binding E.
type Commitment struct {
	Index Index
	D, E  Point
}

// Session is one run of threshold signing: what is signed and by whom, with which nonces.
type Session struct {
	Key         schnorr.PublicKey
	KeyEpoch    uint64
	ID          [32]byte     // see docs/spec/signing.md, part of the binding
	Digest      [32]byte     // d, what schnorr.Verify takes
	Commitments []Commitment // of all signers, ascending by Index
}

// Group is the public side of one key epoch.
type Group struct {
	Key       schnorr.PublicKey
	Threshold int
	Public    []Point // Public[i-1] is member i's share times G
}

// Validate checks that the public shares lie on one polynomial of degree Threshold−1 whose
// value at zero is the even point of Key. Cost: Threshold·n multiplications at most.
func (g Group) Validate() error {
	n, t := len(g.Public), g.Threshold
	if t < 1 || t > n || n > MaxMembers {
		return fmt.Errorf("threshold %d of %d members: %w", t, n, ErrGroup)
	}
	key, err := liftKey(g.Key)
	if err != nil {
		return err
	}
	base := make([]point, t)
	at := make([]Index, t)
	for i := range base {
		at[i] = Index(i + 1)
		if base[i], err = g.Public[i].decode(); err != nil {
			return fmt.Errorf("public share %d: %w", i+1, err)
		}
	}
	if got := interpolate(at, base, 0); !got.Equal(&key) {
		return fmt.Errorf("public shares do not belong to the key: %w", ErrGroup)
	}
	for i := t; i < n; i++ {
		p, err := g.Public[i].decode()
		if err != nil {
			return fmt.Errorf("public share %d: %w", i+1, err)
		}
		if got := interpolate(at, base, Index(i+1)); !got.Equal(&p) {
			return fmt.Errorf("public share %d is off the polynomial: %w", i+1, ErrGroup)
		}
	}
	return nil
}
