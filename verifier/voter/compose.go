// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"slices"
	"sort"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/verifier/extension"
)

// poolTarget is how many unused commitments of one member the state holds at most.
const poolTarget = 16

// snapshot is what the node is ready to say. It is immutable: writers publish a new one.
type snapshot struct {
	boot        uint64
	commitments []extension.Commitment // of boot, rising seq
	shares      map[uint64][32]byte    // by session number
	streams     map[uint16]*view
}

// view is one stream as the node sees it. Immutable like its snapshot.
type view struct {
	cfg       stream.Config
	windows   []message.Checkpoint // journaled, rising end
	final     uint64               // all blocks up to here are final and read
	hasFinal  bool
	endpoints uint8              // operators that stood behind the newest window or tip
	agreed    message.Checkpoint // newest certified checkpoint, or base, found in the own tree
	halted    error              // says nothing any more
	doubts    uint64             // windows that the journal has another digest for
	doubted   uint64             // end of the newest of them; valid when doubts is not 0
	barrier   uint64             // after a lost journal: windows at or below are never voted for
	barred    bool               // barrier is known
	tips      []tip              // below final, instead of windows; the newest last
	stands    bool               // the last of tips is the newest checkpoint there is
}

// below returns the newest window at or below end.
func (v *view) below(end uint64) (*message.Checkpoint, bool) {
	i := sort.Search(len(v.windows), func(i int) bool { return v.windows[i].End > end })
	if i == 0 {
		return nil, false
	}
	return &v.windows[i-1], true
}

// at returns the window with this end.
func (v *view) at(end uint64) (*message.Checkpoint, bool) {
	c, ok := v.below(end)
	return c, ok && c.End == end
}

// fits reports whether the state means the same stream as the node reads.
func (v *view) fits(a *extension.Agenda, sa *extension.StreamAgenda) bool {
	return v.cfg.BridgeID == a.BridgeID && v.cfg.Stream == sa.Stream && v.cfg.Stride == sa.Stride
}

// mayVote is the rule for every vote and every share of a final stream: the stream runs, and the journal of
// this node is whole for the window.
func (v *view) mayVote(end uint64, lost bool) bool {
	return v.halted == nil && (!lost || v.barred && end > v.barrier)
}

// extends reports whether the own tree holds the certified checkpoint, before the first one of
// an epoch the base that it starts from (I-04).
func (v *view) extends(sa *extension.StreamAgenda) bool {
	if !sa.HasCertified {
		return !sa.HasBase || v.agreed == sa.Base
	}
	if v.agreed == sa.Certified {
		return true
	}
	c, ok := v.at(sa.CertifiedEnd)
	return ok && *c == sa.Certified
}

// compose fills the extension of the height after the agenda's. It is a pure function and
// does no I/O: INVARIANT I-07. lost says that the vote journal is missing or older than the
// state, votes that this process may vote at all.
//
// A suspended member's votes count for nothing; a halted chain signs no checkpoint. Commitments and
// heartbeats are said all the same. A member of the ready key epoch alone says commitments and shares.
func compose(a *extension.Agenda, s *snapshot, lost, votes bool) *extension.Extension {
	if !takesPart(a) {
		return nil
	}
	votes = votes && a.Member
	e := &extension.Extension{Fork: a.Fork, Boot: s.boot}
	e.Shares = composeShares(a, s)
	if a.Halted == "" && votes && !a.Suspended {
		e.Votes = composeVotes(a, s, lost)
	}
	e.Commitments = composeCommitments(a, s)
	if a.Member && (a.Height+1)%extension.HeartbeatBlocks == 0 {
		e.Heartbeats = composeHeartbeats(a, s)
	}
	if e.Empty() {
		return nil
	}
	e.Sort()
	return e
}

// turn is the i-th place when a list of n is read from another start at every height.
func turn(height uint64, i, n int) int { return int((height + uint64(i)) % uint64(n)) }

