// SPDX-License-Identifier: Apache-2.0

package schnorr

import (
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/crypto"
)

// Context opens both hashes of the scheme: 36 ASCII bytes.
const Context = "ETHEREUM-SCHNORR-SECP256K1-KECCAK256"

// SignatureSize is the length of an encoded signature: s 32 ‖ R 20.
const SignatureSize = 52

// Errors of this package. All of them mean that the input is wrong for ever.
var (
	// ErrKeyRange: Px is zero or not below the group order.
	ErrKeyRange = errors.New("schnorr: public key out of range")
	// ErrKeyOffCurve: no point of the curve has this x coordinate.
	ErrKeyOffCurve = errors.New("schnorr: public key not on the curve")
	// ErrScalarRange: s is zero or not below the group order.
	ErrScalarRange = errors.New("schnorr: s out of range")
	// ErrZeroR: the address of R is zero.
	ErrZeroR = errors.New("schnorr: R is zero")
	// ErrZeroChallenge: the challenge is zero modulo the group order.
	ErrZeroChallenge = errors.New("schnorr: challenge is zero")
	// ErrSize: an encoding has the wrong length.
	ErrSize = errors.New("schnorr: wrong length")
	// ErrBadSignature: well formed, but not a signature of this digest under this key.
	ErrBadSignature = errors.New("schnorr: signature does not verify")
)

// order is the number of points of secp256k1, called n in the specification.
var order = crypto.S256().Params().N

// PublicKey is the x coordinate of the group key, 32 bytes big-endian, 0 < Px < n.
// The point's y coordinate is even.
type PublicKey [32]byte

// Signature is s and the Ethereum address of the point R = s·G − e·P.
type Signature struct {
	S [32]byte // scalar, big-endian, 0 < s < n
	R [20]byte // never zero
}

// ParsePublicKey reads 32 bytes and validates them.
func ParsePublicKey(b []byte) (PublicKey, error) {
	if len(b) != 32 {
		return PublicKey{}, fmt.Errorf("public key of %d bytes: %w", len(b), ErrSize)
	}
	pk := PublicKey(b)
	return pk, pk.Validate()
}

// Validate refuses a key that no signature can belong to: ErrKeyRange, ErrKeyOffCurve.
func (pk PublicKey) Validate() error {
	if !inRange(new(big.Int).SetBytes(pk[:])) {
		return ErrKeyRange
	}
	if _, err := crypto.DecompressPubkey(append([]byte{2}, pk[:]...)); err != nil {
		return ErrKeyOffCurve
	}
	return nil
}

// String is 0x and 64 hexadecimal digits.
func (pk PublicKey) String() string { return "0x" + hex.EncodeToString(pk[:]) }

// MarshalText is String in bytes.
func (pk PublicKey) MarshalText() ([]byte, error) { return []byte(pk.String()), nil }

// UnmarshalText reads what MarshalText writes and validates the key.
func (pk *PublicKey) UnmarshalText(b []byte) error {
	if len(b) != 66 || b[0] != '0' || b[1] != 'x' {
		return fmt.Errorf("public key text: %w", ErrSize)
	}
	var raw [32]byte
	if _, err := hex.Decode(raw[:], b[2:]); err != nil {
		return fmt.Errorf("public key text: %w", err)
	}
	p, err := ParsePublicKey(raw[:])
	if err != nil {
		return err
	}
	*pk = p
	return nil
}

// ParseSignature reads s 32 ‖ R 20. It refuses a scalar out of range and a zero R.
func ParseSignature(b []byte) (Signature, error) {
	if len(b) != SignatureSize {
		return Signature{}, fmt.Errorf("signature of %d bytes: %w", len(b), ErrSize)
	}
	sig := Signature{S: [32]byte(b[:32]), R: [20]byte(b[32:])}
	if err := sig.Validate(); err != nil {
		return Signature{}, err
	}
	return sig, nil
}

// Validate checks the ranges of s and R: ErrScalarRange, ErrZeroR.
func (sig Signature) Validate() error {
	if !inRange(new(big.Int).SetBytes(sig.S[:])) {
		return ErrScalarRange
	}
	if sig.R == ([20]byte{}) {
		return ErrZeroR
	}
	return nil
}

// Bytes is s 32 ‖ R 20.
func (sig Signature) Bytes() (out [SignatureSize]byte) {
	copy(out[:32], sig.S[:])
	copy(out[32:], sig.R[:])
	return out
}

// Message is m = keccak256(Context ‖ "message" ‖ d) mod n, over 75 bytes.
func Message(d [32]byte) [32]byte {
	return reduce(crypto.Keccak256([]byte(Context), []byte("message"), d[:]))
}

// Challenge is e = keccak256(Context ‖ "challenge" ‖ R 20 ‖ Px 32 ‖ 0x00 ‖ m 32) mod n,
// over 130 bytes; the zero byte says that P has an even y. It may be zero: Verify refuses.
func Challenge(pk PublicKey, r [20]byte, d [32]byte) [32]byte {
	m := Message(d)
	return reduce(crypto.Keccak256([]byte(Context), []byte("challenge"), r[:], pk[:], []byte{0}, m[:]))
}

// Verify checks sig over the digest d with one ecrecover, as the contract does:
// ecrecover(−s·Px, 27, Px, −e·Px) is the address of s·G − e·P.
//
// Errors: ErrKeyRange, ErrScalarRange, ErrZeroR, ErrZeroChallenge, ErrBadSignature (which
// covers a key off the curve, for which ecrecover fails).
// Called in FinalizeBlock: deterministic (I-06).
func Verify(pk PublicKey, d [32]byte, sig Signature) error {
	px := new(big.Int).SetBytes(pk[:])
	if !inRange(px) {
		return ErrKeyRange
	}
	if err := sig.Validate(); err != nil {
		return err
	}
	challenge := Challenge(pk, sig.R, d)
	e := new(big.Int).SetBytes(challenge[:])
	if e.Sign() == 0 {
		return ErrZeroChallenge
	}
	var hash [32]byte
	var recoverable [65]byte // r 32 ‖ s 32 ‖ v, where v = 0 stands for the contract's 27
	negProduct(new(big.Int).SetBytes(sig.S[:]), px).FillBytes(hash[:])
	px.FillBytes(recoverable[:32])
	negProduct(e, px).FillBytes(recoverable[32:64])
	point, err := crypto.Ecrecover(hash[:], recoverable[:])
	if err != nil || len(point) != 65 {
		return ErrBadSignature
	}
	if [20]byte(crypto.Keccak256(point[1:])[12:]) != sig.R {
		return ErrBadSignature
	}
	return nil
}

func inRange(v *big.Int) bool { return v.Sign() > 0 && v.Cmp(order) < 0 }

// negProduct is −a·b mod n.
func negProduct(a, b *big.Int) *big.Int {
	p := new(big.Int).Mul(a, b)
	return p.Mod(p.Neg(p), order)
}

func reduce(hash []byte) (out [32]byte) {
	v := new(big.Int).SetBytes(hash)
	v.Mod(v, order).FillBytes(out[:])
	return out
}
