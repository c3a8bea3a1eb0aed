// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"time"
)

// trace is what happened, one line per event: virtual time, kind, details. Its hash ends it.
type trace struct {
	out  io.Writer // nil: only the hash
	hash hash.Hash
	now  *time.Duration
	buf  []byte
}

func newTrace(out io.Writer, now *time.Duration) *trace {
	return &trace{out: out, hash: sha256.New(), now: now}
}

func (t *trace) line(kind, format string, args ...any) {
	t.buf = fmt.Appendf(t.buf[:0], "%012d %s ", t.now.Microseconds(), kind)
	t.buf = fmt.Appendf(t.buf, format, args...)
	t.buf = append(t.buf, '\n')
	t.hash.Write(t.buf)
	if t.out != nil {
		_, _ = t.out.Write(t.buf)
	}
}

// end writes the hash of all lines before it.
func (t *trace) end() string {
	sum := hex.EncodeToString(t.hash.Sum(nil))
	if t.out != nil {
		_, _ = fmt.Fprintf(t.out, "trace %s\n", sum)
	}
	return sum
}

func short(b []byte) string { return hex.EncodeToString(b[:min(len(b), 4)]) }
