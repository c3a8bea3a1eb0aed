// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
)

// hostile are the ways in which a corrupt member may deal and complain. Each makes what it
// shows after it saw the dealings of the honest. caught says how the board must treat the dealing:
// "" means that it may count.
var hostile = []struct {
	name   string
	caught string
	play   func(t testing.TB, w *world, r *stream, me frost.Index) *play
}{
	{"like the honest", "", func(t testing.TB, w *world, _ *stream, me frost.Index) *play {
		if int(me) > len(w.p.Dealers) {
			return &play{}
		}
		b := w.deal(t, me)
		return &play{show: func(map[frost.Index][]byte) []byte { return b }}
	}},
	{"silent", "silent", func(testing.TB, *world, *stream, frost.Index) *play { return &play{} }},
	{"wrong share to one", "complaint", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		victim := w.victim(me)
		return dealing(w.craft(t, r, me, w.polynomial(t, r, me), func(to frost.Index, s [32]byte) [32]byte {
			if to == victim {
				s[31] ^= 1
			}
			return s
		}))
	}},
	{"zero share to one", "complaint", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		victim := w.victim(me)
		return dealing(w.craft(t, r, me, w.polynomial(t, r, me), func(to frost.Index, s [32]byte) [32]byte {
			if to == victim {
				return [32]byte{}
			}
			return s
		}))
	}},
	{"share not below the order", "complaint", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		return dealing(w.craft(t, r, me, w.polynomial(t, r, me), func(frost.Index, [32]byte) (s [32]byte) {
			for k := range s {
				s[k] = 255
			}
			return s
		}))
	}},
	{"wrong shares to all", "complaint", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		return dealing(w.craft(t, r, me, w.polynomial(t, r, me), func(_ frost.Index, s [32]byte) [32]byte {
			s[31]++
			return s
		}))
	}},
	{"false complaints", "", func(t testing.TB, w *world, _ *stream, me frost.Index) *play {
		p := &play{complain: func(dealings []*Dealing) (out [][]byte) {
			for _, d := range dealings[:min(2, len(dealings))] {
				b, err := complain(randomness(int(me)), &w.p, d, me, w.keys[me-1])
				if err != nil {
					t.Fatal(err)
				}
				out = append(out, b)
			}
			return out
		}}
		if int(me) <= len(w.p.Dealers) {
			b := w.deal(t, me)
			p.show = func(map[frost.Index][]byte) []byte { return b }
		}
		return p
	}},
	{"forged complaints", "", func(t testing.TB, _ *world, r *stream, me frost.Index) *play {
		return &play{complain: func(dealings []*Dealing) (out [][]byte) {
			for _, d := range dealings[:min(2, len(dealings))] {
				x := element(t, r)
				point := times(&x)
				b := append([]byte{byte(d.Dealer >> 8), byte(d.Dealer)}, point[:]...)
				z := element(t, r)
				b = Proof{C: x.Bytes(), Z: z.Bytes()}.append(b)
				out = append(out, b, b[:98], nil)
			}
			return out
		}}
	}},
	{"rogue constant", "refused", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		x := element(t, r)
		return &play{show: func(honest map[frost.Index][]byte) []byte {
			return w.rogue(t, r, me, x, honest).Bytes()
		}}
	}},
	{"longer polynomial", "refused", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		return dealing(w.craft(t, r, me, append(w.polynomial(t, r, me), element(t, r)), nil))
	}},
	{"shorter polynomial", "refused", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		c := w.polynomial(t, r, me)
		return dealing(w.craft(t, r, me, c[:max(1, len(c)-1)], nil)).shorter(len(c))
	}},
	{"zero top coefficient", "refused", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		d := w.craft(t, r, me, w.polynomial(t, r, me), nil)
		d.Commitments[len(d.Commitments)-1] = frost.Point{}
		return dealing(d)
	}},
	{"copied dealing", "refused", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		return &play{show: func(honest map[frost.Index][]byte) []byte {
			b := slices.Clone(some(honest))
			if b != nil {
				b[0], b[1] = byte(me>>8), byte(me)
			}
			return b
		}}
	}},
	{"another's dealing", "refused", func(_ testing.TB, _ *world, _ *stream, _ frost.Index) *play {
		return &play{show: some}
	}},
	{"copied ephemeral key", "refused", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		return &play{show: func(honest map[frost.Index][]byte) []byte { return w.copyEphemeral(t, r, me, honest) }}
	}},
	{"changed after the hash", "hash", func(t testing.TB, w *world, r *stream, me frost.Index) *play {
		first := w.craft(t, r, me, w.polynomial(t, r, me), nil).Bytes()
		second := w.craft(t, r, me, w.polynomial(t, r, me), nil).Bytes()
		return &play{
			hash: func(map[frost.Index][]byte) []byte { return first },
			show: func(map[frost.Index][]byte) []byte { return second },
		}
	}},
}

