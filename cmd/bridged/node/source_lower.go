// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync/atomic"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

// lower is one stream below final that the state has open. It has no store of its own: what lies above the final blocks is
// read anew each time, through the reader of the final stream beside it, and its checkpoints extend that one's certified tree.
type lower struct {
	index      uint16
	stream     stream.Config // with its own finality
	generation uint32
	limits     stream.Lower
	final      *source // of the same chain, manager and epoch

	ahead atomic.Pointer[follow.Ahead] // nil while nobody follows
	poke  chan struct{}                // what ahead was told has changed

	// tell's alone: what ahead was told.
	told  *follow.Ahead
	seen  uint64             // end of the newest certificate
	based bool               // base was told
	base  message.Checkpoint // zero: none

	// streams.mu:
	feed    *sources.Source // that it is followed through
	why     string          // why it cannot be followed through that
	leaving bool
	running bool // as in source
	cancel  context.CancelFunc
	done    chan struct{}
}

// certificates tells what the newest committed state has certified.
type certificates interface {
	// Certificates lists checkpoints of a stream with ends above after, ascending: a page of them, none when there are no more.
	Certificates(ctx context.Context, index uint16, after uint64) ([]message.Checkpoint, error)
}

// openLower lets the voter know a stream below final whose final stream is covered. That of an uncovered chain was told of already.
// The caller holds mu.
func (s *streams) openLower(p *extension.StreamAgenda) error {
	if _, ok := s.lowers[p.Index]; ok {
		return nil // there, or still being left
	}
	want := p.Stream
	want.Finality = message.Final
	for _, final := range s.known {
		if final == nil || final.stream.Stream != want {
			continue
		}
		one := &lower{
			index: p.Index, stream: final.stream, generation: p.Generation, final: final, poke: make(chan struct{}, 1),
			limits: stream.Lower{Finality: p.Stream.Finality, MaxAhead: int(p.MaxAhead)},
		}
		one.stream.Stream = p.Stream
		if err := s.voter.AddStream(voter.Stream{Index: one.index, Config: one.stream, Endpoints: s.agreed(p.Stream.Chain)}); err != nil {
			return err
		}
		s.lowers[p.Index] = one
		return nil
	}
	return nil
}

// left takes the streams below final that the state names no more, or under another generation: contradicted, or closed.
func (s *streams) left(list []extension.StreamAgenda) (out []*lower) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(s.lowers)) {
		one := s.lowers[i]
		if one.leaving || slices.ContainsFunc(list, func(p extension.StreamAgenda) bool { return p.Index == i && p.Generation == one.generation }) {
			continue
		}
		one.leaving = true
		out = append(out, one)
	}
	return out
}

// leaveLower ends what follows a stream below final, then the voter's cover of it. When the state names it again it is opened anew.
func (s *streams) leaveLower(one *lower) {
	s.mu.Lock()
	cancel, done := one.cancel, one.done
	s.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
	s.voter.RemoveStream(one.index)
	s.mu.Lock()
	delete(s.lowers, one.index)
	s.mu.Unlock()
	s.log.Warn("the chain stopped or closed this stream: nothing is said for it", "stream", one.index, "chain", one.stream.Stream.Chain.String(),
		"finality", one.stream.Stream.Finality.String(), "generation", one.generation)
	s.rouse()
}

// beginLower takes the streams below final that nobody follows yet and whose final stream has a reader.
func (s *streams) beginLower(ctx context.Context) (out []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(s.lowers)) {
		one := s.lowers[i]
		reader := one.final.client.Load()
		if one.running || one.leaving || reader == nil || !one.final.running || one.feed == one.final.feed && one.why != "" {
			continue
		}
		if feed, ok := s.feeds.Get(one.stream.Stream.Chain); !ok || feed != one.final.feed {
			continue // that reader is about to end
		}
		one.feed, one.why = one.final.feed, ""
		recent, err := reader.Recent(one.limits.Finality)
		if err != nil {
			one.why = err.Error()
			s.log.Warn("stream below final is not followed: this node abstains for it", "stream", i, "chain", one.stream.Stream.Chain.String(), "err", err)
			continue
		}
		sleep := one.feed.Heads.Sleeper()
		out = append(out, s.following(ctx, one, recent, sleep))
	}
	return out
}

// following makes a source be followed, through what was found for it. The caller holds mu.
func (s *streams) following(ctx context.Context, one *lower, recent follow.AheadSource, sleep func(context.Context, time.Duration) error) func() {
	one.running = true
	own, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	one.cancel, one.done = cancel, done
	return func() {
		defer close(done)
		s.followLower(own, one, recent, sleep)
		s.mu.Lock()
		defer s.mu.Unlock()
		if own.Err() != nil && s.halted(one.index) == nil {
			one.running = false
			s.rouse()
		}
	}
}

