// SPDX-License-Identifier: Apache-2.0

package message

import (
	"bytes"
	"encoding/binary"
	"testing"
)

// source deals fixed-width fields out of fuzzed bytes; zeros when they run out.
type source []byte

func (s *source) take(to []byte) {
	n := copy(to, *s)
	*s = (*s)[n:]
}

func (s *source) u64() uint64 {
	var b [8]byte
	s.take(b[:])
	return binary.BigEndian.Uint64(b[:])
}

func checkpointOf(b []byte) (c Checkpoint) {
	s := source(b)
	s.take(c.BridgeID[:])
	c.Stream.Chain = ChainID(s.u64())
	s.take(c.Stream.Manager[:])
	f := s.u64()
	c.Stream.Finality, c.Stream.Epoch = Finality(f), uint32(f>>8)
	c.End, c.MessageCount, c.LeafCount = s.u64(), s.u64(), s.u64()
	s.take(c.BlockHash[:])
	s.take(c.PeaksHash[:])
	s.take(c.Root[:])
	return c
}

// FuzzCheckpoint: two checkpoints that differ have different body hashes, and what the
// group signs binds every field that a target sees (I-09).
func FuzzCheckpoint(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1}, 200), bytes.Repeat([]byte{2}, 200))
	f.Add([]byte{}, []byte{0: 0, 52: 1})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := checkpointOf(a), checkpointOf(b)
		if (x == y) != (x.BodyHash() == y.BodyHash()) {
			t.Errorf("%+v and %+v: body hashes %s and %s", x, y, x.BodyHash(), y.BodyHash())
		}
		signed := func(c Checkpoint) Checkpoint {
			return Checkpoint{BridgeID: c.BridgeID, Stream: c.Stream, Root: c.Root}
		}
		if (signed(x) == signed(y)) != (x.Digest() == y.Digest()) {
			t.Errorf("%+v and %+v: digests %s and %s", x, y, x.Digest(), y.Digest())
		}
		if x.Validate() == nil && (x.BridgeID.IsZero() || x.Root.IsZero() || x.BlockHash.IsZero() || x.LeafCount < x.MessageCount || x.LeafCount == 0) {
			t.Errorf("accepted %+v", x)
		}
	})
}

func messageOf(b []byte) (m Message) {
	s := source(b)
	s.take(m.BridgeID[:])
	m.SourceChain, m.TargetChain, m.Nonce, m.Expiry = ChainID(s.u64()), ChainID(s.u64()), Nonce(s.u64()), s.u64()
	f := s.u64()
	m.Finality, m.GasLimit = Finality(f), uint32(f>>8)
	s.take(m.SourceManager[:])
	s.take(m.TargetManager[:])
	s.take(m.Sender[:])
	s.take(m.Target[:])
	m.Data = s
	return m
}

// FuzzMessage: two messages that differ have different ids, and no message id is a receipt's leaf.
func FuzzMessage(f *testing.F) {
	f.Add(bytes.Repeat([]byte{1}, 170), bytes.Repeat([]byte{1}, 171))
	f.Add([]byte{}, []byte{1})
	f.Fuzz(func(t *testing.T, a, b []byte) {
		x, y := messageOf(a), messageOf(b)
		same := bytes.Equal(x.Data, y.Data)
		p, q := x, y
		p.Data, q.Data = nil, nil
		fields := func(m *Message) [12]any {
			return [12]any{m.BridgeID, m.SourceChain, m.SourceManager, m.TargetChain, m.TargetManager, m.Nonce, m.Sender, m.Target, m.Finality, m.GasLimit, m.Expiry}
		}
		same = same && fields(&p) == fields(&q)
		if same != (x.ID() == y.ID()) {
			t.Errorf("%+v and %+v: ids %s and %s", x, y, x.ID(), y.ID())
		}
		r := Receipt{BridgeID: x.BridgeID, Chain: x.SourceChain, Manager: x.SourceManager, MessageID: y.ID(), Deliverer: x.Sender}
		if r.Leaf() == Hash(x.ID()) {
			t.Error("a receipt is a message")
		}
		if x.Validate() == nil && (x.Expiry != 0 || len(x.Data) > MaxDataBytes || x.Nonce == 0 || x.Nonce >= NonceLimit || x.GasLimit > MaxGasLimit || !x.Finality.Valid()) {
			t.Errorf("accepted %+v", x)
		}
	})
}
