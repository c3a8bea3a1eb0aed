// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
)

const (
	// streamsEvery is how often the validators are asked for new streams, lowerEvery how often while a stream below
	// final is followed, which a contradiction may stop.
	streamsEvery = 30 * time.Second
	lowerEvery   = 5 * time.Second
	// retryEvery is how soon a failed question to the validators is repeated.
	retryEvery = time.Second
	// repeatLog is how many equal failures in a row stay silent after the first.
	repeatLog = 60
)

// Config is what a Relayer needs. All fields but Recent, Wake, Poll and Logger are required.
type Config struct {
	Validators *Validators
	// Sources are the source chains by id; Managers the managers that the network names there.
	Sources  map[message.ChainID]follow.Source
	Managers map[message.ChainID]message.Address
	Targets  []Target
	// Open gives the store of a final stream; the caller closes it after Run.
	Open func(stream.Config) (stream.Store, error)
	// Recent gives a reader of its own for each stream below final. Nil: none of them is followed.
	Recent func(message.Stream) (Recent, error)
	// Wake gives the pause between two looks at a source, which new blocks may end early. Nil: nothing ends it.
	Wake   func(message.ChainID) func(context.Context, time.Duration) error
	Poll   time.Duration // of sources and certificates; default 500 ms
	Logger *slog.Logger
}

// Relayer delivers what is certified. Run does all the work.
type Relayer struct {
	cfg     Config
	workers []*worker

	mu      sync.Mutex
	sources []*source
	closed  map[uint16]bool // streams that are never followed again
}

// New starts nothing.
func New(cfg Config) (*Relayer, error) {
	if cfg.Validators == nil || len(cfg.Sources) == 0 || len(cfg.Targets) == 0 || cfg.Open == nil {
		return nil, errors.New("relayer: validators, sources, targets and a store are required")
	}
	if cfg.Poll <= 0 {
		cfg.Poll = 500 * time.Millisecond
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	r := &Relayer{cfg: cfg, closed: map[uint16]bool{}}
	for _, t := range cfg.Targets {
		r.workers = append(r.workers, newWorker(t, r.list, cfg.Logger))
	}
	return r, nil
}

func (r *Relayer) list() []*source {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.sources)
}

// Run relays until ctx ends. A stream that halts stops alone (I-12).
func (r *Relayer) Run(ctx context.Context) error {
	var group sync.WaitGroup
	defer group.Wait()
	for _, w := range r.workers {
		group.Go(func() { _ = w.run(ctx) })
	}
	quiet := newQuiet(r.cfg.Logger)
	for {
		pause := streamsEvery
		streams, gone, err := r.cfg.Validators.Streams(ctx)
		for _, index := range gone {
			r.close(index)
		}
		if err != nil || len(streams) == 0 {
			quiet.warn(ctx, "streams not known yet", "err", err)
			pause = retryEvery
		}
		for _, index := range finalFirst(streams) {
			f, err := r.add(index, streams[index])
			if err != nil {
				r.cfg.Logger.Error("stream not followed", "stream", index, "err", err)
				continue
			}
			switch f := f.(type) {
			case *source:
				var own context.Context
				own, f.stop = context.WithCancel(ctx)
				group.Go(func() { r.follow(own, f) })
				group.Go(func() { r.certificates(own, f) })
			case *lower:
				var own context.Context
				own, f.stop = context.WithCancel(ctx)
				group.Go(func() { r.certificates(own, f) })
			}
		}
		if slices.ContainsFunc(r.list(), func(s *source) bool { return len(s.lowers()) > 0 }) {
			pause = min(pause, lowerEvery)
		}
		if follow.Sleep(ctx, pause) != nil {
			return ctx.Err()
		}
	}
}

// finalFirst sorts streams: one below final is added to a final one.
func finalFirst(streams map[uint16]Stream) []uint16 {
	return slices.SortedFunc(maps.Keys(streams), func(a, b uint16) int {
		return cmp.Or(cmp.Compare(streams[b].Stream.Finality, streams[a].Stream.Finality), cmp.Compare(a, b))
	})
}

