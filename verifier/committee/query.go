// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"

	sdk "github.com/cosmos/cosmos-sdk/types"
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

// Network tells what a client must know to check signatures of this network.
func (s QueryServer) Network(ctx context.Context, _ *committeev1.QueryNetworkRequest) (*committeev1.QueryNetworkResponse, error) {
	e, err := s.k.ActiveEpoch(ctx)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	fork, err := s.k.Fork(ctx)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	id := s.k.BridgeID()
	return &committeev1.QueryNetworkResponse{
		ChainId: s.k.chainID, BridgeId: id[:], Fork: fork, KeyEpoch: e.Number, GroupKey: e.GroupKey,
		KeyVersion: e.KeyVersion, Threshold: e.Threshold, Members: uint32(len(e.Members)),
		Height: uint64(sdk.UnwrapSDKContext(ctx).BlockHeight()),
	}, nil
}

// Members lists the members of the active epoch by index.
func (s QueryServer) Members(ctx context.Context, _ *committeev1.QueryMembersRequest) (*committeev1.QueryMembersResponse, error) {
	e, err := s.k.ActiveEpoch(ctx)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &committeev1.QueryMembersResponse{KeyEpoch: e.Number, Members: e.Members}, nil
}
