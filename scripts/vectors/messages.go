// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/aitbc/bridge/chains/message"
)

type messagesJSON struct {
	Tags        []tagCase        `json:"tags"`
	Bridges     []bridgeCase     `json:"bridges"`
	Lanes       []laneCase       `json:"lanes"`
	Messages    []messageCase    `json:"messages"`
	Receipts    []receiptCase    `json:"receipts"`
	Checkpoints []checkpointCase `json:"checkpoints"`
	Rotates     []rotateCase     `json:"rotates"`
	Halts       []haltCase       `json:"halts"`
	Readies     []readyCase      `json:"readies"`
}

type tagCase struct {
	Name string       `json:"name"`
	Tag  message.Hash `json:"tag"`
}

type bridgeCase struct {
	ChainID  string       `json:"chainId"`
	BridgeID message.Hash `json:"bridgeId"`
}

type laneCase struct {
	SourceChain   uint64          `json:"sourceChain"`
	SourceManager message.Address `json:"sourceManager"`
	Finality      uint8           `json:"finality"`
	Lane          message.Address `json:"lane"`
}

type messageCase struct {
	Name          string          `json:"name"`
	BridgeID      message.Hash    `json:"bridgeId"`
	SourceChain   uint64          `json:"sourceChain"`
	SourceManager message.Address `json:"sourceManager"`
	TargetChain   uint64          `json:"targetChain"`
	TargetManager message.Address `json:"targetManager"`
	Nonce         uint64          `json:"nonce"`
	Sender        message.Address `json:"sender"`
	Target        message.Address `json:"target"`
	Finality      uint8           `json:"finality"`
	GasLimit      uint32          `json:"gasLimit"`
	Expiry        uint64          `json:"expiry"`
	Data          hexBytes        `json:"data"`
	DataHash      message.Hash    `json:"dataHash"`
	Lane          message.Address `json:"lane"`
	Packed        message.Hash    `json:"packed"` // second word of MessageMeta
	ID            message.ID      `json:"id"`
}

type receiptCase struct {
	BridgeID  message.Hash    `json:"bridgeId"`
	Chain     uint64          `json:"chain"`
	Manager   message.Address `json:"manager"`
	MessageID message.ID      `json:"messageId"`
	Deliverer message.Address `json:"deliverer"`
	Leaf      message.Hash    `json:"leaf"`
}

type checkpointCase struct {
	BridgeID     message.Hash    `json:"bridgeId"`
	SourceChain  uint64          `json:"sourceChain"`
	Manager      message.Address `json:"sourceManager"`
	Finality     uint8           `json:"finality"`
	SourceEpoch  uint32          `json:"sourceEpoch"`
	End          uint64          `json:"end"`
	BlockHash    message.Hash    `json:"blockHash"`
	MessageCount uint64          `json:"messageCount"`
	LeafCount    uint64          `json:"leafCount"`
	PeaksHash    message.Hash    `json:"peaksHash"`
	Root         message.Hash    `json:"root"`
	BodyHash     message.Hash    `json:"bodyHash"`
	Digest       message.Digest  `json:"digest"`
}

type rotateCase struct {
	BridgeID   message.Hash   `json:"bridgeId"`
	KeyVersion uint64         `json:"keyVersion"`
	OldPx      message.Hash   `json:"oldPx"`
	NewPx      message.Hash   `json:"newPx"`
	NotBefore  uint64         `json:"notBefore"`
	Digest     message.Digest `json:"digest"`
}

type haltCase struct {
	BridgeID  message.Hash    `json:"bridgeId"`
	Chain     uint64          `json:"chain"`
	Manager   message.Address `json:"manager"`
	Scope     message.Hash    `json:"scope"`
	HaltNonce uint64          `json:"haltNonce"`
	NotAfter  uint64          `json:"notAfter"`
	Digest    message.Digest  `json:"digest"`
}

