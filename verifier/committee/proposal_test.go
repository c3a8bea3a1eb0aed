// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/lanes"
	"github.com/aitbc/bridge/verifier/upgrade"
)

// proposals act on this module alone here; verifier/app tests the kinds that reach others.
func (c *chain) proposals() Proposals {
	return NewProposals(c.k, lanes.Keeper{}, certify.Keeper{}, upgrade.Keeper{})
}

// tries makes a block of one act and gives its error.
func (c *chain) tries(f func(sdk.Context) error) error {
	c.t.Helper()
	c.block(f)
	return errors.Join(c.refused...)
}

func (c *chain) propose(n *node, p *committeev1.Payload) (number uint64, err error) {
	c.t.Helper()
	err = c.tries(func(ctx sdk.Context) (err error) {
		number, err = c.proposals().Propose(ctx, &committeev1.MsgPropose{Sender: n.op[:], Payload: *p})
		return err
	})
	return number, err
}

func (c *chain) opens(n *node, p *committeev1.Payload) uint64 {
	c.t.Helper()
	return must[uint64](c.t)(c.propose(n, p))
}

func (c *chain) approves(n *node, number uint64) error {
	c.t.Helper()
	return c.tries(func(ctx sdk.Context) error {
		return c.proposals().Approve(ctx, &committeev1.MsgApprove{Sender: n.op[:], Proposal: number})
	})
}

func (c *chain) proposal(number uint64) committeev1.Proposal {
	c.t.Helper()
	p, found, err := c.k.Proposal(c.view(), number)
	if err != nil || !found {
		c.t.Fatalf("proposal %d: %t, %v", number, found, err)
	}
	return p
}

// expects compares the status of a proposal and how many approvals count.
func (c *chain) expects(number uint64, s committeev1.ProposalStatus, approvals, needed int) committeev1.Proposal {
	c.t.Helper()
	p := c.proposal(number)
	if p.Status != s || len(p.Approvals) != approvals || int(p.Needed) != needed || (p.Ended == 0) != (s == open) {
		c.t.Fatalf("proposal %d is %s with %d of %d, want %s with %d of %d: %+v", number, ProposalStatusName(p.Status), len(p.Approvals), p.Needed,
			ProposalStatusName(s), approvals, needed, p)
	}
	for i := 1; i < len(p.Approvals); i++ {
		if bytes.Compare(p.Approvals[i-1], p.Approvals[i]) >= 0 {
			c.t.Fatalf("approvals do not ascend: %x", p.Approvals)
		}
	}
	return p
}

const (
	open    = committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN
	passed  = committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED
	failed  = committeev1.ProposalStatus_PROPOSAL_STATUS_FAILED
	expired = committeev1.ProposalStatus_PROPOSAL_STATUS_EXPIRED
)

// params is a payload that changes one number.
func params(retry uint64) *committeev1.Payload {
	p := testParams()
	p.RetryBlocks = retry
	return &committeev1.Payload{Kind: &committeev1.Payload_Parameter{Parameter: &committeev1.ParameterChange{Params: p}}}
}

func abortOf(number uint64) *committeev1.Payload {
	return &committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: number}}}
}

func (c *chain) retryBlocks() uint64 {
	return must[committeev1.Params](c.t)(c.k.Params(c.view())).RetryBlocks
}

func TestProposalLife(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	n := c.nodes
	one := c.opens(n[0], params(7))
	c.expects(one, open, 1, 3)
	if err := c.approves(n[0], one); !errors.Is(err, ErrProposal) {
		t.Errorf("its proposer again: %v", err)
	}
	if err := c.approves(newNode(99), one); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("a stranger: %v", err)
	}
	if _, err := c.propose(newNode(99), params(7)); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("a stranger's proposal: %v", err)
	}
	if err := c.approves(n[1], one+1); !errors.Is(err, ErrUnknownProposal) {
		t.Errorf("unknown number: %v", err)
	}
	if err := c.approves(n[1], one); err != nil || c.retryBlocks() == 7 {
		t.Fatalf("two of three: %v, retry_blocks %d", err, c.retryBlocks())
	}
	c.expects(one, open, 2, 3)
	if err := c.approves(n[3], one); err != nil || c.retryBlocks() != 7 {
		t.Fatalf("three of three: %v, retry_blocks %d", err, c.retryBlocks())
	}
	p := c.expects(one, passed, 3, 3)
	if p.Opened >= p.Ended || p.Expires != p.Opened+testParams().ProposalBlocks || !bytes.Equal(p.Proposer, n[0].cons.Address()) {
		t.Errorf("record %+v", p)
	}
	if err := c.approves(n[2], one); !errors.Is(err, ErrProposal) {
		t.Errorf("after it passed: %v", err)
	}

	// What cannot be executed has no effect, and says why.
	two := c.opens(n[0], abortOf(1))
	if two != one+1 {
		t.Errorf("number %d after %d", two, one)
	}
	for _, m := range n[1:3] {
		if err := c.approves(m, two); err != nil {
			t.Fatal(err)
		}
	}
	if p := c.expects(two, failed, 3, 3); !strings.Contains(p.Failure, ErrNoCeremony.Error()) {
		t.Errorf("failure %q", p.Failure)
	}

	// Who joins has no say before it has a share.
	late := newNode(5)
	c.change([]*node{late}, nil)
	three := c.opens(n[0], params(8))
	if err := c.approves(late, three); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("who joins: %v", err)
	}
	c.untilEpoch(2)
	if err := c.approves(late, three); err != nil {
		t.Errorf("with its share: %v", err)
	}
	c.expects(three, open, 2, 4)
}

