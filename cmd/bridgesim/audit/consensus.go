// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"slices"
)

// chainBook is what the consensus told.
type chainBook struct {
	sessions  map[sessionKey]Session
	pairs     map[ownedPair]Hash // session id that the state gave an honest member's pair to
	certs     map[window64]Certificate
	order     map[uint16][]Certificate // by stream, as told
	apps      map[sessionKey]AppHash   // by fork and height
	verdicts  map[verdictKey]Proposal  // first honest one
	suspended map[int]uint64           // height
	halts     map[uint32]ChainHalt     // by fork
	epochs    map[uint64]Epoch         // after the first, by number
	epoch     uint64                   // active
	equations map[Hash]*equations      // by session id, where a share was checked
	proven    map[Hash]bool            // messages and receipts that a certificate of any epoch proves
}

type sessionKey struct {
	fork   uint32
	number uint64
}

type window64 struct {
	stream uint16
	end    uint64
}

type ownedPair struct {
	member int
	d, e   Point
}

type verdictKey struct {
	height uint64
	id     Hash
}

func newChainBook() chainBook {
	return chainBook{
		sessions: map[sessionKey]Session{}, pairs: map[ownedPair]Hash{}, certs: map[window64]Certificate{},
		order: map[uint16][]Certificate{}, apps: map[sessionKey]AppHash{}, verdicts: map[verdictKey]Proposal{},
		suspended: map[int]uint64{}, halts: map[uint32]ChainHalt{}, epochs: map[uint64]Epoch{}, epoch: 1,
		equations: map[Hash]*equations{}, proven: map[Hash]bool{},
	}
}

// Session: a node's state holds an open session.
func (a *Audit) Session(s Session) []Violation {
	key := sessionKey{s.Fork, s.Number}
	if was, ok := a.chain.sessions[key]; ok {
		if was.ID != s.ID {
			a.cry(Determinism, "one session number has two contents", "fork %d, session %d: %x and %x", s.Fork, s.Number, was.ID, s.ID)
		}
		return a.done()
	}
	a.seen.Sessions++
	s.Signers = slices.Clone(s.Signers)
	a.chain.sessions[key] = s
	a.checkSession(s)
	for _, g := range s.Signers {
		if !a.honest(g.Member) {
			continue
		}
		p := ownedPair{g.Member, g.D, g.E}
		if was, ok := a.chain.pairs[p]; ok {
			a.cry(DoubleSign, "the state gave one nonce pair to two sessions", "member %d, boot %d, seq %d: session %d, %x and %x",
				g.Member, g.Boot, g.Seq, s.Number, was, s.ID)
		}
		a.chain.pairs[p] = s.ID
		said := a.members.announced[seqKey{g.Member, g.Boot, g.Seq}]
		if !slices.ContainsFunc(said, func(x announcement) bool { return x.ownedPair == p }) {
			a.cry(DoubleSign, "session lists a pair that its honest member never announced", "member %d, boot %d, seq %d, session %d",
				g.Member, g.Boot, g.Seq, s.Number)
		}
	}
	return a.done()
}

