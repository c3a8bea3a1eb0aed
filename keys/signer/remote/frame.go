// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"

	"github.com/aitbc/bridge/chains/message"
)

// maxFrame bounds one message: a session of frost.MaxMembers signers is 100 KiB.
const maxFrame = 128 << 10

// ErrFrame: what came over the socket is no message of this version. The connection ends.
var ErrFrame = message.NewError(message.Reject, "signer socket: bad message")

// writeFrame sends length 4 ‖ body.
func writeFrame(w io.Writer, body []byte) error {
	if len(body) == 0 || len(body) > maxFrame {
		return fmt.Errorf("%d bytes: %w", len(body), ErrFrame)
	}
	b := binary.BigEndian.AppendUint32(make([]byte, 0, 4+len(body)), uint32(len(body)))
	b = append(b, body...)
	defer clear(b) // a share may be in it
	_, err := w.Write(b)
	return err
}

// readFrame reads one message; begun is called when its first bytes are there.
//
// Errors: ErrFrame, io.EOF between two messages, the connection's.
func readFrame(r io.Reader, begun func() error) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, err
	}
	size := binary.BigEndian.Uint32(head[:])
	if size == 0 || size > maxFrame {
		return nil, fmt.Errorf("%d bytes: %w", size, ErrFrame)
	}
	if err := begun(); err != nil {
		return nil, err
	}
	body := make([]byte, size)
	if _, err := io.ReadFull(r, body); err != nil {
		if errors.Is(err, io.EOF) {
			err = io.ErrUnexpectedEOF
		}
		return nil, err
	}
	return body, nil
}

// writer appends fixed-width fields.
type writer struct{ b []byte }

func (w *writer) u8(v byte)      { w.b = append(w.b, v) }
func (w *writer) u16(v uint16)   { w.b = binary.BigEndian.AppendUint16(w.b, v) }
func (w *writer) u32(v uint32)   { w.b = binary.BigEndian.AppendUint32(w.b, v) }
func (w *writer) u64(v uint64)   { w.b = binary.BigEndian.AppendUint64(w.b, v) }
func (w *writer) bytes(v []byte) { w.b = append(w.b, v...) }

// text is length 2 ‖ bytes, cut to maxText.
func (w *writer) text(s string) {
	s = s[:min(len(s), maxText)]
	w.u16(uint16(len(s)))
	w.b = append(w.b, s...)
}

// reader takes fixed-width fields; bad is set when there are too few bytes, or a count is too large.
type reader struct {
	b   []byte
	bad bool
}

func (r *reader) take(n int) []byte {
	if r.bad || len(r.b) < n {
		r.bad = true
		return make([]byte, n)
	}
	out := r.b[:n:n]
	r.b = r.b[n:]
	return out
}

func (r *reader) u8() byte          { return r.take(1)[0] }
func (r *reader) u16() uint16       { return binary.BigEndian.Uint16(r.take(2)) }
func (r *reader) u32() uint32       { return binary.BigEndian.Uint32(r.take(4)) }
func (r *reader) u64() uint64       { return binary.BigEndian.Uint64(r.take(8)) }
func (r *reader) word() [32]byte    { return [32]byte(r.take(32)) }
func (r *reader) point() [33]byte   { return [33]byte(r.take(33)) }
func (r *reader) address() [20]byte { return [20]byte(r.take(20)) }

// count is a u16 of at most limit.
func (r *reader) count(limit int) int {
	n := int(r.u16())
	if n > limit {
		r.bad = true
		return 0
	}
	return n
}

func (r *reader) text() string { return string(r.take(r.count(maxText))) }

// end is ErrFrame when a field was missing or something is left.
func (r *reader) end() error {
	if r.bad || len(r.b) != 0 {
		return ErrFrame
	}
	return nil
}
