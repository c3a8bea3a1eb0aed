// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"context"

	"google.golang.org/grpc"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Network implements committeev1.QueryClient.
func (q query) Network(_ context.Context, r *committeev1.QueryNetworkRequest, _ ...grpc.CallOption) (*committeev1.QueryNetworkResponse, error) {
	return q.server.Network(q.ctx, r)
}

// Ceremony implements committeev1.QueryClient.
func (q query) Ceremony(_ context.Context, r *committeev1.QueryCeremonyRequest, _ ...grpc.CallOption) (*committeev1.QueryCeremonyResponse, error) {
	return q.server.Ceremony(q.ctx, r)
}

// Dealings implements committeev1.QueryClient.
func (q query) Dealings(_ context.Context, r *committeev1.QueryDealingsRequest, _ ...grpc.CallOption) (*committeev1.QueryDealingsResponse, error) {
	return q.server.Dealings(q.ctx, r)
}

// Epochs implements committeev1.QueryClient.
func (q query) Epochs(_ context.Context, r *committeev1.QueryEpochsRequest, _ ...grpc.CallOption) (*committeev1.QueryEpochsResponse, error) {
	return q.server.Epochs(q.ctx, r)
}

// Statements implements committeev1.QueryClient.
func (q query) Statements(_ context.Context, r *committeev1.QueryStatementsRequest, _ ...grpc.CallOption) (*committeev1.QueryStatementsResponse, error) {
	return q.server.Statements(q.ctx, r)
}
