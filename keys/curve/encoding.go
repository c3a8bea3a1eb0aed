// SPDX-License-Identifier: Apache-2.0

package curve

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
)

// Errors of this package. All of them mean that the input is wrong for ever.
var (
	// ErrPoint: not the canonical compressed encoding of a point, or the identity.
	ErrPoint = errors.New("curve: bad point")
	// ErrScalar: not a scalar of 32 bytes big-endian in 1 … n−1.
	ErrScalar = errors.New("curve: scalar out of range")
	// ErrIdentity: a sum that must be a point of the curve is the identity.
	ErrIdentity = errors.New("curve: sum is the identity")
)

// Affine is a point in affine coordinates, the identity included.
type Affine = secp256k1.G1Affine

// Element is a number modulo the group order. It prints its value: never print a secret one.
type Element = fr.Element

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
	if _, err := p.Decode(); err != nil {
		return Point{}, err
	}
	return p, nil
}

// Encode compresses p, which must not be the identity.
func Encode(p *Affine) (out Point) {
	x, y := p.X.Bytes(), p.Y.Bytes()
	out[0] = 2 + y[31]&1
	copy(out[1:], x[:])
	return out
}

// Decode is the point that p encodes: ErrPoint when p is not canonical. Cost: a square root.
func (p Point) Decode() (out Affine, err error) {
	if p[0] != 2 && p[0] != 3 {
		return Affine{}, ErrPoint
	}
	if out.X.SetBytesCanonical(p[1:]) != nil {
		return Affine{}, ErrPoint
	}
	var y2, seven fp.Element
	seven.SetUint64(7)
	y2.Square(&out.X).Mul(&y2, &out.X).Add(&y2, &seven)
	if out.Y.Sqrt(&y2) == nil {
		return Affine{}, ErrPoint
	}
	if y := out.Y.Bytes(); 2+y[31]&1 != p[0] {
		out.Y.Neg(&out.Y)
	}
	// The curve has no point with y = 0 (its order is odd), so both parities exist.
	if out.IsInfinity() || !out.IsOnCurve() {
		return Affine{}, ErrPoint
	}
	return out, nil
}

// LiftX is the point with the given x coordinate and even y.
func LiftX(x [32]byte) (Affine, error) {
	var p Point
	p[0] = 2
	copy(p[1:], x[:])
	return p.Decode()
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
	if _, err := s.Element(); err != nil {
		return Scalar{}, err
	}
	return s, nil
}

// Element is the number that s encodes: ErrScalar for zero and for what is not below n.
func (s Scalar) Element() (x Element, err error) {
	if x.SetBytesCanonical(s[:]) != nil || x.IsZero() {
		return Element{}, ErrScalar
	}
	return x, nil
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
	return nil, errors.New("curve: a scalar has no text form")
}