// TestProposalsBeforeTheFirstKey: all validators count then.
func TestProposalsBeforeTheFirstKey(t *testing.T) {
	c := birth(t, 4)
	number := c.opens(c.nodes[0], params(9))
	for _, n := range c.nodes[1:3] {
		if err := c.approves(n, number); err != nil {
			t.Fatal(err)
		}
	}
	c.expects(number, passed, 3, 3)
	if c.retryBlocks() != 9 {
		t.Errorf("retry_blocks %d", c.retryBlocks())
	}
	alone := birth(t, 1)
	alone.expects(alone.opens(alone.nodes[0], params(9)), passed, 1, 1)
}

// TestRemovedApprovalsDoNotCount: approvals are counted anew at each approval, with the
// threshold of the epoch that is active then.
func TestRemovedApprovalsDoNotCount(t *testing.T) {
	c := birth(t, 5)
	c.untilEpoch(1)
	n := c.nodes
	number := c.opens(n[0], params(7))
	if err := c.approves(n[1], number); err != nil {
		t.Fatal(err)
	}
	c.expects(number, open, 2, 4)
	c.change(nil, []*node{n[1]})
	if got := c.status(n[1]); got != committeev1.Status_STATUS_LEAVING {
		t.Fatal(got)
	}
	if err := c.approves(n[2], number); err != nil {
		t.Fatal(err)
	}
	c.expects(number, open, 3, 4) // who leaves is a member until the next epoch
	c.untilEpoch(2)
	c.step()
	if got := c.status(n[1]); got != committeev1.Status_STATUS_REMOVED {
		t.Fatal(got)
	}
	if c.retryBlocks() == 7 {
		t.Fatal("passed without an approval")
	}
	if err := c.approves(n[1], number); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("who was removed: %v", err)
	}
	if err := c.approves(n[3], number); err != nil {
		t.Fatal(err)
	}
	p := c.expects(number, passed, 3, 3)
	if holds(p.Approvals, n[1].cons.Address()) || c.retryBlocks() != 7 {
		t.Errorf("approvals %x, retry_blocks %d", p.Approvals, c.retryBlocks())
	}
}

func TestProposalsExpire(t *testing.T) {
	nodes := newNodes(1, 4)
	g := birthGenesis(nodes)
	g.Params.ProposalBlocks = 6
	c := newChain(t, g, nodes)
	last, never := c.opens(nodes[0], abortOf(9)), uint64(0)
	for c.height < int64(c.proposal(last).Expires)-1 {
		c.block()
	}
	if err := c.approves(nodes[1], last); err != nil {
		t.Fatalf("in its last block: %v", err)
	}
	if p := c.expects(last, expired, 2, 3); p.Ended != p.Expires {
		t.Errorf("ended %d, expires %d", p.Ended, p.Expires)
	}
	if err := c.approves(nodes[2], last); !errors.Is(err, ErrProposal) {
		t.Errorf("after its last block: %v", err)
	}

	// More than one block ends at once: the rest waits, and cannot be approved.
	var all []func(sdk.Context) error
	for _, n := range nodes {
		for range MaxOpenPerMember {
			all = append(all, func(ctx sdk.Context) (err error) {
				never, err = c.proposals().Propose(ctx, &committeev1.MsgPropose{Sender: n.op[:], Payload: *abortOf(9)})
				return err
			})
		}
	}
	c.block(all...)
	if len(c.refused) != 0 {
		t.Fatal(c.refused)
	}
	end := int64(c.proposal(never).Expires)
	for c.height < end {
		c.block()
	}
	count := func() (n int) {
		for _, p := range must[[]committeev1.Proposal](t)(c.k.ProposalsBelow(c.view(), 0, 1000)) {
			if p.Status == open {
				n++
			}
		}
		return n
	}
	if got := count(); got != len(all)-MaxExpiriesPerBlock {
		t.Errorf("%d open after the block, want %d", got, len(all)-MaxExpiriesPerBlock)
	}
	c.expects(never, open, 1, 3)
	if err := c.approves(nodes[0], never); !errors.Is(err, ErrProposal) {
		t.Errorf("one that waits for its end: %v", err)
	}
	if got := count(); got != 0 {
		t.Errorf("%d open one block later", got)
	}
}