// checkSession recomputes what follows from the contents.
func (a *Audit) checkSession(s Session) {
	where := []any{s.Fork, s.Number}
	say := func(law Law, what string) { a.cry(law, what, "fork %d, session %d", where...) }
	if h, ok := a.chain.halts[s.Fork]; ok && s.Height >= h.Height && s.Statement == 0 {
		say(Conduct, "session on a chain that halted")
	}
	if s.Fork == 0 || s.Number == 0 || s.KeyEpoch == 0 {
		say(Encoding, "session with a zero fork, number or key epoch")
	}
	if SessionIDOf(a.cfg.BridgeID, s) != s.ID {
		say(Encoding, "session id does not follow from its contents")
	}
	if len(s.Signers) < a.cfg.Threshold {
		say(Forgery, "session with fewer signers than the threshold")
	}
	for i, g := range s.Signers {
		if g.Member < 1 || g.Member > a.cfg.Members || i > 0 && g.Member <= s.Signers[i-1].Member {
			say(Encoding, "signers are not ascending members")
		}
	}
	_, known := a.chain.epochs[s.KeyEpoch]
	if s.Statement != 0 {
		if s.BodyHash != s.Digest {
			say(Encoding, "body hash of a statement is not its digest")
		}
		if !known && s.KeyEpoch != 1 || s.KeyEpoch < a.chain.epoch {
			say(Forgery, "statement signed by a key epoch that is neither active nor ready")
		}
		return
	}
	if s.KeyEpoch != a.chain.epoch {
		say(Forgery, "checkpoint signed by a key epoch that is not active")
	}
	st := a.World.streams[s.Checkpoint.Stream]
	if st == nil {
		say(Forgery, "session of an unknown stream")
		return
	}
	if st.closed != 0 && s.Height > st.closed {
		say(History, "session of a stream that is closed")
	}
	if s.BodyHash != BodyHash(a.cfg.BridgeID, st.Stream, s.Checkpoint) || s.Digest != a.digest(st, s.Checkpoint) {
		say(Encoding, "body hash or digest is not the checkpoint's")
	}
	if !a.World.holds(s.Checkpoint) {
		say(Forgery, "session for a checkpoint that is not the chain's")
	}
	voted := func(member int) bool {
		return slices.Contains(a.members.bodies[bodyKey{member, s.Checkpoint.Stream, s.Checkpoint.End}], s.BodyHash)
	}
	votes := 0
	for m := 1; m <= a.cfg.Members; m++ {
		if voted(m) {
			votes++
		}
	}
	if votes < a.cfg.Threshold {
		say(Forgery, "session for which fewer than the threshold voted")
	}
	for _, g := range s.Signers {
		if !voted(g.Member) {
			say(Forgery, "signer that did not vote")
		}
		if at, ok := a.chain.suspended[g.Member]; ok && s.Height > at {
			say(Conduct, "a suspended member is chosen")
		}
	}
}

func (a *Audit) digest(s *streamWorld, c Checkpoint) Hash {
	return Digest(a.cfg.BridgeID, s.Chain, s.Manager, s.Epoch, c.Root)
}

// Certificate: a node's state holds a certificate. Tell a stream's in the order in which the state made them.
func (a *Audit) Certificate(c Certificate) []Violation {
	cp := c.Checkpoint
	key := window64{cp.Stream, cp.End}
	was, known := a.chain.certs[key]
	if known && was.Checkpoint == cp && was.BodyHash == c.BodyHash && was.Digest == c.Digest && was.S == c.S && was.R == c.R {
		return a.done()
	}
	a.seen.Certificates++
	st := a.World.streams[cp.Stream]
	if st == nil {
		a.cry(Forgery, "certificate of an unknown stream", "stream %d, window %d", cp.Stream, cp.End)
		return a.done()
	}
	say := func(law Law, what string) {
		a.cry(law, what, "stream %d, window %d, height %d, node %d", cp.Stream, cp.End, c.Height, c.Node)
	}
	if (cp.End+1)%st.Stride != 0 {
		say(Encoding, "certificate of a window that is not aligned")
	}
	if c.BodyHash != BodyHash(a.cfg.BridgeID, st.Stream, cp) || c.Digest != a.digest(st, cp) {
		say(Encoding, "certificate's body hash or digest is not its checkpoint's")
	}
	if !VerifySignature(a.cfg.GroupKey, a.digest(st, cp), c.S, c.R) {
		say(Forgery, "certificate's signature is not the group's")
	}
	if !a.World.holds(cp) {
		right, ok := a.World.Checkpoint(cp.Stream, cp.End)
		a.cry(Forgery, "certificate for a checkpoint that is not the chain's", "stream %d, window %d, height %d: root %x, %d leaves; right is %x, %d leaves (%t)",
			cp.Stream, cp.End, c.Height, cp.Root, cp.LeafCount, right.Root, right.LeafCount, ok)
	}
	if h, ok := a.chain.halts[a.fork]; ok && !known && c.Height >= h.Height {
		say(Conduct, "certificate on a chain that halted")
	}
	if st.closed != 0 && !known && c.Height > st.closed+1 {
		say(History, "certificate of a stream that is closed")
	}
	if known && was.Checkpoint != cp {
		a.cry(History, "two certificates of one window", "stream %d, window %d: roots %x and %x", cp.Stream, cp.End, was.Checkpoint.Root, cp.Root)
		return a.done()
	}
	if known { // signed twice: the checkpoint is one, the signatures differ
		say(Determinism, "one certificate has two signatures")
		return a.done()
	}
	if order := a.chain.order[cp.Stream]; len(order) > 0 {
		last := order[len(order)-1].Checkpoint
		if cp.End <= last.End || cp.LeafCount <= last.LeafCount || cp.MessageCount < last.MessageCount || cp.Root == last.Root {
			a.cry(History, "certificate does not grow", "stream %d, window %d after %d: %d leaves after %d, %d messages after %d",
				cp.Stream, cp.End, last.End, cp.LeafCount, last.LeafCount, cp.MessageCount, last.MessageCount)
		}
		if a.World.holds(cp) && a.World.holds(last) && !a.World.together(last, cp) {
			a.cry(History, "certificate does not extend the last one", "stream %d, windows %d and %d", cp.Stream, last.End, cp.End)
		}
	}
	h := a.World.historyOf(cp)
	if b := st.base; b != nil && (cp.End < b.End || h != nil && !h.grewFrom(*b)) {
		say(History, "certificate does not extend the base of its epoch")
	}
	if h != nil {
		a.prove(h, cp.End)
	}
	a.chain.certs[key] = c
	a.chain.order[cp.Stream] = append(a.chain.order[cp.Stream], c)
	return a.done()
}