// asks reports whether a share may be made for a session: while the chain is halted of statements
// other than checkpoints alone, since they are what ends a halt.
func asks(a *extension.Agenda, se *extension.SessionAgenda) bool {
	return a.Halted == "" || se.Statement != nil
}

func composeShares(a *extension.Agenda, s *snapshot) (shares []extension.Share) {
	for i := range a.Sessions {
		se := &a.Sessions[turn(a.Height, i, len(a.Sessions))]
		if z, ok := s.shares[se.Number]; ok && asks(a, se) && s.given(se) && len(shares) < extension.MaxShares {
			shares = append(shares, extension.Share{Session: se.Number, Z: z})
		}
	}
	return shares
}

// composeVotes takes, stream by stream, the vote for the target first, then the one for the
// newest window; the second only when every stream had its first.
func composeVotes(a *extension.Agenda, s *snapshot, lost bool) (votes []extension.Vote) {
	var second []extension.Vote
	for i := range a.Streams {
		sa := &a.Streams[turn(a.Height, i, len(a.Streams))]
		for j, c := range wanted(a, sa, s, lost) {
			v := extension.VoteFor(sa.Index, c, s.streams[sa.Index].endpoints)
			if j == 0 {
				votes = append(votes, v)
			} else {
				second = append(second, v)
			}
		}
	}
	votes = append(votes, second...)
	return votes[:min(len(votes), extension.MaxVotes)]
}

// wanted lists the checkpoints of one stream that the node votes for now.
func wanted(a *extension.Agenda, sa *extension.StreamAgenda, s *snapshot, lost bool) (list []*message.Checkpoint) {
	v := s.streams[sa.Index]
	if v != nil && v.lower() {
		if c := wantedTip(a, sa, s); c != nil {
			list = append(list, c)
		}
		return list
	}
	if v == nil || len(v.windows) == 0 || !v.fits(a, sa) || !v.extends(sa) {
		return nil
	}
	ends := []uint64{v.windows[len(v.windows)-1].End}
	if sa.Target != 0 {
		ends = []uint64{sa.Target, ends[0]}
	}
	for _, end := range ends {
		c, ok := v.below(end)
		if !ok || sa.HasCertified && (c.End <= sa.CertifiedEnd || c.LeafCount <= sa.Certified.LeafCount) || c.End < sa.Decided() {
			continue
		}
		if !v.mayVote(c.End, lost) || slices.Contains(sa.Voted, c.End) || len(list) > 0 && list[0].End == c.End {
			continue
		}
		list = append(list, c)
	}
	return list
}

// composeCommitments repeats commitments until the state's mark moves past them.
func composeCommitments(a *extension.Agenda, s *snapshot) (list []extension.Commitment) {
	if s.boot == 0 || a.Boot > s.boot {
		return nil
	}
	room := extension.MaxCommitments
	if a.Boot == s.boot {
		room = min(room, poolTarget-a.Pool)
	}
	for _, c := range s.commitments {
		if a.Boot == s.boot && c.Seq < a.NextSeq {
			continue
		}
		if len(list) >= room {
			break
		}
		list = append(list, c)
	}
	return list
}

// composeHeartbeats names how far each stream is read that runs. One below final names the newest final end too, of the
// final stream beside it: up to there its certificates were held against the final history.
func composeHeartbeats(a *extension.Agenda, s *snapshot) (list []extension.Heartbeat) {
	for i := range a.Streams {
		sa := &a.Streams[turn(a.Height/extension.HeartbeatBlocks, i, len(a.Streams))]
		v := s.streams[sa.Index]
		if v == nil || v.halted != nil || !v.fits(a, sa) || len(list) == extension.MaxHeartbeats {
			continue
		}
		final, known := s.finalBlock(v)
		if end, ok := message.NewestEnd(final, v.cfg.Stride); known && ok {
			list = append(list, extension.Heartbeat{Stream: sa.Index, End: end})
		}
	}
	return list
}
