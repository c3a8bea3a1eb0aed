// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
)

// ComplaintSize is the length of a complaint: dealer 2 ‖ ECDH point 33 ‖ proof 64.
const ComplaintSize = 2 + 33 + ProofSize

// Verdict says who is wrong when a receiver complains about a dealer. Zero is none.
type Verdict int

// The verdicts.
const (
	// DealerGuilty: the share is wrong; the dealer is disqualified.
	DealerGuilty Verdict = 1
	// ComplainerGuilty: the share is right, or the complaint is not one.
	ComplainerGuilty Verdict = 2
)

// Open decrypts the share of me with its dealing key and checks it against the commitments.
//
// ErrWrongShare: the dealer is at fault, and Complain proves it. Errors of the caller:
// ErrParams, ErrUnknown, ErrCommitments, ErrConstant, curve.ErrPoint, curve.ErrScalar, ErrKey for a key that is not me's.
func Open(p *Params, d *Dealing, me frost.Index, key frost.Scalar) (frost.Scalar, error) {
	commitments, ephemeral, err := d.points(p)
	if err != nil {
		return frost.Scalar{}, err
	}
	r, err := p.receiver(me)
	if err != nil {
		return frost.Scalar{}, err
	}
	_, shared, err := d.exchange(p, r, key, &ephemeral)
	if err != nil {
		return frost.Scalar{}, err
	}
	s := hide(d.Encrypted[me-1], d.pad(p, r, shared))
	if err := check(commitments, me, s, newStream(tagBlind, s[:], d.Ephemeral[:])); err != nil {
		return frost.Scalar{}, err
	}
	return s, nil
}

// exchange is me's half of the ECDH exchange with d: the secret key as a number, and the point.
func (d *Dealing) exchange(p *Params, r Receiver, key frost.Scalar, ephemeral *curve.Affine) (curve.Element, frost.Point, error) {
	k, err := key.Element()
	if err != nil {
		return k, frost.Point{}, err
	}
	blind := newStream(tagBlind, key[:], p.Context[:], d.Ephemeral[:])
	public, err := curve.MulBaseSecret(blind, &k)
	if err != nil {
		return k, frost.Point{}, err
	}
	if curve.Encode(&public) != r.Key {
		return k, frost.Point{}, fmt.Errorf("dealing key of receiver %d: %w", r.Index, ErrKey)
	}
	shared, err := curve.MulSecret(blind, ephemeral, &k)
	if err != nil {
		return k, frost.Point{}, err
	}
	return k, curve.Encode(&shared), nil
}

// check is s·G == Σ i^k·A_k: ErrWrongShare, also for zero and for what is not below n. With a nil blind s
// is public already.
func check(commitments []curve.Affine, i frost.Index, s frost.Scalar, blind io.Reader) error {
	x, err := s.Element()
	if err != nil {
		return ErrWrongShare
	}
	var left curve.Affine
	if blind == nil {
		left = curve.MulBasePublic(&x)
	} else if left, err = curve.MulBaseSecret(blind, &x); err != nil {
		return err
	}
	x.SetZero()
	if right := curve.EvaluatePublic(commitments, []curve.Index{i}); !right[0].Equal(&left) {
		return ErrWrongShare
	}
	return nil
}

// Complain makes a complaint about a share that Open refuses with ErrWrongShare: it shows the
// ECDH point, with which everybody can decrypt this one share, and proves it.
//
// SECURITY: it complains only about a dealing that VerifyDealing accepts, so about an
// ephemeral key whose secret its dealer knows: else a dealer could put another one's key
// into its dealing and have an honest share opened. ErrNoReason when the share is right.
func Complain(rand io.Reader, p *Params, d *Dealing, me frost.Index, key frost.Scalar) ([]byte, error) {
	if err := VerifyDealing(p, d); err != nil {
		return nil, err
	}
	if _, err := Open(p, d, me, key); err == nil {
		return nil, ErrNoReason
	} else if !errors.Is(err, ErrWrongShare) {
		return nil, err
	}
	return complain(rand, p, d, me, key)
}