type readyCase struct {
	BridgeID      message.Hash   `json:"bridgeId"`
	KeyEpoch      uint64         `json:"keyEpoch"`
	MemberSetHash message.Hash   `json:"memberSetHash"`
	Height        uint64         `json:"height"`
	Digest        message.Digest `json:"digest"`
}

func messagesFile() (any, error) {
	r := newRandom("messages")
	var f messagesJSON
	for _, name := range []string{"message", "lane", "receipt", "vote", "session", "rank", "checkpoint", "rotate", "halt", "ready"} {
		f.Tags = append(f.Tags, tagCase{name, message.Tag(name)})
	}
	for _, id := range []string{"aitbc-devnet-1", "aitbc-mainnet-1"} {
		f.Bridges = append(f.Bridges, bridgeCase{id, message.BridgeID(id)})
	}
	bridge := message.BridgeID("aitbc-devnet-1")
	chains := []message.ChainID{31337, 31338, 1, 137, math.MaxUint64}
	for i, chain := range chains {
		l := message.Lane{SourceChain: chain, SourceManager: r.address(), Finality: message.Finality(1 + i%3)}
		f.Lanes = append(f.Lanes, laneCase{uint64(chain), l.SourceManager, uint8(l.Finality), l.ID()})
	}
	for i, c := range []struct {
		name string
		edit func(*message.Message)
	}{
		{"plain", func(*message.Message) {}},
		{"no data", func(m *message.Message) { m.Data = nil }},
		{"gas limit as given, 0 stays 0", func(m *message.Message) { m.GasLimit = 0 }},
		{"largest gas limit", func(m *message.Message) { m.GasLimit = message.MaxGasLimit }},
		{"first nonce", func(m *message.Message) { m.Nonce = 1 }},
		{"largest nonce", func(m *message.Message) { m.Nonce = message.NonceLimit - 1 }},
		{"fast", func(m *message.Message) { m.Finality = message.Fast }},
		{"safe", func(m *message.Message) { m.Finality = message.Safe }},
		{"largest chain ids", func(m *message.Message) { m.SourceChain, m.TargetChain = math.MaxUint64, math.MaxUint64-1 }},
		{"data of one byte more than a word", func(m *message.Message) { m.Data = r.bytes(33) }},
		{"data of 1000 bytes", func(m *message.Message) { m.Data = r.bytes(1000) }},
	} {
		m := message.Message{
			BridgeID: bridge, SourceChain: 31337, SourceManager: r.address(), TargetChain: 31338, TargetManager: r.address(),
			Nonce: message.Nonce(i + 2), Sender: r.address(), Target: r.address(), Finality: message.Final,
			GasLimit: uint32(100_000 + i), Data: r.bytes(7 * i),
		}
		c.edit(&m)
		if err := m.Validate(); err != nil {
			return nil, err
		}
		f.addMessage(c.name, &m)
		rc := message.Receipt{BridgeID: bridge, Chain: m.TargetChain, Manager: m.TargetManager, MessageID: m.ID(), Deliverer: r.address()}
		f.Receipts = append(f.Receipts, receiptCase{rc.BridgeID, uint64(rc.Chain), rc.Manager, rc.MessageID, rc.Deliverer, rc.Leaf()})
	}
	for i, chain := range chains {
		n := uint64(i + 1)
		s := message.Stream{Chain: chain, Manager: r.address(), Finality: message.Finality(1 + i%3), Epoch: uint32(n)}
		c := message.Checkpoint{BridgeID: bridge, Stream: s, End: 100*n - 1, BlockHash: r.hash(), MessageCount: 7 * n, LeafCount: 9 * n, PeaksHash: r.hash(), Root: r.hash()}
		if err := c.Validate(); err != nil {
			return nil, err
		}
		f.addCheckpoint(&c)
		o := message.Rotate{BridgeID: bridge, KeyVersion: n + 1, OldPx: r.hash(), NewPx: r.hash(), NotBefore: 1_700_000_000 + n}
		f.Rotates = append(f.Rotates, rotateCase{o.BridgeID, o.KeyVersion, o.OldPx, o.NewPx, o.NotBefore, o.Digest()})
		h := message.HaltOrder{BridgeID: bridge, Chain: chain, Manager: r.address(), Scope: scope(i, r), HaltNonce: n, NotAfter: 1_700_000_000 + n}
		f.Halts = append(f.Halts, haltCase{h.BridgeID, uint64(h.Chain), h.Manager, h.Scope, h.HaltNonce, h.NotAfter, h.Digest()})
		y := message.Ready{BridgeID: bridge, KeyEpoch: n, MemberSetHash: r.hash(), Height: 1000 * n}
		f.Readies = append(f.Readies, readyCase{y.BridgeID, y.KeyEpoch, y.MemberSetHash, y.Height, y.Digest()})
	}
	return f, f.addFinalities(bridge)
}