func dealing(d *Dealing) *play {
	b := d.Bytes()
	return &play{show: func(map[frost.Index][]byte) []byte { return b }}
}

// shorter makes a polynomial of the whole length where there is none that is shorter.
func (p *play) shorter(t int) *play {
	if t == 1 {
		return &play{show: func(map[frost.Index][]byte) []byte { return []byte{0} }}
	}
	return p
}

// victim is a receiver other than the dealer, where there is one.
func (w *world) victim(me frost.Index) frost.Index {
	return me%frost.Index(len(w.p.Receivers)) + 1
}

func some(honest map[frost.Index][]byte) []byte {
	for i := frost.Index(1); i <= frost.MaxMembers; i++ {
		if honest[i] != nil {
			return honest[i]
		}
	}
	return nil
}

// rogue is a dealing whose constant term cancels all honest ones and leaves x·G.
func (w *world) rogue(t testing.TB, r *stream, me frost.Index, x curve.Element, honest map[frost.Index][]byte) *Dealing {
	t.Helper()
	key := curve.MulBasePublic(&x)
	for _, b := range honest {
		d, err := ParseDealing(&w.p, b)
		if err != nil {
			t.Fatal(err)
		}
		a, err := d.Commitments[0].Decode()
		if err != nil {
			t.Fatal(err)
		}
		key.Sub(&key, &a)
	}
	e := element(t, r)
	c := elements(t, r, w.p.Threshold)
	c[0] = x
	d := w.craftWith(t, r, me, c, e, nil)
	d.Commitments[0] = curve.Encode(&key)
	w.sign(t, r, d, x, e)
	return d
}

// copyEphemeral is a dealing that has another's ephemeral key and hidden shares.
func (w *world) copyEphemeral(t testing.TB, r *stream, me frost.Index, honest map[frost.Index][]byte) []byte {
	t.Helper()
	b := some(honest)
	if b == nil {
		return nil
	}
	other, err := ParseDealing(&w.p, b)
	if err != nil {
		t.Fatal(err)
	}
	c, e := w.polynomial(t, r, me), element(t, r)
	d := w.craftWith(t, r, me, c, e, nil)
	d.Ephemeral, d.Encrypted = other.Ephemeral, other.Encrypted
	w.sign(t, r, d, c[0], e)
	d.EphemeralProof = other.EphemeralProof
	return d.Bytes()
}

// One hostile dealer among honest ones is treated as it must be, for every way, in both kinds.
func TestHostileDealers(t *testing.T) {
	old := newEpoch(t, randomness(20), 4)
	for kind, before := range map[string]*epoch{"fresh": nil, "reshare": old} {
		for k, h := range hostile {
			t.Run(kind+"/"+h.name, func(t *testing.T) {
				w := newWorld(t, randomness(21, k), before, 4)
				p := h.play(t, w, randomness(22, k), 3)
				o := w.run(t, map[frost.Index]*play{3: p}, map[frost.Index]*play{3: p})
				want := h.caught
				if p.complain != nil && before == nil {
					want = "false complaint"
				} else if p.complain != nil && p.show == nil {
					want = "silent"
				}
				if o.guilty[3] != want || len(o.guilty) > 1 || want != "" && len(o.guilty) != 1 {
					t.Errorf("guilty %v, not 3 for %q", o.guilty, want)
				}
				proveSound(t, rand.New(rand.NewPCG(uint64(k), 2)), o)
				for i := frost.Index(1); i <= 4; i++ {
					if _, ok := o.holders[i]; !ok {
						t.Errorf("%d has no share", i)
					}
				}
			})
		}
	}
}

// What the hash does not stop stands in the way twice: the proof of the constant term alone
// stops a rogue key, and its twin, who knows the term, passes.
func TestRogueKeyNeedsTheSecret(t *testing.T) {
	w := newWorld(t, randomness(23), nil, 4)
	r := randomness(24)
	x := element(t, r)
	honest := map[frost.Index][]byte{1: w.deal(t, 1), 2: w.deal(t, 2), 4: w.deal(t, 4)}
	d := w.rogue(t, r, 3, x, honest)
	var shown []*Dealing
	for _, b := range honest {
		shown = append(shown, w.accept(b))
	}
	slices.SortFunc(shown, func(a, b *Dealing) int { return int(a.Dealer) - int(b.Dealer) })
	all := slices.Insert(slices.Clone(shown), 2, d)
	res, err := Finalise(&w.p, all)
	if err != nil || !isKeyX(res, &x) {
		t.Fatalf("the attack does not even work without a proof: %v", err)
	}
	if err := VerifyDealing(&w.p, d); !errors.Is(err, ErrProof) {
		t.Errorf("rogue key: %v", err)
	}
	if err := VerifyDealing(&w.p, w.craft(t, r, 3, elements(t, r, 3), nil)); err != nil {
		t.Errorf("twin: %v", err)
	}
}

