// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"context"
	"fmt"
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// EventClosed is emitted when a stream is closed.
const EventClosed = "bridge_stream_closed"

// ErrClosed: the stream is closed already; what followed it is another one.
var ErrClosed = message.NewError(message.Reject, "stream is closed")

// Reopen closes the final stream with that index and every other open stream of the same source, and
// opens each anew under the next source epoch and an index of its own, the final one on base (nil: on
// the empty tree). It tells what it closed, ascending. Closing is for ever. Only a passed proposal may call it.
//
// base must be certified: the caller looks it up, since this module knows no certificates.
//
// Errors: message.ErrUnknownLane, ErrClosed, message.ErrRange (not the final stream, no epoch or
// index left, too many streams), those of a malformed base; ErrState.
func (k Keeper) Reopen(ctx context.Context, index uint32, base *lanesv1.Base) (closed []uint32, err error) {
	all, err := k.Streams(ctx)
	if err != nil {
		return nil, err
	}
	i, ok := find(all, index)
	switch {
	case !ok:
		return nil, fmt.Errorf("stream %d: %w", index, message.ErrUnknownLane)
	case all[i].ClosedAt != 0:
		return nil, fmt.Errorf("stream %d, at height %d: %w", index, all[i].ClosedAt, ErrClosed)
	case all[i].Finality != uint32(message.Final):
		return nil, fmt.Errorf("stream %d is not the final one of its source: %w", index, message.ErrRange)
	}
	source := all[i]
	for j := range all {
		s := all[j]
		if s.ClosedAt != 0 || s.Chain != source.Chain || string(s.Manager) != string(source.Manager) {
			continue
		}
		if s.Epoch == ^uint32(0) {
			return nil, fmt.Errorf("stream %d: epoch %d was the last one: %w", s.Index, s.Epoch, message.ErrRange)
		}
		next := s
		next.Index, next.Follows, next.Base, next.Epoch = 0, s.Index, nil, s.Epoch+1
		if s.Index == index {
			next.Base = base
		}
		if lower(&next) {
			next.Generation, next.StoppedAt, next.FloorEnd = 1, 0, 0
		}
		s.ClosedAt = uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())
		if err := k.put(ctx, &s); err != nil {
			return nil, err
		}
		announceClosed(ctx, &s)
		if _, err := k.open(ctx, next); err != nil {
			return nil, err
		}
		closed = append(closed, s.Index)
	}
	return closed, nil
}

func announceClosed(ctx context.Context, s *lanesv1.Stream) {
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(sdk.NewEvent(EventClosed,
		sdk.NewAttribute("stream", strconv.FormatUint(uint64(s.Index), 10)),
		sdk.NewAttribute("chain", strconv.FormatUint(s.Chain, 10)),
		sdk.NewAttribute("epoch", strconv.FormatUint(uint64(s.Epoch), 10)),
	))
}

// find is the place of the stream with that index in a list that ascends by it.
func find(all []lanesv1.Stream, index uint32) (int, bool) {
	for i := range all {
		if all[i].Index == index {
			return i, true
		}
	}
	return 0, false
}

func validateBase(b *lanesv1.Base, s *lanesv1.Stream) error {
	switch {
	case len(b.BlockHash) != 32 || len(b.PeaksHash) != 32 || len(b.Root) != 32:
		return fmt.Errorf("base: hashes of %d, %d and %d bytes, want 32: %w", len(b.BlockHash), len(b.PeaksHash), len(b.Root), message.ErrBadEncoding)
	case message.Hash(b.BlockHash).IsZero() || message.Hash(b.PeaksHash).IsZero() || message.Hash(b.Root).IsZero():
		return fmt.Errorf("base: %w", message.ErrZero)
	case b.LeafCount == 0 || b.LeafCount >= message.CountLimit || b.MessageCount > b.LeafCount:
		return fmt.Errorf("base: %d messages, %d leaves: %w", b.MessageCount, b.LeafCount, message.ErrRange)
	case b.End < s.StartBlock || !message.Aligned(b.End, s.Stride):
		return fmt.Errorf("base: block %d ends no window of %d blocks from %d on: %w", b.End, s.Stride, s.StartBlock, message.ErrRange)
	}
	return nil
}

// validateSuccession checks stream i of a list that ascends against those before it: it follows a closed
// stream of the same source, or none; a base comes with that alone.
func validateSuccession(all []lanesv1.Stream, i int) error {
	s := &all[i]
	if s.Follows == 0 {
		if s.Base != nil {
			return fmt.Errorf("a base, and no stream that it is of: %w", message.ErrRange)
		}
		return nil
	}
	j, ok := find(all[:i], s.Follows)
	if !ok {
		return fmt.Errorf("follows stream %d, which is not before it: %w", s.Follows, message.ErrRange)
	}
	p := &all[j]
	if p.ClosedAt == 0 || p.Chain != s.Chain || string(p.Manager) != string(s.Manager) || p.Finality != s.Finality ||
		p.Stride != s.Stride || p.StartBlock != s.StartBlock || p.Epoch+1 != s.Epoch {
		return fmt.Errorf("follows stream %d, which is open or not of the epoch before: %w", s.Follows, message.ErrRange)
	}
	if s.Base == nil {
		return nil
	}
	if s.Finality != uint32(message.Final) {
		return fmt.Errorf("a base of a stream that is not final: %w", message.ErrRange)
	}
	return validateBase(s.Base, s)
}
