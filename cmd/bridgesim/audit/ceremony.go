// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"fmt"
	"maps"
	"math/big"
	"slices"
)

// Party is a dealer or a receiver of a ceremony. Point is a dealer's public share of the old epoch, zero in a
// fresh ceremony, or a receiver's dealing key.
type Party struct {
	Index             int
	Address, Operator Address
	Point             Point
}

// Kinds of ceremonies.
const (
	Fresh   = 1
	Reshare = 2
)

// Ceremony is all that the state says of one that has ended. Dealers, receivers, kind, numbers and lengths are its
// setting; the rest is what the auditors find out by themselves.
type Ceremony struct {
	Number, OldEpoch, NewEpoch uint64
	Kind                       int
	Rotation                   bool
	Dealers, Receivers         []Party
	Threshold, DealerThreshold int
	Started                    uint64    // first block of the first phase
	Blocks                     [5]uint64 // lengths of commit, deal, complain, ready, test

	Context    Hash
	Aborted    string // why; empty: it is done
	Ended      uint64
	Out        map[int]string // disqualified dealers
	Qualified  []int
	Ready      []int // receivers
	GroupKey   [32]byte
	KeyVersion uint64
	Shares     []Point // public, by receiver
	SignedFor  uint64  // height in the ready statement
	SignedAt   uint64
	Signature  [52]byte // of the ready statement: s 32, R 20
}

// byProposal is the one abort that the transactions of a ceremony do not show.
const byProposal = "proposal"

// Ceremonies judges key ceremonies again from the transactions in blocks, by docs/spec/ceremony.md. What it is told
// of a ceremony that it cannot derive is who takes part.
type Ceremonies struct {
	bridge Hash
	fork   uint64
	blocks []told
	active held
	ready  held // of a rotation that is done and not active
	newest uint64
	next   map[Address]uint64 // sequences
}

type told struct {
	height uint64
	says   []saying
	wrong  string
}

// held is a key epoch as the auditors worked it out.
type held struct {
	number, version uint64
	threshold       int
	key             [32]byte
	members         []Party // Point is the public share
}

// NewCeremonies begins with a chain that has no key.
func NewCeremonies(bridge Hash, fork uint64) *Ceremonies {
	return &Ceremonies{bridge: bridge, fork: fork, next: map[Address]uint64{}}
}

// Block tells the transactions of a block behind the last commit. Blocks come by height.
func (a *Ceremonies) Block(height uint64, txs [][]byte) {
	b := told{height: height}
	for i, tx := range txs {
		s, err := a.read(tx)
		if err != nil {
			b.wrong = fmt.Sprintf("transaction %d of block %d: %v", i+1, height, err)
			continue
		}
		if next, known := a.next[s.sender]; known && s.sequence != next {
			b.wrong = fmt.Sprintf("transaction %d of block %d has sequence %d, next is %d", i+1, height, s.sequence, next)
		}
		a.next[s.sender] = s.sequence + 1
		b.says = append(b.says, s)
	}
	a.blocks = append(a.blocks, b)
}

// Ended judges a ceremony again. It returns what is wrong with what the state says; empty: nothing.
func (a *Ceremonies) Ended(c Ceremony) string {
	if a.ready.number != 0 && c.OldEpoch == a.ready.number {
		a.active, a.ready = a.ready, held{}
	}
	if what := a.setting(&c); what != "" {
		return what
	}
	a.newest = c.Number
	j := newJudgement(a, &c)
	for _, b := range a.blocks {
		if b.height < c.Started || b.height > c.Ended {
			continue
		}
		if b.wrong != "" {
			return b.wrong
		}
		if c.Aborted == byProposal && b.height == c.Ended {
			break
		}
		if j.over {
			return fmt.Sprintf("it ended at height %d (%s), not %d", j.ended, j.aborted, c.Ended)
		}
		for _, s := range b.says {
			j.take(s)
		}
		j.endBlock(b.height)
	}
	a.blocks = nil
	if c.Aborted == byProposal {
		if j.over {
			return fmt.Sprintf("it ended at height %d, before the members said so", j.ended)
		}
		return ""
	}
	return j.compare(a)
}

