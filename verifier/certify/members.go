// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
)

// view is a step that reads alone: the committed state at its own height.
func (s QueryServer) view(ctx sdk.Context) (*step, error) {
	v := &step{k: s.k, ctx: ctx, st: s.k.state(ctx)}
	var err error
	if v.h, err = v.st.number(prefixHeight); err != nil {
		return nil, err
	}
	if v.roll, err = s.k.roll(ctx); err != nil {
		return nil, err
	}
	return v, v.standing()
}

// haltRecord is nil while the chain signs.
func (s *step) haltRecord() (*halt, error) {
	h := new(halt)
	known, err := s.st.get(keyOf(prefixHalt), h)
	if err != nil || !known {
		return nil, err
	}
	return h, nil
}

// Members tells what the state records of each active member, and the halt.
func (s QueryServer) Members(ctx context.Context, _ *certifyv1.QueryMembersRequest) (*certifyv1.QueryMembersResponse, error) {
	v, err := s.view(sdk.UnwrapSDKContext(ctx))
	if err != nil {
		return nil, broken(err)
	}
	out := &certifyv1.QueryMembersResponse{KeyEpoch: v.ep.number, Threshold: uint32(v.ep.threshold), Height: v.h}
	for _, m := range v.ep.members {
		one, err := v.member(m)
		if err != nil {
			return nil, broken(err)
		}
		out.Members = append(out.Members, one)
	}
	if err := v.evidence(out.Members); err != nil {
		return nil, broken(err)
	}
	h, err := v.haltRecord()
	if err != nil {
		return nil, broken(err)
	}
	if h != nil {
		out.Halt = &certifyv1.Halt{
			Reason: h.Reason.String(), Height: h.Height, Member: uint32(h.Member), Address: h.Addr[:],
			Stream: uint32(h.Stream), End: h.End,
		}
	}
	return out, nil
}

func (s *step) member(m member) (out certifyv1.Member, err error) {
	var (
		c    conduct
		b    bench
		p    suspension
		at   mark
		have pool
	)
	var known [5]bool
	for i, r := range []struct {
		prefix byte
		record record
	}{{prefixConduct, &c}, {prefixBench, &b}, {prefixSuspension, &p}, {prefixMark, &at}, {prefixPool, &have}} {
		if known[i], err = s.st.get(keyMember(r.prefix, m.addr), r.record); err != nil {
			return out, err
		}
	}
	out = certifyv1.Member{
		Index: uint32(m.index), Address: m.addr[:],
		Garbled: c.Garbled.proto(), InvalidShares: c.Invalid.proto(), MissingShares: c.Missing.proto(), Equivocations: c.Equivocations.proto(), WrongVotes: c.Wrong.proto(),
		Boot: at.Boot, NextSeq: at.Next, Pool: uint32(len(have)),
	}
	if known[1] {
		out.Bench = &certifyv1.Bench{Until: b.Until, Reason: b.Reason.String(), Level: uint32(b.Level)}
	}
	if s.out[m.seat] {
		out.Suspension = &certifyv1.Suspension{Since: p.Since, Stream: uint32(p.Stream), End: p.End}
	}
	return out, nil
}

// evidence adds each member's equivocations, by stream.
func (s *step) evidence(members []certifyv1.Member) error {
	return s.st.each(keyOf(prefixFraud), nil, func(key, value []byte) (bool, error) {
		var f fraud
		if err := decode(value, &f); err != nil {
			return false, err
		}
		if m, ok := s.ep.find(key[3:]); ok {
			to := &members[m.index-1].Evidence
			*to = append(*to, certifyv1.Equivocation{
				Stream: uint32(key[1])<<8 | uint32(key[2]), End: f.End, First: f.First[:], Second: f.Second[:], Count: f.Count, Height: f.Height,
			})
		}
		return true, nil
	})
}

func (o occurrences) proto() certifyv1.Occurrences {
	return certifyv1.Occurrences{Count: o.Count, Height: o.Height}
}
