// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"errors"
	"fmt"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// Errors of this package. All of them mean that the input is wrong for ever.
var (
	// ErrParams: the parameters of the ceremony contradict each other.
	ErrParams = errors.New("dkg: bad parameters")
	// ErrUnknown: the index is not a dealer's, or not a receiver's, of this ceremony.
	ErrUnknown = errors.New("dkg: not in this ceremony")
	// ErrEncoding: bytes are not the canonical encoding of what they should be.
	ErrEncoding = errors.New("dkg: bad encoding")
	// ErrCommitments: wrong number of commitments or shares, or one point twice.
	ErrCommitments = errors.New("dkg: bad commitments")
	// ErrConstant: the constant commitment is not the dealer's recorded public share.
	ErrConstant = errors.New("dkg: constant term is not the public share")
	// ErrProof: a proof does not verify.
	ErrProof = errors.New("dkg: proof does not verify")
	// ErrWrongShare: the share in a dealing is not what its commitments promise: complain.
	ErrWrongShare = errors.New("dkg: wrong share")
	// ErrNoReason: there is nothing to complain about, and complaining would show a good share.
	ErrNoReason = errors.New("dkg: no reason to complain")
	// ErrKey: the secret is not the one that belongs to the public parameters.
	ErrKey = errors.New("dkg: secret does not fit the public key")
	// ErrSeed: the seed is zero or gives a polynomial that cannot be dealt.
	ErrSeed = errors.New("dkg: bad seed")
	// ErrAbort: the qualified dealings give no key. The ceremony has failed.
	ErrAbort = errors.New("dkg: ceremony has no result")
)

// Dealer is one who deals in a ceremony.
type Dealer struct {
	Index frost.Index
	// Public is its recorded public share in a reshare, zero in a fresh ceremony.
	Public frost.Point
}

// Receiver is one who gets a share. Key is its dealing key, to which shares are encrypted.
type Receiver struct {
	Index frost.Index
	Key   frost.Point
}

// Params are what everybody agrees on before a ceremony. They are not changed while it runs.
type Params struct {
	// Context binds every proof, key and hash to this ceremony alone.
	Context [32]byte
	// Dealers ascending by Index: of the old epoch in a reshare, else of the new one.
	Dealers []Dealer
	// Receivers have the indices 1 … n, in this order.
	Receivers []Receiver
	// Threshold is t of the result, DealerThreshold how many qualified dealers are needed:
	// t of the old epoch in a reshare, else t of the new one.
	Threshold, DealerThreshold int
	// GroupKey must come out of a reshare; zero in a fresh ceremony.
	GroupKey schnorr.PublicKey
}

// fresh: a new key is made.
func (p *Params) fresh() bool { return p.GroupKey == schnorr.PublicKey{} }

// Validate checks all of p, once, before any other function is given it: ErrParams,
// curve.ErrPoint, and what schnorr.PublicKey.Validate returns.
//
// In a reshare the recorded public shares are not compared with the group key here:
// Finalise does.
func (p *Params) Validate() error {
	if err := p.shape(); err != nil {
		return err
	}
	if !p.fresh() {
		if err := p.GroupKey.Validate(); err != nil {
			return err
		}
	}
	for _, d := range p.Dealers {
		if p.fresh() {
			continue // shape checked that Public is zero
		}
		if _, err := d.Public.Decode(); err != nil {
			return fmt.Errorf("public share of dealer %d: %w", d.Index, err)
		}
	}
	seen := make(map[frost.Point]bool, len(p.Receivers))
	for _, r := range p.Receivers {
		if _, err := r.Key.Decode(); err != nil {
			return fmt.Errorf("dealing key of receiver %d: %w", r.Index, err)
		}
		if seen[r.Key] {
			return fmt.Errorf("dealing key of receiver %d is another one's: %w", r.Index, ErrParams)
		}
		seen[r.Key] = true
	}
	return nil
}

// shape checks what costs nothing; every function calls it, so that none panics.
func (p *Params) shape() error {
	if p.Context == ([32]byte{}) {
		return fmt.Errorf("zero context: %w", ErrParams)
	}
	n, dealers := len(p.Receivers), len(p.Dealers)
	if p.Threshold < 1 || p.Threshold > n || n > frost.MaxMembers {
		return fmt.Errorf("threshold %d of %d receivers: %w", p.Threshold, n, ErrParams)
	}
	if p.DealerThreshold < 1 || p.DealerThreshold > dealers || dealers > frost.MaxMembers {
		return fmt.Errorf("%d of %d dealers: %w", p.DealerThreshold, dealers, ErrParams)
	}
	for k, d := range p.Dealers {
		if d.Index == 0 || d.Index > frost.MaxMembers || k > 0 && p.Dealers[k-1].Index >= d.Index {
			return fmt.Errorf("dealer %d at place %d: %w", d.Index, k, ErrParams)
		}
		if (d.Public == frost.Point{}) != p.fresh() {
			return fmt.Errorf("public share of dealer %d: %w", d.Index, ErrParams)
		}
	}
	for k, r := range p.Receivers {
		if int(r.Index) != k+1 {
			return fmt.Errorf("receiver %d at place %d: %w", r.Index, k, ErrParams)
		}
	}
	return nil
}

func (p *Params) dealer(i frost.Index) (Dealer, error) {
	for _, d := range p.Dealers {
		if d.Index == i {
			return d, nil
		}
	}
	return Dealer{}, fmt.Errorf("dealer %d: %w", i, ErrUnknown)
}

func (p *Params) receiver(i frost.Index) (Receiver, error) {
	if i == 0 || int(i) > len(p.Receivers) {
		return Receiver{}, fmt.Errorf("receiver %d: %w", i, ErrUnknown)
	}
	return p.Receivers[i-1], nil
}

// indices are those of the receivers.
func (p *Params) indices() []curve.Index {
	out := make([]curve.Index, len(p.Receivers))
	for k, r := range p.Receivers {
		out[k] = r.Index
	}
	return out
}
