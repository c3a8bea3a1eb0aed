// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// StoreKey is the name of the module and of its store.
const StoreKey = "lanes"

// Bounds of a genesis.
const (
	// MaxStreams may be open, MaxClosed be closed.
	MaxStreams = 256
	MaxClosed  = 1024
	// MaxIndex is the highest index that a stream can have.
	MaxIndex = 0xffff
	// MaxStride bounds a window, in source blocks.
	MaxStride = 1 << 20
)

// ErrState: a record of the store does not decode.
var ErrState = message.NewError(message.Halt, "lanes state")

// Validate refuses zero values, indices that do not ascend, two open streams of one source and
// finality, an epoch of a source that is not above the one before, streams that follow what they
// cannot follow, and an unknown finality.
//
// Errors: message.ErrZero, message.ErrRange, message.ErrBadEncoding, joined: all that is
// wrong at once.
func Validate(g lanesv1.GenesisState) error {
	var bad []error
	open := 0
	for i := range g.Streams {
		if g.Streams[i].ClosedAt == 0 {
			open++
		}
	}
	if closed := len(g.Streams) - open; open > MaxStreams || closed > MaxClosed {
		bad = append(bad, fmt.Errorf("lanes.streams: %d open and %d closed, at most %d and %d: %w", open, closed, MaxStreams, MaxClosed, message.ErrRange))
	}
	seen := make(map[message.Stream]*lanesv1.Stream)
	for i := range g.Streams {
		s := &g.Streams[i]
		err := validateStream(s)
		if err == nil {
			id := message.Stream{Chain: message.ChainID(s.Chain), Manager: message.Address(s.Manager), Finality: message.Finality(s.Finality)}
			if p := seen[id]; p != nil && (p.ClosedAt == 0 || p.Epoch >= s.Epoch) {
				err = fmt.Errorf("same source and finality as stream %d of epoch %d, which is open or not older: %w", p.Index, p.Epoch, message.ErrRange)
			}
			seen[id] = s
		}
		if err == nil {
			err = validateSuccession(g.Streams, i)
		}
		if err == nil && i > 0 && s.Index <= g.Streams[i-1].Index {
			err = fmt.Errorf("index %d does not ascend: %w", s.Index, message.ErrRange)
		}
		if err != nil {
			bad = append(bad, fmt.Errorf("lanes.streams[%d]: %w", i, err))
		}
	}
	if n := len(g.Streams); g.LastIndex != 0 && (g.LastIndex > MaxIndex || n > 0 && g.LastIndex < g.Streams[n-1].Index) {
		bad = append(bad, fmt.Errorf("lanes.last_index: %d, at most %d and not below the last stream's: %w", g.LastIndex, MaxIndex, message.ErrRange))
	}
	return errors.Join(bad...)
}

func validateStream(s *lanesv1.Stream) error {
	switch {
	case s.Index == 0:
		return fmt.Errorf("index: %w", message.ErrZero)
	case s.Index > MaxIndex:
		return fmt.Errorf("index %d, at most %d: %w", s.Index, MaxIndex, message.ErrRange)
	case s.Chain == 0:
		return fmt.Errorf("chain: %w", message.ErrZero)
	case len(s.Manager) != 20:
		return fmt.Errorf("manager of %d bytes, want 20: %w", len(s.Manager), message.ErrBadEncoding)
	case message.Address(s.Manager).IsZero():
		return fmt.Errorf("manager: %w", message.ErrZero)
	case s.Finality == 0 || s.Finality > uint32(message.Final):
		return fmt.Errorf("finality %d, 1 (fast), 2 (safe) or 3 (final): %w", s.Finality, message.ErrRange)
	case s.Epoch == 0:
		return fmt.Errorf("epoch: %w", message.ErrZero)
	case s.Stride == 0:
		return fmt.Errorf("stride: %w", message.ErrZero)
	case s.Stride > MaxStride:
		return fmt.Errorf("stride %d, at most %d: %w", s.Stride, MaxStride, message.ErrRange)
	}
	return validateLower(s)
}

// Keeper owns the module's store: one record per stream under its index, and the last index
// that was given.
type Keeper struct{ key storetypes.StoreKey }

