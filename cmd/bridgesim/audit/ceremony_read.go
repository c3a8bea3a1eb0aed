// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"encoding/binary"
	"errors"
	"math/big"

	"github.com/ethereum/go-ethereum/crypto"
)

// saying is one message of a transaction.
type saying struct {
	sender   Address
	sequence uint64
	kind     int // a phase; elsewhere: not of a ceremony
	ceremony uint64
	data     []byte
	list     [][]byte
}

const elsewhere = -1

var errBytes = errors.New("not what a transaction is")

// field is one of a message in the wire format of protocol buffers.
type field struct {
	number uint64
	value  uint64 // of a varint
	data   []byte // of a string of bytes
}

func fields(b []byte) (out []field, err error) {
	for len(b) > 0 {
		tag, n := binary.Uvarint(b)
		if n <= 0 {
			return nil, errBytes
		}
		v, m := binary.Uvarint(b[n:])
		if m <= 0 {
			return nil, errBytes
		}
		b = b[n+m:]
		f := field{number: tag >> 3, value: v}
		switch tag & 7 {
		case 0:
		case 2:
			if v > uint64(len(b)) {
				return nil, errBytes
			}
			f.data, b = b[:v], b[v:]
		default:
			return nil, errBytes
		}
		out = append(out, f)
	}
	return out, nil
}

// read opens a transaction and demands that the account it names has signed it.
func (a *Ceremonies) read(tx []byte) (s saying, err error) {
	outer, err := fields(tx)
	if err != nil || len(outer) != 2 || outer[0].number != 1 || outer[1].number != 2 || len(outer[1].data) != 65 {
		return s, errBytes
	}
	body, sig := outer[0].data, outer[1].data
	inner, err := fields(body)
	if err != nil {
		return s, err
	}
	s.kind = elsewhere
	for _, f := range inner {
		if f.number == 1 {
			s.sequence = f.value
			continue
		}
		said, err := fields(f.data)
		if err != nil {
			return s, err
		}
		if f.number >= 2 && f.number <= 5 {
			s.kind = int(f.number) - 2
		}
		for _, g := range said {
			switch g.number {
			case 1:
				if len(g.data) != 20 {
					return s, errBytes
				}
				s.sender = Address(g.data)
			case 2:
				s.ceremony = g.value
			case 3:
				s.data, s.list = g.data, append(s.list, g.data)
			}
		}
	}
	h := keccak(encoded{}.hash(Tag("tx")).hash(a.bridge).number(a.fork).hash(keccak(body)))
	digest := keccak([]byte("\x19Ethereum Signed Message:\n32"), h[:])
	public, err := crypto.Ecrecover(digest[:], sig)
	if err != nil || len(public) != 65 {
		return s, errBytes
	}
	if k := keccak(public[1:]); Address(k[12:]) != s.sender {
		return s, errors.New("signed by somebody else")
	}
	return s, nil
}

// dealing as section 3 has it, in points that are on the curve.
type dealing struct {
	dealer      int
	commitments []Point
	ephemeral   Point
	encrypted   [][32]byte
	hash        Hash // that was committed to
}

func (j *judgement) parse(b []byte) (*dealing, bool) {
	t, n := j.c.Threshold, len(j.c.Receivers)
	if len(b) != 33*(t+1)+32*n+130 {
		return nil, false
	}
	d := &dealing{dealer: int(binary.BigEndian.Uint16(b))}
	d.hash = dkgHash("hash", j.c.Context[:], number(d.dealer), hashOf(b))
	b = b[2:]
	for k := range t + 1 {
		p := Point(b[:33])
		if _, _, ok := decodePoint(p); !ok {
			return nil, false
		}
		if b = b[33:]; k < t {
			d.commitments = append(d.commitments, p)
		} else {
			d.ephemeral = p
		}
	}
	for range n {
		d.encrypted = append(d.encrypted, [32]byte(b[:32]))
		b = b[32:]
	}
	for range 4 {
		if v := new(big.Int).SetBytes(b[:32]); v.Sign() == 0 || v.Cmp(order) >= 0 {
			return nil, false
		}
		b = b[32:]
	}
	return d, true
}

// dkgHash is H(name, …) of the page on ceremonies.
func dkgHash(name string, parts ...[]byte) Hash {
	t := keccak([]byte("aitbc.bridge.dkg." + name + "/v1"))
	return keccak(append([][]byte{t[:]}, parts...)...)
}

func hashOf(b []byte) []byte {
	h := keccak(b)
	return h[:]
}

func number(v int) []byte { return encoded{}.number(uint64(v)) }

// proves checks c ‖ z for x = secret·G, and shared = secret·second when second is given.
func proves(name string, proof []byte, second *affine, x, shared affine, bound ...[]byte) bool {
	c, z := new(big.Int).SetBytes(proof[:32]), new(big.Int).SetBytes(proof[32:64])
	for _, v := range []*big.Int{c, z} {
		if v.Sign() == 0 || v.Cmp(order) >= 0 {
			return false
		}
	}
	parts := append([][]byte{}, bound...)
	add := func(p affine) {
		b := compressed(p)
		parts = append(parts, b[:])
	}
	first := sum(base(z), negated(x.times(c)))
	if first.x == nil {
		return false
	}
	add(x)
	if second == nil {
		add(first)
	} else {
		other := sum(second.times(z), negated(shared.times(c)))
		if other.x == nil {
			return false
		}
		add(shared)
		add(first)
		add(other)
	}
	return scalar(dkgHash(name, parts...)).Cmp(c) == 0
}

func decoded(p Point) affine {
	x, y, ok := decodePoint(p)
	if !ok {
		return affine{}
	}
	return affine{x, y}
}

func points(all []Point) (out []affine) {
	for _, p := range all {
		out = append(out, decoded(p))
	}
	return out
}

func compressed(p affine) (out Point) {
	if p.x == nil {
		return out
	}
	out[0] = 2 + byte(p.y.Bit(0))
	p.x.FillBytes(out[1:])
	return out
}

func negated(p affine) affine {
	if p.x == nil {
		return p
	}
	return affine{p.x, new(big.Int).Sub(fieldPrime, p.y)}
}

// sum is that of any two points; without x it is the identity.
func sum(p, q affine) affine {
	switch {
	case p.x == nil:
		return q
	case q.x == nil:
		return p
	case p.x.Cmp(q.x) == 0 && p.y.Cmp(q.y) != 0:
		return affine{}
	}
	return p.plus(q)
}

// at is the polynomial in the exponent at an index.
func at(c []affine, index int) (out affine) {
	x := big.NewInt(int64(index))
	for k := len(c) - 1; k >= 0; k-- {
		if out.x != nil {
			out = out.times(x)
		}
		out = sum(out, c[k])
	}
	return out
}
