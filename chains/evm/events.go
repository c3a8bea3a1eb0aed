// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"encoding/binary"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// First topics of the events that a stream reads (docs/spec/messages.md).
var (
	topicSent        = message.Keccak([]byte("CrossChainMessage(uint256,uint256,bytes32,address,bytes)"))
	topicMeta        = message.Keccak([]byte("MessageMeta(bytes32,uint256)"))
	topicDelivered   = message.Keccak([]byte("MessageDelivered(bytes32,address)"))
	topicOutboundSet = message.Keccak([]byte("OutboundSet(uint256,uint8,address)"))

	streamTopics = []message.Hash{topicSent, topicMeta, topicDelivered, topicOutboundSet}
)

// decodeLog reads one log of the manager. It accepts exactly what Solidity's encoder writes:
// the topics of the event, every padding byte zero, no byte too many.
//
// Errors: message.ErrBadEncoding, naming the log.
func decodeLog(l *Log, chain message.ChainID, manager message.Address) (stream.Event, error) {
	e := stream.Event{Block: l.Block, LogIndex: l.Index, TxHash: l.TxHash}
	bad := func(what string) (stream.Event, error) {
		return stream.Event{}, fmt.Errorf("log %d of block %d: %s: %w", l.Index, l.Block, what, message.ErrBadEncoding)
	}
	if l.Removed {
		return bad("removed")
	}
	if l.Address != manager {
		return bad("of another contract")
	}
	if len(l.Topics) == 0 {
		return bad("no topic")
	}
	if l.TxHash.IsZero() || l.BlockHash.IsZero() {
		return bad("without transaction or block hash")
	}
	topics, dataLen := 2, 32
	switch l.Topics[0] {
	case topicSent:
		e.Kind, topics, dataLen = stream.Sent, 4, -1
	case topicMeta:
		e.Kind = stream.Meta
	case topicDelivered:
		e.Kind = stream.Delivered
	case topicOutboundSet:
		e.Kind, topics = stream.OutboundSet, 3
	default:
		return bad("unknown event")
	}
	if len(l.Topics) != topics {
		return bad(fmt.Sprintf("%d topics, want %d", len(l.Topics), topics))
	}
	if dataLen >= 0 && len(l.Data) != dataLen {
		return bad(fmt.Sprintf("%d bytes of data, want %d", len(l.Data), dataLen))
	}
	var ok bool
	switch e.Kind {
	case stream.Sent:
		from, fits := wordUint(l.Topics[1])
		if !fits || message.ChainID(from) != chain {
			return bad("source chain is another")
		}
		to, fits := wordUint(l.Topics[2])
		if !fits {
			return bad("target chain above 64 bits")
		}
		e.TargetChain, e.MessageID = message.ChainID(to), message.ID(l.Topics[3])
		if e.Target, e.Data, ok = sentData(l.Data); !ok {
			return bad("target and data not canonical")
		}
	case stream.Meta:
		e.MessageID = message.ID(l.Topics[1])
		p := l.Data // sender 20 ‖ nonce 6 ‖ gasLimit 4 ‖ finality 1 ‖ zero 1
		if p[31] != 0 {
			return bad("last byte not zero")
		}
		e.Sender = message.Address(p[:20])
		e.Nonce = message.Nonce(binary.BigEndian.Uint64(append([]byte{0, 0}, p[20:26]...)))
		e.GasLimit = binary.BigEndian.Uint32(p[26:30])
		e.Finality = message.Finality(p[30])
	case stream.Delivered:
		e.MessageID = message.ID(l.Topics[1])
		if e.Deliverer, ok = wordAddress(l.Data); !ok {
			return bad("deliverer is no address")
		}
	case stream.OutboundSet:
		target, fits := wordUint(l.Topics[1])
		finality, small := wordUint(l.Topics[2])
		if !fits || !small || finality > 255 {
			return bad("target chain or finality out of range")
		}
		e.TargetChain, e.Finality = message.ChainID(target), message.Finality(finality)
		if e.Remote, ok = wordAddress(l.Data); !ok {
			return bad("remote is no address")
		}
	}
	if (e.Kind == stream.Meta || e.Kind == stream.OutboundSet) && !e.Finality.Valid() {
		return bad("unknown finality")
	}
	return e, nil
}

// sentData reads abi.encode(address target, bytes data): target, offset 64, length, data,
// zero padding to whole words.
func sentData(b []byte) (target message.Address, data []byte, ok bool) {
	if len(b) < 96 || len(b)%32 != 0 {
		return target, nil, false
	}
	target, ok = wordAddress(b[:32])
	offset, fits := wordUint([32]byte(b[32:64]))
	length, small := wordUint([32]byte(b[64:96]))
	if !ok || !fits || offset != 64 || !small || length > uint64(len(b)-96) {
		return target, nil, false
	}
	rest := b[96:]
	if (length+31)/32*32 != uint64(len(rest)) {
		return target, nil, false
	}
	for _, pad := range rest[length:] {
		if pad != 0 {
			return target, nil, false
		}
	}
	return target, append([]byte{}, rest[:length]...), true
}

// wordUint reads a 64-bit number from a word.
func wordUint(w [32]byte) (uint64, bool) {
	for _, b := range w[:24] {
		if b != 0 {
			return 0, false
		}
	}
	return binary.BigEndian.Uint64(w[24:]), true
}

// wordAddress reads an address from a word of 32 bytes.
func wordAddress(w []byte) (a message.Address, ok bool) {
	for _, b := range w[:12] {
		if b != 0 {
			return a, false
		}
	}
	return message.Address(w[12:32]), true
}
