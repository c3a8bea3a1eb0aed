// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/verifier/extension"
)

// step is one block's pass over the state. Everything in it is ordered: people by address,
// members by index, streams by index, sessions by number.
type step struct {
	roll
	k          Keeper
	ctx        sdk.Context
	st         state
	h          uint64
	sources    []source               // open ones
	statements []statement            // worked on in this block: a ready one first, the others by id
	ext        []*extension.Extension // by seat; nil: nothing to read
	present    []bool                 // by seat: Commit flag, not of another fork
	open       []*session             // by number
	benched    []bool                 // by seat: was benched in this block
	full       []bool                 // by seat: had no room for another share
	out        []bool                 // by seat: suspended in the active epoch
	halted     bool                   // no checkpoint is signed any more
	leave      int                    // unused commitments that each member keeps for those who choose before
}

// ProcessVotes takes the last commit of the block in ctx and moves the state by one block:
// nonce marks, heartbeats, votes and shares in; certificates, signatures of statements, benches, targets and new
// sessions out. Call it once in every block, also with no votes and while there is no key.
//
// Entries of unknown members, a member's second entry, and items that the state refuses
// are skipped singly. An error means that the state is broken: the node must halt.
func (k Keeper) ProcessVotes(ctx sdk.Context, votes []MemberVote) error {
	s := &step{k: k, ctx: ctx, st: k.state(ctx), h: uint64(ctx.BlockHeight())}
	var err error
	if s.roll, err = k.roll(ctx); err != nil {
		return err
	}
	if s.sources, err = k.openSources(ctx); err != nil {
		return err
	}
	if s.open, err = s.st.sessions(); err != nil {
		return err
	}
	for _, pass := range []func() error{
		s.enterEpoch, s.standing, s.readStatements, func() error { return s.admit(votes) }, s.hear, s.dropVoid, s.complete, s.judge, s.plan, s.save,
	} {
		if err := pass(); err != nil {
			return err
		}
	}
	s.st.setNumber(prefixHeight, s.h)
	return nil
}

// enterEpoch drops what belongs to another key epoch: shares of two epochs are never
// summed, so checkpoints in signing start again under the new one. Votes stay. Sessions of
// statements go by the epoch that they name and live on when it becomes active.
func (s *step) enterEpoch() error {
	last, err := s.st.number(prefixEpoch)
	if err != nil || last == s.ep.number {
		return err
	}
	s.dropOpen()
	s.st.setNumber(prefixEpoch, s.ep.number)
	return s.forgetOthers()
}

// forgetOthers drops the votes, heartbeats, unused commitments and benches of who is in
// neither epoch. Marks, conduct and evidence stay for ever.
func (s *step) forgetOthers() error {
	var gone [][]byte
	for _, prefix := range []byte{prefixBallots, prefixHeartbeat, prefixPool, prefixBench} {
		err := s.st.each(keyOf(prefix), nil, func(key, _ []byte) (bool, error) {
			if _, known := s.seat(key[len(key)-len(address{}):]); !known {
				gone = append(gone, append([]byte(nil), key...))
			}
			return true, nil
		})
		if err != nil {
			return err
		}
	}
	for _, key := range gone {
		s.st.kv.Delete(key)
	}
	return nil
}

// dropOpen ends the sessions of checkpoints, their signings and all targets.
func (s *step) dropOpen() {
	for _, q := range s.open {
		if q.Statement == 0 {
			q.gone = true
			s.st.kv.Delete(keyStream(prefixSigning, q.Ballot.Stream))
		}
	}
	for _, src := range s.sources {
		s.st.kv.Delete(keyStream(prefixSigning, src.index))
		s.st.kv.Delete(keyStream(prefixTarget, src.index))
	}
}

// admit sorts the commit's entries to seats; the first entry of a member counts.
//
// An extension of another fork is passed over as if its member were absent. CometBFT's
// signature binds chain id, height and round, not the block, so a proposer may show what an
// honest member said at this height before the fork: it proves nothing against it.
func (s *step) admit(votes []MemberVote) error {
	n := len(s.seats)
	s.ext, s.present, s.benched, s.full = make([]*extension.Extension, n), make([]bool, n), make([]bool, n), make([]bool, n)
	seen := make([]bool, n)
	for _, v := range votes {
		i, ok := s.seat(v.Address)
		if !ok || !v.Present || seen[i] {
			continue
		}
		seen[i] = true
		if v.Extension != nil && v.Extension.Fork != s.ep.fork {
			continue
		}
		s.present[i], s.ext[i] = true, v.Extension
		if v.Garbled {
			if err := s.record(s.seats[i], func(c *conduct) *occurrences { return &c.Garbled }); err != nil {
				return err
			}
		}
	}
	return nil
}

// hear takes each one's items in one pass: commitments and shares of the members of either
// epoch, heartbeats and votes of the active one's alone.
func (s *step) hear() error {
	for i, addr := range s.seats {
		e := s.ext[i]
		if e == nil {
			continue
		}
		if err := s.takeCommitments(addr, e); err != nil {
			return err
		}
		if m, ok := s.ep.find(addr[:]); ok {
			s.takeHeartbeats(m, e)
			for j := range e.Votes {
				if err := s.takeVote(m, e.Votes[j]); err != nil {
					return err
				}
			}
		}
		s.takeShares(i, e)
	}
	return nil
}

