// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"bytes"
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

var testManager = message.Address{1}

// sentLog is a CrossChainMessage of chain 31337 to 31338 with the given data.
func sentLog(data []byte) Log {
	b := new(message.Words).Address(message.Address{9}).Uint(64).Uint(uint64(len(data))).Bytes()
	b = append(b, data...)
	b = append(b, make([]byte, (32-len(data)%32)%32)...)
	return testLog(b, topicSent, word(31337), word(31338), message.Hash{7})
}

func testLog(data []byte, topics ...message.Hash) Log {
	return Log{Address: testManager, Topics: topics, Data: data, Block: 5, Index: 2, BlockHash: message.Hash{5}, TxHash: message.Hash{6}}
}

func word(v uint64) message.Hash { return message.Hash(new(message.Words).Uint(v).Bytes()) }

func TestDecodeLog(t *testing.T) {
	meta := bytes.Repeat([]byte{0xaa}, 20)
	meta = append(meta, 0, 0, 0, 0, 1, 2, 0, 0, 0, 3, 3, 0)
	address := new(message.Words).Address(message.Address{4}).Bytes()
	for name, c := range map[string]struct {
		log  Log
		want stream.Event
	}{
		"sent":      {sentLog([]byte("hello")), stream.Event{Kind: stream.Sent, MessageID: message.ID{7}, TargetChain: 31338, Target: message.Address{9}, Data: []byte("hello")}},
		"sent none": {sentLog(nil), stream.Event{Kind: stream.Sent, MessageID: message.ID{7}, TargetChain: 31338, Target: message.Address{9}}},
		"meta":      {testLog(meta, topicMeta, message.Hash{7}), stream.Event{Kind: stream.Meta, MessageID: message.ID{7}, Sender: message.Address(meta[:20]), Nonce: 258, GasLimit: 3, Finality: message.Final}},
		"delivered": {testLog(address, topicDelivered, message.Hash{7}), stream.Event{Kind: stream.Delivered, MessageID: message.ID{7}, Deliverer: message.Address{4}}},
		"outbound":  {testLog(address, topicOutboundSet, word(31338), word(3)), stream.Event{Kind: stream.OutboundSet, TargetChain: 31338, Finality: message.Final, Remote: message.Address{4}}},
	} {
		e, err := decodeLog(&c.log, 31337, testManager)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		w := c.want
		w.Block, w.LogIndex, w.TxHash = 5, 2, message.Hash{6}
		if !bytes.Equal(e.Data, w.Data) {
			t.Errorf("%s: data %x", name, e.Data)
		}
		e.Data, w.Data = nil, nil
		if e.Kind != w.Kind || e.MessageID != w.MessageID || e.TargetChain != w.TargetChain || e.Finality != w.Finality || e.Remote != w.Remote ||
			e.Target != w.Target || e.Sender != w.Sender || e.Nonce != w.Nonce || e.GasLimit != w.GasLimit || e.Deliverer != w.Deliverer ||
			e.Block != w.Block || e.LogIndex != w.LogIndex || e.TxHash != w.TxHash {
			t.Errorf("%s: have %+v, want %+v", name, e, w)
		}
		// The rejected twins of every event.
		for twin, spoil := range map[string]func(*Log){
			"removed":          func(l *Log) { l.Removed = true },
			"other contract":   func(l *Log) { l.Address[5]++ },
			"no topic":         func(l *Log) { l.Topics = nil },
			"unknown topic":    func(l *Log) { l.Topics[0][0]++ },
			"a topic too many": func(l *Log) { l.Topics = append(l.Topics, message.Hash{}) },
			"a topic too few":  func(l *Log) { l.Topics = l.Topics[:len(l.Topics)-1] },
			"a byte too many":  func(l *Log) { l.Data = append(bytes.Clone(l.Data), 0) },
			"a word too many":  func(l *Log) { l.Data = append(bytes.Clone(l.Data), make([]byte, 32)...) },
			"no data":          func(l *Log) { l.Data = nil },
			"no transaction":   func(l *Log) { l.TxHash = message.Hash{} },
			"no block hash":    func(l *Log) { l.BlockHash = message.Hash{} },
		} {
			l := c.log
			l.Topics = append([]message.Hash(nil), c.log.Topics...)
			spoil(&l)
			if _, err := decodeLog(&l, 31337, testManager); !errors.Is(err, message.ErrBadEncoding) {
				t.Errorf("%s, %s: %v", name, twin, err)
			}
		}
	}
}

func TestDecodeLogRefusesDirtyWords(t *testing.T) {
	meta := make([]byte, 32)
	meta[30] = 3
	address := make([]byte, 32)
	for name, c := range map[string]struct {
		log   Log
		dirty func(*Log)
	}{
		"source chain":     {sentLog([]byte("a")), func(l *Log) { l.Topics[1] = word(31338) }},
		"wide target":      {sentLog([]byte("a")), func(l *Log) { l.Topics[2][23] = 1 }},
		"wide address":     {sentLog([]byte("a")), func(l *Log) { l.Data[11] = 1 }},
		"offset":           {sentLog([]byte("a")), func(l *Log) { l.Data[63] = 96 }},
		"length":           {sentLog([]byte("a")), func(l *Log) { l.Data[95] = 33 }},
		"huge length":      {sentLog([]byte("a")), func(l *Log) { l.Data[88] = 0xff }},
		"padding":          {sentLog([]byte("a")), func(l *Log) { l.Data[97] = 1 }},
		"meta last byte":   {testLog(meta, topicMeta, message.Hash{7}), func(l *Log) { l.Data[31] = 1 }},
		"meta finality":    {testLog(meta, topicMeta, message.Hash{7}), func(l *Log) { l.Data[30] = 4 }},
		"deliverer":        {testLog(address, topicDelivered, message.Hash{7}), func(l *Log) { l.Data[0] = 1 }},
		"remote":           {testLog(address, topicOutboundSet, word(1), word(3)), func(l *Log) { l.Data[0] = 1 }},
		"lane finality":    {testLog(address, topicOutboundSet, word(1), word(3)), func(l *Log) { l.Topics[2] = word(259) }},
		"wide lane target": {testLog(address, topicOutboundSet, word(1), word(3)), func(l *Log) { l.Topics[1][0] = 1 }},
	} {
		l := c.log
		l.Data = bytes.Clone(l.Data)
		if _, err := decodeLog(&l, 31337, testManager); err != nil {
			t.Fatalf("%s: clean log: %v", name, err)
		}
		c.dirty(&l)
		if _, err := decodeLog(&l, 31337, testManager); !errors.Is(err, message.ErrBadEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzDecodeLog(f *testing.F) {
	for _, l := range []Log{sentLog([]byte("hello")), sentLog(nil)} {
		f.Add(l.Data, uint8(0))
	}
	f.Add(make([]byte, 32), uint8(1))
	f.Fuzz(func(t *testing.T, data []byte, kind uint8) {
		l := testLog(data, streamTopics[int(kind)%len(streamTopics)], word(31337), word(31338), message.Hash{7})
		l.Topics = l.Topics[:[]int{4, 2, 2, 3}[int(kind)%len(streamTopics)]]
		e, err := decodeLog(&l, 31337, testManager)
		if err == nil && e.Kind == stream.Sent && !bytes.Equal(sentLog(e.Data).Data[32:], data[32:]) {
			t.Errorf("%x is read, but is not what Solidity writes", data)
		}
	})
}
