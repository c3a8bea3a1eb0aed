// SPDX-License-Identifier: Apache-2.0

package schnorr_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"flag"
	"math/big"
	"os"
	"path/filepath"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/schnorr"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

var n = crypto.S256().Params().N

// sign is a plain signer in big integers, written from docs/spec/signing.md.
func sign(secret, nonce *big.Int, d [32]byte) (schnorr.PublicKey, schnorr.Signature) {
	px, py := crypto.S256().ScalarBaseMult(word(secret))
	if py.Bit(0) == 1 {
		secret = new(big.Int).Sub(n, secret)
	}
	pk := schnorr.PublicKey(word(px))
	rx, ry := crypto.S256().ScalarBaseMult(word(nonce))
	r := [20]byte(crypto.Keccak256(word(rx), word(ry))[12:])
	e := schnorr.Challenge(pk, r, d)
	s := new(big.Int).Mul(new(big.Int).SetBytes(e[:]), secret)
	s.Add(s, nonce).Mod(s, n)
	return pk, schnorr.Signature{S: [32]byte(word(s)), R: r}
}

func word(v *big.Int) []byte { return v.FillBytes(make([]byte, 32)) }

type vector struct {
	Comment   string `json:"comment"`
	Px        string `json:"px"`
	Digest    string `json:"digest"`
	Message   string `json:"m"`
	Challenge string `json:"e"`
	Signature string `json:"signature"`
	Valid     bool   `json:"valid"`
}

func makeVectors() []vector {
	var out []vector
	for i := int64(1); i <= 8; i++ {
		d := [32]byte(crypto.Keccak256([]byte{byte(i)}))
		secret := new(big.Int).SetBytes(crypto.Keccak256([]byte("secret"), []byte{byte(i)}))
		nonce := new(big.Int).SetBytes(crypto.Keccak256([]byte("nonce"), []byte{byte(i)}))
		pk, sig := sign(secret.Mod(secret, n), nonce.Mod(nonce, n), d)
		add := func(comment string, pk schnorr.PublicKey, d [32]byte, sig schnorr.Signature, ok bool) {
			m, e := schnorr.Message(d), schnorr.Challenge(pk, sig.R, d)
			b := sig.Bytes()
			out = append(out, vector{comment, hex.EncodeToString(pk[:]), hex.EncodeToString(d[:]),
				hex.EncodeToString(m[:]), hex.EncodeToString(e[:]), hex.EncodeToString(b[:]), ok})
		}
		add("valid", pk, d, sig, true)
		bad := sig
		bad.S = [32]byte(word(new(big.Int).Sub(n, new(big.Int).SetBytes(sig.S[:]))))
		add("s negated", pk, d, bad, false)
		if i > 1 {
			continue
		}
		bad = sig
		bad.S = [32]byte{}
		add("s = 0", pk, d, bad, false)
		bad.S = [32]byte(word(n))
		add("s = n", pk, d, bad, false)
		bad = sig
		bad.R = [20]byte{}
		add("R = 0", pk, d, bad, false)
		bad = sig
		bad.R[19] ^= 1
		add("another R", pk, d, bad, false)
		other := d
		other[0] ^= 1
		add("another digest", pk, other, sig, false)
		add("px = 0", schnorr.PublicKey{}, d, sig, false)
		add("px = n", schnorr.PublicKey(word(n)), d, sig, false)
		add("px off the curve", schnorr.PublicKey{31: 5}, d, sig, false)
	}
	return out
}

