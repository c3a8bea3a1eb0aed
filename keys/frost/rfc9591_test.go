// SPDX-License-Identifier: Apache-2.0

package frost

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"testing"

	"github.com/consensys/gnark-crypto/ecc/secp256k1/fr"

	"github.com/aitbc/bridge/keys/curve"
)

// rfcSuite is FROST(secp256k1, SHA-256) of RFC 9591 section 6.5.
type rfcSuite struct{}

const rfcContext = "FROST-secp256k1-SHA256-v1"

func rfcField(name string, msg ...[]byte) fr.Element {
	x, err := fr.Hash(bytes.Join(msg, nil), []byte(rfcContext+name), 1)
	if err != nil {
		panic(err)
	}
	return x[0]
}

func rfcHash(name string, msg []byte) []byte {
	h := sha256.Sum256(append([]byte(rfcContext+name), msg...))
	return h[:]
}

func (rfcSuite) rho(input []byte) fr.Element           { return rfcField("rho", input) }
func (rfcSuite) nonce(random, share []byte) fr.Element { return rfcField("nonce", random, share) }
func (rfcSuite) messageHash(msg []byte) []byte         { return rfcHash("msg", msg) }
func (rfcSuite) listHash(list []byte) []byte           { return rfcHash("com", list) }
func (rfcSuite) challenge(r, key *point, msg []byte) (fr.Element, error) {
	re, ke := curve.Encode(r), curve.Encode(key)
	return rfcField("chal", re[:], ke[:], msg), nil
}