// prove notes the leaves that a checkpoint of a history proves.
func (a *Audit) prove(h *history, end uint64) {
	i, _ := h.find(end)
	for ; i >= 0 && !h.windows[i].proven; i-- {
		h.windows[i].proven = true
		for _, leaf := range h.windows[i].leaves {
			a.chain.proven[leaf] = true
		}
	}
}

// AppHash: a node committed, or replayed, a height.
func (a *Audit) AppHash(h AppHash) []Violation {
	a.seen.AppHashes++
	a.height, a.fork = max(a.height, h.Height), max(a.fork, h.Fork)
	if h.Node != 0 && !a.honest(h.Node) {
		return a.done()
	}
	if len(h.Hash) == 0 {
		a.cry(Determinism, "empty app hash", "node %d, height %d", h.Node, h.Height)
	}
	key := sessionKey{h.Fork, h.Height}
	was, ok := a.chain.apps[key]
	if !ok {
		h.Hash = bytes.Clone(h.Hash)
		a.chain.apps[key] = h
	} else if !bytes.Equal(was.Hash, h.Hash) {
		a.cry(Determinism, "app hashes differ", "fork %d, height %d: %x at node %d, %x at node %d", h.Fork, h.Height, was.Hash, was.Node, h.Hash, h.Node)
	}
	return a.done()
}

// Proposal: a node judged a proposal.
func (a *Audit) Proposal(p Proposal) []Violation {
	a.seen.Proposals++
	if !a.honest(p.Verifier) {
		return a.done()
	}
	if a.honest(p.Proposer) && !p.Tampered && !p.Accepted {
		a.cry(Coherence, "honest proposal refused", "height %d, round %d: proposer %d, by %d: %s", p.Height, p.Round, p.Proposer, p.Verifier, p.Reason)
	}
	if p.ID == (Hash{}) {
		return a.done()
	}
	key := verdictKey{p.Height, p.ID}
	if was, ok := a.chain.verdicts[key]; !ok {
		a.chain.verdicts[key] = p
	} else if was.Accepted != p.Accepted {
		a.cry(Coherence, "honest nodes disagree on a proposal", "height %d, round %d, proposer %d: node %d says %t, node %d says %t: %s%s",
			p.Height, p.Round, p.Proposer, was.Verifier, was.Accepted, p.Verifier, p.Accepted, was.Reason, p.Reason)
	}
	return a.done()
}

