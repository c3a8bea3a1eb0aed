// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"bytes"
	"errors"
	"slices"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

var (
	order    = [32]byte(fr.Modulus().Bytes())
	offCurve = append([]byte{2}, append(make([]byte, 31), 5)...)
)

func TestParams(t *testing.T) {
	old := newEpoch(t, randomness(50), 4)
	for _, tc := range []struct {
		name  string
		old   *epoch
		spoil func(p *Params)
		want  error
	}{
		{"fresh", nil, func(*Params) {}, nil},
		{"reshare", old, func(*Params) {}, nil},
		{"dealers with gaps", old, func(p *Params) { p.Dealers[3].Index = 9 }, nil},
		{"zero context", nil, func(p *Params) { p.Context = [32]byte{} }, ErrParams},
		{"zero threshold", nil, func(p *Params) { p.Threshold = 0 }, ErrParams},
		{"threshold above n", nil, func(p *Params) { p.Threshold = 6 }, ErrParams},
		{"no dealers needed", nil, func(p *Params) { p.DealerThreshold = 0 }, ErrParams},
		{"more needed than dealers", old, func(p *Params) { p.DealerThreshold = 5 }, ErrParams},
		{"no receivers", nil, func(p *Params) { p.Receivers = nil }, ErrParams},
		{"no dealers", nil, func(p *Params) { p.Dealers = nil }, ErrParams},
		{"too many receivers", nil, func(p *Params) { p.Receivers = make([]Receiver, frost.MaxMembers+1) }, ErrParams},
		{"too many dealers", nil, func(p *Params) { p.Dealers = make([]Dealer, frost.MaxMembers+1) }, ErrParams},
		{"dealer zero", nil, func(p *Params) { p.Dealers[0].Index = 0 }, ErrParams},
		{"dealer twice", nil, func(p *Params) { p.Dealers[1].Index = 1 }, ErrParams},
		{"dealers not ascending", nil, func(p *Params) { p.Dealers[1], p.Dealers[2] = p.Dealers[2], p.Dealers[1] }, ErrParams},
		{"dealer too high", old, func(p *Params) { p.Dealers[3].Index = frost.MaxMembers + 1 }, ErrParams},
		{"receivers with gaps", nil, func(p *Params) { p.Receivers[4].Index = 6 }, ErrParams},
		{"receivers from zero", nil, func(p *Params) { p.Receivers[0].Index = 0 }, ErrParams},
		{"public share in a fresh ceremony", nil, func(p *Params) { p.Dealers[0].Public = p.Receivers[0].Key }, ErrParams},
		{"no public share in a reshare", old, func(p *Params) { p.Dealers[0].Public = frost.Point{} }, ErrParams},
		{"public share off the curve", old, func(p *Params) { p.Dealers[0].Public = frost.Point(offCurve) }, curve.ErrPoint},
		{"dealing key off the curve", nil, func(p *Params) { p.Receivers[1].Key = frost.Point(offCurve) }, curve.ErrPoint},
		{"no dealing key", nil, func(p *Params) { p.Receivers[1].Key = frost.Point{} }, curve.ErrPoint},
		{"one dealing key twice", nil, func(p *Params) { p.Receivers[1].Key = p.Receivers[0].Key }, ErrParams},
		{"group key off the curve", old, func(p *Params) { p.GroupKey = schnorr.PublicKey{31: 5} }, schnorr.ErrKeyOffCurve},
		{"group key out of range", old, func(p *Params) { p.GroupKey = order }, schnorr.ErrKeyRange},
	} {
		t.Run(tc.name, func(t *testing.T) {
			w := newWorld(t, randomness(51), tc.old, 5)
			tc.spoil(&w.p)
			if err := w.p.Validate(); !errors.Is(err, tc.want) {
				t.Errorf("%v, not %v", err, tc.want)
			}
		})
	}
}

