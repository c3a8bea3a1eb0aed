// SPDX-License-Identifier: Apache-2.0

package client

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strconv"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

// ErrDelay: the timelock's delay is not over yet.
var ErrDelay = errors.New("timelock delay not over")

// LaneName is <source>-><target>, by chain ids; : and - alone are taken too, since >
// has a meaning in shells. Each finality is a lane of its own.
type LaneName struct {
	Source, Target message.ChainID
	Finality       message.Finality // 0: final
}

func (l LaneName) finality() message.Finality {
	if l.Finality == 0 {
		return message.Final
	}
	return l.Finality
}

var laneForm = regexp.MustCompile(`^([0-9]{1,20})(?:->|-|:)([0-9]{1,20})$`)

// ParseLane reads a lane's name.
func ParseLane(s string) (LaneName, error) {
	m := laneForm.FindStringSubmatch(s)
	if m == nil {
		return LaneName{}, fmt.Errorf("lane %q: want <source chain id>-><target chain id>: %w", s, message.ErrBadEncoding)
	}
	source, err1 := strconv.ParseUint(m[1], 10, 64)
	target, err2 := strconv.ParseUint(m[2], 10, 64)
	if err1 != nil || err2 != nil || source == 0 || target == 0 || source == target {
		return LaneName{}, fmt.Errorf("lane %q: %w", s, message.ErrRange)
	}
	return LaneName{Source: message.ChainID(source), Target: message.ChainID(target)}, nil
}

// String names the finality of lanes below final alone.
func (l LaneName) String() string {
	s := l.Source.String() + "->" + l.Target.String()
	if f := l.finality(); f != message.Final {
		s += " " + f.String()
	}
	return s
}

// Paused is the state of a lane's inbound side.
type Paused struct {
	Lane  string       `json:"lane"`
	Until time.Time    `json:"paused_until,omitzero"`
	Tx    message.Hash `json:"tx"`
	Gas   uint64       `json:"gas"`
}

// PauseLane stops deliveries of a lane at its target. by must be a pauser there.
func (c *Client) PauseLane(ctx context.Context, by *evm.TransactionManager, l LaneName) (Paused, error) {
	target, err := c.Chain(l.Target)
	if err != nil {
		return Paused{}, err
	}
	data, err := pack(bindings.CrossChainManagerMetaData.GetAbi, "pauseInbound(uint256,uint8)", number(l.Source), uint8(l.finality()))
	if err != nil {
		return Paused{}, err
	}
	r, err := c.send(ctx, l.Target, by, target.Manager(), data)
	if err != nil {
		return Paused{}, fmt.Errorf("pause lane %s: %w", l, err)
	}
	in, err := target.Inbound(ctx, l.Source, l.finality())
	return Paused{Lane: l.String(), Until: in.PausedUntil, Tx: r.TxHash, Gas: r.GasUsed}, err
}

// UnpauseLane lifts a lane's pause through the timelock that is ownerFast: it schedules,
// waits while the delay is at most wait, and executes. by must be its proposer and executor.
// It may be repeated: a scheduled act is found again.
//
// Errors: ErrDelay when the delay is longer than wait.
func (c *Client) UnpauseLane(ctx context.Context, by *evm.TransactionManager, l LaneName, wait time.Duration) (Paused, error) {
	target, err := c.Chain(l.Target)
	if err != nil {
		return Paused{}, err
	}
	in, err := target.Inbound(ctx, l.Source, l.finality())
	if err != nil {
		return Paused{}, err
	}
	if in.PausedUntil.IsZero() {
		return Paused{}, fmt.Errorf("lane %s is not paused: %w", l, message.ErrRange)
	}
	call, err := pack(bindings.CrossChainManagerMetaData.GetAbi, "unpauseInbound(uint256,uint8)", number(l.Source), uint8(l.finality()))
	if err != nil {
		return Paused{}, err
	}
	owner, err := c.ownerFast(ctx, target)
	if err != nil {
		return Paused{}, err
	}
	var w message.Words
	salt := w.Uint(uint64(l.Source)).Address(target.Manager()).Uint(uint64(in.PausedUntil.Unix())).Sum()
	op := timelockOp{c: c, chain: l.Target, timelock: owner, by: by, target: target.Manager(), call: call, salt: salt}
	r, err := op.run(ctx, wait)
	if err != nil {
		return Paused{}, fmt.Errorf("unpause lane %s: %w", l, err)
	}
	in, err = target.Inbound(ctx, l.Source, l.finality())
	return Paused{Lane: l.String(), Until: in.PausedUntil, Tx: r.TxHash, Gas: r.GasUsed}, err
}

