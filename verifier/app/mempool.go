// SPDX-License-Identifier: Apache-2.0

package app

import (
	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	sdkerrors "github.com/cosmos/cosmos-sdk/types/errors"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// speakers are the operators of the newest committed state, for the mempool. It is replaced,
// never changed.
type speakers struct {
	fork uint32
	next map[message.Address]uint64 // their sequences
}

// enlist remembers the operators of the committed state.
func (a *App) enlist(ctx sdk.Context) {
	all, err := a.committee.Validators(ctx)
	if err != nil {
		a.Logger().Error("validators of the committed state", "height", ctx.BlockHeight(), "err", err)
		return
	}
	fork, err := a.committee.Fork(ctx)
	if err != nil {
		a.Logger().Error("fork of the committed state", "height", ctx.BlockHeight(), "err", err)
		return
	}
	s := &speakers{fork, make(map[message.Address]uint64, len(all))}
	for i := range all {
		if v := &all[i]; committee.Sits(v) && len(v.Operator) == len(message.Address{}) {
			s.next[message.Address(v.Operator)] = v.Sequence
		}
	}
	a.speakers.Store(s)
}

// checkTx is BaseApp's own, behind a gate: what no operator has signed is refused before its
// body is looked at, so a stranger's bytes cost one recovery of a key at most.
func (a *App) checkTx(run sdk.RunTx, r *abci.RequestCheckTx) (*abci.ResponseCheckTx, error) {
	if err := a.speaks(r.Tx); err != nil {
		return sdkerrors.ResponseCheckTxWithEvents(err, 0, 0, nil, false), nil
	}
	gas, result, events, err := run(r.Tx, nil)
	if err != nil {
		return sdkerrors.ResponseCheckTxWithEvents(err, gas.GasWanted, gas.GasUsed, events, false), nil
	}
	return &abci.ResponseCheckTx{
		GasWanted: int64(gas.GasWanted), GasUsed: int64(gas.GasUsed), Log: result.Log, Data: result.Data, Events: result.Events,
	}, nil
}

// speaks refuses what no operator of the committed state has signed.
func (a *App) speaks(raw []byte) error {
	tx, err := transaction.Open(raw)
	if err != nil {
		return sdkerrors.ErrTxDecode.Wrap(err.Error())
	}
	s := a.speakers.Load()
	if s == nil {
		return refuseTx(CodeBusy, "no committed state yet")
	}
	who, err := transaction.Sender(tx, a.committee.BridgeID(), s.fork)
	if err != nil {
		return &txError{CodeSignature, err}
	}
	if _, known := s.next[who]; !known {
		return refuseTx(CodeSender, "no operator has signed this for %s under fork %d", a.chainID, s.fork)
	}
	return nil
}

// waiting refuses what would give a sender more than MaxSenderTxs places in the mempool,
// counted from its sequence in the newest committed state.
func (a *App) waiting(sender message.Address, sequence uint64) error {
	s := a.speakers.Load()
	if s == nil {
		return refuseTx(CodeBusy, "no committed state yet")
	}
	if first := s.next[sender]; sequence-first >= MaxSenderTxs {
		return refuseTx(CodeBusy, "%d transactions of %s wait, at most %d", sequence-first, sender, MaxSenderTxs)
	}
	return nil
}
