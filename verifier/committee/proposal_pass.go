// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// LaneKeeper opens streams, closes those of a source to open its next epoch on base (nil: on nothing), and stops and resumes
// those below final.
type LaneKeeper interface {
	AddStream(ctx context.Context, s lanesv1.Stream) (uint32, error)
	Reopen(ctx context.Context, index uint32, base *lanesv1.Base) (closed []uint32, err error)
	Contradict(ctx context.Context, index, generation uint32, r lanesv1.Report, newest uint64, may [][]byte, enough int) (stopped bool, err error)
	ResumeLower(ctx context.Context, index uint32) error
}

// ResumeKeeper lifts the halt of the chain, or the suspension of the member with that
// consensus address. It knows what was certified, and forgets the votes for a stream that was closed.
type ResumeKeeper interface {
	Resume(ctx context.Context, chain bool, member []byte) error
	Base(ctx context.Context, stream uint32, end uint64) (*lanesv1.Base, error)
	CloseStream(ctx context.Context, index uint32) error
	Certified(ctx context.Context, stream uint32, end uint64) (newest uint64, ok bool, err error)
	DropCertificates(ctx context.Context, index uint32) error
}

// UpgradeKeeper plans upgrades; height 0 withdraws a plan.
type UpgradeKeeper interface {
	Schedule(ctx context.Context, u *committeev1.Upgrade) error
}

// Proposals opens proposals, counts approvals and does what passed.
type Proposals struct {
	k        Keeper
	lanes    LaneKeeper
	certify  ResumeKeeper
	upgrades UpgradeKeeper
}

// NewProposals joins the keepers that proposals act on. None may be nil.
func NewProposals(k Keeper, l LaneKeeper, c ResumeKeeper, u UpgradeKeeper) Proposals {
	return Proposals{k, l, c, u}
}

// Propose opens a proposal with its proposer's approval, and executes it when that is enough.
//
// Errors: ErrUnknownMember, ErrProposal, those of ValidatePayload, ErrState.
func (x Proposals) Propose(ctx context.Context, m *committeev1.MsgPropose) (uint64, error) {
	who, may, needed, err := x.k.voter(ctx, m.Sender)
	if err != nil {
		return 0, err
	}
	if err := ValidatePayload(&m.Payload); err != nil {
		return 0, err
	}
	p, err := x.k.openProposal(ctx, who, m.Payload)
	if err != nil {
		return 0, err
	}
	return p.Number, x.count(ctx, p, who, may, needed)
}

// Approve adds an approval to an open proposal and executes it when there are enough. A halt
// or a rotation that passed takes further approvals until it expires: each is one more member
// that may sign.
//
// Errors: ErrUnknownMember, ErrUnknownProposal, ErrProposal, ErrState.
func (x Proposals) Approve(ctx context.Context, m *committeev1.MsgApprove) error {
	who, may, needed, err := x.k.voter(ctx, m.Sender)
	if err != nil {
		return err
	}
	p, found, err := x.k.Proposal(ctx, m.Proposal)
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("proposal %d: %w", m.Proposal, ErrUnknownProposal)
	case holds(p.Approvals, who):
		return fmt.Errorf("proposal %d has this member's approval: %w", p.Number, ErrProposal)
	case height(ctx) > p.Expires:
		return fmt.Errorf("proposal %d expired at height %d: %w", p.Number, p.Expires, ErrProposal)
	case p.Status == committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN:
		return x.count(ctx, &p, who, may, needed)
	case p.Status != committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED || !isSigned(&p.Payload):
		return fmt.Errorf("proposal %d has %s: %w", p.Number, ProposalStatusName(p.Status), ErrProposal)
	}
	addApproval(&p, who, may)
	announceApproval(ctx, &p, who)
	if err := x.k.putProposal(ctx, &p); err != nil {
		return err
	}
	return x.k.AddCandidate(ctx, p.Number, who)
}