// What is spoilt in an honest dealing, and what refuses it: the parser or the verifier.
func TestDealingRefused(t *testing.T) {
	old := newEpoch(t, randomness(52), 4)
	fresh, again := newWorld(t, randomness(53), nil, 4), newWorld(t, randomness(54), old, 4)
	const commitments, ephemeral, encrypted, constantProof, ephemeralProof = 2, 2 + 3*33, 2 + 4*33, 2 + 4*33 + 4*32, 2 + 4*33 + 4*32 + 64
	set := func(at int, with []byte) func([]byte) []byte {
		return func(b []byte) []byte { copy(b[at:], with); return b }
	}
	for _, tc := range []struct {
		name          string
		spoil         func(b []byte) []byte
		parse, verify error
	}{
		{"as it is", func(b []byte) []byte { return b }, nil, nil},
		{"empty", func([]byte) []byte { return nil }, ErrEncoding, nil},
		{"one byte short", func(b []byte) []byte { return b[:len(b)-1] }, ErrEncoding, nil},
		{"one byte long", func(b []byte) []byte { return append(b, 0) }, ErrEncoding, nil},
		{"one commitment more", func(b []byte) []byte { return slices.Insert(b, 2, b[2:35]...) }, ErrEncoding, nil},
		{"one commitment less", func(b []byte) []byte { return slices.Delete(b, 2, 35) }, ErrEncoding, nil},
		{"one share more", func(b []byte) []byte { return slices.Insert(b, encrypted, make([]byte, 32)...) }, ErrEncoding, nil},
		{"dealer zero", set(0, []byte{0, 0}), ErrUnknown, nil},
		{"unknown dealer", set(0, []byte{0, 5}), ErrUnknown, nil},
		{"dealer 256 + 1", set(0, []byte{1, 1}), ErrUnknown, nil},
		{"another dealer", set(0, []byte{0, 2}), nil, ErrProof},
		{"constant is the identity", set(commitments, make([]byte, 33)), curve.ErrPoint, nil},
		{"top is the identity", set(commitments+66, make([]byte, 33)), curve.ErrPoint, nil},
		{"commitment off the curve", set(commitments+33, offCurve), curve.ErrPoint, nil},
		{"commitment uncompressed", set(commitments+33, []byte{4}), curve.ErrPoint, nil},
		{"commitment x not below p", set(commitments+34, bytes.Repeat([]byte{255}, 32)), curve.ErrPoint, nil},
		{"other parity of a commitment", func(b []byte) []byte { b[commitments+33] ^= 1; return b }, nil, ErrProof},
		{"commitment twice", func(b []byte) []byte { copy(b[commitments+33:], b[commitments+66:commitments+99]); return b }, nil, ErrCommitments},
		{"ephemeral is a commitment", func(b []byte) []byte { copy(b[ephemeral:], b[commitments+33:commitments+66]); return b }, nil, ErrCommitments},
		{"ephemeral is the identity", set(ephemeral, make([]byte, 33)), curve.ErrPoint, nil},
		{"ephemeral off the curve", set(ephemeral, offCurve), curve.ErrPoint, nil},
		{"other parity of the ephemeral key", func(b []byte) []byte { b[ephemeral] ^= 1; return b }, nil, ErrProof},
		{"a bit of a share", func(b []byte) []byte { b[encrypted+40] ^= 1; return b }, nil, ErrProof},
		{"constant challenge zero", set(constantProof, make([]byte, 32)), curve.ErrScalar, nil},
		{"constant challenge n", set(constantProof, order[:]), curve.ErrScalar, nil},
		{"constant response zero", set(constantProof+32, make([]byte, 32)), curve.ErrScalar, nil},
		{"constant response n", set(constantProof+32, order[:]), curve.ErrScalar, nil},
		{"ephemeral challenge n", set(ephemeralProof, order[:]), curve.ErrScalar, nil},
		{"ephemeral response zero", set(ephemeralProof+32, make([]byte, 32)), curve.ErrScalar, nil},
		{"constant response changed", func(b []byte) []byte { b[constantProof+63] ^= 1; return b }, nil, ErrProof},
		{"ephemeral response changed", func(b []byte) []byte { b[ephemeralProof+63] ^= 1; return b }, nil, ErrProof},
		{"proofs exchanged", func(b []byte) []byte {
			return slices.Concat(b[:constantProof], b[ephemeralProof:], b[constantProof:ephemeralProof])
		}, nil, ErrProof},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for kind, w := range map[string]*world{"fresh": fresh, "reshare": again} {
				b := tc.spoil(slices.Clone(w.deal(t, 1)))
				d, err := ParseDealing(&w.p, b)
				if !errors.Is(err, tc.parse) {
					t.Fatalf("%s: parse: %v, not %v", kind, err, tc.parse)
				}
				if err != nil {
					continue
				}
				if !bytes.Equal(d.Bytes(), b) {
					t.Errorf("%s: other bytes", kind)
				}
				want := tc.verify
				if kind == "reshare" && tc.name == "another dealer" {
					want = ErrConstant
				}
				if err := VerifyDealing(&w.p, d); !errors.Is(err, want) {
					t.Errorf("%s: verify: %v, not %v", kind, err, want)
				}
			}
		})
	}
}

