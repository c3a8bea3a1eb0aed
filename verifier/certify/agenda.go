// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/verifier/extension"
)

// Agenda is what the state in ctx asks of the member with that consensus address. For any
// other address Member is false and only the streams are told.
func (k Keeper) Agenda(ctx sdk.Context, addr sdk.ConsAddress) (extension.Agenda, error) {
	st := k.state(ctx)
	ep, err := k.epoch(ctx)
	if err != nil {
		return extension.Agenda{}, err
	}
	a := extension.Agenda{BridgeID: k.bridgeID, Fork: ep.fork, KeyEpoch: ep.number, GroupKey: ep.key, Threshold: ep.threshold}
	if a.Height, err = st.number(prefixHeight); err != nil {
		return a, err
	}
	v := &step{k: k, ctx: ctx, st: st, ep: ep}
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
	m, isMember := ep.find(addr)
	if isMember {
		a.Member, a.MemberIndex, a.Suspended = true, m.index, v.out[m.index-1]
		var at mark
		var have pool
		if _, err := st.get(keyMember(prefixMark, m.addr), &at); err != nil {
			return a, err
		}
		if _, err := st.get(keyMember(prefixPool, m.addr), &have); err != nil {
			return a, err
		}
		a.Boot, a.NextSeq, a.Pool = at.Boot, at.Next, len(have)
		for _, c := range have {
			a.Unused = append(a.Unused, extension.Commitment{Seq: c.Seq, D: c.D, E: c.E})
		}
	}
	sources, err := k.sources(ctx)
	if err != nil {
		return a, err
	}
	for _, src := range sources {
		one, err := k.streamAgenda(st, src, m, isMember)
		if err != nil {
			return a, err
		}
		a.Streams = append(a.Streams, one)
	}
	if !isMember {
		return a, nil
	}
	open, err := st.sessions()
	if err != nil {
		return a, err
	}
	for _, q := range open {
		if one, ok := q.agenda(m, a.Boot); ok && q.Epoch == ep.number {
			one.GroupKey = ep.key
			a.Sessions = append(a.Sessions, one)
		}
	}
	return a, nil
}

func (k Keeper) streamAgenda(st state, src source, m member, isMember bool) (extension.StreamAgenda, error) {
	a := extension.StreamAgenda{Index: src.index, Stream: src.stream, Stride: src.stride, StartBlock: src.start}
	c, ok, err := st.newest(src.index)
	if err != nil {
		return a, err
	}
	if ok {
		a.HasCertified, a.CertifiedEnd, a.Certified = true, c.Ballot.End, c.checkpoint(k.bridgeID)
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
