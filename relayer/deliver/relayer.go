// SPDX-License-Identifier: Apache-2.0

package deliver

import (
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
	// streamsEvery is how often the validators are asked for new streams.
	streamsEvery = 30 * time.Second
	// retryEvery is how soon a failed question to the validators is repeated.
	retryEvery = time.Second
	// repeatLog is how many equal failures in a row stay silent after the first.
	repeatLog = 60
)

// Config is what a Relayer needs. All fields but Poll and Logger are required.
type Config struct {
	Validators *Validators
	// Sources are the source chains by id; Managers the managers that the network names there.
	Sources  map[message.ChainID]follow.Source
	Managers map[message.ChainID]message.Address
	Targets  []Target
	// Open gives the store of a stream; the caller closes it after Run.
	Open   func(stream.Config) (stream.Store, error)
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
		for _, index := range slices.Sorted(maps.Keys(streams)) {
			s, err := r.add(index, streams[index])
			if err != nil {
				r.cfg.Logger.Error("stream not followed", "stream", index, "err", err)
				continue
			}
			if s != nil {
				var own context.Context
				own, s.stop = context.WithCancel(ctx)
				group.Go(func() { r.follow(own, s) })
				group.Go(func() { r.certificates(own, s) })
			}
		}
		if follow.Sleep(ctx, pause) != nil {
			return ctx.Err()
		}
	}
}

// close leaves a stream that the validators have closed: what was certified in it may be of a history that its chain
// has left, so nothing of it is delivered any more. Deliveries on that chain may be undone with that history: its worker
// looks at all messages for it again.
func (r *Relayer) close(index uint16) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.closed[index] = true
	i := slices.IndexFunc(r.sources, func(s *source) bool { return s.index == index })
	if i < 0 {
		return
	}
	s := r.sources[i]
	r.sources = slices.Delete(slices.Clone(r.sources), i, i+1)
	s.stop()
	for _, w := range r.workers {
		w.forget(s)
	}
	r.cfg.Logger.Warn("stream closed by the validators", "stream", index, "chain", s.cfg.Stream.Chain)
}

// add begins a stream; nil when it is known or of no chain of ours.
func (r *Relayer) add(index uint16, cfg stream.Config) (*source, error) {
	for _, s := range r.list() {
		if s.index == index {
			return nil, nil
		}
	}
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
	err := follow.Run(ctx, follow.Config{
		Stream: s.cfg, Source: reader, Store: s.store,
		Poll: r.cfg.Poll, ReplayFrom: follow.NoReplay, Logger: r.cfg.Logger,
	})
	if ctx.Err() == nil { // Run ends with an error always
		r.cfg.Logger.Error("stream stopped", "stream", s.index, "chain", s.cfg.Stream.Chain, "err", err)
	}
}

// certificates asks for new certificates until ctx ends.
func (r *Relayer) certificates(ctx context.Context, s *source) {
	quiet := newQuiet(r.cfg.Logger.With("stream", s.index))
	for follow.Sleep(ctx, r.cfg.Poll) == nil {
		if err := r.poll(ctx, s); err != nil {
			quiet.warn(ctx, "no certificate taken", "err", err)
		} else {
			quiet.ok()
		}
		fresh, err := s.settle()
		if err != nil {
			r.cfg.Logger.Error("certificate contradicts the source chain", "stream", s.index, "err", err)
		}
		if fresh {
			c, _ := s.certificate()
			r.cfg.Logger.Debug("certificate", "stream", s.index, "window", c.Checkpoint.End, "height", c.Height)
		}
	}
}

func (r *Relayer) poll(ctx context.Context, s *source) error {
	for {
		list, err := r.cfg.Validators.Certificates(ctx, s.index, s.after())
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
