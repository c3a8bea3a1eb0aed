// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/crypto"
)

const suite = "FROST-secp256k1-KECCAK256-ERC7816-v1"

// fieldPrime is p of secp256k1.
var fieldPrime = crypto.S256().Params().P

// decodePoint reads a compressed point of the curve.
func decodePoint(p Point) (x, y *big.Int, ok bool) {
	if p[0] != 2 && p[0] != 3 {
		return nil, nil, false
	}
	key, err := crypto.DecompressPubkey(p[:])
	if err != nil {
		return nil, nil, false
	}
	b := crypto.FromECDSAPub(key)
	return new(big.Int).SetBytes(b[1:33]), new(big.Int).SetBytes(b[33:]), true
}

// affine is a point that is never the identity; adding what would give it is ruled out by callers.
type affine struct{ x, y *big.Int }

func (p affine) plus(q affine) affine {
	if p.x == nil {
		return q
	}
	if p.x.Cmp(q.x) == 0 && p.y.Cmp(q.y) == 0 {
		x, y := crypto.S256().Double(p.x, p.y)
		return affine{x, y}
	}
	x, y := crypto.S256().Add(p.x, p.y, q.x, q.y)
	return affine{x, y}
}

func (p affine) times(k *big.Int) affine {
	x, y := crypto.S256().ScalarMult(p.x, p.y, k.FillBytes(make([]byte, 32)))
	return affine{x, y}
}

func base(k *big.Int) affine {
	x, y := crypto.S256().ScalarBaseMult(k.FillBytes(make([]byte, 32)))
	return affine{x, y}
}

func scalar(h Hash) *big.Int {
	v := new(big.Int).SetBytes(h[:])
	return v.Mod(v, order)
}

// bindingFactors are the factors ρ of a session's signers, in their order.
func bindingFactors(key [32]byte, s Session) (out []*big.Int) {
	epoch := encoded{}.number(s.KeyEpoch)[24:]
	message := keccak([]byte(suite), []byte("msg"), epoch, s.ID[:], s.Digest[:])
	var list []byte
	for _, g := range s.Signers {
		list = append(list, encoded{}.number(uint64(g.Member))...)
		list = append(append(list, g.D[:]...), g.E[:]...)
	}
	commitments := keccak([]byte(suite), []byte("com"), list)
	for _, g := range s.Signers {
		out = append(out, scalar(keccak([]byte(suite), []byte("rho"), []byte{2}, key[:], message[:], commitments[:],
			encoded{}.number(uint64(g.Member)))))
	}
	return out
}

// lagrange is the coefficient at 0 of a member among the signers.
func lagrange(member int, list []Signer) *big.Int {
	num, den := big.NewInt(1), big.NewInt(1)
	for _, g := range list {
		if g.Member == member {
			continue
		}
		num.Mul(num, big.NewInt(int64(g.Member))).Mod(num, order)
		den.Mul(den, big.NewInt(int64(g.Member-member))).Mod(den, order)
	}
	return num.Mul(num, den.ModInverse(den, order)).Mod(num, order)
}

// equation is what a share of one signer must satisfy: z = d + ρ·e + λ·c·s.
type equation struct {
	rho, lambda, c *big.Int
	d, e           affine
}

// equations are what all shares of one session must satisfy.
type equations struct {
	session Session
	rhos    []*big.Int // by place among the signers, like the points
	d, e    []affine
	c       *big.Int
}

func equationsOf(key [32]byte, s Session) (*equations, bool) {
	q := &equations{session: s, rhos: bindingFactors(key, s)}
	var sum affine
	for i, g := range s.Signers {
		dx, dy, ok := decodePoint(g.D)
		ex, ey, also := decodePoint(g.E)
		if !ok || !also {
			return nil, false
		}
		d, e := affine{dx, dy}, affine{ex, ey}
		sum = sum.plus(d.plus(e.times(q.rhos[i])))
		q.d, q.e = append(q.d, d), append(q.e, e)
	}
	if sum.x == nil {
		return nil, false
	}
	h := keccak(sum.x.FillBytes(make([]byte, 32)), sum.y.FillBytes(make([]byte, 32)))
	q.c = challenge(key, [20]byte(h[12:]), s.Digest)
	return q, true
}

func (q *equations) of(member int) (equation, bool) {
	for i, g := range q.session.Signers {
		if g.Member == member {
			return equation{rho: q.rhos[i], lambda: lagrange(member, q.session.Signers), c: q.c, d: q.d[i], e: q.e[i]}, true
		}
	}
	return equation{}, false
}

func equationOf(key [32]byte, s Session, member int) (equation, bool) {
	q, ok := equationsOf(key, s)
	if !ok {
		return equation{}, false
	}
	return q.of(member)
}

// equation is worked out once for all signers of a session, as long as its contents are the same.
func (a *Audit) equation(s Session, member int) (equation, bool) {
	q := a.chain.equations[s.ID]
	if q == nil || q.session.KeyEpoch != s.KeyEpoch || q.session.Digest != s.Digest || !slices.Equal(q.session.Signers, s.Signers) {
		var ok bool
		if q, ok = equationsOf(a.cfg.GroupKey, s); !ok {
			return equation{}, false
		}
		a.chain.equations[s.ID] = q
	}
	return q.of(member)
}

// checkShare checks the share of an honest member when its public share is known.
func (a *Audit) checkShare(s Session, g Signer, z [32]byte, say func(string)) {
	public, ok := a.publicShare(s.KeyEpoch, g.Member)
	if !ok {
		return
	}
	x, y, ok := decodePoint(public)
	q, also := a.equation(s, g.Member)
	v := new(big.Int).SetBytes(z[:])
	if !ok || !also || v.Sign() == 0 || v.Cmp(order) >= 0 {
		say("an honest share cannot be checked")
		return
	}
	k := new(big.Int).Mul(q.lambda, q.c)
	right := q.d.plus(q.e.times(q.rho)).plus(affine{x, y}.times(k.Mod(k, order)))
	if left := base(v); left.x.Cmp(right.x) != 0 || left.y.Cmp(right.y) != 0 {
		say("an honest share is not valid")
	}
}
