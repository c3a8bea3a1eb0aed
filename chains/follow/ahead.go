// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// MaxCertified bounds the certified checkpoints of a lower stream that wait for the final history to pass them.
const MaxCertified = 4096

// ErrFull: MaxCertified checkpoints wait. Tell it again later.
var ErrFull = message.NewError(message.Retry, "too many checkpoints wait for the final history")

// AheadSource reads the blocks above a final cursor. chains/evm reads those of a real chain.
type AheadSource interface {
	// Ahead returns the blocks from final.Next to the newest end of a window that the lower finality allows, all on one chain
	// that descends from final.Last, with hashes and counters; a batch with To below final.Next when there are none.
	Ahead(ctx context.Context, final stream.State) (stream.Batch, error)
}

// AheadConfig is what NewAhead needs. The final stream of the same source is followed by a loop of its own.
type AheadConfig struct {
	Stream stream.Config // of the final stream
	Lower  stream.Lower  // the stream below it
	Source AheadSource
	Store  stream.Store // of the final stream; read alone

	// OnTip gets the newest checkpoint ahead, whenever it is another one than before. It replaces the one before, which may have a
	// higher end when the chain was reorganised; nil takes that back and there is none. After an error it is given again.
	OnTip func(*stream.Tip) error
	// OnContradiction gets the first certified checkpoint that the final history contradicts, once. No tips follow: the next
	// generation of the stream takes another Ahead. After an error it is given again.
	OnContradiction func(*stream.ContradictionError) error

	// Poll, Sleep and Logger as in Config.
	Poll   time.Duration
	Sleep  func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger
}

// Ahead publishes what a stream of lower finality says. Run and Advance have one caller at a time; Base and
// Certified may be called by anybody.
type Ahead struct {
	AheadConfig
	last message.Checkpoint // newest given to OnTip

	mu        sync.Mutex
	waiting   string // why there is no tip
	told      bool
	base      *message.Checkpoint
	stopped   bool
	certified []awaited // in the order in which they were told
}

// awaited is a certified checkpoint that the final history has to confirm.
type awaited struct {
	checkpoint message.Checkpoint
	done       bool
}

// NewAhead starts nothing.
//
// Errors: ErrConfig, those of stream.Lower.Validate and stream.Config.Validate.
func NewAhead(cfg AheadConfig) (*Ahead, error) {
	if cfg.Source == nil || cfg.Store == nil || cfg.OnTip == nil || cfg.OnContradiction == nil {
		return nil, fmt.Errorf("source, store and callbacks must be set: %w", ErrConfig)
	}
	if err := errors.Join(cfg.Lower.Validate(), cfg.Stream.Validate()); err != nil {
		return nil, err
	}
	if cfg.Stream.Stream.Finality != message.Final {
		return nil, fmt.Errorf("a stream below one of finality %s: %w", cfg.Stream.Stream.Finality, ErrConfig)
	}
	if cfg.Poll <= 0 {
		cfg.Poll = DefaultPoll
	}
	if cfg.Sleep == nil {
		cfg.Sleep = Sleep
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("chain", cfg.Stream.Stream.Chain, "finality", cfg.Lower.Finality)
	return &Ahead{AheadConfig: cfg}, nil
}

// Base tells the newest certified final checkpoint of the source, nil while there is none. Before it was called nothing
// is said.
func (a *Ahead) Base(base *message.Checkpoint) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.told = true; base != nil {
		c := *base
		base = &c
	}
	a.base = base
}

// Certified tells a certified checkpoint of this lower stream; told again it changes nothing. It is compared once
// the final cursor has passed it.
//
// Errors: message.ErrBadEncoding for another stream; ErrFull.
func (a *Ahead) Certified(c message.Checkpoint) error {
	want := a.Stream.Stream
	want.Finality = a.Lower.Finality
	if c.Stream != want || c.BridgeID != a.Stream.BridgeID {
		return fmt.Errorf("checkpoint of another stream: %w", message.ErrBadEncoding)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if slices.ContainsFunc(a.certified, func(w awaited) bool { return w.checkpoint == c }) {
		return nil
	}
	if len(a.certified) >= MaxCertified {
		i := slices.IndexFunc(a.certified, func(w awaited) bool { return w.done })
		if i < 0 {
			return fmt.Errorf("block %d: %w", c.End, ErrFull)
		}
		a.certified = slices.Delete(a.certified, i, i+1)
	}
	a.certified = append(a.certified, awaited{checkpoint: c})
	return nil
}

// Waiting is why nothing is said at this moment; "" while something is, or when there is nothing to say. It may be asked by anybody.
func (a *Ahead) Waiting() string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.waiting
}

