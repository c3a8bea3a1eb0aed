// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"slices"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// QueryServer answers the module's queries from the state in the request's sdk.Context.
type QueryServer struct {
	*committeev1.UnimplementedQueryServer

	k Keeper
}

var _ committeev1.QueryServer = QueryServer{}

// NewQueryServer serves the queries of k.
func NewQueryServer(k Keeper) QueryServer { return QueryServer{k: k} }

func internal(err error) error { return status.Error(codes.Internal, err.Error()) }

// Network tells what a client must know to check signatures of this network.
func (s QueryServer) Network(ctx context.Context, _ *committeev1.QueryNetworkRequest) (*committeev1.QueryNetworkResponse, error) {
	e, err := s.k.ActiveEpoch(ctx)
	if err != nil {
		return nil, internal(err)
	}
	fork, err := s.k.Fork(ctx)
	if err != nil {
		return nil, internal(err)
	}
	id := s.k.BridgeID()
	return &committeev1.QueryNetworkResponse{
		ChainId: s.k.chainID, BridgeId: id[:], Fork: fork, KeyEpoch: e.Number, GroupKey: e.GroupKey,
		KeyVersion: e.KeyVersion, Threshold: e.Threshold, Members: uint32(len(e.Members)),
		Height: height(ctx),
	}, nil
}

// Members lists the members of the active epoch by index.
func (s QueryServer) Members(ctx context.Context, _ *committeev1.QueryMembersRequest) (*committeev1.QueryMembersResponse, error) {
	e, err := s.k.ActiveEpoch(ctx)
	if err != nil {
		return nil, internal(err)
	}
	return &committeev1.QueryMembersResponse{KeyEpoch: e.Number, Members: e.Members}, nil
}

// Validators lists those that sit, by consensus address, and the parameters.
func (s QueryServer) Validators(ctx context.Context, _ *committeev1.QueryValidatorsRequest) (*committeev1.QueryValidatorsResponse, error) {
	sitting, err := s.k.sitting(ctx)
	if err != nil {
		return nil, internal(err)
	}
	params, err := s.k.Params(ctx)
	if err != nil {
		return nil, internal(err)
	}
	return &committeev1.QueryValidatorsResponse{Validators: sitting, Params: params}, nil
}

// Ceremony is one ceremony, the newest for number 0.
func (s QueryServer) Ceremony(ctx context.Context, r *committeev1.QueryCeremonyRequest) (*committeev1.QueryCeremonyResponse, error) {
	c, found, err := s.k.Ceremony(ctx, r.Number)
	if err != nil {
		return nil, internal(err)
	}
	if !found {
		return nil, status.Errorf(codes.NotFound, "no ceremony %d", r.Number)
	}
	return &committeev1.QueryCeremonyResponse{Ceremony: c, Height: height(ctx)}, nil
}

// Dealings are those of a ceremony that the state still has; none for one that it has not.
func (s QueryServer) Dealings(ctx context.Context, r *committeev1.QueryDealingsRequest) (*committeev1.QueryDealingsResponse, error) {
	list, err := s.k.Dealings(ctx, r.Ceremony)
	if err != nil {
		return nil, internal(err)
	}
	return &committeev1.QueryDealingsResponse{Dealings: list}, nil
}

// Epochs are the active, the ready and the last one; number 0 where there is none.
func (s QueryServer) Epochs(ctx context.Context, _ *committeev1.QueryEpochsRequest) (*committeev1.QueryEpochsResponse, error) {
	var out committeev1.QueryEpochsResponse
	var err error
	if out.Active, err = s.k.ActiveEpoch(ctx); err != nil {
		return nil, internal(err)
	}
	if out.Ready, err = s.k.ReadyEpoch(ctx); err != nil {
		return nil, internal(err)
	}
	if out.Last, err = s.k.LastEpoch(ctx); err != nil {
		return nil, internal(err)
	}
	return &out, nil
}

// Statements lists what waits for a signature by id, and what was signed by descending id.
func (s QueryServer) Statements(ctx context.Context, _ *committeev1.QueryStatementsRequest) (*committeev1.QueryStatementsResponse, error) {
	waiting, err := s.k.Statements(ctx)
	if err != nil {
		return nil, internal(err)
	}
	signed, err := s.k.SignedStatements(ctx)
	if err != nil {
		return nil, internal(err)
	}
	slices.Reverse(signed)
	return &committeev1.QueryStatementsResponse{Pending: waiting, Signed: signed[:min(len(signed), KeptStatements)]}, nil
}

// Account is what an operator must know before it signs.
func (s QueryServer) Account(ctx context.Context, r *committeev1.QueryAccountRequest) (*committeev1.QueryAccountResponse, error) {
	if len(r.Operator) != 20 {
		return nil, status.Errorf(codes.InvalidArgument, "operator of %d bytes, want 20", len(r.Operator))
	}
	v, found, err := s.k.ValidatorByOperator(ctx, [20]byte(r.Operator))
	if err != nil {
		return nil, internal(err)
	}
	if !found {
		return nil, status.Error(codes.NotFound, "no validator has that operator")
	}
	fork, err := s.k.Fork(ctx)
	if err != nil {
		return nil, internal(err)
	}
	return &committeev1.QueryAccountResponse{Sequence: v.Sequence, Fork: fork, ConsAddress: v.ConsAddress}, nil
}
