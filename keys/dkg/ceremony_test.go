// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
)

func TestFreshAndReshare(t *testing.T) {
	for k, n := range []int{1, 4, 7, 19} {
		rng := rand.New(rand.NewPCG(uint64(n), 0))
		first := newWorld(t, randomness(n, 1), nil, n).run(t, nil, nil)
		proveSound(t, rng, first)
		next := []int{4, 7, 1, 13}[k]
		second := newWorld(t, randomness(n, 2), first.epoch(t), next).run(t, nil, nil)
		proveSound(t, rng, second)
		if first.result.Group.Key != second.result.Group.Key {
			t.Errorf("%d to %d: the key changed", n, next)
		}
		if len(second.result.Qualified) != threshold(n) || second.result.Negated {
			t.Errorf("%d to %d: %+v", n, next, second.result)
		}
	}
}

// proveSound is what every finished ceremony must satisfy: the public shares are those of
// one polynomial, shares fit them, any t sign, t−1 do not.
func proveSound(t testing.TB, rng *rand.Rand, o *outcome) {
	t.Helper()
	if o.err != nil {
		t.Fatal(o.err)
	}
	g := o.result.Group
	if err := g.Validate(); err != nil {
		t.Fatal(err)
	}
	for i, s := range o.holders {
		x, err := s.Element()
		if err != nil || times(&x) != g.Public[i-1] {
			t.Fatalf("share of %d does not fit its public share: %v", i, err)
		}
	}
	if len(o.holders) < g.Threshold {
		return // fewer honest members than the threshold: nobody can be asked to sign
	}
	proveSigns(t, rng, o)
}

func proveSigns(t testing.TB, rng *rand.Rand, o *outcome) {
	t.Helper()
	g := o.result.Group
	signers := pick(rng, o.holders, g.Threshold)
	if err := sign(g, signers, randomness(rng.Int())); err != nil {
		t.Fatalf("%d of %d do not sign: %v", g.Threshold, len(g.Public), err)
	}
	if g.Threshold == 1 {
		return
	}
	few := pick(rng, o.holders, g.Threshold-1)
	if isKey(g, interpolated(t, few)) {
		t.Fatal("t−1 shares have the key")
	}
	if err := sign(g, few, randomness(rng.Int())); !errors.Is(err, frost.ErrBadSignature) {
		t.Fatalf("t−1 sign: %v", err)
	}
}

func TestReadyProofs(t *testing.T) {
	w := newWorld(t, randomness(3), nil, 4)
	o := w.run(t, nil, nil)
	e := o.epoch(t)
	for i := range e.shares {
		me := frost.Index(i + 1)
		proof, err := ProveReady(randomness(i), &w.p, o.result, me, e.shares[i])
		if err != nil {
			t.Fatal(err)
		}
		if err := VerifyReady(&w.p, o.result, me, proof); err != nil {
			t.Errorf("member %d: %v", me, err)
		}
		other := me%4 + 1
		if err := VerifyReady(&w.p, o.result, other, proof); !errors.Is(err, ErrProof) {
			t.Errorf("proof of %d for %d: %v", me, other, err)
		}
		elsewhere := w.p
		elsewhere.Context[5] ^= 1
		if err := VerifyReady(&elsewhere, o.result, me, proof); !errors.Is(err, ErrProof) {
			t.Errorf("another ceremony: %v", err)
		}
		if _, err := ProveReady(randomness(i), &w.p, o.result, other, e.shares[i]); !errors.Is(err, ErrKey) {
			t.Errorf("another's share: %v", err)
		}
	}
}

// About half of all keys come out with odd y; both kinds sign, and reshare.
func TestParity(t *testing.T) {
	seen := map[bool]int{}
	for seed := 0; seen[true] == 0 || seen[false] == 0; seed++ {
		if seed == 64 {
			t.Fatalf("64 keys of one parity: %v", seen)
		}
		o := newWorld(t, randomness(4, seed), nil, 4).run(t, nil, nil)
		if o.err != nil {
			t.Fatal(o.err)
		}
		if seen[o.result.Negated]++; seen[o.result.Negated] > 1 {
			continue
		}
		rng := rand.New(rand.NewPCG(uint64(seed), 1))
		proveSound(t, rng, o)
		next := newWorld(t, randomness(5, seed), o.epoch(t), 5).run(t, nil, nil)
		proveSound(t, rng, next)
	}
}

