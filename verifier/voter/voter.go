// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// Bounds of a voter.
const (
	// MaxWindows bounds the windows per stream that are ready to be voted for; the oldest go
	// first. An older target is read from the store when it is asked for.
	MaxWindows = 1 << 14
	// MaxLeaves bounds one answer of Leaves.
	MaxLeaves = 1000
)

// Signer holds the member's key shares: keys/signer has one, keys/signer/remote one in another process.
type Signer interface {
	Boot() uint64
	Start(committedHeight uint64)
	Observe(o signer.Observation) error
	Stop(why error)
	Commitments(max int) []signer.SeqCommitment
	Sign(req signer.Request, own func(body [32]byte) bool) (frost.Scalar, error)
	AddShare(share keystore.Share) error
	DropShare(epoch uint64) error
	Shares() []signer.ShareInfo
}

// HeadsSource tells a chain's labels: every follow.Source does.
type HeadsSource interface {
	Heads(ctx context.Context) (stream.Heads, error)
}

// Stream is one stream that the node covers. One below final has neither store nor heads; the final stream of the same
// source and epoch has to be covered beside it, else it says nothing.
type Stream struct {
	Index  uint16 // given by the state, never reused
	Config stream.Config
	Store  stream.Store
	// Heads is asked only after the vote journal was lost: the node then abstains up to the
	// final block of that moment. Without it, it abstains for ever.
	Heads HeadsSource
	// Endpoints is how many operators stand behind what is read of the source now; it is stored beside each vote and counts for nothing.
	// Asked when a window or a tip is taken; nil means 1.
	Endpoints func() uint8
}

// endpoints is the number of Endpoints, at least 1.
func (s *Stream) endpoints() uint8 {
	if s.Endpoints == nil {
		return 1
	}
	return max(1, s.Endpoints())
}

// Config of a voter. Journal is required.
type Config struct {
	Journal Journal // of votes; not the signer's own
	Signer  Signer  // nil: votes and signs nothing, as one without a share
	Streams []Stream
	Logger  *slog.Logger
}

// Voter is safe for concurrent use. OnWindow and OnFinal of one stream have one caller, and so has OnTip of one below final.
type Voter struct {
	signer Signer
	book   *book
	log    *slog.Logger
	now    atomic.Pointer[snapshot]
	wake   chan struct{}
	latest atomic.Pointer[extension.Agenda]

	twin    atomic.Pointer[TwinError] // not nil: says farewell, then nothing any more
	parting atomic.Uint64             // height of the first commit after that
	parted  atomic.Int32              // farewells that the chain heard
	words   words                     // what this process said
	judged  atomic.Bool               // lost was decided at least once
	lost    atomic.Bool               // the vote journal is not the one that this member wrote
	settled atomic.Uint64             // height from which this process votes; 0: not yet

	mu      sync.Mutex // writers of now
	streams map[uint16]Stream
	started bool            // signer; worker only
	warned  map[uint64]bool // sessions whose refusal was logged; worker only
	duties  string          // why the state asks for silence; worker only
}

