// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"context"
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
)

// MaxCertificates is the most that one query returns.
const MaxCertificates = 100

// QueryServer answers the module's queries from the state in the request's sdk.Context.
type QueryServer struct{ k Keeper }

var _ certifyv1.QueryServer = QueryServer{}

// NewQueryServer serves the queries of k.
func NewQueryServer(k Keeper) QueryServer { return QueryServer{k} }

func broken(err error) error { return status.Error(codes.Internal, err.Error()) }

func streamIndex(v uint32) (uint16, error) {
	if v > 0xffff {
		return 0, status.Errorf(codes.InvalidArgument, "stream %d, at most 65535", v)
	}
	return uint16(v), nil
}

// Certificates lists a stream's kept certificates with an end above After, ascending.
func (s QueryServer) Certificates(ctx context.Context, r *certifyv1.QueryCertificatesRequest) (*certifyv1.QueryCertificatesResponse, error) {
	stream, err := streamIndex(r.Stream)
	if err != nil {
		return nil, err
	}
	if r.Limit > MaxCertificates {
		return nil, status.Errorf(codes.InvalidArgument, "limit %d, at most %d", r.Limit, MaxCertificates)
	}
	limit := int(r.Limit)
	if limit == 0 {
		limit = MaxCertificates
	}
	out := &certifyv1.QueryCertificatesResponse{}
	if r.After == ^uint64(0) {
		return out, nil
	}
	st := s.k.state(sdk.UnwrapSDKContext(ctx))
	err = st.each(keyStream(prefixCertificate, stream), keyCertificate(stream, r.After+1), func(key, value []byte) (bool, error) {
		var c certificate
		if err := decode(value, &c); err != nil {
			return false, fmt.Errorf("key %x: %w", key, err)
		}
		out.Certificates = append(out.Certificates, c.proto())
		return len(out.Certificates) < limit, nil
	})
	if err != nil {
		return nil, broken(err)
	}
	return out, nil
}

// StreamStatus tells what is certified, voted and being signed.
func (s QueryServer) StreamStatus(ctx context.Context, r *certifyv1.QueryStreamStatusRequest) (*certifyv1.QueryStreamStatusResponse, error) {
	stream, err := streamIndex(r.Stream)
	if err != nil {
		return nil, err
	}
	c := sdk.UnwrapSDKContext(ctx)
	sources, err := s.k.sources(c)
	if err != nil {
		return nil, broken(err)
	}
	v, err := s.view(c)
	if err != nil {
		return nil, broken(err)
	}
	src, ok := findSource(sources, stream)
	if !ok {
		return nil, status.Errorf(codes.NotFound, "stream %d", stream)
	}
	out := &certifyv1.QueryStreamStatusResponse{Stream: r.Stream, Threshold: uint32(v.ep.threshold), ClosedAt: src.closed}
	last, ok, err := v.st.newest(stream)
	if err != nil {
		return nil, broken(err)
	}
	if ok {
		p := last.proto().Checkpoint
		out.Certified = &p
	}
	var t target
	if _, err := v.st.get(keyStream(prefixTarget, stream), &t); err != nil {
		return nil, broken(err)
	}
	out.Target = t.End
	if v.sources, err = s.k.openSources(c); err != nil {
		return nil, broken(err)
	}
	all, _, err := v.tallies(src)
	if err != nil {
		return nil, broken(err)
	}
	for i := range all {
		one := certifyv1.Tally{End: all[i].ballot.End, BodyHash: append([]byte(nil), all[i].ballot.Body[:]...)}
		for _, m := range all[i].voters {
			one.Voters = append(one.Voters, uint32(m.index))
		}
		out.Tallies = append(out.Tallies, one)
	}
	open, err := v.st.sessions()
	if err != nil {
		return nil, broken(err)
	}
	for _, q := range open {
		if q.of(stream) {
			out.OpenSessions = append(out.OpenSessions, q.Number)
		}
	}
	for _, m := range v.ep.members {
		var b heartbeat
		ok, err := v.st.get(keyStreamMember(prefixHeartbeat, stream, m.addr), &b)
		if err != nil {
			return nil, broken(err)
		}
		if !ok {
			continue
		}
		covers := v.covers(m, b)
		if covers {
			out.Covered++
		}
		out.Heartbeats = append(out.Heartbeats, certifyv1.Heartbeat{Member: uint32(m.index), End: b.End, Height: b.Height, Covers: covers})
	}
	h, err := v.haltRecord()
	if err != nil {
		return nil, broken(err)
	}
	if h != nil {
		out.Halted = h.Reason.String()
	}
	return out, nil
}

// Session is one open session; a finished one is gone from the state: NotFound.
func (s QueryServer) Session(ctx context.Context, r *certifyv1.QuerySessionRequest) (*certifyv1.QuerySessionResponse, error) {
	var q session
	ok, err := s.k.state(sdk.UnwrapSDKContext(ctx)).get(keySession(r.Number), &q)
	if err != nil {
		return nil, broken(err)
	}
	if !ok {
		return nil, status.Errorf(codes.NotFound, "session %d is not open", r.Number)
	}
	return &certifyv1.QuerySessionResponse{Session: q.proto()}, nil
}

// Sessions lists the open sessions by number.
func (s QueryServer) Sessions(ctx context.Context, _ *certifyv1.QuerySessionsRequest) (*certifyv1.QuerySessionsResponse, error) {
	open, err := s.k.state(sdk.UnwrapSDKContext(ctx)).sessions()
	if err != nil {
		return nil, broken(err)
	}
	out := &certifyv1.QuerySessionsResponse{}
	for _, q := range open {
		out.Sessions = append(out.Sessions, q.proto())
	}
	return out, nil
}

func (c *certificate) proto() certifyv1.Certificate {
	b := c.Ballot
	return certifyv1.Certificate{
		Checkpoint: certifyv1.Checkpoint{
			Stream: uint32(b.Stream), SourceChain: uint64(c.Stream.Chain), SourceManager: c.Stream.Manager[:],
			Finality: uint32(c.Stream.Finality), SourceEpoch: c.Stream.Epoch, End: b.End, BlockHash: b.BlockHash[:],
			MessageCount: b.MessageCount, LeafCount: b.LeafCount, PeaksHash: b.PeaksHash[:], Root: b.Root[:],
		},
		BodyHash: b.Body[:], Digest: c.Digest[:], S: c.S[:], R: c.R[:],
		Height: c.Height, Session: c.Session, KeyEpoch: c.Epoch,
	}
}

func (q *session) proto() certifyv1.Session {
	out := certifyv1.Session{
		Number: q.Number, Id: q.ID[:], Stream: uint32(q.Ballot.Stream), End: q.Ballot.End, BodyHash: q.Ballot.Body[:],
		Digest: q.Digest[:], KeyEpoch: q.Epoch, Attempt: q.Attempt, Opened: q.Opened,
		State: certifyv1.SessionState_SESSION_STATE_OPEN, Statement: q.Statement, Kind: q.Kind.String(),
	}
	for i := range q.Signers {
		g := &q.Signers[i]
		out.Signers = append(out.Signers, certifyv1.Signer{
			Member: uint32(g.Index), Boot: g.Boot, Seq: g.Seq, D: g.D[:], E: g.E[:], HasShare: g.Have,
		})
	}
	return out
}
