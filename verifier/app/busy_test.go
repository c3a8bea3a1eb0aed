// SPDX-License-Identifier: Apache-2.0

package app

import (
	"crypto/sha256"
	"encoding/binary"
	"math/rand"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// busy is a member that fills every part of the state from its seed: boots, commitments,
// heartbeats, votes that agree, differ and contradict, and shares that are wrong.
type busy struct {
	n      *network
	rand   *rand.Rand
	boot   uint64
	points map[uint32]extension.Commitment
}

func (n *network) addStreams() {
	for i := uint32(1); i <= 3; i++ {
		m := make([]byte, 20)
		m[0] = byte(i)
		n.genesis.Lanes.Streams = append(n.genesis.Lanes.Streams, lanesv1.Stream{Index: i, Chain: 31336 + uint64(i), Manager: m, Finality: 3, Epoch: 1, Stride: 2})
	}
}

func (n *network) makeBusy() {
	for i := range n.voters {
		b := &busy{n: n, rand: rand.New(rand.NewSource(int64(i)))} //nolint:gosec // a reproducible test
		n.voters[i].extend = b.extend
	}
}

func hashOf(parts ...uint64) (h message.Hash) {
	var b []byte
	for _, p := range parts {
		b = binary.BigEndian.AppendUint64(b, p)
	}
	return sha256.Sum256(b)
}

func (b *busy) extend(a extension.Agenda) []byte {
	r := b.rand
	if b.boot == 0 || r.Intn(25) == 0 {
		b.boot, b.points = (a.Height+1)<<24|uint64(r.Intn(1<<24)), map[uint32]extension.Commitment{}
	}
	e := &extension.Extension{Fork: a.Fork, Boot: b.boot}
	next := uint32(0)
	if a.Boot == b.boot {
		next = a.NextSeq
	}
	for seq := next; seq < next+extension.MaxCommitments; seq++ {
		if _, ok := b.points[seq]; !ok {
			_, d, p, err := frost.NewNonce(r, frost.Scalar{31: 7})
			b.n.must(err)
			b.points[seq] = extension.Commitment{Seq: seq, D: d, E: p}
		}
		e.Commitments = append(e.Commitments, b.points[seq])
	}
	for _, s := range a.Streams {
		end := (a.Height/12)*4 + 1
		split := uint64(0)
		if hashOf(end, uint64(a.MemberIndex))[0] < 40 {
			split = 1 // another opinion
		}
		if a.MemberIndex == 3 && a.Height == 40 {
			split = 2 // and one who says two things
		}
		h := func(field uint64) message.Hash { return hashOf(uint64(s.Index), end, split, field) }
		e.Votes = append(e.Votes, extension.Vote{
			Stream: s.Index, End: end, BlockHash: h(1), MessageCount: end, LeafCount: end + 1, PeaksHash: h(2), Root: h(3), Endpoints: 1,
		})
		if (a.Height+1)%extension.HeartbeatBlocks == 0 {
			e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: s.Index, End: end})
		}
	}
	for _, q := range a.Sessions {
		if len(e.Shares) < extension.MaxShares && r.Intn(3) > 0 {
			z := hashOf(q.Number, uint64(a.MemberIndex))
			z[0] = 0
			e.Shares = append(e.Shares, extension.Share{Session: q.Number, Z: z})
		}
	}
	e.Sort()
	out, err := extension.Encode(e)
	b.n.must(err)
	return out
}
