// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// MaxProposals is the most that one Proposals query returns.
const MaxProposals = 100

// Proposals lists proposals by descending number, open and ended.
func (s QueryServer) Proposals(ctx context.Context, r *committeev1.QueryProposalsRequest) (*committeev1.QueryProposalsResponse, error) {
	limit := int(r.Limit)
	if limit == 0 {
		limit = MaxProposals
	}
	if limit > MaxProposals {
		return nil, status.Errorf(codes.InvalidArgument, "limit %d, at most %d", limit, MaxProposals)
	}
	out, err := s.k.ProposalsBelow(ctx, r.Below, limit)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &committeev1.QueryProposalsResponse{Proposals: out}, nil
}

// Proposal is one proposal; NotFound when it is unknown or forgotten.
func (s QueryServer) Proposal(ctx context.Context, r *committeev1.QueryProposalRequest) (*committeev1.QueryProposalResponse, error) {
	p, found, err := s.k.Proposal(ctx, r.Number)
	switch {
	case err != nil:
		return nil, status.Error(codes.Internal, err.Error())
	case !found:
		return nil, status.Errorf(codes.NotFound, "proposal %d", r.Number)
	}
	return &committeev1.QueryProposalResponse{Proposal: p}, nil
}
