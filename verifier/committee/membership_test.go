// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// TestReshares: four, five, seven, four members under one group key.
func TestReshares(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	key := c.active().GroupKey
	later := newNodes(5, 7)
	for _, s := range []struct {
		add, remove []*node
		members     int
	}{
		{later[:1], nil, 5},
		{later[1:], nil, 7},
		{nil, []*node{c.nodes[0], c.nodes[1], c.nodes[2]}, 4},
		{nil, nil, 4}, // a refresh
	} {
		before := c.active()
		c.change(s.add, s.remove)
		c.untilEpoch(before.Number + 1)
		e, last := c.active(), must[committeev1.Epoch](t)(c.k.LastEpoch(c.view()))
		if !bytes.Equal(e.GroupKey, key) || e.KeyVersion != 1 || len(e.Members) != s.members || len(c.powers) != s.members || !equal(&last, &before) {
			t.Fatalf("epoch %d: %d members, %d validators, key %x", e.Number, len(e.Members), len(c.powers), e.GroupKey)
		}
		if list := must[[]committeev1.DealingOf](t)(c.k.Dealings(c.view(), before.Ceremony)); len(list) > 0 {
			t.Errorf("%d dealings of the epoch before are kept", len(list))
		}
	}
}

// TestJoin: a validator of consensus at once, a share after the probation.
func TestJoin(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	n := newNode(5)
	c.change([]*node{n}, nil)
	joined := c.height
	if c.status(n) != committeev1.Status_STATUS_JOINING || len(c.powers) != 5 {
		t.Fatalf("status %s, %d validators", StatusName(c.status(n)), len(c.powers))
	}
	c.until(20, "the ceremony", func() bool { return c.ceremony().Number == 2 })
	if x := c.ceremony(); x.Started != uint64(joined)+testParams().ProbationBlocks+1 || len(x.Dealers) != 4 || len(x.Receivers) != 5 {
		t.Fatalf("started at %d after joining at %d, %d dealers, %d receivers", x.Started, joined, len(x.Dealers), len(x.Receivers))
	}
	c.untilEpoch(2)
	if _, held := n.shares[2]; !held || c.status(n) != committeev1.Status_STATUS_MEMBER {
		t.Errorf("status %s", StatusName(c.status(n)))
	}
}

// TestLeave: who leaves deals, votes and stays until the new committee has signed; then its key
// stays readable, and its operator can say nothing more.
func TestLeave(t *testing.T) {
	c := birth(t, 5)
	c.untilEpoch(1)
	n := c.byIndex(2)
	if err := c.k.SetSequence(c.view(), n.op, 3); err != nil {
		t.Fatal(err)
	}
	c.block(func(ctx sdk.Context) error { return c.k.SetSequence(ctx, n.op, 9) })
	c.change(nil, []*node{n})
	for c.active().Number == 1 {
		if c.status(n) != committeev1.Status_STATUS_LEAVING || len(c.powers) != 5 {
			t.Fatalf("status %s, %d validators before the new epoch", StatusName(c.status(n)), len(c.powers))
		}
		c.step()
	}
	removed := uint64(c.height)
	if c.status(n) != committeev1.Status_STATUS_REMOVED || len(c.powers) != 4 || !c.must(2).Dealers[1].Dealt {
		t.Fatalf("status %s, %d validators", StatusName(c.status(n)), len(c.powers))
	}
	readable := func() bool {
		return bytes.Equal(must[map[string][]byte](t)(c.k.ConsensusKeys(c.view()))[string(n.cons.Address())], n.cons)
	}
	if _, found, err := c.k.ValidatorByOperator(c.view(), n.op); err != nil || found || !readable() {
		t.Fatalf("operator found %t, key readable %t, err %v", found, readable(), err)
	}
	c.height += RemovedBlocks - 1
	c.block()
	if !readable() {
		t.Fatal("the key is forgotten too early")
	}
	c.block()
	if readable() || uint64(c.height) != removed+RemovedBlocks+1 {
		t.Fatal("the key is kept for ever")
	}

	// Back again: under other sequences than those that it has used.
	back := newNode(n.id)
	c.change([]*node{back}, nil)
	if v, _, err := c.k.ValidatorByOperator(c.view(), n.op); err != nil || v.Sequence != 9 {
		t.Fatalf("sequence %d, err %v", v.Sequence, err)
	}
}

