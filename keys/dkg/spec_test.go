// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"flag"
	"math/big"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/frost"
)

var update = flag.Bool("update", false, "write testdata/vectors.json anew")

const vectorsFile = "testdata/vectors.json"

// vectors are one fresh ceremony of four in which dealer 2 deals a wrong share to receiver 3 and whose key comes out odd,
// and one reshare of its result to five. Everything is hexadecimal.
type vectors struct {
	Fresh   vector `json:"fresh"`
	Reshare vector `json:"reshare"`
}

type vector struct {
	Context         string   `json:"context"`
	Threshold       int      `json:"threshold"`
	DealerThreshold int      `json:"dealer_threshold"`
	GroupKey        string   `json:"group_key,omitempty"`
	Publics         []string `json:"publics,omitempty"`      // of the dealers, by index
	Secrets         []string `json:"dealing_secrets"`        // of the receivers, by index
	Operator        string   `json:"operator"`               // of receiver 1
	BridgeID        string   `json:"bridge_id"`              //
	KeyProof        string   `json:"key_proof"`              // of receiver 1
	Seeds           []string `json:"seeds"`                  // of the dealers
	Dealings        []string `json:"dealings"`               // of the dealers
	Hashes          []string `json:"hashes"`                 // of the dealings
	Complaint       string   `json:"complaint,omitempty"`    // of receiver 3 about dealer 2
	Qualified       []int    `json:"qualified"`              //
	Negated         bool     `json:"negated"`                //
	ResultKey       string   `json:"result_key"`             //
	ResultPublics   []string `json:"result_publics"`         // public shares, by index
	Share           string   `json:"share_of_receiver_1"`    //
	ReadyProof      string   `json:"ready_proof_receiver_1"` //
}

func record(t *testing.T, w *world, spoil bool) (vector, *outcome) {
	t.Helper()
	v := vector{Context: hex.EncodeToString(w.p.Context[:]), Threshold: w.p.Threshold, DealerThreshold: w.p.DealerThreshold}
	if w.old != nil {
		v.GroupKey = hex.EncodeToString(w.p.GroupKey[:])
	}
	bridge, operator := [32]byte{31: 7}, [20]byte{19: 9}
	v.BridgeID, v.Operator = hex.EncodeToString(bridge[:]), hex.EncodeToString(operator[:])
	for _, k := range w.keys {
		v.Secrets = append(v.Secrets, hex.EncodeToString(k[:]))
	}
	proof, err := ProveKey(randomness(1), bridge, operator, w.keys[0])
	if err != nil {
		t.Fatal(err)
	}
	v.KeyProof = hex.EncodeToString(proof)
	bad := map[frost.Index]*play{}
	if spoil {
		r := randomness(2)
		d := w.craft(t, r, 2, w.polynomial(t, r, 2), func(to frost.Index, s [32]byte) [32]byte {
			if to == 3 {
				s[31] ^= 1
			}
			return s
		})
		bad[2] = dealing(d)
		v.Complaint = hex.EncodeToString(w.open(t, d, 3).complaint)
	}
	for _, d := range w.p.Dealers {
		seed, b := w.seeds[d.Index], w.deal(t, d.Index)
		if p := bad[d.Index]; p != nil {
			b = p.show(nil)
		}
		if w.old != nil {
			v.Publics = append(v.Publics, hex.EncodeToString(d.Public[:]))
		}
		h := Hash(&w.p, d.Index, b)
		v.Seeds = append(v.Seeds, hex.EncodeToString(seed[:]))
		v.Dealings = append(v.Dealings, hex.EncodeToString(b))
		v.Hashes = append(v.Hashes, hex.EncodeToString(h[:]))
	}
	o := w.run(t, bad, nil)
	e := o.epoch(t)
	ready, err := ProveReady(randomness(3), &w.p, o.result, 1, e.shares[0])
	if err != nil {
		t.Fatal(err)
	}
	for _, q := range o.result.Qualified {
		v.Qualified = append(v.Qualified, int(q))
	}
	for _, y := range e.group.Public {
		v.ResultPublics = append(v.ResultPublics, hex.EncodeToString(y[:]))
	}
	v.Negated, v.ResultKey = o.result.Negated, hex.EncodeToString(e.group.Key[:])
	v.Share, v.ReadyProof = hex.EncodeToString(e.shares[0][:]), hex.EncodeToString(ready)
	return v, o
}

