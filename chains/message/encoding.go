// SPDX-License-Identifier: Apache-2.0

package message

import (
	"encoding/binary"

	"github.com/ethereum/go-ethereum/crypto"
)

// Tag is the first word of everything that is hashed: keccak256("aitbc.bridge.<name>/v1").
func Tag(name string) Hash { return Keccak([]byte("aitbc.bridge." + name + "/v1")) }

// The tags of docs/spec/messages.md, one meaning each.
var (
	TagMessage    = Tag("message")
	TagLane       = Tag("lane")
	TagReceipt    = Tag("receipt")
	TagVote       = Tag("vote")
	TagSession    = Tag("session")
	TagRank       = Tag("rank")
	TagCheckpoint = Tag("checkpoint")
	TagRotate     = Tag("rotate")
	TagHalt       = Tag("halt")
	TagReady      = Tag("ready")
)

// Keccak is keccak256 of the concatenation of parts. Callers join only parts of fixed width.
func Keccak(parts ...[]byte) (h Hash) { return Hash(crypto.Keccak256(parts...)) }

// BridgeID is keccak256 of the CometBFT chain id's bytes.
func BridgeID(chainID string) Hash { return Keccak([]byte(chainID)) }

// Words builds abi.encode of static types: each value becomes one 32-byte big-endian word.
// The zero value is empty and ready to use.
type Words struct{ b []byte }

// Hash appends a 32-byte word.
func (w *Words) Hash(h [32]byte) *Words { w.b = append(w.b, h[:]...); return w }

// Uint appends v, left-padded with zeros.
func (w *Words) Uint(v uint64) *Words {
	var word [32]byte
	binary.BigEndian.PutUint64(word[24:], v)
	w.b = append(w.b, word[:]...)
	return w
}

// Address appends a, left-padded with zeros.
func (w *Words) Address(a Address) *Words {
	var word [32]byte
	copy(word[12:], a[:])
	w.b = append(w.b, word[:]...)
	return w
}

// Bytes is what was appended so far: a multiple of 32 bytes.
func (w *Words) Bytes() []byte { return w.b }

// Sum is keccak256 of what was appended so far.
func (w *Words) Sum() Hash { return Keccak(w.b) }