// takeCommitments moves the member's nonce mark. INVARIANT: I-05. Exactly the next
// commitment of the highest boot is taken, so none ever enters the pool twice.
func (s *step) takeCommitments(addr address, e *extension.Extension) error {
	keyM, keyP := keyMember(prefixMark, addr), keyMember(prefixPool, addr)
	var at mark
	var have pool
	if _, err := s.st.get(keyM, &at); err != nil {
		return err
	}
	if _, err := s.st.get(keyP, &have); err != nil {
		return err
	}
	before, fresh := at, e.Boot > at.Boot
	if fresh {
		at, have = mark{Boot: e.Boot}, nil
	}
	if e.Boot != at.Boot || at.Boot == 0 {
		return nil
	}
	for _, c := range e.Commitments {
		if c.Seq != at.Next || len(have) >= MaxPool || at.Next == ^uint32(0) {
			continue
		}
		d, err := frost.ParsePoint(c.D[:])
		if err != nil {
			break
		}
		b, err := frost.ParsePoint(c.E[:])
		if err != nil {
			break
		}
		have = append(have, pair{Seq: c.Seq, D: d, E: b})
		at.Next++
	}
	if at == before {
		return nil
	}
	s.st.set(keyM, &at)
	s.st.set(keyP, &have)
	return nil
}

// takeHeartbeats notes what the member says that it covers; nothing else reads it.
func (s *step) takeHeartbeats(m member, e *extension.Extension) {
	for _, b := range e.Heartbeats {
		src, ok := s.source(b.Stream)
		if !ok || !message.Aligned(b.End, src.stride) {
			continue
		}
		s.st.set(keyStreamMember(prefixHeartbeat, b.Stream, m.addr), &heartbeat{End: b.End, Height: s.h})
	}
}

// takeVote records a vote that grows the certified tree. The first vote of a member for
// (stream, end) stands; a different one is evidence.
func (s *step) takeVote(m member, v extension.Vote) error {
	src, ok := s.source(v.Stream)
	if !ok || !message.Aligned(v.End, src.stride) || v.End < src.start {
		return nil
	}
	last, err := s.st.last(v.Stream)
	if err != nil {
		return err
	}
	c := v.Checkpoint(s.k.bridgeID, src.stream)
	if sound := c.Validate() == nil; !sound || !src.admits(last, &v) {
		return nil
	}
	b := ballot{Vote: v, Body: c.BodyHash(), Height: s.h}
	if src.lower() {
		return s.takeLower(m, src, v, b.Body)
	}
	key := keyStreamMember(prefixBallots, v.Stream, m.addr)
	var list ballots
	if _, err := s.st.get(key, &list); err != nil {
		return err
	}
	for i := range list {
		if list[i].End != v.End {
			continue
		}
		if list[i].Body != b.Body {
			return s.equivocated(m, list[i], b)
		}
		return nil
	}
	list = append(list, b)
	if len(list) > MaxVotes {
		if list, err = s.evict(list); err != nil {
			return err
		}
	}
	s.st.set(key, &list)
	return nil
}

// evict drops the oldest vote that is neither for the checkpoint in signing nor the newest at
// or below the target: where windows are shorter than a block, what the target asks for must
// outlive the votes for newer ones.
func (s *step) evict(list ballots) (ballots, error) {
	stream := list[0].Stream
	var sg signing
	signs, err := s.st.get(keyStream(prefixSigning, stream), &sg)
	if err != nil {
		return nil, err
	}
	var aim target
	if _, err := s.st.get(keyStream(prefixTarget, stream), &aim); err != nil {
		return nil, err
	}
	asked := uint64(0)
	for i := range list {
		if list[i].End <= aim.End {
			asked = max(asked, list[i].End)
		}
	}
	for i := range list {
		if list[i].End != asked && !(signs && list[i].Body == sg.Ballot.Body) {
			return slices.Delete(list, i, i+1), nil
		}
	}
	return list[1:], nil
}

// grows reports whether v can follow the certified vote c: the window, the leaves and the
// root are new, the messages not fewer. INVARIANT: I-04.
func grows(c, v *extension.Vote) bool {
	return v.End > c.End && v.LeafCount > c.LeafCount && v.MessageCount >= c.MessageCount && v.Root != c.Root && v.PeaksHash != c.PeaksHash
}

// takeShares files shares with their open sessions; the first of a member stands. Whether
// they are right is seen when all are in. An extension whose quota is used up by such shares
// proves nothing about others.
func (s *step) takeShares(seat int, e *extension.Extension) {
	filed := 0
	for _, sh := range e.Shares {
		i, ok := slices.BinarySearchFunc(s.open, sh.Session, func(q *session, n uint64) int {
			switch {
			case q.Number < n:
				return -1
			case q.Number > n:
				return 1
			}
			return 0
		})
		if !ok {
			continue
		}
		q := s.open[i]
		for j := range q.Signers {
			g := &q.Signers[j]
			if g.Addr != s.seats[seat] {
				continue
			}
			filed++
			if !g.Have {
				g.Have, g.Z, q.dirty = true, frost.Scalar(sh.Z), true
			}
		}
	}
	s.full[seat] = filed == extension.MaxShares
}

// source is an open stream.
func (s *step) source(index uint16) (source, bool) {
	return findSource(s.sources, index)
}

// save writes the sessions that changed.
func (s *step) save() error {
	for _, q := range s.open {
		switch {
		case q.gone:
			s.st.kv.Delete(keySession(q.Number))
		case q.dirty:
			s.st.set(keySession(q.Number), q)
		}
	}
	return nil
}
