// SPDX-License-Identifier: Apache-2.0

package store

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

var alice = message.Address{19: 3}

// history is a chain's states after each batch of 10 blocks, and the windows of each batch.
func history(t *testing.T) (states []stream.State, batches [][]stream.Window) {
	t.Helper()
	c := chaintest.New(message.BridgeID("aitbc-test-1"), 31337, message.Address{1})
	c.SetRemote(31338, message.Final, message.Address{2})
	for i := range 100 {
		if i%8 < 2 {
			for j := range 1 + i%5 {
				c.Send(31338, message.Final, alice, alice, []byte{byte(i), byte(j)})
			}
		}
		if i%7 == 0 {
			c.Deliver(message.ID(message.Keccak([]byte{byte(i)})), alice)
		}
		c.Mine(1)
	}
	s, err := stream.NewState(c.Config(2))
	if err != nil {
		t.Fatal(err)
	}
	for s.Next < 100 {
		b, _ := c.Batch(context.Background(), s.Config, s.Next, s.Next+9)
		ev, _ := c.Evidence(context.Background(), s.Config, stream.Needs(s, b))
		b.Ends, b.Counters, b.DeliveredWords = ev.Ends, ev.Counters, ev.DeliveredWords
		var windows []stream.Window
		if s, windows, err = stream.Step(s, b); err != nil {
			t.Fatal(err)
		}
		states, batches = append(states, s), append(batches, windows)
	}
	return states, batches
}

func open(t *testing.T, dir string) *Badger {
	t.Helper()
	b, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// same checks that a store says what was committed.
func same(t *testing.T, s stream.Store, state stream.State, batches [][]stream.Window) {
	t.Helper()
	have, ok, err := s.Load()
	if err != nil || !ok || !reflect.DeepEqual(have, state) {
		t.Fatalf("state: %v %v", ok, err)
	}
	var leaves []stream.Leaf
	var last stream.Window
	for _, windows := range batches {
		for _, w := range windows {
			for name, get := range map[string]func() (stream.Window, error){
				"index": func() (stream.Window, error) { return s.WindowByIndex(w.Index) },
				"end":   func() (stream.Window, error) { return s.WindowAt(w.Checkpoint.End) },
				"below": func() (stream.Window, error) { return s.WindowBelow(w.Checkpoint.End + 1) },
			} {
				if got, err := get(); err != nil || !reflect.DeepEqual(got, w) {
					t.Fatalf("window %d by %s: %v", w.Index, name, err)
				}
			}
			for i := range w.Leaves {
				want := stream.LeafRef{Window: w.Index, Leaf: i, Number: w.FirstLeaf + uint64(i)}
				if ref, ok, err := s.LeafByHash(w.Leaves[i].Hash); ref != want || !ok || err != nil {
					t.Fatalf("leaf %d of window %d: %v %v", i, w.Index, ref, err)
				}
				if r := w.Leaves[i].Receipt; r != nil {
					if ref, ok, err := s.ReceiptOf(r.MessageID); ref != want || !ok || err != nil {
						t.Fatalf("receipt %d of window %d: %v %v", i, w.Index, ref, err)
					}
				} else if _, ok, _ := s.ReceiptOf(message.ID(w.Leaves[i].Hash)); ok {
					t.Fatal("a message is not a receipt")
				}
			}
			leaves = append(leaves, w.Leaves...)
			last = w
		}
	}
	if got, err := s.LatestWindow(); err != nil || !reflect.DeepEqual(got, last) {
		t.Fatalf("latest window: %v", err)
	}
	for _, from := range []int{0, 1, 5, len(leaves) - 1, len(leaves)} {
		want := leaves[from:min(from+7, len(leaves))]
		if got, err := s.Leaves(uint64(from), 7); err != nil || len(got) != len(want) || (len(want) > 0 && !reflect.DeepEqual(got, want)) {
			t.Fatalf("leaves from %d: %d, %v", from, len(got), err)
		}
	}
	if r, err := merkle.RangeAt(state.Windows(), s.Node); err != nil || !reflect.DeepEqual(r, state.Range) {
		t.Fatalf("range from nodes: %v", err)
	}
	if _, err := s.WindowByIndex(state.Windows()); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("window past the end: %v", err)
	}
	if _, err := s.WindowAt(1 << 40); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("window past the end: %v", err)
	}
	if _, err := s.Node(0, state.Windows()); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("node past the end: %v", err)
	}
	if _, ok, err := s.LeafByHash(message.Hash{1}); ok || err != nil {
		t.Errorf("unknown leaf: %v", err)
	}
}

