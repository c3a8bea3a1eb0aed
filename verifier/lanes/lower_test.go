// SPDX-License-Identifier: Apache-2.0

package lanes

import (
	"errors"
	"reflect"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// fast is a stream below stream(chain).
func fast(chain uint64) lanesv1.Stream {
	s := stream(chain)
	s.Finality = uint32(message.Fast)
	return s
}

// withFast has the final stream 1 of a source and the fast stream 2 below it.
func withFast(t *testing.T) (Keeper, sdk.Context) {
	t.Helper()
	k, ctx := open(t)
	if err := k.InitGenesis(ctx, lanesv1.GenesisState{}); err != nil {
		t.Fatal(err)
	}
	for i, s := range []lanesv1.Stream{stream(1), fast(1)} {
		if got, err := k.AddStream(ctx, s); err != nil || got != uint32(i+1) {
			t.Fatalf("index %d: %v", got, err)
		}
	}
	return k, ctx
}

func one(t *testing.T, k Keeper, ctx sdk.Context, index uint32) lanesv1.Stream {
	t.Helper()
	all, err := k.Streams(ctx)
	i, ok := find(all, index)
	if err != nil || !ok {
		t.Fatalf("stream %d: %v", index, err)
	}
	return all[i]
}

func TestAddStreamBelowFinal(t *testing.T) {
	k, ctx := withFast(t)
	if s := one(t, k, ctx, 2); s.MaxAhead != 64 || s.Generation != 1 || s.StoppedAt != 0 {
		t.Errorf("fast stream %+v", s)
	}
	for name, c := range map[string]struct {
		want   error
		change func(*lanesv1.Stream)
	}{
		"safe beside fast":         {nil, func(*lanesv1.Stream) {}},
		"one more fast":            {message.ErrRange, func(s *lanesv1.Stream) { s.Finality = 1 }},
		"no final stream":          {message.ErrUnknownLane, func(s *lanesv1.Stream) { s.Chain = 2 }},
		"another epoch":            {message.ErrUnknownLane, func(s *lanesv1.Stream) { s.Epoch = 2 }},
		"other windows":            {message.ErrUnknownLane, func(s *lanesv1.Stream) { s.Stride = 4 }},
		"another start":            {message.ErrUnknownLane, func(s *lanesv1.Stream) { s.StartBlock = 5 }},
		"the highest bound":        {nil, func(s *lanesv1.Stream) { s.MaxAhead = 1024 }},
		"too far ahead":            {message.ErrRange, func(s *lanesv1.Stream) { s.MaxAhead = 1025 }},
		"a generation":             {message.ErrRange, func(s *lanesv1.Stream) { s.Generation = 1 }},
		"stopped":                  {message.ErrRange, func(s *lanesv1.Stream) { s.StoppedAt = 1 }},
		"a floor":                  {message.ErrRange, func(s *lanesv1.Stream) { s.FloorEnd = 9 }},
		"a final one with a floor": {message.ErrRange, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.FloorEnd = 3, 3, 9 }},
		"a final one that bounds":  {message.ErrRange, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.MaxAhead = 3, 3, 1 }},
		"unknown finality":         {message.ErrRange, func(s *lanesv1.Stream) { s.Finality = 4 }},
		"no finality":              {message.ErrRange, func(s *lanesv1.Stream) { s.Finality = 0 }},
	} {
		branch, _ := ctx.CacheContext()
		s := fast(1)
		s.Finality = uint32(message.Safe)
		c.change(&s)
		if _, err := k.AddStream(branch, s); !errors.Is(err, c.want) {
			t.Errorf("%s: have %v, want %v", name, err, c.want)
		}
	}
	g, err := k.ExportGenesis(ctx)
	if err != nil || Validate(g) != nil {
		t.Fatalf("export %v: %v", g, err)
	}
	for name, c := range map[string]struct {
		good   bool
		change func(*lanesv1.Stream)
	}{
		"no bound":                         {false, func(s *lanesv1.Stream) { s.MaxAhead = 0 }},
		"no generation":                    {false, func(s *lanesv1.Stream) { s.Generation = 0 }},
		"final, with a generation":         {false, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.MaxAhead = 3, 9, 0 }},
		"final, with a bound":              {false, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.Generation = 3, 9, 0 }},
		"final, stopped":                   {false, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.MaxAhead, s.Generation, s.StoppedAt = 3, 9, 0, 0, 7 }},
		"final, with a floor":              {false, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.MaxAhead, s.Generation, s.FloorEnd = 3, 9, 0, 0, 9 }},
		"final":                            {true, func(s *lanesv1.Stream) { s.Finality, s.Chain, s.MaxAhead, s.Generation = 3, 9, 0, 0 }},
		"stopped in the first generation":  {false, func(s *lanesv1.Stream) { s.StoppedAt = 7 }},
		"a floor in the first generation":  {false, func(s *lanesv1.Stream) { s.FloorEnd = 9 }},
		"no floor in a later generation":   {false, func(s *lanesv1.Stream) { s.Generation = 2 }},
		"no floor, windows of one block":   {false, func(s *lanesv1.Stream) { s.Generation, s.StartBlock, s.Stride = 2, 0, 1 }},
		"a floor in a later generation":    {true, func(s *lanesv1.Stream) { s.Generation, s.FloorEnd = 2, 9 }},
		"a floor in the middle":            {false, func(s *lanesv1.Stream) { s.Generation, s.FloorEnd, s.Stride = 2, 9, 4 }},
		"a floor at the end of its window": {true, func(s *lanesv1.Stream) { s.Generation, s.FloorEnd, s.Stride = 2, 11, 4 }},
		"a floor below the first block":    {false, func(s *lanesv1.Stream) { s.Generation, s.FloorEnd, s.StartBlock = 2, 9, 10 }},
		"a floor in the first block":       {true, func(s *lanesv1.Stream) { s.Generation, s.FloorEnd, s.StartBlock = 2, 9, 9 }},
		"stopped above a floor":            {true, func(s *lanesv1.Stream) { s.Generation, s.FloorEnd, s.StoppedAt = 2, 9, 7 }},
	} {
		one := lanesv1.GenesisState{Streams: append([]lanesv1.Stream(nil), g.Streams...)}
		c.change(&one.Streams[1])
		if err := Validate(one); (err == nil) != c.good {
			t.Errorf("a genesis, %s: %v", name, err)
		}
	}
}

