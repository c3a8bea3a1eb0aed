// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"math/big"

	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/stream"
)

// Tag is a label that a chain gives one of its blocks.
type Tag = registry.Tag

// The labels that are used.
const (
	Latest    Tag = "latest"
	Safe      Tag = "safe"
	Finalized     = registry.TagFinalized
)

// At names a block: by hash when Hash is set, else by Tag, else by Number.
type At struct {
	Hash   message.Hash
	Tag    Tag
	Number uint64
}

// Block is what the bridge needs of a header. The hash is the endpoint's word; Endpoint.Header
// recomputes it from a whole header, for the chains whose format allows that.
type Block struct {
	stream.BlockRef
	Parent  message.Hash
	Time    uint64
	BaseFee *big.Int // wei; nil on chains without one
}

// Log is one event log as an endpoint returns it.
type Log = evidence.Log

// Call is a read of a contract.
type Call struct {
	From message.Address // zero: nobody
	To   message.Address
	Data []byte
	Gas  uint64 // zero: the endpoint's own limit
}

// Receipt is a transaction receipt (not the bridge's receipt leaf).
type Receipt struct {
	TxHash            message.Hash
	Block             stream.BlockRef
	Success           bool
	GasUsed           uint64
	EffectiveGasPrice *big.Int // wei
	Contract          message.Address
	Logs              []Log
}

// Endpoint answers questions about one chain. Implementations bound every call in time and
// size and are safe for concurrent use.
//
// Errors: ErrNoBlock, ErrNoState, *RevertError, *RPCError (the endpoint refused), otherwise
// message.ErrUnavailable.
type Endpoint interface {
	// ChainID is the EIP-155 id of the chain behind the endpoint.
	ChainID(ctx context.Context) (message.ChainID, error)
	// Block returns a header; ErrNoBlock when the endpoint does not have it (yet).
	Block(ctx context.Context, at At) (Block, error)
	// Logs returns all logs of an address in the blocks [from, to] whose first topic is listed.
	Logs(ctx context.Context, address message.Address, topics []message.Hash, from, to uint64) ([]Log, error)
	// Call runs a read; a revert is a *RevertError.
	Call(ctx context.Context, call Call, at At) ([]byte, error)
	// EstimateGas returns the gas a call would use; a revert is a *RevertError.
	EstimateGas(ctx context.Context, call Call) (uint64, error)
	// Storage returns one word of a contract's storage.
	Storage(ctx context.Context, address message.Address, slot message.Hash, at At) (message.Hash, error)
	// Header returns the header of the block with this hash, whose fields hash to it.
	//
	// Errors: evidence.ErrHeader as well.
	Header(ctx context.Context, f evidence.Format, block message.Hash) (*evidence.Header, error)
	// Receipts returns all receipts of a block, which make the header's root, by one request.
	//
	// Errors: evidence.ErrReceipts; ErrNoMethod and ErrTooMany as well, then EachReceipt may serve.
	Receipts(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error)
	// EachReceipt is Receipts by one request for each transaction.
	EachReceipt(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error)
	// Transactions returns the hashes of a block's transactions, in order.
	Transactions(ctx context.Context, block message.Hash) ([]message.Hash, error)
	// Code returns the code of a contract at the latest block.
	Code(ctx context.Context, address message.Address) ([]byte, error)
	// Balance returns an account's wei at the latest block.
	Balance(ctx context.Context, address message.Address) (*big.Int, error)
	// TxNonce returns the next transaction nonce of an account by its mined transactions.
	TxNonce(ctx context.Context, address message.Address) (uint64, error)
	// TipWei suggests a priority fee.
	TipWei(ctx context.Context) (*big.Int, error)
	// SendRaw broadcasts a signed transaction.
	SendRaw(ctx context.Context, raw []byte) error
	// Receipt returns the receipt of a mined transaction; false when there is none.
	Receipt(ctx context.Context, tx message.Hash) (Receipt, bool, error)
	// Close frees connections.
	Close()
}
