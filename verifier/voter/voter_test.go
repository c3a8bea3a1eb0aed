// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"context"
	"errors"
	"path/filepath"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/verifier/extension"
)

var bridge = message.BridgeID("aitbc-test-1")

// rig is one node's voter over one scripted chain.
type rig struct {
	t       *testing.T
	chain   *chaintest.Chain
	cfg     stream.Config
	store   *store.Memory
	path    string
	journal *journal.Journal
	voter   *Voter
}

const index = 3

func newRig(t *testing.T) *rig {
	c := chaintest.New(bridge, 31337, message.Address{1})
	r := &rig{t: t, chain: c, cfg: c.Config(2), store: store.NewMemory(), path: filepath.Join(t.TempDir(), "votes")}
	c.SetRemote(31338, message.Final, message.Address{2})
	r.open()
	return r
}

// open starts the node on what is on its disk.
func (r *rig) open() {
	r.t.Helper()
	if r.journal != nil {
		if err := r.journal.Close(); err != nil {
			r.t.Fatal(err)
		}
	}
	var err error
	if r.journal, err = journal.Open(r.path); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { r.journal.Close() })
	r.voter, err = New(Config{Journal: r.journal, Streams: []Stream{{Index: index, Config: r.cfg, Store: r.store, Heads: r.chain}}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.voter.settled.Store(1) // as if it had run for some blocks
}

// send puts n messages into the next window and makes it final.
func (r *rig) send(n int) {
	r.t.Helper()
	for range n {
		r.chain.Send(31338, message.Final, message.Address{7}, message.Address{8}, []byte("hello"))
	}
	r.chain.Mine(4)
	r.chain.FinalizeHead()
	r.follow(follow.NoReplay)
}

var errIdle = errors.New("idle")

func (r *rig) follow(replay uint64) {
	r.t.Helper()
	err := follow.Run(context.Background(), follow.Config{
		Stream: r.cfg, Source: r.chain, Store: r.store, ReplayFrom: replay,
		OnWindow: func(w stream.Window) error { return r.voter.OnWindow(index, w) },
		OnFinal:  func(b uint64) { r.voter.OnFinal(index, b) },
		Sleep:    func(context.Context, time.Duration) error { return errIdle },
	})
	if !errors.Is(err, errIdle) {
		r.t.Fatal(err)
	}
}

func (r *rig) latest() message.Checkpoint {
	r.t.Helper()
	w, err := r.store.LatestWindow()
	if err != nil {
		r.t.Fatal(err)
	}
	return w.Checkpoint
}

func (r *rig) agenda() extension.Agenda {
	return extension.Agenda{
		Height: 100, BridgeID: bridge, Fork: 1, KeyEpoch: 1, Threshold: 3, Member: true, MemberIndex: 1,
		Streams: []extension.StreamAgenda{{Index: index, Stream: r.cfg.Stream, Stride: r.cfg.Stride, StartBlock: r.cfg.StartBlock}},
	}
}

func certify(a *extension.Agenda, c message.Checkpoint) {
	s := &a.Streams[0]
	s.HasCertified, s.CertifiedEnd, s.Certified = true, c.End, c
}

// say is the decoded extension for an agenda; never nil.
func (r *rig) say(a extension.Agenda) *extension.Extension {
	r.t.Helper()
	e, err := extension.Decode(r.voter.Extend(a))
	if err != nil {
		r.t.Fatal(err)
	}
	if e == nil {
		return &extension.Extension{}
	}
	return e
}

func ends(e *extension.Extension) (list []uint64) {
	for _, v := range e.Votes {
		list = append(list, v.End)
	}
	return list
}

func (r *rig) wantEnds(a extension.Agenda, want ...uint64) {
	r.t.Helper()
	got := ends(r.say(a))
	if len(got) != len(want) {
		r.t.Fatalf("votes for %v, want %v", got, want)
	}
	for i := range want {
		if got[i] != want[i] {
			r.t.Fatalf("votes for %v, want %v", got, want)
		}
	}
}

// TestVoteSaysItsEndpoints: the number is that of when the window was taken.
func TestVoteSaysItsEndpoints(t *testing.T) {
	r := newRig(t)
	agreed := uint8(3)
	r.voter.streams[index] = Stream{Index: index, Config: r.cfg, Store: r.store, Endpoints: func() uint8 { return agreed }}
	for _, want := range []uint8{3, 1} {
		r.send(1)
		agreed = 0 // not configured any more
		if v := r.say(r.agenda()).Votes[0]; v.Endpoints != want {
			t.Errorf("a vote names %d endpoints, want %d", v.Endpoints, want)
		}
	}
}

func TestVotesNewestAndTarget(t *testing.T) {
	r := newRig(t)
	r.wantEnds(r.agenda())
	var windows []message.Checkpoint
	for range 4 {
		r.send(2)
		windows = append(windows, r.latest())
	}
	a := r.agenda()
	r.wantEnds(a, windows[3].End)
	if v := r.say(a).Votes[0]; v.Checkpoint(bridge, r.cfg.Stream) != windows[3] || v.Endpoints != 1 {
		t.Errorf("vote is not the window's: %+v", v)
	}
	a.Streams[0].Target = windows[1].End + 1 // between two windows
	r.wantEnds(a, windows[1].End, windows[3].End)
	a.Streams[0].Voted = []uint64{windows[3].End}
	r.wantEnds(a, windows[1].End)
	a.Streams[0].Voted = []uint64{windows[1].End, windows[3].End}
	r.wantEnds(a)
	a.Streams[0].Voted = nil
	certify(&a, windows[1])
	r.wantEnds(a, windows[3].End)
	certify(&a, windows[3])
	r.wantEnds(a)
	a = r.agenda()
	a.Member = false
	if b := r.voter.Extend(a); len(b) != 0 {
		t.Errorf("no member, yet %d bytes", len(b))
	}
}

func TestAbstainsAndHaltsOnCertified(t *testing.T) {
	r := newRig(t)
	r.send(1)
	first := r.latest()
	r.send(1)
	a := r.agenda()

	ahead := first
	ahead.End += 1000
	certify(&a, ahead)
	r.work(a)
	r.wantEnds(a) // own tree is not there yet
	if r.voter.Status()[0].Halted != nil {
		t.Fatal("halted for being behind")
	}

	certify(&a, first)
	r.wantEnds(a, r.latest().End)
	r.work(a)
	r.wantEnds(a, r.latest().End)

	forged := first
	forged.Root[0] ^= 1
	certify(&a, forged)
	r.wantEnds(a) // even before the worker has looked
	r.work(a)
	var fork *stream.ForkError
	if err := r.voter.Status()[0].Halted; !errors.As(err, &fork) {
		t.Fatalf("halted: %v", err)
	}
	certify(&a, first)
	a.Height = 119
	if e := r.say(a); !e.Empty() {
		t.Errorf("halted stream says %+v", e)
	}
}

// work runs the worker's step once.
func (r *rig) work(a extension.Agenda) {
	r.voter.Committed(a)
	<-r.voter.wake
	r.voter.work(context.Background(), r.voter.latest.Load())
}

func TestRestartKeepsDigests(t *testing.T) {
	r := newRig(t)
	r.send(1)
	w, err := r.store.LatestWindow()
	if err != nil {
		t.Fatal(err)
	}
	size := r.journal.Len()
	r.open()
	r.follow(0)
	if r.journal.Len() != size {
		t.Errorf("replay wrote %d records", r.journal.Len()-size)
	}
	a := r.agenda()
	a.Streams[0].Voted = []uint64{w.Checkpoint.End} // in the journal: not lost
	r.wantEnds(a)
	a.Streams[0].Voted = nil
	r.wantEnds(a, w.Checkpoint.End)

	// The same window with another digest, after one more restart.
	r.open()
	other := w
	other.Checkpoint.Root[5] ^= 1
	for range 2 { // twice is one window
		if err := r.voter.OnWindow(index, other); err != nil {
			t.Fatalf("second digest: %v", err)
		}
	}
	r.wantEnds(a)
	if s := r.voter.Status()[0]; s.Doubts != 1 || s.Doubted != w.Checkpoint.End || s.Halted != nil || r.journal.Len() != size {
		t.Errorf("status %+v, %d records, were %d", s, r.journal.Len(), size)
	}
	// It abstains there alone: the digest that it voted for, and the next window, are voted for.
	if err := r.voter.OnWindow(index, w); err != nil {
		t.Fatal(err)
	}
	r.wantEnds(a, w.Checkpoint.End)
	next := other
	next.Checkpoint.End += 4
	if err := r.voter.OnWindow(index, next); err != nil {
		t.Fatal(err)
	}
	r.wantEnds(a, next.Checkpoint.End)
}

func TestOnWindowRefusesOthers(t *testing.T) {
	r := newRig(t)
	r.send(1)
	w, _ := r.store.LatestWindow()
	for name, spoil := range map[string]func(*stream.Window){
		"stream": func(w *stream.Window) { w.Checkpoint.Stream.Epoch++ },
		"bridge": func(w *stream.Window) { w.Checkpoint.BridgeID[0]++ },
		"end":    func(w *stream.Window) { w.Checkpoint.End++ },
	} {
		o := w
		spoil(&o)
		if err := r.voter.OnWindow(index, o); !errors.Is(err, message.ErrBadEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.voter.OnWindow(index+1, w); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("index: %v", err)
	}
}

func TestLostJournalAbstains(t *testing.T) {
	for name, lose := range map[string]func(*extension.Agenda, uint64){
		"boot not in the journal": func(a *extension.Agenda, _ uint64) { a.Boot = 1 << 24 },
		"vote not in the journal": func(a *extension.Agenda, end uint64) { a.Streams[0].Voted = []uint64{end - 2} },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.chain.Mine(4)
			r.send(1)
			a := r.agenda()
			lose(&a, r.latest().End)
			r.wantEnds(a)
			r.work(a)
			r.wantEnds(a)
			if !r.voter.Status()[0].Abstained {
				t.Error("status does not say so")
			}
			r.send(1) // above what was final at start
			r.wantEnds(a, r.latest().End)
		})
	}
}