// Rejected: a node refused an extension.
func (a *Audit) Rejected(r Rejection) []Violation {
	a.seen.Rejections++
	if !a.honest(r.By) {
		return a.done()
	}
	if _, err := DecodeExtension(r.Bytes); err == nil {
		a.cry(Coherence, "well-formed extension refused", "height %d, from %d, by %d: %s", r.Height, r.From, r.By, r.Reason)
	}
	if a.honest(r.From) && a.members.said(r.From, r.Height, r.Bytes) {
		a.cry(Coherence, "honest extension refused", "height %d, from %d, by %d: %s", r.Height, r.From, r.By, r.Reason)
	}
	return a.done()
}

// Suspended: the state suspends a member.
func (a *Audit) Suspended(s Suspension) []Violation {
	if _, ok := a.chain.suspended[s.Member]; ok {
		return a.done()
	}
	a.seen.Suspensions++
	a.chain.suspended[s.Member] = s.Height
	say := func(what string) {
		a.cry(Conduct, what, "member %d, height %d, stream %d, window %d, bodies %x and %x", s.Member, s.Height, s.Stream, s.End, s.First, s.Second)
	}
	if a.honest(s.Member) {
		say("an honest member is suspended")
	}
	if said := a.members.bodies[bodyKey{s.Member, s.Stream, s.End}]; s.First == s.Second || !slices.Contains(said, s.First) || !slices.Contains(said, s.Second) {
		say("suspended for votes that the member never said")
	}
	if a.cfg.Members-len(a.chain.suspended) < a.cfg.Threshold {
		say("suspension leaves fewer members than the threshold")
	}
	return a.done()
}

// Halted: the state halts the whole chain.
func (a *Audit) Halted(h ChainHalt) []Violation {
	if _, ok := a.chain.halts[h.Fork]; ok {
		return a.done()
	}
	a.seen.Halts++
	a.chain.halts[h.Fork] = h
	if _, ok := a.chain.suspended[h.Member]; ok || a.cfg.Members-len(a.chain.suspended)-1 >= a.cfg.Threshold {
		a.cry(Conduct, "halt although enough members are left", "fork %d, height %d, member %d: %d of %d suspended, threshold %d",
			h.Fork, h.Height, h.Member, len(a.chain.suspended), a.cfg.Members, a.cfg.Threshold)
	}
	if len(a.members.bodies[bodyKey{h.Member, h.Stream, h.End}]) < 2 {
		a.cry(Conduct, "halt for votes that the member never said", "fork %d, height %d, member %d, stream %d, window %d", h.Fork, h.Height, h.Member, h.Stream, h.End)
	}
	return a.done()
}

// Benched: the state benches a member.
func (a *Audit) Benched(b Bench) []Violation {
	a.seen.Benches++
	if !a.honest(b.Member) {
		return a.done()
	}
	say := func(what string) {
		a.cry(Conduct, what, "member %d, height %d, session %d, %s", b.Member, b.Height, b.Session, b.Reason)
	}
	s, ok := a.chain.sessions[sessionKey{b.Fork, b.Session}]
	listed := slices.ContainsFunc(s.Signers, func(g Signer) bool { return g.Member == b.Member })
	switch {
	case !ok || !listed:
		say("an honest member is benched for a session that does not list it")
	case b.Reason != MissingShare:
		say("an honest member is benched for an invalid share")
	case !b.Committed:
		say("an absent member is benched")
	case b.Height < s.Height+2:
		say("benched before the share was due")
	case len(b.Heard) > 0 && !a.members.said(b.Member, b.Height-1, b.Heard):
		say("benched for an extension that the member never made")
	default:
		e, _ := DecodeExtension(b.Heard)
		if len(b.Heard) > 0 && e.Fork != b.Fork {
			say("benched for an extension of another fork")
		}
		if len(e.Shares) == maxShares {
			say("benched although the extension was full of other shares")
		}
		if slices.ContainsFunc(e.Shares, func(x Share) bool { return x.Session == b.Session }) {
			say("benched although the share is there")
		}
	}
	return a.done()
}
