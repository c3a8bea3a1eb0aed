// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"encoding/binary"
	"fmt"
	"math/bits"

	"github.com/aitbc/bridge/chains/message"
)

// CodecVersion is the first byte of every encoding of this file. All integers are big-endian
// and of fixed width; a decoder takes exactly the bytes that the encoder writes.
const CodecVersion = 1

// MaxLanes bounds the outbound lanes of a decoded state.
const MaxLanes = 4096

// MaxWindowLeaves bounds the leaves that a decoded window header may claim.
const MaxWindowLeaves = 1 << 24

const (
	kindMessage = 1
	kindReceipt = 2
)

// EncodeState writes a state for a store.
func EncodeState(s State) []byte {
	w := writer{CodecVersion}
	w.config(s.Config)
	w.u64(s.Next).u64(s.Last.Number).bytes(s.Last.Hash[:]).u64(s.Messages).u64(s.Receipts)
	w.u32(uint32(len(s.Lanes)))
	for i := range s.Lanes {
		l := &s.Lanes[i]
		w.u64(uint64(l.TargetChain)).u8(uint8(l.Finality)).bytes(l.Remote[:]).u64(uint64(l.Nonce))
	}
	w.u64(s.Range.Count)
	for i := range s.Range.Peaks {
		w.bytes(s.Range.Peaks[i][:])
	}
	return w
}

// DecodeState reads what EncodeState wrote.
//
// Errors: message.ErrBadEncoding for anything else; message.ErrZero, message.ErrRange for
// values no state holds.
func DecodeState(b []byte) (State, error) {
	r := newReader(b)
	s := State{Config: r.config()}
	s.Next = r.u64()
	s.Last.Number = r.u64()
	r.copy(s.Last.Hash[:])
	s.Messages, s.Receipts = r.u64(), r.u64()
	n := r.u32()
	if n > MaxLanes {
		return State{}, fmt.Errorf("state with %d lanes: %w", n, message.ErrBadEncoding)
	}
	for i := uint32(0); i < n && r.ok; i++ {
		l := Outbound{OutboundKey: OutboundKey{message.ChainID(r.u64()), message.Finality(r.u8())}}
		r.copy(l.Remote[:])
		l.Nonce = message.Nonce(r.u64())
		if i > 0 && compareKeys(s.Lanes[i-1].OutboundKey, l.OutboundKey) >= 0 {
			return State{}, fmt.Errorf("state lanes not sorted: %w", message.ErrBadEncoding)
		}
		if l.Nonce >= message.NonceLimit {
			return State{}, fmt.Errorf("state nonce %d: %w", l.Nonce, message.ErrRange)
		}
		s.Lanes = append(s.Lanes, l)
	}
	s.Range.Count = r.u64()
	for i := bits.OnesCount64(s.Range.Count); i > 0 && r.ok; i-- {
		var h message.Hash
		r.copy(h[:])
		s.Range.Peaks = append(s.Range.Peaks, h)
	}
	if err := r.end("state"); err != nil {
		return State{}, err
	}
	if err := s.Config.Validate(); err != nil {
		return State{}, fmt.Errorf("state: %w", err)
	}
	if err := s.Range.Validate(); err != nil {
		return State{}, fmt.Errorf("state: %w", err)
	}
	if s.Messages >= message.CountLimit || s.Receipts >= message.CountLimit || s.Range.Count > s.Leaves() {
		return State{}, fmt.Errorf("state counts: %w", message.ErrRange)
	}
	return s, nil
}

// EncodeWindow writes a window without its leaves, but with their number.
func EncodeWindow(win Window) []byte {
	w := writer{CodecVersion}
	c := &win.Checkpoint
	w.u64(win.Index).u64(win.FirstLeaf).u32(uint32(len(win.Leaves))).bytes(win.WindowRoot[:])
	w.bytes(c.BridgeID[:]).stream(c.Stream).u64(c.End).bytes(c.BlockHash[:]).u64(c.MessageCount).u64(c.LeafCount)
	w.bytes(c.PeaksHash[:]).bytes(c.Root[:])
	return w
}

// DecodeWindow reads what EncodeWindow wrote and returns the number of leaves beside it.
//
// Errors: as DecodeState.
func DecodeWindow(b []byte) (win Window, leaves int, err error) {
	r := newReader(b)
	win.Index, win.FirstLeaf = r.u64(), r.u64()
	n := r.u32()
	r.copy(win.WindowRoot[:])
	c := &win.Checkpoint
	r.copy(c.BridgeID[:])
	c.Stream = r.stream()
	c.End = r.u64()
	r.copy(c.BlockHash[:])
	c.MessageCount, c.LeafCount = r.u64(), r.u64()
	r.copy(c.PeaksHash[:])
	r.copy(c.Root[:])
	if err := r.end("window"); err != nil {
		return Window{}, 0, err
	}
	if err := c.Validate(); err != nil {
		return Window{}, 0, fmt.Errorf("window: %w", err)
	}
	if n == 0 || n > MaxWindowLeaves || win.WindowRoot.IsZero() || win.FirstLeaf >= message.CountLimit || win.FirstLeaf+uint64(n) != c.LeafCount {
		return Window{}, 0, fmt.Errorf("window of %d leaves from %d: %w", n, win.FirstLeaf, message.ErrRange)
	}
	return win, int(n), nil
}