// close leaves a stream that the validators have closed: what was certified in it may be of a history that its chain
// has left, so nothing of it is delivered any more. Deliveries on that chain may be undone with that history: its worker
// looks at all messages for it again.
func (r *Relayer) close(index uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed[index] = true
	if l := r.lower(index); l != nil {
		r.leave(l, "stream closed by the validators")
		return
	}
	i := slices.IndexFunc(r.sources, func(s *source) bool { return s.index == index })
	if i < 0 {
		return
	}
	s := r.sources[i]
	r.sources = slices.Delete(slices.Clone(r.sources), i, i+1)
	s.stop()
	for _, l := range s.lowers() {
		r.leave(l, "stream left with its final one")
	}
	for _, w := range r.workers {
		w.forget(s)
	}
	r.cfg.Logger.Warn("stream closed by the validators", "stream", index, "chain", s.cfg.Stream.Chain)
}

// leave drops a stream below final: what its certificates prove waits for the final one.
func (r *Relayer) leave(l *lower, why string) {
	l.stop()
	l.final.mu.Lock()
	l.final.below = slices.DeleteFunc(slices.Clone(l.final.below), func(o *lower) bool { return o == l })
	l.final.mu.Unlock()
	r.cfg.Logger.Warn(why, "stream", l.index, "chain", l.cfg.Stream.Chain, "finality", l.finality(), "generation", l.generation)
}

// lower is a stream below final that is followed; nil for none.
func (r *Relayer) lower(index uint16) *lower {
	for _, s := range r.sources {
		for _, l := range s.lowers() {
			if l.index == index {
				return l
			}
		}
	}
	return nil
}

// add begins a stream; nil when it is known or of no chain of ours, stopped, or below a final one that is not followed.
func (r *Relayer) add(index uint16, st Stream) (followed, error) {
	if st.Stream.Finality < message.Final {
		return r.addLower(index, st)
	}
	for _, s := range r.list() {
		if s.index == index {
			return nil, nil
		}
	}
	cfg := st.Config
	if r.cfg.Sources[cfg.Stream.Chain] == nil {
		return nil, nil
	}
	if m := r.cfg.Managers[cfg.Stream.Chain]; m != cfg.Stream.Manager {
		return nil, fmt.Errorf("validators name manager %s, the network file %s", cfg.Stream.Manager, m)
	}
	store, err := r.cfg.Open(cfg)
	if err != nil {
		return nil, err
	}
	s := &source{index: index, cfg: cfg, store: store, stop: func() {}}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.closed[index] {
		return nil, nil
	}
	r.sources = append(r.sources, s)
	r.cfg.Logger.Info("following stream", "stream", index, "chain", cfg.Stream.Chain)
	return s, nil
}

// addLower begins a generation of a stream below final, and leaves the one before and one that is stopped.
func (r *Relayer) addLower(index uint16, st Stream) (followed, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if l := r.lower(index); l != nil {
		switch {
		case st.Generation < l.generation, st.Generation == l.generation && !st.Stopped: // or what is said is older
			return nil, nil
		case st.Stopped:
			r.leave(l, "stream stopped by a contradiction")
		default:
			r.leave(l, "stream goes on after a contradiction")
		}
	}
	if st.Stopped || r.closed[index] || r.cfg.Recent == nil {
		return nil, nil
	}
	want := st.Stream
	want.Finality = message.Final
	i := slices.IndexFunc(r.sources, func(s *source) bool { return s.cfg.Stream == want })
	if i < 0 {
		return nil, nil
	}
	s := r.sources[i]
	if st.BridgeID != s.cfg.BridgeID || st.Stride != s.cfg.Stride {
		return nil, fmt.Errorf("stride of %d blocks, the final stream has %d", st.Stride, s.cfg.Stride)
	}
	recent, err := r.cfg.Recent(st.Stream)
	if err != nil {
		return nil, err
	}
	l := &lower{index: index, cfg: st.Config, generation: st.Generation, final: s, recent: recent, stop: func() {}}
	s.mu.Lock()
	s.below = append(slices.Clone(s.below), l)
	s.mu.Unlock()
	r.cfg.Logger.Info("following stream", "stream", index, "chain", st.Stream.Chain, "finality", l.finality(), "generation", st.Generation)
	return l, nil
}

