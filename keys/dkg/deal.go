// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"fmt"
	"io"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
)

// Deal makes the dealing of dealer. It is a pure function of its arguments, so that a dealer
// that was killed sends the same bytes again. share is nil in a fresh ceremony, else the
// dealer's share of the old epoch.
//
// SECURITY: seed is 32 fresh random bytes for each ceremony; who has it knows all that was dealt. Another
// ceremony, another share, another threshold or another receiver gives other numbers from the same seed.
//
// Errors: ErrParams, ErrUnknown, ErrKey for a share that is not the recorded one,
// ErrSeed for zero, or with a chance below 2^-240 for another seed.
func Deal(p *Params, dealer frost.Index, seed [32]byte, share *frost.Scalar) (*Dealing, error) {
	if err := p.shape(); err != nil {
		return nil, err
	}
	self, err := p.dealer(dealer)
	if err != nil {
		return nil, err
	}
	if seed == ([32]byte{}) {
		return nil, fmt.Errorf("zero: %w", ErrSeed)
	}
	if (share == nil) != p.fresh() {
		return nil, fmt.Errorf("a share is dealt in a reshare alone: %w", ErrKey)
	}
	var old frost.Scalar
	defer clear(old[:])
	if share != nil {
		old = *share
	}
	all := p.digest()
	numbers := newStream(tagDeal, seed[:], old[:], all[:], word(dealer))
	blind := newStream(tagBlind, numbers.key[:])
	defer clear(numbers.key[:])
	defer clear(blind.key[:])

	coefficients, err := polynomial(numbers, p.Threshold, share)
	defer clear(coefficients)
	if err != nil {
		return nil, err
	}
	ephemeral, err := curve.RandomElement(numbers)
	if err != nil {
		return nil, err
	}
	defer ephemeral.SetZero()

	d := &Dealing{Dealer: dealer}
	var constant curve.Affine
	for k := range coefficients {
		c, err := curve.MulBaseSecret(blind, &coefficients[k])
		if err != nil {
			return nil, fmt.Errorf("coefficient %d: %w", k, ErrSeed)
		}
		if k == 0 {
			constant = c
		}
		d.Commitments = append(d.Commitments, curve.Encode(&c))
	}
	if share != nil && d.Commitments[0] != self.Public {
		return nil, fmt.Errorf("dealer %d: %w", dealer, ErrKey)
	}
	e, err := curve.MulBaseSecret(blind, &ephemeral)
	if err != nil {
		return nil, fmt.Errorf("ephemeral key: %w", ErrSeed)
	}
	d.Ephemeral = curve.Encode(&e)
	for _, r := range p.Receivers {
		s := curve.Evaluate(coefficients, r.Index)
		key, err := r.Key.Decode()
		if err != nil {
			return nil, fmt.Errorf("dealing key of receiver %d: %w", r.Index, err)
		}
		shared, err := curve.MulSecret(blind, &key, &ephemeral)
		if err != nil || s.IsZero() {
			return nil, fmt.Errorf("share of receiver %d: %w", r.Index, ErrSeed)
		}
		d.Encrypted = append(d.Encrypted, hide(s.Bytes(), d.pad(p, r, curve.Encode(&shared))))
		s.SetZero()
	}
	if _, _, err := d.points(p); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrSeed, err)
	}
	about, aboutEphemeral := d.statements(p, &constant, &e)
	if d.ConstantProof, err = about.prove(numbers, &coefficients[0]); err != nil {
		return nil, err
	}
	if d.EphemeralProof, err = aboutEphemeral.prove(numbers, &ephemeral); err != nil {
		return nil, err
	}
	return d, nil
}

// polynomial is that many random coefficients; the first is share when there is one.
func polynomial(numbers io.Reader, count int, share *frost.Scalar) (coefficients []curve.Element, err error) {
	coefficients = make([]curve.Element, count)
	for k := range coefficients {
		if coefficients[k], err = curve.RandomElement(numbers); err != nil {
			return coefficients, err
		}
	}
	if share != nil {
		coefficients[0], err = share.Element()
	}
	return coefficients, err
}

// pad is what hides the share of r: a hash of the point that dealer and receiver alone can
// compute, bound to ceremony, both of them and both keys.
func (d *Dealing) pad(p *Params, r Receiver, shared frost.Point) [32]byte {
	return digest(tagShare, p.Context[:], word(d.Dealer), word(r.Index), shared[:], d.Ephemeral[:], r.Key[:])
}

// hide adds the pad, or takes it away.
func hide(x, pad [32]byte) [32]byte {
	for k := range x {
		x[k] ^= pad[k]
	}
	return x
}