// Two hundred resharings with changing n keep the key; shares of two epochs do not mix.
func TestManyReshares(t *testing.T) {
	rng := rand.New(rand.NewPCG(200, 1))
	now := newEpoch(t, randomness(200), 4)
	key := now.group.Key
	for k := range 200 {
		n := 1 + rng.IntN(7)
		w := newWorld(t, randomness(200, k), now, n)
		// Some stay away, so that the dealers differ; one has a spoilt dealing.
		away := map[frost.Index]*play{}
		for _, i := range rng.Perm(len(now.shares))[:rng.IntN(len(now.shares)-now.group.Threshold+1)] {
			away[frost.Index(i+1)] = &play{}
		}
		o := w.run(t, away, nil)
		next := o.epoch(t)
		if next.group.Key != key {
			t.Fatalf("reshare %d: key %s, not %s", k, next.group.Key, key)
		}
		mixed := map[frost.Index]frost.Scalar{}
		for i := range min(len(next.shares), next.group.Threshold) {
			mixed[frost.Index(i+1)] = next.shares[i]
		}
		if !isKey(next.group, interpolated(t, mixed)) {
			t.Fatalf("reshare %d: the shares are not the key's", k)
		}
		// With n = 1 the old share of a committee of one is the key itself.
		if len(mixed) > 1 {
			mixed[1] = now.shares[0]
			if isKey(next.group, interpolated(t, mixed)) {
				t.Fatalf("reshare %d: shares of two epochs combine", k)
			}
			if k%40 == 0 {
				if err := sign(next.group, mixed, randomness(k)); !errors.Is(err, frost.ErrBadSignature) {
					t.Fatalf("reshare %d: shares of two epochs sign: %v", k, err)
				}
			}
		}
		if k%20 == 0 || k == 199 {
			proveSound(t, rng, o)
		}
		now = next
	}
}

// The dealing is a pure function: a dealer that is started again shows the same bytes, and
// anything else than the same inputs gives other numbers.
func TestDealIsDeterministic(t *testing.T) {
	old := newEpoch(t, randomness(9), 4)
	for _, before := range []*epoch{nil, old} {
		w := newWorld(t, randomness(10), before, 4)
		a, err := Deal(&w.p, 2, w.seeds[2], w.share(2))
		if err != nil {
			t.Fatal(err)
		}
		b, err := Deal(&w.p, 2, w.seeds[2], w.share(2))
		if err != nil || !slices.Equal(a.Bytes(), b.Bytes()) {
			t.Fatalf("not the same again: %v", err)
		}
		for name, f := range map[string]func(*world, *[32]byte){
			"seed":      func(_ *world, seed *[32]byte) { seed[0] ^= 1 },
			"context":   func(w *world, _ *[32]byte) { w.p.Context[0] ^= 1 },
			"threshold": func(w *world, _ *[32]byte) { w.p.Threshold-- },
			"receiver":  func(w *world, _ *[32]byte) { w.p.Receivers[1].Key[0] ^= 1 },
		} {
			other := *w
			other.p.Receivers = slices.Clone(w.p.Receivers)
			seed := w.seeds[2]
			f(&other, &seed)
			c, err := Deal(&other.p, 2, seed, w.share(2))
			if err != nil {
				t.Fatal(err)
			}
			for k := range min(len(a.Commitments), len(c.Commitments)) {
				if (before == nil || k > 0) && slices.Contains(a.Commitments, c.Commitments[k]) {
					t.Errorf("%s: coefficient %d is the same", name, k)
				}
			}
			if a.Ephemeral == c.Ephemeral {
				t.Errorf("%s: the ephemeral key is the same", name)
			}
		}
	}
}

func TestDealRefuses(t *testing.T) {
	old := newEpoch(t, randomness(9), 4)
	fresh, again := newWorld(t, randomness(11), nil, 4), newWorld(t, randomness(12), old, 4)
	for _, tc := range []struct {
		name   string
		w      *world
		dealer frost.Index
		seed   [32]byte
		share  *frost.Scalar
		want   error
	}{
		{"fresh", fresh, 1, [32]byte{1}, nil, nil},
		{"reshare", again, 1, [32]byte{1}, &old.shares[0], nil},
		{"zero seed", fresh, 1, [32]byte{}, nil, ErrSeed},
		{"dealer zero", fresh, 0, [32]byte{1}, nil, ErrUnknown},
		{"dealer five", fresh, 5, [32]byte{1}, nil, ErrUnknown},
		{"share in a fresh ceremony", fresh, 1, [32]byte{1}, &old.shares[0], ErrKey},
		{"no share in a reshare", again, 1, [32]byte{1}, nil, ErrKey},
		{"another's share", again, 1, [32]byte{1}, &old.shares[1], ErrKey},
		{"zero share", again, 1, [32]byte{1}, &frost.Scalar{}, curve.ErrScalar},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if _, err := Deal(&tc.w.p, tc.dealer, tc.seed, tc.share); !errors.Is(err, tc.want) {
				t.Errorf("%v, not %v", err, tc.want)
			}
		})
	}
}