func TestRejoinSoon(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	n := newNode(5)
	c.change([]*node{n}, nil)
	n.tempers.absent = true
	for _, m := range c.nodes[:2] {
		m.tempers.absent = true
	}
	c.until(40, "abort", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_ABORTED })
	c.change(nil, []*node{n}) // it has no share: out at once
	if c.status(n) != committeev1.Status_STATUS_REMOVED || len(c.powers) != 4 {
		t.Fatalf("status %s, %d validators", StatusName(c.status(n)), len(c.powers))
	}
	c.until(40, "abort", func() bool { return c.ceremony().Number == 3 && c.ceremony().Phase == committeev1.Phase_PHASE_ABORTED })
	for _, m := range c.nodes {
		m.tempers.absent = false
	}
	early := c.view().WithBlockHeight(int64(must[committeev1.Validator](t)(c.record(n)).Since + RejoinBlocks - 1))
	if err := c.k.ChangeMembers(early, &committeev1.MemberChange{Add: []committeev1.NewMember{c.newMember(n)}}); !errors.Is(err, ErrDuplicate) {
		t.Errorf("back before CometBFT has let it go: %v", err)
	}
	c.change([]*node{n}, nil)
	c.untilEpoch(2)
	if c.status(n) != committeev1.Status_STATUS_MEMBER || len(c.powers) != 5 || len(c.active().Members) != 5 {
		t.Fatalf("status %s", StatusName(c.status(n)))
	}
	if len(must[map[string][]byte](t)(c.k.ConsensusKeys(c.view()))) != 5 {
		t.Error("more keys than validators")
	}
}

func (c *chain) record(n *node) (committeev1.Validator, error) {
	v, _, err := c.k.Validator(c.view(), n.cons.Address())
	return v, err
}

// TestTriedAgain: after an abort the target set stands, and an empty change takes it up.
func TestTriedAgain(t *testing.T) {
	c := birth(t, 5)
	c.untilEpoch(1)
	n, gone := newNode(6), c.byIndex(1)
	c.change([]*node{n}, []*node{gone})
	for i := 2; i <= 4; i++ {
		c.byIndex(i).tempers.noSignature = true
	}
	c.until(60, "abort", func() bool { return c.ceremony().Number == 2 && c.ceremony().Phase == committeev1.Phase_PHASE_ABORTED })
	if c.status(n) != committeev1.Status_STATUS_JOINING || c.status(gone) != committeev1.Status_STATUS_LEAVING || len(c.powers) != 6 {
		t.Fatal("an abort changed the set")
	}
	for _, m := range c.nodes {
		m.tempers = habits{}
	}
	c.change(nil, nil)
	c.untilEpoch(2)
	e := c.active()
	if c.status(n) != committeev1.Status_STATUS_MEMBER || c.status(gone) != committeev1.Status_STATUS_REMOVED || len(e.Members) != 5 || e.Ceremony != 3 {
		t.Fatal("the target set was not taken up")
	}
}

