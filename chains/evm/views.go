// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
)

// At the latest block: what most readers of views want.
var atLatest = At{Tag: Latest}

// Outbound is the manager's record of an outbound lane.
type Outbound struct {
	Remote      message.Address // zero: no such lane
	Nonce       message.Nonce   // last one used
	PausedUntil time.Time       // zero when not paused
	Flags       uint8
}

// Inbound is the manager's record of an inbound lane.
type Inbound struct {
	Remote         message.Address // current remote; zero: no such lane
	PausedUntil    time.Time       // zero when not paused
	MinSourceEpoch uint32
	Flags          uint8
}

// view calls a view of the manager and unpacks its results.
func (c *Client) view(ctx context.Context, at At, method string, args ...any) ([]any, error) {
	data, err := managerABI().Pack(method, args...)
	if err != nil {
		return nil, fmt.Errorf("pack %s: %w: %w", method, message.ErrBadEncoding, err)
	}
	out, err := c.Endpoint.Call(ctx, Call{To: c.manager, Data: data}, at)
	if err != nil {
		return nil, fmt.Errorf("call %s of %s: %w", method, c.manager, err)
	}
	if len(out) == 0 {
		return nil, fmt.Errorf("call %s: no contract at %s: %w", method, c.manager, message.ErrUnavailable)
	}
	values, err := managerABI().Unpack(method, out)
	if err != nil {
		return nil, fmt.Errorf("unpack %s: %w: %w", method, message.ErrUnavailable, err)
	}
	return values, nil
}

func one[T any](values []any, err error) (T, error) {
	var zero T
	if err != nil {
		return zero, err
	}
	v, ok := values[0].(T)
	if !ok {
		return zero, fmt.Errorf("result is %T: %w", values[0], message.ErrBadEncoding)
	}
	return v, nil
}

func id(chain message.ChainID) *big.Int { return new(big.Int).SetUint64(uint64(chain)) }

// moment reads a uint40 of seconds; 0 is the zero time. More than 40 bits, which no manager
// writes, are the last moment that fits: paused for good.
func moment(v any) time.Time {
	s, _ := v.(*big.Int)
	switch {
	case s == nil || s.Sign() == 0:
		return time.Time{}
	case s.BitLen() > 40:
		return time.Unix(1<<40-1, 0)
	}
	return time.Unix(s.Int64(), 0)
}

// Outbound reads the record of the lane to a target at a block.
func (c *Client) Outbound(ctx context.Context, target message.ChainID, f message.Finality, at At) (Outbound, error) {
	v, err := c.view(ctx, at, "outbound", id(target), uint8(f))
	if err != nil {
		return Outbound{}, err
	}
	remote, nonce, flags := v[0].(common.Address), v[1].(*big.Int), v[3].(uint8)
	if nonce.BitLen() > 48 {
		return Outbound{}, garbled("outbound", "nonce above 48 bits")
	}
	return Outbound{message.Address(remote), message.Nonce(nonce.Uint64()), moment(v[2]), flags}, nil
}

// Inbound reads the record of the lane from a source at the latest block.
func (c *Client) Inbound(ctx context.Context, source message.ChainID, f message.Finality) (Inbound, error) {
	v, err := c.view(ctx, atLatest, "inbound", id(source), uint8(f))
	if err != nil {
		return Inbound{}, err
	}
	remote, epoch, flags := v[0].(common.Address), v[2].(uint32), v[3].(uint8)
	return Inbound{message.Address(remote), moment(v[1]), epoch, flags}, nil
}

// GroupKey reads the key that the manager accepts, and its version.
func (c *Client) GroupKey(ctx context.Context) (px [32]byte, version uint64, err error) {
	key, err := one[*big.Int](c.view(ctx, atLatest, "groupKey"))
	if err != nil {
		return px, 0, err
	}
	version, err = one[uint64](c.view(ctx, atLatest, "keyVersion"))
	key.FillBytes(px[:])
	return px, version, err
}

// BridgeID reads the network that the manager was deployed for.
func (c *Client) BridgeID(ctx context.Context) (message.Hash, error) {
	h, err := one[[32]byte](c.view(ctx, atLatest, "bridgeId"))
	return h, err
}

// AllPausedUntil reads the manager-wide pause; zero when there is none.
func (c *Client) AllPausedUntil(ctx context.Context) (time.Time, error) {
	v, err := c.view(ctx, atLatest, "allPausedUntil")
	if err != nil {
		return time.Time{}, err
	}
	return moment(v[0]), nil
}

// IsSealed reports whether the deployer has given the manager up.
func (c *Client) IsSealed(ctx context.Context) (bool, error) {
	return one[bool](c.view(ctx, atLatest, "isSealed"))
}

// Delivered reports whether the message with this lane and nonce was delivered, at a block.
func (c *Client) Delivered(ctx context.Context, lane message.Lane, nonce message.Nonce, at At) (bool, error) {
	v, err := one[bool](c.view(ctx, at, "verifiedMessages", common.Address(lane.ID()), new(big.Int).SetUint64(uint64(nonce))))
	return v, err
}

// DeliveredWord reads 256 replay bits of a lane: bit i stands for nonce 256·index + i.
func (c *Client) DeliveredWord(ctx context.Context, lane message.Address, index uint64, at At) (w [32]byte, err error) {
	v, err := one[*big.Int](c.view(ctx, at, "deliveredWord", common.Address(lane), new(big.Int).SetUint64(index)))
	if err != nil {
		return w, err
	}
	v.FillBytes(w[:])
	return w, nil
}

// VerifyLeaf asks the manager whether a leaf of a source is proven, receipts included.
func (c *Client) VerifyLeaf(ctx context.Context, source message.ChainID, leaf message.Hash, proof []byte) (bool, error) {
	return one[bool](c.view(ctx, atLatest, "verifyLeaf", id(source), [32]byte(leaf), proof))
}

// ReceiveMessageData is the transaction data that delivers a message.
func ReceiveMessageData(m *message.Message, proof []byte) ([]byte, error) {
	b, err := managerABI().Pack("receiveMessage", id(m.SourceChain), [32]byte(m.ID()), common.Address(m.Target), m.Data, proof)
	if err != nil {
		return nil, fmt.Errorf("pack receiveMessage: %w: %w", message.ErrBadEncoding, err)
	}
	return b, nil
}

// Simulate runs transaction data against the manager as `from` at the latest block. gas is
// the gas that the transaction will have, 0 for the endpoint's limit.
//
// Errors: *RevertError, whose Reason names the manager's own error.
func (c *Client) Simulate(ctx context.Context, from message.Address, data []byte, gas uint64) error {
	_, err := c.Endpoint.Call(ctx, Call{From: from, To: c.manager, Data: data, Gas: gas}, atLatest)
	return err
}

// IsReverted returns the reason when err is a refusal by the contract.
func IsReverted(err error) (Reason, bool) {
	var r *RevertError
	if errors.As(err, &r) {
		return r.Reason(), true
	}
	return Reason{}, false
}