func TestStores(t *testing.T) {
	states, batches := history(t)
	dir := filepath.Join(t.TempDir(), "stream")
	for name, s := range map[string]stream.Store{"memory": NewMemory(), "badger": open(t, dir)} {
		t.Run(name, func(t *testing.T) {
			if _, ok, err := s.Load(); ok || err != nil {
				t.Fatalf("fresh store: %v", err)
			}
			if _, err := s.LatestWindow(); !errors.Is(err, stream.ErrNotFound) {
				t.Fatalf("fresh store: %v", err)
			}
			for i := range states {
				if i > 0 { // rejected twins: skipping and repeating
					if err := s.Commit(states[i], nil); len(batches[i]) > 0 && !errors.Is(err, ErrCommit) {
						t.Fatalf("state without its windows: %v", err)
					}
					if err := s.Commit(states[i-1], batches[i-1]); !errors.Is(err, ErrCommit) {
						t.Fatalf("windows twice: %v", err)
					}
				}
				if err := s.Commit(states[i], batches[i]); err != nil {
					t.Fatal(err)
				}
				same(t, s, states[i], batches[:i+1])
			}
			other := states[len(states)-1]
			other.Config.Stride = 4
			if err := s.Commit(other, nil); !errors.Is(err, ErrCommit) {
				t.Errorf("another stream: %v", err)
			}
			if b, ok := s.(*Badger); ok {
				if err := b.Close(); err != nil {
					t.Fatal(err)
				}
			}
		})
	}
	again := open(t, dir)
	defer again.Close()
	same(t, again, states[len(states)-1], batches)
	if info, err := os.Stat(dir); err != nil || info.Mode().Perm() != 0o700 {
		t.Errorf("directory: %v %v", info.Mode(), err)
	}
}

// A commit that stopped before its state was written leaves nothing to see, and another
// history may be written over it.
func TestUnfinishedCommit(t *testing.T) {
	states, batches := history(t)
	dir := t.TempDir()
	b := open(t, dir)
	if err := b.Commit(states[0], batches[0]); err != nil {
		t.Fatal(err)
	}
	// Windows of another history, as if the process died before the state was written.
	lost := batches[1][0]
	lost.Checkpoint.End = 13 // no window of the real history
	lost.Leaves = []stream.Leaf{{Receipt: &message.Receipt{Chain: 1, MessageID: message.ID{7}}}}
	lost.Leaves[0].Hash = lost.Leaves[0].Receipt.Leaf()
	lost.Checkpoint.LeafCount = lost.FirstLeaf + 1
	lost.Checkpoint.MessageCount = 0
	batch := b.db.NewWriteBatch()
	if err := b.writeWindow(batch, &lost); err != nil {
		t.Fatal(err)
	}
	if err := batch.Flush(); err != nil {
		t.Fatal(err)
	}
	check := func(upTo int) {
		t.Helper()
		same(t, b, states[upTo-1], batches[:upTo])
		if _, ok, err := b.LeafByHash(lost.Leaves[0].Hash); ok || err != nil {
			t.Fatalf("lost leaf: %v %v", ok, err)
		}
		if _, ok, err := b.ReceiptOf(message.ID{7}); ok || err != nil {
			t.Fatalf("lost receipt: %v %v", ok, err)
		}
		if _, err := b.WindowAt(lost.Checkpoint.End); !errors.Is(err, stream.ErrNotFound) {
			t.Fatalf("lost window: %v", err)
		}
	}
	check(1)
	if err := b.Close(); err != nil {
		t.Fatal(err)
	}
	b = open(t, dir)
	defer b.Close()
	check(1)
	for i := 1; i < 4; i++ {
		if err := b.Commit(states[i], batches[i]); err != nil {
			t.Fatal(err)
		}
		check(i + 1)
	}
}

func TestOpenRefuses(t *testing.T) {
	for _, tc := range []struct {
		name string
		k, v []byte
		want error
	}{
		{"other schema", []byte{keySchema}, []byte{0, 0, 0, 99}, ErrSchema},
		{"broken state", []byte{keyState}, []byte{1, 2, 3}, ErrCorrupt},
	} {
		t.Run(tc.name, func(t *testing.T) {
			dir := t.TempDir()
			b := open(t, dir)
			if _, err := Open(dir); err == nil {
				t.Fatal("opened twice")
			}
			if err := b.db.Update(func(txn *badger.Txn) error { return txn.Set(tc.k, tc.v) }); err != nil {
				t.Fatal(err)
			}
			if err := b.Close(); err != nil {
				t.Fatal(err)
			}
			if _, err := Open(dir); !errors.Is(err, tc.want) || message.FateOf(err) != message.Halt {
				t.Errorf("%v, want %v", err, tc.want)
			}
		})
	}
}

// What a reader gets is its own.
func TestMemoryCopies(t *testing.T) {
	states, batches := history(t)
	m := NewMemory()
	if err := m.Commit(states[0], batches[0]); err != nil {
		t.Fatal(err)
	}
	w, _ := m.WindowByIndex(0)
	hash := w.Leaves[0].Hash
	w.Leaves[0].Hash = message.Hash{}
	s, _, _ := m.Load()
	s.Lanes[0].Nonce = 999
	s.Range.Peaks[0] = message.Hash{}
	if again, _ := m.WindowByIndex(0); again.Leaves[0].Hash != hash {
		t.Error("window is shared")
	}
	if again, _, _ := m.Load(); !reflect.DeepEqual(again, states[0]) {
		t.Error("state is shared")
	}
}
