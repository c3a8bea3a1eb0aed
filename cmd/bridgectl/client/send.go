// SPDX-License-Identifier: Apache-2.0

package client

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

// The two forms of sendMessage.
const (
	seedForm    = "sendMessage(uint256,address,bytes)"
	erc7786Form = "sendMessage(bytes,bytes,bytes[])"
)

// Send is a message to send.
type Send struct {
	From, To message.ChainID
	Target   message.Address
	Data     []byte
	ERC7786  bool             // through the ERC-7786 form of sendMessage
	Finality message.Finality // 0: final; below final the ERC-7786 form is taken, which alone can ask for it
}

// Sent is a message on its source chain.
type Sent struct {
	ID      message.ID      `json:"id"`
	Nonce   message.Nonce   `json:"nonce"`
	Source  message.ChainID `json:"source_chain"`
	Target  message.ChainID `json:"target_chain"`
	Block   uint64          `json:"source_block"`
	Tx      message.Hash    `json:"source_tx"`
	GasUsed uint64          `json:"gas,omitempty"`

	sender   message.Address
	account  message.Address // recipient on the target
	finality message.Finality
	gasLimit uint32
	data     []byte
}

// Send sends one message and waits until it is mined.
//
// Errors: *evm.RevertError when the source manager refuses it.
func (c *Client) Send(ctx context.Context, by *evm.TransactionManager, s Send) (Sent, error) {
	from, err := c.Chain(s.From)
	if err != nil {
		return Sent{}, err
	}
	data, err := s.calldata()
	if err != nil {
		return Sent{}, err
	}
	r, err := c.send(ctx, s.From, by, from.Manager(), data)
	if err != nil {
		return Sent{}, fmt.Errorf("send from chain %s: %w", s.From, err)
	}
	all, err := c.sentIn(s.From, r)
	if err != nil {
		return Sent{}, err
	}
	if len(all) != 1 {
		return Sent{}, fmt.Errorf("transaction %s: %d messages: %w", r.TxHash, len(all), message.ErrBadEncoding)
	}
	all[0].GasUsed = r.GasUsed
	return all[0], nil
}

func (s *Send) calldata() ([]byte, error) {
	attributes := [][]byte{}
	if s.Finality != 0 && s.Finality != message.Final {
		selector := message.Keccak([]byte("minFinality(uint8)"))
		attributes = append(attributes, append(selector[:4], common.LeftPadBytes([]byte{byte(s.Finality)}, 32)...))
	}
	if s.ERC7786 || len(attributes) > 0 {
		return pack(bindings.CrossChainManagerMetaData.GetAbi, erc7786Form, Interoperable(s.To, s.Target), s.Data, attributes)
	}
	return pack(bindings.CrossChainManagerMetaData.GetAbi, seedForm, number(s.To), common.Address(s.Target), s.Data)
}

// Interoperable is the canonical ERC-7930 form of an EVM account.
func Interoperable(chain message.ChainID, a message.Address) []byte {
	var id [8]byte
	binary.BigEndian.PutUint64(id[:], uint64(chain))
	ref := bytes.TrimLeft(id[:], "\x00")
	out := append([]byte{0, 1, 0, 0, byte(len(ref))}, ref...)
	return append(append(out, byte(len(a))), a[:]...)
}

// pack encodes a call by the function's signature, which names overloads apart.
func pack(get func() (*abi.ABI, error), signature string, args ...any) ([]byte, error) {
	a, err := get()
	if err != nil {
		return nil, err
	}
	for _, m := range a.Methods {
		if m.Sig == signature {
			in, err := m.Inputs.Pack(args...)
			if err != nil {
				return nil, fmt.Errorf("pack %s: %w", signature, err)
			}
			return append(bytes.Clone(m.ID), in...), nil
		}
	}
	return nil, fmt.Errorf("%s: not in the contract's ABI: %w", signature, message.ErrBadEncoding)
}

func number(id message.ChainID) *big.Int { return new(big.Int).SetUint64(uint64(id)) }

// Topics of the manager's events.
var (
	topicSent      = message.Keccak([]byte("CrossChainMessage(uint256,uint256,bytes32,address,bytes)"))
	topicMeta      = message.Keccak([]byte("MessageMeta(bytes32,uint256)"))
	topicDelivered = message.Keccak([]byte("MessageDelivered(bytes32,address)"))
)

// sentIn lists the messages that a mined transaction sent through the manager of a chain.
func (c *Client) sentIn(chain message.ChainID, r evm.Receipt) ([]Sent, error) {
	e, err := c.Chain(chain)
	if err != nil {
		return nil, err
	}
	reader, err := bindings.NewCrossChainManagerFilterer(common.Address(e.Manager()), nil)
	if err != nil {
		return nil, err
	}
	found := map[message.ID]*Sent{}
	var order []message.ID
	at := func(id message.ID) *Sent {
		if found[id] == nil {
			found[id] = &Sent{ID: id, Source: chain, Block: r.Block.Number, Tx: r.TxHash}
			order = append(order, id)
		}
		return found[id]
	}
	for i := range r.Logs {
		l := &r.Logs[i]
		if l.Address != e.Manager() || len(l.Topics) == 0 {
			continue
		}
		switch l.Topics[0] {
		case topicSent:
			ev, err := reader.ParseCrossChainMessage(logOf(l))
			if err != nil {
				return nil, fmt.Errorf("log %d of block %d: %w", l.Index, l.Block, err)
			}
			s := at(ev.MessageId)
			s.Target, s.account, s.data = message.ChainID(ev.ToChain.Uint64()), message.Address(ev.Target), ev.Data
		case topicMeta:
			ev, err := reader.ParseMessageMeta(logOf(l))
			if err != nil {
				return nil, fmt.Errorf("log %d of block %d: %w", l.Index, l.Block, err)
			}
			var w [32]byte
			ev.Packed.FillBytes(w[:])
			s := at(ev.MessageId)
			s.sender = message.Address(w[:20])
			s.Nonce = message.Nonce(binary.BigEndian.Uint64(append([]byte{0, 0}, w[20:26]...)))
			s.gasLimit, s.finality = binary.BigEndian.Uint32(w[26:30]), message.Finality(w[30])
		}
	}
	out := make([]Sent, len(order))
	for i, id := range order {
		out[i] = *found[id]
	}
	return out, nil
}

func logOf(l *evm.Log) types.Log {
	out := types.Log{
		Address: common.Address(l.Address), Data: l.Data, BlockNumber: l.Block, TxHash: common.Hash(l.TxHash),
		BlockHash: common.Hash(l.BlockHash), Index: uint(l.Index),
	}
	for _, t := range l.Topics {
		out.Topics = append(out.Topics, common.Hash(t))
	}
	return out
}