func TestDealingBindsItsCeremony(t *testing.T) {
	w := newWorld(t, randomness(55), nil, 4)
	d := w.accept(w.deal(t, 2))
	other := w.p
	other.Context[31] ^= 1
	if err := VerifyDealing(&other, d); !errors.Is(err, ErrProof) {
		t.Errorf("another context: %v", err)
	}
	if Hash(&w.p, 2, d.Bytes()) == Hash(&other, 2, d.Bytes()) || Hash(&w.p, 2, d.Bytes()) == Hash(&w.p, 3, d.Bytes()) {
		t.Error("the hash does not bind ceremony and dealer")
	}
	for k := range d.Bytes() {
		b := slices.Clone(d.Bytes())
		b[k] ^= 1
		if Hash(&w.p, 2, d.Bytes()) == Hash(&w.p, 2, b) {
			t.Errorf("the hash does not bind byte %d", k)
		}
	}
}

// The constant term of a reshare is the recorded share, whatever the proof says.
func TestConstantIsThePublicShare(t *testing.T) {
	w := newWorld(t, randomness(56), newEpoch(t, randomness(57), 4), 5)
	r := randomness(58)
	d := w.craft(t, r, 2, elements(t, r, w.p.Threshold), nil)
	if err := VerifyDealing(&w.p, d); !errors.Is(err, ErrConstant) {
		t.Errorf("another constant: %v", err)
	}
	if err := VerifyDealing(&w.p, w.craft(t, r, 2, w.polynomial(t, r, 2), nil)); err != nil {
		t.Errorf("twin: %v", err)
	}
}

// The verifier counts for itself, though the parser lets no other number through.
func TestDegree(t *testing.T) {
	w := newWorld(t, randomness(59), nil, 4)
	r := randomness(60)
	for terms, want := range map[int]error{1: ErrCommitments, 2: ErrCommitments, 3: nil, 4: ErrCommitments} {
		if err := VerifyDealing(&w.p, w.craft(t, r, 2, elements(t, r, terms), nil)); !errors.Is(err, want) {
			t.Errorf("%d terms: %v, not %v", terms, err, want)
		}
	}
	d := w.craft(t, r, 2, elements(t, r, 3), nil)
	d.Encrypted = append(d.Encrypted, [32]byte{1})
	if err := VerifyDealing(&w.p, d); !errors.Is(err, ErrCommitments) {
		t.Errorf("a share too many: %v", err)
	}
}