func TestHeartbeats(t *testing.T) {
	r := newRig(t)
	a := r.agenda()
	a.Height = 119
	if e := r.say(a); len(e.Heartbeats) != 0 {
		t.Errorf("heartbeat of nothing: %+v", e.Heartbeats)
	}
	r.chain.Mine(5)
	r.chain.FinalizeHead()
	r.follow(follow.NoReplay)
	e := r.say(a)
	if len(e.Heartbeats) != 1 || e.Heartbeats[0].Stream != index || !message.Aligned(e.Heartbeats[0].End, 2) || e.Heartbeats[0].End+2 <= r.chain.Head().Number {
		t.Errorf("heartbeats %+v at head %d", e.Heartbeats, r.chain.Head().Number)
	}
	a.Height = 120
	if e := r.say(a); len(e.Heartbeats) != 0 {
		t.Errorf("heartbeat at another height: %+v", e.Heartbeats)
	}
}

// failing is a store and a journal that must not be touched.
type failing struct{ *store.Memory }

func (failing) Load() (stream.State, bool, error)         { panic("store read") }
func (failing) WindowAt(uint64) (stream.Window, error)    { panic("store read") }
func (failing) WindowBelow(uint64) (stream.Window, error) { panic("store read") }
func (failing) LatestWindow() (stream.Window, error)      { panic("store read") }
func (failing) Leaves(uint64, int) ([]stream.Leaf, error) { panic("store read") }
func (failing) Append([]byte) error                       { panic("journal write") }
func (failing) Replay(func([]byte) error) error           { return nil }
func (failing) Fresh() bool                               { return true }

