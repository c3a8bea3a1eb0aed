// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

var (
	bridge  = message.BridgeID("aitbc-test-1")
	manager = message.Address{0: 0xaa, 19: 1}
	remote  = message.Address{0: 0xbb, 19: 2}
	alice   = message.Address{19: 3}
	inbox   = message.Address{19: 4}
)

func newChain() *chaintest.Chain {
	c := chaintest.New(bridge, 31337, manager)
	c.SetRemote(31338, message.Final, remote)
	c.SetRemote(31339, message.Final, remote)
	return c
}

// read builds the batch [state.Next, to] of a chain with its evidence.
func read(t *testing.T, c *chaintest.Chain, s stream.State, to uint64) stream.Batch {
	t.Helper()
	b, err := c.Batch(context.Background(), s.Config, s.Next, to)
	if err != nil {
		t.Fatal(err)
	}
	ev, err := c.Evidence(context.Background(), s.Config, stream.Needs(s, b))
	if err != nil {
		t.Fatal(err)
	}
	b.Ends, b.Counters, b.DeliveredWords = ev.Ends, ev.Counters, ev.DeliveredWords
	return b
}

func start(t *testing.T, c *chaintest.Chain, stride uint64) stream.State {
	t.Helper()
	s, err := stream.NewState(c.Config(stride))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// busy mines n blocks with sends to two chains in turn and some deliveries.
func busy(c *chaintest.Chain, n int) {
	for i := range n {
		if i%5 != 4 {
			c.Send(31339, message.Final, alice, inbox, []byte{1, byte(i)})
			c.Send(31338, message.Final, alice, inbox, []byte{2, byte(i)})
		}
		if i%3 == 0 {
			c.Deliver(message.ID(message.Keccak([]byte{byte(i), byte(c.Head().Number)})), alice)
		}
		c.Mine(1)
	}
}

func TestStepOrderAndCounts(t *testing.T) {
	c := newChain()
	c.Send(31339, message.Final, alice, inbox, []byte("c"))
	c.Deliver(message.ID{1}, alice)
	c.Send(31338, message.Final, alice, inbox, []byte("a"))
	c.Mine(1) // block 1
	c.Send(31338, message.Final, alice, inbox, []byte("b"))
	c.Mine(1)
	c.Deliver(message.ID{2}, alice)
	c.Mine(4)
	s, windows, err := stream.Step(start(t, c, 4), read(t, c, start(t, c, 4), 3))
	if err != nil {
		t.Fatal(err)
	}
	if len(windows) != 1 || windows[0].Checkpoint.End != 3 {
		t.Fatalf("windows %+v", windows)
	}
	w := windows[0]
	var order []string
	for i := range w.Leaves {
		if m := w.Leaves[i].Message; m != nil {
			order = append(order, string(m.Data))
		} else {
			order = append(order, string('0'+w.Leaves[i].Receipt.MessageID[0]))
		}
	}
	if want := []string{"a", "b", "c", "1", "2"}; !slices.Equal(order, want) {
		t.Errorf("order %v, want %v", order, want)
	}
	if cp := w.Checkpoint; cp.MessageCount != 3 || cp.LeafCount != 5 || cp.Root != w.WindowRoot {
		t.Errorf("checkpoint %+v", cp)
	}
	if s.Messages != 3 || s.Receipts != 2 || s.Next != 4 || s.Windows() != 1 {
		t.Errorf("state %+v", s)
	}
	// An empty window gives no checkpoint.
	next, windows, err := stream.Step(s, read(t, c, start(t, c, 4), 3)) // does not continue
	if !errors.Is(err, stream.ErrBadBatch) || windows != nil || !reflect.DeepEqual(next, s) {
		t.Errorf("batch that does not continue: %v", err)
	}
	c.Mine(4)
	if _, windows, err = stream.Step(s, read(t, c, s, 7)); err != nil || len(windows) != 0 {
		t.Errorf("empty window: %v, %d windows", err, len(windows))
	}
}

// However the blocks are cut into batches, windows and state are the same.
func TestStepIndependentOfBatches(t *testing.T) {
	c := newChain()
	busy(c, 100)
	run := func(size uint64) (stream.State, []stream.Window) {
		s := start(t, c, 2)
		var all []stream.Window
		for s.Next < 100 {
			b := read(t, c, s, min(s.Next+size-1, 99))
			next, windows, err := stream.Step(s, b)
			if err != nil {
				t.Fatal(err)
			}
			again, windows2, _ := stream.Step(s, b)
			if !reflect.DeepEqual(again, next) || !reflect.DeepEqual(windows2, windows) {
				t.Fatal("Step is not a function")
			}
			s, all = next, append(all, windows...)
		}
		return s, all
	}
	s1, w1 := run(2)
	for _, size := range []uint64{4, 10, 100} {
		s, w := run(size)
		if !reflect.DeepEqual(s, s1) || !reflect.DeepEqual(w, w1) {
			t.Errorf("batches of %d blocks give another history", size)
		}
	}
	if s1.Windows() == 0 || uint64(len(w1)) != s1.Windows() {
		t.Fatalf("%d windows", len(w1))
	}
}

func TestStepRefuses(t *testing.T) {
	c := newChain()
	busy(c, 12)
	s0 := start(t, c, 4)
	s, _, err := stream.Step(s0, read(t, c, s0, 3))
	if err != nil {
		t.Fatal(err)
	}
	other := message.Hash{9}
	drop := func(b *stream.Batch, kind stream.EventKind, n int) {
		b.Events = slices.DeleteFunc(b.Events, func(e stream.Event) bool {
			if e.Kind == kind {
				n--
			}
			return e.Kind == kind && n == -1
		})
	}
	dropSend := func(b *stream.Batch, id message.ID) {
		b.Events = slices.DeleteFunc(b.Events, func(e stream.Event) bool { return e.MessageID == id })
	}
	for _, tc := range []struct {
		name string
		lie  func(b *stream.Batch)
		want any // sentinel or pointer to a typed error
	}{
		{"honest", func(*stream.Batch) {}, nil},
		{"no counters is no evidence", func(b *stream.Batch) { b.Counters, b.DeliveredWords = nil, nil }, nil},
		{"first send forgotten", func(b *stream.Batch) { dropSend(b, b.Events[1].MessageID) }, new(*stream.NonceGapError)},
		{"last send forgotten", func(b *stream.Batch) {
			for i := len(b.Events) - 1; ; i-- {
				if b.Events[i].Kind == stream.Sent {
					dropSend(b, b.Events[i].MessageID)
					return
				}
			}
		}, new(*stream.CounterError)},
		{"receipt forgotten", func(b *stream.Batch) { drop(b, stream.Delivered, 0) }, new(*stream.DeliveredError)},
		{"half a send forgotten", func(b *stream.Batch) { drop(b, stream.Meta, 1) }, new(*stream.LogError)},
		{"last half forgotten", func(b *stream.Batch) { drop(b, stream.Meta, 3) }, new(*stream.LogError)},
		{"data changed", func(b *stream.Batch) { set(b, stream.Sent, func(e *stream.Event) { e.Data = []byte("x") }) }, new(*stream.IDMismatchError)},
		{"target changed", func(b *stream.Batch) { set(b, stream.Sent, func(e *stream.Event) { e.Target[0] ^= 1 }) }, new(*stream.IDMismatchError)},
		{"sender changed", func(b *stream.Batch) { set(b, stream.Meta, func(e *stream.Event) { e.Sender[0] ^= 1 }) }, new(*stream.IDMismatchError)},
		{"gas limit changed", func(b *stream.Batch) { set(b, stream.Meta, func(e *stream.Event) { e.GasLimit++ }) }, new(*stream.IDMismatchError)},
		{"other finality", func(b *stream.Batch) { set(b, stream.Meta, func(e *stream.Event) { e.Finality = message.Safe }) }, new(*stream.LogError)},
		{"other chain", func(b *stream.Batch) { set(b, stream.Sent, func(e *stream.Event) { e.TargetChain = 5 }) }, new(*stream.LogError)},
		{"unknown kind", func(b *stream.Batch) { b.Events[0].Kind = 77 }, new(*stream.LogError)},
		{"zero delivery", func(b *stream.Batch) { set(b, stream.Delivered, func(e *stream.Event) { e.MessageID = message.ID{} }) }, new(*stream.LogError)},
		{"huge data", func(b *stream.Batch) {
			set(b, stream.Sent, func(e *stream.Event) { e.Data = make([]byte, message.MaxDataBytes+1) })
		}, new(*stream.LogError)},
		{"final block changed", func(b *stream.Batch) { b.Ends[0].Hash = other }, new(*stream.FinalizedReorgError)},
		{"last block's hash missing", func(b *stream.Batch) { b.Ends = b.Ends[1:] }, stream.ErrBadBatch},
		{"end's hash missing", func(b *stream.Batch) { b.Ends = b.Ends[:len(b.Ends)-1] }, stream.ErrBadBatch},
		{"zero end", func(b *stream.Batch) { b.Ends[1].Hash = message.Hash{} }, stream.ErrBadBatch},
		{"events swapped", func(b *stream.Batch) { b.Events[0], b.Events[3] = b.Events[3], b.Events[0] }, stream.ErrBadBatch},
		{"event of another block", func(b *stream.Batch) { b.Events[0].Block = 1 }, stream.ErrBadBatch},
		{"end not aligned", func(b *stream.Batch) { b.To-- }, stream.ErrBadBatch},
		{"counter forgotten", func(b *stream.Batch) { b.Counters = b.Counters[:1] }, stream.ErrBadBatch},
		{"counter twice", func(b *stream.Batch) { b.Counters = append(b.Counters, b.Counters[1]) }, stream.ErrBadBatch},
		{"counter of an unseen lane", func(b *stream.Batch) {
			b.Counters = append(b.Counters, stream.Counter{OutboundKey: stream.OutboundKey{TargetChain: 99999, Finality: 3}, Nonce: 1})
		}, new(*stream.CounterError)},
	} {
		t.Run(tc.name, func(t *testing.T) {
			b := read(t, c, s, 7)
			tc.lie(&b)
			before := stream.EncodeState(s)
			next, windows, err := stream.Step(s, b)
			if string(stream.EncodeState(s)) != string(before) {
				t.Fatal("Step changed its argument")
			}
			switch want := tc.want.(type) {
			case nil:
				if err != nil || len(windows) != 1 {
					t.Fatalf("%v, %d windows", err, len(windows))
				}
				return
			case error:
				if !errors.Is(err, want) || message.FateOf(err) != message.Retry {
					t.Fatalf("have %v, want %v", err, want)
				}
			default:
				if !errors.As(err, want) || message.FateOf(err) != message.Halt {
					t.Fatalf("have %v of fate %s, want %T", err, message.FateOf(err), want)
				}
			}
			if windows != nil || !reflect.DeepEqual(next, s) {
				t.Error("a refused batch left something")
			}
		})
	}
}

func set(b *stream.Batch, kind stream.EventKind, f func(*stream.Event)) {
	b.Events = slices.Clone(b.Events)
	for i := range b.Events {
		if b.Events[i].Kind == kind {
			f(&b.Events[i])
			return
		}
	}
	panic("no such event")
}

// A closed lane keeps its nonce; a new remote continues it.
func TestRemoteChange(t *testing.T) {
	c := newChain()
	c.Send(31338, message.Final, alice, inbox, nil)
	c.SetRemote(31338, message.Final, message.Address{1})
	m := c.Send(31338, message.Final, alice, inbox, nil)
	c.Mine(3)
	s0 := start(t, c, 2)
	_, windows, err := stream.Step(s0, read(t, c, s0, 3))
	if err != nil {
		t.Fatal(err)
	}
	if last := windows[0].Leaves[1].Message; last.Nonce != 2 || last.TargetManager != (message.Address{1}) || last.ID() != m.ID() {
		t.Errorf("after the change: %+v", last)
	}
}

// A stream of lower finality checks everything but takes only what asked for at most its own.
func TestLowerFinality(t *testing.T) {
	c := newChain()
	c.SetRemote(31338, message.Fast, remote)
	c.Send(31338, message.Final, alice, inbox, nil)
	fast := c.Send(31338, message.Fast, alice, inbox, nil)
	c.Deliver(message.ID{1}, alice)
	c.Mine(3)
	cfg := c.Config(2)
	cfg.Stream.Finality = message.Fast
	s, _ := stream.NewState(cfg)
	_, windows, err := stream.Step(s, read(t, c, s, 3))
	if err != nil || len(windows) != 1 || len(windows[0].Leaves) != 1 || windows[0].Leaves[0].Hash != message.Hash(fast.ID()) {
		t.Errorf("fast stream: %v %+v", err, windows)
	}
	s = start(t, c, 2)
	if _, windows, err = stream.Step(s, read(t, c, s, 3)); err != nil || len(windows[0].Leaves) != 3 {
		t.Errorf("final stream: %v %+v", err, windows)
	}
}

func TestProofFor(t *testing.T) {
	c := newChain()
	busy(c, 60)
	m := store.NewMemory()
	s := start(t, c, 2)
	s, windows, err := stream.Step(s, read(t, c, s, 59))
	if err != nil {
		t.Fatal(err)
	}
	if err := m.Commit(s, windows); err != nil {
		t.Fatal(err)
	}
	for _, home := range windows {
		for under := home.Index; under < s.Windows(); under++ {
			cp := windows[under].Checkpoint
			for i := range home.Leaves {
				siblings, leaf, err := stream.ProofFor(m, home.Leaves[i].Hash, cp)
				if err != nil {
					t.Fatal(err)
				}
				if merkle.Verify(leaf.Hash, siblings) != cp.Root || !reflect.DeepEqual(leaf, home.Leaves[i]) {
					t.Fatal("proof does not verify")
				}
			}
		}
	}
	newest, first := windows[len(windows)-1], windows[0]
	if _, _, err := stream.ProofFor(m, newest.Leaves[0].Hash, first.Checkpoint); !errors.Is(err, merkle.ErrIndex) {
		t.Errorf("leaf newer than the checkpoint: %v", err)
	}
	if _, _, err := stream.ProofFor(m, message.Hash{1}, first.Checkpoint); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("unknown leaf: %v", err)
	}
	var fork *stream.ForkError
	for name, change := range map[string]func(*message.Checkpoint){
		"root":     func(c *message.Checkpoint) { c.Root[0] ^= 1 },
		"peaks":    func(c *message.Checkpoint) { c.PeaksHash[0] ^= 1 },
		"count":    func(c *message.Checkpoint) { c.LeafCount++ },
		"block":    func(c *message.Checkpoint) { c.BlockHash[0] ^= 1 },
		"empty":    func(c *message.Checkpoint) { c.End++ },
		"messages": func(c *message.Checkpoint) { c.MessageCount-- },
	} {
		cp := first.Checkpoint
		change(&cp)
		if err := stream.Agree(m, cp); !errors.As(err, &fork) || message.FateOf(err) != message.Halt {
			t.Errorf("checkpoint with another %s: %v", name, err)
		}
	}
	ahead := first.Checkpoint
	ahead.End = 61
	if err := stream.Agree(m, ahead); !errors.Is(err, stream.ErrNotFound) || message.FateOf(err) != message.Retry {
		t.Errorf("checkpoint ahead: %v", err)
	}
	ahead.Stream.Epoch++
	if err := stream.Agree(m, ahead); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("another stream: %v", err)
	}
	if err := stream.Agree(m, newest.Checkpoint); err != nil {
		t.Error(err)
	}
}
