// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// randomness is an endless io.Reader that depends on its seed alone.
func randomness(seed ...int) *stream {
	var b []byte
	for _, s := range seed {
		b = append(b, word(s)...)
	}
	return newStream([32]byte{1}, b)
}

func element(t testing.TB, r *stream) curve.Element {
	t.Helper()
	x, err := curve.RandomElement(r)
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func elements(t testing.TB, r *stream, n int) []curve.Element {
	out := make([]curve.Element, n)
	for k := range out {
		out[k] = element(t, r)
	}
	return out
}

func times(x *curve.Element) frost.Point {
	p := curve.MulBasePublic(x)
	return curve.Encode(&p)
}

func threshold(n int) int { return 2*n/3 + 1 }

// epoch is a committee with all its secrets.
type epoch struct {
	group  frost.Group
	shares []frost.Scalar
}

// newEpoch makes one without a ceremony.
func newEpoch(t testing.TB, r *stream, n int) *epoch {
	c := elements(t, r, threshold(n))
	if times(&c[0])[0] == 3 {
		for k := range c {
			c[k].Neg(&c[k])
		}
	}
	key := times(&c[0])
	e := &epoch{group: frost.Group{Key: schnorr.PublicKey(key[1:]), Threshold: len(c)}}
	for i := range n {
		s := curve.Evaluate(c, frost.Index(i+1))
		e.shares = append(e.shares, s.Bytes())
		e.group.Public = append(e.group.Public, times(&s))
	}
	return e
}

// world is the setting of a ceremony, with everybody's secrets. What honest parties do in it is a
// function of the setting, so it is computed once.
type world struct {
	p       Params
	old     *epoch // nil: fresh
	keys    []frost.Scalar
	seeds   map[frost.Index][32]byte
	honest  map[frost.Index][]byte
	checked map[string]*Dealing
	opened  map[string]*opening
	judged  map[string]Verdict
	plays   map[[2]int]*play
}

// opening is what one receiver finds in one dealing.
type opening struct {
	share     frost.Scalar
	err       error
	complaint []byte
}

func newWorld(t testing.TB, r *stream, old *epoch, n int) *world {
	t.Helper()
	w := &world{
		old: old, seeds: map[frost.Index][32]byte{}, honest: map[frost.Index][]byte{},
		checked: map[string]*Dealing{}, opened: map[string]*opening{}, judged: map[string]Verdict{}, plays: map[[2]int]*play{},
	}
	_, _ = r.Read(w.p.Context[:])
	w.p.Threshold = threshold(n)
	w.p.DealerThreshold = w.p.Threshold
	for i := range n {
		k := element(t, r)
		w.keys = append(w.keys, k.Bytes())
		w.p.Receivers = append(w.p.Receivers, Receiver{Index: frost.Index(i + 1), Key: times(&k)})
	}
	dealers := n
	if old != nil {
		w.p.GroupKey, w.p.DealerThreshold, dealers = old.group.Key, old.group.Threshold, len(old.shares)
	}
	for i := range dealers {
		d := Dealer{Index: frost.Index(i + 1)}
		if old != nil {
			d.Public = old.group.Public[i]
		}
		var seed [32]byte
		_, _ = r.Read(seed[:])
		w.p.Dealers = append(w.p.Dealers, d)
		w.seeds[d.Index] = seed
	}
	if err := w.p.Validate(); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) share(i frost.Index) *frost.Scalar {
	if w.old == nil {
		return nil
	}
	return &w.old.shares[i-1]
}

// deal is what an honest dealer shows.
func (w *world) deal(t testing.TB, i frost.Index) []byte {
	t.Helper()
	if w.honest[i] == nil {
		d, err := Deal(&w.p, i, w.seeds[i], w.share(i))
		if err != nil {
			t.Fatalf("dealer %d: %v", i, err)
		}
		w.honest[i] = d.Bytes()
	}
	return w.honest[i]
}

// accept is what the chain does with a dealing; nil when it is refused.
func (w *world) accept(b []byte) *Dealing {
	if d, ok := w.checked[string(b)]; ok {
		return d
	}
	d, err := ParseDealing(&w.p, b)
	if err == nil {
		err = VerifyDealing(&w.p, d)
	}
	if err != nil {
		d = nil
	}
	w.checked[string(b)] = d
	return d
}

func (w *world) open(t testing.TB, d *Dealing, me frost.Index) *opening {
	t.Helper()
	at := fmt.Sprintf("%d %x", me, d.ConstantProof)
	o := w.opened[at]
	if o == nil {
		o = new(opening)
		w.opened[at] = o
		if o.share, o.err = Open(&w.p, d, me, w.keys[me-1]); o.err != nil {
			var err error
			if o.complaint, err = Complain(randomness(int(me)), &w.p, d, me, w.keys[me-1]); err != nil {
				t.Fatalf("receiver %d: complaint about %d: %v", me, d.Dealer, err)
			}
		}
	}
	return o
}

func (w *world) judge(t testing.TB, d *Dealing, me frost.Index, complaint []byte) Verdict {
	t.Helper()
	at := fmt.Sprintf("%d %x %x", me, d.ConstantProof, complaint)
	if w.judged[at] == 0 {
		v, err := Judge(&w.p, d, me, complaint)
		if err != nil {
			t.Fatal(err)
		}
		w.judged[at] = v
	}
	return w.judged[at]
}

// craft makes a dealing with valid proofs of any polynomial; spoil may change the shares.
func (w *world) craft(t testing.TB, r *stream, dealer frost.Index, c []curve.Element, spoil func(to frost.Index, s [32]byte) [32]byte) *Dealing {
	t.Helper()
	return w.craftWith(t, r, dealer, c, element(t, r), spoil)
}

func (w *world) craftWith(
	t testing.TB, r *stream, dealer frost.Index, c []curve.Element, e curve.Element, spoil func(to frost.Index, s [32]byte) [32]byte,
) *Dealing {
	t.Helper()
	d := &Dealing{Dealer: dealer, Ephemeral: times(&e)}
	for k := range c {
		d.Commitments = append(d.Commitments, times(&c[k]))
	}
	for _, to := range w.p.Receivers {
		s := curve.Evaluate(c, to.Index)
		plain := s.Bytes()
		if spoil != nil {
			plain = spoil(to.Index, plain)
		}
		key, err := to.Key.Decode()
		if err != nil {
			t.Fatal(err)
		}
		shared := curve.MulPublic(&key, &e)
		d.Encrypted = append(d.Encrypted, hide(plain, d.pad(&w.p, to, curve.Encode(&shared))))
	}
	w.sign(t, r, d, c[0], e)
	return d
}

// sign makes the proofs of d anew, with secrets that may or may not fit.
func (w *world) sign(t testing.TB, r *stream, d *Dealing, constant, ephemeral curve.Element) {
	t.Helper()
	a, e := curve.MulBasePublic(&constant), curve.MulBasePublic(&ephemeral)
	about, aboutEphemeral := d.statements(&w.p, &a, &e)
	var err error
	if d.ConstantProof, err = about.prove(r, &constant); err != nil {
		t.Fatal(err)
	}
	if d.EphemeralProof, err = aboutEphemeral.prove(r, &ephemeral); err != nil {
		t.Fatal(err)
	}
}

// polynomial of an honest-looking dealer: in a reshare its constant is the old share.
func (w *world) polynomial(t testing.TB, r *stream, dealer frost.Index) []curve.Element {
	t.Helper()
	c := elements(t, r, w.p.Threshold)
	if w.old != nil {
		var err error
		if c[0], err = w.old.shares[dealer-1].Element(); err != nil {
			t.Fatal(err)
		}
	}
	return c
}

// play is what a corrupt party does.
type play struct {
	hash, show func(honest map[frost.Index][]byte) []byte // nil: silent; by default both show the same
	complain   func(dealings []*Dealing) [][]byte
}

// outcome is what the board says, and what each honest party has.
type outcome struct {
	qualified []*Dealing
	guilty    map[frost.Index]string
	result    *Result
	err       error
	holders   map[frost.Index]frost.Scalar
}

// run plays a ceremony on a board in memory. dealers and receivers that have no play are honest.
// Rushing: corrupt dealers choose what they show after they saw what the honest ones show.
func (w *world) run(t testing.TB, dealers, receivers map[frost.Index]*play) *outcome {
	t.Helper()
	p := &w.p
	o := &outcome{guilty: map[frost.Index]string{}, holders: map[frost.Index]frost.Scalar{}}
	honest := map[frost.Index][]byte{}
	for _, d := range p.Dealers {
		if dealers[d.Index] == nil {
			honest[d.Index] = w.deal(t, d.Index)
		}
	}
	var shown []*Dealing
	for _, d := range p.Dealers {
		b, committed := honest[d.Index], honest[d.Index]
		if c := dealers[d.Index]; c != nil {
			b, committed = nil, nil
			if c.show != nil {
				b = c.show(honest)
				committed = b
			}
			if c.hash != nil {
				committed = c.hash(honest)
			}
		}
		switch {
		case b == nil:
			o.guilty[d.Index] = "silent"
		case Hash(p, d.Index, b) != Hash(p, d.Index, committed):
			o.guilty[d.Index] = "hash"
		default:
			got := w.accept(b)
			if got == nil || got.Dealer != d.Index {
				o.guilty[d.Index] = "refused"
				continue
			}
			shown = append(shown, got)
		}
	}
	for _, c := range Copies(p, shown) {
		o.guilty[c] = "copied"
	}
	for _, r := range p.Receivers {
		var complaints [][]byte
		if c := receivers[r.Index]; c != nil {
			if c.complain != nil {
				complaints = c.complain(shown)
			}
		} else {
			for _, d := range shown {
				if got := w.open(t, d, r.Index); got.err != nil {
					complaints = append(complaints, got.complaint)
				}
			}
		}
		for _, b := range complaints {
			v := ComplainerGuilty
			about, err := ComplaintDealer(b)
			if k := slices.IndexFunc(shown, func(d *Dealing) bool { return d.Dealer == about }); err == nil && k >= 0 {
				v = w.judge(t, shown[k], r.Index, b)
			}
			if v == DealerGuilty {
				o.guilty[about] = "complaint"
			} else if slices.ContainsFunc(p.Dealers, func(d Dealer) bool { return w.old == nil && d.Index == r.Index }) {
				o.guilty[r.Index] = "false complaint"
			}
		}
	}
	for _, d := range shown {
		if o.guilty[d.Dealer] == "" {
			o.qualified = append(o.qualified, d)
		}
	}
	if o.result, o.err = Finalise(p, o.qualified); o.err != nil {
		return o
	}
	for _, r := range p.Receivers {
		share, err := w.combine(t, o, r.Index)
		if err == nil {
			o.holders[r.Index] = share
		} else if receivers[r.Index] == nil {
			t.Fatalf("honest receiver %d has no share: %v", r.Index, err)
		}
	}
	return o
}

func (w *world) combine(t testing.TB, o *outcome, me frost.Index) (frost.Scalar, error) {
	var shares []frost.Scalar
	for _, d := range o.qualified[:len(o.result.Qualified)] {
		got := w.open(t, d, me)
		if got.err != nil {
			return frost.Scalar{}, got.err
		}
		shares = append(shares, got.share)
	}
	return Combine(&w.p, o.result, me, shares)
}

// epoch is what the ceremony made, when everybody has a share.
func (o *outcome) epoch(t testing.TB) *epoch {
	t.Helper()
	if o.err != nil {
		t.Fatal(o.err)
	}
	e := &epoch{group: o.result.Group}
	for i := range o.result.Group.Public {
		s, ok := o.holders[frost.Index(i+1)]
		if !ok {
			t.Fatalf("no share of %d", i+1)
		}
		e.shares = append(e.shares, s)
	}
	return e
}

// sign makes a threshold signature with the shares of the signers and verifies it.
func sign(g frost.Group, shares map[frost.Index]frost.Scalar, r *stream) error {
	var signers []frost.Index
	for i := range shares {
		signers = append(signers, i)
	}
	slices.Sort(signers)
	s := frost.Session{Key: g.Key, KeyEpoch: 1, ID: [32]byte{7}, Digest: [32]byte{8}}
	nonces := map[frost.Index]*frost.Nonce{}
	for _, i := range signers {
		n, d, e, err := frost.NewNonce(r, shares[i])
		if err != nil {
			return err
		}
		nonces[i] = n
		s.Commitments = append(s.Commitments, frost.Commitment{Index: i, D: d, E: e})
	}
	p, err := frost.Prepare(s)
	if err != nil {
		return err
	}
	var parts []frost.Scalar
	for _, i := range signers {
		z, err := p.Sign(i, nonces[i], shares[i], r)
		if err != nil {
			return err
		}
		parts = append(parts, z)
	}
	sig, err := p.Aggregate(parts)
	if err != nil {
		return err
	}
	return schnorr.Verify(g.Key, s.Digest, sig)
}

// pick takes k of the holders.
func pick(rng *rand.Rand, holders map[frost.Index]frost.Scalar, k int) map[frost.Index]frost.Scalar {
	var all []frost.Index
	for i := range holders {
		all = append(all, i)
	}
	slices.Sort(all)
	out := map[frost.Index]frost.Scalar{}
	for _, at := range rng.Perm(len(all))[:k] {
		out[all[at]] = holders[all[at]]
	}
	return out
}

// interpolated is the key whose shares these would be, were their number the threshold.
func interpolated(t testing.TB, shares map[frost.Index]frost.Scalar) []byte {
	t.Helper()
	var at []frost.Index
	for i := range shares {
		at = append(at, i)
	}
	var sum curve.Element
	for _, i := range at {
		l := curve.Lagrange(at, i, 0)
		x, err := shares[i].Element()
		if err != nil {
			t.Fatal(err)
		}
		sum.Add(&sum, l.Mul(&l, &x))
	}
	p := times(&sum)
	return p[:]
}

func isKey(g frost.Group, point []byte) bool {
	return bytes.Equal(append([]byte{2}, g.Key[:]...), point)
}