// NewKeeper makes the keeper of the store under key.
func NewKeeper(key storetypes.StoreKey) Keeper { return Keeper{key} }

var keyLast = []byte{2}

func streamKey(index uint32) []byte { return binary.BigEndian.AppendUint32([]byte{1}, index) }

// InitGenesis validates g and fills an empty store.
func (k Keeper) InitGenesis(ctx sdk.Context, g lanesv1.GenesisState) error {
	if err := Validate(g); err != nil {
		return err
	}
	kv := ctx.KVStore(k.key)
	for i := range g.Streams {
		if err := k.put(ctx, &g.Streams[i]); err != nil {
			return err
		}
		g.LastIndex = max(g.LastIndex, g.Streams[i].Index)
	}
	kv.Set(keyLast, binary.BigEndian.AppendUint32(nil, g.LastIndex))
	return nil
}

func (k Keeper) put(ctx context.Context, s *lanesv1.Stream) error {
	b, err := s.Marshal()
	if err != nil {
		return fmt.Errorf("encode stream %d: %w", s.Index, err)
	}
	sdk.UnwrapSDKContext(ctx).KVStore(k.key).Set(streamKey(s.Index), b)
	return nil
}

// ExportGenesis is the inverse of InitGenesis.
func (k Keeper) ExportGenesis(ctx sdk.Context) (g lanesv1.GenesisState, err error) {
	if g.Streams, err = k.Streams(ctx); err != nil {
		return g, err
	}
	g.LastIndex, err = k.lastIndex(ctx)
	return g, err
}

// lastIndex is the highest index that was ever given. Errors: ErrState.
func (k Keeper) lastIndex(ctx context.Context) (uint32, error) {
	b := sdk.UnwrapSDKContext(ctx).KVStore(k.key).Get(keyLast)
	if len(b) != 4 {
		return 0, fmt.Errorf("no last index: %w", ErrState)
	}
	return binary.BigEndian.Uint32(b), nil
}

// Streams lists all streams by ascending index. Errors: ErrState.
func (k Keeper) Streams(ctx context.Context) ([]lanesv1.Stream, error) {
	it := storetypes.KVStorePrefixIterator(sdk.UnwrapSDKContext(ctx).KVStore(k.key), []byte{1})
	defer func() { _ = it.Close() }()
	var out []lanesv1.Stream
	for ; it.Valid(); it.Next() {
		var s lanesv1.Stream
		if err := s.Unmarshal(it.Value()); err != nil {
			return nil, fmt.Errorf("decode stream %x: %w", it.Key(), ErrState)
		}
		out = append(out, s)
	}
	return out, nil
}

// QueryServer answers the module's queries from the state in the request's sdk.Context.
type QueryServer struct{ k Keeper }

var _ lanesv1.QueryServer = QueryServer{}

// NewQueryServer serves the queries of k.
func NewQueryServer(k Keeper) QueryServer { return QueryServer{k} }

// Streams lists all streams by index.
func (s QueryServer) Streams(ctx context.Context, _ *lanesv1.QueryStreamsRequest) (*lanesv1.QueryStreamsResponse, error) {
	all, err := s.k.Streams(ctx)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &lanesv1.QueryStreamsResponse{Streams: all}, nil
}

// Stream is one stream; NotFound when the index was never given.
func (s QueryServer) Stream(ctx context.Context, r *lanesv1.QueryStreamRequest) (*lanesv1.QueryStreamResponse, error) {
	all, err := s.k.Streams(ctx)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	if i, ok := find(all, r.Index); ok {
		return &lanesv1.QueryStreamResponse{Stream: all[i]}, nil
	}
	return nil, status.Errorf(codes.NotFound, "stream %d", r.Index)
}

// Reports are the newest contradictions of a stream.
func (s QueryServer) Reports(ctx context.Context, r *lanesv1.QueryReportsRequest) (*lanesv1.QueryReportsResponse, error) {
	out, err := s.k.Reports(ctx, r.Index)
	if err != nil {
		return nil, status.Error(codes.Internal, err.Error())
	}
	return &lanesv1.QueryReportsResponse{Reports: out}, nil
}
