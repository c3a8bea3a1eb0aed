// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Bounds of proposals.
const (
	// MaxOpenProposals may be open; beyond it a member that has none open may still open one, so
	// that no f members can keep the others from proposing.
	MaxOpenProposals = 100
	// MaxOpenPerMember may be open of one proposer.
	MaxOpenPerMember = 5
	// MaxEndedProposals are kept, the newest by the height of their end.
	MaxEndedProposals = 100
	// MaxExpiriesPerBlock bounds the work of one block; who is over is expired in a later one and
	// cannot be approved in between.
	MaxExpiriesPerBlock = 16
	// MaxPayloadBytes bounds a payload: twice what a change of MaxMembers members needs.
	MaxPayloadBytes = 64 << 10
	// MaxFailureBytes bounds the reason of a failure.
	MaxFailureBytes = 512
)

// The records of proposals.
const (
	kindProposal     = 0x20 // number 8 → Proposal
	kindOpenProposal = 0x21 // expires 8, number 8 → consensus address 20 of the proposer
	kindEnded        = 0x22 // ended 8, number 8 → 1
)

var (
	// ErrProposal: the proposal cannot be opened or approved, by this member or at this time.
	ErrProposal = message.NewError(message.Reject, "proposal refused")
	// ErrUnknownProposal: no such number was given, or its proposal is forgotten.
	ErrUnknownProposal = message.NewError(message.Reject, "unknown proposal")
)

// electorate are the validators whose approvals count now, by consensus address, and how many
// are needed: the members of the active epoch that are not removed and its threshold; before
// the first epoch all validators and their threshold.
func (k Keeper) electorate(ctx context.Context) (may [][]byte, needed int, err error) {
	all, err := k.sitting(ctx)
	if err != nil {
		return nil, 0, err
	}
	e, err := k.ActiveEpoch(ctx)
	if err != nil {
		return nil, 0, err
	}
	for i := range all {
		if e.Number == 0 || slices.ContainsFunc(e.Members, func(m committeev1.Member) bool { return bytes.Equal(m.ConsAddress, all[i].ConsAddress) }) {
			may = append(may, all[i].ConsAddress)
		}
	}
	if e.Number == 0 {
		return may, Threshold(len(all)), nil
	}
	return may, int(e.Threshold), nil
}

// voter is the member that an operator speaks for, by consensus address, beside the electorate. Errors: ErrUnknownMember.
func (k Keeper) voter(ctx context.Context, sender []byte) (who []byte, may [][]byte, needed int, err error) {
	if may, needed, err = k.electorate(ctx); err != nil {
		return nil, nil, 0, err
	}
	if len(sender) != 20 {
		return nil, nil, 0, fmt.Errorf("operator of %d bytes: %w", len(sender), ErrUnknownMember)
	}
	v, found, err := k.ValidatorByOperator(ctx, [20]byte(sender))
	if err != nil {
		return nil, nil, 0, err
	}
	if !found || !holds(may, v.ConsAddress) {
		return nil, nil, 0, fmt.Errorf("operator %s speaks for no member of the active epoch: %w", message.Address(sender), ErrUnknownMember)
	}
	return v.ConsAddress, may, needed, nil
}

func holds(list [][]byte, a []byte) bool {
	return slices.ContainsFunc(list, func(b []byte) bool { return bytes.Equal(a, b) })
}

// Proposal is one record; found is false when the number was never given or is forgotten.
func (k Keeper) Proposal(ctx context.Context, number uint64) (p committeev1.Proposal, found bool, err error) {
	found, err = k.load(ctx, key(kindProposal, word(number)), &p)
	return p, found, err
}

// ProposalsBelow lists at most limit records by descending number, those below below; 0: from
// the newest on.
func (k Keeper) ProposalsBelow(ctx context.Context, below uint64, limit int) (out []committeev1.Proposal, err error) {
	end := []byte{kindProposal + 1}
	if below != 0 {
		end = key(kindProposal, word(below))
	}
	it := k.kv(ctx).ReverseIterator([]byte{kindProposal}, end)
	defer func() {
		if e := it.Close(); err == nil && e != nil {
			err = fmt.Errorf("close iterator: %w", e)
		}
	}()
	for ; it.Valid() && len(out) < limit; it.Next() {
		var p committeev1.Proposal
		if err := p.Unmarshal(it.Value()); err != nil {
			return nil, fmt.Errorf("decode proposal %x: %w", it.Key(), ErrState)
		}
		out = append(out, p)
	}
	return out, nil
}

func (k Keeper) putProposal(ctx context.Context, p *committeev1.Proposal) error {
	return k.save(ctx, key(kindProposal, word(p.Number)), p)
}

