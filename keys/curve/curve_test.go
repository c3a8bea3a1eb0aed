// SPDX-License-Identifier: Apache-2.0

package curve

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math/big"
	"math/rand/v2"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fp"
	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/ethereum/go-ethereum/crypto"
)

// testRand is an endless stream that depends on seed alone.
func testRand(seed uint64) io.Reader {
	return rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint64(make([]byte, 24, 32), seed)))
}

// G and points around it, for tables.
func pointOf(k uint64) Point {
	p := MulBasePublic(new(Element).SetUint64(k))
	return Encode(&p)
}

func TestParsePoint(t *testing.T) {
	g := pointOf(1)
	flipped := g
	flipped[0] ^= 1
	prime := fp.Modulus().FillBytes(make([]byte, 32))
	tests := []struct {
		name string
		in   []byte
		ok   bool
	}{
		{"generator", g[:], true},
		{"its negative", flipped[:], true},
		{"empty", nil, false},
		{"short", g[:32], false},
		{"long", append(g[:], 0), false},
		{"identity as zeros", make([]byte, 33), false},
		{"uncompressed prefix", append([]byte{4}, g[1:]...), false},
		{"prefix 0", append([]byte{0}, g[1:]...), false},
		{"x = p", append([]byte{2}, prime...), false},
		{"x = 0", append([]byte{2}, make([]byte, 32)...), false},
		{"x without a point", append([]byte{2}, append(make([]byte, 31), 5)...), false},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			p, err := ParsePoint(tc.in)
			if (err == nil) != tc.ok {
				t.Fatalf("error %v", err)
			}
			if err != nil && !errors.Is(err, ErrPoint) {
				t.Errorf("error %v", err)
			}
			if err == nil && !bytes.Equal(p[:], tc.in) {
				t.Error("not the same bytes")
			}
		})
	}
}

func TestParseScalar(t *testing.T) {
	order := fr.Modulus()
	below := new(big.Int).Sub(order, big.NewInt(1))
	if s, err := ParseScalar(below.FillBytes(make([]byte, 32))); err != nil || new(big.Int).SetBytes(s[:]).Cmp(below) != 0 {
		t.Errorf("n-1: %v", err)
	}
	for name, in := range map[string][]byte{
		"zero": make([]byte, 32), "n": order.FillBytes(make([]byte, 32)), "short": make([]byte, 31),
		"max": bytes.Repeat([]byte{255}, 32),
	} {
		if _, err := ParseScalar(in); !errors.Is(err, ErrScalar) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestSecretMultiplication(t *testing.T) {
	for seed := range uint64(20) {
		k, err := RandomElement(testRand(seed))
		if err != nil {
			t.Fatal(err)
		}
		got, err := MulBaseSecret(testRand(seed+100), &k)
		want := MulBasePublic(&k)
		if err != nil || !got.Equal(&want) {
			t.Errorf("seed %d: %v", seed, err)
		}
		p := MulBasePublic(new(Element).SetUint64(seed + 7))
		got, err = MulSecret(testRand(seed+200), &p, &k)
		want = MulPublic(&p, &k)
		if err != nil || !got.Equal(&want) {
			t.Errorf("seed %d, another base: %v", seed, err)
		}
	}
	for _, rand := range []io.Reader{testRand(1), bytes.NewReader(make([]byte, 48))} {
		if _, err := MulBaseSecret(rand, new(Element)); !errors.Is(err, ErrIdentity) {
			t.Errorf("zero: %v", err)
		}
	}
	if _, err := MulBaseSecret(bytes.NewReader(nil), new(Element)); !errors.Is(err, io.EOF) {
		t.Errorf("no randomness: %v", err)
	}
}

// FuzzParseScalar: 32 bytes in 1 … n−1 and nothing else.
func FuzzParseScalar(f *testing.F) {
	f.Add(make([]byte, 32))
	f.Add(bytes.Repeat([]byte{0xff}, 32))
	f.Add([]byte{31: 1})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := ParseScalar(b)
		if err != nil {
			return
		}
		x, err := s.Element()
		if err != nil || x.IsZero() {
			t.Fatalf("accepted %x: %v", b, err)
		}
		if again := x.Bytes(); !bytes.Equal(again[:], b) {
			t.Errorf("read %x, wrote %x", b, again)
		}
	})
}

func FuzzParsePoint(f *testing.F) {
	g := pointOf(1)
	f.Add(g[:])
	f.Add(make([]byte, 33))
	f.Fuzz(func(t *testing.T, in []byte) {
		p, err := ParsePoint(in)
		if err != nil {
			return
		}
		q, err := p.Decode()
		if err != nil {
			t.Fatal(err)
		}
		if out := Encode(&q); !bytes.Equal(out[:], in) {
			t.Errorf("read %x, wrote %x", in, out)
		}
		if _, err := crypto.DecompressPubkey(in); err != nil {
			t.Errorf("another implementation refuses %x", in)
		}
	})
}

