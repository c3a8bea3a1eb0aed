// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package frost

import (
	"bytes"
	"errors"
	"math/bits"
	"testing"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/schnorr"
)

type party struct {
	group  Group
	shares []Scalar
}

func deal(t testing.TB, seed uint64, n, threshold int) party {
	t.Helper()
	g, shares, err := Deal(testRand(seed), n, threshold)
	if err != nil {
		t.Fatal(err)
	}
	return party{g, shares}
}

// open makes a session of the given members and their nonces.
func (p party) open(t testing.TB, seed uint64, members ...Index) (Session, []*Nonce) {
	t.Helper()
	s := Session{Key: p.group.Key, KeyEpoch: 1, ID: [32]byte{byte(seed), 1}, Digest: [32]byte{byte(seed), 2}}
	var nonces []*Nonce
	for _, i := range members {
		n, d, e, err := NewNonce(testRand(seed<<16+uint64(i)), p.shares[i-1])
		if err != nil {
			t.Fatal(err)
		}
		s.Commitments, nonces = append(s.Commitments, Commitment{i, d, e}), append(nonces, n)
	}
	return s, nonces
}

func (p party) sign(t testing.TB, s Session, nonces []*Nonce) []Scalar {
	t.Helper()
	var out []Scalar
	for k, c := range s.Commitments {
		z, err := Sign(s, c.Index, nonces[k], p.shares[c.Index-1], testRand(5))
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, z)
	}
	return out
}

// Every subset of three of four members signs, under keys that were dealt odd and even and
// with odd and even group commitments.
func TestSignEndToEnd(t *testing.T) {
	var parities [2]int
	oddDeals := 0
	for seed := range uint64(8) {
		p := deal(t, seed, 4, 3)
		first, err := curve.RandomElement(testRand(seed))
		if err != nil {
			t.Fatal(err)
		}
		if dealt := curve.MulBasePublic(&first); curve.Encode(&dealt)[0] == 3 {
			oddDeals++
		}
		for mask := range uint(16) {
			if bits.OnesCount(mask) != 3 {
				continue
			}
			var members []Index
			for i := range 4 {
				if mask>>i&1 == 1 {
					members = append(members, Index(i+1))
				}
			}
			s, nonces := p.open(t, seed, members...)
			prepared, err := Prepare(s)
			if err != nil {
				t.Fatal(err)
			}
			parities[curve.Encode(&prepared.run.r)[0]-2]++
			shares := p.sign(t, s, nonces)
			for k, c := range s.Commitments {
				if err := VerifyShare(s, c.Index, p.group.Public[c.Index-1], shares[k]); err != nil {
					t.Errorf("share of %d: %v", c.Index, err)
				}
			}
			sig, err := Aggregate(s, shares)
			if err != nil {
				t.Fatalf("seed %d members %v: %v", seed, members, err)
			}
			if err := schnorr.Verify(p.group.Key, s.Digest, sig); err != nil {
				t.Error(err)
			}
		}
	}
	if parities[0] == 0 || parities[1] == 0 || oddDeals == 0 || oddDeals == 8 {
		t.Errorf("parities of R %v, odd keys %d of 8: not all cases met", parities, oddDeals)
	}
}

func TestTooFewSignersDoNotSign(t *testing.T) {
	p := deal(t, 1, 4, 3)
	s, nonces := p.open(t, 1, 1, 2)
	if _, err := Aggregate(s, p.sign(t, s, nonces)); !errors.Is(err, ErrBadSignature) {
		t.Errorf("two of three: %v", err)
	}
}

func TestCulpritIsNamed(t *testing.T) {
	p := deal(t, 2, 4, 3)
	s, nonces := p.open(t, 2, 1, 3, 4)
	shares := p.sign(t, s, nonces)
	shares[1][31] ^= 1
	if _, err := Aggregate(s, shares); !errors.Is(err, ErrBadSignature) {
		t.Fatalf("aggregate: %v", err)
	}
	var culprits []Index
	for k, c := range s.Commitments {
		var bad *ShareError
		if errors.As(VerifyShare(s, c.Index, p.group.Public[c.Index-1], shares[k]), &bad) {
			culprits = append(culprits, bad.Index)
		}
	}
	if len(culprits) != 1 || culprits[0] != 3 {
		t.Errorf("culprits %v, want 3", culprits)
	}
	shares[1] = Scalar{}
	var bad *ShareError
	if _, err := Aggregate(s, shares); !errors.As(err, &bad) || bad.Index != 3 || !errors.Is(err, ErrScalar) {
		t.Errorf("zero share: %v", err)
	}
	if _, err := Aggregate(s, shares[:2]); !errors.Is(err, ErrShareCount) {
		t.Errorf("share missing: %v", err)
	}
	if err := VerifyShare(s, 2, p.group.Public[1], shares[0]); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("no signer: %v", err)
	}
}

