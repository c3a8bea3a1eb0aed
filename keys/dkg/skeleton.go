// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"errors"
	"io"

	"github.com/aitbc/bridge/keys/frost"
)

var errNotBuilt = errors.New("dkg: not built yet")

// Proof is a Schnorr proof of knowledge: challenge and response.
type Proof struct{ C, Z [32]byte }

// Lengths of fixed encodings.
const (
	ProofSize     = 64 // challenge 32 ‖ response 32
	ComplaintSize = 99 // dealer 2 ‖ ECDH point 33 ‖ challenge 32 ‖ response 32
)

// Dealing is what one dealer shows.
type Dealing struct {
	Dealer                        frost.Index
	Commitments                   []frost.Point
	Ephemeral                     frost.Point
	Encrypted                     [][32]byte
	ConstantProof, EphemeralProof Proof
}

// DealingSize is the length of every dealing of p.
func DealingSize(p *Params) int { return 0 }

// Bytes is the encoding of d.
func (d *Dealing) Bytes() []byte { return nil }

// ParseDealing reads exactly DealingSize bytes.
func ParseDealing(p *Params, b []byte) (*Dealing, error) { return nil, errNotBuilt }

// Hash is what a dealer commits to.
func Hash(p *Params, dealer frost.Index, dealing []byte) [32]byte { return [32]byte{} }

// Deal makes the dealing of dealer: a pure function. share is nil in a fresh ceremony.
func Deal(p *Params, dealer frost.Index, seed [32]byte, share *frost.Scalar) (*Dealing, error) {
	return nil, errNotBuilt
}

// VerifyDealing checks all that is public of one dealing.
func VerifyDealing(p *Params, d *Dealing) error { return errNotBuilt }

// Copies names the dealers, ascending, whose dealings share an ephemeral key or, in a fresh
// ceremony, a constant commitment. All of them are to be disqualified, before complaints.
func Copies(p *Params, dealings []*Dealing) []frost.Index { return nil }

// Open decrypts and checks the share of me. ErrWrongShare: complain.
func Open(p *Params, d *Dealing, me frost.Index, key frost.Scalar) (frost.Scalar, error) {
	return frost.Scalar{}, errNotBuilt
}

// Complain makes a complaint about a share that Open refuses with ErrWrongShare.
func Complain(rand io.Reader, p *Params, d *Dealing, me frost.Index, key frost.Scalar) ([]byte, error) {
	return nil, errNotBuilt
}

// ComplaintDealer is the dealer whom a complaint names.
func ComplaintDealer(complaint []byte) (frost.Index, error) { return 0, errNotBuilt }

// Verdict says who is wrong in a complaint.
type Verdict int

// Verdicts.
const (
	DealerGuilty     Verdict = 1
	ComplainerGuilty Verdict = 2
)

// Judge decides a complaint of receiver me about d, which passed VerifyDealing.
func Judge(p *Params, d *Dealing, me frost.Index, complaint []byte) (Verdict, error) {
	return 0, errNotBuilt
}

// Result is what a ceremony makes.
type Result struct {
	Group     frost.Group
	Qualified []frost.Index // whose dealings are in it, ascending
	Negated   bool          // every share is negated, because the key came out with odd y
}

// Finalise makes the result of the qualified dealings, ascending by dealer. Errors wrap ErrAbort.
func Finalise(p *Params, qualified []*Dealing) (*Result, error) { return nil, errNotBuilt }

// Combine is me's share of r. shares[k] is what Open gave for the dealing of r.Qualified[k].
func Combine(p *Params, r *Result, me frost.Index, shares []frost.Scalar) (frost.Scalar, error) {
	return frost.Scalar{}, errNotBuilt
}

// ProveReady proves that me has its share of r.
func ProveReady(rand io.Reader, p *Params, r *Result, me frost.Index, share frost.Scalar) ([]byte, error) {
	return nil, errNotBuilt
}

// VerifyReady checks what ProveReady made.
func VerifyReady(p *Params, r *Result, me frost.Index, proof []byte) error { return errNotBuilt }

// ProveKey proves that operator has the secret of its dealing key.
func ProveKey(rand io.Reader, bridgeID [32]byte, operator [20]byte, key frost.Scalar) ([]byte, error) {
	return nil, errNotBuilt
}

// VerifyKeyProof checks what ProveKey made.
func VerifyKeyProof(bridgeID [32]byte, operator [20]byte, key frost.Point, proof []byte) error {
	return errNotBuilt
}
