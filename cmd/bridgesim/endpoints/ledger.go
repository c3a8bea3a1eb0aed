// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"context"
	"encoding/binary"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Ledger is a scripted chain in the form in which EVM nodes serve one.
type Ledger struct {
	chain   *chaintest.Chain
	id      message.ChainID
	manager message.Address
	logs    map[message.Hash][]evm.Log // by block hash
	at      map[message.Hash]uint64    // block of each transaction that a log named
}

// NewLedger serves a chain with its manager.
func NewLedger(c *chaintest.Chain, id message.ChainID, manager message.Address) *Ledger {
	return &Ledger{chain: c, id: id, manager: manager, logs: map[message.Hash][]evm.Log{}, at: map[message.Hash]uint64{}}
}

// over is a ledger of the same manager over another chain.
func (l *Ledger) over(c *chaintest.Chain) *Ledger { return NewLedger(c, l.id, l.manager) }

func (l *Ledger) heads() stream.Heads {
	h, _ := l.chain.Heads(context.Background())
	return h
}

func (l *Ledger) block(n uint64) (evm.Block, bool) {
	b, ok := l.chain.Block(n)
	return evm.Block{BlockRef: b.BlockRef, Parent: b.Parent, Time: 1_700_000_000 + n}, ok
}

// logsIn are the manager's logs of the blocks [from, to]; false above the head. They are shared: not to be changed.
func (l *Ledger) logsIn(from, to uint64) ([]evm.Log, bool) {
	if head := l.heads().Head.Number; to > head || from > to {
		return nil, false
	}
	var out []evm.Log
	for n := from; n <= to; n++ {
		b, _ := l.chain.Block(n)
		if len(b.Events) == 0 {
			continue
		}
		logs, ok := l.logs[b.Hash]
		if !ok {
			for i := range b.Events {
				logs = append(logs, l.log(&b, &b.Events[i]))
				l.at[b.Events[i].TxHash] = n
			}
			l.logs[b.Hash] = logs
		}
		if out == nil {
			out = logs[:len(logs):len(logs)]
		} else {
			out = append(out, logs...)
		}
	}
	return out, true
}

// First topics, from docs/spec/messages.md.
var (
	topicSent        = message.Keccak([]byte("CrossChainMessage(uint256,uint256,bytes32,address,bytes)"))
	topicMeta        = message.Keccak([]byte("MessageMeta(bytes32,uint256)"))
	topicDelivered   = message.Keccak([]byte("MessageDelivered(bytes32,address)"))
	topicOutboundSet = message.Keccak([]byte("OutboundSet(uint256,uint8,address)"))
)

func word(n uint64) (w message.Hash) {
	binary.BigEndian.PutUint64(w[24:], n)
	return w
}

func addressWord(a message.Address) (w message.Hash) {
	copy(w[12:], a[:])
	return w
}

// log is the event as the manager logs it.
func (l *Ledger) log(b *chaintest.Block, e *stream.Event) evm.Log {
	out := evm.Log{Address: l.manager, Block: e.Block, BlockHash: b.Hash, Index: e.LogIndex, TxHash: e.TxHash}
	id := message.Hash(e.MessageID)
	switch e.Kind {
	case stream.OutboundSet:
		w := addressWord(e.Remote)
		out.Topics, out.Data = []message.Hash{topicOutboundSet, word(uint64(e.TargetChain)), word(uint64(e.Finality))}, w[:]
	case stream.Sent:
		out.Topics, out.Data = []message.Hash{topicSent, word(uint64(l.id)), word(uint64(e.TargetChain)), id}, sentData(e.Target, e.Data)
	case stream.Meta:
		p := make([]byte, 32)
		copy(p, e.Sender[:])
		binary.BigEndian.PutUint64(p[18:], uint64(e.Nonce)) // six bytes; the first two are the sender's end
		copy(p[18:20], e.Sender[18:])
		binary.BigEndian.PutUint32(p[26:], e.GasLimit)
		p[30] = byte(e.Finality)
		out.Topics, out.Data = []message.Hash{topicMeta, id}, p
	case stream.Delivered:
		w := addressWord(e.Deliverer)
		out.Topics, out.Data = []message.Hash{topicDelivered, id}, w[:]
	}
	return out
}

// sentData is abi.encode(target, data).
func sentData(target message.Address, data []byte) []byte {
	a, offset, length := addressWord(target), word(64), word(uint64(len(data)))
	out := make([]byte, 96, 96+(len(data)+31)/32*32)
	copy(out, a[:])
	copy(out[32:], offset[:])
	copy(out[64:], length[:])
	return append(out, data...)[:cap(out)]
}

// callSize is the calldata of outbound(uint256,uint8); what else is called reverts.
const callSize = 4 + 2*32

// call runs outbound at a block: remote, nonce, no pause, no flags.
func (l *Ledger) call(data []byte, b *chaintest.Block) ([]byte, error) {
	if len(data) != callSize {
		return nil, &evm.RevertError{}
	}
	key := stream.OutboundKey{TargetChain: message.ChainID(binary.BigEndian.Uint64(data[28:])), Finality: message.Finality(data[callSize-1])}
	out := make([]byte, 4*32)
	for i := range b.Lanes {
		if lane := &b.Lanes[i]; lane.OutboundKey == key {
			copy(out[12:], lane.Remote[:])
			binary.BigEndian.PutUint64(out[56:], uint64(lane.Nonce))
		}
	}
	return out, nil
}

// receipt is that of a transaction whose logs somebody was given; false when it is not on the present branch.
func (l *Ledger) receipt(tx message.Hash) (r evm.Receipt, ok bool) {
	n, ok := l.at[tx]
	b, there := l.chain.Block(n)
	if !ok || !there {
		return r, false
	}
	r = evm.Receipt{TxHash: tx, Block: b.BlockRef, Success: true}
	logs, _ := l.logsIn(n, n)
	for i := range logs {
		if logs[i].TxHash == tx {
			r.Logs = append(r.Logs, logs[i])
		}
	}
	return r, len(r.Logs) > 0
}

// Where a manager keeps the keys of its outbound lanes (contracts/src/ManagerAdmin.sol): 72 bits each, three in a word.
const (
	lanesSlot   = 9
	lanesInWord = 3
)

// storage reads the list of lanes at a block.
func (l *Ledger) storage(slot message.Hash, b *chaintest.Block) message.Hash {
	if slot == word(lanesSlot) {
		return word(uint64(len(b.Lanes)))
	}
	var out message.Hash
	first := word(lanesSlot)
	first = message.Keccak(first[:])
	from := lanesInWord * int(slot[31]-first[31])
	for i := 0; i < lanesInWord && from+i < len(b.Lanes); i++ {
		key := out[32-9*(i+1):]
		binary.BigEndian.PutUint64(key, uint64(b.Lanes[from+i].TargetChain))
		key[8] = byte(b.Lanes[from+i].Finality)
	}
	return out
}