func isKeyX(r *Result, x *curve.Element) bool {
	p := times(x)
	return [32]byte(p[1:]) == r.Group.Key
}

// A complaint against a dealing with a copied ephemeral key would open an honest share.
// An honest receiver makes none, and the pad of another dealer would not fit.
func TestCopiedEphemeralKeyOpensNothing(t *testing.T) {
	w := newWorld(t, randomness(25), nil, 4)
	b := w.copyEphemeral(t, randomness(26), 3, map[frost.Index][]byte{1: w.deal(t, 1)})
	d, err := ParseDealing(&w.p, b)
	if err != nil {
		t.Fatal(err)
	}
	for i := frost.Index(1); i <= 4; i++ {
		if _, err := Open(&w.p, d, i, w.keys[i-1]); !errors.Is(err, ErrWrongShare) {
			t.Errorf("receiver %d opens: %v", i, err)
		}
		if c, err := Complain(randomness(1), &w.p, d, i, w.keys[i-1]); !errors.Is(err, ErrProof) || c != nil {
			t.Errorf("receiver %d shows the point: %v", i, err)
		}
	}
	honest := w.accept(w.deal(t, 1))
	if pad, copied := honest.pad(&w.p, w.p.Receivers[0], frost.Point{1}), d.pad(&w.p, w.p.Receivers[0], frost.Point{1}); pad == copied {
		t.Error("two dealers hide with one pad")
	}
}

// Two who share their secrets are both named; nobody else is.
func TestCopies(t *testing.T) {
	old := newEpoch(t, randomness(20), 5)
	for _, before := range []*epoch{nil, old} {
		w := newWorld(t, randomness(27), before, 5)
		r := randomness(28)
		honest := []*Dealing{w.accept(w.deal(t, 1)), w.accept(w.deal(t, 4))}
		e, other := element(t, r), element(t, r)
		c2, c3 := w.polynomial(t, r, 2), w.polynomial(t, r, 3)
		a := w.craftWith(t, r, 2, c2, e, nil)
		sameKey := w.craftWith(t, r, 3, c3, e, nil)
		apart := w.craftWith(t, r, 3, c3, other, nil)
		for _, d := range []*Dealing{a, sameKey, apart} {
			if err := VerifyDealing(&w.p, d); err != nil {
				t.Fatal(err)
			}
		}
		both := []*Dealing{honest[0], a, sameKey, honest[1]}
		if got := Copies(&w.p, both); !slices.Equal(got, []frost.Index{2, 3}) {
			t.Errorf("one ephemeral key: %v", got)
		}
		if _, err := Finalise(&w.p, both); !errors.Is(err, ErrAbort) || !errors.Is(err, ErrCommitments) {
			t.Errorf("finalise: %v", err)
		}
		twins := []*Dealing{honest[0], a, apart, honest[1]}
		if got := Copies(&w.p, twins); got != nil {
			t.Errorf("twins: %v", got)
		}
		if _, err := Finalise(&w.p, twins); err != nil {
			t.Errorf("twins: %v", err)
		}
		if before == nil {
			c3[0] = c2[0]
			same := w.craft(t, r, 3, c3, nil)
			if got := Copies(&w.p, []*Dealing{honest[0], a, same}); !slices.Equal(got, []frost.Index{2, 3}) {
				t.Errorf("one constant term: %v", got)
			}
		}
		// Only what is proven may convict: honest commitments may be copied by others.
		c3 = w.polynomial(t, r, 3)
		c3[1] = c2[1]
		if got := Copies(&w.p, []*Dealing{honest[0], a, w.craft(t, r, 3, c3, nil)}); got != nil {
			t.Errorf("one other coefficient: %v", got)
		}
	}
}

// corrupt gives each member of the set a way to misbehave, each made once for each member of a setting.
func corrupt(t testing.TB, w *world, rng *rand.Rand, dealers, receivers []frost.Index) (d, c map[frost.Index]*play) {
	draw := func(me frost.Index, way int) *play {
		at := [2]int{int(me), way}
		if w.plays[at] == nil {
			w.plays[at] = hostile[way].play(t, w, randomness(at[:]...), me)
		}
		return w.plays[at]
	}
	d, c = map[frost.Index]*play{}, map[frost.Index]*play{}
	for _, i := range dealers {
		d[i] = draw(i, rng.IntN(len(hostile)))
	}
	for _, i := range receivers {
		if c[i] = d[i]; w.old != nil || c[i].complain == nil && rng.IntN(2) == 0 {
			c[i] = draw(i, 6+rng.IntN(2))
		}
	}
	return d, c
}

