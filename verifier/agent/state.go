// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"

	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

// ErrGone: the state has forgotten the ceremony or its dealings.
var ErrGone = errors.New("the state has forgotten it")

// State is one committed state as far as ceremonies go.
type State struct {
	Height   uint64
	BridgeID message.Hash
	Fork     uint32
	// CatchingUp: the chain is ahead of this state. Nothing is said, made or erased then.
	CatchingUp bool

	Ceremony            committeev1.Ceremony // the newest; Number 0: there was none
	Active, Ready, Last committeev1.Epoch    // Number 0: none
	Pending, Signed     []committeev1.Statement
}

// Chain tells the newest committed state.
type Chain interface {
	State(ctx context.Context) (*State, error)
	// Ceremony and Dealings tell of any ceremony. Errors: ErrGone.
	Ceremony(ctx context.Context, number uint64) (committeev1.Ceremony, error)
	Dealings(ctx context.Context, ceremony uint64) ([]committeev1.DealingOf, error)
}

// Sender makes a transaction of the operator. It returns when the own mempool has taken it;
// whether a block does is seen in a later state. It stands between what the agent decided and
// what is said, so that a test build can say something else.
type Sender interface {
	Send(ctx context.Context, m transaction.Message) error
}

// Read fills a State from the committee's queries, which must all be of one height.
func Read(ctx context.Context, q committeev1.QueryClient) (*State, error) {
	n, err := q.Network(ctx, &committeev1.QueryNetworkRequest{})
	if err != nil {
		return nil, fmt.Errorf("query network: %w", err)
	}
	if len(n.BridgeId) != 32 {
		return nil, fmt.Errorf("bridge id of %d bytes: %w", len(n.BridgeId), message.ErrBadEncoding)
	}
	s := &State{Height: n.Height, BridgeID: message.Hash(n.BridgeId), Fork: n.Fork}
	if s.Ceremony, err = ReadCeremony(ctx, q, 0); err != nil && !errors.Is(err, ErrGone) {
		return nil, err
	}
	e, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
	if err != nil {
		return nil, fmt.Errorf("query epochs: %w", err)
	}
	s.Active, s.Ready, s.Last = e.Active, e.Ready, e.Last
	w, err := q.Statements(ctx, &committeev1.QueryStatementsRequest{})
	if err != nil {
		return nil, fmt.Errorf("query statements: %w", err)
	}
	s.Pending, s.Signed = w.Pending, w.Signed
	return s, nil
}

// ReadCeremony is one ceremony, the newest for number 0. Errors: ErrGone.
func ReadCeremony(ctx context.Context, q committeev1.QueryClient, number uint64) (committeev1.Ceremony, error) {
	r, err := q.Ceremony(ctx, &committeev1.QueryCeremonyRequest{Number: number})
	if err != nil {
		return committeev1.Ceremony{}, fmt.Errorf("query ceremony %d: %w", number, gone(err))
	}
	return r.Ceremony, nil
}

// ReadDealings are the dealings of a ceremony, by dealer. Errors: ErrGone.
func ReadDealings(ctx context.Context, q committeev1.QueryClient, number uint64) ([]committeev1.DealingOf, error) {
	r, err := q.Dealings(ctx, &committeev1.QueryDealingsRequest{Ceremony: number})
	if err != nil {
		return nil, fmt.Errorf("query dealings of ceremony %d: %w", number, gone(err))
	}
	return r.Dealings, nil
}

func gone(err error) error {
	if status.Code(err) == codes.NotFound {
		return errors.Join(ErrGone, err)
	}
	return err
}
