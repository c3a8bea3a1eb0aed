// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/sources"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

const (
	// dialTimeout bounds one look at an endpoint before its source is followed.
	dialTimeout = 10 * time.Second
	// maxRetry bounds the pause between two attempts to open a source.
	maxRetry = 30 * time.Second
	// codeRecord is the file in a stream's directory that keeps the hash of the manager's code.
	codeRecord = "manager-code"
)

// streams follows every stream of the state whose chain is configured, those too that are opened while
// the node runs. Each has a goroutine of its own: an endpoint that is slow or dead holds up nobody else.
type streams struct {
	home    Layout
	config  *Config
	feeds   *sources.Set
	chainID string
	voter   *voter.Voter
	log     *slog.Logger

	// Set before run: what tells the state's certificates, and what takes contradictions of certified checkpoints below final.
	state  certificates
	report func(stream, generation uint32, end uint64)

	asked  atomic.Pointer[[]extension.StreamAgenda]
	height atomic.Uint64 // committed, as told last
	wake   chan struct{}

	mu     sync.Mutex
	known  map[uint16]*source // final ones; nil: its chain was not configured when it was looked at
	lowers map[uint16]*lower
	stores closers
}

func newStreams(h Layout, c *Config, f *sources.Set, chainID string, v *voter.Voter, logger *slog.Logger) *streams {
	return &streams{home: h, config: c, feeds: f, chainID: chainID, voter: v, log: logger, wake: make(chan struct{}, 1), known: map[uint16]*source{}, lowers: map[uint16]*lower{}}
}

// source is one final stream that this node covers.
type source struct {
	index  uint16
	stream stream.Config
	store  *store.Badger
	client atomic.Pointer[sources.Reader] // nil until an endpoint of the right chain was found

	// Changed only while nobody follows, under streams.mu:
	feed       *sources.Source
	replayFrom uint64

	// streams.mu:
	running bool               // somebody follows, or it has halted
	cancel  context.CancelFunc // ends that
	done    chan struct{}      // closed when that has ended; nil before the first time
}

var _ voter.HeadsSource = (*source)(nil)

// Heads implements voter.HeadsSource.
func (s *source) Heads(ctx context.Context) (stream.Heads, error) {
	c := s.client.Load()
	if c == nil {
		return stream.Heads{}, fmt.Errorf("chain %s: %w", s.stream.Stream.Chain, errNoEndpoint)
	}
	return c.Heads(ctx)
}

var errNoEndpoint = message.NewError(message.Retry, "no endpoint yet")

// told takes the streams of a committed state. It returns at once.
func (s *streams) told(a extension.Agenda) {
	s.height.Store(a.Height)
	s.asked.Store(&a.Streams)
	s.rouse()
}

func (s *streams) rouse() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}

// open opens the store of each stream that is not known yet and whose chain is configured, and lets the
// voter know. A stream that cannot be opened does not keep the others from it; it is tried again.
func (s *streams) open(list []extension.StreamAgenda) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	var errs []error
	for i := range list {
		p := &list[i]
		if _, ok := s.known[p.Index]; ok || p.Stream.Finality != message.Final {
			continue
		}
		if _, ok := s.feeds.Get(p.Stream.Chain); !ok {
			s.known[p.Index] = nil
			s.log.Warn("chain is not configured: this node abstains for the stream", "chain", p.Stream.Chain.String(), "stream", p.Index)
			continue
		}
		one := &source{index: p.Index, stream: stream.Config{
			BridgeID: message.BridgeID(s.chainID), Stride: p.Stride, StartBlock: p.StartBlock, Stream: p.Stream,
		}}
		one.replayFrom = p.Decided()
		if err := s.add(one); err != nil {
			errs = append(errs, fmt.Errorf("stream %d: %w", p.Index, err))
			continue
		}
		s.known[p.Index] = one
	}
	for i := range list {
		if p := &list[i]; p.Stream.Finality != message.Final {
			if err := s.openLower(p); err != nil {
				errs = append(errs, fmt.Errorf("stream %d: %w", p.Index, err))
			}
		}
	}
	return errors.Join(errs...)
}

