// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"encoding/binary"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// votes are lies about the source chains, in valid extensions.
func votes() []Policy {
	return []Policy{
		{
			Name: "other-digest", Does: "votes for another root of every window, the same one each time: members that collude agree on it",
			Shown: "conduct: wrong_votes, a warning, for its endpoints may lie to it; it is outvoted and never signs",
			speak: func(t *turn) []byte {
				e := words(t)
				if len(e.Votes) == 0 {
					return nil
				}
				told := false
				for i := range e.Votes {
					if slices.Contains(t.memory.lies, e.Votes[i]) {
						continue // a lie already
					}
					if slices.ContainsFunc(t.memory.votes, func(s said) bool {
						return s.Stream == e.Votes[i].Stream && s.End == e.Votes[i].End && s.height < t.height
					}) {
						continue // the truth was told: another word would be equivocation
					}
					e.Votes[i] = otherDigest(e.Votes[i])
					t.memory.lie(e.Votes[i])
					told = true
				}
				if !told {
					return nil
				}
				return encode(e)
			},
		},
		{
			Name: "equivocate", Does: "votes for the true root of a window and, one height later, for another",
			Shown: "conduct: equivocations, evidence with stream, window and both bodies, suspended_since", Lasting: true,
			speak: equivocate,
		},
		{
			Name: "far-future", Does: "votes and heartbeats for windows that lie far ahead, up to the largest number there is",
			Shown: "no fault: the t-th highest end counts, not the highest",
			speak: farFuture,
		},
		{
			Name: "flood", Does: "fills every quota with made-up shares, votes, commitments and heartbeats",
			Shown: "no fault: what the state does not know is skipped item by item",
			speak: flood,
		},
		{
			Name: "wrong-fork", Does: "says everything under another fork number",
			Shown: "faults: extensions that count for nothing, rule fork; to the state it counts as absent",
			speak: func(t *turn) []byte {
				e := words(t)
				if e.Empty() {
					return nil
				}
				e.Fork += 1 + t.rand.Uint32N(1000)
				return encode(e)
			},
		},
		{
			Name: "silent", Does: "precommits blocks and says nothing",
			Shown: "no fault: streams show that the member does not cover them once its heartbeats are old",
			speak: func(t *turn) []byte {
				if t.honest == nil {
					return nil
				}
				return []byte{}
			},
		},
	}
}

// otherDigest is a lie that depends on nothing but the truth.
func otherDigest(v extension.Vote) extension.Vote {
	v.Root = message.Keccak([]byte("another root"), v.Root[:])
	v.PeaksHash = message.Keccak([]byte("other peaks"), v.PeaksHash[:])
	return v
}

// equivocate repeats, with another digest, the votes of earlier heights that are not certified.
func equivocate(t *turn) []byte {
	e := words(t)
	acted := false
	for i := len(t.memory.votes) - 1; i >= 0; i-- {
		s := &t.memory.votes[i]
		at := slices.IndexFunc(t.agenda.Streams, func(a extension.StreamAgenda) bool { return a.Index == s.Stream })
		if at < 0 || s.height >= t.height || t.agenda.Streams[at].HasCertified && s.End <= t.agenda.Streams[at].CertifiedEnd {
			continue
		}
		lie := otherDigest(s.Vote)
		switch same := slices.IndexFunc(e.Votes, func(v extension.Vote) bool { return v.Stream == s.Stream && v.End == s.End }); {
		case same >= 0:
			e.Votes[same] = lie
		case len(e.Votes) < extension.MaxVotes:
			e.Votes = append(e.Votes, lie)
		default:
			continue
		}
		acted = true
	}
	if !acted {
		return nil
	}
	return encode(e)
}

// farAway is below every made-up end and above every true one.
const farAway = 1 << 40

func farFuture(t *turn) []byte {
	e := words(t)
	for i := range t.agenda.Streams {
		a := &t.agenda.Streams[i]
		if a.Stride == 0 {
			continue
		}
		end := a.Stride*(farAway+t.height) - 1
		if t.rand.IntN(2) == 0 {
			end = ^uint64(0)/a.Stride*a.Stride - 1
		}
		if end > ^uint64(0)-a.Stride && t.rand.IntN(2) == 0 {
			end += a.Stride // with a stride of two this is 2^64-1: end+1 overflows
		}
		v := extension.Vote{Stream: a.Index, End: end, MessageCount: 1<<48 - 1, LeafCount: 1<<48 - 1}
		for i, h := range []*message.Hash{&v.BlockHash, &v.PeaksHash, &v.Root} {
			*h = message.Keccak([]byte{byte(i)}, binary.BigEndian.AppendUint64(nil, end)) // the same at every height
		}
		if len(e.Votes) < extension.MaxVotes {
			e.Votes = append(e.Votes, v)
		}
		e.Heartbeats = slices.DeleteFunc(e.Heartbeats, func(h extension.Heartbeat) bool { return h.Stream == a.Index })
		if len(e.Heartbeats) < extension.MaxHeartbeats {
			e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: a.Index, End: end})
		}
	}
	return encode(e)
}

func flood(t *turn) []byte {
	e := &extension.Extension{Fork: t.agenda.Fork, Boot: words(t).Boot}
	r := t.rand
	for i := range extension.MaxShares {
		e.Shares = append(e.Shares, extension.Share{Session: uint64(i)<<8 | uint64(r.IntN(256)), Z: [32]byte(randomBytes(r, 32))})
	}
	for i := range extension.MaxVotes {
		e.Votes = append(e.Votes, extension.Vote{
			Stream: uint16(1 + i%3), End: farAway | uint64(i)<<32 | uint64(r.Uint32()) | 1, BlockHash: [32]byte(randomBytes(r, 32)),
			MessageCount: uint64(r.Uint32()), LeafCount: uint64(r.Uint32()) << 8, PeaksHash: [32]byte(randomBytes(r, 32)), Root: [32]byte(randomBytes(r, 32)),
		})
	}
	for i := range extension.MaxCommitments {
		e.Commitments = append(e.Commitments, extension.Commitment{
			Seq: t.agenda.NextSeq + uint32(i), D: [33]byte(randomBytes(r, 33)), E: [33]byte(randomBytes(r, 33)),
		})
	}
	for i := range extension.MaxHeartbeats {
		e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: uint16(i)<<8 | uint16(r.IntN(256)), End: r.Uint64()})
	}
	return encode(e)
}
