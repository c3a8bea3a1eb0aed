// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"fmt"

	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// Stream is one sequence of checkpoints, as an operator wants to see it.
type Stream struct {
	Index      uint32          `json:"stream"`
	Chain      message.ChainID `json:"chain"`
	Manager    string          `json:"manager"`
	Finality   string          `json:"finality"` // fast, safe or final
	Epoch      uint32          `json:"epoch"`
	Stride     uint64          `json:"stride"`
	StartBlock uint64          `json:"start_block"`
	State      string          `json:"state"` // open, stopped or closed
	StoppedAt  uint64          `json:"stopped_at,omitempty"`
	ClosedAt   uint64          `json:"closed_at,omitempty"`
	Follows    uint32          `json:"follows,omitempty"`
	MaxAhead   uint32          `json:"max_ahead,omitempty"`  // of streams below final
	Generation uint32          `json:"generation,omitempty"` // of streams below final, from 1 on
	FloorEnd   uint64          `json:"floor_end,omitempty"`  // nothing at or below it is certified again
	Certified  uint64          `json:"certified_end"`        // 0: nothing, or nothing in this generation
	Messages   uint64          `json:"messages"`             // that the newest certificate counts
	Signing    int             `json:"signing"`              // open sessions
	Reports    *Contradicted   `json:"contradicted,omitempty"`
}

// Contradicted is what members said against certificates of one generation.
type Contradicted struct {
	Generation uint32   `json:"generation"`
	Reports    []Report `json:"reports"`
}

// Report is one member's word that the final history contradicts a certificate.
type Report struct {
	Member  string `json:"member"`  // moniker
	Address string `json:"address"` // consensus address
	End     uint64 `json:"end"`     // of the certified checkpoint
	Height  uint64 `json:"height"`
}

// Resume is how a stopped stream goes on; empty for others.
func (s *Stream) Resume() string {
	if s.State != "stopped" {
		return ""
	}
	return fmt.Sprintf("bridgectl proposal resume --stream %d, when the chain's people have said why (docs/runbooks/contradiction.md)", s.Index)
}

// StreamViews asks for all streams, or for one (index 0: all).
//
// Errors: message.ErrUnknownLane for an index that was never given; those of the validators.
func (c *Client) StreamViews(ctx context.Context, index uint32) (out []Stream, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := lanesv1.NewQueryClient(conn).Streams(ctx, &lanesv1.QueryStreamsRequest{})
		if err != nil {
			return err
		}
		out, err = streamViews(ctx, conn, r.Streams, func(s *lanesv1.Stream) bool { return index == 0 || s.Index == index })
		return err
	})
	if err == nil && index != 0 && len(out) == 0 {
		err = fmt.Errorf("stream %d: %w", index, message.ErrUnknownLane)
	}
	return out, err
}

func streamViews(ctx context.Context, conn *grpc.ClientConn, all []lanesv1.Stream, want func(*lanesv1.Stream) bool) ([]Stream, error) {
	out := []Stream{}
	var names map[string]string
	for i := range all {
		s := &all[i]
		if !want(s) {
			continue
		}
		v := Stream{
			Index: s.Index, Chain: message.ChainID(s.Chain), Manager: fmt.Sprintf("0x%x", s.Manager), Finality: message.Finality(s.Finality).String(),
			Epoch: s.Epoch, Stride: s.Stride, StartBlock: s.StartBlock, State: "open", StoppedAt: s.StoppedAt, ClosedAt: s.ClosedAt, Follows: s.Follows,
			MaxAhead: s.MaxAhead, Generation: s.Generation, FloorEnd: s.FloorEnd,
		}
		switch {
		case s.ClosedAt != 0:
			v.State = "closed"
		case s.StoppedAt != 0:
			v.State = "stopped"
		}
		status, err := certifyv1.NewQueryClient(conn).StreamStatus(ctx, &certifyv1.QueryStreamStatusRequest{Stream: s.Index})
		if err != nil {
			return nil, err
		}
		v.Signing = len(status.OpenSessions)
		if k := status.Certified; k != nil {
			v.Certified, v.Messages = k.End, k.MessageCount
		}
		if s.Generation != 0 {
			if names == nil {
				list, err := committeev1.NewQueryClient(conn).Validators(ctx, &committeev1.QueryValidatorsRequest{})
				if err != nil {
					return nil, err
				}
				names = monikers(list.Validators)
			}
			if v.Reports, err = contradicted(ctx, conn, s.Index, names); err != nil {
				return nil, err
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// contradicted are the newest reports on a stream; nil when there are none.
func contradicted(ctx context.Context, conn *grpc.ClientConn, index uint32, names map[string]string) (*Contradicted, error) {
	r, err := lanesv1.NewQueryClient(conn).Reports(ctx, &lanesv1.QueryReportsRequest{Index: index})
	if err != nil || len(r.Reports.Reports) == 0 {
		return nil, err
	}
	out := &Contradicted{Generation: r.Reports.Generation}
	for i := range r.Reports.Reports {
		p := &r.Reports.Reports[i]
		one := Report{Member: names[string(p.Member)], Address: fmt.Sprintf("%x", p.Member), End: p.End, Height: p.Height}
		if one.Member == "" {
			one.Member = one.Address // has left since
		}
		out.Reports = append(out.Reports, one)
	}
	return out, nil
}

// Params asks for the numbers of ceremonies and proposals in force.
func (c *Client) Params(ctx context.Context) (p committeev1.Params, err error) {
	err = c.ask(ctx, func(ctx context.Context, conn *grpc.ClientConn) error {
		r, err := committeev1.NewQueryClient(conn).Validators(ctx, &committeev1.QueryValidatorsRequest{})
		if err == nil {
			p = r.Params
		}
		return err
	})
	return p, err
}