func TestComplaints(t *testing.T) {
	w := newWorld(t, randomness(60), nil, 4)
	r := randomness(61)
	bad := w.craft(t, r, 2, w.polynomial(t, r, 2), func(to frost.Index, s [32]byte) [32]byte {
		if to == 3 {
			s[0] ^= 1
		}
		return s
	})
	good := w.accept(w.deal(t, 1))
	right, err := Complain(randomness(62), &w.p, bad, 3, w.keys[2])
	if err != nil || len(right) != ComplaintSize {
		t.Fatal(err)
	}
	if i, err := ComplaintDealer(right); err != nil || i != 2 {
		t.Errorf("dealer %d, %v", i, err)
	}
	if _, err := Complain(randomness(62), &w.p, bad, 1, w.keys[0]); !errors.Is(err, ErrNoReason) {
		t.Errorf("no reason: %v", err)
	}
	if _, err := Complain(randomness(62), &w.p, bad, 3, w.keys[0]); !errors.Is(err, ErrKey) {
		t.Errorf("another's key: %v", err)
	}
	if _, err := Complain(bytes.NewReader(nil), &w.p, bad, 3, w.keys[2]); err == nil {
		t.Error("no randomness")
	}
	false1, err := complain(randomness(63), &w.p, good, 3, w.keys[2])
	if err != nil {
		t.Fatal(err)
	}
	set := func(at int, with ...byte) []byte {
		b := slices.Clone(right)
		copy(b[at:], with)
		return b
	}
	elsewhere := *w
	elsewhere.p.Context[0] ^= 1
	foreign, err := complain(randomness(62), &elsewhere.p, bad, 3, w.keys[2])
	if err != nil {
		t.Fatal(err)
	}
	resealed := *bad
	w.sign(t, r, &resealed, element(t, r), element(t, r))
	older, err := complain(randomness(62), &w.p, &resealed, 3, w.keys[2])
	if err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name string
		d    *Dealing
		me   frost.Index
		b    []byte
		want Verdict
	}{
		{"right", bad, 3, right, DealerGuilty},
		{"the share is good", good, 3, false1, ComplainerGuilty},
		{"of another receiver", bad, 1, right, ComplainerGuilty},
		{"about another dealer", good, 3, right, ComplainerGuilty},
		{"dealer renamed", good, 3, set(0, 0, 1), ComplainerGuilty},
		{"empty", bad, 3, nil, ComplainerGuilty},
		{"short", bad, 3, right[:98], ComplainerGuilty},
		{"long", bad, 3, append(slices.Clone(right), 0), ComplainerGuilty},
		{"identity", bad, 3, set(2, make([]byte, 33)...), ComplainerGuilty},
		{"off the curve", bad, 3, set(2, offCurve...), ComplainerGuilty},
		{"other point", bad, 3, set(2, right[2]^1), ComplainerGuilty},
		{"challenge zero", bad, 3, set(35, make([]byte, 32)...), ComplainerGuilty},
		{"challenge n", bad, 3, set(35, order[:]...), ComplainerGuilty},
		{"response zero", bad, 3, set(67, make([]byte, 32)...), ComplainerGuilty},
		{"response n", bad, 3, set(67, order[:]...), ComplainerGuilty},
		{"response changed", bad, 3, set(98, right[98]^1), ComplainerGuilty},
		{"of another ceremony", bad, 3, foreign, ComplainerGuilty},
		{"of other proofs in the dealing", bad, 3, older, ComplainerGuilty},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if v, err := Judge(&w.p, tc.d, tc.me, tc.b); err != nil || v != tc.want {
				t.Errorf("verdict %d, %v", v, err)
			}
		})
	}
	if _, err := Judge(&w.p, bad, 5, right); !errors.Is(err, ErrUnknown) {
		t.Errorf("unknown receiver: %v", err)
	}
	shorter := *bad
	shorter.Encrypted = shorter.Encrypted[:2]
	if _, err := Judge(&w.p, &shorter, 3, right); !errors.Is(err, ErrCommitments) {
		t.Errorf("not a dealing: %v", err)
	}
	if _, err := ComplaintDealer(right[:98]); !errors.Is(err, ErrEncoding) {
		t.Errorf("short: %v", err)
	}
}