// EncodeLeaf writes a leaf; its hash is not part of it.
func EncodeLeaf(l Leaf) []byte {
	kind := byte(kindMessage)
	if l.Message == nil {
		kind = kindReceipt
	}
	w := writer{CodecVersion, kind}
	w.u64(l.Block).u32(l.LogIndex).bytes(l.TxHash[:])
	if m := l.Message; m != nil {
		w.bytes(m.BridgeID[:]).u64(uint64(m.SourceChain)).bytes(m.SourceManager[:]).u64(uint64(m.TargetChain)).bytes(m.TargetManager[:])
		w.u64(uint64(m.Nonce)).bytes(m.Sender[:]).bytes(m.Target[:]).u8(uint8(m.Finality)).u32(m.GasLimit).u64(m.Expiry)
		w.u32(uint32(len(m.Data))).bytes(m.Data)
		return w
	}
	c := l.Receipt
	w.bytes(c.BridgeID[:]).u64(uint64(c.Chain)).bytes(c.Manager[:]).bytes(c.MessageID[:]).bytes(c.Deliverer[:])
	return w
}

// DecodeLeaf reads what EncodeLeaf wrote and computes the leaf's hash.
//
// Errors: message.ErrBadEncoding.
func DecodeLeaf(b []byte) (Leaf, error) {
	r := newReader(b)
	kind := r.u8()
	l := Leaf{Block: r.u64(), LogIndex: r.u32()}
	r.copy(l.TxHash[:])
	switch kind {
	case kindMessage:
		m := new(message.Message)
		r.copy(m.BridgeID[:])
		m.SourceChain = message.ChainID(r.u64())
		r.copy(m.SourceManager[:])
		m.TargetChain = message.ChainID(r.u64())
		r.copy(m.TargetManager[:])
		m.Nonce = message.Nonce(r.u64())
		r.copy(m.Sender[:])
		r.copy(m.Target[:])
		m.Finality, m.GasLimit, m.Expiry = message.Finality(r.u8()), r.u32(), r.u64()
		n := r.u32()
		if n > message.MaxDataBytes {
			return Leaf{}, fmt.Errorf("leaf with %d bytes of data: %w", n, message.ErrBadEncoding)
		}
		if n > 0 {
			m.Data = make([]byte, n)
			r.copy(m.Data)
		}
		l.Message, l.Hash = m, message.Hash(m.ID())
	case kindReceipt:
		c := new(message.Receipt)
		r.copy(c.BridgeID[:])
		c.Chain = message.ChainID(r.u64())
		r.copy(c.Manager[:])
		r.copy(c.MessageID[:])
		r.copy(c.Deliverer[:])
		l.Receipt, l.Hash = c, c.Leaf()
	default:
		return Leaf{}, fmt.Errorf("leaf kind %d: %w", kind, message.ErrBadEncoding)
	}
	if err := r.end("leaf"); err != nil {
		return Leaf{}, err
	}
	return l, nil
}

type writer []byte

func (w *writer) u8(v uint8) *writer     { *w = append(*w, v); return w }
func (w *writer) u32(v uint32) *writer   { *w = binary.BigEndian.AppendUint32(*w, v); return w }
func (w *writer) u64(v uint64) *writer   { *w = binary.BigEndian.AppendUint64(*w, v); return w }
func (w *writer) bytes(b []byte) *writer { *w = append(*w, b...); return w }

func (w *writer) stream(s message.Stream) *writer {
	return w.u64(uint64(s.Chain)).bytes(s.Manager[:]).u8(uint8(s.Finality)).u32(s.Epoch)
}

func (w *writer) config(c Config) {
	w.bytes(c.BridgeID[:]).stream(c.Stream).u64(c.Stride).u64(c.StartBlock)
}

// reader yields zeros once the bytes run out; end reports it.
type reader struct {
	b  []byte
	ok bool
}

func newReader(b []byte) *reader {
	r := &reader{b, true}
	if r.u8() != CodecVersion {
		r.ok = false
	}
	return r
}

func (r *reader) copy(dst []byte) {
	if !r.ok || len(r.b) < len(dst) {
		r.ok = false
		return
	}
	copy(dst, r.b)
	r.b = r.b[len(dst):]
}

func (r *reader) u8() uint8 {
	var b [1]byte
	r.copy(b[:])
	return b[0]
}

func (r *reader) u32() uint32 {
	var b [4]byte
	r.copy(b[:])
	return binary.BigEndian.Uint32(b[:])
}

func (r *reader) u64() uint64 {
	var b [8]byte
	r.copy(b[:])
	return binary.BigEndian.Uint64(b[:])
}

func (r *reader) stream() (s message.Stream) {
	s.Chain = message.ChainID(r.u64())
	r.copy(s.Manager[:])
	s.Finality, s.Epoch = message.Finality(r.u8()), r.u32()
	return s
}

func (r *reader) config() (c Config) {
	r.copy(c.BridgeID[:])
	c.Stream = r.stream()
	c.Stride, c.StartBlock = r.u64(), r.u64()
	return c
}

func (r *reader) end(what string) error {
	if !r.ok || len(r.b) != 0 {
		return fmt.Errorf("%s: %w", what, message.ErrBadEncoding)
	}
	return nil
}
