// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// tally is the votes of active, not suspended members for one body of one stream.
type tally struct {
	ballot ballot // of the first voter
	voters []member
}

// tallies counts the stream's votes, by end and then by body hash; ends are the members'
// newest named window ends, descending. Below final only votes over the newest certified tree count, and a session that was
// opened over an older one may still complete.
func (s *step) tallies(src source) (out []tally, ends []uint64, err error) {
	stream := src.index
	for _, m := range s.ep.members {
		if s.out[m.seat] {
			continue
		}
		var list ballots
		if _, err := s.st.get(keyStreamMember(prefixBallots, stream, m.addr), &list); err != nil {
			return nil, nil, err
		}
		var newest uint64
		named := false
		for i := range list {
			if src.lower() {
				if ok, err := s.based(src, &list[i].Vote); err != nil {
					return nil, nil, err
				} else if !ok {
					continue
				}
			}
			newest, named = max(newest, list[i].End), true
			k := slices.IndexFunc(out, func(t tally) bool { return t.ballot.Body == list[i].Body })
			if k < 0 {
				k = len(out)
				out = append(out, tally{ballot: list[i]})
			}
			out[k].voters = append(out[k].voters, m)
		}
		if named {
			ends = append(ends, newest)
		}
	}
	slices.SortFunc(out, func(a, b tally) int {
		return cmp.Or(cmp.Compare(a.ballot.End, b.ballot.End), bytes.Compare(a.ballot.Body[:], b.ballot.Body[:]))
	})
	slices.SortFunc(ends, func(a, b uint64) int { return cmp.Compare(b, a) })
	return out, ends, nil
}

// plan sets each stream's target and opens sessions. Checkpoints and statements choose among the
// commitments in turn, for FirstPickBlocks each; who chooses later leaves every member one. So
// neither can use up what the other waits for.
func (s *step) plan() error {
	streams := s.ep.number != 0 && !s.halted && len(s.sources) > 0
	both := streams && len(s.statements) > 0
	first, second := s.planStatements, s.planStreams
	if s.h/FirstPickBlocks%2 == 0 {
		first, second = second, first
	}
	s.leave = 0
	if err := first(); err != nil {
		return err
	}
	if both {
		s.leave = 1
	}
	return second()
}

// planStreams does nothing on a chain that halted, or has no key.
func (s *step) planStreams() error {
	if s.halted || s.ep.number == 0 {
		return nil
	}
	for _, src := range s.sources {
		all, ends, err := s.tallies(src)
		if err != nil {
			return err
		}
		if !src.lower() { // below final members say the newest that they see: older ends cannot be made again
			if err := s.aim(src, all, ends); err != nil {
				return err
			}
		}
		if err := s.sign(src, all); err != nil {
			return err
		}
	}
	return nil
}

// planStatements works on the statements from another one on in every block.
func (s *step) planStatements() error {
	for i := range s.statements {
		at := (s.h + uint64(i)) % uint64(len(s.statements))
		if err := s.pursue(&s.statements[at]); err != nil {
			return err
		}
	}
	return nil
}

// pursue opens the first attempt of a statement, or the next ones.
func (s *step) pursue(x *statement) error {
	key := keyPursuit(x.id)
	var p pursuit
	known, err := s.st.get(key, &p)
	if err != nil || known && s.h < p.Opened+DueBlocks {
		return err
	}
	if known {
		p.Round++
	} else {
		p = pursuit{Epoch: x.ep.number, Digest: x.digest, effort: effort{Since: s.h}}
	}
	w := work{
		ep: x.ep, statement: x.id, kind: x.kind, ballot: ballot{Body: message.Hash(x.digest)}, digest: x.digest, voters: x.voters,
	}
	opened, err := s.openRound(&w, &p.effort)
	if err != nil || opened == 0 {
		return err
	}
	p.Opened, p.Count = s.h, p.Count+opened
	s.st.set(key, &p)
	return nil
}

