// SPDX-License-Identifier: Apache-2.0

package curve

import (
	"fmt"
	"io"
	"math/big"
	"math/bits"

	"github.com/consensys/gnark-crypto/ecc"
	"github.com/consensys/gnark-crypto/ecc/secp256k1"
)

// MulPublic is k·p in variable time: only for a k that everybody may know.
func MulPublic(p *Affine, k *Element) (out Affine) {
	var b big.Int
	out.ScalarMultiplication(p, k.BigInt(&b))
	return out
}

// MulBaseSecret is k·G for a secret k; ErrIdentity when k is zero.
//
// SECURITY: gnark-crypto multiplies in variable time, so it sees r and k−r for a fresh
// random r; each of them alone is uniform and says nothing about k.
func MulBaseSecret(rand io.Reader, k *Element) (Affine, error) {
	return split(rand, k, MulBasePublic)
}

// MulSecret is k·p for a secret k and a point that everybody may know, split in the same
// way; ErrIdentity when the product is the identity.
func MulSecret(rand io.Reader, p *Affine, k *Element) (Affine, error) {
	return split(rand, k, func(x *Element) Affine { return MulPublic(p, x) })
}

func split(rand io.Reader, k *Element, multiply func(*Element) Affine) (Affine, error) {
	r, err := RandomElement(rand)
	if err != nil {
		return Affine{}, err
	}
	var rest Element
	rest.Sub(k, &r)
	a, b := multiply(&r), multiply(&rest)
	r.SetZero()
	rest.SetZero()
	var out Affine
	out.Add(&a, &b)
	if out.IsInfinity() {
		return Affine{}, ErrIdentity
	}
	return out, nil
}

// RandomElement reads 48 bytes and reduces them: the bias is below 2^-128.
func RandomElement(rand io.Reader) (x Element, err error) {
	var wide [48]byte
	if _, err := io.ReadFull(rand, wide[:]); err != nil {
		return x, fmt.Errorf("read randomness: %w", err)
	}
	x = Reduce(wide[:])
	clear(wide[:])
	return x, nil
}

// Reduce is b, big-endian, modulo the group order. It does not go through math/big, whose
// division takes a time that depends on the number.
func Reduce(b []byte) (x Element) {
	var shift Element // 2^128
	shift.SetUint64(1 << 32)
	shift.Square(&shift).Square(&shift)
	for first := len(b) % 16; len(b) > 0; first = 16 {
		if first == 0 {
			first = 16
		}
		var word [32]byte
		copy(word[32-first:], b[:first])
		b = b[first:]
		var chunk Element
		_ = chunk.SetBytesCanonical(word[:]) // below 2^128, hence below n
		x.Mul(&x, &shift).Add(&x, &chunk)
	}
	return x
}

// MultiExp is Σ k[i]·p[i] in variable time. Both slices have one length.
func MultiExp(p []Affine, k []Element) (out Affine, err error) {
	_, err = out.MultiExp(p, k, ecc.MultiExpConfig{NbTasks: 1})
	return out, err
}

// Sum is Σ rows[i], column by column. There is at least one row; all have one length.
func Sum(rows [][]Affine) []Affine {
	sums := make([]secp256k1.G1Jac, len(rows[0]))
	for k := range sums {
		sums[k].FromAffine(&Affine{})
		for _, row := range rows {
			sums[k].AddMixed(&row[k])
		}
	}
	return secp256k1.BatchJacobianToAffineG1(sums)
}

// PublicShare is share·G.
func PublicShare(rand io.Reader, share Scalar) (Point, error) {
	k, err := share.Element()
	if err != nil {
		return Point{}, err
	}
	p, err := MulBaseSecret(rand, &k)
	k.SetZero()
	if err != nil {
		return Point{}, err
	}
	return Encode(&p), nil
}

// EvaluatePublic is Σ x^k·c[k], the polynomial with the coefficients c in the exponent,
// at each x of at. The results may be the identity.
func EvaluatePublic(c []Affine, at []Index) []Affine {
	sums := make([]secp256k1.G1Jac, len(at))
	for i, x := range at {
		s := &sums[i]
		s.FromAffine(&Affine{})
		for k := len(c) - 1; k >= 0; k-- {
			mulSmall(s, uint16(x))
			s.AddMixed(&c[k])
		}
	}
	return secp256k1.BatchJacobianToAffineG1(sums)
}

// mulSmall multiplies by a number of few bits: much cheaper than a whole scalar.
func mulSmall(p *secp256k1.G1Jac, x uint16) {
	var out secp256k1.G1Jac
	out.FromAffine(&Affine{})
	for bit := bits.Len16(x) - 1; bit >= 0; bit-- {
		out.DoubleAssign()
		if x>>bit&1 == 1 {
			out.AddAssign(p)
		}
	}
	p.Set(&out)
}
