// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"
	"math"

	abci "github.com/cometbft/cometbft/abci/types"
	cmttypes "github.com/cometbft/cometbft/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// Bounds of transactions.
const (
	// MaxTxs is how many transactions a block carries behind the last commit.
	MaxTxs = 200
	// MaxTxsBytes bounds them together, as they lie in the block: four of the largest.
	MaxTxsBytes = 4 * (transaction.MaxTxBytes + 16)
	// MaxSenderTxs bounds those of one sender, in a block and in the mempool: a validator needs
	// one at a time in a ceremony, and a few approvals.
	MaxSenderTxs = 8
	// TxGas bounds the reads and writes of one transaction.
	TxGas = 100_000_000
)

// The result codes of refused transactions, in the codespace committee.Codespace. What does not
// decode, or is too large, has the SDK's own code 2 of codespace sdk. A message that the state
// refused has committee.CodeRefused; its transaction used up its sequence.
const (
	CodeSignature = 3 // the signature is not the sender's over this body, on this network and fork
	CodeSender    = 4 // the sender speaks for no validator
	CodeSequence  = 5 // not the sender's next
	CodeBusy      = 6 // the sender has MaxSenderTxs waiting; or the node has no state yet
	CodeState     = 7 // the node cannot read its state
)

// txError is a refusal with its result code.
type txError struct {
	code uint32
	err  error
}

// Error says what was refused.
func (e *txError) Error() string { return e.err.Error() }

// Unwrap is the reason.
func (e *txError) Unwrap() error { return e.err }

// ABCICode is the result code.
func (e *txError) ABCICode() uint32 { return e.code }

// Codespace is that of the chain.
func (e *txError) Codespace() string { return committee.Codespace }

// ErrTransaction: the transaction is not one that may be in a block here.
var ErrTransaction = message.NewError(message.Reject, "transaction refused")

func refuseTx(code uint32, format string, args ...any) error {
	return &txError{code, fmt.Errorf(format+": %w", append(args, ErrTransaction)...)}
}

// decodeTx is the decoder of BaseApp. It is a pure function: what a node refuses here every
// node refuses.
func decodeTx(b []byte) (sdk.Tx, error) {
	tx, body, err := transaction.Decode(b)
	if err != nil {
		return nil, err
	}
	m, err := transaction.MessageOf(body)
	if err != nil {
		return nil, err
	}
	return &operatorTx{raw: b, tx: tx, sequence: body.Sequence, message: m}, nil
}

// encodeTx is the bytes that were decoded.
func encodeTx(tx sdk.Tx) ([]byte, error) {
	t, ok := tx.(*operatorTx)
	if !ok {
		return nil, fmt.Errorf("a %T: %w", tx, ErrTransaction)
	}
	return t.raw, nil
}

// ante judges a transaction before its message, in the mempool, in proposals and in blocks
// alike, and uses up its sequence: who signed, whom that account speaks for, and whether it is
// the next. The cheap refusals came before, in decodeTx; nothing here costs more than one
// recovery of a key. What is looked at before the mempool takes it: checkTx.
//
// INVARIANT: I-06, for all but the bound of the mempool, which CheckTx alone asks for.
func (a *App) ante(ctx sdk.Context, tx sdk.Tx, simulate bool) (sdk.Context, error) {
	t, ok := tx.(*operatorTx)
	if !ok || simulate {
		return ctx, fmt.Errorf("a %T, simulate %t: %w", tx, simulate, ErrTransaction)
	}
	ctx = ctx.WithGasMeter(storetypes.NewGasMeter(TxGas))
	fork, err := a.committee.Fork(ctx)
	if err != nil {
		return ctx, &txError{CodeState, err}
	}
	named := message.Address(t.message.GetSender())
	if signed, err := transaction.Sender(t.tx, a.committee.BridgeID(), fork); err != nil {
		return ctx, &txError{CodeSignature, err}
	} else if signed != named {
		return ctx, refuseTx(CodeSignature, "sender %s did not sign this for %s under fork %d", named, a.chainID, fork)
	}
	v, found, err := a.committee.ValidatorByOperator(ctx, named)
	if err != nil {
		return ctx, &txError{CodeState, err}
	}
	if !found {
		return ctx, refuseTx(CodeSender, "sender %s speaks for no validator", named)
	}
	if t.sequence != v.Sequence || t.sequence == math.MaxUint64 {
		return ctx, refuseTx(CodeSequence, "sequence %d of %s, next is %d", t.sequence, named, v.Sequence)
	}
	if ctx.IsCheckTx() {
		if err := a.waiting(named, t.sequence); err != nil {
			return ctx, err
		}
	}
	if err := a.committee.SetSequence(ctx, named, v.Sequence+1); err != nil {
		return ctx, &txError{CodeState, err}
	}
	return ctx, nil
}

