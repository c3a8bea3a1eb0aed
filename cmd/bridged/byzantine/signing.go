// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"slices"
	"time"

	"github.com/aitbc/bridge/verifier/extension"
)

// awayFor is longer than a block: the precommit comes after the next proposal was made.
const awayFor = 1200 * time.Millisecond

const shownMissing = "conduct: missing_shares, bench_reason missing_share"

// signings spoil signing sessions.
func signings() []Policy {
	return []Policy{
		{
			Name: "invalid-share", Does: "gives a wrong signature share in every session",
			Shown: "conduct: invalid_shares, bench_reason invalid_share",
			speak: func(t *turn) []byte {
				e := words(t)
				if len(e.Shares) == 0 {
					return nil
				}
				for i := range e.Shares {
					e.Shares[i].Z[31] ^= byte(1 + t.rand.IntN(255))
				}
				return encode(e)
			},
		},
		{
			Name: "withhold-share", Does: "votes, announces commitments, is present, and never gives a share",
			Shown: shownMissing,
			speak: func(t *turn) []byte {
				e := words(t)
				if len(e.Shares) == 0 {
					return nil
				}
				e.Shares = nil
				return encode(e)
			},
		},
		{
			Name: "hide-when-chosen", Does: "is a model member until a session waits for its share, then too late with every precommit",
			Shown: "absences (absent is passed over, never benched); conduct: missing_shares when it proposed the next block itself",
			speak: func(t *turn) []byte {
				if len(t.agenda.Sessions) == 0 {
					return nil
				}
				e := words(t)
				e.Shares = nil
				return encode(e)
			},
			delay: func(t *turn) time.Duration {
				if len(t.agenda.Sessions) == 0 {
					return 0
				}
				return awayFor
			},
		},
		{
			Name: "commitments-invalid", Does: "announces commitments that are no points of the curve",
			Shown: "no fault: they are not taken, and without a commitment it is never chosen",
			speak: commitments(func(t *turn, c *extension.Commitment) { c.D[0], c.E[0] = 5, byte(t.rand.IntN(2)) }),
		},
		{
			Name: "commitments-foreign", Does: "announces points whose secrets it does not know: other members', or its own pair swapped",
			Shown: shownMissing,
			speak: commitments(func(t *turn, c *extension.Commitment) {
				c.D, c.E = c.E, c.D
				for i := range t.agenda.Sessions {
					signers := t.agenda.Sessions[i].Signers
					s := &signers[t.rand.IntN(len(signers))]
					c.D, c.E = s.D, s.E
				}
			}),
		},
		{
			Name: "commitments-reused", Does: "announces the points of its first commitment under every seq, and old seqs again",
			Shown: shownMissing,
			speak: func(t *turn) []byte {
				e := words(t)
				if len(e.Commitments) == 0 {
					return nil
				}
				first := t.memory.commitments[0]
				for i := range e.Commitments {
					e.Commitments[i].D, e.Commitments[i].E = first.D, first.E
				}
				if low := e.Commitments[0].Seq; low > 0 {
					e.Commitments = e.Commitments[:min(len(e.Commitments), extension.MaxCommitments-1)]
					e.Commitments = append(e.Commitments, extension.Commitment{Seq: t.rand.Uint32N(low), D: first.D, E: first.E})
				}
				return encode(e)
			},
		},
		{
			Name: "boot-random", Does: "is a new process at every height, and sometimes an old one again",
			Shown: "no fault: it makes its own commitments void; the boot in state jumps",
			speak: func(t *turn) []byte {
				e := words(t)
				e.Boot = t.boots.raise(t.rand.Uint64N(1 << 30))
				if t.rand.IntN(4) == 0 {
					e.Boot = t.rand.Uint64N(max(1, e.Boot))
				}
				return encode(e)
			},
		},
		{
			Name: "boot-huge", Does: "takes a boot near the largest number there is",
			Shown: "no fault: a boot that grows is in order",
			speak: func(t *turn) []byte {
				e := words(t)
				if e.Boot >= 1<<63 || e.Boot == 0 {
					return nil
				}
				e.Boot = t.boots.raise(1<<63 + t.rand.Uint64N(1<<32))
				return encode(e)
			},
		},
	}
}

// commitments changes every commitment that is announced.
func commitments(change func(*turn, *extension.Commitment)) func(*turn) []byte {
	return func(t *turn) []byte {
		e := words(t)
		if len(e.Commitments) == 0 {
			return nil
		}
		e.Commitments = slices.Clone(e.Commitments)
		for i := range e.Commitments {
			change(t, &e.Commitments[i])
		}
		return encode(e)
	}
}
