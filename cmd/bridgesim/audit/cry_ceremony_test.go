// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"crypto/ecdsa"
	"encoding/binary"
	"math/big"
	"slices"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"
)

// board plays a birth by hand: what operators say is signed and put into blocks here.
type board struct {
	a      *Ceremonies
	c      Ceremony
	poly   [][]*big.Int
	shares map[int][32]byte
}

// operatorKey is the account of party i.
func operatorKey(t *testing.T, i int) *ecdsa.PrivateKey {
	t.Helper()
	k, err := crypto.ToECDSA(big.NewInt(int64(100 + i)).FillBytes(make([]byte, 32)))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// wire is a field of bytes in the wire format of protocol buffers.
func wire(field int, data []byte) []byte {
	return append(binary.AppendUvarint([]byte{byte(field<<3 | 2)}, uint64(len(data))), data...)
}

// says is the transaction of party i with one message of a ceremony.
func (b *board) says(t *testing.T, i int, sequence uint64, kind int, data []byte) []byte {
	t.Helper()
	p := b.c.Receivers[i-1]
	m := append(wire(1, p.Operator[:]), 2<<3, byte(b.c.Number))
	if data != nil {
		m = append(m, wire(3, data)...)
	}
	var body []byte
	if sequence > 0 {
		body = append(body, 1<<3, byte(sequence))
	}
	body = append(body, wire(2+kind, m)...)
	h := keccak(encoded{}.hash(Tag("tx")).hash(b.a.bridge).number(b.a.fork).hash(keccak(body)))
	d := keccak([]byte("\x19Ethereum Signed Message:\n32"), h[:])
	sig, err := crypto.Sign(d[:], operatorKey(t, i))
	if err != nil {
		t.Fatal(err)
	}
	return append(wire(1, body), wire(2, sig)...)
}

// prove is c ‖ z with a nonce that nobody should use.
func prove(name string, x *big.Int, bound ...[]byte) []byte {
	k := new(big.Int).Add(x, big.NewInt(77))
	public, r := compressed(base(x)), compressed(base(k))
	c := scalar(dkgHash(name, append(slices.Clone(bound), public[:], r[:])...))
	z := new(big.Int).Mul(c, x)
	z.Add(z, k).Mod(z, order)
	return append(c.FillBytes(make([]byte, 32)), z.FillBytes(make([]byte, 32))...)
}

// value is a polynomial at a place.
func value(c []*big.Int, x int) *big.Int {
	out := new(big.Int)
	for k := len(c) - 1; k >= 0; k-- {
		out.Mul(out, big.NewInt(int64(x))).Add(out, c[k]).Mod(out, order)
	}
	return out
}

func (b *board) dealing(i int) []byte {
	e := big.NewInt(int64(9000 + i))
	ephemeral := compressed(base(e))
	out := []byte{0, byte(i)}
	for _, c := range b.poly[i-1] {
		p := compressed(base(c))
		out = append(out, p[:]...)
	}
	out = append(out, ephemeral[:]...)
	for _, v := range b.c.Receivers {
		s := compressed(decoded(v.Point).times(e))
		pad := dkgHash("share", b.c.Context[:], number(i), number(v.Index), s[:], ephemeral[:], v.Point[:])
		plain := value(b.poly[i-1], v.Index).FillBytes(make([]byte, 32))
		for k := range pad {
			pad[k] ^= plain[k]
		}
		out = append(out, pad[:]...)
	}
	body := hashOf(out)
	out = append(out, prove("constant", b.poly[i-1][0], b.c.Context[:], number(i), body)...)
	return append(out, prove("ephemeral", e, b.c.Context[:], number(i), body)...)
}

// witnessed signs d with a secret key whose point has even y.
func witnessed(key [32]byte, x *big.Int, d Hash) (out [52]byte) {
	k := big.NewInt(4242)
	r := base(k)
	h := keccak(r.x.FillBytes(make([]byte, 32)), r.y.FillBytes(make([]byte, 32)))
	copy(out[32:], h[12:])
	s := new(big.Int).Mul(challenge(key, [20]byte(h[12:]), d), x)
	s.Add(s, k).Mod(s, order).FillBytes(out[:32])
	return out
}

// birth is an honest one of four, in blocks 2 to 6.
func birth(t *testing.T) *board {
	t.Helper()
	const n = 4
	b := &board{a: NewCeremonies(Hash{7}, 1), shares: map[int][32]byte{}}
	b.c = Ceremony{
		Number: 1, Kind: Fresh, NewEpoch: 1, Threshold: 3, DealerThreshold: 3, Started: 2, Ended: 6, Blocks: [5]uint64{3, 3, 3, 3, 9},
		Out: map[int]string{}, KeyVersion: 1,
	}
	for i := 1; i <= n; i++ {
		p := Party{Index: i, Address: Address{19: byte(i)}, Operator: Address(crypto.PubkeyToAddress(operatorKey(t, i).PublicKey))}
		b.c.Dealers = append(b.c.Dealers, p)
		p.Point = compressed(base(big.NewInt(int64(500 + i))))
		b.c.Receivers = append(b.c.Receivers, p)
		b.poly = append(b.poly, []*big.Int{big.NewInt(int64(10 + i)), big.NewInt(int64(2000 + 3*i)), big.NewInt(int64(70 * i))})
		b.c.Qualified, b.c.Ready = append(b.c.Qualified, i), append(b.c.Ready, i)
	}
	b.c.Context = b.a.context(&b.c)
	total := []*big.Int{new(big.Int), new(big.Int), new(big.Int)}
	for _, p := range b.poly {
		for k := range total {
			total[k].Add(total[k], p[k])
		}
	}
	if base(total[0]).y.Bit(0) == 1 {
		for k := range total {
			total[k].Sub(order, total[k])
		}
	}
	b.c.GroupKey = [32]byte(base(total[0]).x.FillBytes(make([]byte, 32)))
	for i := 1; i <= n; i++ {
		s := value(total, i)
		b.c.Shares = append(b.c.Shares, compressed(base(s)))
		b.shares[i] = [32]byte(s.FillBytes(make([]byte, 32)))
	}
	for kind := commit; kind <= ready; kind++ {
		var txs [][]byte
		for i := 1; i <= n; i++ {
			var data []byte
			switch kind {
			case commit:
				h := dkgHash("hash", b.c.Context[:], number(i), hashOf(b.dealing(i)))
				data = h[:]
			case deal:
				data = b.dealing(i)
			case ready:
				data = prove("ready", value(total, i), b.c.Context[:], b.c.GroupKey[:], number(i))
			}
			txs = append(txs, b.says(t, i, uint64(kind), kind, data))
		}
		b.a.Block(uint64(2+kind), txs)
	}
	b.a.Block(6, nil)
	set := encoded{}.hash(Tag("members")).number(1).number(1).number(3).hash(b.c.GroupKey).number(n)
	for i, r := range b.c.Receivers {
		set = set.address(r.Address).point(b.c.Shares[i])
	}
	d := keccak(encoded{}.hash(Tag("ready")).hash(b.a.bridge).number(1).hash(keccak(set)).number(5))
	b.c.SignedFor, b.c.SignedAt, b.c.Signature = 5, 6, witnessed(b.c.GroupKey, total[0], d)
	return b
}

// TestTransactionsAreJudged: a transaction that is taken twice, or by nobody's hand.
func TestTransactionsAreJudged(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(b *board, t *testing.T) []byte
		want   string
	}{
		{"the next", func(b *board, t *testing.T) []byte { return b.says(t, 1, 4, ready, nil) }, ""},
		{"twice", func(b *board, t *testing.T) []byte { return b.says(t, 1, 3, ready, nil) }, "sequence 3, next is 4"},
		{"of somebody else", func(b *board, t *testing.T) []byte {
			tx := b.says(t, 1, 4, ready, nil)
			tx[len(tx)-1] ^= 1
			return tx
		}, "signed by somebody else"},
		{"junk", func(*board, *testing.T) []byte { return []byte("junk") }, "not what a transaction is"},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := birth(t)
			b.a.blocks = b.a.blocks[:len(b.a.blocks)-1]
			b.a.Block(6, [][]byte{x.change(b, t)})
			if got := b.a.Ended(b.c); (got == "") != (x.want == "") || !strings.Contains(got, x.want) {
				t.Errorf("%q, want %q", got, x.want)
			}
		})
	}
}