// TestChangeRefused: every refusal, each on a state where the same change without its fault passes.
func TestChangeRefused(t *testing.T) {
	c := birth(t, 4)
	n := newNode(5)
	if err := c.tryChange([]*node{n}, nil); !errors.Is(err, ErrNoKey) {
		t.Fatalf("before birth: %v", err)
	}
	c.untilEpoch(1)
	member := c.nodes[0]
	try := func(m committeev1.MemberChange) error {
		ctx, _ := c.view().CacheContext()
		return c.k.ChangeMembers(ctx, &m)
	}
	good := func() committeev1.NewMember { return c.newMember(newNode(5)) }
	if err := try(committeev1.MemberChange{Add: []committeev1.NewMember{good()}, Remove: [][]byte{member.cons.Address()}}); err != nil {
		t.Fatalf("good change: %v", err)
	}
	for _, f := range []struct {
		name   string
		want   error
		change func(*committeev1.NewMember)
	}{
		{"short key", ErrNewMember, func(m *committeev1.NewMember) { m.ConsPubkey = m.ConsPubkey[:31] }},
		{"zero key", ErrNewMember, func(m *committeev1.NewMember) { m.ConsPubkey = make([]byte, 32) }},
		{"no operator", ErrNewMember, func(m *committeev1.NewMember) { m.Operator = nil }},
		{"zero operator", ErrNewMember, func(m *committeev1.NewMember) { m.Operator = make([]byte, 20) }},
		{"long moniker", ErrNewMember, func(m *committeev1.NewMember) { m.Moniker = string(make([]byte, MaxMonikerBytes+1)) }},
		{"moniker is no text", ErrNewMember, func(m *committeev1.NewMember) { m.Moniker = "\xff" }},
		{"no dealing key", ErrNewMember, func(m *committeev1.NewMember) { m.DealingKey = nil }},
		{"dealing key off the curve", ErrNewMember, func(m *committeev1.NewMember) { m.DealingKey = make([]byte, 33) }},
		{"no proof", ErrNewMember, func(m *committeev1.NewMember) { m.DealingProof = nil }},
		{"proof of another operator", ErrNewMember, func(m *committeev1.NewMember) { m.Operator = bytes.Repeat([]byte{7}, 20) }},
		{"proof for another network", ErrNewMember, func(m *committeev1.NewMember) {
			n := newNode(5)
			m.DealingProof = must[[]byte](t)(dkg.ProveKey(seeded(1), message.BridgeID("aitbc-other-1"), n.op, n.secret))
		}},
		{"consensus key of a member", ErrDuplicate, func(m *committeev1.NewMember) { m.ConsPubkey = member.cons }},
		{"operator of a member", ErrDuplicate, func(m *committeev1.NewMember) {
			x := newNode(5)
			x.op = member.op
			*m = c.newMember(x)
		}},
		{"dealing key of a member", ErrDuplicate, func(m *committeev1.NewMember) {
			x := newNode(5)
			x.secret, x.public = member.secret, member.public
			*m = c.newMember(x)
		}},
	} {
		m := good()
		f.change(&m)
		if err := try(committeev1.MemberChange{Add: []committeev1.NewMember{m}}); !errors.Is(err, f.want) {
			t.Errorf("%s: %v, want %v", f.name, err, f.want)
		}
	}
	var all [][]byte
	for _, m := range c.nodes {
		all = append(all, m.cons.Address())
	}
	for _, f := range []struct {
		name   string
		want   error
		change committeev1.MemberChange
	}{
		{"too many join", ErrSet, committeev1.MemberChange{Add: []committeev1.NewMember{good(), c.newMember(newNode(6))}}},
		{"everybody leaves", ErrSet, committeev1.MemberChange{Remove: all}},
		{"a stranger leaves", ErrUnknownMember, committeev1.MemberChange{Remove: [][]byte{n.cons.Address()}}},
		{"one leaves twice", ErrUnknownMember, committeev1.MemberChange{Remove: [][]byte{all[0], all[0]}}},
		{"more leave than there are", ErrUnknownMember, committeev1.MemberChange{Remove: append(all, all...)}},
		{"no address", ErrUnknownMember, committeev1.MemberChange{Remove: [][]byte{nil}}},
		{"leaves and joins", ErrDuplicate, committeev1.MemberChange{Add: []committeev1.NewMember{c.newMember(newNode(1))}, Remove: [][]byte{newNode(1).cons.Address()}}},
	} {
		if err := try(f.change); !errors.Is(err, f.want) {
			t.Errorf("%s: %v, want %v", f.name, err, f.want)
		}
	}

	// A second change is refused while the first is on probation, and in every phase of its ceremony.
	c.change([]*node{n}, nil)
	phases := map[committeev1.Phase]bool{}
	for c.active().Number == 1 {
		if err := try(committeev1.MemberChange{}); !errors.Is(err, ErrBusy) {
			t.Fatalf("phase %s: %v", PhaseName(c.ceremony().Phase), err)
		}
		phases[c.ceremony().Phase] = true
		c.step()
	}
	if len(phases) != 6 { // done of the birth, and the five of this one
		t.Errorf("seen %d phases", len(phases))
	}
	if err := try(committeev1.MemberChange{}); err != nil {
		t.Errorf("after it: %v", err)
	}
}