func TestKeyProof(t *testing.T) {
	bridge, operator := [32]byte{1}, [20]byte{2}
	x := element(t, randomness(70))
	key, secret := times(&x), frost.Scalar(x.Bytes())
	proof, err := ProveKey(randomness(71), bridge, operator, secret)
	if err != nil || len(proof) != ProofSize {
		t.Fatal(err)
	}
	again, err := ProveKey(randomness(71), bridge, operator, secret)
	if err != nil || !bytes.Equal(proof, again) {
		t.Errorf("one reader, two proofs: %v", err)
	}
	// A reader that repeats itself must not repeat the nonce for another statement: R differs.
	other, err := ProveKey(randomness(71), bridge, [20]byte{3}, secret)
	if err != nil || bytes.Equal(nonceOf(t, proof, x), nonceOf(t, other, x)) {
		t.Errorf("one nonce in two proofs: %v", err)
	}
	spoilt := func(at int, with ...byte) []byte {
		b := slices.Clone(proof)
		copy(b[at:], with)
		return b
	}
	flipped := key
	flipped[0] ^= 1
	for _, tc := range []struct {
		name     string
		bridge   [32]byte
		operator [20]byte
		key      frost.Point
		proof    []byte
		want     error
	}{
		{"right", bridge, operator, key, proof, nil},
		{"another bridge", [32]byte{9}, operator, key, proof, ErrProof},
		{"another operator", bridge, [20]byte{9}, key, proof, ErrProof},
		{"zero bridge", [32]byte{}, operator, key, proof, ErrParams},
		{"zero operator", bridge, [20]byte{}, key, proof, ErrParams},
		{"the negative key", bridge, operator, flipped, proof, ErrProof},
		{"no key", bridge, operator, frost.Point{}, proof, curve.ErrPoint},
		{"empty", bridge, operator, key, nil, ErrEncoding},
		{"short", bridge, operator, key, proof[:63], ErrEncoding},
		{"long", bridge, operator, key, append(slices.Clone(proof), 0), ErrEncoding},
		{"challenge zero", bridge, operator, key, spoilt(0, make([]byte, 32)...), curve.ErrScalar},
		{"response zero", bridge, operator, key, spoilt(32, make([]byte, 32)...), curve.ErrScalar},
		{"response n", bridge, operator, key, spoilt(32, order[:]...), curve.ErrScalar},
		{"response changed", bridge, operator, key, spoilt(63, proof[63]^1), ErrProof},
	} {
		t.Run(tc.name, func(t *testing.T) {
			if err := VerifyKeyProof(tc.bridge, tc.operator, tc.key, tc.proof); !errors.Is(err, tc.want) {
				t.Errorf("%v, not %v", err, tc.want)
			}
		})
	}
	for name, f := range map[string]func() error{
		"zero secret":   func() error { _, err := ProveKey(randomness(1), bridge, operator, frost.Scalar{}); return err },
		"zero bridge":   func() error { _, err := ProveKey(randomness(1), [32]byte{}, operator, secret); return err },
		"no randomness": func() error { _, err := ProveKey(bytes.NewReader(nil), bridge, operator, secret); return err },
	} {
		if f() == nil {
			t.Errorf("%s: proven", name)
		}
	}
}

// nonceOf works the nonce out of a proof, as one who knows the secret can.
func nonceOf(t *testing.T, proof []byte, x curve.Element) []byte {
	t.Helper()
	f, err := parseProof(proof)
	if err != nil {
		t.Fatal(err)
	}
	c, z, err := f.numbers()
	if err != nil {
		t.Fatal(err)
	}
	k := z.Sub(&z, c.Mul(&c, &x)).Bytes()
	return k[:]
}

func TestOpenRefuses(t *testing.T) {
	w := newWorld(t, randomness(80), nil, 4)
	d := w.accept(w.deal(t, 1))
	if _, err := Open(&w.p, d, 2, w.keys[1]); err != nil {
		t.Fatal(err)
	}
	for name, tc := range map[string]struct {
		me   frost.Index
		key  frost.Scalar
		want error
	}{
		"another's key": {2, w.keys[0], ErrKey}, "zero key": {2, frost.Scalar{}, curve.ErrScalar},
		"receiver zero": {0, w.keys[0], ErrUnknown}, "receiver five": {5, w.keys[0], ErrUnknown},
	} {
		if _, err := Open(&w.p, d, tc.me, tc.key); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v, not %v", name, err, tc.want)
		}
	}
}

