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

	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/app"
)

// ledger reads the newest committed state for the parts of the node that act on it.
type ledger struct {
	app     *app.App
	chainID string
	// behind says whether the chain is known to be ahead of the state.
	behind func() bool
}

var _ agent.Chain = ledger{}

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
	// After a start the headers of the last block are unknown; nothing here asks for them.
	state, err := l.app.CreateQueryContextWithCheckHeader(0, false, false)
	if err != nil {
		return nil, fmt.Errorf("open committed state: %w", err)
	}
	return committeev1.NewQueryClient(inside{l.app, state}), nil
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
