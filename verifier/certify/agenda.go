// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// Agenda is what the state in ctx asks of the member with that consensus address. For a member
// of the ready epoch alone Member is false: it is asked for commitments and for shares of
// statements. Any other address is told only the streams. Closed streams are told to nobody.
func (k Keeper) Agenda(ctx sdk.Context, addr sdk.ConsAddress) (extension.Agenda, error) {
	st := k.state(ctx)
	r, err := k.roll(ctx)
	if err != nil {
		return extension.Agenda{}, err
	}
	a := extension.Agenda{
		BridgeID: k.bridgeID, Fork: r.ep.fork, KeyEpoch: r.ep.number, GroupKey: r.ep.key, Threshold: r.ep.threshold, ReadyEpoch: r.ready.number,
	}
	if a.Height, err = st.number(prefixHeight); err != nil {
		return a, err
	}
	v := &step{roll: r, k: k, ctx: ctx, st: st}
	if err := v.standing(); err != nil {
		return a, err
	}
	h, err := v.haltRecord()
	if err != nil {
		return a, err
	}
	if h != nil {
		a.Halted = h.Reason.String()
	}
	m, isMember := r.ep.find(addr)
	if isMember {
		a.Member, a.MemberIndex, a.Suspended = true, m.index, v.out[m.seat]
	}
	if next, ok := r.ready.find(addr); ok {
		a.ReadyIndex = next.index
	}
	seat, signs := r.seat(addr)
	if signs {
		if err := v.markAgenda(&a, r.seats[seat]); err != nil {
			return a, err
		}
	}
	if v.sources, err = k.openSources(ctx); err != nil {
		return a, err
	}
	for _, src := range v.sources {
		one, err := k.streamAgenda(st, src, m, isMember)
		if err != nil {
			return a, err
		}
		a.Streams = append(a.Streams, one)
	}
	if !signs {
		return a, nil
	}
	return a, v.sessionAgendas(&a, r.seats[seat])
}

// markAgenda tells a member its nonce mark and its unused commitments.
func (s *step) markAgenda(a *extension.Agenda, addr address) error {
	var at mark
	var have pool
	if _, err := s.st.get(keyMember(prefixMark, addr), &at); err != nil {
		return err
	}
	if _, err := s.st.get(keyMember(prefixPool, addr), &have); err != nil {
		return err
	}
	a.Boot, a.NextSeq, a.Pool = at.Boot, at.Next, len(have)
	for _, c := range have {
		a.Unused = append(a.Unused, extension.Commitment{Seq: c.Seq, D: c.D, E: c.E})
	}
	return nil
}

// sessionAgendas tells the sessions that wait for a share of who has that address. Epochs and statements
// may have changed since the sessions were looked at last: what the next block will end is not told.
func (s *step) sessionAgendas(a *extension.Agenda, addr address) error {
	open, err := s.st.sessions()
	if err != nil {
		return err
	}
	var pending []committeev1.Statement
	if slices.ContainsFunc(open, func(q *session) bool { return q.Statement != 0 }) {
		if pending, err = s.k.committee.Statements(s.ctx); err != nil {
			return fmt.Errorf("read statements: %w", err)
		}
	}
	for _, q := range open {
		ep := s.roll.of(q.Epoch)
		if ep == nil || q.Statement == 0 && (ep != &s.ep || s.halted) {
			continue
		}
		m, ok := ep.find(addr[:])
		if !ok {
			continue
		}
		one, ok := q.agenda(m, a.Boot)
		if !ok {
			continue
		}
		one.GroupKey, one.MyIndex = ep.key, m.index
		if q.Statement != 0 {
			i := slices.IndexFunc(pending, func(p committeev1.Statement) bool { return p.Id == q.Statement })
			if i < 0 {
				continue
			}
			x, err := s.parse(s.k.bridgeID, &pending[i])
			if err != nil || x.ep != ep || x.digest != q.Digest {
				continue
			}
			one.Statement = x.what
		}
		a.Sessions = append(a.Sessions, one)
	}
	return nil
}

func (k Keeper) streamAgenda(st state, src source, m member, isMember bool) (extension.StreamAgenda, error) {
	a := extension.StreamAgenda{
		Index: src.index, Stream: src.stream, Stride: src.stride, StartBlock: src.start, MaxAhead: src.maxAhead, Generation: src.generation,
	}
	c, ok, err := st.newest(src.index)
	if err != nil {
		return a, err
	}
	if ok {
		a.HasCertified, a.CertifiedEnd, a.Certified = true, c.Ballot.End, c.checkpoint(k.bridgeID)
	}
	if src.base != nil {
		a.HasBase, a.Base = true, src.base.Checkpoint(k.bridgeID, src.stream)
	}
	var t target
	if _, err := st.get(keyStream(prefixTarget, src.index), &t); err != nil {
		return a, err
	}
	a.Target = t.End
	var sg signing
	if a.Signing, err = st.get(keyStream(prefixSigning, src.index), &sg); err != nil {
		return a, err
	}
	a.SigningEnd = sg.Ballot.End
	if isMember {
		var list ballots
		if _, err := st.get(keyStreamMember(prefixBallots, src.index, m.addr), &list); err != nil {
			return a, err
		}
		for i := range list {
			a.Voted = append(a.Voted, list[i].End)
		}
		slices.Sort(a.Voted)
		if n := len(list); n > 0 && src.lower() {
			a.Said = list[n-1].Body
		}
	}
	return a, nil
}

// agenda is the session as m needs it; false when it waits for no share of m, or for one
// of an older boot, which m cannot make.
func (q *session) agenda(m member, boot uint64) (extension.SessionAgenda, bool) {
	a := extension.SessionAgenda{
		Number: q.Number, ID: q.ID, Digest: q.Digest, BodyHash: q.Ballot.Body, KeyEpoch: q.Epoch,
		Stream: q.Ballot.Stream, End: q.Ballot.End,
	}
	waits := false
	for i := range q.Signers {
		g := &q.Signers[i]
		a.Signers = append(a.Signers, extension.Signer{Index: g.Index, D: g.D, E: g.E})
		if g.Addr == m.addr && !g.Have && g.Boot == boot {
			waits, a.MySeq, a.MyBoot = true, g.Seq, g.Boot
		}
	}
	return a, waits
}
