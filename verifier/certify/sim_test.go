// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"math/rand/v2"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// honestVotes is the honest voter's rule: the newest window, and the newest at or below the
// target and at the one in signing; windows are all odd ends up to tip.
func (n *testNet) honestVotes(v *node, tip uint64) {
	v.votes = nil
	a := n.agenda(int(v.index)).Streams[0]
	seen := map[uint64]bool{}
	for _, end := range []uint64{tip, min(a.Target, tip), min(a.SigningEnd, tip)} {
		if end%2 == 1 && !seen[end] && (!a.HasCertified || end > a.CertifiedEnd) {
			seen[end] = true
			n.vote(1, end, 0, int(v.index))
		}
	}
}

// lie changes an extension as no honest member does; it stays encodable.
func (n *testNet) lie(r *rand.Rand, e *extension.Extension) {
	switch r.IntN(8) {
	case 0:
		*e = extension.Extension{Fork: e.Fork, Boot: e.Boot}
	case 1:
		for i := range e.Shares {
			e.Shares[i].Z[r.IntN(32)] ^= 1 << r.IntN(8)
		}
	case 2:
		e.Shares = append([]extension.Share(nil), extension.Share{Session: r.Uint64N(50)})
	case 3:
		c := n.checkpoint(1, 2*r.Uint64N(100)+1, byte(1+r.IntN(2)))
		e.Votes = []extension.Vote{extension.VoteFor(1, &c, 1)}
	case 4:
		e.Boot = r.Uint64N(4)
	case 5:
		for i := range e.Commitments {
			e.Commitments[i].Seq += uint32(r.IntN(3)) * 8
		}
	case 6:
		for i := range e.Commitments {
			e.Commitments[i].D, e.Commitments[i].E = e.Commitments[i].E, e.Commitments[i].D
		}
	case 7:
		e.Heartbeats = []extension.Heartbeat{{Stream: uint16(r.IntN(3)), End: r.Uint64()}}
	}
}

// TestSimulation: f members lie, members come and go and restart, proposers drop entries,
// windows run ahead. Safety in every block, progress once the others are honest and there.
func TestSimulation(t *testing.T) {
	for seed := range uint64(6) {
		size := []int{4, 7, 5}[seed%3]
		n := newNet(t, size)
		r := rand.New(rand.NewPCG(seed, 1))
		f := size - int(n.ep.Threshold)
		used, ends := map[[3]uint64]uint64{}, map[uint64]message.Hash{}
		tip, boot, calm := uint64(1), uint64(1), 0
		for _, v := range n.nodes[:f] {
			v.change = func(e *extension.Extension) {
				if r.IntN(2) == 0 {
					n.lie(r, e)
				}
			}
		}
		const blocks, quiet = 160, 120
		for b := range blocks {
			if r.IntN(3) == 0 {
				tip += 2 * (1 + r.Uint64N(2))
			}
			for _, v := range n.nodes {
				n.honestVotes(v, tip-min(tip-1, 2*r.Uint64N(2)))
				v.absent = b < quiet && r.IntN(8) == 0
				if b < quiet && r.IntN(25) == 0 {
					boot++
					v.restart(boot)
				}
			}
			n.block()
			perStream := 0
			for _, q := range n.sessions() {
				perStream++
				for _, g := range q.Signers {
					id := [3]uint64{uint64(g.Index), g.Boot, uint64(g.Seq)}
					if other, ok := used[id]; ok && other != q.Number {
						t.Fatalf("seed %d: commitment %v in sessions %d and %d", seed, id, other, q.Number)
					}
					used[id] = q.Number
				}
			}
			for i, m := range n.members().Members {
				if i >= f && (m.Suspension != nil || m.Equivocations.Count+m.Garbled.Count+m.InvalidShares.Count != 0 || len(m.Evidence) != 0) {
					t.Fatalf("seed %d: honest member %d is blamed: %+v", seed, i+1, m)
				}
			}
			if n.agenda(1).Halted != "" {
				t.Fatalf("seed %d: f members halted the chain", seed)
			}
			if perStream > 4*(f+1) {
				t.Fatalf("seed %d: %d open sessions", seed, perStream)
			}
			if c, ok := n.newest(1); ok {
				if body, known := ends[c.Ballot.End]; known && body != c.Ballot.Body {
					t.Fatalf("seed %d: two certificates of end %d", seed, c.Ballot.End)
				}
				if _, known := ends[c.Ballot.End]; !known && b >= quiet {
					calm++
				}
				ends[c.Ballot.End] = c.Ballot.Body
				n.certified(1, c.Ballot.End, 0)
			}
		}
		if calm < 3 {
			t.Fatalf("seed %d: %d certificates in the last %d blocks, %d in all", seed, calm, blocks-quiet, len(ends))
		}
		t.Logf("seed %d: n=%d, %d certificates in %d blocks, %d of them in the last %d", seed, size, len(ends), blocks, calm, blocks-quiet)
	}
}
