// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
)

type schnorrJSON struct {
	Signatures []signatureCase `json:"signatures"`
}

// signatureCase is accepted when valid is true and refused otherwise.
type signatureCase struct {
	Name      string          `json:"name"`
	Px        message.Hash    `json:"px"`
	Digest    message.Digest  `json:"digest"`
	Message   message.Hash    `json:"message"`   // m
	Challenge message.Hash    `json:"challenge"` // e
	S         message.Hash    `json:"s"`
	R         message.Address `json:"r"`
	Valid     bool            `json:"valid"`
}

// schnorrFile signs with one plain secret and big integers, apart from keys/frost on purpose:
// whatever a committee produces must pass the same check.
//
// SECURITY: the secrets are public test data.
func schnorrFile() (any, error) {
	r := newRandom("schnorr")
	curve := crypto.S256()
	n := curve.Params().N
	scalar := func() *big.Int {
		h := r.hash()
		return new(big.Int).Mod(new(big.Int).SetBytes(h[:]), n)
	}
	var f schnorrJSON
	add := func(name string, pk schnorr.PublicKey, d [32]byte, sig schnorr.Signature, valid bool) error {
		if err := schnorr.Verify(pk, d, sig); (err == nil) != valid {
			return fmt.Errorf("%s: valid is %v, verification disagrees", name, valid)
		}
		f.Signatures = append(f.Signatures, signatureCase{
			name, message.Hash(pk), d, schnorr.Message(d), schnorr.Challenge(pk, sig.R, d), sig.S, sig.R, valid,
		})
		return nil
	}
	for i := range 8 {
		x := scalar()
		px, py := curve.ScalarBaseMult(common.BigToHash(x).Bytes())
		if py.Bit(0) == 1 { // the group key has even y
			x.Sub(n, x)
		}
		pk := schnorr.PublicKey(common.BigToHash(px))
		sign := func(d [32]byte) (sig schnorr.Signature) {
			k := scalar()
			rx, ry := curve.ScalarBaseMult(common.BigToHash(k).Bytes())
			point := append(common.BigToHash(rx).Bytes(), common.BigToHash(ry).Bytes()...)
			h := message.Keccak(point)
			copy(sig.R[:], h[12:])
			e := schnorr.Challenge(pk, sig.R, d)
			s := new(big.Int).Mul(new(big.Int).SetBytes(e[:]), x)
			sig.S = common.BigToHash(s.Mod(s.Add(s, k), n))
			return sig
		}
		d := [32]byte(r.hash())
		sig := sign(d)
		if err := add(fmt.Sprintf("valid %d", i), pk, d, sig, true); err != nil {
			return nil, err
		}
		if i > 1 {
			continue
		}
		for _, c := range []struct {
			name string
			edit func(pk *schnorr.PublicKey, d *[32]byte, sig *schnorr.Signature)
		}{
			{"another digest", func(_ *schnorr.PublicKey, d *[32]byte, _ *schnorr.Signature) { d[31] ^= 1 }},
			{"another s", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) { sig.S[31] ^= 1 }},
			{"another R", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) { sig.R[19] ^= 1 }},
			{"another key", func(pk *schnorr.PublicKey, _ *[32]byte, _ *schnorr.Signature) {
				ox, _ := curve.ScalarBaseMult(big.NewInt(7).Bytes())
				*pk = schnorr.PublicKey(common.BigToHash(ox))
			}},
			{"zero s", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) { sig.S = [32]byte{} }},
			{"s = n", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) { sig.S = common.BigToHash(n) }},
			{"s = 2^256 - 1", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) {
				sig.S = common.BigToHash(new(big.Int).Sub(new(big.Int).Lsh(big.NewInt(1), 256), big.NewInt(1)))
			}},
			{"zero R", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) { sig.R = [20]byte{} }},
			{"negated s", func(_ *schnorr.PublicKey, _ *[32]byte, sig *schnorr.Signature) {
				sig.S = common.BigToHash(new(big.Int).Sub(n, new(big.Int).SetBytes(sig.S[:])))
			}},
			{"zero key", func(pk *schnorr.PublicKey, _ *[32]byte, _ *schnorr.Signature) { *pk = schnorr.PublicKey{} }},
			{"key = n", func(pk *schnorr.PublicKey, _ *[32]byte, _ *schnorr.Signature) {
				*pk = schnorr.PublicKey(common.BigToHash(n))
			}},
		} {
			pk, d, sig := pk, d, sig
			c.edit(&pk, &d, &sig)
			if err := add(c.name, pk, d, sig, false); err != nil {
				return nil, err
			}
		}
	}
	return f, nil
}