func TestReduce(t *testing.T) {
	order := fr.Modulus()
	for _, b := range [][]byte{
		nil, {1}, make([]byte, 16), bytes.Repeat([]byte{255}, 15), bytes.Repeat([]byte{255}, 17), bytes.Repeat([]byte{255}, 32),
		bytes.Repeat([]byte{255}, 48), order.Bytes(), bytes.Repeat([]byte{0x12, 0xfe, 0x80}, 21),
	} {
		got, want := Reduce(b), new(big.Int).Mod(new(big.Int).SetBytes(b), order)
		if have := got.BigInt(new(big.Int)); have.Cmp(want) != 0 {
			t.Errorf("%x: %x, not %x", b, have, want)
		}
	}
}

// Everything that adds in the exponent agrees with the same sum of numbers.
func TestExponent(t *testing.T) {
	const degree = 4
	rows := make([][]Affine, 3)
	numbers := make([]Element, degree+1)
	for i := range rows {
		for k := range numbers {
			x, _ := RandomElement(testRand(uint64(10*i + k)))
			rows[i] = append(rows[i], MulBasePublic(&x))
			numbers[k].Add(&numbers[k], &x)
		}
	}
	sums := Sum(rows)
	for k := range numbers {
		if want := MulBasePublic(&numbers[k]); !want.Equal(&sums[k]) {
			t.Errorf("sum %d", k)
		}
	}
	at := []Index{1, 2, 3, 5, 8, 13, 1000, 65535}
	values := EvaluatePublic(sums, at)
	var few []Affine
	for i, x := range at {
		v := Evaluate(numbers, x)
		if want := MulBasePublic(&v); !want.Equal(&values[i]) {
			t.Errorf("value at %d", x)
		}
		few = append(few, values[i])
	}
	for _, members := range [][2]int{{0, 5}, {1, 6}, {3, 8}} {
		all, points := at[members[0]:members[1]], few[members[0]:members[1]]
		if got := Interpolate(all, points, 0); !got.Equal(&sums[0]) {
			t.Errorf("interpolation over %v", all)
		}
		weights := make([]Element, len(all))
		for i := range all {
			weights[i] = Lagrange(all, all[i], 0)
		}
		if got, err := MultiExp(points, weights); err != nil || !got.Equal(&sums[0]) {
			t.Errorf("sum of products over %v: %v", all, err)
		}
	}
	if got := Interpolate(at[:degree], few[:degree], 0); got.Equal(&sums[0]) {
		t.Error("four values give a polynomial of degree four")
	}
	if sum := Sum([][]Affine{{sums[0]}, {*new(Affine).Neg(&sums[0])}}); !sum[0].IsInfinity() {
		t.Error("P − P is not the identity")
	}
	if _, err := MultiExp(few, numbers); err == nil {
		t.Error("lengths that differ")
	}
}

// The table of G gives what the library's multiplication gives.
func TestBaseTable(t *testing.T) {
	g := MulBasePublic(new(Element).SetUint64(1))
	minus := new(Element).SetInt64(-1)
	scalars := []Element{{}, *new(Element).SetUint64(15), *new(Element).SetUint64(16), *new(Element).SetUint64(1 << 60), *minus}
	for seed := range uint64(50) {
		x, _ := RandomElement(testRand(seed))
		scalars = append(scalars, x)
	}
	for k := range scalars {
		got, want := MulBasePublic(&scalars[k]), MulPublic(&g, &scalars[k])
		if !got.Equal(&want) || got.IsInfinity() != scalars[k].IsZero() {
			t.Errorf("scalar %d", k)
		}
	}
	if b := pointOf(1); !bytes.Equal(b[1:], crypto.S256().Params().Gx.FillBytes(make([]byte, 32))) {
		t.Error("not the generator")
	}
}

func BenchmarkMulBase(b *testing.B) {
	x, _ := RandomElement(testRand(1))
	for b.Loop() {
		MulBasePublic(&x)
	}
}

func BenchmarkMul(b *testing.B) {
	x, _ := RandomElement(testRand(1))
	p := MulBasePublic(&x)
	for b.Loop() {
		MulPublic(&p, &x)
	}
}

func TestLiftX(t *testing.T) {
	g := pointOf(1)
	if p, err := LiftX([32]byte(g[1:])); err != nil || Encode(&p)[0] != 2 {
		t.Errorf("generator: %v", err)
	}
	if _, err := LiftX([32]byte{31: 5}); !errors.Is(err, ErrPoint) {
		t.Errorf("x without a point: %v", err)
	}
}

func TestPublicShare(t *testing.T) {
	if p, err := PublicShare(testRand(1), Scalar{31: 7}); err != nil || p != pointOf(7) {
		t.Errorf("seven: %v", err)
	}
	if _, err := PublicShare(testRand(1), Scalar{}); !errors.Is(err, ErrScalar) {
		t.Errorf("zero: %v", err)
	}
}