// TestExtendDoesNoIO: INVARIANT I-07. Extend and Committed return while every lock of the
// voter is held, and touch neither store nor journal.
func TestExtendDoesNoIO(t *testing.T) {
	r := newRig(t)
	r.send(1)
	c := r.latest()
	v, err := New(Config{Journal: failing{}, Streams: []Stream{{Index: index, Config: r.cfg, Store: failing{}}}})
	if err != nil {
		t.Fatal(err)
	}
	v.settled.Store(1)
	v.update(index, func(s *view) { s.insert(c); s.final, s.hasFinal = c.End, true })
	v.mu.Lock()
	defer v.mu.Unlock()
	v.book.mu.Lock()
	defer v.book.mu.Unlock()
	a := r.agenda()
	a.Height, a.Streams[0].Target, a.Streams[0].Voted = 119, 5, nil
	for range 2 { // the second Committed finds the worker busy
		v.Committed(a)
	}
	e, err := extension.Decode(v.Extend(a))
	if err != nil || e == nil || len(e.Votes) != 1 || len(e.Heartbeats) != 1 {
		t.Fatalf("extension %+v: %v", e, err)
	}
	certify(&a, message.Checkpoint{End: 1, LeafCount: 1})
	if b := v.Extend(a); len(b) == 0 {
		t.Error("heartbeat is gone with an unknown certified checkpoint")
	}
}

// TestTargetFromStore: a target older than what is in memory is fetched and journaled first.
func TestTargetFromStore(t *testing.T) {
	r := newRig(t)
	r.send(1)
	old := r.latest()
	r.send(1)
	r.open() // nothing in memory
	a := r.agenda()
	a.Streams[0].Target = old.End
	r.wantEnds(a)
	r.work(a)
	r.wantEnds(a, old.End)
}

func TestLeaves(t *testing.T) {
	r := newRig(t)
	r.send(3)
	leaves, err := r.voter.Leaves(index, 1, 5000)
	if err != nil || len(leaves) != 2 {
		t.Errorf("%d leaves: %v", len(leaves), err)
	}
	if _, err := r.voter.Leaves(index+1, 0, 1); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("unknown stream: %v", err)
	}
	if leaves, err := r.voter.Leaves(index, 0, -1); err != nil || len(leaves) != 0 {
		t.Errorf("negative limit: %d leaves, %v", len(leaves), err)
	}
}
