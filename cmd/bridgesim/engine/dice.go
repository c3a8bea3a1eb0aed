// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand/v2"
	"time"
)

// dice are one labelled part of the seed. What one part draws never shifts another.
type dice struct {
	*rand.Rand
	source *rand.ChaCha8
}

// roll is the part of seed that label names.
func roll(seed uint64, label string) *dice {
	b := append([]byte("aitbc.bridge.simulator"), binary.BigEndian.AppendUint64(nil, seed)...)
	src := rand.NewChaCha8(sha256.Sum256(append(b, label...)))
	return &dice{rand.New(src), src}
}

// Read is reproducible randomness for what wants an io.Reader.
func (d *dice) Read(p []byte) (int, error) { return d.source.Read(p) }

// chance is true permille times in 1000.
func (d *dice) chance(permille int) bool { return d.IntN(1000) < permille }

// between is a number in [low, high].
func (d *dice) between(low, high int) int { return low + d.IntN(high-low+1) }

// span is a duration in [low, high).
func (d *dice) span(low, high time.Duration) time.Duration {
	return low + time.Duration(d.Int64N(int64(max(high-low, 1))))
}

// bytes are n random bytes.
func (d *dice) bytes(n int) []byte {
	b := make([]byte, n)
	_, _ = d.source.Read(b)
	return b
}
