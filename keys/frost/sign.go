// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"encoding/binary"
	"fmt"
	"io"
	"log/slog"
	"slices"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/schnorr"
)

// Nonce is the secret half of one commitment. It signs once: copies share the pair and are
// used up together. It cannot be encoded or printed. Not safe for concurrent use.
type Nonce struct {
	pair func() *pair // a function, so that no print can reach the numbers
}

type pair struct {
	d, e fr.Element
	D, E Point
	used bool
}

// Destroy makes the pair unusable. It may be called at any time, more than once.
func (n *Nonce) Destroy() {
	d, e, _, _ := n.take()
	d.SetZero()
	e.SetZero()
}

// take hands the pair out once and overwrites it.
func (n *Nonce) take() (d, e fr.Element, c Commitment, ok bool) {
	if n.pair == nil {
		return d, e, c, false
	}
	p := n.pair()
	if p.used {
		return d, e, c, false
	}
	d, e, c = p.d, p.e, Commitment{D: p.D, E: p.E}
	p.used = true
	p.d.SetZero()
	p.e.SetZero()
	return d, e, c, true
}

const redacted = "[secret]"

// Format prints "[secret]" whatever the verb.
func (Nonce) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String is "[secret]".
func (Nonce) String() string { return redacted }

// GoString is "[secret]".
func (Nonce) GoString() string { return redacted }

// LogValue is "[secret]".
func (Nonce) LogValue() slog.Value { return slog.StringValue(redacted) }

// NewNonce makes a fresh pair and its two points. Each number is a hash of 32 random bytes
// and the key share (RFC 9591 section 4.1), so a weak reader alone does not reveal it.
func NewNonce(rand io.Reader, share Scalar) (*Nonce, Point, Point, error) {
	return newNonce(keccakSuite{}, rand, rand, share)
}

// newNonce takes the hashed bytes from random and those that split scalars from blind.
func newNonce(su suite, random, blind io.Reader, share Scalar) (*Nonce, Point, Point, error) {
	if _, err := share.Element(); err != nil {
		return nil, Point{}, Point{}, err
	}
	p := new(pair)
	for _, half := range []struct {
		k *fr.Element
		c *Point
	}{{&p.d, &p.D}, {&p.e, &p.E}} {
		var seed [32]byte
		if _, err := io.ReadFull(random, seed[:]); err != nil {
			return nil, Point{}, Point{}, fmt.Errorf("read randomness: %w", err)
		}
		*half.k = su.nonce(seed[:], share[:])
		clear(seed[:])
		pub, err := curve.MulBaseSecret(blind, half.k)
		if err != nil {
			return nil, Point{}, Point{}, err
		}
		*half.c = curve.Encode(&pub)
	}
	return &Nonce{pair: func() *pair { return p }}, p.D, p.E, nil
}

// Prepared is a session whose list was checked and whose sums were computed once.
type Prepared struct {
	session Session
	run     *run
}

// Prepare validates s: ErrList, ErrPoint, ErrIdentity, schnorr.ErrKeyRange and
// schnorr.ErrKeyOffCurve. Called in FinalizeBlock: deterministic (I-06).
func Prepare(s Session) (*Prepared, error) {
	key, err := liftKey(s.Key)
	if err != nil {
		return nil, err
	}
	if s.Digest == ([32]byte{}) {
		return nil, fmt.Errorf("zero digest: %w", ErrScalar)
	}
	bound := binary.BigEndian.AppendUint64(make([]byte, 0, 72), s.KeyEpoch)
	bound = append(append(bound, s.ID[:]...), s.Digest[:]...)
	r, err := newRun(keccakSuite{}, key, bound, s.Digest[:], s.Commitments)
	if err != nil {
		return nil, err
	}
	s.Commitments = slices.Clone(s.Commitments) // the caller may change its slice afterwards
	return &Prepared{session: s, run: r}, nil
}

