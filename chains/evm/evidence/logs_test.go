// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

func TestCompare(t *testing.T) {
	a := recorded(t)
	h, err := DecodeHeader(Ethereum, a.header)
	if err != nil {
		t.Fatal(err)
	}
	proven, err := a.prove()
	if err != nil {
		t.Fatal(err)
	}
	if len(proven) < 4 {
		t.Fatalf("only %d logs", len(proven))
	}
	clone := func() []Log {
		out := slices.Clone(proven)
		for i := range out {
			out[i].Topics, out[i].Data = slices.Clone(out[i].Topics), slices.Clone(out[i].Data)
		}
		return out
	}
	change := func(f func(l *Log)) []Log {
		out := clone()
		f(&out[1])
		return out
	}
	at := func(i int) uint32 { return proven[i].Index }
	last := len(proven) - 1
	for what, c := range map[string]struct {
		said  []Log
		kind  error
		index uint32
	}{
		"first missing": {clone()[1:], ErrMissing, at(0)},
		"last missing":  {clone()[:last], ErrMissing, at(last)},
		"all missing":   {nil, ErrMissing, at(0)},
		"twice":         {append(clone(), proven[2]), ErrExtra, at(2)},
		"invented":      {append(clone(), Log{Index: 77, Block: h.Number(), BlockHash: h.Hash()}), ErrExtra, 77},
		"reversed":      {reversed(clone()), ErrReordered, at(last)},
		"removed":       {change(func(l *Log) { l.Removed = true }), ErrRemoved, at(1)},
		"address":       {change(func(l *Log) { l.Address[0]++ }), ErrAltered, at(1)},
		"topic":         {change(func(l *Log) { l.Topics[0][0]++ }), ErrAltered, at(1)},
		"no topic":      {change(func(l *Log) { l.Topics = nil }), ErrAltered, at(1)},
		"data":          {change(func(l *Log) { l.Data[0]++ }), ErrAltered, at(1)},
		"longer data":   {change(func(l *Log) { l.Data = append(l.Data, 0) }), ErrAltered, at(1)},
		"block":         {change(func(l *Log) { l.Block++ }), ErrAltered, at(1)},
		"block hash":    {change(func(l *Log) { l.BlockHash[0]++ }), ErrAltered, at(1)},
		"transaction":   {change(func(l *Log) { l.TxHash[0]++ }), ErrAltered, at(1)},
		"index":         {change(func(l *Log) { l.Index = 99 }), ErrMissing, at(1)},
		"two swapped":   {change(func(l *Log) { l.Index = at(2) }), ErrMissing, at(1)},
	} {
		err := Compare(h.Number(), proven, c.said)
		var e *LogError
		if !errors.As(err, &e) || !errors.Is(err, c.kind) || e.Block != h.Number() || e.Index != c.index {
			t.Errorf("%s: %v, want %v at %d", what, err, c.kind, c.index)
		}
		if message.FateOf(err) != message.Reject {
			t.Errorf("%s: fate %s", what, message.FateOf(err))
		}
	}
	if err := Compare(h.Number(), proven, clone()); err != nil {
		t.Error(err)
	}
	if err := Compare(h.Number(), nil, nil); err != nil {
		t.Error(err)
	}
	if err := Compare(h.Number(), nil, proven[:1]); !errors.Is(err, ErrExtra) {
		t.Errorf("logs of a block without: %v", err)
	}
}

// TestPage: docs/spec/evidence.md says of every kind of chain what its profile says.
func TestPage(t *testing.T) {
	page, err := os.ReadFile(filepath.Join("..", "..", "..", "docs", "spec", "evidence.md"))
	if err != nil {
		t.Fatal(err)
	}
	local, _ := registry.Get(registry.FirstLocal)
	for _, p := range append(registry.All(), local) {
		if row := "\n| " + p.Name + " | " + string(p.Evidence) + " |"; strings.Count(string(page), row) != 1 {
			t.Errorf("no row %q", row)
		}
	}
}

func reversed(l []Log) []Log {
	slices.Reverse(l)
	return l
}

// TestRules: every profile has a rule, and receipts need a format.
func TestRules(t *testing.T) {
	local, _ := registry.Get(registry.FirstLocal)
	names := map[string]bool{}
	for _, p := range append(registry.All(), local) {
		names[p.Name] = true
		if _, ok := rules[p.Name]; !ok {
			t.Errorf("no rule for %s", p.Name)
		}
		r := Of(p)
		if r.Reason == "" || r.Evidence != p.Evidence || (r.Evidence != registry.EvidenceReceipts && r.Evidence != registry.EvidenceAgreement) {
			t.Errorf("%s: %+v", p.Name, r)
		}
		if r.Evidence == registry.EvidenceReceipts && !r.Format.valid() {
			t.Errorf("%s: receipts without a format", p.Name)
		}
	}
	for name := range rules {
		if !names[name] {
			t.Errorf("rule for %s, which has no profile", name)
		}
	}
	if r := Of(registry.Profile{Name: "unheard of", Evidence: registry.EvidenceReceipts}); r.Format.valid() || r.Reason == "" {
		t.Errorf("unknown: %+v", r)
	}
}
