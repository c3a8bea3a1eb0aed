// SPDX-License-Identifier: Apache-2.0

package follow

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Defaults and bounds of the loop.
const (
	DefaultPoll      = time.Second
	DefaultMaxBlocks = 1000
	// MaxBackoff bounds the pause after repeated errors.
	MaxBackoff = 30 * time.Second
	// Rereads is how often what halts a source is read again before it is believed, a batch that
	// Step refuses or a final block that changed: one answer must not stop a source for ever, and a
	// refusal changes nothing.
	Rereads = 3
)

// Config is what Run needs. Source and Store belong to one stream.
type Config struct {
	Stream stream.Config
	Source Source
	Store  stream.Store

	// Poll is the pause between looks at the head; DefaultPoll when 0.
	Poll time.Duration
	// MaxBlocks bounds the blocks of one batch; DefaultMaxBlocks when 0. A batch has at least
	// one window. It is halved while the source refuses and grows back.
	MaxBlocks uint64

	// ReplayFrom: before anything is read, OnWindow gets every stored window whose end is at or
	// above it, so that a consumer which keeps nothing is whole again after a restart.
	// NoReplay for none.
	ReplayFrom uint64
	// OnWindow gets each window after it is stored, oldest first. An error is returned by Run
	// if its fate is halt, else the same window is given again after a pause. May be nil.
	OnWindow func(stream.Window) error
	// OnFinal gets the newest block up to which everything is final, stored and was given to
	// OnWindow: always the end block of a window. It is called when that grows, and once after
	// the replay. May be nil.
	OnFinal func(block uint64)

	// Sleep waits or returns the context's error; a timer when nil. It is the loop's only clock.
	Sleep  func(ctx context.Context, d time.Duration) error
	Logger *slog.Logger
}

// NoReplay as Config.ReplayFrom gives no stored window again.
const NoReplay = uint64(math.MaxUint64)

// ErrConfig: the configuration lacks a part or the store holds another stream.
var ErrConfig = message.NewError(message.Halt, "follow configuration")

// Run follows the source until ctx ends or safety may be broken. It calls the callbacks from
// its own goroutine and starts no other.
//
// Errors: the context's; ErrConfig; errors of fate halt from source, Step, store or OnWindow. Those of source and
// Step are returned after Rereads more attempts gave one again.
func Run(ctx context.Context, cfg Config) error {
	l, err := New(cfg)
	if err != nil {
		return err
	}
	if err := l.retry(ctx, "replay windows", l.Replay); err != nil {
		return err
	}
	for {
		var more bool
		err := l.retry(ctx, "read source", func(ctx context.Context) (err error) {
			more, err = l.Advance(ctx)
			return err
		})
		if err != nil {
			return err
		}
		if more {
			continue
		}
		if err := l.Sleep(ctx, l.Poll); err != nil {
			return err
		}
	}
}

// Loop is the loop's state between two looks at the source. Run drives one; the simulator
// drives many by itself. One caller at a time.
type Loop struct {
	Config
	state    stream.State
	blocks   uint64 // current bound of a batch
	refusals int    // halts of source or Step in a row

	pending  []stream.Window // stored, not yet given to OnWindow
	replayAt uint64          // next window index to replay
	final    uint64          // last value given to OnFinal
	told     bool            // OnFinal was called
}

