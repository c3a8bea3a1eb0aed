// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"bytes"
	"slices"
	"time"

	"github.com/aitbc/bridge/verifier/extension"
)

// Where things stand in the bytes of an extension (docs/spec/node.md, "Vote extension").
const (
	headerBytes     = 20
	countHeartbeats = 16
	firstReserved   = 17
	heartbeatBytes  = 10
)

const (
	shownRefused = "faults: extension_refused, with the rule; conduct: garbled, and faults: extension_ignored, when it proposed the next block itself"
	shownGarbled = "conduct: garbled; faults: extension_ignored, rule undecodable"
)

// lateBy is long enough for the others to decide without this precommit and shorter than their
// pause after a commit: it is then taken into the last commit, and no application checks it.
const lateBy = 250 * time.Millisecond

// lateBytes nearly fills a consensus message of CometBFT, 1 MiB.
const lateBytes = 900_000

// encodings are extensions that no honest node accepts.
func encodings() []Policy {
	bad := func(name, does string, change func(*turn, []byte) []byte) Policy {
		return Policy{Name: name, Does: does, Shown: shownRefused, speak: func(t *turn) []byte { return change(t, plain(t)) }}
	}
	late := func(name, does string, speak func(*turn) []byte) Policy {
		return Policy{Name: name, Does: does, Shown: shownGarbled, speak: speak, delay: func(*turn) time.Duration { return lateBy }}
	}
	garbage := func(t *turn) []byte {
		b := randomBytes(t.rand, 1+t.rand.IntN(extension.MaxBytes))
		b[0] &^= extension.Version // never a version that is known
		return b
	}
	return []Policy{
		bad("garbage", "random bytes as the extension", func(t *turn, _ []byte) []byte { return garbage(t) }),
		bad("oversized", "an extension of 64 KiB", func(t *turn, b []byte) []byte { return append(b, make([]byte, 64<<10)...) }),
		bad("truncated", "a valid extension cut short", func(t *turn, b []byte) []byte { return b[:1+t.rand.IntN(len(b)-1)] }),
		bad("out-of-order", "valid entries in the wrong order", func(_ *turn, b []byte) []byte {
			a, z := len(b)-2*heartbeatBytes, len(b)-heartbeatBytes
			return slices.Concat(b[:a], b[z:], b[a:z])
		}),
		bad("duplicate-entries", "one entry twice", func(_ *turn, b []byte) []byte {
			b[countHeartbeats]++
			return append(b, b[len(b)-heartbeatBytes:]...)
		}),
		bad("reserved-bytes", "reserved bytes that are not zero", func(t *turn, b []byte) []byte {
			b[firstReserved+t.rand.IntN(3)] = byte(1 + t.rand.IntN(255))
			return b
		}),
		bad("trailing-bytes", "bytes after the last entry", func(t *turn, b []byte) []byte {
			return append(b, randomBytes(t.rand, 1+t.rand.IntN(heartbeatBytes-1))...)
		}),
		bad("false-counts", "counts that the length does not bear out", func(t *turn, b []byte) []byte {
			b[13+t.rand.IntN(4)] ^= byte(1 + t.rand.IntN(255))
			return b
		}),
		bad("other-version", "an unknown codec version", func(t *turn, b []byte) []byte {
			b[0] = byte(extension.Version + 1 + t.rand.IntN(250))
			return b
		}),
		late("late-garbage", "random bytes in a precommit that comes too late for the others' applications to check", garbage),
		late("late-oversized", "the same with 900 kB, nearly the largest vote that CometBFT carries", func(*turn) []byte {
			return bytes.Repeat([]byte{0xff}, lateBytes)
		}),
	}
}

// plain is the bytes of a valid extension with two heartbeats at least, so that every policy has
// something to spoil at every height.
func plain(t *turn) []byte {
	e := words(t)
	for stream := uint16(1); len(e.Heartbeats) < 2; stream++ {
		if !slices.ContainsFunc(e.Heartbeats, func(h extension.Heartbeat) bool { return h.Stream == stream }) {
			e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: stream, End: 1})
		}
	}
	return encode(e)
}

// words is a copy of the honest extension, or one without entries.
func words(t *turn) *extension.Extension {
	if t.honest == nil {
		return &extension.Extension{Fork: t.agenda.Fork, Boot: t.boots.note()}
	}
	e := *t.honest
	e.Shares, e.Votes = slices.Clone(e.Shares), slices.Clone(e.Votes)
	e.Commitments, e.Heartbeats = slices.Clone(e.Commitments), slices.Clone(e.Heartbeats)
	return &e
}

// encode sorts and writes; nil when a policy made what cannot be written: the node is honest then.
func encode(e *extension.Extension) []byte {
	e.Sort()
	b, err := extension.Encode(e)
	if err != nil {
		return nil
	}
	return b
}
