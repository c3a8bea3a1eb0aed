// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"bytes"
	"testing"

	"github.com/aitbc/bridge/keys/frost"
)

// FuzzParseDealing: what is read is written as the same bytes; nothing but the honest dealings passes,
// since nobody but the dealers knows the secrets; nothing panics on the way to a verdict.
func FuzzParseDealing(f *testing.F) {
	fresh := newWorld(f, randomness(90), nil, 4)
	again := newWorld(f, randomness(91), newEpoch(f, randomness(92), 4), 4)
	for _, w := range []*world{fresh, again} {
		for i := frost.Index(1); i <= 4; i++ {
			f.Add(w.deal(f, i))
		}
	}
	f.Add(make([]byte, DealingSize(&fresh.p)))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, w := range []*world{fresh, again} {
			d, err := ParseDealing(&w.p, b)
			if err != nil {
				continue
			}
			if !bytes.Equal(d.Bytes(), b) {
				t.Fatalf("read %x, wrote %x", b, d.Bytes())
			}
			honest := bytes.Equal(b, w.deal(t, d.Dealer))
			if err := VerifyDealing(&w.p, d); (err == nil) != honest {
				t.Fatalf("honest: %t, verified: %v", honest, err)
			}
			if _, err := Open(&w.p, d, 1, w.keys[0]); err != nil && honest {
				t.Fatal(err)
			}
			_, _ = Finalise(&w.p, []*Dealing{d, d, d})
		}
	})
}

// FuzzComplaint: no complaint makes an honest dealer guilty, and only the true one does a bad dealer.
func FuzzComplaint(f *testing.F) {
	w := newWorld(f, randomness(93), nil, 4)
	r := randomness(94)
	bad := w.craft(f, r, 2, w.polynomial(f, r, 2), func(_ frost.Index, s [32]byte) [32]byte { s[31] ^= 1; return s })
	good := w.accept(w.deal(f, 1))
	right, err := Complain(r, &w.p, bad, 3, w.keys[2])
	if err != nil {
		f.Fatal(err)
	}
	wrong, err := complain(r, &w.p, good, 3, w.keys[2])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(right)
	f.Add(wrong)
	f.Add(make([]byte, ComplaintSize))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := ComplaintDealer(b); (err == nil) != (len(b) == ComplaintSize) {
			t.Fatalf("%d bytes: %v", len(b), err)
		}
		if v, err := Judge(&w.p, good, 3, b); err != nil || v != ComplainerGuilty {
			t.Fatalf("honest dealer: verdict %d, %v", v, err)
		}
		v, err := Judge(&w.p, bad, 3, b)
		if err != nil || (v == DealerGuilty) != bytes.Equal(b, right) {
			t.Fatalf("bad dealer: verdict %d, %v, by %x", v, err, b)
		}
	})
}

// FuzzProof: a proof of fixed length with canonical numbers, and none but the made one is one.
func FuzzProof(f *testing.F) {
	w := newWorld(f, randomness(95), nil, 4)
	o := w.run(f, nil, nil)
	ready, err := ProveReady(randomness(96), &w.p, o.result, 2, o.holders[2])
	if err != nil {
		f.Fatal(err)
	}
	bridge, operator := [32]byte{1}, [20]byte{2}
	key, err := ProveKey(randomness(97), bridge, operator, w.keys[0])
	if err != nil {
		f.Fatal(err)
	}
	f.Add(ready)
	f.Add(key)
	f.Add(make([]byte, ProofSize))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if p, err := parseProof(b); err == nil && !bytes.Equal(p.append(nil), b) {
			t.Fatalf("read %x, wrote %x", b, p.append(nil))
		}
		if err := VerifyReady(&w.p, o.result, 2, b); (err == nil) != bytes.Equal(b, ready) {
			t.Fatalf("ready: %v by %x", err, b)
		}
		if err := VerifyKeyProof(bridge, operator, w.p.Receivers[0].Key, b); (err == nil) != bytes.Equal(b, key) {
			t.Fatalf("key: %v by %x", err, b)
		}
	})
}