func (s *streams) add(one *source) (err error) {
	if one.store, err = store.Open(s.home.StreamDir(one.stream.Stream.Chain, uint32(one.index))); err != nil {
		return err
	}
	if err := s.voter.AddStream(voter.Stream{Index: one.index, Config: one.stream, Store: one.store, Heads: one, Endpoints: s.agreed(one.stream.Stream.Chain)}); err != nil {
		return errors.Join(err, one.store.Close())
	}
	s.stores.add(one.store)
	return nil
}

// agreed tells how many operators stand behind what is read of a chain; 0 when it is not configured.
func (s *streams) agreed(chain message.ChainID) func() uint8 {
	return func() uint8 {
		feed, ok := s.feeds.Get(chain)
		if !ok {
			return 0
		}
		return feed.Agreed()
	}
}

// Close closes the stores. After run and the voter have ended.
func (s *streams) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.stores.close()
}

// run follows what is open and opens what the state opens, until ctx ends.
func (s *streams) run(ctx context.Context) error {
	var all sync.WaitGroup
	defer all.Wait()
	warned := ""
	for {
		if list := s.asked.Load(); list != nil {
			err := s.open(*list)
			if err != nil && err.Error() != warned {
				warned = err.Error()
				s.log.Error("stream not opened, tried again with the next block", "err", err)
			}
			for _, one := range s.left(*list) {
				all.Go(func() { s.leaveLower(one) })
			}
			for _, one := range s.closed(*list) {
				all.Go(func() { s.leave(one) })
			}
			s.silence()
			s.tell(ctx, *list)
		}
		for _, begin := range append(s.waiting(ctx), s.beginLower(ctx)...) {
			all.Go(begin)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-s.wake:
		}
	}
}

// waiting takes the sources that nobody follows yet and whose chain is configured.
func (s *streams) waiting(ctx context.Context) (out []func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(s.known)) {
		one := s.known[i]
		if one == nil || one.running {
			continue
		}
		feed, ok := s.feeds.Get(one.stream.Stream.Chain)
		if !ok {
			continue
		}
		if list := s.asked.Load(); list != nil {
			for j := range *list {
				if p := &(*list)[j]; p.Index == i && (p.HasCertified || p.HasBase) {
					one.replayFrom = p.Decided() // what the voter has from an earlier time does no harm
				}
			}
		}
		one.feed, one.running = feed, true
		var own context.Context
		own, one.cancel = context.WithCancel(ctx)
		done := make(chan struct{})
		one.done = done
		out = append(out, func() {
			defer close(done)
			s.follow(own, one)
			s.ended(own, one)
		})
	}
	return out
}

// ended makes a source be followed again when its chain was taken from the configuration, and
// comes back. One that has halted stays so, and silences those below it.
func (s *streams) ended(own context.Context, one *source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if own.Err() != nil {
		one.running = false
		one.client.Store(nil)
	}
	s.rouse()
}

// reconfigured takes the sources as they are now: streams whose chain is gone are followed no
// more, those whose chain has come are looked at again.
func (s *streams) reconfigured() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, one := range s.known {
		if one == nil {
			delete(s.known, i)
			continue
		}
		if feed, ok := s.feeds.Get(one.stream.Stream.Chain); one.cancel != nil && (!ok || feed != one.feed) {
			one.cancel()
			if !ok {
				s.log.Warn("chain is no longer configured: this node abstains for the stream", "chain", one.stream.Stream.Chain.String(), "stream", i)
			}
		}
	}
	for _, one := range s.lowers {
		if feed, ok := s.feeds.Get(one.stream.Stream.Chain); one.cancel != nil && (!ok || feed != one.feed) {
			one.cancel()
		}
	}
	s.rouse()
}

