// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/message"
)

const (
	// MaxTransactions of one block: several times what any supported chain's gas allows.
	MaxTransactions = 1 << 16
	// maxExtra bytes of extraData; an epoch block of BSC has about four thousand.
	maxExtra = 16 << 10
)

// Header is a block header whose fields hash to its hash. Only DecodeHeader makes one.
type Header struct {
	format       Format
	fields       types.Header
	hash         common.Hash
	transactions []common.Hash
}

// Hash of the block, recomputed.
func (h *Header) Hash() message.Hash { return message.Hash(h.hash) }

// Number of the block.
func (h *Header) Number() uint64 { return h.fields.Number.Uint64() }

// Parent is the hash of the block before.
func (h *Header) Parent() message.Hash { return message.Hash(h.fields.ParentHash) }

// Time of the block, in seconds.
func (h *Header) Time() uint64 { return h.fields.Time }

// Transactions lists the hashes of the block's transactions as the endpoint named them. The
// header commits to the transactions themselves, so these are its word alone.
func (h *Header) Transactions() []message.Hash {
	list := make([]message.Hash, len(h.transactions))
	for i, t := range h.transactions {
		list[i] = message.Hash(t)
	}
	return list
}

// Bloom says whether the block may hold a log with this address and, if topic is not zero,
// this topic. False is certain.
func (h *Header) Bloom(address message.Address, topic message.Hash) bool {
	return h.fields.Bloom.Test(address[:]) && (topic.IsZero() || h.fields.Bloom.Test(topic[:]))
}

// headerKeys are the fields that every header has, and hash and transactions.
var headerKeys = []string{
	"parentHash", "sha3Uncles", "miner", "stateRoot", "transactionsRoot", "receiptsRoot", "logsBloom", "difficulty",
	"number", "gasLimit", "gasUsed", "timestamp", "extraData", "mixHash", "nonce", "hash", "transactions",
}

// DecodeHeader reads the result of eth_getBlockByHash or eth_getBlockByNumber, asked without
// full transactions, and recomputes the block hash. The caller compares Hash with the block
// that it asked for.
//
// A field of another name does not count: if the hash covered it, the recomputed one would
// differ. Errors: ErrHeader.
func DecodeHeader(f Format, raw []byte) (*Header, error) {
	h := &Header{format: f}
	var said common.Hash
	var unknown string
	err := scan(raw, func(s *scanner) error {
		return s.object(headerKeys, func(key string) error {
			switch key {
			case "hash":
				return s.fixed(said[:])
			case "transactions":
				return h.decodeTransactions(s)
			case "size", "totalDifficulty", "uncles", "withdrawals", "milliTimestamp": // not hashed
				return s.skip()
			}
			known, err := decodeField(s, key, &h.fields)
			if !known {
				unknown = " (" + clip([]byte(key)) + " is unknown)"
				return s.skip()
			}
			return err
		})
	})
	switch {
	case err != nil:
		return nil, fmt.Errorf("%w: %w", ErrHeader, err)
	case !f.valid():
		return nil, fmt.Errorf("%w: format %d: %w", ErrHeader, f, message.ErrRange)
	case !whole(&h.fields):
		return nil, fmt.Errorf("%w: a field of an older fork is missing: %w", ErrHeader, message.ErrBadEncoding)
	}
	if h.hash = h.fields.Hash(); h.hash != said {
		return nil, fmt.Errorf("%w: fields hash to %s, not to %s%s", ErrHeader, h.hash, said, unknown)
	}
	return h, nil
}

// decodeField reads one hashed field; false if key names none.
func decodeField(s *scanner, key string, h *types.Header) (known bool, err error) {
	switch key {
	case "parentHash":
		err = s.fixed(h.ParentHash[:])
	case "sha3Uncles":
		err = s.fixed(h.UncleHash[:])
	case "miner":
		err = s.address(h.Coinbase[:])
	case "stateRoot":
		err = s.fixed(h.Root[:])
	case "transactionsRoot":
		err = s.fixed(h.TxHash[:])
	case "receiptsRoot":
		err = s.fixed(h.ReceiptHash[:])
	case "logsBloom":
		err = s.fixed(h.Bloom[:])
	case "difficulty":
		err = s.big(&h.Difficulty)
	case "number":
		var n uint64
		err = s.uint64(&n)
		h.Number = new(big.Int).SetUint64(n)
	case "gasLimit":
		err = s.uint64(&h.GasLimit)
	case "gasUsed":
		err = s.uint64(&h.GasUsed)
	case "timestamp":
		err = s.uint64(&h.Time)
	case "extraData":
		err = s.data(&h.Extra, maxExtra)
	case "mixHash":
		err = s.fixed(h.MixDigest[:])
	case "nonce":
		err = s.fixed(h.Nonce[:])
	case "baseFeePerGas": // London
		err = s.big(&h.BaseFee)
	case "withdrawalsRoot": // Shanghai; from Isthmus on OP-style chains a storage root
		err = hash(s, &h.WithdrawalsHash)
	case "blobGasUsed": // Cancun
		err = s.optional(&h.BlobGasUsed)
	case "excessBlobGas":
		err = s.optional(&h.ExcessBlobGas)
	case "parentBeaconBlockRoot":
		err = hash(s, &h.ParentBeaconRoot)
	case "requestsHash": // Prague
		err = hash(s, &h.RequestsHash)
	case "blockAccessListHash": // Amsterdam
		err = hash(s, &h.BlockAccessListHash)
	case "slotNumber":
		err = s.optional(&h.SlotNumber)
	default:
		return false, nil
	}
	return true, err
}

func hash(s *scanner, to **common.Hash) error {
	*to = new(common.Hash)
	return s.fixed((*to)[:])
}

// whole tells that no optional field is missing before one that is there: RLP could only
// encode that header by writing a zero that the endpoint did not send.
func whole(h *types.Header) bool {
	there := []bool{
		h.BaseFee != nil, h.WithdrawalsHash != nil, h.BlobGasUsed != nil, h.ExcessBlobGas != nil,
		h.ParentBeaconRoot != nil, h.RequestsHash != nil, h.BlockAccessListHash != nil, h.SlotNumber != nil,
	}
	for i := 1; i < len(there); i++ {
		if there[i] && !there[i-1] {
			return false
		}
	}
	return true
}

func (h *Header) decodeTransactions(s *scanner) error {
	return s.array(MaxTransactions, func(int) error {
		var t common.Hash
		if err := s.fixed(t[:]); err != nil {
			return err
		}
		h.transactions = append(h.transactions, t)
		return nil
	})
}