// TestNoDealingKey: where the key was dealt nobody can be sent a share.
func TestNoDealingKey(t *testing.T) {
	c := newChain(t, genesis(t), nil)
	c.block()
	ctx, _ := c.view().CacheContext()
	if err := c.k.ChangeMembers(ctx, &committeev1.MemberChange{}); !errors.Is(err, ErrNoDealingKey) {
		t.Fatal(err)
	}
	if v := must[[]committeev1.Validator](t)(c.k.Validators(c.view())); len(v) != 4 || v[0].Status != committeev1.Status_STATUS_MEMBER {
		t.Fatalf("%d validators", len(v))
	}
}

func TestMaxJoiners(t *testing.T) {
	for n, want := range map[int]int{1: 1, 2: 1, 4: 1, 5: 2, 7: 3, 100: 49} {
		got := MaxJoiners(n)
		if got != want || n > 2 && 3*n <= 2*(n+got) {
			t.Errorf("n = %d: have %d, want %d", n, got, want)
		}
	}
}

// TestMessagesRefused: every refusal of the messages of a ceremony; none has an effect.
func TestMessagesRefused(t *testing.T) {
	type msg func(sdk.Context) error
	c := birth(t, 4)
	stranger := newNode(9)
	one, two := c.nodes[0], c.nodes[1]
	h := bytes.Repeat([]byte{1}, 32)
	check := func(name string, want error, m msg) {
		t.Helper()
		ctx, _ := c.view().CacheContext()
		if err := m(ctx); !errors.Is(err, want) {
			t.Errorf("%s: %v, want %v", name, err, want)
		}
	}
	check("no ceremony yet", ErrNoCeremony, c.commitDealing(one, 1, h))
	c.step()
	other := func(x committeev1.Phase) {
		t.Helper()
		for p, m := range map[committeev1.Phase]msg{
			committeev1.Phase_PHASE_COMMIT: c.commitDealing(one, 1, h), committeev1.Phase_PHASE_DEAL: c.showDealing(one, 1, h),
			committeev1.Phase_PHASE_COMPLAIN: c.sendCheck(one, 1, nil), committeev1.Phase_PHASE_READY: c.sendReady(one, 1, h),
		} {
			if p != x {
				check("in phase "+PhaseName(x)+" of "+PhaseName(p), ErrPhase, m)
			}
		}
		check("another ceremony", ErrOtherCeremony, c.commitDealing(one, 2, h))
	}

	other(committeev1.Phase_PHASE_COMMIT)
	check("a stranger", ErrNotParticipant, c.commitDealing(stranger, 1, h))
	check("no sender", ErrMalformed, func(ctx sdk.Context) error {
		return c.k.CommitDealing(ctx, &committeev1.MsgCommitDealing{Ceremony: 1, Hash: h})
	})
	check("short hash", ErrMalformed, c.commitDealing(one, 1, h[1:]))
	check("zero hash", ErrMalformed, c.commitDealing(one, 1, make([]byte, 32)))
	two.tempers.absent = true
	c.step()
	check("second hash", ErrRepeated, c.commitDealing(one, 1, h))
	c.until(5, "deal", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_DEAL })

	other(committeev1.Phase_PHASE_DEAL)
	check("dealing of a stranger", ErrNotParticipant, c.showDealing(stranger, 1, h))
	check("dealing without a hash", ErrDisqualified, c.showDealing(two, 1, h))
	x := c.ceremony()
	three := c.nodes[2]
	three.tempers.absent = true
	c.step()
	check("second dealing", ErrRepeated, c.showDealing(one, 1, h))
	c.block(c.showDealing(three, 1, h))
	if y := c.ceremony(); len(c.refused) > 0 || y.Dealers[dealerOf(&y, three.cons.Address())].Disqualified != HashMismatch {
		t.Fatalf("other bytes: %v", c.refused)
	}
	c.until(5, "abort: two of four deal", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_ABORTED })
	check("after an abort", ErrNoCeremony, c.commitDealing(one, x.Number, h))

	two.tempers.absent, three.tempers.absent = false, false
	c.until(20, "complain", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_COMPLAIN })
	check("check of a stranger", ErrNotParticipant, c.sendCheck(stranger, 2, nil))
	check("short complaint", ErrMalformed, c.sendCheck(one, 2, [][]byte{falseComplaint(1)[1:]}))
	check("no such dealer", ErrMalformed, c.sendCheck(one, 2, [][]byte{falseComplaint(5)}))
	check("dealer 0", ErrMalformed, c.sendCheck(one, 2, [][]byte{falseComplaint(0)}))
	check("not ascending", ErrMalformed, c.sendCheck(one, 2, [][]byte{falseComplaint(2), falseComplaint(1)}))
	check("twice the same", ErrMalformed, c.sendCheck(one, 2, [][]byte{falseComplaint(2), falseComplaint(2)}))
	check("more than dealers", ErrMalformed, c.sendCheck(one, 2, [][]byte{falseComplaint(1), falseComplaint(2), falseComplaint(3), falseComplaint(4), falseComplaint(5)}))
	two.tempers.absent = true
	c.step()
	check("second check", ErrRepeated, c.sendCheck(one, 2, nil))
	two.tempers.absent = false
	c.until(5, "ready", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_READY })

	y := c.ceremony()
	p := must[*dkg.Params](t)(DKGParams(&y))
	proof := func(n *node) []byte { return c.prove(n, &y, p, p.Receivers[receiverOf(&y, n.cons.Address())].Index) }
	check("ready of a stranger", ErrNotParticipant, c.sendReady(stranger, 2, proof(one)))
	check("no proof", ErrBadProof, c.sendReady(one, 2, nil))
	check("proof of another", ErrBadProof, c.sendReady(one, 2, proof(two)))
	two.tempers.absent = true
	c.step()
	check("second proof", ErrRepeated, c.sendReady(one, 2, proof(one)))
	check("of the ceremony before", ErrOtherCeremony, c.sendReady(two, 1, proof(two)))
	two.tempers.absent = false
	c.untilEpoch(1)
	check("after the end", ErrNoCeremony, c.sendReady(one, 2, proof(one)))
}

