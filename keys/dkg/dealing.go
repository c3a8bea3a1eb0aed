// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"encoding/binary"
	"fmt"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
)

// Dealing is what one dealer shows to everybody.
type Dealing struct {
	Dealer frost.Index
	// Commitments are the coefficients of its polynomial times G, the constant one first.
	Commitments []frost.Point
	// Ephemeral is the key of this dealing alone with which the shares are encrypted.
	Ephemeral frost.Point
	// Encrypted[i-1] is the share of receiver i, hidden.
	Encrypted [][32]byte
	// ConstantProof and EphemeralProof show that the dealer knows the secrets of
	// Commitments[0] and Ephemeral. Both bind all of the fields above.
	ConstantProof, EphemeralProof Proof
}

// DealingSize is the length of every dealing of p, 33·(t+1) + 32·n + 130: dealer 2 ‖
// commitments 33·t ‖ ephemeral 33 ‖ encrypted 32·n ‖ constant proof 64 ‖ ephemeral proof 64.
func DealingSize(p *Params) int {
	return bodySize(p.Threshold, len(p.Receivers)) + 2*ProofSize
}

func bodySize(t, n int) int { return 2 + 33*t + 33 + 32*n }

// Bytes is the encoding of d.
func (d *Dealing) Bytes() []byte {
	b := d.body()
	return d.EphemeralProof.append(d.ConstantProof.append(b))
}

// body is the encoding without the proofs, which bind it.
func (d *Dealing) body() []byte {
	size := bodySize(len(d.Commitments), len(d.Encrypted))
	b := binary.BigEndian.AppendUint16(make([]byte, 0, size+2*ProofSize), uint16(d.Dealer))
	for _, c := range d.Commitments {
		b = append(b, c[:]...)
	}
	b = append(b, d.Ephemeral[:]...)
	for _, e := range d.Encrypted {
		b = append(b, e[:]...)
	}
	return b
}

// ParseDealing reads exactly DealingSize bytes: ErrEncoding for another length, ErrUnknown for
// who is no dealer, curve.ErrPoint, curve.ErrScalar. What it accepts encodes to b again.
// It does not verify: VerifyDealing does.
func ParseDealing(p *Params, b []byte) (*Dealing, error) {
	if err := p.shape(); err != nil {
		return nil, err
	}
	if len(b) != DealingSize(p) {
		return nil, fmt.Errorf("dealing of %d bytes, not %d: %w", len(b), DealingSize(p), ErrEncoding)
	}
	d := &Dealing{Dealer: frost.Index(binary.BigEndian.Uint16(b))}
	if _, err := p.dealer(d.Dealer); err != nil {
		return nil, err
	}
	b = b[2:]
	for k := range p.Threshold + 1 {
		c, err := curve.ParsePoint(b[:33])
		if err != nil {
			return nil, fmt.Errorf("point %d: %w", k, err)
		}
		b = b[33:]
		if k == p.Threshold {
			d.Ephemeral = c
		} else {
			d.Commitments = append(d.Commitments, c)
		}
	}
	for range p.Receivers {
		d.Encrypted = append(d.Encrypted, [32]byte(b[:32]))
		b = b[32:]
	}
	var err error
	if d.ConstantProof, err = parseProof(b[:ProofSize]); err != nil {
		return nil, fmt.Errorf("proof of the constant term: %w", err)
	}
	if d.EphemeralProof, err = parseProof(b[ProofSize:]); err != nil {
		return nil, fmt.Errorf("proof of the ephemeral key: %w", err)
	}
	return d, nil
}

// statements are those of the two proofs.
func (d *Dealing) statements(p *Params, constant, ephemeral *curve.Affine) (c, e statement) {
	body := crypto.Keccak256(d.body())
	bound := [][]byte{p.Context[:], word(d.Dealer), body}
	return knows(tagConstant, constant, bound...), knows(tagEphemeral, ephemeral, bound...)
}

// VerifyDealing checks all of d that is public: as many commitments as the threshold and
// shares as receivers, no point twice, the constant commitment of a reshare, both proofs.
// A dealing that fails disqualifies its dealer.
//
// Errors: ErrUnknown, ErrCommitments, ErrConstant, curve.ErrPoint, curve.ErrScalar, ErrProof.
// Called in FinalizeBlock: deterministic (I-06).
func VerifyDealing(p *Params, d *Dealing) error {
	commitments, ephemeral, err := d.points(p)
	if err != nil {
		return err
	}
	constant, proof := d.statements(p, &commitments[0], &ephemeral)
	if err := constant.verify(d.ConstantProof); err != nil {
		return fmt.Errorf("constant term: %w", err)
	}
	if err := proof.verify(d.EphemeralProof); err != nil {
		return fmt.Errorf("ephemeral key: %w", err)
	}
	return nil
}

// fits checks what costs nothing.
func (d *Dealing) fits(p *Params) error {
	if err := p.shape(); err != nil {
		return err
	}
	dealer, err := p.dealer(d.Dealer)
	if err != nil {
		return err
	}
	if len(d.Commitments) != p.Threshold || len(d.Encrypted) != len(p.Receivers) {
		return fmt.Errorf("%d commitments and %d shares, not %d and %d: %w",
			len(d.Commitments), len(d.Encrypted), p.Threshold, len(p.Receivers), ErrCommitments)
	}
	if !p.fresh() && d.Commitments[0] != dealer.Public {
		return ErrConstant
	}
	seen := map[frost.Point]bool{d.Ephemeral: true}
	for k, c := range d.Commitments {
		if seen[c] {
			return fmt.Errorf("commitment %d stands twice: %w", k, ErrCommitments)
		}
		seen[c] = true
	}
	return nil
}

// points checks everything but the proofs and decodes.
func (d *Dealing) points(p *Params) (commitments []curve.Affine, ephemeral curve.Affine, err error) {
	if err := d.fits(p); err != nil {
		return nil, ephemeral, err
	}
	for k, c := range d.Commitments {
		a, err := c.Decode()
		if err != nil {
			return nil, ephemeral, fmt.Errorf("commitment %d: %w", k, err)
		}
		commitments = append(commitments, a)
	}
	if ephemeral, err = d.Ephemeral.Decode(); err != nil {
		return nil, ephemeral, fmt.Errorf("ephemeral key: %w", err)
	}
	return commitments, ephemeral, nil
}

// Copies names the dealers, ascending, whose dealings share an ephemeral key or, in a fresh
// ceremony, a constant commitment; a copied dealing shares both. dealings passed VerifyDealing.
//
// All of the named are guilty: each has proven, bound to its index, that it knows the secret,
// so nobody can be framed by being copied. Other commitments carry no proof and are not
// compared: copying them gains nothing, and punishing it would let one frame another.
// Called in FinalizeBlock: deterministic (I-06).
func Copies(p *Params, dealings []*Dealing) []frost.Index {
	count := make(map[frost.Point]int)
	for _, d := range dealings {
		for _, s := range d.proven(p) {
			count[s]++
		}
	}
	guilty := make(map[frost.Index]bool)
	for _, d := range dealings {
		for _, s := range d.proven(p) {
			guilty[d.Dealer] = guilty[d.Dealer] || count[s] > 1
		}
	}
	var out []frost.Index
	for _, d := range p.Dealers {
		if guilty[d.Index] {
			out = append(out, d.Index)
		}
	}
	return out
}

// proven are the points that no other dealing may have.
func (d *Dealing) proven(p *Params) []frost.Point {
	out := []frost.Point{d.Ephemeral}
	if p.fresh() && len(d.Commitments) > 0 {
		out = append(out, d.Commitments[0])
	}
	return out
}
