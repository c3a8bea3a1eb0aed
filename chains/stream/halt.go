// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"fmt"
	"unicode/utf8"

	"github.com/aitbc/bridge/chains/message"
)

// Bounds of a Halt.
const (
	MaxWitnesses = 32
	// MaxWitnessBytes bounds a name, and the reason of an endpoint that gave no hash.
	MaxWitnessBytes = 200
)

// Halt is the durable record of a final block that changed. A stream whose store has one is not followed any more:
// only the committee leads its source on, under another stream (docs/adr/0015-source-epochs.md).
type Halt struct {
	Stream  message.Stream
	Number  uint64 // the block that was final
	Was, Is message.Hash

	Next   uint64 // first block that was not read yet
	Height uint64 // committed height of the validators' chain; 0: not known
	// Witnesses are the configured endpoints and what each said of the block afterwards; empty: not asked.
	Witnesses []Witness
}

// Witness is one endpoint's word. Its URL is not part of it.
type Witness struct {
	Name string
	Hash message.Hash // zero: it gave none
	Why  string       // of a zero hash
}

func (h *Halt) Error() string {
	s := fmt.Sprintf("final block %d of chain %s was %s and is %s; seen at height %d with blocks below %d read", h.Number, h.Stream.Chain, h.Was, h.Is, h.Height, h.Next)
	for i := range h.Witnesses {
		w := &h.Witnesses[i]
		if w.Hash.IsZero() {
			s += fmt.Sprintf("; %q says: %s", w.Name, w.Why)
		} else {
			s += fmt.Sprintf("; %q says %s", w.Name, w.Hash)
		}
	}
	return s + "; the committee resumes the source, a restart does not"
}

// Fate is halt.
func (h *Halt) Fate() message.Fate { return message.Halt }

// EncodeHalt writes a halt for a store. What exceeds the bounds is cut off.
func EncodeHalt(h Halt) []byte {
	w := writer{CodecVersion}
	w.stream(h.Stream).u64(h.Number).bytes(h.Was[:]).bytes(h.Is[:]).u64(h.Next).u64(h.Height)
	list := h.Witnesses[:min(len(h.Witnesses), MaxWitnesses)]
	w.u8(uint8(len(list)))
	for i := range list {
		w.text(list[i].Name).bytes(list[i].Hash[:]).text(list[i].Why)
	}
	return w
}

// DecodeHalt reads what EncodeHalt wrote.
//
// Errors: message.ErrBadEncoding for anything else.
func DecodeHalt(b []byte) (h Halt, err error) {
	r := newReader(b)
	h.Stream, h.Number = r.stream(), r.u64()
	r.copy(h.Was[:])
	r.copy(h.Is[:])
	h.Next, h.Height = r.u64(), r.u64()
	n := r.u8()
	if n > MaxWitnesses {
		return Halt{}, fmt.Errorf("halt with %d witnesses: %w", n, message.ErrBadEncoding)
	}
	for range n {
		x := Witness{Name: r.text()}
		r.copy(x.Hash[:])
		x.Why = r.text()
		h.Witnesses = append(h.Witnesses, x)
	}
	if err := r.end("halt"); err != nil {
		return Halt{}, err
	}
	if h.Was.IsZero() || h.Is.IsZero() || h.Was == h.Is {
		return Halt{}, fmt.Errorf("halt of a block that did not change: %w", message.ErrBadEncoding)
	}
	return h, nil
}

// text is a length of one byte and valid UTF-8.
func (w *writer) text(s string) *writer {
	for len(s) > MaxWitnessBytes || !utf8.ValidString(s) {
		_, size := utf8.DecodeLastRuneInString(s)
		s = s[:len(s)-size]
	}
	return w.u8(uint8(len(s))).bytes([]byte(s))
}

func (r *reader) text() string {
	n := r.u8()
	if n > MaxWitnessBytes {
		r.ok = false
		return ""
	}
	b := make([]byte, n)
	r.copy(b)
	if !utf8.Valid(b) {
		r.ok = false
	}
	return string(b)
}