// count takes one more approval and executes p when there are enough.
func (x Proposals) count(ctx context.Context, p *committeev1.Proposal, who []byte, may [][]byte, needed int) error {
	addApproval(p, who, may)
	p.Needed = uint32(needed)
	announceApproval(ctx, p, who)
	if len(p.Approvals) < needed {
		return x.k.putProposal(ctx, p)
	}
	cache, write := sdk.UnwrapSDKContext(ctx).CacheContext()
	if err := x.execute(cache, p); err != nil {
		if message.FateOf(err) == message.Halt {
			return fmt.Errorf("execute proposal %d: %w", p.Number, err)
		}
		return x.k.endProposal(ctx, p, committeev1.ProposalStatus_PROPOSAL_STATUS_FAILED, cut(err.Error()))
	}
	write()
	return x.k.endProposal(ctx, p, committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED, "")
}

func announceApproval(ctx context.Context, p *committeev1.Proposal, who []byte) {
	emit(ctx, "bridge_approval", "proposal", strconv.FormatUint(p.Number, 10), "member", hex.EncodeToString(who),
		"approvals", strconv.Itoa(len(p.Approvals)))
}

// cut bounds the reason of a failure and keeps it readable everywhere.
func cut(s string) string {
	return strings.ToValidUTF8(s[:min(len(s), MaxFailureBytes)], "")
}

// execute does what p asks for. What it wrote counts only when it returns nil.
func (x Proposals) execute(ctx context.Context, p *committeev1.Proposal) error {
	switch v := p.Payload.Kind.(type) {
	case *committeev1.Payload_Member:
		return x.k.ChangeMembers(ctx, v.Member)
	case *committeev1.Payload_Lane:
		return x.addStream(ctx, v.Lane.Stream)
	case *committeev1.Payload_Parameter:
		return x.k.SetParams(ctx, v.Parameter.Params)
	case *committeev1.Payload_Resume:
		if v.Resume.Source != nil {
			return x.reopen(ctx, v.Resume.Source)
		}
		if v.Resume.Lower != 0 {
			return x.lanes.ResumeLower(ctx, v.Resume.Lower)
		}
		return x.certify.Resume(ctx, v.Resume.Chain, v.Resume.Member)
	case *committeev1.Payload_Halt:
		return x.halt(ctx, p, v.Halt)
	case *committeev1.Payload_Rotate:
		return x.k.StartRotation(ctx, p.Number, v.Rotate, p.Approvals)
	case *committeev1.Payload_Upgrade:
		return x.upgrades.Schedule(ctx, v.Upgrade)
	case *committeev1.Payload_Abort:
		return x.k.AbortCeremony(ctx, v.Abort.Ceremony)
	}
	return fmt.Errorf("payload without a kind: %w", message.ErrBadEncoding)
}

// reopen goes on with a source under its next epoch (docs/adr/0015-source-epochs.md).
func (x Proposals) reopen(ctx context.Context, r *committeev1.SourceResume) error {
	var base *lanesv1.Base
	if r.BaseEnd != 0 {
		var err error
		if base, err = x.certify.Base(ctx, r.Stream, r.BaseEnd); err != nil {
			return err
		}
	}
	closed, err := x.lanes.Reopen(ctx, r.Stream, base)
	if err != nil {
		return err
	}
	for _, index := range closed {
		if err := x.certify.CloseStream(ctx, index); err != nil {
			return err
		}
	}
	return nil
}

// halt asks the active committee for a halt order under the manager's next nonce.
func (x Proposals) halt(ctx context.Context, p *committeev1.Proposal, h *committeev1.Halt) error {
	_, err := x.k.AddStatement(ctx, committeev1.Statement{
		Kind: committeev1.StatementKind_STATEMENT_KIND_HALT, Candidates: p.Approvals, Proposal: p.Number,
		Halt: &committeev1.HaltStatement{Chain: h.Chain, Manager: h.Manager, Scope: h.Scope, NotAfter: h.NotAfter},
	})
	return err
}

// isSigned: what passed is signed by those who approved it.
func isSigned(p *committeev1.Payload) bool { return p.GetHalt() != nil || p.GetRotate() != nil }