// aim recomputes the target, the t-th highest named end, until f+1 members have voted one
// body at or below it; from then it stands for TargetBlocks or until a certificate. Where no
// certificate came of it the next lower named end has its turn, for TargetBlocks each, down to
// the lowest: f members that name ends which nobody reaches cannot keep it above the others.
func (s *step) aim(src source, all []tally, ends []uint64) error {
	key := keyStream(prefixTarget, src.index)
	var old target
	known, err := s.st.get(key, &old)
	if err != nil {
		return err
	}
	if old.Sticky != 0 && s.h < old.Sticky+TargetBlocks {
		return nil
	}
	if len(ends) < s.ep.threshold {
		if known {
			s.st.kv.Delete(key)
		}
		return nil
	}
	aim := target{}
	if old.Sticky != 0 {
		aim.Rank = old.Rank + 1
	}
	if at := s.ep.threshold - 1 + int(aim.Rank); aim.Rank > 0 && at < len(ends) {
		aim.End, aim.Sticky = ends[at], s.h
		s.st.set(key, &aim)
		return nil
	}
	aim.Rank, aim.End = 0, ends[s.ep.threshold-1]
	for i := range all {
		if all[i].ballot.End <= aim.End && len(all[i].voters) > s.ep.faults() {
			aim.Sticky = s.h
		}
	}
	if aim != old {
		s.st.set(key, &aim)
	}
	return nil
}

// sign opens the first attempt of the newest checkpoint that t members voted for, or the
// next attempts of the one in signing. One checkpoint per stream is in signing at a time.
func (s *step) sign(src source, all []tally) error {
	var best *tally
	for i := range all {
		if len(all[i].voters) >= s.ep.threshold {
			best = &all[i]
		}
	}
	key := keyStream(prefixSigning, src.index)
	var sg signing
	signs, err := s.st.get(key, &sg)
	if err != nil {
		return err
	}
	stale := signs && s.h >= sg.Since+SigningBlocks
	// Below final the blocks of what is in signing may be gone, and its voters with them.
	stale = stale && (src.lower() || best != nil && best.ballot.End > sg.Ballot.End) ||
		signs && src.lower() && !slices.ContainsFunc(all, func(t tally) bool { return t.ballot.Body == sg.Ballot.Body })
	if best != nil && best.ballot.Body != sg.Ballot.Body && (!signs || stale) {
		opened, err := s.openRound(s.checkpoint(src, best), &effort{})
		if err != nil {
			return err
		}
		if opened > 0 {
			next := signing{Ballot: best.ballot, effort: effort{Since: s.h, Opened: s.h, Count: opened}}
			s.st.set(key, &next)
			return nil
		}
	}
	if !signs || s.h < sg.Opened+DueBlocks {
		return nil
	}
	k := slices.IndexFunc(all, func(t tally) bool { return t.ballot.Body == sg.Ballot.Body })
	if k < 0 {
		return nil
	}
	sg.Round++
	opened, err := s.openRound(s.checkpoint(src, &all[k]), &sg.effort)
	if err != nil || opened == 0 {
		return err
	}
	sg.Opened, sg.Count = s.h, sg.Count+opened
	s.st.set(key, &sg)
	return nil
}

// work is what sessions are opened for: a checkpoint with those who voted for it, or a
// statement with its candidates. Members, threshold and key are those of ep.
type work struct {
	ep        *epoch
	statement uint64
	kind      kind
	ballot    ballot
	digest    message.Digest
	voters    []member
}

func (w *work) subject() subject { return subject{w.statement, w.ballot.Body} }

func (s *step) checkpoint(src source, t *tally) *work {
	c := t.ballot.Checkpoint(s.k.bridgeID, src.stream)
	return &work{ep: &s.ep, ballot: t.ballot, digest: c.Digest(), voters: t.voters}
}

// openRound opens min(2^e.Round, f+1) attempts at once and says how many; none when no t
// voters have an unused commitment and owe nothing for this checkpoint or statement.
func (s *step) openRound(w *work, e *effort) (opened uint32, err error) {
	want := w.ep.faults() + 1
	if e.Round < 16 {
		want = min(1<<e.Round, want)
	}
	var lists [][]member
	for range want {
		number, err := s.st.number(prefixNext)
		if err != nil {
			return 0, err
		}
		number++ // the first session is number 1
		chosen, err := s.choose(w, number)
		if err != nil {
			return 0, err
		}
		if chosen == nil {
			break
		}
		s.st.setNumber(prefixNext, number)
		if slices.ContainsFunc(lists, func(l []member) bool { return slices.Equal(l, chosen) }) {
			continue // the same signers twice hang together: worth no commitments
		}
		lists = append(lists, chosen)
		opened++
		if err := s.openSession(w, number, e.Count+opened, chosen); err != nil {
			return 0, err
		}
	}
	return opened, nil
}