func (r *Relayer) follow(ctx context.Context, s *source) {
	reader := r.cfg.Sources[s.cfg.Stream.Chain]
	if c, ok := reader.(*evm.Client); ok {
		// A client remembers which block was final: one of the epoch before must not speak for this one.
		own, err := evm.New(ctx, evm.Config{ChainID: c.Chain(), Manager: c.Manager(), Endpoint: c.Endpoint})
		if err != nil {
			r.cfg.Logger.Error("stream not followed", "stream", s.index, "err", err)
			return
		}
		reader = own
	}
	var sleep func(context.Context, time.Duration) error
	if r.cfg.Wake != nil {
		sleep = r.cfg.Wake(s.cfg.Stream.Chain)
	}
	err := follow.Run(ctx, follow.Config{
		Stream: s.cfg, Source: reader, Store: s.store,
		Poll: r.cfg.Poll, Sleep: sleep, ReplayFrom: follow.NoReplay, Logger: r.cfg.Logger,
	})
	if ctx.Err() == nil { // Run ends with an error always
		r.cfg.Logger.Error("stream stopped", "stream", s.index, "chain", s.cfg.Stream.Chain, "err", err)
	}
}

// followed is a stream whose certificates are asked for: *source and *lower.
type followed interface {
	number() uint16
	after() uint64
	offer(c Certificate, keys []schnorr.PublicKey) error
	settle(ctx context.Context) (bool, error)
}

// certificates asks for new certificates until ctx ends.
func (r *Relayer) certificates(ctx context.Context, s followed) {
	log := r.cfg.Logger.With("stream", s.number())
	polled, settled := newQuiet(log), newQuiet(log)
	for follow.Sleep(ctx, r.cfg.Poll) == nil {
		if err := r.poll(ctx, s); err != nil {
			polled.warn(ctx, "no certificate taken", "err", err)
		} else {
			polled.ok()
		}
		fresh, err := s.settle(ctx)
		switch {
		case message.FateOf(err) == message.Halt:
			log.Error("certificate contradicts the source chain", "err", err)
		case err != nil:
			settled.warn(ctx, "certificate waits for the source chain", "err", err)
		default:
			settled.ok()
		}
		if fresh {
			log.Debug("certificate is usable")
		}
	}
}

func (r *Relayer) poll(ctx context.Context, s followed) error {
	for {
		list, err := r.cfg.Validators.Certificates(ctx, s.number(), s.after())
		if err != nil || len(list) == 0 {
			return err
		}
		before := s.after()
		var refused error
		// The newest is all that is needed; an older one only if it is bad.
		for _, c := range slices.Backward(list) {
			if refused = s.offer(c, r.keys(ctx)); refused == nil {
				break
			}
		}
		if s.after() == before {
			r.cfg.Validators.Turn() // this validator's answer is worth nothing
			return refused
		}
		if len(list) < 100 {
			return nil
		}
	}
}

// keys are the group keys that the targets name.
func (r *Relayer) keys(ctx context.Context) []schnorr.PublicKey {
	var keys []schnorr.PublicKey
	for _, w := range r.workers {
		if k, err := w.groupKey(ctx); err == nil && !slices.Contains(keys, k) {
			keys = append(keys, k)
		}
	}
	return keys
}

// quiet logs the first of a run of failures and then every repeatLog-th.
type quiet struct {
	log  *slog.Logger
	seen int
}

func newQuiet(log *slog.Logger) *quiet { return &quiet{log: log} }

func (q *quiet) ok() { q.seen = 0 }

func (q *quiet) warn(ctx context.Context, text string, args ...any) {
	if ctx.Err() == nil && q.seen%repeatLog == 0 {
		q.log.Warn(text, args...)
	}
	q.seen++
}
