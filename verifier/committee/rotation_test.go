// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"errors"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

func (c *chain) addresses(nodes ...*node) (out [][]byte) {
	for _, n := range nodes {
		out = append(out, n.cons.Address())
	}
	return out
}

func (c *chain) statements() []committeev1.Statement {
	return must[[]committeev1.Statement](c.t)(c.k.Statements(c.view()))
}

func (c *chain) startRotation(proposal, notBefore uint64, approvers ...*node) {
	c.t.Helper()
	c.block(func(ctx sdk.Context) error {
		return c.k.StartRotation(ctx, proposal, &committeev1.Rotation{NotBefore: notBefore}, c.addresses(approvers...))
	})
	if len(c.refused) > 0 {
		c.t.Fatal(c.refused[0])
	}
}

// TestRotation: a new key, signed by itself, then by the old one, active when its time has come.
func TestRotation(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	old := c.active()
	notBefore := uint64(c.now + 40)
	c.startRotation(7, notBefore, c.nodes[0], c.nodes[1], c.nodes[2])
	c.until(20, "the new key is asked", func() bool { return len(c.statements()) == 1 && c.statements()[0].Rotate != nil })
	s, ready := c.statements()[0], must[committeev1.Epoch](t)(c.k.ReadyEpoch(c.view()))
	if s.KeyEpoch != 2 || len(s.Candidates) != 3 || s.Proposal != 7 || s.Rotate.KeyVersion != 2 || s.Rotate.NotBefore != notBefore ||
		!bytes.Equal(s.Rotate.OldKey, old.GroupKey) || !bytes.Equal(s.Rotate.NewKey, ready.GroupKey) || bytes.Equal(ready.GroupKey, old.GroupKey) {
		t.Fatalf("statement %+v", s)
	}
	if x := c.ceremony(); x.Phase != committeev1.Phase_PHASE_DONE || !x.Rotation || x.Kind != committeev1.CeremonyKind_CEREMONY_KIND_FRESH {
		t.Fatalf("ceremony %+v", x)
	}
	c.block(func(ctx sdk.Context) error { return c.k.AddCandidate(ctx, 7, c.nodes[3].cons.Address()) })
	if s := c.statements()[0]; len(s.Candidates) != 4 {
		t.Errorf("%d candidates after one more approval", len(s.Candidates))
	}
	c.step()
	if s := c.statements()[0]; s.KeyEpoch != 1 || len(s.Candidates) != 4 || s.Rotate == nil || s.Rotate.KeyVersion != 2 {
		t.Fatalf("the old key is asked: %+v", s)
	}
	for c.now < int64(notBefore)-1 {
		c.step()
		if e := c.active(); e.Number != 1 || len(c.statements()) != 0 {
			t.Fatal("active before its time")
		}
		ctx, _ := c.view().CacheContext()
		if err := c.k.ChangeMembers(ctx, &committeev1.MemberChange{}); !errors.Is(err, ErrBusy) {
			t.Fatalf("a change while a rotation waits: %v", err)
		}
	}
	c.step()
	e := c.active()
	if e.Number != 2 || e.KeyVersion != 2 || !bytes.Equal(e.GroupKey, ready.GroupKey) {
		t.Fatalf("epoch %d, key version %d", e.Number, e.KeyVersion)
	}
	c.checkEpoch()
	signed := must[[]committeev1.Statement](t)(c.k.SignedStatements(c.view()))
	for i, key := range [][]byte{old.GroupKey, ready.GroupKey, ready.GroupKey, old.GroupKey} { // ready 1, ready 2, rotate by new, rotate by old
		sig := must[schnorr.Signature](t)(schnorr.ParseSignature(signed[i].Signature))
		if err := schnorr.Verify(schnorr.PublicKey(key), [32]byte(signed[i].Digest), sig); err != nil || signed[i].Height == 0 {
			t.Errorf("statement %d: %v", signed[i].Id, err)
		}
	}
	if !bytes.Equal(signed[2].Digest, signed[3].Digest) {
		t.Error("the keys signed different rotations")
	}
	c.change(nil, nil) // the new key is reshared as any other
	c.untilEpoch(3)
	if e := c.active(); !bytes.Equal(e.GroupKey, ready.GroupKey) || e.KeyVersion != 2 {
		t.Errorf("key version %d", e.KeyVersion)
	}
}

