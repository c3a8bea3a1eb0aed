// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"errors"
	"fmt"

	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

func (q *session) complete() bool {
	for i := range q.Signers {
		if !q.Signers[i].Have {
			return false
		}
	}
	return true
}

func (q *session) frost(key schnorr.PublicKey) frost.Session {
	f := frost.Session{Key: key, KeyEpoch: q.Epoch, ID: q.ID, Digest: q.Digest}
	for i := range q.Signers {
		g := &q.Signers[i]
		f.Commitments = append(f.Commitments, frost.Commitment{Index: frost.Index(g.Index), D: g.D, E: g.E})
	}
	return f
}

// complete combines the shares of sessions that have them all, in order of number, under
// the key of the epoch that each session names. The first that succeeds certifies its checkpoint and ends all sessions at
// or below it, or signs its statement and ends the statement's.
func (s *step) complete() error {
	for _, q := range s.open {
		if q.gone || !q.complete() {
			continue
		}
		q.gone = true
		ep := s.roll.of(q.Epoch)
		if ep == nil {
			continue
		}
		p, err := frost.Prepare(q.frost(ep.key))
		if err != nil {
			continue // the list makes no group commitment: nobody's share is to blame
		}
		shares := make([]frost.Scalar, len(q.Signers))
		for i := range q.Signers {
			shares[i] = q.Signers[i].Z
		}
		sig, err := p.Aggregate(shares)
		if err != nil {
			if err := s.findCulprits(q, ep, p); err != nil {
				return err
			}
			continue
		}
		for i := range q.Signers {
			s.st.kv.Delete(keyMember(prefixBench, q.Signers[i].Addr))
		}
		end := s.certify
		if q.Statement != 0 {
			end = s.signed
		}
		if err := end(q, sig); err != nil {
			return err
		}
	}
	return nil
}

// signed gives the signature of a statement to the committee, once: not when another signature of
// this block has made the statement void. What is left to be signed is read again.
func (s *step) signed(q *session, sig schnorr.Signature) error {
	if s.wanted(q) == nil {
		return nil
	}
	if err := s.k.committee.Signed(s.ctx, q.Statement, sig); err != nil {
		return fmt.Errorf("statement %d is signed: %w", q.Statement, err)
	}
	s.emitStatement(q, sig)
	s.st.kv.Delete(keyPursuit(q.Statement))
	return s.readStatements()
}

// findCulprits checks the shares one by one: a wrong one benches, a right one clears.
func (s *step) findCulprits(q *session, ep *epoch, p *frost.Prepared) error {
	for i := range q.Signers {
		g := &q.Signers[i]
		m, ok := ep.member(g.Index)
		if !ok {
			continue
		}
		err := p.VerifyShare(frost.Index(g.Index), m.public, g.Z)
		var wrong *frost.ShareError
		switch {
		case err == nil:
			s.st.kv.Delete(keyMember(prefixBench, g.Addr))
		case errors.As(err, &wrong):
			if err := s.bench(m, q, reasonInvalid); err != nil {
				return err
			}
		}
	}
	return nil
}

// certify stores the certificate and removes what it makes void: sessions at or below its
// end, votes that no longer grow the tree, target and signing.
func (s *step) certify(q *session, sig schnorr.Signature) error {
	stream := q.Ballot.Stream
	src, ok := s.source(stream)
	if !ok {
		return nil // the stream was taken out while this was signed
	}
	last, err := s.st.last(stream)
	if err != nil || !src.admits(last, &q.Ballot.Vote) {
		return err
	}
	c := certificate{
		Stream: src.stream, Ballot: q.Ballot, Digest: q.Digest, S: sig.S, R: sig.R,
		Height: s.h, Session: q.Number, Epoch: q.Epoch,
	}
	if err := s.st.addCertificate(c); err != nil {
		return err
	}
	for _, o := range s.open {
		if o.of(stream) && !src.grows(&c.Ballot.Vote, &o.Ballot.Vote) {
			o.gone = true
		}
	}
	if err := s.purgeVotes(src, &c); err != nil {
		return err
	}
	s.st.kv.Delete(keyStream(prefixTarget, stream))
	var sg signing
	signs, err := s.st.get(keyStream(prefixSigning, stream), &sg)
	if err != nil {
		return err
	}
	if signs && !src.grows(&c.Ballot.Vote, &sg.Ballot.Vote) {
		s.st.kv.Delete(keyStream(prefixSigning, stream))
	}
	s.emitCertificate(&c)
	return nil
}

// purgeVotes drops the stream's votes, of former members too, that cannot follow c. Who had voted for
// another body of the same window has that recorded; it costs nothing else, for endpoints lie to honest members.
// Below final it is not even recorded.
func (s *step) purgeVotes(src source, c *certificate) error {
	type change struct {
		key  []byte
		list ballots
	}
	var changes []change
	var wrong []member
	err := s.st.each(keyStream(prefixBallots, c.Ballot.Stream), nil, func(key, value []byte) (bool, error) {
		var list, keep ballots
		if err := decode(value, &list); err != nil {
			return false, err
		}
		for i := range list {
			if src.grows(&c.Ballot.Vote, &list[i].Vote) {
				keep = append(keep, list[i])
			}
			if m, ok := s.ep.find(key[3:]); ok && !src.lower() && list[i].End == c.Ballot.End && list[i].Body != c.Ballot.Body {
				wrong = append(wrong, m)
			}
		}
		if len(keep) != len(list) {
			changes = append(changes, change{append([]byte(nil), key...), keep})
		}
		return true, nil
	})
	if err != nil {
		return err
	}
	for _, ch := range changes {
		if len(ch.list) == 0 {
			s.st.kv.Delete(ch.key)
		} else {
			s.st.set(ch.key, &ch.list)
		}
	}
	for _, m := range wrong {
		if err := s.record(m.addr, func(c *conduct) *occurrences { return &c.Wrong }); err != nil {
			return err
		}
	}
	return nil
}

// judge looks at sessions whose shares are due: a signed extension that lacks the share
// benches; absence and an extension full of other shares do not. A session that waits for a commitment of an older boot can
// never be completed and ends, and with it the debt.
func (s *step) judge() error {
	for _, q := range s.open {
		ep := s.roll.of(q.Epoch)
		if q.gone || ep == nil || s.h < q.Opened+DueBlocks {
			continue
		}
		for i := range q.Signers {
			g := &q.Signers[i]
			if g.Have {
				continue
			}
			m, ok := ep.member(g.Index)
			if !ok {
				continue
			}
			if s.present[m.seat] && !s.full[m.seat] && !g.Blamed {
				g.Blamed, q.dirty = true, true
				if err := s.bench(m, q, reasonMissing); err != nil {
					return err
				}
			}
			var at mark
			if _, err := s.st.get(keyMember(prefixMark, g.Addr), &at); err != nil {
				return err
			}
			q.gone = q.gone || at.Boot > g.Boot
		}
	}
	return nil
}

// owes reports whether m's share of an open session of the subject is due and not in.
func (s *step) owes(m member, what subject) bool {
	for _, q := range s.open {
		if q.gone || q.subject() != what || s.h < q.Opened+DueBlocks {
			continue
		}
		for i := range q.Signers {
			if q.Signers[i].Addr == m.addr && !q.Signers[i].Have {
				return true
			}
		}
	}
	return false
}