func TestProposalsAreBounded(t *testing.T) {
	nodes := newNodes(1, 22)
	c := newChain(t, birthGenesis(nodes), nodes)
	opening := func(n *node, times int) (refused int) {
		var all []func(sdk.Context) error
		for range times {
			all = append(all, func(ctx sdk.Context) error {
				_, err := c.proposals().Propose(ctx, &committeev1.MsgPropose{Sender: n.op[:], Payload: *abortOf(1)})
				if err != nil && !errors.Is(err, ErrProposal) {
					t.Fatal(err)
				}
				return err
			})
		}
		c.block(all...)
		return len(c.refused)
	}
	for _, n := range nodes[:20] {
		if got := opening(n, MaxOpenPerMember+2); got != 2 {
			t.Fatalf("%d refused of %d", got, MaxOpenPerMember+2)
		}
	}
	// f members that fill all places cannot keep the others from one proposal each.
	for _, n := range nodes[20:] {
		if got := opening(n, 3); got != 2 {
			t.Errorf("beyond %d: %d refused of 3", MaxOpenProposals, got)
		}
	}
	big := &committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{
		Add: []committeev1.NewMember{{DealingProof: make([]byte, MaxPayloadBytes)}},
	}}}
	if _, err := birth(t, 4).propose(newNode(1), big); !errors.Is(err, ErrProposal) {
		t.Errorf("payload of %d bytes: %v", big.Size(), err)
	}
}

func TestEndedProposalsAreBounded(t *testing.T) {
	c := birth(t, 1)
	total := MaxEndedProposals + 7
	for range total {
		c.opens(c.nodes[0], params(9))
	}
	q := NewQueryServer(c.k)
	all := must[*committeev1.QueryProposalsResponse](t)(q.Proposals(c.view(), &committeev1.QueryProposalsRequest{})).Proposals
	if len(all) != MaxEndedProposals || all[0].Number != uint64(total) || all[len(all)-1].Number != uint64(total-MaxEndedProposals+1) {
		t.Fatalf("%d proposals, %d to %d", len(all), all[0].Number, all[len(all)-1].Number)
	}
	some := must[*committeev1.QueryProposalsResponse](t)(q.Proposals(c.view(), &committeev1.QueryProposalsRequest{Below: 50, Limit: 3})).Proposals
	if len(some) != 3 || some[0].Number != 49 || some[2].Number != 47 {
		t.Errorf("below 50: %v", some)
	}
	if _, err := q.Proposals(c.view(), &committeev1.QueryProposalsRequest{Limit: MaxProposals + 1}); status.Code(err) != codes.InvalidArgument {
		t.Errorf("limit: %v", err)
	}
	if _, err := q.Proposal(c.view(), &committeev1.QueryProposalRequest{Number: 1}); status.Code(err) != codes.NotFound {
		t.Errorf("forgotten: %v", err)
	}
	if r, err := q.Proposal(c.view(), &committeev1.QueryProposalRequest{Number: 50}); err != nil || r.Proposal.Number != 50 {
		t.Errorf("kept: %v, %v", r, err)
	}
}

// TestExportForgetsProposals and never their numbers.
func TestExportForgetsProposals(t *testing.T) {
	c := birth(t, 4)
	number := c.opens(c.nodes[0], params(7))
	var g committeev1.GenesisState
	g, err := c.k.ExportGenesis(c.view())
	if err != nil || g.LastProposal != number {
		t.Fatalf("last proposal %d, %v", g.LastProposal, err)
	}
	next := newChain(t, g, c.nodes)
	if _, found, err := next.k.Proposal(next.view(), number); err != nil || found {
		t.Errorf("proposal %d outlived an export: %t, %v", number, found, err)
	}
	if got := next.opens(c.nodes[0], params(7)); got != number+1 {
		t.Errorf("number %d after %d", got, number)
	}
}