// New replays the vote journal. Nothing runs before Run.
func New(cfg Config) (*Voter, error) {
	if cfg.Journal == nil {
		return nil, fmt.Errorf("voter: journal: %w", message.ErrZero)
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	b, err := openBook(cfg.Journal)
	if err != nil {
		return nil, err
	}
	v := &Voter{
		signer: cfg.Signer, book: b, log: cfg.Logger, wake: make(chan struct{}, 1),
		streams: map[uint16]Stream{}, warned: map[uint64]bool{},
	}
	v.now.Store(&snapshot{shares: map[uint64][32]byte{}, streams: map[uint16]*view{}})
	for _, s := range cfg.Streams {
		if err := v.AddStream(s); err != nil {
			return nil, err
		}
	}
	return v, nil
}

// AddStream makes the node cover one more stream. Its windows come through OnWindow: follow
// must replay the stored ones (follow.Config.ReplayFrom), from the certified end at least. Below final it has no windows:
// its checkpoints come through OnTip.
func (v *Voter) AddStream(s Stream) error {
	if err := s.Config.Validate(); err != nil {
		return fmt.Errorf("stream %d: %w", s.Index, err)
	}
	if s.Store == nil && s.Config.Stream.Finality == message.Final {
		return fmt.Errorf("stream %d: store: %w", s.Index, message.ErrZero)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if _, ok := v.streams[s.Index]; ok {
		return fmt.Errorf("stream %d is there already: %w", s.Index, message.ErrRange)
	}
	v.streams[s.Index] = s
	v.publish(func(n *snapshot) { n.streams[s.Index] = &view{cfg: s.Config} })
	return nil
}

// RemoveStream ends the cover of a stream that the state has closed, or stopped after a contradiction: nothing is said for it
// any more and its store is not read. After what follows it has ended. A stopped one that runs again is added again and
// begins without tips; what it said before is in the journal alone.
func (v *Voter) RemoveStream(index uint16) {
	v.mu.Lock()
	defer v.mu.Unlock()
	delete(v.streams, index)
	v.publish(func(n *snapshot) { delete(n.streams, index) })
}

// publish replaces the snapshot by a changed copy. The caller holds mu.
func (v *Voter) publish(change func(*snapshot)) {
	old := v.now.Load()
	next := &snapshot{boot: old.boot, commitments: old.commitments, shares: maps.Clone(old.shares), streams: maps.Clone(old.streams)}
	change(next)
	v.now.Store(next)
}

// endpoints is how many operators stand behind a stream now.
func (v *Voter) endpoints(index uint16) uint8 {
	v.mu.Lock()
	s := v.streams[index]
	v.mu.Unlock()
	return s.endpoints()
}

// update changes one stream's view.
func (v *Voter) update(index uint16, change func(*view)) {
	v.mu.Lock()
	defer v.mu.Unlock()
	old, ok := v.now.Load().streams[index]
	if !ok {
		return
	}
	next := *old
	change(&next)
	v.publish(func(n *snapshot) { n.streams[index] = &next })
}

// Extend is the vote extension of the height after the agenda's. It copies from memory: no
// I/O and no wait (I-07). Empty bytes mean that there is nothing to say.
func (v *Voter) Extend(a extension.Agenda) []byte {
	v.admit(&a)
	if v.twin.Load() != nil {
		if v.gone() {
			return nil
		}
		return farewell(a.Fork)
	}
	votes := false
	if from := v.settled.Load(); from != 0 {
		votes = a.Height >= from
	}
	b, err := extension.Encode(compose(&a, v.now.Load(), v.lost.Load(), votes))
	if err != nil {
		v.log.Error("extension not encoded, saying nothing", "height", a.Height+1, "err", err)
		b = nil
	}
	v.words.say(a.Height+1, b)
	return b
}

// Committed tells the voter what the state asks after a commit. It returns at once; the worker
// in Run takes the newest agenda.
func (v *Voter) Committed(a extension.Agenda) {
	v.listen(&a)
	v.admit(&a)
	v.settle(&a)
	v.latest.Store(&a)
	v.rouse()
}

func (v *Voter) rouse() {
	select {
	case v.wake <- struct{}{}:
	default:
	}
}

// OnWindow takes a final window from follow: its digest is journaled and synced, then it
// may be voted for. Blocks on the disk.
//
// A window for which the journal, or the signer's own, holds another digest is never voted for: this member said something
// else before, as its endpoints told it then. It says so (Status.Doubts) and goes on with the next window (I-05, I-12).
//
// Errors: ErrJournal (halt, the stream says nothing any more); message.ErrBadEncoding for a window of another
// stream or for one below final; the journal's, after which the window is not voted for until it was given again.
func (v *Voter) OnWindow(index uint16, w stream.Window) error {
	s, ok := v.now.Load().streams[index]
	c := w.Checkpoint
	if !ok || s.lower() || c.Stream != s.cfg.Stream || c.BridgeID != s.cfg.BridgeID || !message.Aligned(c.End, s.cfg.Stride) {
		return fmt.Errorf("window %d is not of stream %d: %w", c.End, index, message.ErrBadEncoding)
	}
	if s.halted != nil {
		return nil //nolint:nilerr // its error was reported when it stopped
	}
	if a := v.latest.Load(); a != nil && decided(a, index) > c.End {
		return nil
	}
	err := v.book.enter(&c)
	switch {
	case errors.Is(err, ErrForgotten):
		return nil
	case errors.As(err, new(*ConflictError)):
		v.doubt(index, c.End, err)
		return nil
	case message.FateOf(err) == message.Halt && err != nil:
		v.halt(index, err)
		return err
	case err != nil:
		return err
	}
	if w, ok := v.signer.(Witness); ok && !v.witness(w, index, &c) {
		return nil
	}
	failpoint.Hit("voter.window.publish") // the journaled digest is voted for after the next start
	agreed := v.endpoints(index)
	v.update(index, func(s *view) {
		s.insert(c)
		s.endpoints = agreed
	})
	return nil
}

// witness tells a signer with a journal of its own of a vote before it may be said. Without an answer the vote is said all the
// same: the signer is told again before it signs. False when the signer knows another body for the window.
func (v *Voter) witness(w Witness, index uint16, c *message.Checkpoint) bool {
	err := w.Vote(*c)
	switch {
	case err == nil:
		return true
	case errors.Is(err, signer.ErrConflict):
		v.doubt(index, c.End, err)
		return false
	}
	v.log.Debug("signer did not take a vote", "stream", index, "window", c.End, "err", err)
	return true
}

// doubt notes a window that is not voted for because another digest was.
func (v *Voter) doubt(index uint16, end uint64, err error) {
	fresh := false
	v.update(index, func(s *view) {
		if fresh = s.doubts == 0 || s.doubted != end; fresh {
			s.doubts, s.doubted = s.doubts+1, end
		}
	})
	if fresh {
		v.log.Error("this member voted otherwise for a window before: it abstains there", "stream", index, "window", end, "err", err)
	}
}

// decided is the floor of a stream, 0 when there is none.
func decided(a *extension.Agenda, index uint16) uint64 {
	for i := range a.Streams {
		if sa := &a.Streams[i]; sa.Index == index {
			return sa.Decided()
		}
	}
	return 0
}

// insert keeps windows sorted and bounded; slices of older views stay as they are.
func (s *view) insert(c message.Checkpoint) {
	n := len(s.windows)
	if n == 0 || s.windows[n-1].End < c.End {
		// Appending writes behind the end of what older views read.
		s.windows = append(s.windows, c)
	} else {
		i, found := slices.BinarySearchFunc(s.windows, c.End, func(w message.Checkpoint, end uint64) int {
			switch {
			case w.End < end:
				return -1
			case w.End > end:
				return 1
			}
			return 0
		})
		if found {
			return
		}
		s.windows = slices.Insert(slices.Clone(s.windows), i, c)
	}
	if len(s.windows) > MaxWindows {
		s.windows = slices.Clone(s.windows[len(s.windows)-MaxWindows*3/4:])
	}
}

// OnFinal takes the newest block up to which everything is final and read. That of a stream below final is the final
// stream's beside it and is not told.
func (v *Voter) OnFinal(index uint16, block uint64) {
	v.update(index, func(s *view) { s.final, s.hasFinal = block, true })
}

// Halt stops a stream: no vote, share or heartbeat for it until the node is started again.
// For errors of fate halt that follow.Run returned. A later call tells more of the same.
func (v *Voter) Halt(index uint16, err error) {
	v.halt(index, err)
	v.update(index, func(s *view) { s.halted = err })
}

func (v *Voter) halt(index uint16, err error) {
	first := false
	v.update(index, func(s *view) {
		if s.halted == nil {
			s.halted, first = err, true
		}
	})
	if first {
		v.log.Error("stream halted", "stream", index, "err", err)
	}
}

// Leaves serves up to max leaves (MaxLeaves at most) of a stream from number `from` on, from its store.
//
// Errors: stream.ErrNotFound for a stream that the node does not cover, or one below final; the store's.
func (v *Voter) Leaves(index uint16, from uint64, limit int) ([]stream.Leaf, error) {
	v.mu.Lock()
	s, ok := v.streams[index]
	v.mu.Unlock()
	if !ok {
		return nil, fmt.Errorf("stream %d: %w", index, stream.ErrNotFound)
	}
	if s.Config.Stream.Finality != message.Final {
		return nil, fmt.Errorf("stream %d has no tree of its own: %w", index, stream.ErrNotFound)
	}
	return s.Store.Leaves(from, max(0, min(limit, MaxLeaves)))
}
