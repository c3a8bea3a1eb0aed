// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package dkg

import (
	"io"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// Deviation is how a hostile dealer departs from Deal. What it knows the secrets of is proven well.
//
// SECURITY: this file is in builds with the tags devnet and byzantine alone, and its arithmetic is not blinded.
type Deviation struct {
	// Longer: one coefficient more than the threshold. The shares fit the longer polynomial.
	Longer bool
	// Wrong says whose share is not what the commitments promise.
	Wrong func(to frost.Index) bool
	// Constant and Ephemeral stand in the dealing instead of the dealer's own, which knows their
	// secrets as little as anybody; zero: its own.
	Constant, Ephemeral frost.Point
}

// DealHostile makes a dealing like Deal, a pure function of its arguments too, with a deviation.
func DealHostile(p *Params, dealer frost.Index, seed [32]byte, share *frost.Scalar, how *Deviation) (*Dealing, error) {
	if err := p.shape(); err != nil {
		return nil, err
	}
	numbers := newStream(tag("hostile"), seed[:], p.Context[:], word(dealer))
	count := p.Threshold
	if how.Longer {
		count++
	}
	coefficients, err := polynomial(numbers, count, share)
	if err != nil {
		return nil, err
	}
	ephemeral, err := curve.RandomElement(numbers)
	if err != nil {
		return nil, err
	}
	d := &Dealing{Dealer: dealer, Ephemeral: public(&ephemeral)}
	for k := range coefficients {
		d.Commitments = append(d.Commitments, public(&coefficients[k]))
	}
	if how.Constant != (frost.Point{}) {
		d.Commitments[0] = how.Constant
	}
	if how.Ephemeral != (frost.Point{}) {
		d.Ephemeral = how.Ephemeral
	}
	for _, r := range p.Receivers {
		s := curve.Evaluate(coefficients, r.Index)
		plain := s.Bytes()
		if how.Wrong != nil && how.Wrong(r.Index) {
			plain[31] ^= 1
		}
		key, err := r.Key.Decode()
		if err != nil {
			return nil, err
		}
		shared := curve.MulPublic(&key, &ephemeral)
		d.Encrypted = append(d.Encrypted, hide(plain, d.pad(p, r, curve.Encode(&shared))))
	}
	a, e := curve.MulBasePublic(&coefficients[0]), curve.MulBasePublic(&ephemeral)
	about, aboutEphemeral := d.statements(p, &a, &e)
	if d.ConstantProof, err = about.prove(numbers, &coefficients[0]); err != nil {
		return nil, err
	}
	if d.EphemeralProof, err = aboutEphemeral.prove(numbers, &ephemeral); err != nil {
		return nil, err
	}
	return d, nil
}

func public(x *curve.Element) frost.Point {
	p := curve.MulBasePublic(x)
	return curve.Encode(&p)
}

// Cancel is the constant commitment that takes away those of dealings.
func Cancel(dealings []*Dealing) (frost.Point, error) {
	var sum curve.Affine
	for _, d := range dealings {
		a, err := d.Commitments[0].Decode()
		if err != nil {
			return frost.Point{}, err
		}
		sum.Sub(&sum, &a)
	}
	return curve.Encode(&sum), nil
}

// ComplainFalsely complains about a share that may be right, and shows it to everybody.
func ComplainFalsely(rand io.Reader, p *Params, d *Dealing, me frost.Index, key frost.Scalar) ([]byte, error) {
	return complain(rand, p, d, me, key)
}

// ProveOther is a proof like ProveReady's of a share that me does not have in the result.
func ProveOther(rand io.Reader, p *Params, key schnorr.PublicKey, me frost.Index) ([]byte, error) {
	x, err := curve.RandomElement(rand)
	if err != nil {
		return nil, err
	}
	value := curve.MulBasePublic(&x)
	s := knows(tagReady, &value, p.Context[:], key[:], word(me))
	f, err := s.prove(rand, &x)
	if err != nil {
		return nil, err
	}
	return f.append(nil), nil
}
