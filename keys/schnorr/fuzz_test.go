// SPDX-License-Identifier: Apache-2.0

package schnorr_test

import (
	"bytes"
	"math/big"
	"testing"

	"github.com/aitbc/bridge/keys/schnorr"
)

// FuzzVerify: one changed bit of key, digest or signature and it verifies no more.
func FuzzVerify(f *testing.F) {
	f.Add([]byte{5}, []byte{6}, []byte{7}, uint16(0))
	f.Add([]byte{0xff, 0xee}, []byte{1, 2, 3}, bytes.Repeat([]byte{9}, 32), uint16(300))
	f.Fuzz(func(t *testing.T, secret, nonce, digest []byte, flip uint16) {
		limit := big.NewInt(1)
		limit.Lsh(limit, 200)
		small := func(b []byte) *big.Int {
			v := new(big.Int).SetBytes(b)
			return v.Mod(v, limit).Add(v, big.NewInt(1))
		}
		var d [32]byte
		copy(d[:], digest)
		pk, sig := sign(small(secret), small(nonce), d)
		if err := schnorr.Verify(pk, d, sig); err != nil {
			t.Fatalf("a true signature: %v", err)
		}
		all := append(append(pk[:], d[:]...), sig.S[:]...)
		all = append(all, sig.R[:]...)
		bit := int(flip) % (8 * len(all))
		all = bytes.Clone(all)
		all[bit/8] ^= 1 << (bit % 8)
		pk, d = schnorr.PublicKey(all[:32]), [32]byte(all[32:64])
		sig = schnorr.Signature{S: [32]byte(all[64:96]), R: [20]byte(all[96:])}
		if err := schnorr.Verify(pk, d, sig); err == nil {
			t.Errorf("verifies with bit %d changed", bit)
		}
	})
}

// FuzzPublicKey: bytes and text of a key are refused or read back as they were.
func FuzzPublicKey(f *testing.F) {
	pk, _ := sign(big.NewInt(5), big.NewInt(6), [32]byte{7})
	f.Add(pk[:])
	f.Add([]byte(pk.String()))
	f.Add(make([]byte, 32))
	f.Fuzz(func(t *testing.T, b []byte) {
		if k, err := schnorr.ParsePublicKey(b); err == nil && (!bytes.Equal(k[:], b) || k.Validate() != nil) {
			t.Errorf("read %x as %s", b, k)
		}
		var k schnorr.PublicKey
		if k.UnmarshalText(b) != nil {
			return
		}
		if text, err := k.MarshalText(); err != nil || !bytes.EqualFold(text, b) {
			t.Errorf("read %q, wrote %q, %v", b, text, err)
		}
	})
}
