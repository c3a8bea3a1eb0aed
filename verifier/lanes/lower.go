// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"slices"
	"strconv"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	streams "github.com/aitbc/bridge/chains/stream"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// Events of streams below final.
const (
	EventStopped = "bridge_stream_stopped"
	EventResumed = "bridge_stream_resumed"
)

// ErrStopped: the stream was contradicted already.
var ErrStopped = message.NewError(message.Reject, "stream is stopped")

// ErrGeneration: what is reported was certified before the stream was resumed last.
var ErrGeneration = message.NewError(message.Reject, "another generation of the stream")

// lower reports whether a stream is below final.
func lower(s *lanesv1.Stream) bool {
	return s.Finality == uint32(message.Fast) || s.Finality == uint32(message.Safe)
}

// beginLower fills what a new stream below final starts with. The final stream of the same source and epoch must be open
// with the same windows: what is below it has no tree of its own.
func beginLower(all []lanesv1.Stream, s *lanesv1.Stream) error {
	if s.Generation != 0 || s.StoppedAt != 0 || s.FloorEnd != 0 {
		return fmt.Errorf("a new stream has no generation, runs and has no floor: %w", message.ErrRange)
	}
	if !lower(s) {
		return nil
	}
	if !slices.ContainsFunc(all, func(f lanesv1.Stream) bool {
		return f.Finality == uint32(message.Final) && f.ClosedAt == 0 && f.Chain == s.Chain && bytes.Equal(f.Manager, s.Manager) &&
			f.Epoch == s.Epoch && f.Stride == s.Stride && f.StartBlock == s.StartBlock
	}) {
		return fmt.Errorf("no open final stream of this source with the same epoch, stride and start: %w", message.ErrUnknownLane)
	}
	if s.MaxAhead == 0 {
		s.MaxAhead = streams.DefaultMaxAhead
	}
	s.Generation = 1
	return nil
}

// validateLower checks what streams below final have, and that others have none of it. A floor comes with the contradiction
// that raises the generation, and is the end of a window.
func validateLower(s *lanesv1.Stream) error {
	switch {
	case !lower(s) && (s.MaxAhead != 0 || s.Generation != 0 || s.StoppedAt != 0 || s.FloorEnd != 0):
		return fmt.Errorf("max_ahead, generation, stopped_at and floor_end are of streams below final: %w", message.ErrRange)
	case !lower(s):
		return nil
	case s.MaxAhead == 0 || s.MaxAhead > streams.MaxAheadLimit:
		return fmt.Errorf("max_ahead %d, 1 to %d: %w", s.MaxAhead, streams.MaxAheadLimit, message.ErrRange)
	case s.Generation == 0:
		return fmt.Errorf("generation: %w", message.ErrZero)
	case s.Generation == 1 && (s.StoppedAt != 0 || s.FloorEnd != 0):
		return fmt.Errorf("stopped at height %d with floor_end %d in the first generation: %w", s.StoppedAt, s.FloorEnd, message.ErrRange)
	case s.Generation > 1 && (s.FloorEnd < s.StartBlock || s.FloorEnd == 0 || !message.Aligned(s.FloorEnd, s.Stride)):
		return fmt.Errorf("floor_end %d ends no window of %d blocks from %d on: %w", s.FloorEnd, s.Stride, s.StartBlock, message.ErrRange)
	}
	return nil
}

var prefixReports = []byte{3}

func reportsKey(index uint32) []byte { return binary.BigEndian.AppendUint32(prefixReports, index) }