func (c *Client) ownerFast(ctx context.Context, e *evm.Client) (message.Address, error) {
	data, err := pack(bindings.CrossChainManagerMetaData.GetAbi, "ownerFast()")
	if err != nil {
		return message.Address{}, err
	}
	out, err := e.Endpoint.Call(ctx, evm.Call{To: e.Manager(), Data: data}, evm.At{Tag: evm.Latest})
	if err != nil || len(out) != 32 {
		return message.Address{}, fmt.Errorf("read ownerFast of %s: %w", e.Manager(), errors.Join(err, message.ErrUnavailable))
	}
	return message.Address(out[12:]), nil
}

// timelockOp is one call through an OpenZeppelin TimelockController.
type timelockOp struct {
	c                *Client
	chain            message.ChainID
	timelock, target message.Address
	by               *evm.TransactionManager
	call             []byte
	salt             message.Hash
}

const opArgs = "(address,uint256,bytes,bytes32,bytes32"

func (o *timelockOp) args(more ...any) []any {
	return append([]any{common.Address(o.target), new(big.Int), o.call, [32]byte{}, [32]byte(o.salt)}, more...)
}

func (o *timelockOp) run(ctx context.Context, wait time.Duration) (evm.Receipt, error) {
	id, err := o.view(ctx, "hashOperation"+opArgs+")", o.args()...)
	if err != nil {
		return evm.Receipt{}, err
	}
	stamp, err := o.view(ctx, "getTimestamp(bytes32)", [32]byte(id))
	if err != nil {
		return evm.Receipt{}, err
	}
	if (stamp == message.Hash{}) {
		delay, err := o.view(ctx, "getMinDelay()")
		if err != nil {
			return evm.Receipt{}, err
		}
		data, err := pack(bindings.TimelockControllerMetaData.GetAbi, "schedule"+opArgs+",uint256)", o.args(new(big.Int).SetBytes(delay[:]))...)
		if err != nil {
			return evm.Receipt{}, err
		}
		if _, err := o.c.send(ctx, o.chain, o.by, o.timelock, data); err != nil {
			return evm.Receipt{}, fmt.Errorf("schedule: %w", err)
		}
		if stamp, err = o.view(ctx, "getTimestamp(bytes32)", [32]byte(id)); err != nil {
			return evm.Receipt{}, err
		}
	}
	ready := time.Unix(new(big.Int).SetBytes(stamp[:]).Int64(), 0)
	if left := time.Until(ready); left > wait {
		return evm.Receipt{}, fmt.Errorf("may be executed from %s on, run the same command then: %w", ready.UTC().Format(time.RFC3339), ErrDelay)
	} else if left > 0 {
		timer := time.NewTimer(left + 2*time.Second) // a block of that time must have come
		defer timer.Stop()
		select {
		case <-ctx.Done():
			return evm.Receipt{}, ctx.Err()
		case <-timer.C:
		}
	}
	data, err := pack(bindings.TimelockControllerMetaData.GetAbi, "execute"+opArgs+")", o.args()...)
	if err != nil {
		return evm.Receipt{}, err
	}
	r, err := o.c.send(ctx, o.chain, o.by, o.timelock, data)
	if err != nil {
		return r, fmt.Errorf("execute: %w", err)
	}
	return r, nil
}

// view reads one word of the timelock.
func (o *timelockOp) view(ctx context.Context, signature string, args ...any) (message.Hash, error) {
	data, err := pack(bindings.TimelockControllerMetaData.GetAbi, signature, args...)
	if err != nil {
		return message.Hash{}, err
	}
	e, err := o.c.Chain(o.chain)
	if err != nil {
		return message.Hash{}, err
	}
	out, err := e.Endpoint.Call(ctx, evm.Call{To: o.timelock, Data: data}, evm.At{Tag: evm.Latest})
	if err != nil {
		return message.Hash{}, fmt.Errorf("read %s of %s: %w", signature, o.timelock, err)
	}
	if len(out) != 32 {
		return message.Hash{}, fmt.Errorf("read %s of %s: %d bytes: %w", signature, o.timelock, len(out), message.ErrUnavailable)
	}
	return message.Hash(out), nil
}
