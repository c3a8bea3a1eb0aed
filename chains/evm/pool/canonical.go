// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"math/big"
	"slices"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// digest stands for an answer: two answers are equal when their digests are. Every field is
// fixed in width or carries its length, so different answers have different bytes.
type digest [sha256.Size]byte

type canon struct{ h hash.Hash }

func newCanon(kind string) canon {
	c := canon{sha256.New()}
	c.bytes([]byte(kind))
	return c
}

func (c canon) u64(v uint64) { c.h.Write(binary.BigEndian.AppendUint64(nil, v)) }

func (c canon) bytes(b []byte) {
	c.u64(uint64(len(b)))
	c.h.Write(b)
}

func (c canon) bool(v bool) {
	if v {
		c.u64(1)
	} else {
		c.u64(0)
	}
}

// big tells nil from zero: a chain without base fee is not one with a base fee of nothing.
func (c canon) big(v *big.Int) {
	if v == nil {
		c.u64(0)
		return
	}
	c.u64(uint64(v.Sign() + 2))
	c.bytes(v.Bytes())
}

func (c canon) sum() (d digest) {
	c.h.Sum(d[:0])
	return d
}

func blockDigest(b evm.Block) digest {
	c := newCanon("block")
	c.u64(b.Number)
	c.bytes(b.Hash[:])
	c.bytes(b.Parent[:])
	c.u64(b.Time)
	c.big(b.BaseFee)
	return c.sum()
}

func (c canon) log(l *evm.Log) {
	c.bytes(l.Address[:])
	c.u64(uint64(len(l.Topics)))
	for i := range l.Topics {
		c.bytes(l.Topics[i][:])
	}
	c.bytes(l.Data)
	c.u64(l.Block)
	c.bytes(l.BlockHash[:])
	c.u64(uint64(l.Index))
	c.bytes(l.TxHash[:])
	c.bool(l.Removed)
}

// sorted orders logs by block and index, which is the order of the chain; lists that differ in
// order alone are equal answers.
func sorted(logs []evm.Log) []evm.Log {
	out := slices.Clone(logs)
	if out == nil {
		out = []evm.Log{}
	}
	slices.SortStableFunc(out, func(a, b evm.Log) int {
		return cmp.Or(cmp.Compare(a.Block, b.Block), cmp.Compare(a.Index, b.Index), bytes.Compare(a.TxHash[:], b.TxHash[:]))
	})
	return out
}

// logsDigest expects sorted logs.
func logsDigest(logs []evm.Log) digest {
	c := newCanon("logs")
	c.u64(uint64(len(logs)))
	for i := range logs {
		c.log(&logs[i])
	}
	return c.sum()
}

func bytesDigest(b []byte) digest {
	c := newCanon("bytes")
	c.bytes(b)
	return c.sum()
}

func hashesDigest(list []message.Hash) digest {
	c := newCanon("hashes")
	c.u64(uint64(len(list)))
	for i := range list {
		c.bytes(list[i][:])
	}
	return c.sum()
}

// revertDigest leaves out the text: every endpoint has its own words.
func revertDigest(data []byte) digest {
	c := newCanon("revert")
	c.bytes(data)
	return c.sum()
}

func chainDigest(id message.ChainID) digest {
	c := newCanon("chain")
	c.u64(uint64(id))
	return c.sum()
}

func receiptDigest(r evm.Receipt) digest {
	c := newCanon("receipt")
	c.bytes(r.TxHash[:])
	c.u64(r.Block.Number)
	c.bytes(r.Block.Hash[:])
	c.bool(r.Success)
	c.u64(r.GasUsed)
	c.big(r.EffectiveGasPrice)
	c.bytes(r.Contract[:])
	c.u64(uint64(len(r.Logs)))
	for i := range r.Logs {
		c.log(&r.Logs[i])
	}
	return c.sum()
}
