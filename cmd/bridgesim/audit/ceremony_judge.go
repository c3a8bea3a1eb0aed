// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"math/big"
	"slices"
)

// Phases of a ceremony.
const (
	commit = iota
	deal
	complain
	ready
	test
)

// judgement is a ceremony as the transactions give it.
type judgement struct {
	c        *Ceremony
	key      [32]byte // that must come out of a reshare; then that of the result
	phase    int
	deadline uint64
	over     bool
	ended    uint64
	aborted  string

	hashes  map[int]Hash
	shown   map[int]*dealing
	out     map[int]string
	checked map[int]bool
	ready   map[int]bool

	qualified []int
	public    []Point
	began     uint64 // block whose end began the test
}

func newJudgement(a *Ceremonies, c *Ceremony) *judgement {
	j := &judgement{
		c: c, deadline: c.Started - 1 + c.Blocks[commit], hashes: map[int]Hash{}, shown: map[int]*dealing{},
		out: map[int]string{}, checked: map[int]bool{}, ready: map[int]bool{},
	}
	if c.Kind == Reshare {
		j.key = a.active.key
	}
	return j
}

func find(all []Party, operator Address) (Party, bool) {
	i := slices.IndexFunc(all, func(p Party) bool { return p.Operator == operator })
	if i < 0 {
		return Party{}, false
	}
	return all[i], true
}

// take is one message of a block.
func (j *judgement) take(s saying) {
	if s.ceremony != j.c.Number || s.kind != j.phase || j.over {
		return
	}
	d, deals := find(j.c.Dealers, s.sender)
	r, receives := find(j.c.Receivers, s.sender)
	switch s.kind {
	case commit:
		if _, said := j.hashes[d.Index]; deals && !said && len(s.data) == 32 && Hash(s.data) != (Hash{}) {
			j.hashes[d.Index] = Hash(s.data)
		}
	case deal:
		if !deals || j.shown[d.Index] != nil || j.out[d.Index] != "" {
			return
		}
		if got, why := j.examine(d, s.data); why != "" {
			j.out[d.Index] = why
		} else {
			j.shown[d.Index] = got
		}
	case complain:
		if receives && !j.checked[r.Index] && j.wellFormed(s.list) {
			j.checked[r.Index] = true
			j.complaints(r, s.list)
		}
	case ready:
		if !receives || j.ready[r.Index] || len(s.data) != 64 {
			return
		}
		x := decoded(j.public[r.Index-1])
		if proves("ready", s.data, nil, x, affine{}, j.c.Context[:], j.key[:], number(r.Index)) {
			j.ready[r.Index] = true
		}
	}
}

// examine are the checks of section 3.
func (j *judgement) examine(d Party, b []byte) (*dealing, string) {
	h := dkgHash("hash", j.c.Context[:], number(d.Index), hashOf(b))
	if h != j.hashes[d.Index] {
		return nil, "hash_mismatch"
	}
	got, ok := j.parse(b)
	if !ok || got.dealer != d.Index {
		return nil, "malformed"
	}
	if j.c.Kind == Reshare && got.commitments[0] != d.Point {
		return nil, "invalid"
	}
	seen := map[Point]bool{got.ephemeral: true}
	for _, p := range got.commitments {
		if seen[p] {
			return nil, "invalid"
		}
		seen[p] = true
	}
	body := hashOf(b[:len(b)-128])
	if !proves("constant", b[len(b)-128:len(b)-64], nil, decoded(got.commitments[0]), affine{}, j.c.Context[:], number(d.Index), body) ||
		!proves("ephemeral", b[len(b)-64:], nil, decoded(got.ephemeral), affine{}, j.c.Context[:], number(d.Index), body) {
		return nil, "invalid"
	}
	return got, ""
}

// wellFormed: lengths and order of complaints; else the message is refused whole.
func (j *judgement) wellFormed(list [][]byte) bool {
	last := 0
	for _, b := range list {
		if len(b) != 99 {
			return false
		}
		about := int(binary.BigEndian.Uint16(b))
		if about <= last || !slices.ContainsFunc(j.c.Dealers, func(p Party) bool { return p.Index == about }) {
			return false
		}
		last = about
	}
	return len(list) <= len(j.c.Dealers)
}

func (j *judgement) complaints(r Party, list [][]byte) {
	for _, b := range list {
		about := int(binary.BigEndian.Uint16(b))
		if j.out[about] != "" {
			continue
		}
		if j.right(r, j.shown[about], b) {
			j.out[about] = "wrong_share"
			continue
		}
		for _, d := range j.c.Dealers {
			if d.Address == r.Address && j.out[d.Index] == "" {
				j.out[d.Index] = "false_complaint"
			}
		}
		return
	}
}