// abstains are the reasons of streams that are not followed because of the configuration, by index.
func (s *streams) abstains() map[uint16]string {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := map[uint16]string{}
	for i, one := range s.known {
		if one == nil {
			continue
		}
		out[i] = s.unread(one.stream.Stream.Chain)
	}
	for i, one := range s.lowers {
		if out[i] = one.why; out[i] == "" {
			out[i] = s.unread(one.stream.Stream.Chain)
		}
	}
	return out
}

// unread is why nothing of a chain is read; empty when there is no reason.
func (s *streams) unread(chain message.ChainID) string {
	feed, ok := s.feeds.Get(chain)
	if !ok {
		return "its chain is not configured any more"
	}
	return feed.Health().Code
}

// follow finds the endpoint and follows the source. What may break safety halts this stream alone, loudly;
// the node and the other streams go on.
func (s *streams) follow(ctx context.Context, one *source) {
	log := s.log.With("stream", one.index, "chain", one.stream.Stream.Chain.String())
	if s.keptHalted(one, log) {
		return
	}
	client := s.dial(ctx, one, log)
	if client == nil {
		return
	}
	err := follow.Run(ctx, follow.Config{
		Stream: one.stream, Source: client, Store: one.store, Poll: s.config.PollInterval(), ReplayFrom: one.replayFrom,
		OnWindow: func(w stream.Window) error { return s.voter.OnWindow(one.index, w) },
		OnFinal:  func(block uint64) { s.voter.OnFinal(one.index, block) },
		Sleep:    one.feed.Heads.Sleeper(),
		Logger:   s.log.With("stream", one.index),
	})
	if ctx.Err() != nil {
		return // the node stops, or the state closed the stream: that the loop was interrupted is no failure
	}
	s.halt(ctx, one, err, log)
}

// dial asks the pool until it serves the right chain or ctx ends. A pool that does not answer
// is taken: following it retries by itself.
func (s *streams) dial(ctx context.Context, one *source, log *slog.Logger) *sources.Reader {
	warned := false
	record := &sources.Record{Path: filepath.Join(s.home.StreamDir(one.stream.Stream.Chain, uint32(one.index)), codeRecord)}
	for pause := time.Second; ; pause = min(2*pause, maxRetry) {
		attempt, cancel := context.WithTimeout(ctx, dialTimeout)
		c, err := one.feed.Reader(attempt, one.stream.Stream.Manager, record)
		cancel()
		if ctx.Err() != nil {
			return nil
		}
		if err == nil {
			one.client.Store(c)
			s.rouse() // for those below it
			return c
		}
		if !warned {
			warned = true
			log.Error("source not opened, tried again", "err", err)
		}
		if follow.Sleep(ctx, pause) != nil {
			return nil
		}
	}
}

// genesisStreams are the open streams of a genesis file as the first agenda has them, but for their bases.
func genesisStreams(list []lanesv1.Stream) []extension.StreamAgenda {
	out := make([]extension.StreamAgenda, 0, len(list))
	for i := range list {
		p := &list[i]
		if p.ClosedAt != 0 || p.StoppedAt != 0 {
			continue
		}
		out = append(out, extension.StreamAgenda{
			Index: uint16(p.Index), Stride: p.Stride, StartBlock: p.StartBlock, MaxAhead: uint64(p.MaxAhead), Generation: p.Generation,
			Stream: message.Stream{Chain: message.ChainID(p.Chain), Manager: message.Address(p.Manager), Finality: message.Finality(p.Finality), Epoch: p.Epoch},
		})
	}
	return out
}

// loaded is what the state on disk asks of this node; nothing before the first block.
func loaded(a *app.App) (extension.Agenda, error) {
	if a.LastBlockHeight() == 0 {
		return extension.Agenda{}, nil
	}
	return a.Agenda()
}