func TestCeremoniesAreJudgedAgain(t *testing.T) {
	for _, x := range []struct {
		name   string
		change func(c *Ceremony)
		want   string
	}{
		{"as it was", func(*Ceremony) {}, ""},
		{"another key", func(c *Ceremony) { c.GroupKey[3] ^= 1 }, "group key"},
		{"another public share", func(c *Ceremony) { c.Shares[1] = c.Shares[0] }, "public shares"},
		{"somebody disqualified", func(c *Ceremony) { c.Out = map[int]string{2: "wrong_share"} }, "disqualified"},
		{"somebody does not count", func(c *Ceremony) { c.Qualified = []int{1, 2, 3} }, "qualified"},
		{"fewer ready", func(c *Ceremony) { c.Ready = c.Ready[:3] }, "ready are"},
		{"an abort", func(c *Ceremony) { c.Aborted = "few_ready" }, "not over"},
		{"another context", func(c *Ceremony) { c.Context[0] ^= 1 }, "context"},
		{"another threshold", func(c *Ceremony) { c.Threshold = 2 }, "threshold"},
		{"another height", func(c *Ceremony) { c.SignedFor++ }, "names height"},
		{"no signature", func(c *Ceremony) { c.Signature[5] ^= 1 }, "not signed"},
		{"another version", func(c *Ceremony) { c.KeyVersion = 2 }, ""}, // the signature covers it
		{"of the past", func(c *Ceremony) { c.Number = 0 }, "number"},
		{"another kind", func(c *Ceremony) { c.Kind = Reshare }, "kind"},
		{"an epoch left out", func(c *Ceremony) { c.NewEpoch = 2 }, "key epoch"},
	} {
		t.Run(x.name, func(t *testing.T) {
			b := birth(t)
			c := b.c
			c.Shares, c.Ready = slices.Clone(c.Shares), slices.Clone(c.Ready)
			x.change(&c)
			got := b.a.Ended(c)
			if x.name == "another version" {
				if got == "" {
					t.Error("another key version passes")
				}
				return
			}
			if (x.want == "") != (got == "") || !strings.Contains(got, x.want) {
				t.Errorf("%q, want %q", got, x.want)
			}
		})
	}
}

func TestSharesAreJudged(t *testing.T) {
	b := birth(t)
	if what := b.a.Ended(b.c); what != "" {
		t.Fatal(what)
	}
	if what := b.a.Shares(1, b.shares); what != "" {
		t.Fatal(what)
	}
	few := map[int][32]byte{1: b.shares[1], 2: b.shares[2]}
	if what := b.a.Shares(1, few); !strings.Contains(what, "2 shares") {
		t.Errorf("few: %q", what)
	}
	swapped := map[int][32]byte{1: b.shares[2], 2: b.shares[1], 3: b.shares[3], 4: b.shares[4]}
	if what := b.a.Shares(1, swapped); !strings.Contains(what, "does not fit") {
		t.Errorf("swapped: %q", what)
	}
	if what := b.a.Shares(2, b.shares); what == "" {
		t.Error("shares of an epoch that nobody knows")
	}
}

func TestSubsets(t *testing.T) {
	if got := subsets([]int{1, 2, 3}, 2, 8); len(got) != 6 || !slices.Equal(got[1], []int{1, 3}) || !slices.Equal(got[3], []int{2, 3}) {
		t.Errorf("%v", got)
	}
}
