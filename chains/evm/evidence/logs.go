// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"fmt"
	"slices"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/message"
)

// Log is one event log.
type Log struct {
	Address   message.Address
	Topics    []message.Hash
	Data      []byte
	Block     uint64
	BlockHash message.Hash
	Index     uint32 // within the block
	TxHash    message.Hash
	Removed   bool
}

// Logs are the logs of manager in the block, by index, whose first topic is listed; an empty
// list means every log of manager. All but TxHash is proven (Header.Transactions).
//
// Errors: ErrReceipts when r are the receipts of another block than h.
func Logs(h *Header, r *Receipts, manager message.Address, topics []message.Hash) ([]Log, error) {
	if h.hash != r.header.hash {
		return nil, fmt.Errorf("%w: they are of block %d, want block %d", ErrReceipts, r.header.Number(), h.Number())
	}
	var out []Log
	for _, tx := range r.list {
		for _, l := range tx.Logs {
			if message.Address(l.Address) == manager && listed(l, topics) {
				out = append(out, convert(l))
			}
		}
	}
	return out, nil
}

func listed(l *types.Log, topics []message.Hash) bool {
	return len(topics) == 0 || len(l.Topics) > 0 && slices.Contains(topics, message.Hash(l.Topics[0]))
}

func convert(l *types.Log) Log {
	out := Log{
		Address: message.Address(l.Address), Topics: make([]message.Hash, len(l.Topics)), Data: bytes.Clone(l.Data), Block: l.BlockNumber,
		BlockHash: message.Hash(l.BlockHash), Index: uint32(l.Index), TxHash: message.Hash(l.TxHash),
	}
	for i, t := range l.Topics {
		out.Topics[i] = message.Hash(t)
	}
	return out
}

// Compare holds what an endpoint says to be the logs of a block against the proven ones, both
// for the same manager and topics. Nil means that they are the same, in the same order.
//
// Errors: *LogError, at the first difference: removed before missing and altered (by index of
// the proven log) before extra before reordered.
func Compare(block uint64, proven, said []Log) error {
	fail := func(kind error, index uint32) error { return &LogError{kind, block, index} }
	by := make(map[uint32]int, len(said))
	twice := -1
	for i := range said {
		if said[i].Removed {
			return fail(ErrRemoved, said[i].Index)
		}
		if _, ok := by[said[i].Index]; ok && twice < 0 {
			twice = i
		} else if !ok {
			by[said[i].Index] = i
		}
	}
	for i := range proven {
		at, ok := by[proven[i].Index]
		if !ok {
			return fail(ErrMissing, proven[i].Index)
		}
		if !same(&proven[i], &said[at]) {
			return fail(ErrAltered, proven[i].Index)
		}
		delete(by, proven[i].Index)
	}
	for i := range said {
		if _, ok := by[said[i].Index]; ok {
			return fail(ErrExtra, said[i].Index)
		}
	}
	if twice >= 0 {
		return fail(ErrExtra, said[twice].Index)
	}
	for i := range proven {
		if said[i].Index != proven[i].Index {
			return fail(ErrReordered, said[i].Index)
		}
	}
	return nil
}

// same compares logs of one index, neither of them removed.
func same(a, b *Log) bool {
	return a.Address == b.Address && slices.Equal(a.Topics, b.Topics) && bytes.Equal(a.Data, b.Data) && a.Block == b.Block &&
		a.BlockHash == b.BlockHash && a.TxHash == b.TxHash
}
