// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"maps"
	"slices"
)

// heardHeights is how many heights what a member said is remembered for refusals and benches.
const heardHeights = 256

// memberBook is what the members said and what their disks hold.
type memberBook struct {
	disks     map[process]*disk
	bodies    map[bodyKey][]Hash        // said, Byzantine members' too
	announced map[seqKey][]announcement // commitments of honest members; more than one for memory copies alone
	copies    map[process]process       // from which process the memory was copied
	points    map[Point]seqKey          // each nonce point and whose it is
	shares    map[ownedPair]released
	heard     map[int]map[uint64][]Hash // member, height: hashes of extensions
	misled    map[misleading]bool       // whether it still is
}

type process struct{ member, incarnation int }

// disk is what the journals of a running process hold, synced.
type disk struct {
	bodies, sessions map[Hash]bool
	boots            map[uint64]bool
	read             map[string]int // facts taken from each journal by Synced
}

type bodyKey struct {
	member int
	stream uint16
	end    uint64
}

type seqKey struct {
	member int
	boot   uint64
	seq    uint32
}

type announcement struct {
	ownedPair
	incarnation int
}

type released struct {
	session Hash
	z       [32]byte
}

func newMemberBook() memberBook {
	return memberBook{
		disks: map[process]*disk{}, bodies: map[bodyKey][]Hash{}, announced: map[seqKey][]announcement{}, copies: map[process]process{},
		points: map[Point]seqKey{}, shares: map[ownedPair]released{}, heard: map[int]map[uint64][]Hash{},
		misled: map[misleading]bool{},
	}
}

// said reports whether the member made exactly these bytes for the height.
func (m *memberBook) said(member int, height uint64, b []byte) bool {
	return slices.Contains(m.heard[member][height], keccak(b))
}

func (m *memberBook) remember(member int, height uint64, b []byte) {
	heights := m.heard[member]
	if heights == nil {
		heights = map[uint64][]Hash{}
		m.heard[member] = heights
	}
	heights[height] = append(heights[height], keccak(b))
	if height >= heardHeights {
		delete(heights, height-heardHeights)
	}
}

// Started: a process of the member begins; journal is what its journals hold on disk. A
// restart, a restored home and a twin are each a new incarnation.
func (a *Audit) Started(member, incarnation int, journal []Fact) []Violation {
	key := process{member, incarnation}
	if a.members.disks[key] != nil {
		a.cry(Facts, "incarnation starts twice", "member %d, incarnation %d", member, incarnation)
	}
	d := &disk{bodies: map[Hash]bool{}, sessions: map[Hash]bool{}, boots: map[uint64]bool{}, read: map[string]int{}}
	a.members.disks[key] = d
	for _, f := range journal {
		a.hold(d, member, f)
	}
	return a.done()
}

// Copied: a copy of a live process's memory and disk begins to run beside it, as another incarnation.
func (a *Audit) Copied(member, from, incarnation int) []Violation {
	was, key := a.members.disks[process{member, from}], process{member, incarnation}
	if was == nil || a.members.disks[key] != nil {
		a.cry(Facts, "copy of a process that never started, or over another", "member %d, incarnations %d and %d", member, from, incarnation)
		return a.done()
	}
	a.members.disks[key] = &disk{
		bodies: maps.Clone(was.bodies), sessions: maps.Clone(was.sessions), boots: maps.Clone(was.boots), read: maps.Clone(was.read),
	}
	a.members.copies[key] = process{member, from}
	return a.done()
}

// related reports whether two processes of a member share memory by copying.
func (m *memberBook) related(member, x, y int) bool {
	origin := func(i int) process {
		p := process{member, i}
		for {
			from, ok := m.copies[p]
			if !ok {
				return p
			}
			p = from
		}
	}
	return x != y && origin(x) == origin(y)
}

// Durable: a journal of a running process was synced with this record in it.
func (a *Audit) Durable(member, incarnation int, f Fact) []Violation {
	a.seen.DurableFacts++
	d := a.members.disks[process{member, incarnation}]
	if d == nil {
		a.cry(Facts, "journal of a process that never started", "member %d, incarnation %d", member, incarnation)
		return a.done()
	}
	a.hold(d, member, f)
	return a.done()
}

func (a *Audit) hold(d *disk, member int, f Fact) {
	switch f.Kind {
	case VoteBody:
		d.bodies[f.Key] = true
	case SessionID:
		d.sessions[f.Key] = true
	case BootID:
		d.boots[f.Boot] = true
	case Finished:
		d.bodies[f.Key] = true // its own word for the statement, as a vote is for a checkpoint
	default:
		a.cry(Facts, "durable fact of an unknown kind", "member %d, kind %d", member, f.Kind)
	}
}

// Released: an extension left a process. Of a Byzantine member tell whatever its key signed:
// sessions and suspensions are checked against what everybody said.
func (a *Audit) Released(r Release) []Violation {
	a.seen.Releases++
	a.members.remember(r.Member, r.Height, r.Bytes)
	e, err := DecodeExtension(r.Bytes)
	if !a.honest(r.Member) {
		for _, v := range e.Votes {
			if body, _, ok := a.bodyOf(v); ok {
				a.sayBody(r.Member, v, body)
			}
		}
		return a.done()
	}
	if err != nil {
		a.cry(Encoding, "an honest member's extension does not decode", "member %d, height %d: %v", r.Member, r.Height, err)
		return a.done()
	}
	d := a.members.disks[process{r.Member, r.Incarnation}]
	if d == nil {
		a.cry(Facts, "extension of a process that never started", "member %d, incarnation %d, height %d", r.Member, r.Incarnation, r.Height)
		return a.done()
	}
	for _, v := range e.Votes {
		a.releasedVote(r, d, v)
	}
	for _, c := range e.Commitments {
		a.releasedCommitment(r, d, e.Boot, c)
	}
	for _, s := range e.Shares {
		a.releasedShare(r, d, e.Fork, s)
	}
	return a.done()
}