// complain does so whether the share is wrong or not.
func complain(rand io.Reader, p *Params, d *Dealing, me frost.Index, key frost.Scalar) ([]byte, error) {
	r, err := p.receiver(me)
	if err != nil {
		return nil, err
	}
	ephemeral, err := d.Ephemeral.Decode()
	if err != nil {
		return nil, err
	}
	k, shared, err := d.exchange(p, r, key, &ephemeral)
	if err != nil {
		return nil, err
	}
	defer k.SetZero()
	s, err := d.exchanged(p, r, &ephemeral, shared)
	if err != nil {
		return nil, err
	}
	f, err := s.prove(rand, &k)
	if err != nil {
		return nil, err
	}
	b := binary.BigEndian.AppendUint16(make([]byte, 0, ComplaintSize), uint16(d.Dealer))
	return f.append(append(b, shared[:]...)), nil
}

// exchanged is "the number whose product with G is r's key has, with the ephemeral key, the product shared".
func (d *Dealing) exchanged(p *Params, r Receiver, ephemeral *curve.Affine, shared frost.Point) (statement, error) {
	key, err := r.Key.Decode()
	if err != nil {
		return statement{}, fmt.Errorf("dealing key of receiver %d: %w", r.Index, err)
	}
	value, err := shared.Decode()
	if err != nil {
		return statement{}, err
	}
	hash := Hash(p, d.Dealer, d.Bytes())
	s := knows(tagComplaint, &key, p.Context[:], word(d.Dealer), word(r.Index), hash[:], d.Ephemeral[:])
	s.equations = append(s.equations, base{point: *ephemeral, value: value})
	return s, nil
}

// ComplaintDealer is the index of the dealer that a complaint names: ErrEncoding for another
// length. The dealer need not exist.
func ComplaintDealer(complaint []byte) (frost.Index, error) {
	if len(complaint) != ComplaintSize {
		return 0, fmt.Errorf("complaint of %d bytes: %w", len(complaint), ErrEncoding)
	}
	return frost.Index(binary.BigEndian.Uint16(complaint)), nil
}

// Judge decides the complaint of receiver me about d, which must have passed VerifyDealing.
// A complaint that is malformed, names another dealer or has a false proof is held against
// its author; else the share decides.
//
// An error means that there is nothing to judge, by fault of the caller: ErrParams, ErrUnknown,
// ErrCommitments, ErrConstant, curve.ErrPoint of the dealing or of me's key.
// Called in FinalizeBlock: deterministic (I-06).
func Judge(p *Params, d *Dealing, me frost.Index, complaint []byte) (Verdict, error) {
	if err := d.fits(p); err != nil {
		return 0, err
	}
	r, err := p.receiver(me)
	if err != nil {
		return 0, err
	}
	if _, err := r.Key.Decode(); err != nil {
		return 0, fmt.Errorf("dealing key of receiver %d: %w", me, err)
	}
	ephemeral, err := d.Ephemeral.Decode()
	if err != nil {
		return 0, fmt.Errorf("ephemeral key: %w", err)
	}
	shared, ok := d.shown(p, r, &ephemeral, complaint)
	if !ok {
		return ComplainerGuilty, nil
	}
	commitments, _, err := d.points(p) // last, because it costs most
	if err != nil {
		return 0, err
	}
	share := hide(d.Encrypted[me-1], d.pad(p, r, shared))
	if right := check(commitments, me, share, nil) == nil; right {
		return ComplainerGuilty, nil
	}
	return DealerGuilty, nil
}

// shown is the ECDH point that a complaint of r shows, when it is one about d and proves the point.
func (d *Dealing) shown(p *Params, r Receiver, ephemeral *curve.Affine, complaint []byte) (frost.Point, bool) {
	if dealer, err := ComplaintDealer(complaint); err != nil || dealer != d.Dealer {
		return frost.Point{}, false
	}
	shared := frost.Point(complaint[2:35])
	f, err := parseProof(complaint[35:])
	if err != nil {
		return frost.Point{}, false
	}
	s, err := d.exchanged(p, r, ephemeral, shared)
	if err != nil { // the caller has decoded r's key, so it is the complaint's point
		return frost.Point{}, false
	}
	return shared, s.verify(f) == nil
}
