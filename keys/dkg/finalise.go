// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"fmt"
	"io"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// Result is what a ceremony makes. It is a function of the dealings alone.
type Result struct {
	Group frost.Group
	// Qualified are the dealers whose dealings are in the result, ascending.
	Qualified []frost.Index
	// Negated: the key of a fresh ceremony came out with odd y, so that everything was
	// negated, public shares and (by Combine) shares.
	Negated bool
}

// Finalise makes the result of the qualified dealings, ascending by dealer, each of which
// passed VerifyDealing and no right complaint. A fresh ceremony adds all of them, a reshare
// interpolates the first DealerThreshold.
//
// Errors wrap ErrAbort, but for those of parameters: too few dealings, a copy among them, a sum that is the
// identity, a key out of the range of signatures, or in a reshare another key than GroupKey.
// Called in FinalizeBlock: deterministic (I-06).
func Finalise(p *Params, qualified []*Dealing) (*Result, error) {
	if err := p.shape(); err != nil {
		return nil, err
	}
	if len(qualified) < p.DealerThreshold {
		return nil, fmt.Errorf("%w: %d of %d dealings", ErrAbort, len(qualified), p.DealerThreshold)
	}
	if c := Copies(p, qualified); len(c) > 0 {
		return nil, fmt.Errorf("%w: dealers %v copied: %w", ErrAbort, c, ErrCommitments)
	}
	if !p.fresh() {
		qualified = qualified[:p.DealerThreshold]
	}
	r := &Result{Group: frost.Group{Threshold: p.Threshold}}
	all := make([][]curve.Affine, len(qualified))
	for k, d := range qualified {
		if k > 0 && qualified[k-1].Dealer >= d.Dealer {
			return nil, fmt.Errorf("dealing of %d at place %d: %w", d.Dealer, k, ErrParams)
		}
		c, _, err := d.points(p)
		if err != nil {
			return nil, fmt.Errorf("%w: dealing of %d: %w", ErrAbort, d.Dealer, err)
		}
		all[k] = c
		r.Qualified = append(r.Qualified, d.Dealer)
	}
	sums, err := p.sum(all, r.Qualified)
	if err != nil {
		return nil, err
	}
	// The last coefficient is not the identity either: else fewer than t shares would do.
	if sums[0].IsInfinity() || sums[p.Threshold-1].IsInfinity() {
		return nil, fmt.Errorf("%w: coefficient: %w", ErrAbort, curve.ErrIdentity)
	}
	if curve.Encode(&sums[0])[0] == 3 && p.fresh() {
		r.Negated = true
		for k := range sums {
			sums[k].Neg(&sums[k])
		}
	}
	r.Group.Key = schnorr.PublicKey(sums[0].X.Bytes())
	if err := r.Group.Key.Validate(); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrAbort, err)
	}
	if !p.fresh() {
		if want, err := curve.LiftX(p.GroupKey); err != nil || !want.Equal(&sums[0]) {
			return nil, fmt.Errorf("%w: the key is %s, not %s", ErrAbort, r.Group.Key, p.GroupKey)
		}
	}
	for k, y := range curve.EvaluatePublic(sums, p.indices()) {
		if y.IsInfinity() {
			return nil, fmt.Errorf("%w: public share %d: %w", ErrAbort, k+1, curve.ErrIdentity)
		}
		r.Group.Public = append(r.Group.Public, curve.Encode(&y))
	}
	return r, nil
}

// sum adds the dealings coefficient by coefficient, weighted in a reshare.
func (p *Params) sum(all [][]curve.Affine, dealers []frost.Index) ([]curve.Affine, error) {
	sums := make([]curve.Affine, p.Threshold)
	if p.fresh() {
		return curve.Sum(all), nil
	}
	weights := make([]curve.Element, len(dealers))
	column := make([]curve.Affine, len(dealers))
	for i, d := range dealers {
		weights[i] = curve.Lagrange(dealers, d, 0)
	}
	for k := range sums {
		for i, c := range all {
			column[i] = c[k]
		}
		var err error
		if sums[k], err = curve.MultiExp(column, weights); err != nil {
			return nil, err
		}
	}
	return sums, nil
}

// Combine is me's share of r. shares[k] is what Open gave for the dealing of r.Qualified[k].
// ErrWrongShare when the sum is not me's public share.
func Combine(p *Params, r *Result, me frost.Index, shares []frost.Scalar) (frost.Scalar, error) {
	public, err := r.public(p, me)
	if err != nil {
		return frost.Scalar{}, err
	}
	if len(shares) != len(r.Qualified) {
		return frost.Scalar{}, fmt.Errorf("%d shares of %d dealings: %w", len(shares), len(r.Qualified), ErrParams)
	}
	var sum curve.Element
	defer sum.SetZero()
	for k, s := range shares {
		x, err := s.Element()
		if err != nil {
			return frost.Scalar{}, fmt.Errorf("share of dealer %d: %w", r.Qualified[k], err)
		}
		if !p.fresh() {
			l := curve.Lagrange(r.Qualified, r.Qualified[k], 0)
			x.Mul(&x, &l)
		}
		sum.Add(&sum, &x)
		x.SetZero()
	}
	if r.Negated {
		sum.Neg(&sum)
	}
	share := frost.Scalar(sum.Bytes())
	y, err := curve.PublicShare(newStream(tagBlind, share[:], p.Context[:]), share)
	if err != nil || y != public {
		return frost.Scalar{}, fmt.Errorf("sum of %d shares: %w", len(shares), ErrWrongShare)
	}
	return share, nil
}

func (r *Result) public(p *Params, me frost.Index) (frost.Point, error) {
	if _, err := p.receiver(me); err != nil {
		return frost.Point{}, err
	}
	if len(r.Group.Public) != len(p.Receivers) {
		return frost.Point{}, fmt.Errorf("%d public shares of %d receivers: %w", len(r.Group.Public), len(p.Receivers), ErrParams)
	}
	return r.Group.Public[me-1], nil
}

// readyStatement is "me knows its share of r".
func (r *Result) readyStatement(p *Params, me frost.Index) (statement, frost.Point, error) {
	y, err := r.public(p, me)
	if err != nil {
		return statement{}, y, err
	}
	value, err := y.Decode()
	if err != nil {
		return statement{}, y, err
	}
	return knows(tagReady, &value, p.Context[:], r.Group.Key[:], word(me)), y, nil
}

// ProveReady proves that me has its share of r, ProofSize bytes: ErrKey when it has another.
func ProveReady(rand io.Reader, p *Params, r *Result, me frost.Index, share frost.Scalar) ([]byte, error) {
	s, public, err := r.readyStatement(p, me)
	if err != nil {
		return nil, err
	}
	if y, err := curve.PublicShare(rand, share); err != nil {
		return nil, err
	} else if y != public {
		return nil, fmt.Errorf("share of receiver %d: %w", me, ErrKey)
	}
	x, err := share.Element()
	if err != nil {
		return nil, err
	}
	defer x.SetZero()
	f, err := s.prove(rand, &x)
	if err != nil {
		return nil, err
	}
	return f.append(nil), nil
}

// VerifyReady checks what ProveReady made: ErrEncoding, curve.ErrScalar, ErrUnknown, ErrProof.
// Called in FinalizeBlock: deterministic (I-06).
func VerifyReady(p *Params, r *Result, me frost.Index, proof []byte) error {
	f, err := parseProof(proof)
	if err != nil {
		return err
	}
	s, _, err := r.readyStatement(p, me)
	if err != nil {
		return err
	}
	return s.verify(f)
}
