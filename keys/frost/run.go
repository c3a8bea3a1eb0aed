// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"encoding/binary"
	"fmt"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"github.com/aitbc/bridge/keys/curve"
)

// run is one session with everything that its members agree on worked out: RFC 9591
// sections 4.3 to 4.6 for any suite.
type run struct {
	members []Index
	d, e    []point
	rho     []fr.Element
	r       point // group commitment, never the identity
	c       fr.Element
}

// newRun checks the list and computes binding factors, group commitment and challenge.
// bound is hashed into the binding factors, signed into the challenge; in the RFC both
// are the message.
func newRun(su suite, key point, bound, signed []byte, list []Commitment) (*run, error) {
	if len(list) == 0 || len(list) > MaxMembers {
		return nil, fmt.Errorf("%d commitments: %w", len(list), ErrList)
	}
	if key.IsInfinity() {
		return nil, ErrIdentity
	}
	p := &run{}
	encoded := make([]byte, 0, 98*len(list))
	for k, c := range list {
		if c.Index == 0 || k > 0 && list[k-1].Index >= c.Index {
			return nil, fmt.Errorf("commitment %d, member %d: %w", k, c.Index, ErrList)
		}
		d, err := c.D.Decode()
		if err != nil {
			return nil, fmt.Errorf("member %d: commitment D: %w", c.Index, err)
		}
		e, err := c.E.Decode()
		if err != nil {
			return nil, fmt.Errorf("member %d: commitment E: %w", c.Index, err)
		}
		p.members, p.d, p.e = append(p.members, c.Index), append(p.d, d), append(p.e, e)
		encoded = append(encoded, indexWord(c.Index)...)
		encoded = append(append(encoded, c.D[:]...), c.E[:]...)
	}
	pk := curve.Encode(&key)
	prefix := append(append(pk[:], su.messageHash(bound)...), su.listHash(encoded)...)
	for k, i := range p.members {
		rho := su.rho(append(prefix[:len(prefix):len(prefix)], indexWord(i)...))
		p.rho = append(p.rho, rho)
		term := p.commitment(k)
		p.r.Add(&p.r, &term)
	}
	if p.r.IsInfinity() {
		return nil, fmt.Errorf("group commitment: %w", ErrIdentity)
	}
	var err error
	if p.c, err = su.challenge(&p.r, &key, signed); err != nil {
		return nil, err
	}
	return p, nil
}

// commitment is D + rho·E of the k-th signer.
func (p *run) commitment(k int) (out point) {
	e := curve.MulPublic(&p.e[k], &p.rho[k])
	out.Add(&p.d[k], &e)
	return out
}

func (p *run) position(i Index) (int, error) {
	for k, j := range p.members {
		if i == j {
			return k, nil
		}
	}
	return 0, fmt.Errorf("member %d: %w", i, ErrUnknownMember)
}

// factor is lambda·c of the k-th signer.
func (p *run) factor(k int) fr.Element {
	l := curve.Lagrange(p.members, p.members[k], 0)
	return *l.Mul(&l, &p.c)
}

// share is z = d + rho·e + lambda·c·s: secrets meet field arithmetic alone, never the
// multiplication of a point.
func (p *run) share(k int, d, e, s *fr.Element) fr.Element {
	f := p.factor(k)
	var z fr.Element
	z.Mul(&p.rho[k], e).Add(&z, d)
	f.Mul(&f, s)
	return *z.Add(&z, &f)
}

// check is z·G == D + rho·E + lambda·c·Y for the k-th signer.
func (p *run) check(k int, y *point, z *fr.Element) bool {
	f := p.factor(k)
	left := curve.MulBasePublic(z)
	right, term := p.commitment(k), curve.MulPublic(y, &f)
	right.Add(&right, &term)
	return left.Equal(&right)
}

// indexWord is i as 32 bytes big-endian.
func indexWord(i Index) []byte {
	var w [32]byte
	binary.BigEndian.PutUint16(w[30:], uint16(i))
	return w[:]
}
