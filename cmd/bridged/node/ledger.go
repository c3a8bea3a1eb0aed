// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/agent"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
)

// ledger reads the newest committed state for the parts of the node that act on it.
type ledger struct {
	app     *app.App
	chainID string
	// behind says whether the chain is known to be ahead of the state.
	behind func() bool
}

var (
	_ agent.Chain   = ledger{}
	_ agent.Streams = ledger{}
	_ certificates  = ledger{}
)

// State implements agent.Chain: one height for all of it.
func (l ledger) State(ctx context.Context) (*agent.State, error) {
	q, err := l.at()
	if err != nil {
		return nil, err
	}
	s, err := agent.Read(ctx, q)
	if err != nil {
		return nil, err
	}
	s.CatchingUp = l.behind()
	return s, nil
}

// Ceremony implements agent.Chain.
func (l ledger) Ceremony(ctx context.Context, number uint64) (committeev1.Ceremony, error) {
	q, err := l.at()
	if err != nil {
		return committeev1.Ceremony{}, err
	}
	return agent.ReadCeremony(ctx, q, number)
}

// Dealings implements agent.Chain.
func (l ledger) Dealings(ctx context.Context, ceremony uint64) ([]committeev1.DealingOf, error) {
	q, err := l.at()
	if err != nil {
		return nil, err
	}
	return agent.ReadDealings(ctx, q, ceremony)
}

// at asks the newest committed state, the same one for every question.
func (l ledger) at() (committeev1.QueryClient, error) {
	conn, err := l.conn()
	if err != nil {
		return nil, err
	}
	return committeev1.NewQueryClient(conn), nil
}

func (l ledger) conn() (inside, error) {
	// After a start the headers of the last block are unknown; nothing here asks for them.
	state, err := l.app.CreateQueryContextWithCheckHeader(0, false, false)
	if err != nil {
		return inside{}, fmt.Errorf("open committed state: %w", err)
	}
	return inside{l.app, state}, nil
}

// Streams implements agent.Streams.
func (l ledger) Streams(ctx context.Context) ([]lanesv1.Stream, error) {
	conn, err := l.conn()
	if err != nil {
		return nil, err
	}
	r, err := lanesv1.NewQueryClient(conn).Streams(ctx, &lanesv1.QueryStreamsRequest{})
	if err != nil {
		return nil, fmt.Errorf("query streams: %w", err)
	}
	return r.Streams, nil
}

// Certificates implements certificates.
func (l ledger) Certificates(ctx context.Context, index uint16, after uint64) ([]message.Checkpoint, error) {
	conn, err := l.conn()
	if err != nil {
		return nil, err
	}
	r, err := certifyv1.NewQueryClient(conn).Certificates(ctx, &certifyv1.QueryCertificatesRequest{Stream: uint32(index), After: after})
	if err != nil {
		return nil, fmt.Errorf("query certificates of stream %d: %w", index, err)
	}
	out := make([]message.Checkpoint, 0, len(r.Certificates))
	for i := range r.Certificates {
		c, err := checkpointOf(message.BridgeID(l.chainID), &r.Certificates[i].Checkpoint)
		if err != nil {
			return nil, fmt.Errorf("certificate of stream %d: %w", index, err)
		}
		out = append(out, c)
	}
	return out, nil
}

func checkpointOf(bridge message.Hash, k *certifyv1.Checkpoint) (message.Checkpoint, error) {
	if len(k.SourceManager) != 20 || len(k.BlockHash) != 32 || len(k.PeaksHash) != 32 || len(k.Root) != 32 {
		return message.Checkpoint{}, fmt.Errorf("block %d: lengths: %w", k.End, message.ErrBadEncoding)
	}
	return message.Checkpoint{
		BridgeID: bridge, End: k.End, MessageCount: k.MessageCount, LeafCount: k.LeafCount,
		Stream: message.Stream{
			Chain: message.ChainID(k.SourceChain), Manager: message.Address(k.SourceManager), Finality: message.Finality(k.Finality), Epoch: k.SourceEpoch,
		},
		BlockHash: message.Hash(k.BlockHash), PeaksHash: message.Hash(k.PeaksHash), Root: message.Hash(k.Root),
	}, nil
}

// inside answers queries from one state without a network.
type inside struct {
	app   *app.App
	state sdk.Context
}

var coder = codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).GRPCCodec()

// Invoke implements grpc.ClientConnInterface.
func (c inside) Invoke(ctx context.Context, method string, args, reply any, _ ...grpc.CallOption) error {
	route := c.app.GRPCQueryRouter().Route(method)
	if route == nil {
		return fmt.Errorf("no query %s", method)
	}
	b, err := coder.Marshal(args)
	if err != nil {
		return fmt.Errorf("encode query: %w", err)
	}
	r, err := route(c.state.WithContext(ctx), &abci.RequestQuery{Data: b})
	if err != nil {
		return err // a status
	}
	return coder.Unmarshal(r.Value, reply)
}

// NewStream implements grpc.ClientConnInterface.
func (inside) NewStream(context.Context, *grpc.StreamDesc, string, ...grpc.CallOption) (grpc.ClientStream, error) {
	return nil, errors.New("no streams")
}
