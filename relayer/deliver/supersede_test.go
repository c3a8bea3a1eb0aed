// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"errors"
	"log/slog"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// secondEpoch is fixture whose source is of its second epoch, beside the target's own stream.
func secondEpoch(t *testing.T) (*worker, *fakeTarget, *source, *source) {
	t.Helper()
	w, f, s, _ := fixture(t)
	s.cfg.Stream.Epoch = 2
	own := &source{index: 2, store: store.NewMemory(), cfg: stream.Config{
		BridgeID: s.cfg.BridgeID, Stride: 2,
		Stream: message.Stream{Chain: f.Chain(), Manager: f.manager, Finality: message.Final, Epoch: 1},
	}}
	w.sources = func() []*source { return []*source{s, own} }
	return w, f, s, own
}

// read adds two blocks to a stream, with receipts for ids.
func read(t *testing.T, s *source, ids ...message.ID) {
	t.Helper()
	state, ok, err := s.store.Load()
	if err != nil {
		t.Fatal(err)
	}
	if !ok {
		if state, err = stream.NewState(s.cfg); err != nil {
			t.Fatal(err)
		}
	}
	b := stream.Batch{From: state.Next, To: state.Next + 1}
	if state.Last.Number != 0 {
		b.Ends = append(b.Ends, state.Last)
	}
	b.Ends = append(b.Ends, stream.BlockRef{Number: b.To, Hash: message.Hash{byte(b.To), 1}})
	for i, id := range ids {
		b.Events = append(b.Events, stream.Event{Kind: stream.Delivered, Block: b.To, LogIndex: uint32(i), TxHash: message.Hash{4}, MessageID: id, Deliverer: message.Address{6}})
	}
	next, windows, err := stream.Step(state, b)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Commit(next, windows); err != nil {
		t.Fatal(err)
	}
}

// A message whose nonce another one took is superseded: said once, not tried, not kept. What has a receipt was delivered.
func TestSupersededIsNotRetried(t *testing.T) {
	w, f, s, own := secondEpoch(t)
	f.words[0] = [32]byte{31: 1<<1 | 1<<2 | 1} // nonces 1 and 2 are taken
	leaves, err := s.store.Leaves(0, 3)
	if err != nil {
		t.Fatal(err)
	}
	f.past = map[uint64][32]byte{1: {31: 1}} // not yet final at the block that is read first
	read(t, own)
	now := time.Now()
	if got := round(t, w, now); got[Delivered] != 1 || got[Certified] != 2 || f.sends != 1 {
		t.Fatalf("%v, %d sent", got, f.sends)
	}
	read(t, own, leaves[0].MessageID())
	now = now.Add(2 * maxPausedRetry)
	if got := round(t, w, now); got[Delivered] != 1 || got[Superseded] != 1 || w.queue.Len() != 0 || f.sends != 1 {
		t.Fatalf("%v, %d sent, %d wait", got, f.sends, w.queue.Len())
	}
	if got := round(t, w, now.Add(time.Hour)); len(got) != 0 {
		t.Errorf("tried again: %v", got)
	}
}

// In the first epoch there was one history, and without the target's own tree nothing is known: a set bit is a delivery.
func TestTakenIsDeliveredWhereNothingElseIsKnown(t *testing.T) {
	for _, first := range []bool{true, false} {
		w, f, s, own := secondEpoch(t)
		if first {
			s.cfg.Stream.Epoch = 1
		} else {
			w.sources = func() []*source { return []*source{s} }
		}
		read(t, own)
		f.words[0] = [32]byte{31: 1<<1 | 1<<2}
		if got := round(t, w, time.Now()); got[Delivered] != 1 || len(got) != 1 {
			t.Errorf("first epoch %t: %v", first, got)
		}
	}
}

// A closed stream delivers nothing more; the next one brings its messages anew, and all that was undone at the target.
func TestClosedStreamIsLeft(t *testing.T) {
	w, f, s, _ := fixture(t)
	f.bad[message.Address{2}] = true
	now := time.Now()
	round(t, w, now)
	if w.queue.Len() != 1 {
		t.Fatal("nothing waits: the test proves nothing")
	}
	r := &Relayer{workers: []*worker{w}, sources: []*source{s}, closed: map[uint16]bool{}}
	r.cfg.Logger = slog.New(slog.DiscardHandler)
	w.sources = r.list
	ended := false
	s.stop = func() { ended = true }
	r.close(1)
	r.close(1)
	if got := round(t, w, now.Add(time.Hour)); len(got) != 0 || w.queue.Len() != 0 || !ended {
		t.Errorf("a closed stream: %v, %d wait, ended %t", got, w.queue.Len(), ended)
	}
	r.cfg.Sources = map[message.ChainID]follow.Source{31337: struct{ follow.Source }{}}
	r.cfg.Managers = map[message.ChainID]message.Address{31337: s.cfg.Stream.Manager}
	r.cfg.Open = func(stream.Config) (stream.Store, error) { return store.NewMemory(), nil }
	if again, err := r.add(1, Stream{Config: s.cfg}); again != nil || err != nil {
		t.Errorf("followed again: %v, %v", again, err)
	}
	if other, err := r.add(4, Stream{Config: s.cfg}); other == nil || err != nil {
		t.Errorf("another index: %v, %v", other, err)
	}
	next := &source{index: 3, cfg: s.cfg, store: s.store, usable: s.usable}
	r.sources = []*source{next}
	f.bad = nil
	if got := round(t, w, now.Add(2*time.Hour)); got[Delivered] != 3 {
		t.Errorf("the next epoch: %v", got)
	}
	// The target's own stream is closed: what was final there may be undone.
	if w.forget(&source{index: 9, cfg: stream.Config{Stream: message.Stream{Chain: f.Chain()}}}); w.cursors[3] == (cursors{}) {
		t.Fatal("nothing was read: the test proves nothing")
	}
	if got := round(t, w, now.Add(3*time.Hour)); got[Delivered] != 3 {
		t.Errorf("after the target's history changed: %v", got)
	}
}

func TestJudgeWaitsForTheTargetsTree(t *testing.T) {
	w, _, s, own := secondEpoch(t)
	leaves, err := s.store.Leaves(0, 1)
	if err != nil {
		t.Fatal(err)
	}
	job := Job{ID: leaves[0].MessageID(), Stream: 1, Message: leaves[0].Message, Taken: true}
	if r, _, err := w.judge(t.Context(), job); r != Certified || err != nil {
		t.Errorf("nothing read: %s, %v", r, err)
	}
	read(t, own)
	if r, _, err := w.judge(t.Context(), job); r != Certified || !errors.Is(err, errTaken) {
		t.Errorf("not set at the block that was read: %s, %v", r, err)
	}
	w.sources = func() []*source { return []*source{s} }
	if r, _, err := w.judge(t.Context(), job); r != TargetUnreachable || err == nil {
		t.Errorf("the target's tree is gone: %s, %v", r, err)
	}
}
