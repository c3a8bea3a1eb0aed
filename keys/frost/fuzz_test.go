// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package frost

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// FuzzSession: a session of hostile points, indices and shares is refused or ends without a
// signature; nothing panics and no share of zeros passes.
func FuzzSession(f *testing.F) {
	group, _, err := Deal(bytes.NewReader(bytes.Repeat([]byte{3, 1, 4, 1, 5, 9, 2, 6}, 4096)), 4, 3)
	if err != nil {
		f.Fatal(err)
	}
	entry := func(i uint16, d, e Point) []byte {
		return append(append(binary.BigEndian.AppendUint16(nil, i), d[:]...), e[:]...)
	}
	g, h := pointOf(1), pointOf(2)
	f.Add(bytes.Join([][]byte{entry(1, g, h), entry(2, h, g), entry(4, g, g)}, nil), []byte{31: 1})
	f.Add(entry(0, g, h), []byte{})
	f.Add(append(entry(1, g, h), entry(1, g, h)...), []byte{31: 1})
	f.Add(entry(1, Point{}, Point{2}), []byte{})
	f.Fuzz(func(t *testing.T, list, z []byte) {
		s := Session{Key: group.Key, KeyEpoch: 1, ID: [32]byte{1}, Digest: [32]byte{2}}
		const size = 2 + 33 + 33
		for ; len(list) >= size && len(s.Commitments) < 16; list = list[size:] {
			s.Commitments = append(s.Commitments, Commitment{
				Index: Index(binary.BigEndian.Uint16(list)), D: Point(list[2:35]), E: Point(list[35:size]),
			})
		}
		p, err := Prepare(s)
		if err != nil {
			return
		}
		last := Index(0)
		for _, c := range s.Commitments {
			if c.Index <= last {
				t.Fatalf("index %d after %d accepted", c.Index, last)
			}
			last = c.Index
			if _, err := ParsePoint(c.D[:]); err != nil {
				t.Fatalf("accepted point %s", c.D)
			}
		}
		var share Scalar
		copy(share[:], z)
		shares := make([]Scalar, len(s.Commitments))
		for k := range shares {
			shares[k] = share
		}
		if err := p.VerifyShare(last, group.Public[int(last)%len(group.Public)], share); err == nil {
			t.Errorf("share %x of member %d verifies", share[:], last)
		}
		if sig, err := p.Aggregate(shares); err == nil {
			t.Errorf("signature %+v of nobody", sig)
		}
	})
}