func (a *Audit) bodyOf(v Vote) (Hash, *streamWorld, bool) {
	st := a.World.streams[v.Stream]
	if st == nil {
		return Hash{}, nil, false
	}
	return BodyHash(a.cfg.BridgeID, st.Stream, v.Checkpoint), st, true
}

// Equivocators are the members that said two bodies for one window.
func (a *Audit) Equivocators() (out []int) {
	for key, said := range a.members.bodies {
		if len(said) > 1 && !slices.Contains(out, key.member) {
			out = append(out, key.member)
		}
	}
	slices.Sort(out)
	return out
}

// sayBody remembers a body that a member voted for and returns the other one that it said for the window.
func (a *Audit) sayBody(member int, v Vote, body Hash) (other Hash, conflict bool) {
	key := bodyKey{member, v.Stream, v.End}
	said := a.members.bodies[key]
	if !slices.Contains(said, body) {
		said = append(said, body)
		a.members.bodies[key] = said
	}
	for _, s := range said {
		if s != body {
			return s, true
		}
	}
	return Hash{}, false
}

func (a *Audit) releasedVote(r Release, d *disk, v Vote) {
	a.seen.Votes++
	body, st, ok := a.bodyOf(v)
	if !ok || (v.End+1)%st.Stride != 0 {
		a.cry(Encoding, "an honest vote names no window", "member %d, height %d: stream %d, window %d", r.Member, r.Height, v.Stream, v.End)
		return
	}
	if !a.World.holds(v.Checkpoint) {
		a.seen.WrongVotes++
		if !a.members.misled[misleading{r.Member, st.Chain}] {
			a.cry(FailClosed, "an honest vote for what the chain does not hold", "member %d, incarnation %d, height %d: stream %d, window %d, root %x",
				r.Member, r.Incarnation, r.Height, v.Stream, v.End, v.Root)
		}
	}
	if other, conflict := a.sayBody(r.Member, v, body); conflict {
		a.cry(DoubleSign, "two bodies for one window", "member %d, incarnation %d, height %d: stream %d, window %d, %x and %x",
			r.Member, r.Incarnation, r.Height, v.Stream, v.End, other, body)
	}
	if !d.bodies[body] {
		a.cry(DoubleSign, "vote released before it was durable", "member %d, incarnation %d, height %d: stream %d, window %d",
			r.Member, r.Incarnation, r.Height, v.Stream, v.End)
	}
}

func (a *Audit) releasedCommitment(r Release, d *disk, boot uint64, c Commitment) {
	key := seqKey{r.Member, boot, c.Seq}
	p := ownedPair{r.Member, c.D, c.E}
	if !d.boots[boot] {
		a.cry(DoubleSign, "commitment released before its boot was durable", "member %d, incarnation %d, height %d: boot %d", r.Member, r.Incarnation, r.Height, boot)
	}
	said := a.members.announced[key]
	if slices.ContainsFunc(said, func(x announcement) bool { return x.ownedPair == p }) {
		return
	}
	for _, x := range said {
		if !a.members.related(r.Member, x.incarnation, r.Incarnation) {
			a.cry(DoubleSign, "one commitment has two pairs", "member %d, incarnations %d and %d, height %d: boot %d, seq %d",
				r.Member, x.incarnation, r.Incarnation, r.Height, boot, c.Seq)
		}
	}
	a.seen.Commitments++
	a.members.announced[key] = append(said, announcement{p, r.Incarnation})
	for _, point := range []Point{c.D, c.E} {
		if _, _, ok := decodePoint(point); !ok {
			a.cry(Encoding, "an honest commitment is no point", "member %d, boot %d, seq %d", r.Member, boot, c.Seq)
		}
		if was, ok := a.members.points[point]; ok {
			a.cry(DoubleSign, "one nonce point announced twice", "member %d, boot %d, seq %d; member %d, boot %d, seq %d",
				was.member, was.boot, was.seq, r.Member, boot, c.Seq)
			continue
		}
		a.members.points[point] = key
	}
}

func (a *Audit) releasedShare(r Release, d *disk, fork uint32, x Share) {
	a.seen.Shares++
	say := func(what string) {
		a.cry(DoubleSign, what, "member %d, incarnation %d, height %d, fork %d, session %d", r.Member, r.Incarnation, r.Height, fork, x.Session)
	}
	s, ok := a.chain.sessions[sessionKey{fork, x.Session}]
	at := slices.IndexFunc(s.Signers, func(g Signer) bool { return g.Member == r.Member })
	if !ok || at < 0 {
		say("share for a session that does not list the member")
		return
	}
	g := s.Signers[at]
	p := ownedPair{r.Member, g.D, g.E}
	now := released{s.ID, x.Z}
	switch was, known := a.members.shares[p]; {
	case !known:
		a.members.shares[p] = now
		a.checkShare(s, g, x.Z, say)
	case was.session != s.ID:
		say("one nonce pair signed in two sessions")
	case was.z != x.Z:
		say("two shares over one nonce pair")
	}
	if !d.sessions[s.ID] {
		say("share released before it was durable")
	}
	if !d.bodies[s.BodyHash] {
		say("share without an own durable vote")
	}
}
