// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"fmt"
	"io"
	"math/big"

	"github.com/consensys/gnark-crypto/ecc/secp256k1"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/schnorr"
)

type point = secp256k1.G1Affine

// encode compresses p, which must not be the identity.
func encode(p *point) (out Point) {
	x, y := p.X.Bytes(), p.Y.Bytes()
	out[0] = 2 + y[31]&1
	copy(out[1:], x[:])
	return out
}

func (p Point) decode() (out point, err error) {
	if p[0] != 2 && p[0] != 3 {
		return point{}, ErrPoint
	}
	if out.X.SetBytesCanonical(p[1:]) != nil {
		return point{}, ErrPoint
	}
	var y2, seven fp.Element
	seven.SetUint64(7)
	y2.Square(&out.X).Mul(&y2, &out.X).Add(&y2, &seven)
	if out.Y.Sqrt(&y2) == nil {
		return point{}, ErrPoint
	}
	if y := out.Y.Bytes(); 2+y[31]&1 != p[0] {
		out.Y.Neg(&out.Y)
	}
	// The curve has no point with y = 0 (its order is odd), so both parities exist.
	if out.IsInfinity() || !out.IsOnCurve() {
		return point{}, ErrPoint
	}
	return out, nil
}

// liftKey is the point with x = pk and even y.
func liftKey(pk schnorr.PublicKey) (point, error) {
	if err := pk.Validate(); err != nil {
		return point{}, err
	}
	var p Point
	p[0] = 2
	copy(p[1:], pk[:])
	return p.decode()
}

// address is the Ethereum address of p.
func address(p *point) [20]byte {
	x, y := p.X.Bytes(), p.Y.Bytes()
	return [20]byte(crypto.Keccak256(x[:], y[:])[12:])
}

// mulPublic is k·p in variable time: only for a k that everybody may know.
func mulPublic(p *point, k *fr.Element) (out point) {
	var b big.Int
	out.ScalarMultiplication(p, k.BigInt(&b))
	return out
}

// mulBasePublic is k·G in variable time: only for a k that everybody may know.
func mulBasePublic(k *fr.Element) (out point) {
	var b big.Int
	out.ScalarMultiplicationBase(k.BigInt(&b))
	return out
}

// mulBaseSecret is k·G for a secret k.
//
// SECURITY: gnark-crypto multiplies in variable time, so it sees r and k−r for a fresh
// random r; each of them alone is uniform and says nothing about k.
func mulBaseSecret(rand io.Reader, k *fr.Element) (point, error) {
	r, err := randomElement(rand)
	if err != nil {
		return point{}, err
	}
	var rest fr.Element
	rest.Sub(k, &r)
	a, b := mulBasePublic(&r), mulBasePublic(&rest)
	r.SetZero()
	rest.SetZero()
	var out point
	out.Add(&a, &b)
	if out.IsInfinity() {
		return point{}, ErrIdentity
	}
	return out, nil
}

// randomElement reads 48 bytes and reduces them: the bias is below 2^-128.
func randomElement(rand io.Reader) (x fr.Element, err error) {
	var wide [48]byte
	if _, err := io.ReadFull(rand, wide[:]); err != nil {
		return x, fmt.Errorf("read randomness: %w", err)
	}
	x.SetBytes(wide[:])
	clear(wide[:])
	return x, nil
}

// lagrange is the coefficient of member at in the interpolation at x over all members.
// members are distinct and include at; x is not among them unless it equals at.
func lagrange(members []Index, at, x Index) fr.Element {
	var num, den, xe, xi fr.Element
	num.SetOne()
	den.SetOne()
	xe.SetUint64(uint64(x))
	xi.SetUint64(uint64(at))
	for _, j := range members {
		if j == at {
			continue
		}
		var xj, d fr.Element
		xj.SetUint64(uint64(j))
		d.Sub(&xj, &xe)
		num.Mul(&num, &d)
		d.Sub(&xj, &xi)
		den.Mul(&den, &d)
	}
	den.Inverse(&den)
	return *num.Mul(&num, &den)
}

// interpolate evaluates at x the polynomial through (members[k], values[k]) in the exponent.
func interpolate(members []Index, values []point, x Index) (sum point) {
	for k, i := range members {
		l := lagrange(members, i, x)
		term := mulPublic(&values[k], &l)
		sum.Add(&sum, &term)
	}
	return sum
}

// PublicShare is share·G.
func PublicShare(rand io.Reader, share Scalar) (Point, error) {
	k, err := share.element()
	if err != nil {
		return Point{}, err
	}
	p, err := mulBaseSecret(rand, &k)
	k.SetZero()
	if err != nil {
		return Point{}, err
	}
	return encode(&p), nil
}