// TestRotationGivenUp: as long as the old key was not asked, and not a block longer.
func TestRotationGivenUp(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	abort := func(number uint64) error {
		c.block(func(ctx sdk.Context) error { return c.k.AbortCeremony(ctx, number) })
		if len(c.refused) > 0 {
			return c.refused[0]
		}
		return nil
	}
	if err := abort(1); !errors.Is(err, ErrNoCeremony) {
		t.Fatalf("a ceremony that is done: %v", err)
	}
	born := c.active()
	waits := func() bool { return len(c.statements()) == 1 && c.statements()[0].Rotate != nil }
	c.startRotation(7, uint64(c.now+10), c.nodes[0], c.nodes[1]) // two approve: too few to sign
	c.until(20, "the new key is asked", waits)
	for range 30 {
		c.step()
	}
	if e := c.active(); e.Number != 1 {
		t.Fatal("active without signatures")
	}
	if err := abort(9); !errors.Is(err, ErrOtherCeremony) {
		t.Fatalf("another ceremony: %v", err)
	}
	if err := abort(2); err != nil {
		t.Fatal(err)
	}
	after, ready := c.active(), must[committeev1.Epoch](t)(c.k.ReadyEpoch(c.view()))
	if x := c.ceremony(); x.Aborted != AbortProposal || len(c.statements()) != 0 || ready.Number != 0 || !equal(&after, &born) {
		t.Fatal("something of the rotation is left")
	}

	c.startRotation(8, uint64(c.now+100), c.nodes[:3]...)
	c.until(20, "the old key is asked", func() bool { return waits() && c.statements()[0].KeyEpoch == 1 })
	if err := abort(3); !errors.Is(err, ErrTooLate) {
		t.Fatalf("after the old key was asked: %v", err)
	}

	d := birth(t, 4)
	d.step()
	d.block(func(ctx sdk.Context) error { return d.k.AbortCeremony(ctx, 1) })
	if x := d.ceremony(); x.Aborted != AbortProposal {
		t.Fatalf("birth given up: %q %v", x.Aborted, d.refused)
	}
	d.untilEpoch(1)
}

func TestRotationRefused(t *testing.T) {
	c := birth(t, 4)
	try := func(proposal, notBefore uint64) error {
		ctx, _ := c.view().CacheContext()
		return c.k.StartRotation(ctx, proposal, &committeev1.Rotation{NotBefore: notBefore}, c.addresses(c.nodes...))
	}
	if err := try(1, 5); !errors.Is(err, ErrNoKey) {
		t.Errorf("before birth: %v", err)
	}
	c.untilEpoch(1)
	for _, r := range []struct {
		name                string
		proposal, notBefore uint64
		want                error
	}{
		{"good", 1, uint64(c.now), nil},
		{"no time", 1, 0, ErrRotation},
		{"too far", 1, uint64(c.now) + MaxRotationSeconds + 1, ErrRotation},
		{"overflow", 1, ^uint64(0), ErrRotation},
		{"no proposal", 0, 5, ErrRotation},
	} {
		if err := try(r.proposal, r.notBefore); !errors.Is(err, r.want) {
			t.Errorf("%s: %v, want %v", r.name, err, r.want)
		}
	}
	c.change(nil, nil)
	if err := try(1, 5); !errors.Is(err, ErrBusy) {
		t.Errorf("during a ceremony: %v", err)
	}
}

func halt(c *chain) committeev1.Statement {
	return committeev1.Statement{
		Kind: committeev1.StatementKind_STATEMENT_KIND_HALT, Proposal: 3, Candidates: c.addresses(c.nodes[2], c.nodes[0], newNode(99)),
		Halt: &committeev1.HaltStatement{Chain: 31337, Manager: bytes.Repeat([]byte{1}, 20), Scope: make([]byte, 32), NotAfter: uint64(c.now + 30)},
	}
}