func TestNonceSignsOnce(t *testing.T) {
	p := deal(t, 3, 4, 3)
	s, nonces := p.open(t, 3, 1, 2, 3)
	backup := *nonces[0]
	if _, err := Sign(s, 1, nonces[0], p.shares[0], testRand(1)); err != nil {
		t.Fatal(err)
	}
	for name, n := range map[string]*Nonce{"again": nonces[0], "a copy": &backup, "zero value": {}} {
		if _, err := Sign(s, 1, n, p.shares[0], testRand(1)); !errors.Is(err, ErrNonceUsed) {
			t.Errorf("%s: %v", name, err)
		}
	}
	// A failed attempt uses the pair up too.
	bad := s
	bad.Commitments = nil
	if _, err := Sign(bad, 2, nonces[1], p.shares[1], testRand(1)); !errors.Is(err, ErrList) {
		t.Fatalf("no commitments: %v", err)
	}
	if _, err := Sign(s, 2, nonces[1], p.shares[1], testRand(1)); !errors.Is(err, ErrNonceUsed) {
		t.Errorf("after a failure: %v", err)
	}
	if nonces[2].Destroy(); !nonces[2].pair().d.IsZero() {
		t.Error("destroyed pair still holds its number")
	}
}

func TestSignRefuses(t *testing.T) {
	p := deal(t, 4, 4, 3)
	tests := []struct {
		name string
		f    func(*Session, *Index, *Scalar)
		want error
	}{
		{"not a signer", func(_ *Session, i *Index, _ *Scalar) { *i = 4 }, ErrUnknownMember},
		{"own D changed", func(s *Session, _ *Index, _ *Scalar) { s.Commitments[0].D = s.Commitments[1].D }, ErrCommitment},
		{"own E changed", func(s *Session, _ *Index, _ *Scalar) { s.Commitments[0].E = s.Commitments[1].E }, ErrCommitment},
		{"zero share", func(_ *Session, _ *Index, z *Scalar) { *z = Scalar{} }, ErrScalar},
	}
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			s, nonces := p.open(t, 4, 1, 2, 3)
			i, share := Index(1), p.shares[0]
			tc.f(&s, &i, &share)
			if _, err := Sign(s, i, nonces[0], share, testRand(1)); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
}

// A share is bound to every field of the session: changing one makes it invalid.
func TestSharesAreBound(t *testing.T) {
	p := deal(t, 5, 4, 3)
	s, nonces := p.open(t, 5, 1, 2, 3)
	shares := p.sign(t, s, nonces)
	other, _ := p.open(t, 6, 1, 2, 3)
	for name, f := range map[string]func(*Session){
		"epoch":        func(s *Session) { s.KeyEpoch++ },
		"id":           func(s *Session) { s.ID[0] ^= 1 },
		"digest":       func(s *Session) { s.Digest[0] ^= 1 },
		"other's D":    func(s *Session) { s.Commitments[2].D = other.Commitments[2].D },
		"other signer": func(s *Session) { s.Commitments[2].Index = 4 },
		"fewer":        func(s *Session) { s.Commitments = s.Commitments[:2] },
	} {
		c := s
		c.Commitments = append([]Commitment(nil), s.Commitments...)
		f(&c)
		if err := VerifyShare(c, 1, p.group.Public[0], shares[0]); !errors.Is(err, ErrShare) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestDealRefuses(t *testing.T) {
	for _, c := range [][2]int{{0, 0}, {4, 0}, {4, 5}, {MaxMembers + 1, 3}, {-1, -1}} {
		if _, _, err := Deal(testRand(1), c[0], c[1]); !errors.Is(err, ErrGroup) {
			t.Errorf("%v: %v", c, err)
		}
	}
	if _, _, err := Deal(bytes.NewReader(make([]byte, 1<<16)), 4, 3); !errors.Is(err, ErrScalar) {
		t.Errorf("zero randomness: %v", err)
	}
	if _, _, err := Deal(bytes.NewReader(nil), 4, 3); err == nil {
		t.Error("no randomness accepted")
	}
}

func TestGroupValidate(t *testing.T) {
	for name, f := range map[string]func(*Group){
		"key":           func(g *Group) { g.Key = deal(t, 8, 1, 1).group.Key },
		"threshold":     func(g *Group) { g.Threshold-- },
		"no threshold":  func(g *Group) { g.Threshold = 0 },
		"public share":  func(g *Group) { g.Public[3] = g.Public[2] },
		"swapped":       func(g *Group) { g.Public[0], g.Public[1] = g.Public[1], g.Public[0] },
		"not a point":   func(g *Group) { g.Public[0] = Point{} },
		"last no point": func(g *Group) { g.Public[3] = Point{} },
	} {
		g := deal(t, 7, 4, 3).group
		if err := g.Validate(); err != nil {
			t.Fatal(err)
		}
		f(&g)
		if g.Validate() == nil {
			t.Errorf("%s: accepted", name)
		}
	}
}

func BenchmarkSession(b *testing.B) {
	p := deal(b, 9, 4, 3)
	s, nonces := p.open(b, 9, 1, 2, 3)
	shares := p.sign(b, s, nonces)
	b.Run("nonce", func(b *testing.B) {
		for b.Loop() {
			_, _, _, _ = NewNonce(testRand(1), p.shares[0])
		}
	})
	b.Run("aggregate", func(b *testing.B) {
		for b.Loop() {
			_, _ = Aggregate(s, shares)
		}
	})
	b.Run("verify share", func(b *testing.B) {
		for b.Loop() {
			_ = VerifyShare(s, 1, p.group.Public[0], shares[0])
		}
	})
}
