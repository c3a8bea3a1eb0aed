// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"bytes"
	"errors"
	"reflect"
	"slices"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

func base(end uint64) *lanesv1.Base {
	h := func(b byte) []byte { return bytes.Repeat([]byte{b}, 32) }
	return &lanesv1.Base{End: end, BlockHash: h(1), MessageCount: 2, LeafCount: 3, PeaksHash: h(2), Root: h(3)}
}

// reopened is a keeper with streams 1 (closed, followed by 3 on a base) and 2.
func reopened(t *testing.T) (Keeper, sdk.Context) {
	t.Helper()
	k, ctx := open(t)
	g := lanesv1.GenesisState{Streams: []lanesv1.Stream{stream(1), stream(2)}}
	g.Streams[0].Index, g.Streams[1].Index = 1, 2
	g.Streams[0].StartBlock, g.Streams[0].Stride = 4, 3
	if err := k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	if closed, err := k.Reopen(ctx, 1, base(8)); err != nil || !slices.Equal(closed, []uint32{1}) {
		t.Fatalf("closed %v, %v", closed, err)
	}
	return k, ctx
}

// A closed stream keeps its index and what it was; the next epoch has all of it but index, epoch and base.
func TestReopen(t *testing.T) {
	k, ctx := reopened(t)
	all, err := k.Streams(ctx)
	if err != nil || len(all) != 3 {
		t.Fatalf("streams %v, %v", all, err)
	}
	was, other, next := all[0], all[1], all[2]
	if was.ClosedAt != 7 || was.Epoch != 1 || other.ClosedAt != 0 || next.ClosedAt != 0 {
		t.Errorf("streams %v", all)
	}
	want := was
	want.Index, want.Epoch, want.ClosedAt, want.Follows, want.Base = 3, 2, 0, 1, base(8)
	if !reflect.DeepEqual(next, want) {
		t.Errorf("next epoch %v, want %v", next, want)
	}
	if e := ctx.EventManager().Events(); len(e) != 2 || e[0].Type != EventClosed || e[1].Type != EventStream || e[1].Attributes[7].Value != "1" {
		t.Errorf("events %v", e)
	}
	// Again: only the open one can be.
	if _, err := k.Reopen(ctx, 1, nil); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed stream: %v", err)
	}
	if _, err := k.Reopen(ctx, 9, nil); !errors.Is(err, message.ErrUnknownLane) {
		t.Errorf("an index that was never given: %v", err)
	}
	if closed, err := k.Reopen(ctx, 3, nil); err != nil || !slices.Equal(closed, []uint32{3}) {
		t.Fatalf("closed %v, %v", closed, err)
	}
	// A lane proposal cannot take the source over.
	if _, err := k.AddStream(ctx, stream(1)); !errors.Is(err, message.ErrRange) {
		t.Errorf("a second open stream of a source: %v", err)
	}
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		t.Fatal(err)
	}
	k, ctx = open(t)
	if err := k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	if again, err := k.ExportGenesis(ctx); err != nil || !reflect.DeepEqual(again, g) {
		t.Errorf("imported %v, %v; exported %v", again, err, g)
	}
	if got := g.Streams[3]; got.Follows != 3 || got.Base != nil || got.Epoch != 3 || g.LastIndex != 4 {
		t.Errorf("third epoch %v, last index %d", got, g.LastIndex)
	}
}

// A source is resumed by its final stream.
func TestReopenTakesTheFinalStream(t *testing.T) {
	k, ctx := reopened(t)
	s := stream(2)
	s.Index, s.Finality = 4, 1
	if err := k.put(ctx, &s); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reopen(ctx, 4, nil); !errors.Is(err, message.ErrRange) {
		t.Errorf("a stream that is not final: %v", err)
	}
}

func TestReopenRefusesABadBase(t *testing.T) {
	for _, c := range []struct {
		name   string
		want   error
		change func(*lanesv1.Base)
	}{
		{"none changed", nil, func(*lanesv1.Base) {}},
		{"not aligned", message.ErrRange, func(b *lanesv1.Base) { b.End++ }},
		{"below the start", message.ErrRange, func(b *lanesv1.Base) { b.End = 2 }},
		{"short root", message.ErrBadEncoding, func(b *lanesv1.Base) { b.Root = b.Root[1:] }},
		{"zero root", message.ErrZero, func(b *lanesv1.Base) { b.Root = make([]byte, 32) }},
		{"zero peaks", message.ErrZero, func(b *lanesv1.Base) { b.PeaksHash = make([]byte, 32) }},
		{"zero block", message.ErrZero, func(b *lanesv1.Base) { b.BlockHash = make([]byte, 32) }},
		{"no leaves", message.ErrRange, func(b *lanesv1.Base) { b.MessageCount, b.LeafCount = 0, 0 }},
		{"more messages than leaves", message.ErrRange, func(b *lanesv1.Base) { b.MessageCount = 4 }},
		{"too many leaves", message.ErrRange, func(b *lanesv1.Base) { b.LeafCount = message.CountLimit }},
	} {
		k, ctx := reopened(t)
		b := base(11)
		c.change(b)
		if _, err := k.Reopen(ctx, 3, b); !errors.Is(err, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, err, c.want)
		}
	}
}

func TestValidateSuccession(t *testing.T) {
	for _, c := range []struct {
		name   string
		want   error
		change func(g *lanesv1.GenesisState)
	}{
		{"as exported", nil, func(*lanesv1.GenesisState) {}},
		{"predecessor open", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[0].ClosedAt = 0 }},
		{"same epoch", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Epoch = 1 }},
		{"epoch skipped", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Epoch = 3 }},
		{"of another chain", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Chain = 8 }},
		{"of another manager", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Manager = bytes.Repeat([]byte{8}, 20) }},
		{"other stride", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Stride = 9 }},
		{"other start", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].StartBlock = 5 }},
		{"follows itself", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Follows = 3 }},
		{"follows nothing known", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Follows = 7 }},
		{"base of nothing", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Follows = 0 }},
		{"bad base", message.ErrRange, func(g *lanesv1.GenesisState) { g.Streams[2].Base.End = 9 }},
		{"both closed", nil, func(g *lanesv1.GenesisState) { g.Streams[2].ClosedAt = 9 }},
	} {
		k, ctx := reopened(t)
		g, err := k.ExportGenesis(ctx)
		if err != nil {
			t.Fatal(err)
		}
		c.change(&g)
		if err := Validate(g); !errors.Is(err, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, err, c.want)
		}
	}
}

func TestClosedStreamsAndEpochsEnd(t *testing.T) {
	k, ctx := open(t)
	g := lanesv1.GenesisState{}
	for i := range MaxClosed {
		s := stream(1)
		s.Index, s.Epoch, s.ClosedAt = uint32(i+1), uint32(i+1), 1
		g.Streams = append(g.Streams, s)
	}
	last := stream(1)
	last.Index, last.Epoch = MaxClosed+1, ^uint32(0)
	g.Streams = append(g.Streams, last)
	if err := k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reopen(ctx, last.Index, nil); !errors.Is(err, message.ErrRange) {
		t.Errorf("beyond the last epoch: %v", err)
	}
	g.Streams[MaxClosed].Epoch = MaxClosed + 1
	k, ctx = open(t)
	if err := k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	if _, err := k.Reopen(ctx, last.Index, nil); !errors.Is(err, message.ErrRange) {
		t.Errorf("more than %d closed streams: %v", MaxClosed, err)
	}
}
