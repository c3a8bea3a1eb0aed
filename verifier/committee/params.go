// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"errors"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Bounds of the parameters, in blocks.
const (
	// MinPhaseBlocks is the least that a phase is given: a message is seen in one block, answered
	// in the next and may be passed over by one proposer.
	MinPhaseBlocks = 3
	// MaxPhaseBlocks bounds phases, probation and the pause between attempts.
	MaxPhaseBlocks = 100_000
	// MaxProposalBlocks bounds how long a proposal may gather approvals.
	MaxProposalBlocks = 1_000_000
)

// DefaultParams suit blocks of about half a second and members that answer by program: a phase ends early when everybody
// has spoken, so its length matters only for those who are slow or silent.
func DefaultParams() committeev1.Params {
	return committeev1.Params{
		CommitBlocks: 20, DealBlocks: 20, ComplainBlocks: 20, ReadyBlocks: 20, TestBlocks: 40,
		ProbationBlocks: 20, RetryBlocks: 10, ProposalBlocks: 100_000,
	}
}

// ValidateParams refuses numbers under or over their bounds, all at once. Errors:
// message.ErrZero, message.ErrRange.
func ValidateParams(p committeev1.Params) error {
	var bad []error
	for _, f := range []struct {
		name       string
		value      uint64
		least, max uint64
	}{
		{"commit_blocks", p.CommitBlocks, MinPhaseBlocks, MaxPhaseBlocks},
		{"deal_blocks", p.DealBlocks, MinPhaseBlocks, MaxPhaseBlocks},
		{"complain_blocks", p.ComplainBlocks, MinPhaseBlocks, MaxPhaseBlocks},
		{"ready_blocks", p.ReadyBlocks, MinPhaseBlocks, MaxPhaseBlocks},
		{"test_blocks", p.TestBlocks, MinPhaseBlocks, MaxPhaseBlocks},
		{"probation_blocks", p.ProbationBlocks, MinPhaseBlocks, MaxPhaseBlocks},
		{"retry_blocks", p.RetryBlocks, 1, MaxPhaseBlocks},
		{"proposal_blocks", p.ProposalBlocks, 1, MaxProposalBlocks},
	} {
		switch {
		case f.value == 0:
			bad = append(bad, fmt.Errorf("params.%s: %w", f.name, message.ErrZero))
		case f.value < f.least || f.value > f.max:
			bad = append(bad, fmt.Errorf("params.%s: %d, %d to %d: %w", f.name, f.value, f.least, f.max, message.ErrRange))
		}
	}
	return errors.Join(bad...)
}

// Params are the numbers in force.
func (k Keeper) Params(ctx context.Context) (p committeev1.Params, err error) {
	found, err := k.load(ctx, key(kindParams), &p)
	if err == nil && !found {
		err = fmt.Errorf("no parameters: %w", ErrState)
	}
	return p, err
}

// SetParams replaces the parameters. The deadline of a phase that has begun stays. Errors:
// those of ValidateParams.
func (k Keeper) SetParams(ctx context.Context, p committeev1.Params) error {
	if err := ValidateParams(p); err != nil {
		return err
	}
	return k.save(ctx, key(kindParams), &p)
}
