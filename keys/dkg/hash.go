// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/frost"
)

// The tags open every hash of this package. What follows them has fixed widths, or widths
// that the parameters fix: indices and counts are words of 32 bytes, points 33 bytes.
var (
	tagParams    = tag("params")    // what a seed deals for
	tagDeal      = tag("deal")      // numbers of a dealing, from a seed
	tagBlind     = tag("blind")     // random summands where no reader is given
	tagNonce     = tag("nonce")     // nonces of proofs
	tagConstant  = tag("constant")  // proof of the constant term
	tagEphemeral = tag("ephemeral") // proof of the ephemeral key
	tagShare     = tag("share")     // what is added to a share to hide it
	tagHash      = tag("hash")      // what a dealer commits to
	tagComplaint = tag("complaint") // proof of an ECDH point
	tagReady     = tag("ready")     // proof of a new share
	tagKey       = tag("key")       // proof of a dealing key
)

func tag(name string) [32]byte {
	return crypto.Keccak256Hash([]byte("aitbc.bridge.dkg." + name + "/v1"))
}

// digest is keccak256(tag ‖ parts).
func digest(tag [32]byte, parts ...[]byte) [32]byte {
	return crypto.Keccak256Hash(append([][]byte{tag[:]}, parts...)...)
}

// word is v as 32 bytes big-endian.
func word[T ~uint16 | ~int](v T) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 24, 32), uint64(v))
}

// digest covers every field of p.
func (p *Params) digest() [32]byte {
	b := append([]byte{}, p.Context[:]...)
	b = append(append(b, word(p.Threshold)...), word(p.DealerThreshold)...)
	b = append(append(b, p.GroupKey[:]...), word(len(p.Dealers))...)
	for _, d := range p.Dealers {
		b = append(append(b, word(d.Index)...), d.Public[:]...)
	}
	b = append(b, word(len(p.Receivers))...)
	for _, r := range p.Receivers {
		b = append(b, r.Key[:]...)
	}
	return digest(tagParams, b)
}

// Hash is what a dealer commits to before any dealing is shown: it covers every byte of
// its dealing, the ceremony and the dealer.
func Hash(p *Params, dealer frost.Index, dealing []byte) [32]byte {
	return digest(tagHash, p.Context[:], word(dealer), crypto.Keccak256(dealing))
}

// stream is an endless io.Reader of the blocks keccak256(key ‖ counter), for numbers that
// must come out the same again. Its key is secret.
type stream struct {
	key     [32]byte
	counter int
	left    []byte
}

func newStream(tag [32]byte, parts ...[]byte) *stream {
	return &stream{key: digest(tag, parts...)}
}

// Read never fails.
func (s *stream) Read(b []byte) (int, error) {
	for done := 0; done < len(b); {
		if len(s.left) == 0 {
			s.left = crypto.Keccak256(s.key[:], word(s.counter))
			s.counter++
		}
		k := copy(b[done:], s.left)
		clear(s.left[:k])
		s.left = s.left[k:]
		done += k
	}
	return len(b), nil
}
