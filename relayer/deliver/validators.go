// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// askTimeout bounds one question to one validator.
const askTimeout = 3 * time.Second

// Validators asks the validators of a network in turn. What they say is checked by
// the caller or, for streams, taken when more than a third say the same.
type Validators struct {
	bridgeID message.Hash
	conns    []*grpc.ClientConn
	turn     atomic.Uint32 // who is asked first
}

// Dial prepares the connections; none is opened before it is used. endpoints are host:port.
func Dial(bridgeID message.Hash, endpoints []string) (*Validators, error) {
	if len(endpoints) == 0 {
		return nil, errors.New("validators: none given")
	}
	v := &Validators{bridgeID: bridgeID}
	for _, e := range endpoints {
		// Reconnecting must not wait minutes after a validator's restart.
		c, err := grpc.NewClient(e, grpc.WithTransportCredentials(insecure.NewCredentials()), grpc.WithIdleTimeout(0))
		if err != nil {
			return nil, errors.Join(fmt.Errorf("validator %s: %w", e, err), v.Close())
		}
		v.conns = append(v.conns, c)
	}
	return v, nil
}

// Close ends all connections.
func (v *Validators) Close() error {
	var errs []error
	for _, c := range v.conns {
		errs = append(errs, c.Close())
	}
	return errors.Join(errs...)
}

// each asks one validator after the other, beginning with the next in turn, until one answers.
func (v *Validators) each(ctx context.Context, ask func(context.Context, *grpc.ClientConn) error) error {
	var errs []error
	for range v.conns {
		c := v.conns[int(v.turn.Load())%len(v.conns)]
		one, cancel := context.WithTimeout(ctx, askTimeout)
		err := ask(one, c)
		cancel()
		if err == nil {
			return nil
		}
		v.turn.Add(1) // stay with one that answers
		errs = append(errs, fmt.Errorf("validator %s: %w", c.Target(), err))
		if ctx.Err() != nil {
			break
		}
	}
	return errors.Join(errs...)
}

// Stream is a stream as the validators have it.
type Stream struct {
	stream.Config
	Generation uint32 // of one below final: each contradiction raises it
	Stopped    bool   // by a contradiction: nothing of it is used
}

// claim is what a validator says of one stream.
type claim struct {
	index uint16
	Stream
	closed bool
}

// newer says that a claim tells more than another of the same stream: a contradiction makes the next generation,
// which is stopped at first.
func (c *claim) newer(o Stream) bool {
	return c.Generation > o.Generation || c.Generation == o.Generation && c.Stopped && !o.Stopped
}

// Streams lists the streams that are not closed, by index: those that more than a third of the validators name, each
// validator once. One that so many call closed is closed for ever, whatever the others say; its index is among gone.
func (v *Validators) Streams(ctx context.Context) (open map[uint16]Stream, gone []uint16, err error) {
	votes := map[claim]int{}
	var errs []error
	for _, c := range v.conns {
		one, cancel := context.WithTimeout(ctx, askTimeout)
		resp, err := lanesv1.NewQueryClient(c).Streams(one, &lanesv1.QueryStreamsRequest{})
		cancel()
		if err != nil {
			errs = append(errs, fmt.Errorf("validator %s: %w", c.Target(), err))
			continue
		}
		said, err := v.claims(resp)
		if err != nil {
			errs = append(errs, fmt.Errorf("validator %s: %w", c.Target(), err))
		}
		for s := range said {
			votes[s]++
		}
	}
	open = map[uint16]Stream{}
	for c, n := range votes {
		known, also := open[c.index]
		switch {
		case 3*n <= len(v.conns):
		case c.closed:
			gone = append(gone, c.index)
		case !also || c.newer(known):
			open[c.index] = c.Stream
		}
	}
	for _, index := range gone {
		delete(open, index)
	}
	slices.Sort(gone)
	gone = slices.Compact(gone)
	if len(open)+len(gone) == 0 && len(errs) > 0 {
		return nil, nil, errors.Join(errs...)
	}
	return open, gone, nil
}

// claims reads one validator's answer. What it says twice counts once.
//
// Errors: message.ErrBadEncoding for the streams that make no sense; the others are returned.
func (v *Validators) claims(p *lanesv1.QueryStreamsResponse) (map[claim]bool, error) {
	said := map[claim]bool{}
	var errs []error
	for i := range p.Streams {
		s := &p.Streams[i]
		cfg := stream.Config{BridgeID: v.bridgeID, Stride: s.Stride, StartBlock: s.StartBlock, Stream: message.Stream{
			Chain: message.ChainID(s.Chain), Finality: message.Finality(s.Finality), Epoch: s.Epoch,
		}}
		// A short address, or a number that only looks right once it is cut, is another claim.
		if copy(cfg.Stream.Manager[:], s.Manager); len(s.Manager) != len(cfg.Stream.Manager) || s.Finality > 0xff || s.Index > 0xffff || cfg.Validate() != nil {
			errs = append(errs, fmt.Errorf("stream %d: %w", s.Index, message.ErrBadEncoding))
			continue
		}
		said[claim{uint16(s.Index), Stream{cfg, s.Generation, s.StoppedAt != 0}, s.ClosedAt != 0}] = true
	}
	return said, errors.Join(errs...)
}

// Certificates lists certificates of a stream that end above after, ascending, at most 100.
// Nothing of them is checked but their shape.
func (v *Validators) Certificates(ctx context.Context, index uint16, after uint64) ([]Certificate, error) {
	var out []Certificate
	err := v.each(ctx, func(ctx context.Context, c *grpc.ClientConn) error {
		resp, err := certifyv1.NewQueryClient(c).Certificates(ctx, &certifyv1.QueryCertificatesRequest{Stream: uint32(index), After: after})
		if err != nil {
			return err
		}
		out = make([]Certificate, 0, len(resp.Certificates))
		for i := range resp.Certificates {
			one, err := v.certificate(&resp.Certificates[i])
			if err != nil {
				return err
			}
			out = append(out, one)
		}
		return nil
	})
	return out, err
}

// Turn makes the next question go to another validator first.
func (v *Validators) Turn() { v.turn.Add(1) }

func (v *Validators) certificate(p *certifyv1.Certificate) (Certificate, error) {
	k := &p.Checkpoint
	if k.Finality > 0xff {
		return Certificate{}, fmt.Errorf("certificate at block %d: finality %d: %w", k.End, k.Finality, message.ErrBadEncoding)
	}
	out := Certificate{Height: p.Height}
	out.Checkpoint = message.Checkpoint{
		BridgeID: v.bridgeID, End: k.End, MessageCount: k.MessageCount, LeafCount: k.LeafCount,
		Stream: message.Stream{Chain: message.ChainID(k.SourceChain), Finality: message.Finality(k.Finality), Epoch: k.SourceEpoch},
	}
	for _, f := range []struct{ to, from []byte }{
		{out.Checkpoint.Stream.Manager[:], k.SourceManager},
		{out.Checkpoint.BlockHash[:], k.BlockHash},
		{out.Checkpoint.PeaksHash[:], k.PeaksHash},
		{out.Checkpoint.Root[:], k.Root},
		{out.Signature.S[:], p.S},
		{out.Signature.R[:], p.R},
	} {
		if len(f.from) != len(f.to) {
			return Certificate{}, fmt.Errorf("certificate at block %d: %w", k.End, message.ErrBadEncoding)
		}
		copy(f.to, f.from)
	}
	return out, nil
}