func TestContradictionStopsAndResumes(t *testing.T) {
	k, ctx := withFast(t)
	may := [][]byte{{1}, {2}, {3}, {4}}
	report := func(index, generation uint32, member byte) (bool, error) {
		return k.Contradict(ctx, index, generation, lanesv1.Report{Member: []byte{member}, End: 5}, 9, may, 2)
	}
	for name, c := range map[string]struct {
		index, generation uint32
		want              error
	}{
		"final":              {1, 0, message.ErrRange},
		"unknown":            {9, 1, message.ErrUnknownLane},
		"another generation": {2, 2, ErrGeneration},
	} {
		if _, err := report(c.index, c.generation, 1); !errors.Is(err, c.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 3 {
		if stopped, err := report(2, 1, 1); err != nil || stopped {
			t.Fatalf("one member alone: %t, %v", stopped, err)
		}
	}
	if err := k.ResumeLower(ctx, 2); !errors.Is(err, message.ErrRange) {
		t.Errorf("resumed while it runs: %v", err)
	}
	may = may[1:] // the first reporter leaves
	if stopped, err := report(2, 1, 2); err != nil || stopped {
		t.Fatalf("a former member's report counts: %t, %v", stopped, err)
	}
	if stopped, err := report(2, 1, 3); err != nil || !stopped {
		t.Fatalf("two members: %t, %v", stopped, err)
	}
	if s := one(t, k, ctx, 2); s.StoppedAt != 7 || s.Generation != 2 || s.FloorEnd != 9 {
		t.Errorf("stopped: %+v", s)
	}
	if r, err := NewQueryServer(k).Reports(ctx, &lanesv1.QueryReportsRequest{Index: 2}); err != nil || !reflect.DeepEqual(r.Reports, lanesv1.Reports{
		Generation: 1, Reports: []lanesv1.Report{{Member: []byte{2}, End: 5, Height: 7}, {Member: []byte{3}, End: 5, Height: 7}},
	}) {
		t.Errorf("reports that stopped it: %+v, %v", r, err)
	}
	if s := one(t, k, ctx, 1); s.StoppedAt != 0 || s.ClosedAt != 0 {
		t.Errorf("the final stream: %+v", s)
	}
	if _, err := report(2, 2, 4); !errors.Is(err, ErrStopped) {
		t.Errorf("report on a stopped stream: %v", err)
	}
	if err := k.ResumeLower(ctx, 2); err != nil {
		t.Fatal(err)
	}
	if s := one(t, k, ctx, 2); s.StoppedAt != 0 || s.Generation != 2 {
		t.Errorf("resumed: %+v", s)
	}
	if _, err := report(2, 1, 2); !errors.Is(err, ErrGeneration) {
		t.Errorf("report of the generation before: %v", err)
	}
	if stopped, err := report(2, 2, 2); err != nil || stopped {
		t.Errorf("reports of the generation before count: %t, %v", stopped, err)
	}
	if r, err := k.Reports(ctx, 2); err != nil || r.Generation != 2 || len(r.Reports) != 1 {
		t.Errorf("reports on the second generation: %+v, %v", r, err)
	}
	if r, err := k.Reports(ctx, 1); err != nil || r.Generation != 0 || len(r.Reports) != 0 {
		t.Errorf("reports on a final stream: %+v, %v", r, err)
	}
}

// The floor never falls, and an export carries it.
func TestFloorOfStoppedGenerations(t *testing.T) {
	k, ctx := withFast(t)
	for i, c := range []struct{ newest, floor uint64 }{{9, 9}, {7, 9}, {13, 13}} {
		if stopped, err := k.Contradict(ctx, 2, uint32(i+1), lanesv1.Report{Member: []byte{1}}, c.newest, [][]byte{{1}}, 1); err != nil || !stopped {
			t.Fatalf("generation %d: %t, %v", i+1, stopped, err)
		}
		if s := one(t, k, ctx, 2); s.FloorEnd != c.floor {
			t.Errorf("generation %d, certified up to %d: floor %d, want %d", i+1, c.newest, s.FloorEnd, c.floor)
		}
		if err := k.ResumeLower(ctx, 2); err != nil {
			t.Fatal(err)
		}
	}
	g, err := k.ExportGenesis(ctx)
	if err != nil {
		t.Fatal(err)
	}
	other, fresh := open(t)
	if err := other.InitGenesis(fresh, g); err != nil {
		t.Fatal(err)
	}
	if s := one(t, other, fresh, 2); s.FloorEnd != 13 || s.Generation != 4 {
		t.Errorf("imported %+v", s)
	}
}

// The next epoch of a source opens what is below it too, running and in its first generation.
func TestReopenBelowFinal(t *testing.T) {
	k, ctx := withFast(t)
	for _, m := range []byte{1, 2} {
		if _, err := k.Contradict(ctx, 2, 1, lanesv1.Report{Member: []byte{m}, End: 5}, 9, [][]byte{{1}, {2}}, 2); err != nil {
			t.Fatal(err)
		}
	}
	if closed, err := k.Reopen(ctx, 1, nil); err != nil || len(closed) != 2 {
		t.Fatalf("closed %v: %v", closed, err)
	}
	if s := one(t, k, ctx, 4); s.Finality != 1 || s.Epoch != 2 || s.Follows != 2 || s.StoppedAt != 0 || s.Generation != 1 || s.FloorEnd != 0 || s.MaxAhead != 64 {
		t.Errorf("next fast stream %+v", s)
	}
	if err := k.ResumeLower(ctx, 2); !errors.Is(err, ErrClosed) {
		t.Errorf("a closed stream is resumed: %v", err)
	}
	if _, err := k.Contradict(ctx, 2, 2, lanesv1.Report{Member: []byte{1}}, 9, [][]byte{{1}}, 1); !errors.Is(err, ErrClosed) {
		t.Errorf("a report on a closed stream: %v", err)
	}
	if g, err := k.ExportGenesis(ctx); err != nil || Validate(g) != nil {
		t.Errorf("export: %v, %v", err, Validate(g))
	}
}