// New loads the stored state. It reads and calls nothing else: Replay first, then Advance.
//
// Errors: ErrConfig, the store's.
func New(cfg Config) (*Loop, error) {
	if cfg.Source == nil || cfg.Store == nil {
		return nil, fmt.Errorf("source and store must be set: %w", ErrConfig)
	}
	if cfg.Stream.Stream.Finality != message.Final {
		return nil, fmt.Errorf("finality %s, version 1 follows final blocks alone: %w", cfg.Stream.Stream.Finality, ErrConfig)
	}
	if cfg.Poll <= 0 {
		cfg.Poll = DefaultPoll
	}
	if cfg.MaxBlocks == 0 {
		cfg.MaxBlocks = DefaultMaxBlocks
	}
	if cfg.Sleep == nil {
		cfg.Sleep = Sleep
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("chain", cfg.Stream.Stream.Chain)
	l := &Loop{Config: cfg, blocks: cfg.MaxBlocks}
	fresh, err := stream.NewState(cfg.Stream)
	if err != nil {
		return nil, err
	}
	state, ok, err := cfg.Store.Load()
	if err != nil {
		return nil, fmt.Errorf("load state: %w", err)
	}
	if !ok {
		state = fresh
	}
	if state.Config != cfg.Stream {
		return nil, fmt.Errorf("store holds another stream or stride: %w", ErrConfig)
	}
	l.state = state
	return l, nil
}

// retry runs f until it succeeds, pausing longer each time. It gives up on the context and on
// errors of fate halt. A reject is retried too: what an endpoint garbled once it may say well
// the next time, and the pause bounds the noise.
func (l *Loop) retry(ctx context.Context, what string, f func(context.Context) error) error {
	pause := l.Poll
	for {
		err := f(ctx)
		if err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return ctx.Err()
		}
		if Halts(err) {
			return fmt.Errorf("%s of chain %s: %w", what, l.Stream.Stream.Chain, err)
		}
		if errors.Is(err, errRefused) {
			pause = l.Poll // it answers: what is doubted is soon known
		}
		l.Logger.Warn("source not read, trying again", "err", err, "pause", pause)
		if err := l.Sleep(ctx, pause); err != nil {
			return err
		}
		pause = min(2*pause, max(MaxBackoff, l.Poll))
	}
}

// Halts says that an error of Replay or Advance ends the loop; after any other one they may
// be called again.
func Halts(err error) bool {
	return message.FateOf(err) == message.Halt && !errors.Is(err, errRefused)
}

// Replay hands out stored windows. After an error it goes on where it stopped.
func (l *Loop) Replay(ctx context.Context) error {
	if l.OnWindow != nil && l.ReplayFrom != NoReplay {
		if l.replayAt == 0 && l.ReplayFrom > 0 {
			w, err := l.Store.WindowBelow(l.ReplayFrom - 1)
			switch {
			case err == nil:
				l.replayAt = w.Index + 1
			case !errors.Is(err, stream.ErrNotFound):
				return err
			}
		}
		for ; l.replayAt < l.state.Windows(); l.replayAt++ {
			if err := ctx.Err(); err != nil {
				return err
			}
			w, err := l.Store.WindowByIndex(l.replayAt)
			if err != nil {
				return fmt.Errorf("read window %d: %w", l.replayAt, err)
			}
			if err := l.OnWindow(w); err != nil {
				return fmt.Errorf("consume window %d: %w", l.replayAt, err)
			}
		}
	}
	l.tellFinal()
	return nil
}

// errRefused marks what halts a source and is to be read again.
var errRefused = errors.New("refused")

// doubt marks an error of fate halt that was not met again Rereads times yet.
func (l *Loop) doubt(err error) error {
	if message.FateOf(err) != message.Halt {
		return err
	}
	if l.refusals++; l.refusals > Rereads {
		return err
	}
	l.Logger.Warn("source refused, reading it again", "attempt", l.refusals, "err", err)
	return fmt.Errorf("%w: %w", errRefused, err)
}