// right: the dealer is guilty.
func (j *judgement) right(r Party, d *dealing, b []byte) bool {
	shared := Point(b[2:35])
	x, y, ok := decodePoint(shared)
	if !ok {
		return false
	}
	e := decoded(d.ephemeral)
	if !proves("complaint", b[35:], &e, decoded(r.Point), affine{x, y}, j.c.Context[:], number(d.dealer), number(r.Index), d.hash[:], d.ephemeral[:]) {
		return false
	}
	pad := dkgHash("share", j.c.Context[:], number(d.dealer), number(r.Index), shared[:], d.ephemeral[:], r.Point[:])
	for i := range pad {
		pad[i] ^= d.encrypted[r.Index-1][i]
	}
	s := new(big.Int).SetBytes(pad[:])
	if s.Sign() == 0 || s.Cmp(order) >= 0 {
		return true
	}
	return compressed(base(s)) != compressed(at(points(d.commitments), r.Index))
}

// endBlock moves the phases on.
func (j *judgement) endBlock(height uint64) {
	late := height >= j.deadline
	next := func() {
		j.phase++
		j.deadline = height + j.c.Blocks[j.phase]
	}
	abort := func(why string) { j.over, j.ended, j.aborted = true, height, why }
	switch j.phase {
	case commit:
		if !late && len(j.hashes) < len(j.c.Dealers) {
			return
		}
		j.expel("not_committed", func(i int) bool { _, said := j.hashes[i]; return said })
		if len(j.hashes) < j.c.DealerThreshold {
			abort("few_dealers")
			return
		}
		next()
	case deal:
		if !late && len(j.shown)+len(j.out) < len(j.c.Dealers) {
			return
		}
		j.expel("not_dealt", func(i int) bool { return j.shown[i] != nil })
		j.copies()
		if len(j.counting()) < j.c.DealerThreshold {
			abort("few_dealers")
			return
		}
		next()
	case complain:
		if !late && len(j.checked) < len(j.c.Receivers) {
			return
		}
		switch {
		case len(j.counting()) < j.c.DealerThreshold:
			abort("few_dealers")
		case !j.result():
			abort("no_result")
		default:
			next()
		}
	case ready:
		if !late && len(j.ready) < len(j.c.Receivers) {
			return
		}
		if len(j.ready) < j.c.Threshold {
			abort("few_ready")
			return
		}
		j.began = height
		next()
	case test:
		if late && j.c.SignedAt != height {
			abort("not_signed")
		}
	}
}

func (j *judgement) expel(why string, spoke func(int) bool) {
	for _, d := range j.c.Dealers {
		if j.out[d.Index] == "" && !spoke(d.Index) {
			j.out[d.Index] = why
		}
	}
}

// copies disqualifies all that share an ephemeral key, or in a fresh ceremony a constant term.
func (j *judgement) copies() {
	count := map[Point]int{}
	of := func(d *dealing) []Point {
		if j.c.Kind == Fresh {
			return []Point{d.ephemeral, d.commitments[0]}
		}
		return []Point{d.ephemeral}
	}
	for _, d := range j.shown {
		for _, p := range of(d) {
			count[p]++
		}
	}
	for i, d := range j.shown {
		for _, p := range of(d) {
			if count[p] > 1 {
				j.out[i] = "copied"
			}
		}
	}
}

// counting are the dealers whose dealings count, by index.
func (j *judgement) counting() (out []int) {
	for _, d := range j.c.Dealers {
		if j.shown[d.Index] != nil && j.out[d.Index] == "" {
			out = append(out, d.Index)
		}
	}
	return out
}

// result is section 6.
func (j *judgement) result() bool {
	who := j.counting()
	var list []Signer
	if j.c.Kind == Reshare {
		who = who[:j.c.DealerThreshold]
		for _, i := range who {
			list = append(list, Signer{Member: i})
		}
	}
	sums := make([]affine, j.c.Threshold)
	for k := range sums {
		for _, i := range who {
			p := decoded(j.shown[i].commitments[k])
			if list != nil {
				p = p.times(lagrange(i, list))
			}
			sums[k] = sum(sums[k], p)
		}
	}
	if sums[0].x == nil || sums[len(sums)-1].x == nil || sums[0].x.Cmp(order) >= 0 {
		return false
	}
	if odd := sums[0].y.Bit(0) == 1; odd && j.c.Kind == Reshare {
		return false
	} else if odd {
		for k := range sums {
			sums[k] = negated(sums[k])
		}
	}
	key := [32]byte(sums[0].x.FillBytes(make([]byte, 32)))
	if j.c.Kind == Reshare && key != j.key || !isKey(key) {
		return false
	}
	public := make([]Point, 0, len(j.c.Receivers))
	for _, r := range j.c.Receivers {
		y := at(sums, r.Index)
		if y.x == nil {
			return false
		}
		public = append(public, compressed(y))
	}
	j.key, j.public, j.qualified = key, public, who
	return true
}
