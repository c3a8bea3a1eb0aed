// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
)

// tagged is H(name, …) of docs/spec/ceremony.md.
func tagged(name string, parts ...[]byte) []byte {
	t := crypto.Keccak256([]byte("aitbc.bridge.dkg." + name + "/v1"))
	return crypto.Keccak256(append([][]byte{t}, parts...)...)
}

func word(v uint64) []byte { return binary.BigEndian.AppendUint64(make([]byte, 24, 32), v) }

func (d *dice) element() curve.Element {
	x, err := curve.RandomElement(d)
	if err != nil {
		panic("dice do not fail")
	}
	return x
}

func (d *dice) elements(n int) (out []curve.Element) {
	for range n {
		out = append(out, d.element())
	}
	return out
}

func (d *dice) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = d.source.Read(b)
	return b
}

func times(x *curve.Element) frost.Point {
	p := curve.MulBasePublic(x)
	return curve.Encode(&p)
}

// proof is c ‖ z of one secret x for G, and for one more base when it is given.
func (d *dice) proof(name string, x *curve.Element, base *curve.Affine, bound ...[]byte) dkg.Proof {
	k := d.element()
	values, commitments := times(x), times(&k)
	b := append(bytesOf(bound), values[:]...)
	if base != nil {
		p, r := curve.MulPublic(base, x), curve.MulPublic(base, &k)
		v, c := curve.Encode(&p), curve.Encode(&r)
		b = append(append(append(b, v[:]...), commitments[:]...), c[:]...)
	} else {
		b = append(b, commitments[:]...)
	}
	c := curve.Reduce(tagged(name, b))
	var z curve.Element
	z.Mul(&c, x).Add(&z, &k)
	return dkg.Proof{C: c.Bytes(), Z: z.Bytes()}
}

func bytesOf(parts [][]byte) (out []byte) {
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

// craft makes a dealing with valid proofs of any polynomial c; spoil may change the shares.
func (d *dice) craft(p *dkg.Params, dealer frost.Index, c []curve.Element, e curve.Element, spoil func(to frost.Index, s [32]byte) [32]byte) *dkg.Dealing {
	out := &dkg.Dealing{Dealer: dealer, Ephemeral: times(&e)}
	for k := range c {
		out.Commitments = append(out.Commitments, times(&c[k]))
	}
	for _, r := range p.Receivers {
		s := curve.Evaluate(c, r.Index)
		plain := s.Bytes()
		if spoil != nil {
			plain = spoil(r.Index, plain)
		}
		key, err := r.Key.Decode()
		if err != nil {
			panic("dealing keys of the state are points")
		}
		point := curve.MulPublic(&key, &e)
		shared := curve.Encode(&point)
		pad := tagged("share", p.Context[:], word(uint64(dealer)), word(uint64(r.Index)), shared[:], out.Ephemeral[:], r.Key[:])
		for k := range plain {
			plain[k] ^= pad[k]
		}
		out.Encrypted = append(out.Encrypted, plain)
	}
	d.prove(p, out, &c[0], &e)
	return out
}

// prove makes both proofs anew, with secrets that may or may not fit.
func (d *dice) prove(p *dkg.Params, out *dkg.Dealing, constant, e *curve.Element) {
	b := out.Bytes()
	body := crypto.Keccak256(b[:len(b)-2*dkg.ProofSize])
	index := word(uint64(out.Dealer))
	out.ConstantProof = d.proof("constant", constant, nil, p.Context[:], index, body)
	out.EphemeralProof = d.proof("ephemeral", e, nil, p.Context[:], index, body)
}

// complain is a complaint of receiver me with a proof that holds, whether the share is wrong or not.
func (d *dice) complain(p *dkg.Params, about *dkg.Dealing, me frost.Index, key curve.Scalar) []byte {
	k, err := key.Element()
	if err != nil {
		panic("a dealing key is a scalar")
	}
	e, err := about.Ephemeral.Decode()
	if err != nil {
		panic("what counts has an ephemeral key")
	}
	point := curve.MulPublic(&e, &k)
	shared := curve.Encode(&point)
	hash := dkg.Hash(p, about.Dealer, about.Bytes())
	f := d.proof("complaint", &k, &e, p.Context[:], word(uint64(about.Dealer)), word(uint64(me)), hash[:], about.Ephemeral[:])
	return complaint(about.Dealer, shared, f)
}

func complaint(dealer frost.Index, shared frost.Point, f dkg.Proof) []byte {
	b := binary.BigEndian.AppendUint16(nil, uint16(dealer))
	return append(append(append(b, shared[:]...), f.C[:]...), f.Z[:]...)
}