// followLower follows a stream below final. What may break safety halts this stream alone.
func (s *streams) followLower(ctx context.Context, one *lower, recent follow.AheadSource, sleep func(context.Context, time.Duration) error) {
	ahead, err := follow.NewAhead(follow.AheadConfig{
		Stream: one.final.stream, Lower: one.limits, Source: recent, Store: one.final.store, Poll: s.config.PollInterval(),
		OnTip: func(t *stream.Tip) error {
			if t == nil {
				return s.voter.OnTip(one.index, nil)
			}
			return s.voter.OnTip(one.index, &t.Window.Checkpoint)
		},
		OnContradiction: func(e *stream.ContradictionError) error {
			s.report(uint32(one.index), one.generation, e.Certified.End)
			return nil
		},
		Sleep:  func(ctx context.Context, d time.Duration) error { return one.sleep(ctx, d, sleep) },
		Logger: s.log.With("stream", one.index),
	})
	if err == nil {
		one.ahead.Store(ahead)
		s.rouse() // so that it is told what the state has certified
		err = ahead.Run(ctx)
		one.ahead.Store(nil)
		err = errors.Join(err, s.voter.OnTip(one.index, nil))
	}
	if ctx.Err() != nil {
		return
	}
	s.log.Error("stream halted", "stream", one.index, "chain", one.stream.Stream.Chain.String(), "err", err)
	s.voter.Halt(one.index, err)
}

// sleep is a sleep that also ends when ahead was told something new.
func (l *lower) sleep(ctx context.Context, d time.Duration, inner func(context.Context, time.Duration) error) error {
	asleep, wake := context.WithCancel(ctx)
	defer wake()
	go func() {
		select {
		case <-l.poke:
			wake()
		case <-asleep.Done():
		}
	}()
	if err := inner(asleep, d); asleep.Err() == nil {
		return err
	}
	return ctx.Err()
}

// halted is why the voter says nothing for a stream until the next start; nil while it runs.
func (s *streams) halted(index uint16) error {
	for _, st := range s.voter.Status() {
		if st.Index == index {
			return st.Halted
		}
	}
	return nil
}

// silence halts the streams below final whose final stream has halted: blocks above a history that is in doubt are
// worth nothing.
func (s *streams) silence() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(s.lowers)) {
		one := s.lowers[i]
		why := s.halted(one.final.index)
		if why == nil || s.halted(i) != nil {
			continue
		}
		one.running = true
		if one.cancel != nil {
			one.cancel()
		}
		s.voter.Halt(i, fmt.Errorf("the final stream %d of its source has halted: %w", one.final.index, why))
	}
}

// waits are the reasons why streams below final that are followed have nothing to vote for, by index.
func (s *streams) waits() map[uint16]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[uint16]string{}
	for i, one := range s.lowers {
		if ahead := one.ahead.Load(); ahead != nil {
			out[i] = ahead.Waiting()
		}
	}
	return out
}

// tell hands what a committed state has certified to what follows the streams below final: certificates of the stream itself, read from
// the state after the newest one that was handed over so that none is missed, and the newest final one that is extended.
func (s *streams) tell(ctx context.Context, list []extension.StreamAgenda) {
	s.mu.Lock()
	all := slices.Collect(maps.Values(s.lowers))
	s.mu.Unlock()
	for _, one := range all {
		at := slices.IndexFunc(list, func(p extension.StreamAgenda) bool { return p.Index == one.index && p.Generation == one.generation })
		final := slices.IndexFunc(list, func(p extension.StreamAgenda) bool { return p.Index == one.final.index })
		ahead := one.ahead.Load()
		if ahead == nil || at < 0 || final < 0 {
			continue
		}
		if one.told != ahead {
			one.told, one.seen, one.based = ahead, 0, false
		}
		if err := s.tellCertified(ctx, one, &list[at]); err != nil && ctx.Err() == nil {
			s.log.Warn("certificates not handed over, tried again with the next block", "stream", one.index, "err", err)
		}
		one.tellBase(&list[final])
	}
}

func (s *streams) tellCertified(ctx context.Context, one *lower, p *extension.StreamAgenda) error {
	for p.HasCertified && one.seen < p.CertifiedEnd {
		page, err := s.state.Certificates(ctx, one.index, one.seen)
		if err != nil || len(page) == 0 {
			return err
		}
		for _, c := range page {
			if err := one.told.Certified(c); err != nil {
				return err
			}
			one.seen = c.End
		}
		one.rouse()
	}
	return nil
}

// tellBase tells the certified tree that is extended: none while the epoch has neither certificate nor base. One that starts from a base
// has to certify first.
func (l *lower) tellBase(final *extension.StreamAgenda) {
	base := message.Checkpoint{} // none
	switch {
	case final.HasCertified:
		base = final.Certified
	case final.HasBase:
		return
	}
	if l.based && l.base == base {
		return
	}
	l.based, l.base = true, base
	if final.HasCertified {
		l.told.Base(&base)
	} else {
		l.told.Base(nil)
	}
	l.rouse()
}

func (l *lower) rouse() {
	select {
	case l.poke <- struct{}{}:
	default:
	}
}
