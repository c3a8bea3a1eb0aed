// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"bytes"
	"errors"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/statetest"
)

// open is a keeper over an empty store.
func open(t *testing.T) (Keeper, sdk.Context) {
	t.Helper()
	ms, key := statetest.Store(t, StoreKey)
	return NewKeeper(key), sdk.NewContext(ms, cmtproto.Header{Height: 7}, false, log.NewNopLogger())
}

func stream(chain uint64) lanesv1.Stream {
	return lanesv1.Stream{Chain: chain, Manager: bytes.Repeat([]byte{1}, 20), Finality: 3, Epoch: 1, Stride: 2}
}

func TestAddStream(t *testing.T) {
	k, ctx := open(t)
	first := stream(1)
	first.Index = 4
	if err := k.InitGenesis(ctx, lanesv1.GenesisState{Streams: []lanesv1.Stream{first}, LastIndex: 9}); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name   string
		want   error
		change func(*lanesv1.Stream)
	}{
		{"index given", message.ErrRange, func(s *lanesv1.Stream) { s.Index = 11 }},
		{"same source", message.ErrRange, func(s *lanesv1.Stream) { s.Chain = 1 }},
		{"zero chain", message.ErrZero, func(s *lanesv1.Stream) { s.Chain = 0 }},
		{"zero manager", message.ErrZero, func(s *lanesv1.Stream) { s.Manager = make([]byte, 20) }},
		{"short manager", message.ErrBadEncoding, func(s *lanesv1.Stream) { s.Manager = s.Manager[:19] }},
		{"fast, no final one", message.ErrUnknownLane, func(s *lanesv1.Stream) { s.Finality = 1 }},
		{"zero epoch", message.ErrZero, func(s *lanesv1.Stream) { s.Epoch = 0 }},
		{"zero stride", message.ErrZero, func(s *lanesv1.Stream) { s.Stride = 0 }},
		{"wide stride", message.ErrRange, func(s *lanesv1.Stream) { s.Stride = MaxStride + 1 }},
		{"closed", message.ErrRange, func(s *lanesv1.Stream) { s.ClosedAt = 1 }},
		{"follows another", message.ErrRange, func(s *lanesv1.Stream) { s.Follows = 4 }},
		{"has a base", message.ErrRange, func(s *lanesv1.Stream) { s.Base = base(5) }},
	} {
		s := stream(2)
		c.change(&s)
		if _, err := k.AddStream(ctx, s); !errors.Is(err, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, err, c.want)
		}
	}
	if all, err := k.Streams(ctx); err != nil || len(all) != 1 {
		t.Fatalf("refused streams left %v, %v", all, err)
	}
	ctx = ctx.WithEventManager(sdk.NewEventManager())
	for i, chain := range []uint64{2, 3} {
		if got, err := k.AddStream(ctx, stream(chain)); err != nil || got != uint32(10+i) {
			t.Fatalf("stream of chain %d has index %d, %v; the last index was %d", chain, got, err, 9+i)
		}
	}
	if e := ctx.EventManager().Events(); len(e) != 2 || e[0].Type != EventStream || len(e[0].Attributes) != 8 || e[1].Attributes[0].Value != "11" {
		t.Errorf("events %v", e)
	}
	all, err := k.Streams(ctx)
	if err != nil || len(all) != 3 || all[1].Index != 10 || all[2].Chain != 3 || all[2].StartBlock != 0 {
		t.Fatalf("streams %v, %v", all, err)
	}
	g, err := k.ExportGenesis(ctx)
	if err != nil || g.LastIndex != 11 || len(g.Streams) != 3 {
		t.Fatalf("export %v, %v", g, err)
	}

	// What was exported goes on where it was.
	k, ctx = open(t)
	if err := k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	if got, err := k.AddStream(ctx, stream(4)); err != nil || got != 12 {
		t.Fatalf("after an export: index %d, %v", got, err)
	}
}

func TestIndicesAndStreamsEnd(t *testing.T) {
	k, ctx := open(t)
	if err := k.InitGenesis(ctx, lanesv1.GenesisState{LastIndex: MaxIndex - 1}); err != nil {
		t.Fatal(err)
	}
	if got, err := k.AddStream(ctx, stream(1)); err != nil || got != MaxIndex {
		t.Fatalf("index %d, %v", got, err)
	}
	if _, err := k.AddStream(ctx, stream(2)); !errors.Is(err, message.ErrRange) {
		t.Errorf("beyond the last index: %v", err)
	}

	k, ctx = open(t)
	if err := k.InitGenesis(ctx, lanesv1.GenesisState{}); err != nil {
		t.Fatal(err)
	}
	for i := range MaxStreams {
		if _, err := k.AddStream(ctx, stream(uint64(i+1))); err != nil {
			t.Fatalf("stream %d: %v", i+1, err)
		}
	}
	if _, err := k.AddStream(ctx, stream(1000)); !errors.Is(err, message.ErrRange) {
		t.Errorf("more than %d streams: %v", MaxStreams, err)
	}
	if err := Validate(lanesv1.GenesisState{LastIndex: MaxIndex + 1}); !errors.Is(err, message.ErrRange) {
		t.Errorf("last index %d: %v", MaxIndex+1, err)
	}
	low := lanesv1.GenesisState{Streams: []lanesv1.Stream{stream(1)}, LastIndex: 1}
	low.Streams[0].Index = 2
	if err := Validate(low); !errors.Is(err, message.ErrRange) {
		t.Errorf("last index below a stream: %v", err)
	}
}
