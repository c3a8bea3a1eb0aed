// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/curve"
)

// testRand is an endless stream that depends on seed alone.
func testRand(seed uint64) io.Reader {
	return rand.NewChaCha8([32]byte(binary.BigEndian.AppendUint64(make([]byte, 24, 32), seed)))
}

// G and points around it, for tables.
func pointOf(k uint64) Point {
	var x fr.Element
	x.SetUint64(k)
	p := curve.MulBasePublic(&x)
	return curve.Encode(&p)
}

func TestPrepareRefuses(t *testing.T) {
	key := [32]byte(crypto.S256().Params().Gx.FillBytes(make([]byte, 32)))
	good := func() Session {
		return Session{Key: key, KeyEpoch: 1, ID: [32]byte{1}, Digest: [32]byte{2}, Commitments: []Commitment{
			{1, pointOf(2), pointOf(3)}, {2, pointOf(4), pointOf(5)}, {4, pointOf(6), pointOf(7)},
		}}
	}
	if _, err := Prepare(good()); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		f    func(*Session)
		want error
	}{
		{"no commitments", func(s *Session) { s.Commitments = nil }, ErrList},
		{"too many", func(s *Session) { s.Commitments = make([]Commitment, MaxMembers+1) }, ErrList},
		{"index zero", func(s *Session) { s.Commitments[0].Index = 0 }, ErrList},
		{"duplicate index", func(s *Session) { s.Commitments[1].Index = 1 }, ErrList},
		{"unsorted", func(s *Session) { s.Commitments[0], s.Commitments[1] = s.Commitments[1], s.Commitments[0] }, ErrList},
		{"D identity", func(s *Session) { s.Commitments[1].D = Point{} }, ErrPoint},
		{"E identity", func(s *Session) { s.Commitments[2].E = Point{} }, ErrPoint},
		{"D off the curve", func(s *Session) { s.Commitments[0].D = Point{0: 2, 32: 5} }, ErrPoint},
		{"zero digest", func(s *Session) { s.Digest = [32]byte{} }, ErrScalar},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s := good()
			tc.f(&s)
			if _, err := Prepare(s); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	s := good()
	s.Key = [32]byte{}
	if _, err := Prepare(s); err == nil {
		t.Error("zero key accepted")
	}
}

// fixedRho makes every binding factor one, so that sums can be steered to the identity.
type fixedRho struct{ keccakSuite }

func (fixedRho) rho([]byte) (x fr.Element) { x.SetOne(); return x }

func TestGroupCommitmentIdentityRefused(t *testing.T) {
	key, _ := pointOf(1).Decode()
	d := pointOf(7)
	minus := d
	minus[0] ^= 1
	if _, err := newRun(fixedRho{}, key, nil, make([]byte, 32), []Commitment{{1, d, minus}}); !errors.Is(err, ErrIdentity) {
		t.Errorf("identity: %v", err)
	}
	if _, err := newRun(fixedRho{}, key, nil, make([]byte, 32), []Commitment{{1, d, d}}); err != nil {
		t.Errorf("twin: %v", err)
	}
}

// The binding of docs/spec/signing.md, byte by byte.
func TestBindingBySpec(t *testing.T) {
	h := func(parts ...[]byte) []byte {
		return crypto.Keccak256(append([][]byte{[]byte("FROST-secp256k1-KECCAK256-ERC7816-v1")}, parts...)...)
	}
	key := pointOf(1)
	s := Session{Key: [32]byte(key[1:]), KeyEpoch: 3, ID: [32]byte{4}, Digest: [32]byte{5}, Commitments: []Commitment{
		{1, pointOf(2), pointOf(3)}, {300, pointOf(4), pointOf(5)},
	}}
	p, err := Prepare(s)
	if err != nil {
		t.Fatal(err)
	}
	index := func(i uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24), i) }
	msg := h([]byte("msg"), []byte{0, 0, 0, 0, 0, 0, 0, 3}, s.ID[:], s.Digest[:])
	var list []byte
	for _, c := range s.Commitments {
		list = append(append(append(list, index(uint64(c.Index))...), c.D[:]...), c.E[:]...)
	}
	com := h([]byte("com"), list)
	even := Point(append([]byte{2}, s.Key[:]...))
	for k, c := range s.Commitments {
		var want fr.Element
		want.SetBytes(h([]byte("rho"), even[:], msg, com, index(uint64(c.Index))))
		if !want.Equal(&p.run.rho[k]) {
			t.Errorf("rho of %d", c.Index)
		}
	}
	random, share := testRand(1), Scalar{31: 9}
	n, _, _, err := newNonce(keccakSuite{}, random, testRand(2), share)
	if err != nil {
		t.Fatal(err)
	}
	seed := make([]byte, 64)
	_, _ = io.ReadFull(testRand(1), seed)
	for k, got := range []fr.Element{n.pair().d, n.pair().e} {
		var want fr.Element
		want.SetBytes(h([]byte("nonce"), seed[32*k:32*k+32], share[:]))
		if !want.Equal(&got) {
			t.Errorf("nonce %d", k)
		}
	}
}

func TestNothingPrintsSecrets(t *testing.T) {
	share := Scalar{0: 0x5e, 1: 0xc2, 31: 0xe7}
	n, _, _, err := NewNonce(testRand(1), share)
	if err != nil {
		t.Fatal(err)
	}
	d := n.pair().d
	hidden := []string{"5ec2", "5EC2", "94 194", "0x5e", d.String(), fmt.Sprint(d[0])}
	var out bytes.Buffer
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%o", "%b", "%c", "%t"} {
		fmt.Fprintf(&out, verb+"\n", share)
		fmt.Fprintf(&out, verb+"\n", &share)
		fmt.Fprintf(&out, verb+"\n", n)
		fmt.Fprintf(&out, verb+"\n", *n)
		fmt.Fprintf(&out, verb+"\n", struct{ S Scalar }{share})
		fmt.Fprintf(&out, verb+"\n", []Scalar{share})
	}
	for _, h := range []slog.Handler{slog.NewTextHandler(&out, nil), slog.NewJSONHandler(&out, nil)} {
		slog.New(h).Info("x", "share", share, "nonce", n)
	}
	if b, err := json.Marshal(struct{ S Scalar }{share}); err == nil {
		t.Errorf("JSON of a scalar: %s", b)
	}
	b, _ := json.Marshal(n) //nolint:staticcheck // SA9005: that nothing comes out is what is tested
	out.Write(b)
	for _, secret := range hidden {
		if strings.Contains(out.String(), secret) {
			t.Errorf("output holds %q:\n%s", secret, out.String())
		}
	}
}

func TestShortRandomness(t *testing.T) {
	if _, _, _, err := NewNonce(bytes.NewReader(make([]byte, 40)), Scalar{31: 1}); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("short randomness: %v", err)
	}
}
