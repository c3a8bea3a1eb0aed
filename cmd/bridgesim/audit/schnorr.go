// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"math/big"

	"github.com/ethereum/go-ethereum/crypto"
)

// order of the group of secp256k1.
var order, _ = new(big.Int).SetString("fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141", 16)

const context = "ETHEREUM-SCHNORR-SECP256K1-KECCAK256"

// challenge is e of docs/spec/signing.md section 1.
func challenge(px [32]byte, r [20]byte, d Hash) *big.Int {
	m := keccak([]byte(context), []byte("message"), d[:])
	reduced := new(big.Int).SetBytes(m[:])
	reduced.Mod(reduced, order).FillBytes(m[:])
	e := keccak([]byte(context), []byte("challenge"), r[:], px[:], []byte{0}, m[:])
	out := new(big.Int).SetBytes(e[:])
	return out.Mod(out, order)
}

// VerifySignature reports whether (s, r) signs d under the key with x coordinate px and even
// y, by the same ecrecover as the contract.
func VerifySignature(px [32]byte, d Hash, s [32]byte, r [20]byte) bool {
	x, z := new(big.Int).SetBytes(px[:]), new(big.Int).SetBytes(s[:])
	e := challenge(px, r, d)
	if x.Sign() == 0 || x.Cmp(order) >= 0 || z.Sign() == 0 || z.Cmp(order) >= 0 || r == [20]byte{} || e.Sign() == 0 {
		return false
	}
	times := func(k *big.Int) *big.Int { // −k·Px mod n
		v := new(big.Int).Mul(k, x)
		return v.Mod(v.Neg(v), order)
	}
	var sig [65]byte // r ‖ s ‖ v − 27
	copy(sig[:32], px[:])
	times(e).FillBytes(sig[32:64])
	var h [32]byte
	times(z).FillBytes(h[:])
	public, err := crypto.Ecrecover(h[:], sig[:])
	if err != nil || len(public) != 65 {
		return false
	}
	a := keccak(public[1:])
	return Address(a[12:]) == r
}

// isKey reports whether px is the x coordinate of a point that the contract takes as a key.
func isKey(px [32]byte) bool {
	var sig [65]byte
	copy(sig[:32], px[:])
	sig[63] = 1
	_, err := crypto.Ecrecover(encoded{}.number(1), sig[:])
	return err == nil
}