// choose ranks the candidates by (bench, present, keccak256(abi.encode(RANK_TAG, bridgeId,
// fork, number, member index))) and takes the first t, by index; nil when there are fewer.
func (s *step) choose(w *work, number uint64) ([]member, error) {
	type candidate struct {
		member
		order int
		hash  message.Hash
	}
	var list []candidate
	for _, m := range w.voters {
		if w.ep == &s.ep && s.out[m.seat] {
			continue // suspended in this block
		}
		var have pool
		if _, err := s.st.get(keyMember(prefixPool, m.addr), &have); err != nil {
			return nil, err
		}
		if len(have) <= s.leave || s.owes(m, w.subject()) {
			continue
		}
		c := candidate{member: m}
		benched, err := s.isBenched(m)
		if err != nil {
			return nil, err
		}
		if benched {
			c.order += 2
		}
		if !s.present[m.seat] {
			c.order++
		}
		c.hash = new(message.Words).Hash(message.TagRank).Hash(s.k.bridgeID).Uint(uint64(s.ep.fork)).Uint(number).Uint(uint64(m.index)).Sum()
		list = append(list, c)
	}
	if len(list) < w.ep.threshold {
		return nil, nil
	}
	slices.SortFunc(list, func(a, b candidate) int {
		return cmp.Or(cmp.Compare(a.order, b.order), bytes.Compare(a.hash[:], b.hash[:]))
	})
	chosen := make([]member, 0, w.ep.threshold)
	for _, c := range list[:w.ep.threshold] {
		chosen = append(chosen, c.member)
	}
	slices.SortFunc(chosen, func(a, b member) int { return cmp.Compare(a.index, b.index) })
	return chosen, nil
}

// openSession consumes one commitment of each chosen member and fixes the session.
func (s *step) openSession(w *work, number uint64, attempt uint32, chosen []member) error {
	q := &session{
		Number: number, Epoch: w.ep.number, Statement: w.statement, Kind: w.kind, Ballot: w.ballot, Digest: w.digest,
		Attempt: attempt, Opened: s.h, dirty: true,
	}
	for _, m := range chosen {
		var at mark
		var have pool
		if _, err := s.st.get(keyMember(prefixMark, m.addr), &at); err != nil {
			return err
		}
		if _, err := s.st.get(keyMember(prefixPool, m.addr), &have); err != nil {
			return err
		}
		if len(have) == 0 {
			return ErrRecord
		}
		q.Signers = append(q.Signers, signer{Index: m.index, Addr: m.addr, Boot: at.Boot, Seq: have[0].Seq, D: have[0].D, E: have[0].E})
		have = have[1:]
		s.st.set(keyMember(prefixPool, m.addr), &have)
	}
	q.ID = SessionID(s.k.bridgeID, s.ep.fork, q.Epoch, number, q.Digest, q.Ballot.Body, q.listHash())
	s.makeRoom(w)
	s.open = append(s.open, q)
	s.emitSession(q)
	return nil
}

// makeRoom drops the oldest sessions of the stream or of the statement beyond 4(f+1), the bound
// of what hanging members can pile up; their shares are ignored from then on.
func (s *step) makeRoom(w *work) {
	var same []*session
	for _, o := range s.open {
		if !o.gone && o.Statement == w.statement && o.Ballot.Stream == w.ballot.Stream {
			same = append(same, o)
		}
	}
	for i := 0; len(same)-i >= 4*(w.ep.faults()+1); i++ {
		same[i].gone = true
	}
}

// listHash is keccak256 over i 32 ‖ D 33 ‖ E 33 of each signer, by index.
func (q *session) listHash() message.Hash {
	b := make([]byte, 0, 98*len(q.Signers))
	for i := range q.Signers {
		g := &q.Signers[i]
		var word [32]byte
		binary.BigEndian.PutUint16(word[30:], g.Index)
		b = append(append(append(b, word[:]...), g.D[:]...), g.E[:]...)
	}
	return message.Keccak(b)
}

// SessionID is what binds shares to one session (docs/spec/node.md, "Sessions").
func SessionID(bridgeID message.Hash, fork uint32, keyEpoch, number uint64, d message.Digest, bodyHash, listHash message.Hash) [32]byte {
	return new(message.Words).Hash(message.TagSession).Hash(bridgeID).Uint(uint64(fork)).Uint(keyEpoch).Uint(number).
		Hash(d).Hash(bodyHash).Hash(listHash).Sum()
}
