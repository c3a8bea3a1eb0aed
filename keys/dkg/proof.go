// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"fmt"
	"io"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/frost"
)

// ProofSize is the length of an encoded proof: challenge 32 ‖ response 32.
const ProofSize = 64

// Proof is a Schnorr proof that its author knows the logarithm of a point, or that two
// points have one logarithm. Both numbers are public, in 1 … n−1.
type Proof struct {
	C [32]byte // challenge: the hash of the statement and of R = Z·G − C·X
	Z [32]byte // response
}

func (f Proof) append(b []byte) []byte { return append(append(b, f.C[:]...), f.Z[:]...) }

// parseProof reads ProofSize bytes.
func parseProof(b []byte) (f Proof, err error) {
	if len(b) != ProofSize {
		return Proof{}, fmt.Errorf("proof of %d bytes: %w", len(b), ErrEncoding)
	}
	f = Proof{C: [32]byte(b[:32]), Z: [32]byte(b[32:])}
	_, _, err = f.numbers()
	return f, err
}

func (f Proof) numbers() (c, z curve.Element, err error) {
	if c, err = curve.Scalar(f.C).Element(); err != nil {
		return c, z, fmt.Errorf("challenge: %w", err)
	}
	if z, err = curve.Scalar(f.Z).Element(); err != nil {
		return c, z, fmt.Errorf("response: %w", err)
	}
	return c, z, nil
}

// base is one equation of a statement: the secret times base is value. A zero base is G.
type base struct {
	point, value curve.Affine
}

// statement is what a proof is about: a tag, what else the challenge binds, and the
// equations that the secret satisfies.
type statement struct {
	tag       [32]byte
	bound     []byte
	equations []base
}

// knows is the statement of one who knows the logarithm of value.
func knows(tag [32]byte, value *curve.Affine, bound ...[]byte) statement {
	s := statement{tag: tag, equations: []base{{value: *value}}}
	for _, b := range bound {
		s.bound = append(s.bound, b...)
	}
	return s
}

// challenge is keccak256(tag ‖ bound ‖ values ‖ commitments) mod n.
func (s *statement) challenge(commitments []curve.Affine) curve.Element {
	b := s.transcript()
	for k := range commitments {
		p := curve.Encode(&commitments[k])
		b = append(b, p[:]...)
	}
	h := digest(s.tag, b)
	return curve.Reduce(h[:])
}

func (s *statement) transcript() []byte {
	b := append([]byte{}, s.bound...)
	for k := range s.equations {
		p := curve.Encode(&s.equations[k].value)
		b = append(b, p[:]...)
	}
	return b
}

// prove makes a proof with the secret x. The nonce is a hash of 32 bytes of rand, of x and of the
// statement: a reader that repeats itself gives one nonce twice only for one proof twice.
func (s *statement) prove(rand io.Reader, x *curve.Element) (Proof, error) {
	var random [32]byte
	if _, err := io.ReadFull(rand, random[:]); err != nil {
		return Proof{}, fmt.Errorf("read randomness: %w", err)
	}
	secret := x.Bytes()
	hedged := newStream(tagNonce, random[:], secret[:], s.tag[:], s.transcript())
	clear(random[:])
	clear(secret[:])
	k, err := curve.RandomElement(hedged)
	if err != nil {
		return Proof{}, err
	}
	defer k.SetZero()
	commitments := make([]curve.Affine, len(s.equations))
	for i := range s.equations {
		if b := &s.equations[i].point; b.IsInfinity() {
			commitments[i], err = curve.MulBaseSecret(hedged, &k)
		} else {
			commitments[i], err = curve.MulSecret(hedged, b, &k)
		}
		if err != nil {
			return Proof{}, err
		}
	}
	c := s.challenge(commitments)
	var z curve.Element
	z.Mul(&c, x).Add(&z, &k)
	if c.IsZero() || z.IsZero() {
		return Proof{}, fmt.Errorf("proof of zeros: %w", ErrProof)
	}
	return Proof{C: c.Bytes(), Z: z.Bytes()}, nil
}

// verify recomputes the commitments, Z·base − C·value, and the challenge.
func (s *statement) verify(f Proof) error {
	c, z, err := f.numbers()
	if err != nil {
		return err
	}
	commitments := make([]curve.Affine, len(s.equations))
	for i := range s.equations {
		e := &s.equations[i]
		if e.point.IsInfinity() {
			commitments[i] = curve.MulBasePublic(&z)
		} else {
			commitments[i] = curve.MulPublic(&e.point, &z)
		}
		term := curve.MulPublic(&e.value, &c)
		commitments[i].Sub(&commitments[i], &term)
		if commitments[i].IsInfinity() {
			return ErrProof
		}
	}
	if got := s.challenge(commitments); !got.Equal(&c) {
		return ErrProof
	}
	return nil
}

// keyStatement is "operator knows the secret of its dealing key".
func keyStatement(bridgeID [32]byte, operator [20]byte, key *curve.Affine) (statement, error) {
	if bridgeID == ([32]byte{}) || operator == ([20]byte{}) {
		return statement{}, fmt.Errorf("zero bridge id or operator: %w", ErrParams)
	}
	return knows(tagKey, key, bridgeID[:], make([]byte, 12), operator[:]), nil
}

// ProveKey proves that operator has the secret of its dealing key, ProofSize bytes.
func ProveKey(rand io.Reader, bridgeID [32]byte, operator [20]byte, key frost.Scalar) ([]byte, error) {
	x, err := key.Element()
	if err != nil {
		return nil, err
	}
	defer x.SetZero()
	public, err := curve.MulBaseSecret(rand, &x)
	if err != nil {
		return nil, err
	}
	s, err := keyStatement(bridgeID, operator, &public)
	if err != nil {
		return nil, err
	}
	f, err := s.prove(rand, &x)
	if err != nil {
		return nil, err
	}
	return f.append(nil), nil
}

// VerifyKeyProof checks what ProveKey made: ErrEncoding, curve.ErrPoint, curve.ErrScalar, ErrParams, ErrProof.
// Called in FinalizeBlock: deterministic (I-06).
func VerifyKeyProof(bridgeID [32]byte, operator [20]byte, key frost.Point, proof []byte) error {
	f, err := parseProof(proof)
	if err != nil {
		return err
	}
	public, err := key.Decode()
	if err != nil {
		return err
	}
	s, err := keyStatement(bridgeID, operator, &public)
	if err != nil {
		return err
	}
	return s.verify(f)
}
