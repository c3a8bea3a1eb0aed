// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"slices"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
)

// errTaken: another transaction was mined under the nonce.
var errTaken = errors.New("transaction nonce taken")

// errOutbid: a node wants a higher fee than was offered.
var errOutbid = errors.New("fee too low")

// flight is one transaction on its way, with all its versions.
type flight struct {
	m    *TransactionManager
	tx   Tx
	slot slot

	raw     []byte         // newest version
	hashes  []message.Hash // versions that a node may have
	sentAt  uint64         // head when the newest version went out
	unsure  bool           // the newest version's broadcast gave no clear answer
	tries   int            // broadcasts that were not clearly refused
	taken   bool           // a node took a version at least once
	missing int            // looks in a row at which the nonce was used and no receipt found
}

// run returns the receipt of whichever version is mined.
func (f *flight) run(ctx context.Context) (Receipt, error) {
	head, err := f.m.Endpoint.Block(ctx, At{Tag: Latest})
	if err != nil {
		return Receipt{}, err
	}
	if err := f.offer(ctx, head); err != nil {
		return Receipt{}, err
	}
	for {
		r, done, err := f.look(ctx, &head)
		if done || errors.Is(err, errTaken) {
			return r, err
		}
		if err != nil && ctx.Err() == nil {
			f.m.Logger.Warn("transaction not seen, looking again", "tx_nonce", f.slot.nonce, "err", err)
		}
		if err == nil && (f.unsure || head.Number >= f.sentAt+f.m.BumpBlocks) {
			if err := f.again(ctx, head); err != nil {
				return Receipt{}, err
			}
			if !f.taken && f.tries > maxVersions {
				return Receipt{}, fmt.Errorf("no node took transaction nonce %d in %d tries: %w", f.slot.nonce, f.tries, message.ErrUnavailable)
			}
		}
		if err := f.m.Sleep(ctx, f.m.Poll); err != nil {
			return Receipt{}, err
		}
	}
}

// look asks for the receipts of all versions and whether the nonce is used.
func (f *flight) look(ctx context.Context, head *Block) (Receipt, bool, error) {
	ep := f.m.Endpoint
	// The order matters: a nonce that is used before the receipts are read has a receipt.
	used, err := ep.TxNonce(ctx, f.m.Account.Address())
	if err != nil {
		return Receipt{}, false, err
	}
	if *head, err = ep.Block(ctx, At{Tag: Latest}); err != nil {
		return Receipt{}, false, err
	}
	for _, h := range slices.Backward(f.hashes) {
		r, ok, err := ep.Receipt(ctx, h)
		if err != nil {
			return Receipt{}, false, err
		}
		if ok {
			failpoint.Hit("evm.send.mined") // the transaction stands in a block; the chain says so after the next start
			f.missing = 0
			f.sentAt = head.Number // mined: no reason to bid higher
			return r, head.Number+1 >= r.Block.Number+f.m.Confirmations, nil
		}
	}
	if used <= f.slot.nonce {
		f.missing = 0
		return Receipt{}, false, nil
	}
	// Twice, since endpoints index receipts a moment late.
	if f.missing++; f.missing > 1 {
		return Receipt{}, false, errTaken
	}
	return Receipt{}, false, nil
}

// again repeats the newest version, or bids higher when it had its time.
func (f *flight) again(ctx context.Context, head Block) error {
	if f.unsure && head.Number < f.sentAt+f.m.BumpBlocks {
		return f.keep(f.broadcast(ctx))
	}
	err := f.offer(ctx, head)
	if errors.Is(err, message.ErrUnderpriced) && len(f.hashes) > 0 {
		f.sentAt = head.Number
		return f.keep(f.broadcast(ctx)) // at the cap: stay in the pools
	}
	return f.keep(err)
}

// keep drops errors that do not matter while an earlier version may still be mined.
func (f *flight) keep(err error) error {
	if err == nil || len(f.hashes) > 0 && !errors.Is(err, errTaken) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return nil
	}
	return err
}