// blockRoom counts what may still enter a block behind the last commit.
type blockRoom struct {
	txs     int
	bytes   int64
	senders map[message.Address]int
}

func newBlockRoom(bytes int64) *blockRoom {
	return &blockRoom{MaxTxs, min(bytes, MaxTxsBytes), make(map[message.Address]int)}
}

// fits says whether one more transaction of that size does, by number and bytes.
func (r *blockRoom) fits(raw []byte) bool { return r.txs > 0 && txBytes(raw) <= r.bytes }

// take gives a transaction its place; false: its sender has enough.
func (r *blockRoom) take(t *operatorTx) bool {
	sender := message.Address(t.message.GetSender())
	if r.senders[sender] >= MaxSenderTxs {
		return false
	}
	r.senders[sender]++
	r.txs--
	r.bytes -= txBytes(t.raw)
	return true
}

// txBytes is the size of a transaction within a block.
func txBytes(raw []byte) int64 { return cmttypes.ComputeProtoSizeForTxs([]cmttypes.Tx{raw}) }

// choose takes from the mempool's transactions, in their order, what every other node will
// accept behind tx0, the last commit, which is never left out or cut. What does not fit stays
// in the mempool.
func (a *App) choose(tx0 []byte, r *abci.RequestPrepareProposal) [][]byte {
	txs := [][]byte{tx0}
	room := newBlockRoom(r.MaxTxBytes - txBytes(tx0))
	for _, raw := range r.Txs {
		if room.txs == 0 {
			break
		}
		if !room.fits(raw) {
			continue
		}
		tx, err := decodeTx(raw)
		if err != nil {
			continue
		}
		if t, ok := tx.(*operatorTx); !ok || room.senders[message.Address(t.message.GetSender())] >= MaxSenderTxs {
			continue
		} else if _, err := a.PrepareProposalVerifyTx(t); err == nil && room.take(t) {
			txs = append(txs, raw)
		}
	}
	return txs
}

// checkTransactions holds the transactions of a proposal behind the last commit against the
// rules of choose: each must pass the ante handler after those before it.
//
// SECURITY: what a proposer can do at most is leave out, and choose the order between senders
// and the moment: it has no signature of another operator, cannot skip a sequence and cannot
// repeat one.
func (a *App) checkTransactions(txs [][]byte) error {
	room := newBlockRoom(MaxTxsBytes)
	for i, raw := range txs {
		if !room.fits(raw) {
			return refuse(ruleTransactions, "transaction %d: more than %d transactions or %d bytes", i+1, MaxTxs, int64(MaxTxsBytes))
		}
		tx, _, err := a.ProcessProposalVerifyTx(raw)
		if err != nil {
			return refuse(ruleTransactions, "transaction %d: %v", i+1, err)
		}
		if t, ok := tx.(*operatorTx); !ok || !room.take(t) {
			return refuse(ruleTransactions, "transaction %d: its sender has more than %d", i+1, MaxSenderTxs)
		}
	}
	return nil
}