// Sign makes member i's share of s and destroys n, whatever the outcome.
//
// share is member i's key share; rand serves to multiply secrets safely. The result was
// checked against the share's own public point, so a fault in the arithmetic cannot leave.
// Errors: those of Prepare, ErrNonceUsed, ErrUnknownMember, ErrCommitment, ErrScalar.
func Sign(s Session, i Index, n *Nonce, share Scalar, rand io.Reader) (Scalar, error) {
	p, err := Prepare(s)
	if err != nil {
		n.Destroy()
		return Scalar{}, err
	}
	return p.Sign(i, n, share, rand)
}

// Sign is the function of that name without preparing again.
func (p *Prepared) Sign(i Index, n *Nonce, share Scalar, rand io.Reader) (Scalar, error) {
	d, e, own, ok := n.take()
	if !ok {
		return Scalar{}, ErrNonceUsed
	}
	defer func() { d.SetZero(); e.SetZero() }()
	k, err := p.run.position(i)
	if err != nil {
		return Scalar{}, err
	}
	own.Index = i
	if p.session.Commitments[k] != own {
		return Scalar{}, fmt.Errorf("member %d: %w", i, ErrCommitment)
	}
	secret, err := share.Element()
	if err != nil {
		return Scalar{}, err
	}
	defer secret.SetZero()
	y, err := curve.MulBaseSecret(rand, &secret)
	if err != nil {
		return Scalar{}, err
	}
	z := p.run.share(k, &d, &e, &secret)
	if !p.run.check(k, &y, &z) {
		return Scalar{}, &ShareError{Index: i, Err: ErrShare}
	}
	return Scalar(z.Bytes()), nil
}

// VerifyShare checks member i's signature share against its public share y.
//
// Errors: those of Prepare, ErrUnknownMember, ErrPoint for y, *ShareError for a wrong share.
// Rule: RFC 9591 section 5.4. Called in FinalizeBlock: deterministic (I-06).
func VerifyShare(s Session, i Index, y Point, z Scalar) error {
	p, err := Prepare(s)
	if err != nil {
		return err
	}
	return p.VerifyShare(i, y, z)
}

// VerifyShare is the function of that name without preparing again.
func (p *Prepared) VerifyShare(i Index, y Point, z Scalar) error {
	k, err := p.run.position(i)
	if err != nil {
		return err
	}
	public, err := y.Decode()
	if err != nil {
		return fmt.Errorf("public share of member %d: %w", i, err)
	}
	x, err := z.Element()
	if err != nil {
		return &ShareError{Index: i, Err: err}
	}
	if !p.run.check(k, &public, &x) {
		return &ShareError{Index: i, Err: ErrShare}
	}
	return nil
}

// Aggregate adds the shares, in the order of s.Commitments, and verifies the signature.
//
// Errors: those of Prepare, ErrShareCount, *ShareError for a share out of range,
// ErrBadSignature when the sum does not verify: then VerifyShare finds who is wrong.
// Called in FinalizeBlock: deterministic (I-06).
func Aggregate(s Session, shares []Scalar) (schnorr.Signature, error) {
	p, err := Prepare(s)
	if err != nil {
		return schnorr.Signature{}, err
	}
	return p.Aggregate(shares)
}

// Aggregate is the function of that name without preparing again.
func (p *Prepared) Aggregate(shares []Scalar) (schnorr.Signature, error) {
	z, err := p.run.sum(shares)
	if err != nil {
		return schnorr.Signature{}, err
	}
	sig := schnorr.Signature{S: z.Bytes(), R: address(&p.run.r)}
	if err := schnorr.Verify(p.session.Key, p.session.Digest, sig); err != nil {
		return schnorr.Signature{}, ErrBadSignature
	}
	return sig, nil
}

func (p *run) sum(shares []Scalar) (z fr.Element, err error) {
	if len(shares) != len(p.members) {
		return z, fmt.Errorf("%d shares of %d signers: %w", len(shares), len(p.members), ErrShareCount)
	}
	for k, s := range shares {
		x, err := s.Element()
		if err != nil {
			return z, &ShareError{Index: p.members[k], Err: err}
		}
		z.Add(&z, &x)
	}
	return z, nil
}