// offer signs a version with fees for now, above all earlier ones, and broadcasts it.
func (f *flight) offer(ctx context.Context, head Block) error {
	tip, err := f.m.Endpoint.TipWei(ctx)
	if err != nil {
		if ctx.Err() != nil {
			return err
		}
		tip = big.NewInt(1e9) // some chains have no suggestion
	}
	base := new(big.Int)
	if head.BaseFee != nil {
		base = head.BaseFee
	}
	if base.Cmp(f.m.MaxFeeWei) > 0 {
		return fmt.Errorf("base fee %s above the limit %s: %w", base, f.m.MaxFeeWei, message.ErrUnderpriced)
	}
	for range maxVersions {
		feeCap := new(big.Int).Add(new(big.Int).Lsh(base, 1), tip)
		feeCap = lower(feeCap, f.m.MaxFeeWei)
		tip = lower(tip, feeCap)
		if f.slot.cap != nil {
			// Nodes replace a transaction only when both fees rise by a tenth.
			minTip, minCap := raised(f.slot.tip), raised(f.slot.cap)
			tip, feeCap = higher(tip, minTip), higher(feeCap, minCap)
			if feeCap.Cmp(f.m.MaxFeeWei) > 0 {
				return fmt.Errorf("fee %s at the limit %s: %w", f.slot.cap, f.m.MaxFeeWei, message.ErrUnderpriced)
			}
		}
		if err := f.sign(tip, feeCap); err != nil {
			return err
		}
		f.sentAt = head.Number
		if err = f.broadcast(ctx); !errors.Is(err, errOutbid) {
			return err
		}
		f.slot.tip, f.slot.cap = tip, feeCap // somebody in the pool outbids us: raise from here
	}
	return fmt.Errorf("transaction nonce %d: %w", f.slot.nonce, message.ErrUnderpriced)
}

func (f *flight) sign(tip, feeCap *big.Int) error {
	t := &types.DynamicFeeTx{
		ChainID: f.m.chainID, Nonce: f.slot.nonce, GasTipCap: tip, GasFeeCap: feeCap, Gas: f.tx.GasLimit, Value: f.tx.ValueWei, Data: f.tx.Data,
	}
	if t.Value == nil {
		t.Value = new(big.Int)
	}
	if f.tx.To != nil {
		to := common.Address(*f.tx.To)
		t.To = &to
	}
	signed, err := f.m.Account.SignTx(types.NewTx(t), f.m.chainID)
	if err != nil {
		return fmt.Errorf("sign transaction: %w", err)
	}
	if f.raw, err = signed.MarshalBinary(); err != nil {
		return fmt.Errorf("encode transaction: %w", err)
	}
	return nil
}

// broadcast hands the newest version to the endpoint.
func (f *flight) broadcast(ctx context.Context) error {
	signed := new(types.Transaction)
	if err := signed.UnmarshalBinary(f.raw); err != nil {
		return fmt.Errorf("decode transaction: %w", err)
	}
	hash := message.Hash(signed.Hash())
	failpoint.Hit("evm.send.broadcast") // no endpoint has the transaction; its nonce is used by the next one
	sendErr := f.m.Endpoint.SendRaw(ctx, f.raw)
	failpoint.Hit("evm.send.sent") // the transaction may be mined; the chain says so after the next start
	outcome := sendOutcome(sendErr)
	known := slices.Contains(f.hashes, hash)
	if errors.Is(outcome, errOutbid) || errors.Is(outcome, ErrFunds) || errors.Is(outcome, ErrRefused) {
		return outcome // the node has not taken it
	}
	f.tries++
	f.taken = f.taken || outcome == nil
	// Taken, maybe taken, or the nonce is used, perhaps by this very transaction.
	f.unsure = outcome != nil
	f.slot.tip, f.slot.cap = signed.GasTipCap(), signed.GasFeeCap()
	if !known {
		f.hashes = append(f.hashes, hash)
		f.m.Logger.Debug("transaction sent", "tx", hash, "tx_nonce", f.slot.nonce, "fee_cap_wei", f.slot.cap, "err", outcome)
	}
	return nil
}

// sendOutcome is what follows from a node's answer to a broadcast.
func sendOutcome(err error) error {
	if err == nil {
		return nil
	}
	var answer *RPCError
	if !errors.As(err, &answer) {
		return fmt.Errorf("%w: %w", message.ErrUnavailable, err)
	}
	switch RefusalOf(err) {
	case RefusedKnown:
		return nil
	case RefusedNonce:
		return errTaken
	case RefusedFee:
		return errOutbid
	case RefusedFunds:
		return fmt.Errorf("%w: %s", ErrFunds, answer.Text)
	case RefusedEver:
		return fmt.Errorf("%w: %s", ErrRefused, answer.Text)
	}
	return answer
}

func lower(a, b *big.Int) *big.Int {
	if a.Cmp(b) < 0 {
		return a
	}
	return b
}

func higher(a, b *big.Int) *big.Int {
	if a.Cmp(b) > 0 {
		return a
	}
	return b
}

// raised is an eighth more, at least one wei.
func raised(v *big.Int) *big.Int {
	r := new(big.Int).Add(v, new(big.Int).Rsh(v, 3))
	return r.Add(r, big.NewInt(1))
}