// setting compares what a ceremony begins with.
func (a *Ceremonies) setting(c *Ceremony) string {
	n, dealers := len(c.Receivers), len(c.Dealers)
	switch {
	case c.Number <= a.newest:
		return "a number is used again"
	case c.OldEpoch != a.active.number || c.NewEpoch != a.active.number+1:
		return fmt.Sprintf("from key epoch %d to %d, active is %d", c.OldEpoch, c.NewEpoch, a.active.number)
	case c.Threshold != 2*n/3+1:
		return fmt.Sprintf("threshold %d of %d", c.Threshold, n)
	case (c.Kind == Fresh) != (a.active.number == 0 || c.Rotation):
		return "the kind is not that of a birth, rotation or change"
	case c.Kind == Fresh && (dealers != n || c.DealerThreshold != c.Threshold):
		return "the dealers of a fresh ceremony are not its receivers"
	case c.Kind == Reshare && (!slices.EqualFunc(c.Dealers, a.active.members, sameParty) || c.DealerThreshold != a.active.threshold):
		return "the dealers are not the members of the old epoch with their shares"
	}
	for i, r := range c.Receivers {
		if r.Index != i+1 || i > 0 && string(c.Receivers[i-1].Address[:]) >= string(r.Address[:]) {
			return "receivers are not numbered by address"
		}
		if c.Kind == Fresh && (c.Dealers[i].Index != r.Index || c.Dealers[i].Address != r.Address || c.Dealers[i].Point != Point{}) {
			return "the dealers of a fresh ceremony are not its receivers"
		}
	}
	if got := a.context(c); got != c.Context {
		return fmt.Sprintf("context %x, not %x", c.Context, got)
	}
	return ""
}

func sameParty(a, b Party) bool {
	return a.Index == b.Index && a.Address == b.Address && a.Point == b.Point
}

func (a *Ceremonies) context(c *Ceremony) Hash {
	list := func(all []Party) Hash {
		var e encoded
		for _, p := range all {
			e = e.number(uint64(p.Index)).address(p.Address).point(p.Point)
		}
		return keccak(e)
	}
	return keccak(encoded{}.hash(Tag("ceremony")).hash(a.bridge).number(a.fork).number(c.Number).number(uint64(c.Kind)).
		number(c.OldEpoch).number(c.NewEpoch).hash(list(c.Dealers)).hash(list(c.Receivers)))
}

// point is two words: the first byte, then x.
func (e encoded) point(p Point) encoded {
	return append(e.number(uint64(p[0])), p[1:]...)
}

// compare holds what the state says against what the transactions give, and keeps the new epoch.
func (j *judgement) compare(a *Ceremonies) string {
	c := j.c
	if c.Aborted == "" && j.phase == test && c.SignedAt == c.Ended && c.Ended <= j.deadline {
		if what := j.signed(a); what != "" {
			return what
		}
		j.over, j.ended = true, c.Ended
	}
	switch {
	case !j.over:
		return fmt.Sprintf("it is not over at height %d", c.Ended)
	case j.ended != c.Ended || j.aborted != c.Aborted:
		return fmt.Sprintf("it ended at height %d (%q), not %d (%q)", j.ended, j.aborted, c.Ended, c.Aborted)
	case !maps.Equal(j.out, c.Out):
		return fmt.Sprintf("disqualified are %v, not %v", j.out, c.Out)
	case !slices.Equal(j.qualified, c.Qualified):
		return fmt.Sprintf("qualified are %v, not %v", j.qualified, c.Qualified)
	case !slices.Equal(slices.Sorted(maps.Keys(j.ready)), c.Ready):
		return fmt.Sprintf("ready are %v, not %v", slices.Sorted(maps.Keys(j.ready)), c.Ready)
	case c.Aborted != "":
		return ""
	case j.key != c.GroupKey:
		return fmt.Sprintf("the group key is %x, not %x", j.key, c.GroupKey)
	case !slices.Equal(j.public, c.Shares):
		return "public shares are others"
	case c.Kind == Reshare && c.GroupKey != a.active.key:
		return "the group key changed in a reshare"
	case c.KeyVersion != j.version(a):
		return fmt.Sprintf("key version %d, not %d", c.KeyVersion, j.version(a))
	}
	shares := map[int]Point{}
	e := held{number: c.NewEpoch, version: c.KeyVersion, threshold: c.Threshold, key: j.key}
	for i, r := range c.Receivers {
		r.Point = j.public[i]
		shares[r.Index] = r.Point
		e.members = append(e.members, r)
	}
	if !sharesOf(j.key, c.Threshold, shares) {
		return "public shares are not of one polynomial"
	}
	if c.Rotation {
		a.ready = e
	} else {
		a.active = e
	}
	return ""
}