func TestFinaliseAborts(t *testing.T) {
	fresh := newWorld(t, randomness(81), nil, 4)
	again := newWorld(t, randomness(82), newEpoch(t, randomness(83), 4), 4)
	all := func(w *world) (out []*Dealing) {
		for i := frost.Index(1); i <= 4; i++ {
			out = append(out, w.accept(w.deal(t, i)))
		}
		return out
	}
	for _, w := range []*world{fresh, again} {
		ds := all(w)
		for _, tc := range []struct {
			name string
			ds   []*Dealing
			want error
		}{
			{"all", ds, nil},
			{"just enough", ds[1:], nil},
			{"too few", ds[:2], ErrAbort},
			{"none", nil, ErrAbort},
			{"not ascending", []*Dealing{ds[1], ds[0], ds[2]}, ErrParams},
			{"one twice", []*Dealing{ds[0], ds[0], ds[1], ds[2]}, ErrAbort},
		} {
			if _, err := Finalise(&w.p, tc.ds); !errors.Is(err, tc.want) {
				t.Errorf("%s: %v, not %v", tc.name, err, tc.want)
			}
		}
	}
	// A reshare must come out at the recorded key.
	other := again.p
	other.GroupKey = newEpoch(t, randomness(84), 4).group.Key
	if _, err := Finalise(&other, all(again)); !errors.Is(err, ErrAbort) {
		t.Errorf("another key: %v", err)
	}

	// Coefficients that cancel: dealers who know each other's secrets.
	r := randomness(85)
	e := func(v uint64) (x curve.Element) { x.SetUint64(v); return x }
	minus := func(x curve.Element) curve.Element { x.Neg(&x); return x }
	for name, c := range map[string][3][]curve.Element{
		"constant":     {{e(5), e(6), e(7)}, {e(8), e(9), e(10)}, {minus(e(13)), e(11), e(12)}},
		"top":          {{e(5), e(6), e(7)}, {e(8), e(9), e(10)}, {e(13), e(11), minus(e(17))}},
		"public share": {{e(5), e(6), e(7)}, {e(8), e(9), e(10)}, {e(1), e(2), minus(e(48))}}, // f(1) = 0
		"nothing":      {{e(5), e(6), e(7)}, {e(8), e(9), e(10)}, {e(1), e(2), e(4)}},
	} {
		var ds []*Dealing
		for k := range c {
			d := fresh.craft(t, r, frost.Index(k+1), c[k], nil)
			if err := VerifyDealing(&fresh.p, d); err != nil {
				t.Fatal(err)
			}
			ds = append(ds, d)
		}
		_, err := Finalise(&fresh.p, ds)
		if name == "nothing" {
			if err != nil {
				t.Errorf("twin: %v", err)
			}
			continue
		}
		if !errors.Is(err, ErrAbort) || !errors.Is(err, curve.ErrIdentity) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestCombineRefuses(t *testing.T) {
	w := newWorld(t, randomness(86), nil, 4)
	o := w.run(t, nil, nil)
	var shares []frost.Scalar
	for _, d := range o.qualified {
		shares = append(shares, w.open(t, d, 2).share)
	}
	if _, err := Combine(&w.p, o.result, 2, shares); err != nil {
		t.Fatal(err)
	}
	if _, err := Combine(&w.p, o.result, 3, shares); !errors.Is(err, ErrWrongShare) {
		t.Errorf("another's: %v", err)
	}
	if _, err := Combine(&w.p, o.result, 2, shares[1:]); !errors.Is(err, ErrParams) {
		t.Errorf("one missing: %v", err)
	}
	if _, err := Combine(&w.p, o.result, 0, shares); !errors.Is(err, ErrUnknown) {
		t.Errorf("nobody's: %v", err)
	}
	if _, err := Combine(&w.p, &Result{}, 2, nil); !errors.Is(err, ErrParams) {
		t.Errorf("no result: %v", err)
	}
	shares[0] = frost.Scalar{}
	if _, err := Combine(&w.p, o.result, 2, shares); !errors.Is(err, curve.ErrScalar) {
		t.Errorf("zero: %v", err)
	}
}

// The table of docs/spec/ceremony.md.
func TestSizes(t *testing.T) {
	for n, want := range map[int]int{1: 228, 4: 390, 7: 552, 19: 1200, 50: 2885, 100: 5574} {
		p := Params{Threshold: threshold(n), Receivers: make([]Receiver, n)}
		if got := DealingSize(&p); got != want {
			t.Errorf("n = %d: %d bytes, not %d", n, got, want)
		}
		d := Dealing{Commitments: make([]frost.Point, threshold(n)), Encrypted: make([][32]byte, n)}
		if got := len(d.Bytes()); got != want {
			t.Errorf("n = %d: encoded %d bytes, not %d", n, got, want)
		}
	}
}