func TestVectors(t *testing.T) {
	fresh, o := record(t, newWorld(t, randomness(113), nil, 4), true)
	again, _ := record(t, newWorld(t, randomness(111), o.epoch(t), 5), false)
	got, err := json.MarshalIndent(vectors{fresh, again}, "", "  ")
	if err != nil {
		t.Fatal(err)
	}
	got = append(got, '\n')
	if *update {
		if err := os.WriteFile(vectorsFile, got, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Errorf("%s differs from what the code makes; -update writes it anew", vectorsFile)
	}
}

// The rest of this file reads the vectors with the words of docs/spec/ceremony.md, on another
// implementation of the curve and with nothing of this package.

type pt struct{ x, y *big.Int }

var s256 = crypto.S256()

func raw(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func num(b []byte) *big.Int { return new(big.Int).SetBytes(b) }

func at(t *testing.T, b []byte) pt {
	t.Helper()
	k, err := crypto.DecompressPubkey(b)
	if err != nil {
		t.Fatal(err)
	}
	xy := crypto.FromECDSAPub(k)[1:]
	return pt{num(xy[:32]), num(xy[32:])}
}

func (p pt) bytes() []byte {
	return append([]byte{2 + byte(p.y.Bit(0))}, p.x.FillBytes(make([]byte, 32))...)
}

func (p pt) mul(k *big.Int) pt {
	x, y := s256.ScalarMult(p.x, p.y, k.FillBytes(make([]byte, 32)))
	return pt{x, y}
}

func (p pt) add(q pt) pt {
	x, y := s256.Add(p.x, p.y, q.x, q.y)
	return pt{x, y}
}

func (p pt) neg() pt { return pt{p.x, new(big.Int).Sub(s256.Params().P, p.y)} }

var base256 = pt{s256.Params().Gx, s256.Params().Gy}

func w32(v int) []byte { return num([]byte{byte(v >> 8), byte(v)}).FillBytes(make([]byte, 32)) }

func hash256(name string, parts ...[]byte) []byte {
	return crypto.Keccak256(append([][]byte{crypto.Keccak256([]byte("aitbc.bridge.dkg." + name + "/v1"))}, parts...)...)
}

// holds: c = H(name ‖ bound ‖ X… ‖ R…) mod n with R = z·B − c·X for each pair of base and value.
func holds(t *testing.T, name string, proof []byte, bound [][]byte, pairs ...[2]pt) {
	t.Helper()
	c, z := num(proof[:32]), num(proof[32:])
	parts := bound
	for _, p := range pairs {
		parts = append(parts, p[1].bytes())
	}
	for _, p := range pairs {
		parts = append(parts, p[0].mul(z).add(p[1].mul(c).neg()).bytes())
	}
	if got := num(hash256(name, parts...)); got.Mod(got, s256.Params().N).Cmp(c) != 0 {
		t.Errorf("proof %q does not hold", name)
	}
}

func TestBySpec(t *testing.T) {
	b, err := os.ReadFile(vectorsFile)
	if err != nil {
		t.Fatal(err)
	}
	var all vectors
	if err := json.Unmarshal(b, &all); err != nil {
		t.Fatal(err)
	}
	bySpec(t, all.Fresh)
	bySpec(t, all.Reshare)
}

func bySpec(t *testing.T, v vector) {
	t.Helper()
	order, context, n := s256.Params().N, raw(t, v.Context), len(v.Secrets)
	reshare := v.GroupKey != ""
	holds(t, "key", raw(t, v.KeyProof), [][]byte{raw(t, v.BridgeID), make([]byte, 12), raw(t, v.Operator)},
		[2]pt{base256, base256.mul(num(raw(t, v.Secrets[0])))})

	shares := map[int]*big.Int{} // of receiver 1, by dealer
	commitments := map[int][]pt{}
	for k, text := range v.Dealings {
		d, i := raw(t, text), k+1
		if len(d) != 33*(v.Threshold+1)+32*n+130 {
			t.Fatalf("%d bytes", len(d))
		}
		if !bytes.Equal(raw(t, v.Hashes[k]), hash256("hash", context, w32(i), crypto.Keccak256(d))) {
			t.Errorf("hash of dealing %d", i)
		}
		body, proofs := d[:len(d)-128], d[len(d)-128:]
		if num(body[:2]).Int64() != int64(i) {
			t.Errorf("dealer %d", i)
		}
		for j := range v.Threshold {
			commitments[i] = append(commitments[i], at(t, body[2+33*j:35+33*j]))
		}
		eph := body[2+33*v.Threshold : 35+33*v.Threshold]
		bound := func() [][]byte { return [][]byte{context, w32(i), crypto.Keccak256(body)} }
		holds(t, "constant", proofs[:64], bound(), [2]pt{base256, commitments[i][0]})
		holds(t, "ephemeral", proofs[64:], bound(), [2]pt{base256, at(t, eph)})
		if reshare && hex.EncodeToString(commitments[i][0].bytes()) != v.Publics[k] {
			t.Errorf("constant of dealer %d is not its public share", i)
		}
		for j := range n {
			secret := num(raw(t, v.Secrets[j]))
			key := base256.mul(secret)
			pad := hash256("share", context, w32(i), w32(j+1), at(t, eph).mul(secret).bytes(), eph, key.bytes())
			s := new(big.Int).Xor(num(pad), num(body[35+33*v.Threshold+32*j:67+33*v.Threshold+32*j]))
			right := s.Sign() > 0 && s.Cmp(order) < 0
			if right {
				sum := commitments[i][v.Threshold-1]
				for c := v.Threshold - 2; c >= 0; c-- {
					sum = sum.mul(big.NewInt(int64(j + 1))).add(commitments[i][c])
				}
				right = bytes.Equal(sum.bytes(), base256.mul(s).bytes())
			}
			if spoilt := v.Complaint != "" && i == 2 && j == 2; right == spoilt {
				t.Errorf("share %d → %d: right %t", i, j+1, right)
			}
			if j == 0 {
				shares[i] = s
			}
		}
		if c := raw(t, v.Complaint); len(c) > 0 && i == 2 {
			if len(c) != 99 || !bytes.Equal(c[:2], []byte{0, 2}) {
				t.Errorf("complaint %x", c)
			}
			key := base256.mul(num(raw(t, v.Secrets[2])))
			holds(t, "complaint", c[35:], [][]byte{context, w32(2), w32(3), raw(t, v.Hashes[k]), eph},
				[2]pt{base256, key}, [2]pt{at(t, eph), at(t, c[2:35])})
		}
	}

	// The result: weights are 1, or Lagrange coefficients at zero over the qualified.
	share := new(big.Int)
	sums := make([]*pt, v.Threshold)
	for _, i := range v.Qualified {
		weight := big.NewInt(1)
		for _, j := range v.Qualified {
			if reshare && i != j {
				weight.Mul(weight, big.NewInt(int64(j)))
				weight.Mul(weight, new(big.Int).ModInverse(new(big.Int).Mod(big.NewInt(int64(j-i)), order), order))
			}
		}
		weight.Mod(weight, order)
		share.Add(share, new(big.Int).Mul(weight, shares[i]))
		for k := range sums {
			p := commitments[i][k].mul(weight)
			if sums[k] != nil {
				p = sums[k].add(p)
			}
			sums[k] = &p
		}
	}
	share.Mod(share, order)
	if odd := sums[0].y.Bit(0) == 1; odd != v.Negated || odd && reshare {
		t.Errorf("odd %t, negated %t", odd, v.Negated)
	}
	if v.Negated {
		share.Sub(order, share)
		for k := range sums {
			*sums[k] = sums[k].neg()
		}
	}
	if key := hex.EncodeToString(sums[0].bytes()); key != "02"+v.ResultKey || reshare && v.ResultKey != v.GroupKey {
		t.Errorf("key %s", key)
	}
	for j := range n {
		sum := *sums[v.Threshold-1]
		for c := v.Threshold - 2; c >= 0; c-- {
			sum = sum.mul(big.NewInt(int64(j + 1))).add(*sums[c])
		}
		if hex.EncodeToString(sum.bytes()) != v.ResultPublics[j] {
			t.Errorf("public share %d", j+1)
		}
	}
	if hex.EncodeToString(share.FillBytes(make([]byte, 32))) != v.Share {
		t.Error("share of receiver 1")
	}
	holds(t, "ready", raw(t, v.ReadyProof), [][]byte{context, raw(t, v.ResultKey), w32(1)}, [2]pt{base256, at(t, raw(t, v.ResultPublics[0]))})
}