// Contradict notes that r.Member found a checkpoint of the stream, the one with r.End, contradicted by the final history. When
// `enough` of those that may report have, the stream stops, its generation is raised, and newest is its floor: the highest end that
// is certified in it, which is for the caller to know. Reports are of one generation, the first of a member counts; they are not
// exported, members repeat them.
//
// Errors: message.ErrUnknownLane, message.ErrRange for a final stream, ErrClosed, ErrStopped, ErrGeneration; ErrState.
func (k Keeper) Contradict(
	ctx context.Context, index, generation uint32, r lanesv1.Report, newest uint64, may [][]byte, enough int,
) (stopped bool, err error) {
	s, err := k.below(ctx, index)
	if err != nil {
		return false, err
	}
	switch {
	case s.StoppedAt != 0:
		return false, fmt.Errorf("stream %d, at height %d: %w", s.Index, s.StoppedAt, ErrStopped)
	case s.Generation != generation:
		return false, fmt.Errorf("stream %d: generation %d, the report is of %d: %w", s.Index, s.Generation, generation, ErrGeneration)
	}
	all, err := k.Reports(ctx, index)
	if err != nil {
		return false, err
	}
	if all.Generation != generation {
		all = lanesv1.Reports{Generation: generation}
	}
	all.Reports = slices.DeleteFunc(all.Reports, func(a lanesv1.Report) bool { // who is no member any more counts for nothing
		return !slices.ContainsFunc(may, func(b []byte) bool { return bytes.Equal(a.Member, b) })
	})
	r.Height = uint64(sdk.UnwrapSDKContext(ctx).BlockHeight())
	if i, ok := slices.BinarySearchFunc(all.Reports, r, func(a, b lanesv1.Report) int { return bytes.Compare(a.Member, b.Member) }); !ok {
		all.Reports = slices.Insert(all.Reports, i, r)
	}
	b, err := all.Marshal()
	if err != nil {
		return false, fmt.Errorf("encode reports on stream %d: %w", index, err)
	}
	sdk.UnwrapSDKContext(ctx).KVStore(k.key).Set(reportsKey(index), b)
	if len(all.Reports) < enough {
		return false, nil
	}
	s.StoppedAt, s.Generation, s.FloorEnd = r.Height, s.Generation+1, max(s.FloorEnd, newest)
	announceLower(ctx, EventStopped, &s)
	return true, k.put(ctx, &s)
}

// Reports are the newest that are kept of a stream; generation 0: none. Errors: ErrState.
func (k Keeper) Reports(ctx context.Context, index uint32) (r lanesv1.Reports, err error) {
	if err := r.Unmarshal(sdk.UnwrapSDKContext(ctx).KVStore(k.key).Get(reportsKey(index))); err != nil {
		return r, fmt.Errorf("decode reports on stream %d: %w", index, ErrState)
	}
	return r, nil
}

// ResumeLower lets a stopped stream below final run again, in the generation that it was stopped into. Only a passed proposal may call it.
//
// Errors: message.ErrUnknownLane, ErrClosed, message.ErrRange for one that is final or runs; ErrState.
func (k Keeper) ResumeLower(ctx context.Context, index uint32) error {
	s, err := k.below(ctx, index)
	if err != nil {
		return err
	}
	if s.StoppedAt == 0 {
		return fmt.Errorf("stream %d runs: %w", index, message.ErrRange)
	}
	s.StoppedAt = 0
	announceLower(ctx, EventResumed, &s)
	return k.put(ctx, &s)
}

// below is an open stream below final.
func (k Keeper) below(ctx context.Context, index uint32) (lanesv1.Stream, error) {
	all, err := k.Streams(ctx)
	if err != nil {
		return lanesv1.Stream{}, err
	}
	i, ok := find(all, index)
	switch {
	case !ok:
		return lanesv1.Stream{}, fmt.Errorf("stream %d: %w", index, message.ErrUnknownLane)
	case !lower(&all[i]):
		return lanesv1.Stream{}, fmt.Errorf("stream %d is final: %w", index, message.ErrRange)
	case all[i].ClosedAt != 0:
		return lanesv1.Stream{}, fmt.Errorf("stream %d, at height %d: %w", index, all[i].ClosedAt, ErrClosed)
	}
	return all[i], nil
}

func announceLower(ctx context.Context, event string, s *lanesv1.Stream) {
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(sdk.NewEvent(event,
		sdk.NewAttribute("stream", strconv.FormatUint(uint64(s.Index), 10)),
		sdk.NewAttribute("generation", strconv.FormatUint(uint64(s.Generation), 10)),
		sdk.NewAttribute("floor_end", strconv.FormatUint(s.FloorEnd, 10)),
	))
}
