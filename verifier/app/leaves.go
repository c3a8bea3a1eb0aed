// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
)

// MaxLeaves is the most that one Leaves query returns.
const MaxLeaves = 1000

// LeafSource reads the node's own trees. known is false for a stream that this node does
// not cover.
type LeafSource interface {
	Leaves(stream uint16, from uint64, limit int) (leaves []certifyv1.Leaf, known bool, err error)
}

// LeafServer answers Leaves from a LeafSource. It is no part of the state machine.
type LeafServer struct{ source LeafSource }

var _ certifyv1.LeafQueryServer = LeafServer{}

// NewLeafServer serves the leaves of source.
func NewLeafServer(source LeafSource) LeafServer { return LeafServer{source} }

// Leaves lists leaves of a stream in tree order; NotFound for a stream that is not covered.
func (s LeafServer) Leaves(_ context.Context, r *certifyv1.QueryLeavesRequest) (*certifyv1.QueryLeavesResponse, error) {
	limit := r.Limit
	if limit == 0 {
		limit = MaxLeaves
	}
	if limit > MaxLeaves || r.Stream > 0xffff {
		return nil, status.Errorf(codes.InvalidArgument, "stream %d, at most 65535; limit %d, at most %d", r.Stream, limit, MaxLeaves)
	}
	leaves, known, err := s.source.Leaves(uint16(r.Stream), r.From, int(limit))
	switch {
	case err != nil:
		return nil, status.Error(codes.Unavailable, err.Error())
	case !known:
		return nil, status.Errorf(codes.NotFound, "this node does not cover stream %d", r.Stream)
	}
	return &certifyv1.QueryLeavesResponse{Leaves: leaves}, nil
}