func unhex(t testing.TB, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(s)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// The vectors of RFC 9591 appendix E.5: members 1 and 3 of a 2-of-3 group sign "test".
func TestRFC9591AppendixE5(t *testing.T) {
	groupKey, err := ParsePoint(unhex(t, "02f37c34b66ced1fb51c34a90bdae006901f10625cc06c4f64663b0eae87d87b4f"))
	if err != nil {
		t.Fatal(err)
	}
	key, _ := groupKey.Decode()
	msg := unhex(t, "74657374")
	members := []struct {
		index                                                    Index
		share, hidingRandom, bindingRandom, hiding, binding      string
		hidingCommitment, bindingCommitment, bindingFactor, sigZ string
	}{
		{
			1, "08f89ffe80ac94dcb920c26f3f46140bfc7f95b493f8310f5fc1ea2b01f4254c",
			"7ea5ed09af19f6ff21040c07ec2d2adbd35b759da5a401d4c99dd26b82391cb2",
			"47acab018f116020c10cb9b9abdc7ac10aae1b48ca6e36dc15acb6ec9be5cdc5",
			"841d3a6450d7580b4da83c8e618414d0f024391f2aeb511d7579224420aa81f0",
			"8d2624f532af631377f33cf44b5ac5f849067cae2eacb88680a31e77c79b5a80",
			"03c699af97d26bb4d3f05232ec5e1938c12f1e6ae97643c8f8f11c9820303f1904",
			"02fa2aaccd51b948c9dc1a325d77226e98a5a3fe65fe9ba213761a60123040a45e",
			"3e08fe561e075c653cbfd46908a10e7637c70c74f0a77d5fd45d1a750c739ec6",
			"c4fce1775a1e141fb579944166eab0d65eefe7b98d480a569bbbfcb14f91c197",
		},
		{
			3, "00e95d59dd0d46b0e303e500b62b7ccb0e555d49f5b849f5e748c071da8c0dbc",
			"e6cc56ccbd0502b3f6f831d91e2ebd01c4de0479e0191b66895a4ffd9b68d544",
			"7203d55eb82a5ca0d7d83674541ab55f6e76f1b85391d2c13706a89a064fd5b9",
			"2b19b13f193f4ce83a399362a90cdc1e0ddcd83e57089a7af0bdca71d47869b2",
			"7a443bde83dc63ef52dda354005225ba0e553243402a4705ce28ffaafe0f5b98",
			"03077507ba327fc074d2793955ef3410ee3f03b82b4cdc2370f71d865beb926ef6",
			"02ad53031ddfbbacfc5fbda3d3b0c2445c8e3e99cbc4ca2db2aa283fa68525b135",
			"93f79041bb3fd266105be251adaeb5fd7f8b104fb554a4ba9a0becea48ddbfd7",
			"0160fd0d388932f4826d2ebcd6b9eaba734f7c71cf25b4279a4ca2581e47b18d",
		},
	}
	su := rfcSuite{}
	var list []Commitment
	var nonces []*Nonce
	for _, m := range members {
		random := bytes.NewReader(append(unhex(t, m.hidingRandom), unhex(t, m.bindingRandom)...))
		n, d, e, err := newNonce(su, random, testRand(9), Scalar(unhex(t, m.share)))
		if err != nil {
			t.Fatal(err)
		}
		if hiding, binding := n.pair().d.Bytes(), n.pair().e.Bytes(); !bytes.Equal(hiding[:], unhex(t, m.hiding)) || !bytes.Equal(binding[:], unhex(t, m.binding)) {
			t.Errorf("nonces of %d", m.index)
		}
		if !bytes.Equal(d[:], unhex(t, m.hidingCommitment)) || !bytes.Equal(e[:], unhex(t, m.bindingCommitment)) {
			t.Errorf("commitments of %d", m.index)
		}
		list, nonces = append(list, Commitment{m.index, d, e}), append(nonces, n)
	}
	r, err := newRun(su, key, msg, msg, list)
	if err != nil {
		t.Fatal(err)
	}
	var shares []Scalar
	for k, m := range members {
		if rho := r.rho[k].Bytes(); !bytes.Equal(rho[:], unhex(t, m.bindingFactor)) {
			t.Errorf("binding factor of %d", m.index)
		}
		secret, err := Scalar(unhex(t, m.share)).Element()
		if err != nil {
			t.Fatal(err)
		}
		z := r.share(k, &nonces[k].pair().d, &nonces[k].pair().e, &secret)
		if got := z.Bytes(); !bytes.Equal(got[:], unhex(t, m.sigZ)) {
			t.Errorf("share of %d: %x", m.index, got)
		}
		y := curve.MulBasePublic(&secret)
		if !r.check(k, &y, &z) {
			t.Errorf("share of %d does not verify", m.index)
		}
		shares = append(shares, z.Bytes())
	}
	z, err := r.sum(shares)
	if err != nil {
		t.Fatal(err)
	}
	commitment, scalar := curve.Encode(&r.r), z.Bytes()
	want := "0205b6d04d3774c8929413e3c76024d54149c372d57aae62574ed74319b5ea14d0c65dde8492a7471437e6c2fe3da49b90d23f642b5c6dbe7e36089f096dd97324"
	if got := hex.EncodeToString(commitment[:]) + hex.EncodeToString(scalar[:]); got != want {
		t.Errorf("signature %s", got)
	}
}

// The same appendix: the three shares come from one secret and one coefficient.
func TestRFC9591Shares(t *testing.T) {
	var secret, coefficient fr.Element
	secret.SetBytes(unhex(t, "0d004150d27c3bf2a42f312683d35fac7394b1e9e318249c1bfe7f0795a83114"))
	coefficient.SetBytes(unhex(t, "fbf85eadae3058ea14f19148bb72b45e4399c0b16028acaf0395c9b03c823579"))
	want := []string{
		"08f89ffe80ac94dcb920c26f3f46140bfc7f95b493f8310f5fc1ea2b01f4254c",
		"04f0feac2edcedc6ce1253b7fab8c86b856a797f44d83d82a385554e6e401984",
		"00e95d59dd0d46b0e303e500b62b7ccb0e555d49f5b849f5e748c071da8c0dbc",
	}
	var base []point
	for i, w := range want {
		var x, s fr.Element
		x.SetUint64(uint64(i + 1))
		s.Mul(&coefficient, &x).Add(&s, &secret)
		if got := s.Bytes(); !bytes.Equal(got[:], unhex(t, w)) {
			t.Errorf("share %d", i+1)
		}
		base = append(base, curve.MulBasePublic(&s))
	}
	key := curve.MulBasePublic(&secret)
	if got := curve.Interpolate([]Index{1, 3}, []point{base[0], base[2]}, 0); !got.Equal(&key) {
		t.Error("shares 1 and 3 do not give the key")
	}
	if got := curve.Interpolate([]Index{1, 3}, []point{base[0], base[2]}, 2); !got.Equal(&base[1]) {
		t.Error("shares 1 and 3 do not give share 2")
	}
}