// TestComplaintsAfterAFalseOneAreNotRead bounds what one message can make the chain judge.
func TestComplaintsAfterAFalseOneAreNotRead(t *testing.T) {
	c := birth(t, 7)
	c.step()
	liar, bad := c.byIndex(5), c.byIndex(2)
	bad.tempers.wrongFor = 5
	liar.tempers.accuses = 1
	c.until(10, "complain", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_COMPLAIN })
	c.step()
	x := c.ceremony()
	if x.Dealers[1].Disqualified != "" || x.Dealers[4].Disqualified != FalseComplaint || x.Receivers[4].FalseComplaints != 1 {
		t.Fatalf("%+v", x.Dealers)
	}
}

func TestOldCeremoniesAreForgotten(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	for _, n := range c.nodes {
		n.tempers.absent = true
	}
	for range KeptCeremonies + 3 {
		c.change(nil, nil)
		c.until(10, "abort", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_ABORTED })
	}
	var kept []uint64
	for n := uint64(1); n <= c.ceremony().Number; n++ {
		if _, found, err := c.k.Ceremony(c.view(), n); err != nil {
			t.Fatal(err)
		} else if found {
			kept = append(kept, n)
		}
	}
	want := []uint64{1}
	for n := c.ceremony().Number - KeptCeremonies + 1; n <= c.ceremony().Number; n++ {
		want = append(want, n)
	}
	if fmt.Sprint(kept) != fmt.Sprint(want) {
		t.Errorf("kept %v, want %v", kept, want)
	}
	if list := must[[]committeev1.DealingOf](t)(c.k.Dealings(c.view(), 1)); len(list) != 4 || !slices.IsSortedFunc(list, func(a, b committeev1.DealingOf) int { return int(a.Dealer) - int(b.Dealer) }) {
		t.Errorf("%d dealings of the active epoch", len(list))
	}
}