func (j *judgement) version(a *Ceremonies) uint64 {
	if j.c.Kind == Fresh {
		return a.active.version + 1
	}
	return a.active.version
}

// signed checks the ready statement.
func (j *judgement) signed(a *Ceremonies) string {
	c := j.c
	set := encoded{}.hash(Tag("members")).number(c.NewEpoch).number(j.version(a)).number(uint64(c.Threshold)).hash(j.key).number(uint64(len(c.Receivers)))
	for i, r := range c.Receivers {
		set = set.address(r.Address).point(j.public[i])
	}
	d := keccak(encoded{}.hash(Tag("ready")).hash(a.bridge).number(c.NewEpoch).hash(keccak(set)).number(j.began))
	if c.SignedFor != j.began {
		return fmt.Sprintf("the ready statement names height %d, the test began at %d", c.SignedFor, j.began)
	}
	if !VerifySignature(j.key, d, [32]byte(c.Signature[:32]), [20]byte(c.Signature[32:])) {
		return "the ready statement is not signed by the new key"
	}
	return ""
}

// maxSubsets bounds the subsets of shares that are interpolated.
const maxSubsets = 64

// Shares holds the secret shares of members of the newest epoch against the auditors' result: each fits its
// public share, any threshold of them give the key, one fewer do not.
func (a *Ceremonies) Shares(epoch uint64, shares map[int][32]byte) string {
	e := a.active
	if a.ready.number == epoch {
		e = a.ready
	}
	if e.number != epoch {
		return fmt.Sprintf("key epoch %d, newest is %d", epoch, e.number)
	}
	secrets := map[int]*big.Int{}
	for _, m := range e.members {
		s, ok := shares[m.Index]
		if !ok {
			continue
		}
		x := new(big.Int).SetBytes(s[:])
		if x.Sign() == 0 || x.Cmp(order) >= 0 || compressed(base(x)) != m.Point {
			return fmt.Sprintf("the share of member %d does not fit", m.Index)
		}
		secrets[m.Index] = x
	}
	if len(secrets) < e.threshold {
		return fmt.Sprintf("%d shares, threshold %d", len(secrets), e.threshold)
	}
	for _, k := range []int{e.threshold, e.threshold - 1} {
		if k == 0 {
			continue
		}
		for _, at := range subsets(slices.Sorted(maps.Keys(secrets)), k, maxSubsets) {
			p := base(interpolated(secrets, at))
			if is := [32]byte(p.x.FillBytes(make([]byte, 32))) == e.key && p.y.Bit(0) == 0; is != (k == e.threshold) {
				return fmt.Sprintf("shares %v with threshold %d: the key %t", at, e.threshold, is)
			}
		}
	}
	return ""
}

func interpolated(secrets map[int]*big.Int, at []int) *big.Int {
	var list []Signer
	for _, i := range at {
		list = append(list, Signer{Member: i})
	}
	sum := new(big.Int)
	for _, i := range at {
		sum.Add(sum, new(big.Int).Mul(secrets[i], lagrange(i, list)))
	}
	return sum.Mod(sum, order)
}

// subsets are the first ones of size k in lexical order, and as many of the last.
func subsets(all []int, k, most int) (out [][]int) {
	walk := func(all []int, most int) {
		at := make([]int, k)
		for i := range at {
			at[i] = i
		}
		for range most {
			one := make([]int, k)
			for i, p := range at {
				one[i] = all[p]
			}
			slices.Sort(one)
			out = append(out, one)
			i := k - 1
			for i >= 0 && at[i] == len(all)-k+i {
				i--
			}
			if i < 0 {
				return
			}
			at[i]++
			for i++; i < k; i++ {
				at[i] = at[i-1] + 1
			}
		}
	}
	walk(all, most/2)
	back := slices.Clone(all)
	slices.Reverse(back)
	walk(back, most/2)
	return out
}