// Run advances until ctx ends, or safety may be broken.
//
// Errors: the context's; those of fate halt: *stream.ForkError when the own final tree does not hold the base, and what
// the callbacks return.
func (a *Ahead) Run(ctx context.Context) error {
	pause := a.Poll
	for {
		err := a.Advance(ctx)
		switch {
		case err == nil:
			pause = a.Poll
		case ctx.Err() != nil:
			return ctx.Err()
		case Halts(err):
			return fmt.Errorf("%s stream of chain %s: %w", a.Lower.Finality, a.Stream.Stream.Chain, err)
		default:
			a.Logger.Warn("blocks above the final one not read, trying again", "err", err, "pause", pause)
			a.keep("the blocks above the final one are not read: " + err.Error())
		}
		if err := a.Sleep(ctx, pause); err != nil {
			return err
		}
		if err != nil {
			pause = min(2*pause, max(MaxBackoff, a.Poll))
		}
	}
}

// Advance compares what the final history has passed and publishes the newest tip, if it changed. After an error that
// does not halt (Halts) it may be called again.
func (a *Ahead) Advance(ctx context.Context) error {
	state, ok, err := a.Store.Load()
	if err != nil {
		return err
	}
	if !ok {
		a.wait("no final block was read yet")
		return nil
	}
	if state.Config != a.Stream {
		return fmt.Errorf("store holds another stream or stride: %w", ErrConfig)
	}
	base, why, err := a.compare(state)
	if err != nil {
		return err
	}
	if why != "" {
		a.wait(why)
		return a.say(nil)
	}
	batch, err := a.Source.Ahead(ctx, state)
	if err != nil {
		return fmt.Errorf("read above block %d: %w", state.Last.Number, err)
	}
	tip, err := stream.Ahead(state, a.Store, base, a.Lower, batch)
	switch {
	case errors.Is(err, stream.ErrNothingAhead):
		a.wait("")
		return a.say(nil)
	case errors.Is(err, stream.ErrTooFarAhead):
		a.wait("more lies above the certified tree than the stream may hold")
		return a.say(nil)
	case errors.Is(err, stream.ErrNotFound):
		a.wait("the certified tree is newer than the own one")
		return a.say(nil)
	case err != nil:
		return err
	}
	a.wait("")
	return a.say(&tip)
}

// say gives a tip to the consumer, or takes the last one back, when that changes anything.
func (a *Ahead) say(tip *stream.Tip) error {
	next := message.Checkpoint{}
	if tip != nil {
		next = tip.Window.Checkpoint
	}
	if next == a.last {
		return nil
	}
	if err := a.OnTip(tip); err != nil {
		return fmt.Errorf("consume tip at block %d: %w", next.End, err)
	}
	a.last = next
	return nil
}

// wait keeps why nothing is said and logs it once.
func (a *Ahead) wait(why string) {
	if a.keep(why) && why != "" {
		a.Logger.Info("nothing is said below final for now", "reason", why)
	}
}

// keep reports whether the reason is another one than before.
func (a *Ahead) keep(why string) (changed bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	changed, a.waiting = why != a.waiting, why
	return changed
}

// Why a stream says nothing whatever the source has.
const (
	whyNoBase  = "the certified final tree was not told yet"
	whyStopped = "a certified checkpoint is contradicted by the final history"
)

// compare rechecks the certified checkpoints that the final cursor has passed and returns the base; why is empty when
// it was told and nothing was contradicted.
func (a *Ahead) compare(state stream.State) (base *message.Checkpoint, why string, err error) {
	for {
		a.mu.Lock()
		i := slices.IndexFunc(a.certified, func(w awaited) bool { return !w.done && w.checkpoint.End < state.Next })
		if a.stopped || i < 0 {
			base = a.base
			switch {
			case a.stopped:
				why = whyStopped
			case !a.told:
				why = whyNoBase
			}
			a.mu.Unlock()
			return base, why, nil
		}
		c := a.certified[i].checkpoint
		a.mu.Unlock()

		err := stream.Recheck(state, a.Store, c)
		wrong := (*stream.ContradictionError)(nil)
		switch {
		case errors.As(err, &wrong):
			if err := a.OnContradiction(wrong); err != nil {
				return nil, "", fmt.Errorf("report contradiction at block %d: %w", c.End, err)
			}
			a.Logger.Error("a certified checkpoint is contradicted by the final history", "window", c.End, "err", wrong)
		case err != nil:
			return nil, "", fmt.Errorf("compare checkpoint at block %d: %w", c.End, err)
		}
		a.settle(c, wrong != nil)
	}
}

// settle marks a checkpoint as compared.
func (a *Ahead) settle(c message.Checkpoint, wrong bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for i := range a.certified {
		if a.certified[i].checkpoint == c {
			a.stopped = a.stopped || wrong
			a.certified[i].done = true
		}
	}
}