// Advance hands out what is pending and takes one batch; more says that another may follow
// at once.
func (l *Loop) Advance(ctx context.Context) (more bool, err error) {
	if err := l.deliver(); err != nil {
		return false, err
	}
	heads, err := l.Source.Heads(ctx)
	if err != nil {
		return false, l.doubt(fmt.Errorf("read heads: %w", err))
	}
	if last := l.state.Last; !last.Hash.IsZero() && heads.Final.Number == last.Number && heads.Final.Hash != last.Hash {
		return false, l.doubt(&stream.FinalizedReorgError{Chain: l.Stream.Stream.Chain, Number: last.Number, Was: last.Hash, Is: heads.Final.Hash})
	}
	newest, ok := message.NewestEnd(heads.Final.Number, l.Stream.Stride)
	if !ok || heads.Final.Hash.IsZero() || newest < l.state.Next {
		l.refusals = 0
		return false, nil
	}
	to, ok := l.batchEnd(newest)
	if !ok {
		return false, fmt.Errorf("window of block %d: %w", l.state.Next, message.ErrRange)
	}
	batch, err := l.read(ctx, to)
	if err != nil {
		l.blocks = max(1, min(l.blocks, to+1-l.state.Next)/2)
		return false, l.doubt(err)
	}
	next, windows, err := stream.Step(l.state, batch)
	if err != nil {
		return false, l.doubt(fmt.Errorf("blocks %d to %d: %w", batch.From, batch.To, err))
	}
	l.refusals = 0
	if err := l.Store.Commit(next, windows); err != nil {
		return false, fmt.Errorf("commit blocks %d to %d: %w", batch.From, batch.To, err)
	}
	l.state, l.pending = next, windows
	if batch.To < to {
		l.blocks = batch.To + 1 - batch.From // as much as the source gives at once
	} else {
		l.blocks = min(l.MaxBlocks, 2*max(l.blocks, 1))
	}
	if len(windows) > 0 {
		l.Logger.Info("windows stored", "window", windows[len(windows)-1].Checkpoint.End, "windows", len(windows), "leaves", next.Leaves())
	}
	return batch.To < newest, l.deliver()
}

// batchEnd is the end of the batch that starts at the cursor: at most l.blocks long, but at
// least one window.
func (l *Loop) batchEnd(newest uint64) (uint64, bool) {
	to, ok := message.WindowEnd(l.state.Next, l.Stream.Stride)
	if !ok {
		return 0, false
	}
	if limit := l.state.Next + l.blocks - 1; limit >= l.state.Next {
		if end, ok := message.NewestEnd(limit, l.Stream.Stride); ok {
			to = max(to, end)
		}
	}
	return min(to, newest), true
}

// read gets a batch and the evidence for it.
func (l *Loop) read(ctx context.Context, to uint64) (stream.Batch, error) {
	from := l.state.Next
	batch, err := l.Source.Batch(ctx, l.Stream, from, to)
	if err != nil {
		return stream.Batch{}, fmt.Errorf("read blocks %d to %d: %w", from, to, err)
	}
	if batch.From != from || batch.To < from || batch.To > to {
		return stream.Batch{}, fmt.Errorf("asked for blocks %d to %d, have %d to %d: %w", from, to, batch.From, batch.To, stream.ErrBadBatch)
	}
	evidence, err := l.Source.Evidence(ctx, l.Stream, stream.Needs(l.state, batch))
	if err != nil {
		return stream.Batch{}, fmt.Errorf("read evidence at block %d: %w", batch.To, err)
	}
	batch.Ends, batch.Counters, batch.DeliveredWords = evidence.Ends, evidence.Counters, evidence.DeliveredWords
	return batch, nil
}

// deliver gives pending windows to the consumer.
func (l *Loop) deliver() error {
	for len(l.pending) > 0 {
		if l.OnWindow != nil {
			if err := l.OnWindow(l.pending[0]); err != nil {
				return fmt.Errorf("consume window %d: %w", l.pending[0].Index, err)
			}
		}
		l.pending = l.pending[1:]
	}
	l.tellFinal()
	return nil
}

func (l *Loop) tellFinal() {
	last := l.state.Last
	if last.Hash.IsZero() || (l.told && last.Number == l.final) {
		return
	}
	l.final, l.told = last.Number, true
	if l.OnFinal != nil {
		l.OnFinal(last.Number)
	}
}
