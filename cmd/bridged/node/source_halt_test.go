// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"reflect"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

// covering is a node that covers stream 1, with its store in dir.
func covering(t *testing.T, dir string) (*streams, *source) {
	t.Helper()
	j, err := journal.Open(filepath.Join(dir, "votes"))
	if err != nil {
		t.Fatal(err)
	}
	v, err := voter.New(voter.Config{Journal: j})
	if err != nil {
		t.Fatal(err)
	}
	s := newStreams(Layout(dir), &Config{Chains: []sources.Chain{
		{ChainID: 31338, Endpoints: []sources.Endpoint{{Name: "of another chain", URL: "http://127.0.0.1:1"}}},
		{ChainID: 31337, Endpoints: []sources.Endpoint{{Name: "own", URL: "http://127.0.0.1:1"}, {Name: "odd", URL: "ftp://127.0.0.1"}}},
	}}, nil, "aitbc-test-1", v, slog.New(slog.DiscardHandler))
	one := &source{index: 1, stream: stream.Config{BridgeID: message.Hash{1}, Stride: 2, Stream: message.Stream{
		Chain: 31337, Manager: message.Address{2}, Finality: message.Final, Epoch: 1,
	}}}
	if one.store, err = store.Open(filepath.Join(dir, "tree")); err != nil {
		t.Fatal(err)
	}
	if err := v.AddStream(voter.Stream{Index: 1, Config: one.stream, Store: one.store}); err != nil {
		t.Fatal(err)
	}
	s.known[1] = one
	t.Cleanup(func() { _ = errors.Join(one.store.Close(), j.Close()) }) // closed already where the test restarts
	return s, one
}

// A final block that changed is recorded with what the source's endpoints say, and halts the stream again after a
// restart; any other halt is forgotten.
func TestChangeOfAFinalBlockIsKept(t *testing.T) {
	changed := &stream.FinalizedReorgError{Chain: 31337, Number: 9, Was: message.Hash{3}, Is: message.Hash{4}}
	for _, c := range []struct {
		err  error
		kept bool
	}{
		{fmt.Errorf("read heads: %w", changed), true},
		{&stream.CounterError{Block: 9, Contract: 2, Seen: 1}, false},
		{&stream.ForkError{}, false},
	} {
		dir := t.TempDir()
		s, one := covering(t, dir)
		if s.keptHalted(one, s.log) {
			t.Fatal("halted at birth")
		}
		s.height.Store(77)
		s.halt(t.Context(), one, c.err, s.log)
		if err := s.voter.Status()[0].Halted; err == nil {
			t.Errorf("%v: goes on", c.err)
		}
		h, err := one.store.Halted()
		if err != nil || (h != nil) != c.kept {
			t.Fatalf("%v: record %+v, %v", c.err, h, err)
		}
		if c.kept {
			want := stream.Halt{Stream: one.stream.Stream, Number: 9, Was: changed.Was, Is: changed.Is, Height: 77, Witnesses: []stream.Witness{
				{Name: "own", Why: "no answer"}, {Name: "odd", Why: "no answer"},
			}}
			if !reflect.DeepEqual(*h, want) {
				t.Errorf("record %+v, want %+v", *h, want)
			}
		}
		if err := errors.Join(one.store.Close()); err != nil {
			t.Fatal(err)
		}
		b, err := store.Open(filepath.Join(dir, "tree"))
		if err != nil {
			t.Fatal(err)
		}
		one.store = b
		if got := s.keptHalted(one, s.log); got != c.kept {
			t.Errorf("%v: after a restart kept halted: %t", c.err, got)
		}
	}
}

// A stream that the state names no more is left: its follower ends first, then the voter's cover of it.
func TestClosedStreamIsNotFollowed(t *testing.T) {
	s, one := covering(t, t.TempDir())
	named := []extension.StreamAgenda{{Index: 1}}
	if list := s.closed(named); len(list) != 0 {
		t.Fatalf("left %d streams that the state names", len(list))
	}
	ctx, cancel := context.WithCancel(t.Context())
	one.running, one.cancel, one.done = true, cancel, make(chan struct{})
	go func() {
		<-ctx.Done()
		if len(s.voter.Status()) != 1 {
			t.Error("the voter left the stream while it was followed")
		}
		close(one.done)
	}()
	list := s.closed(nil)
	if len(list) != 1 || list[0] != one || len(s.closed(nil)) != 0 {
		t.Fatalf("left %d streams", len(list))
	}
	s.leave(one)
	if got := s.voter.Status(); len(got) != 0 {
		t.Errorf("the voter covers %v", got)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if _, known := s.known[1]; known {
		t.Error("still known: it would be followed again")
	}
}
