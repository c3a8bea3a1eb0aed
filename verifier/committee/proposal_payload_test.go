// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

func TestValidatePayload(t *testing.T) {
	manager := bytes.Repeat([]byte{1}, 20)
	stream := func(change func(*lanesv1.Stream)) *committeev1.Payload {
		s := lanesv1.Stream{Chain: 1, Manager: manager, Finality: 3, Epoch: 1, Stride: 2}
		change(&s)
		return &committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{Stream: s}}}
	}
	halt := func(change func(*committeev1.Halt)) *committeev1.Payload {
		h := committeev1.Halt{Chain: 1, Manager: manager, Scope: make([]byte, 32), NotAfter: 1}
		change(&h)
		return &committeev1.Payload{Kind: &committeev1.Payload_Halt{Halt: &h}}
	}
	resume := func(r committeev1.Resume) *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &r}}
	}
	plan := func(name, info string) *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Upgrade{Upgrade: &committeev1.Upgrade{Name: name, Height: 1, Info: info}}}
	}
	rotation := func(notBefore uint64) *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Rotate{Rotate: &committeev1.Rotation{NotBefore: notBefore}}}
	}
	members := func(m committeev1.MemberChange) *committeev1.Payload {
		return &committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &m}}
	}
	for _, c := range []struct {
		name string
		p    *committeev1.Payload
		want error
	}{
		{"no kind", &committeev1.Payload{}, message.ErrBadEncoding},
		{"member", members(committeev1.MemberChange{Add: []committeev1.NewMember{{Moniker: "a"}}}), nil},
		{"member: empty", members(committeev1.MemberChange{}), nil},
		{"member: too many join", members(committeev1.MemberChange{Add: make([]committeev1.NewMember, MaxMembers+1)}), message.ErrRange},
		{"member: too many leave", members(committeev1.MemberChange{Remove: make([][]byte, MaxMembers+1)}), message.ErrRange},
		{"member: moniker", members(committeev1.MemberChange{Add: []committeev1.NewMember{{Moniker: "\xff"}}}), message.ErrBadEncoding},
		{"lane", stream(func(*lanesv1.Stream) {}), nil},
		{"lane: index", stream(func(s *lanesv1.Stream) { s.Index = 1 }), message.ErrRange},
		{"lane: chain", stream(func(s *lanesv1.Stream) { s.Chain = 0 }), message.ErrZero},
		{"lane: manager", stream(func(s *lanesv1.Stream) { s.Manager = make([]byte, 20) }), message.ErrZero},
		{"lane: short manager", stream(func(s *lanesv1.Stream) { s.Manager = manager[1:] }), message.ErrBadEncoding},
		{"parameter", params(3), nil},
		{"parameter: zero", params(0), message.ErrZero},
		{"resume the chain", resume(committeev1.Resume{Chain: true}), nil},
		{"resume a member", resume(committeev1.Resume{Member: manager}), nil},
		{"resume neither", resume(committeev1.Resume{}), message.ErrBadEncoding},
		{"resume both", resume(committeev1.Resume{Chain: true, Member: manager}), message.ErrBadEncoding},
		{"resume a source", resume(committeev1.Resume{Source: &committeev1.SourceResume{Stream: 1, BaseEnd: 7}}), nil},
		{"resume a source from nothing", resume(committeev1.Resume{Source: &committeev1.SourceResume{Stream: 0xffff}}), nil},
		{"resume stream 0", resume(committeev1.Resume{Source: &committeev1.SourceResume{}}), message.ErrZero},
		{"resume stream 65536", resume(committeev1.Resume{Source: &committeev1.SourceResume{Stream: 0x10000}}), message.ErrRange},
		{"resume chain and source", resume(committeev1.Resume{Chain: true, Source: &committeev1.SourceResume{Stream: 1}}), message.ErrBadEncoding},
		{"resume member and source", resume(committeev1.Resume{Member: manager, Source: &committeev1.SourceResume{Stream: 1}}), message.ErrBadEncoding},
		{"resume: short address", resume(committeev1.Resume{Member: manager[1:]}), message.ErrBadEncoding},
		{"halt", halt(func(*committeev1.Halt) {}), nil},
		{"halt: chain", halt(func(h *committeev1.Halt) { h.Chain = 0 }), message.ErrZero},
		{"halt: manager", halt(func(h *committeev1.Halt) { h.Manager = nil }), message.ErrBadEncoding},
		{"halt: scope", halt(func(h *committeev1.Halt) { h.Scope = h.Scope[1:] }), message.ErrBadEncoding},
		{"halt: not_after", halt(func(h *committeev1.Halt) { h.NotAfter = 0 }), message.ErrZero},
		{"rotate", rotation(1), nil},
		{"rotate: not_before", rotation(0), message.ErrZero},
		{"upgrade", plan("v2", "where"), nil},
		{"upgrade: name", plan("", "where"), message.ErrZero},
		{"upgrade: text", plan("v2", "\xff"), message.ErrBadEncoding},
		{"abort", abortOf(1), nil},
		{"abort: ceremony", abortOf(0), message.ErrZero},
	} {
		err := ValidatePayload(c.p)
		if !errors.Is(err, c.want) || err != nil && c.p.Kind != nil && !strings.HasPrefix(err.Error(), PayloadName(c.p)) {
			t.Errorf("%s: have %v, want %v", c.name, err, c.want)
		}
	}
}