// TestHalts: nonces grow per manager, candidates are members of the active epoch and grow with
// approvals, a new epoch takes over what waits, and what has expired is dropped.
func TestHalts(t *testing.T) {
	c := birth(t, 4)
	add := func(s committeev1.Statement) error {
		c.block(func(ctx sdk.Context) error { _, err := c.k.AddStatement(ctx, s); return err })
		if len(c.refused) > 0 {
			return c.refused[0]
		}
		return nil
	}
	if err := add(halt(c)); !errors.Is(err, ErrNoKey) {
		t.Fatalf("before birth: %v", err)
	}
	c.untilEpoch(1)
	for _, f := range []struct {
		name   string
		change func(*committeev1.Statement)
	}{
		{"kind", func(s *committeev1.Statement) { s.Kind = committeev1.StatementKind_STATEMENT_KIND_ROTATE }},
		{"no fields", func(s *committeev1.Statement) { s.Halt = nil }},
		{"fields of two kinds", func(s *committeev1.Statement) { s.Ready = &committeev1.ReadyStatement{} }},
		{"no proposal", func(s *committeev1.Statement) { s.Proposal = 0 }},
		{"another epoch", func(s *committeev1.Statement) { s.KeyEpoch = 2 }},
		{"no chain", func(s *committeev1.Statement) { s.Halt.Chain = 0 }},
		{"no manager", func(s *committeev1.Statement) { s.Halt.Manager = make([]byte, 20) }},
		{"short scope", func(s *committeev1.Statement) { s.Halt.Scope = nil }},
		{"over", func(s *committeev1.Statement) { s.Halt.NotAfter = uint64(c.now) }},
	} {
		s := halt(c)
		f.change(&s)
		if err := add(s); !errors.Is(err, ErrStatement) {
			t.Errorf("%s: %v", f.name, err)
		}
	}
	for i := range uint64(2) {
		if err := add(halt(c)); err != nil {
			t.Fatal(err)
		}
		if s := c.statements()[i]; s.Halt.HaltNonce != i+1 || len(s.Candidates) != 2 || s.KeyEpoch != 1 || len(s.Digest) != 32 {
			t.Fatalf("statement %+v", s)
		}
	}
	c.change(nil, nil)
	c.untilEpoch(2) // two candidates of three are too few, so they wait still
	if list := c.statements(); len(list) != 2 || list[0].KeyEpoch != 2 || len(list[0].Candidates) != 2 {
		t.Fatalf("after a new epoch: %+v", list)
	}
	c.block(func(ctx sdk.Context) error { return c.k.AddCandidate(ctx, 4, c.nodes[1].cons.Address()) })
	c.step()
	if len(c.statements()) != 2 {
		t.Fatal("an approval of another proposal counts")
	}
	if err := c.k.Signed(c.view(), c.statements()[0].Id, schnorr.Signature{}); err == nil {
		t.Fatal("a zero signature was taken")
	}
	c.block(func(ctx sdk.Context) error { return c.k.AddCandidate(ctx, 3, c.nodes[1].cons.Address()) })
	c.step()
	if len(c.statements()) != 0 {
		t.Fatal("not signed with the third approval")
	}
	if err := c.k.Signed(c.view(), 1, schnorr.Signature{}); !errors.Is(err, ErrUnknownStatement) {
		t.Errorf("signed twice: %v", err)
	}

	s := halt(c)
	s.Candidates = nil
	for range MaxStatements {
		if err := add(s); err != nil {
			break
		}
	}
	late := s
	lateHalt := *s.Halt
	late.Halt = &lateHalt
	for len(c.statements()) < MaxStatements { // time has passed and some expired
		lateHalt.NotAfter = uint64(c.now + 1000)
		if err := add(late); err != nil {
			t.Fatal(err)
		}
	}
	lateHalt.NotAfter = uint64(c.now + 1000)
	if err := add(late); !errors.Is(err, ErrFull) {
		t.Errorf("one over the bound: %v", err)
	}
	c.now += 2000
	c.step()
	if n := len(c.statements()); n != 0 {
		t.Errorf("%d statements wait after their time", n)
	}
}