// addFinalities appends one lane, message and checkpoint at each finality: nothing else differs, every hash does.
func (f *messagesJSON) addFinalities(bridge message.Hash) error {
	r := newRandom("finalities")
	m := message.Message{
		BridgeID: bridge, SourceChain: 31337, SourceManager: r.address(), TargetChain: 31338, TargetManager: r.address(),
		Nonce: 5, Sender: r.address(), Target: r.address(), GasLimit: 300_000, Data: r.bytes(40),
	}
	c := message.Checkpoint{
		BridgeID: bridge, Stream: message.Stream{Chain: m.SourceChain, Manager: m.SourceManager, Epoch: 2},
		End: 199, BlockHash: r.hash(), MessageCount: 12, LeafCount: 15, PeaksHash: r.hash(), Root: r.hash(),
	}
	for _, finality := range []message.Finality{message.Fast, message.Safe, message.Final} {
		m.Finality, c.Stream.Finality = finality, finality
		if err := errors.Join(m.Validate(), c.Validate()); err != nil {
			return err
		}
		f.Lanes = append(f.Lanes, laneCase{uint64(m.SourceChain), m.SourceManager, uint8(finality), m.Lane().ID()})
		f.addMessage("the same message, "+finality.String(), &m)
		f.addCheckpoint(&c)
	}
	return nil
}

func (f *messagesJSON) addMessage(name string, m *message.Message) {
	f.Messages = append(f.Messages, messageCase{
		name, m.BridgeID, uint64(m.SourceChain), m.SourceManager, uint64(m.TargetChain), m.TargetManager, uint64(m.Nonce),
		m.Sender, m.Target, uint8(m.Finality), m.GasLimit, m.Expiry, m.Data, message.Keccak(m.Data), m.Lane().ID(), packed(m), m.ID(),
	})
}

func (f *messagesJSON) addCheckpoint(c *message.Checkpoint) {
	s := c.Stream
	f.Checkpoints = append(f.Checkpoints, checkpointCase{
		c.BridgeID, uint64(s.Chain), s.Manager, uint8(s.Finality), s.Epoch, c.End, c.BlockHash,
		c.MessageCount, c.LeafCount, c.PeaksHash, c.Root, c.BodyHash(), c.Digest(),
	})
}

// packed is sender 160 | nonce 48 | gasLimit 32 | finality 8 | zero 8, from the top.
func packed(m *message.Message) (w message.Hash) {
	copy(w[:20], m.Sender[:])
	var nonce [8]byte
	binary.BigEndian.PutUint64(nonce[:], uint64(m.Nonce))
	copy(w[20:26], nonce[2:])
	binary.BigEndian.PutUint32(w[26:30], m.GasLimit)
	w[30] = uint8(m.Finality)
	return w
}

// scope is one halt scope of each kind: drill, all, inbound, one lane in, one lane out.
func scope(i int, r *random) (w message.Hash) {
	switch i {
	case 3: // 2^160 + lane id
		a := r.address()
		w[11] = 1
		copy(w[12:], a[:])
	case 4: // 2^255 + targetChain·2^8 + finality
		w[0] = 0x80
		binary.BigEndian.PutUint64(w[23:31], 31338)
		w[31] = uint8(message.Final)
	default:
		w[31] = byte(i)
	}
	return w
}