func TestVectors(t *testing.T) {
	path := filepath.Join("testdata", "vectors.json")
	want, err := json.MarshalIndent(makeVectors(), "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	want = append(want, '\n')
	if *update {
		if err := os.WriteFile(path, want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Fatal("vectors changed; an intended change needs a new TAG or context")
	}
	var vectors []vector
	if err := json.Unmarshal(got, &vectors); err != nil {
		t.Fatal(err)
	}
	for i, v := range vectors {
		raw := unhex(t, v.Signature)
		sig := schnorr.Signature{S: [32]byte(raw[:32]), R: [20]byte(raw[32:])}
		err := schnorr.Verify(schnorr.PublicKey(unhex(t, v.Px)), [32]byte(unhex(t, v.Digest)), sig)
		if (err == nil) != v.Valid {
			t.Errorf("%d %s: valid %v, got %v", i, v.Comment, v.Valid, err)
		}
	}
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestHashesBySpec(t *testing.T) {
	if len(schnorr.Context) != 36 {
		t.Fatalf("context of %d bytes", len(schnorr.Context))
	}
	d, pk, r := [32]byte{1}, schnorr.PublicKey{2}, [20]byte{3}
	m := new(big.Int).SetBytes(crypto.Keccak256([]byte("ETHEREUM-SCHNORR-SECP256K1-KECCAK256message"), d[:]))
	m.Mod(m, n)
	if got := schnorr.Message(d); !bytes.Equal(got[:], word(m)) {
		t.Error("m")
	}
	var pre bytes.Buffer
	pre.WriteString("ETHEREUM-SCHNORR-SECP256K1-KECCAK256challenge")
	pre.Write(r[:])
	pre.Write(pk[:])
	pre.WriteByte(0)
	pre.Write(word(m))
	if pre.Len() != 130 {
		t.Errorf("challenge over %d bytes", pre.Len())
	}
	e := new(big.Int).SetBytes(crypto.Keccak256(pre.Bytes()))
	if got := schnorr.Challenge(pk, r, d); !bytes.Equal(got[:], word(e.Mod(e, n))) {
		t.Error("e")
	}
}

func TestVerifyErrors(t *testing.T) {
	d := [32]byte{7}
	pk, sig := sign(big.NewInt(12345), big.NewInt(67890), d)
	if err := schnorr.Verify(pk, d, sig); err != nil {
		t.Fatalf("valid signature: %v", err)
	}
	with := func(f func(*schnorr.PublicKey, *schnorr.Signature)) (schnorr.PublicKey, schnorr.Signature) {
		p, s := pk, sig
		f(&p, &s)
		return p, s
	}
	tests := map[string]struct {
		f    func(*schnorr.PublicKey, *schnorr.Signature)
		want error
	}{
		"zero key":      {func(p *schnorr.PublicKey, _ *schnorr.Signature) { *p = schnorr.PublicKey{} }, schnorr.ErrKeyRange},
		"key n":         {func(p *schnorr.PublicKey, _ *schnorr.Signature) { *p = schnorr.PublicKey(word(n)) }, schnorr.ErrKeyRange},
		"key off curve": {func(p *schnorr.PublicKey, _ *schnorr.Signature) { *p = schnorr.PublicKey{31: 5} }, schnorr.ErrBadSignature},
		"s zero":        {func(_ *schnorr.PublicKey, s *schnorr.Signature) { s.S = [32]byte{} }, schnorr.ErrScalarRange},
		"s n":           {func(_ *schnorr.PublicKey, s *schnorr.Signature) { s.S = [32]byte(word(n)) }, schnorr.ErrScalarRange},
		"R zero":        {func(_ *schnorr.PublicKey, s *schnorr.Signature) { s.R = [20]byte{} }, schnorr.ErrZeroR},
		"s changed":     {func(_ *schnorr.PublicKey, s *schnorr.Signature) { s.S[31] ^= 1 }, schnorr.ErrBadSignature},
		"R changed":     {func(_ *schnorr.PublicKey, s *schnorr.Signature) { s.R[0] ^= 1 }, schnorr.ErrBadSignature},
	}
	for name, tc := range tests {
		t.Run(name, func(t *testing.T) {
			p, s := with(tc.f)
			if err := schnorr.Verify(p, d, s); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	pk, sig := sign(big.NewInt(5), big.NewInt(6), [32]byte{7})
	b := sig.Bytes()
	if got, err := schnorr.ParseSignature(b[:]); err != nil || got != sig {
		t.Errorf("signature: %v", err)
	}
	for _, size := range []int{0, 51, 53} {
		if _, err := schnorr.ParseSignature(make([]byte, size)); !errors.Is(err, schnorr.ErrSize) {
			t.Errorf("signature of %d bytes: %v", size, err)
		}
	}
	if got, err := schnorr.ParsePublicKey(pk[:]); err != nil || got != pk {
		t.Errorf("key: %v", err)
	}
	if _, err := schnorr.ParsePublicKey(pk[1:]); !errors.Is(err, schnorr.ErrSize) {
		t.Errorf("short key: %v", err)
	}
	if err := (schnorr.PublicKey{31: 5}).Validate(); !errors.Is(err, schnorr.ErrKeyOffCurve) {
		t.Errorf("key off the curve: %v", err)
	}
	text, _ := pk.MarshalText()
	var back schnorr.PublicKey
	if err := back.UnmarshalText(text); err != nil || back != pk {
		t.Errorf("text: %v", err)
	}
	for _, bad := range []string{"", "0x", string(text[2:]), string(text[:65]) + "g", "0x" + string(make([]byte, 64))} {
		if err := back.UnmarshalText([]byte(bad)); err == nil {
			t.Errorf("accepted %q", bad)
		}
	}
}

func FuzzParseSignature(f *testing.F) {
	_, sig := sign(big.NewInt(5), big.NewInt(6), [32]byte{7})
	b := sig.Bytes()
	f.Add(b[:])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, in []byte) {
		sig, err := schnorr.ParseSignature(in)
		if err != nil {
			return
		}
		if out := sig.Bytes(); !bytes.Equal(out[:], in) {
			t.Errorf("read %x, wrote %x", in, out)
		}
		if sig.Validate() != nil {
			t.Error("parsed an invalid signature")
		}
	})
}

func BenchmarkVerify(b *testing.B) {
	d := [32]byte{7}
	pk, sig := sign(big.NewInt(12345), big.NewInt(67890), d)
	for b.Loop() {
		if err := schnorr.Verify(pk, d, sig); err != nil {
			b.Fatal(err)
		}
	}
}