// prove checks what must hold whoever is corrupt: no honest dealer is ever found guilty, enough honest
// ones bring the ceremony to an end, and a second look at the same board gives the same result.
func (o *outcome) prove(t testing.TB, w *world, dealers map[frost.Index]*play, name string) {
	t.Helper()
	honest := 0
	for _, d := range w.p.Dealers {
		if dealers[d.Index] == nil {
			honest++
			if why := o.guilty[d.Index]; why != "" {
				t.Fatalf("%s: honest dealer %d is guilty of %s", name, d.Index, why)
			}
		}
	}
	if o.err != nil {
		if !errors.Is(o.err, ErrAbort) || honest >= w.p.DealerThreshold {
			t.Fatalf("%s: %d honest dealers of %d needed: %v", name, honest, w.p.DealerThreshold, o.err)
		}
		return
	}
	if w.old != nil && o.result.Group.Key != w.old.group.Key {
		t.Fatalf("%s: the key changed", name)
	}
}

func TestAllCorruptSubsets(t *testing.T) {
	for n := 1; n <= 5; n++ {
		for kind, old := range []*epoch{nil, newEpoch(t, randomness(30, n), n)} {
			w := newWorld(t, randomness(31, n, kind), old, n)
			for set := range 1 << n {
				name := fmt.Sprintf("n %d kind %d set %b", n, kind, set)
				rng := rand.New(rand.NewPCG(uint64(set), uint64(n*2+kind)))
				var who []frost.Index
				for i := range n {
					if set>>i&1 == 1 {
						who = append(who, frost.Index(i+1))
					}
				}
				d, c := corrupt(t, w, rng, who, who)
				o := w.run(t, d, c)
				o.prove(t, w, d, name)
				if o.err == nil {
					again, err := Finalise(&w.p, reparsed(t, w, o.qualified))
					if err != nil || again.Group.Key != o.result.Group.Key || !slices.Equal(again.Group.Public, o.result.Group.Public) {
						t.Fatalf("%s: another result: %v", name, err)
					}
					proveSound(t, rng, o)
				}
			}
		}
	}
}

func reparsed(t testing.TB, w *world, dealings []*Dealing) (out []*Dealing) {
	for _, d := range dealings {
		again, err := ParseDealing(&w.p, d.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, again)
	}
	return out
}

// Two thousand ceremonies of up to 13 dealers and receivers. Settings and what honest parties do in
// them are shared among runs; who is corrupt and how is drawn anew. Every fourth result signs.
func TestRandomCorruptSets(t *testing.T) {
	const runs, settings = 2000, 13
	rng := rand.New(rand.NewPCG(13, 2000))
	worlds := make([]*world, settings)
	for k := range worlds {
		var old *epoch
		if k%2 == 1 {
			old = newEpoch(t, randomness(40, k), 1+rng.IntN(13))
		}
		worlds[k] = newWorld(t, randomness(41, k), old, 1+k)
	}
	ended, aborted := 0, 0
	for k := range runs {
		w := worlds[rng.IntN(settings)]
		n, m := len(w.p.Dealers), len(w.p.Receivers)
		dealers, receivers := draw(rng, n), draw(rng, m)
		if w.old == nil {
			receivers = dealers
		}
		d, c := corrupt(t, w, rng, dealers, receivers)
		o := w.run(t, d, c)
		name := fmt.Sprintf("run %d, %d dealers (bad %v), %d receivers (bad %v)", k, n, dealers, m, receivers)
		if o.prove(t, w, d, name); o.err != nil {
			aborted++
			continue
		}
		ended++
		for i, s := range o.holders {
			x, err := s.Element()
			if err != nil || times(&x) != o.result.Group.Public[i-1] {
				t.Fatalf("%s: share of %d: %v", name, i, err)
			}
		}
		switch g := o.result.Group; {
		case len(o.holders) < g.Threshold:
		case k%4 == 0:
			proveSigns(t, rng, o)
		default: // what proveSigns shows, for less
			if !isKey(g, interpolated(t, pick(rng, o.holders, g.Threshold))) {
				t.Fatalf("%s: the shares are not the key's", name)
			}
			if g.Threshold > 1 && isKey(g, interpolated(t, pick(rng, o.holders, g.Threshold-1))) {
				t.Fatalf("%s: t−1 shares have the key", name)
			}
		}
	}
	if ended < runs/4 || aborted < runs/20 {
		t.Errorf("%d ended, %d aborted: the draw does not show both", ended, aborted)
	}
}

// draw is a set of up to n members: mostly few, sometimes more than any committee bears.
func draw(rng *rand.Rand, n int) (out []frost.Index) {
	most := n - threshold(n)
	if rng.IntN(4) == 0 {
		most = n
	}
	for _, i := range rng.Perm(n)[:rng.IntN(most+1)] {
		out = append(out, frost.Index(i+1))
	}
	slices.Sort(out)
	return out
}