// openProposal writes a new proposal without approvals. Errors: ErrProposal.
func (k Keeper) openProposal(ctx context.Context, proposer []byte, payload committeev1.Payload) (*committeev1.Proposal, error) {
	if n := payload.Size(); n > MaxPayloadBytes {
		return nil, fmt.Errorf("payload of %d bytes, at most %d: %w", n, MaxPayloadBytes, ErrProposal)
	}
	all, own := 0, 0
	if err := k.each(ctx, kindOpenProposal, nil, func(_, by []byte) error {
		all++
		if bytes.Equal(by, proposer) {
			own++
		}
		return nil
	}); err != nil {
		return nil, err
	}
	if own >= MaxOpenPerMember || all >= MaxOpenProposals && own > 0 {
		return nil, fmt.Errorf("%d proposals are open, %d of this member; at most %d, %d of one: %w", all, own, MaxOpenProposals, MaxOpenPerMember, ErrProposal)
	}
	params, err := k.Params(ctx)
	if err != nil {
		return nil, err
	}
	number, err := k.next(ctx, counterProposal)
	if err != nil {
		return nil, err
	}
	p := &committeev1.Proposal{
		Number: number, Proposer: proposer, Payload: payload, Status: committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN,
		Opened: height(ctx), Expires: height(ctx) + params.ProposalBlocks,
	}
	k.kv(ctx).Set(key(kindOpenProposal, word(p.Expires), word(number)), proposer)
	emit(ctx, "bridge_proposal", "proposal", strconv.FormatUint(number, 10), "kind", PayloadName(&payload), "status", "open",
		"proposer", hex.EncodeToString(proposer))
	return p, nil
}

// endProposal closes an open proposal and forgets the oldest that ended beyond those that are kept.
func (k Keeper) endProposal(ctx context.Context, p *committeev1.Proposal, s committeev1.ProposalStatus, failure string) error {
	k.kv(ctx).Delete(key(kindOpenProposal, word(p.Expires), word(p.Number)))
	p.Status, p.Ended, p.Failure = s, height(ctx), failure
	k.kv(ctx).Set(key(kindEnded, word(p.Ended), word(p.Number)), []byte{1})
	if err := k.putProposal(ctx, p); err != nil {
		return err
	}
	emit(ctx, "bridge_proposal", "proposal", strconv.FormatUint(p.Number, 10), "kind", PayloadName(&p.Payload), "status", ProposalStatusName(s),
		"failure", failure)
	var ended [][]byte
	if err := k.each(ctx, kindEnded, nil, func(id, _ []byte) error {
		ended = append(ended, bytes.Clone(id))
		return nil
	}); err != nil {
		return err
	}
	for i := 0; i < len(ended)-MaxEndedProposals; i++ {
		k.kv(ctx).Delete(key(kindEnded, ended[i]))
		k.kv(ctx).Delete(key(kindProposal, ended[i][8:]))
	}
	return nil
}

// ExpireProposals ends those whose last height is behind, oldest first, at most
// MaxExpiriesPerBlock. Once per block, after its transactions.
func (k Keeper) ExpireProposals(ctx context.Context) error {
	var due []uint64
	it := k.kv(ctx).Iterator([]byte{kindOpenProposal}, key(kindOpenProposal, word(height(ctx)+1)))
	for ; it.Valid() && len(due) < MaxExpiriesPerBlock; it.Next() {
		due = append(due, binary.BigEndian.Uint64(it.Key()[9:]))
	}
	if err := it.Close(); err != nil {
		return fmt.Errorf("close iterator: %w", err)
	}
	for _, number := range due {
		p, found, err := k.Proposal(ctx, number)
		if err != nil || !found {
			return fmt.Errorf("open proposal %d: %w", number, ErrState)
		}
		if err := k.endProposal(ctx, &p, committeev1.ProposalStatus_PROPOSAL_STATUS_EXPIRED, ""); err != nil {
			return err
		}
	}
	return nil
}

// addApproval adds a member's approval and drops those that count no more, by ascending address.
func addApproval(p *committeev1.Proposal, who []byte, may [][]byte) {
	p.Approvals = slices.DeleteFunc(append(p.Approvals, who), func(a []byte) bool { return !holds(may, a) })
	slices.SortFunc(p.Approvals, bytes.Compare)
}

// ProposalStatusName is the status as events and people have it.
func ProposalStatusName(s committeev1.ProposalStatus) string {
	switch s {
	case committeev1.ProposalStatus_PROPOSAL_STATUS_OPEN:
		return "open"
	case committeev1.ProposalStatus_PROPOSAL_STATUS_PASSED:
		return "passed"
	case committeev1.ProposalStatus_PROPOSAL_STATUS_FAILED:
		return "failed"
	case committeev1.ProposalStatus_PROPOSAL_STATUS_EXPIRED:
		return "expired"
	}
	return "unknown"
}
