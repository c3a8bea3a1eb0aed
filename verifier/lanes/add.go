// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// EventStream is emitted when a stream is opened.
const EventStream = "bridge_stream"

// AddStream opens a stream and gives it the next index, never one that another stream has or
// had. s.Index must be 0. Members cover it from the next block on; who covers it shows in its
// status.
//
// Whether streams below final are allowed is for the caller to know; one with max_ahead 0 gets the default.
//
// Errors: message.ErrRange, message.ErrZero, message.ErrBadEncoding for a stream that a genesis
// would not take, for one that claims to follow another (see Reopen), when MaxStreams are open or no
// index is left; message.ErrUnknownLane for one below final whose final stream is not open; ErrState.
func (k Keeper) AddStream(ctx context.Context, s lanesv1.Stream) (uint32, error) {
	switch {
	case s.Index != 0:
		return 0, fmt.Errorf("index %d, the chain gives it: %w", s.Index, message.ErrRange)
	case s.ClosedAt != 0 || s.Follows != 0 || s.Base != nil:
		return 0, fmt.Errorf("a new stream is open, follows none and has no base: %w", message.ErrRange)
	}
	all, err := k.Streams(ctx)
	if err != nil {
		return 0, err
	}
	if err := beginLower(all, &s); err != nil {
		return 0, err
	}
	return k.open(ctx, s)
}

// open gives s the next index.
func (k Keeper) open(ctx context.Context, s lanesv1.Stream) (uint32, error) {
	last, err := k.lastIndex(ctx)
	if err != nil {
		return 0, err
	}
	if last >= MaxIndex {
		return 0, fmt.Errorf("index %d was the last one: %w", last, message.ErrRange)
	}
	s.Index = last + 1
	if err := validateStream(&s); err != nil {
		return 0, err
	}
	all, err := k.Streams(ctx)
	if err != nil {
		return 0, err
	}
	if err := Validate(lanesv1.GenesisState{Streams: append(all, s)}); err != nil {
		return 0, err
	}
	if err := k.put(ctx, &s); err != nil {
		return 0, err
	}
	c := sdk.UnwrapSDKContext(ctx)
	c.KVStore(k.key).Set(keyLast, binary.BigEndian.AppendUint32(nil, s.Index))
	c.EventManager().EmitEvent(sdk.NewEvent(EventStream,
		sdk.NewAttribute("stream", strconv.FormatUint(uint64(s.Index), 10)),
		sdk.NewAttribute("chain", strconv.FormatUint(s.Chain, 10)),
		sdk.NewAttribute("manager", message.Address(s.Manager).String()),
		sdk.NewAttribute("finality", strconv.FormatUint(uint64(s.Finality), 10)),
		sdk.NewAttribute("epoch", strconv.FormatUint(uint64(s.Epoch), 10)),
		sdk.NewAttribute("stride", strconv.FormatUint(s.Stride, 10)),
		sdk.NewAttribute("start_block", strconv.FormatUint(s.StartBlock, 10)),
		sdk.NewAttribute("follows", strconv.FormatUint(uint64(s.Follows), 10)),
	))
	return s.Index, nil
}
