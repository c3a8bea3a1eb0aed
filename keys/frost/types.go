// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"errors"
	"fmt"
	"io"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/schnorr"
)

// MaxMembers bounds the members of a group and the signers of a session.
const MaxMembers = 1024

// Errors of this package. All of them mean that the input is wrong for ever.
var (
	// ErrPoint, ErrScalar and ErrIdentity are those of keys/curve.
	ErrPoint    = curve.ErrPoint
	ErrScalar   = curve.ErrScalar
	ErrIdentity = curve.ErrIdentity
	// ErrList: the commitment list is empty, too long, unsorted or has a duplicate.
	ErrList = errors.New("frost: bad commitment list")
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

// The encodings of the protocol are those of keys/curve.
type (
	Index  = curve.Index
	Point  = curve.Point
	Scalar = curve.Scalar
)

type point = curve.Affine

// ParsePoint reads a canonical compressed point: see curve.ParsePoint.
func ParsePoint(b []byte) (Point, error) { return curve.ParsePoint(b) }

// ParseScalar reads 32 bytes big-endian in 1 … n−1: see curve.ParseScalar.
func ParseScalar(b []byte) (Scalar, error) { return curve.ParseScalar(b) }

// PublicShare is share·G.
func PublicShare(rand io.Reader, share Scalar) (Point, error) { return curve.PublicShare(rand, share) }

// liftKey is the point with x = pk and even y.
func liftKey(pk schnorr.PublicKey) (point, error) {
	if err := pk.Validate(); err != nil {
		return point{}, err
	}
	return curve.LiftX(pk)
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
		if base[i], err = g.Public[i].Decode(); err != nil {
			return fmt.Errorf("public share %d: %w", i+1, err)
		}
	}
	if got := curve.Interpolate(at, base, 0); !got.Equal(&key) {
		return fmt.Errorf("public shares do not belong to the key: %w", ErrGroup)
	}
	for i := t; i < n; i++ {
		p, err := g.Public[i].Decode()
		if err != nil {
			return fmt.Errorf("public share %d: %w", i+1, err)
		}
		if got := curve.Interpolate(at, base, Index(i+1)); !got.Equal(&p) {
			return fmt.Errorf("public share %d is off the polynomial: %w", i+1, ErrGroup)
		}
	}
	return nil
}
