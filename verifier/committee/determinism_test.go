// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"testing"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// TestDeterminism: two stores with the same blocks have the same app hashes, and so has a third
// whose proposers order messages the other way round.
func TestDeterminism(t *testing.T) {
	run := func(backward bool) *chain {
		c := birth(t, 5)
		c.backward = backward
		c.step()
		c.byIndex(2).tempers.wrongFor = 4
		c.byIndex(4).tempers.absent = false
		c.untilEpoch(1)
		c.byIndex(2).tempers = habits{}
		c.byIndex(5).tempers.accuses = 1
		c.change(newNodes(6, 7), []*node{c.byIndex(1)})
		c.untilEpoch(2)
		c.startRotation(3, uint64(c.now+12), c.nodes...)
		c.until(60, "rotation", func() bool { return c.active().Number == 3 })
		return c
	}
	a := run(false)
	for _, backward := range []bool{false, true} {
		b := run(backward)
		if len(a.hashes) != len(b.hashes) {
			t.Fatalf("backward %t: %d and %d blocks", backward, len(a.hashes), len(b.hashes))
		}
		for i := range a.hashes {
			if !bytes.Equal(a.hashes[i], b.hashes[i]) {
				t.Fatalf("backward %t: app hashes differ at height %d", backward, i+1)
			}
		}
	}
}

func TestQueries(t *testing.T) {
	c := birth(t, 4)
	s := NewQueryServer(c.k)
	network := func() *committeev1.QueryNetworkResponse {
		return must[*committeev1.QueryNetworkResponse](t)(s.Network(c.view(), &committeev1.QueryNetworkRequest{}))
	}
	if r := network(); r.KeyEpoch != 0 || len(r.GroupKey) != 0 || r.Members != 0 || r.ChainId != testChain {
		t.Errorf("before birth: %+v", r)
	}
	if _, err := s.Ceremony(c.view(), &committeev1.QueryCeremonyRequest{}); status.Code(err) != codes.NotFound {
		t.Errorf("no ceremony: %v", err)
	}
	c.untilEpoch(1)
	if r := network(); r.KeyEpoch != 1 || r.KeyVersion != 1 || r.Members != 4 || r.Threshold != 3 || r.Height != uint64(c.height) || len(r.GroupKey) != 32 {
		t.Errorf("network: %+v", r)
	}
	for _, number := range []uint64{0, 1} {
		if r := must[*committeev1.QueryCeremonyResponse](t)(s.Ceremony(c.view(), &committeev1.QueryCeremonyRequest{Number: number})); r.Ceremony.Number != 1 || r.Height != uint64(c.height) {
			t.Errorf("ceremony: %+v", r)
		}
	}
	if _, err := s.Ceremony(c.view(), &committeev1.QueryCeremonyRequest{Number: 2}); status.Code(err) != codes.NotFound {
		t.Errorf("a ceremony of the future: %v", err)
	}
	if r := must[*committeev1.QueryMembersResponse](t)(s.Members(c.view(), &committeev1.QueryMembersRequest{})); len(r.Members) != 4 || r.Members[3].Index != 4 || len(r.Members[0].DealingKey) != 33 {
		t.Errorf("members: %+v", r)
	}
	if r := must[*committeev1.QueryDealingsResponse](t)(s.Dealings(c.view(), &committeev1.QueryDealingsRequest{Ceremony: 1})); len(r.Dealings) != 4 || r.Dealings[3].Dealer != 4 {
		t.Errorf("%d dealings", len(r.Dealings))
	}
	c.change(nil, []*node{c.nodes[0]})
	c.until(20, "ready", func() bool { return c.ceremony().Phase == committeev1.Phase_PHASE_READY })
	if r := must[*committeev1.QueryEpochsResponse](t)(s.Epochs(c.view(), &committeev1.QueryEpochsRequest{})); r.Active.Number != 1 || r.Ready.Number != 2 || r.Last.Number != 0 || len(r.Ready.Members) != 3 {
		t.Errorf("epochs: %+v", r)
	}
	c.until(5, "test", func() bool { return len(c.statements()) == 1 })
	if r := must[*committeev1.QueryStatementsResponse](t)(s.Statements(c.view(), &committeev1.QueryStatementsRequest{})); len(r.Pending) != 1 || r.Pending[0].Id != 2 || len(r.Signed) != 1 || len(r.Signed[0].Signature) != 52 {
		t.Errorf("statements: %+v", r)
	}
	c.untilEpoch(2)
	if r := must[*committeev1.QueryStatementsResponse](t)(s.Statements(c.view(), &committeev1.QueryStatementsRequest{})); len(r.Pending) != 0 || len(r.Signed) != 2 || r.Signed[0].Id != 2 {
		t.Errorf("statements by descending id: %+v", r)
	}
	if r := must[*committeev1.QueryValidatorsResponse](t)(s.Validators(c.view(), &committeev1.QueryValidatorsRequest{})); len(r.Validators) != 3 || r.Params != testParams() {
		t.Errorf("validators: %+v", r)
	}
	if r := must[*committeev1.QueryAccountResponse](t)(s.Account(c.view(), &committeev1.QueryAccountRequest{Operator: c.nodes[1].op[:]})); r.Fork != 1 || !bytes.Equal(r.ConsAddress, c.nodes[1].cons.Address()) {
		t.Errorf("account: %+v", r)
	}
	for op, want := range map[string]codes.Code{string(c.nodes[0].op[:]): codes.NotFound, "short": codes.InvalidArgument, "": codes.InvalidArgument} {
		if _, err := s.Account(c.view(), &committeev1.QueryAccountRequest{Operator: []byte(op)}); status.Code(err) != want {
			t.Errorf("account %x: %v, want %s", op, err, want)
		}
	}
}
