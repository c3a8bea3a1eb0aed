// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package frost

import (
	"fmt"
	"io"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"github.com/aitbc/bridge/keys/curve"
)

// Deal makes a group key and its n shares in one place, any t of which sign.
//
// SECURITY: DEVNETS AND TESTS ONLY. Whoever calls it holds the whole group key and can
// forge every message of the bridge. The build tag devnet keeps it out of all other
// binaries; a real network makes its key in a ceremony in which nobody ever holds it.
//
// A key that comes out with odd y is negated together with all shares. Errors: ErrGroup
// for an impossible threshold, ErrScalar or ErrIdentity when the randomness is so bad that
// a share or a sum is zero; nothing is repaired silently.
func Deal(rand io.Reader, n, t int) (Group, []Scalar, error) {
	if t < 1 || t > n || n > MaxMembers {
		return Group{}, nil, fmt.Errorf("threshold %d of %d members: %w", t, n, ErrGroup)
	}
	coefficients := make([]fr.Element, t)
	defer clear(coefficients)
	for k := range coefficients {
		c, err := curve.RandomElement(rand)
		if err != nil {
			return Group{}, nil, err
		}
		if c.IsZero() {
			return Group{}, nil, fmt.Errorf("coefficient %d is zero: %w", k, ErrScalar)
		}
		coefficients[k] = c
	}
	key, err := curve.MulBaseSecret(rand, &coefficients[0])
	if err != nil {
		return Group{}, nil, err
	}
	if curve.Encode(&key)[0] == 3 {
		key.Neg(&key)
		for k := range coefficients {
			coefficients[k].Neg(&coefficients[k])
		}
	}
	group := Group{Key: key.X.Bytes(), Threshold: t}
	shares := make([]Scalar, n)
	for i := range shares {
		s := curve.Evaluate(coefficients, Index(i+1))
		shares[i] = s.Bytes()
		public, err := PublicShare(rand, shares[i])
		if err != nil {
			return Group{}, nil, fmt.Errorf("share %d: %w", i+1, err)
		}
		group.Public = append(group.Public, public)
	}
	if err := group.Validate(); err != nil {
		return Group{}, nil, err
	}
	return group, shares, nil
}
