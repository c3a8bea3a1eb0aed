// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"fmt"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
)

// Sender sends transactions of one account in order and waits for their receipts.
// It may be called at the same time. *evm.TransactionManager is one.
type Sender interface {
	Send(ctx context.Context, to message.Address, data []byte, gasLimit uint64) (evm.Receipt, error)
}

// chainTarget is a Target on a real chain.
type chainTarget struct {
	*evm.Client
	sender Sender
	from   message.Address
}

// NewTarget joins a client and the account that pays: from is the sender's address.
func NewTarget(c *evm.Client, sender Sender, from message.Address) Target {
	return &chainTarget{Client: c, sender: sender, from: from}
}

// GroupKey implements Target.
func (t *chainTarget) GroupKey(ctx context.Context) (schnorr.PublicKey, error) {
	px, _, err := t.Client.GroupKey(ctx)
	if err != nil {
		return schnorr.PublicKey{}, err
	}
	return schnorr.ParsePublicKey(px[:])
}

// DeliveredWord implements Target, at the latest block.
func (t *chainTarget) DeliveredWord(ctx context.Context, lane message.Address, index uint64) ([32]byte, error) {
	return t.Client.DeliveredWord(ctx, lane, index, evm.At{Tag: evm.Latest})
}

// DeliveredWordAt implements Target.
func (t *chainTarget) DeliveredWordAt(ctx context.Context, lane message.Address, index, block uint64) ([32]byte, error) {
	return t.Client.DeliveredWord(ctx, lane, index, evm.At{Number: block})
}

// Simulate implements Target.
func (t *chainTarget) Simulate(ctx context.Context, data []byte) error {
	return t.Client.Simulate(ctx, t.from, data, 0)
}

// Send implements Target. The gas is estimated and a fifth is added: the recipient's
// state may change until the transaction is mined.
func (t *chainTarget) Send(ctx context.Context, data []byte) (evm.Receipt, error) {
	gas, err := t.EstimateGas(ctx, evm.Call{From: t.from, To: t.Manager(), Data: data})
	if err != nil {
		return evm.Receipt{}, fmt.Errorf("estimate gas: %w", err)
	}
	return t.sender.Send(ctx, t.Manager(), data, gas+gas/5)
}
