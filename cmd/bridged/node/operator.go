// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"sync"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/mempool"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

// Errors of the operator's transactions.
var (
	// ErrNoOperator: the home has no operator account.
	ErrNoOperator = message.NewError(message.Reject, "this node has no operator account")
	// ErrInFlight: a transaction of the operator waits for a block; there is one at a time.
	ErrInFlight = message.NewError(message.Retry, "another transaction of the operator waits for a block")
	// ErrRefused: the chain does not take the transaction.
	ErrRefused = message.NewError(message.Reject, "the chain refuses the transaction")
	// ErrNotReady: the node cannot send yet.
	ErrNotReady = message.NewError(message.Retry, "the node is not ready to send transactions")
)

// flightBlocks is after how many blocks a transaction that no block has is sent again, or makes room.
const flightBlocks = 2

// operator sends transactions of the validator's operator, one at a time: the sequence of the next
// one is known when a block has the one before.
type operator struct {
	account account.Account
	ledger  ledger
	pool    func() mempool.Mempool // nil before the node runs

	mu     sync.Mutex
	flight struct {
		sequence uint64
		height   uint64 // of the state that it was made for
		tx       [32]byte
		set      bool
	}
}

var _ agent.Sender = (*operator)(nil)

// Send implements agent.Sender.
func (o *operator) Send(ctx context.Context, m transaction.Message) error {
	_, err := o.submit(ctx, m)
	return err
}

// sent is a transaction that the own mempool took.
type sent struct {
	tx       [32]byte
	sequence uint64
	height   uint64 // of the newest state before it
}

// submit signs m under the sequence of the committed state and gives it to the mempool.
//
// Errors: ErrInFlight, ErrNotReady, ErrRefused with the chain's reason.
func (o *operator) submit(ctx context.Context, m transaction.Message) (sent, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	pool := o.pool()
	if pool == nil || o.ledger.behind() {
		return sent{}, ErrNotReady
	}
	q, err := o.ledger.at()
	if err != nil {
		return sent{}, err
	}
	self := o.account.Address()
	network, err := q.Network(ctx, &committeev1.QueryNetworkRequest{})
	if err != nil {
		return sent{}, fmt.Errorf("query network: %w", err)
	}
	a, err := q.Account(ctx, &committeev1.QueryAccountRequest{Operator: self[:]})
	if err != nil {
		return sent{}, fmt.Errorf("query account of %s: %w", message.Address(self), err)
	}
	body, err := transaction.Encode(a.Sequence, m)
	if err != nil {
		return sent{}, err
	}
	tx, err := transaction.Sign(body, message.Hash(network.BridgeId), network.Fork, func([32]byte) ([65]byte, error) {
		word := transaction.Word(message.Hash(network.BridgeId), network.Fork, body) // an account, external or not, takes the text and not its hash
		return o.account.SignText(ctx, word[:])
	})
	if err != nil {
		return sent{}, err
	}
	out := sent{sha256.Sum256(tx), a.Sequence, network.Height}
	f := &o.flight
	if f.set && f.sequence == a.Sequence && f.tx != out.tx && network.Height < f.height+flightBlocks {
		return sent{}, fmt.Errorf("sequence %d: %w", a.Sequence, ErrInFlight)
	}
	if err := offer(ctx, pool, tx); err != nil {
		return sent{}, err
	}
	if f.tx != out.tx {
		f.sequence, f.height, f.tx, f.set = a.Sequence, network.Height, out.tx, true
	}
	return out, nil
}

// offer gives a transaction to the mempool and waits for its judgement. One that is there already is taken.
func offer(ctx context.Context, pool mempool.Mempool, tx cmttypes.Tx) error {
	answer := make(chan *abci.ResponseCheckTx, 1)
	err := pool.CheckTx(tx, func(r *abci.ResponseCheckTx) { answer <- r }, mempool.TxInfo{})
	switch {
	case errors.Is(err, mempool.ErrTxInCache):
		return nil
	case err != nil:
		return fmt.Errorf("mempool: %w", err)
	}
	select {
	case r := <-answer:
		if r.IsErr() {
			return fmt.Errorf("%s (code %d): %w", r.Log, r.Code, ErrRefused)
		}
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
