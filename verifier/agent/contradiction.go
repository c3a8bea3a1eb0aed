// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

const (
	// MaxContradictions bounds the streams with a report that is not settled.
	MaxContradictions = 256
	// repeatBlocks is after how many blocks a report is sent again: the state does not show whose it has.
	repeatBlocks = 10
)

// ErrUnreported: this member found a contradiction and cannot tell the chain of it.
var ErrUnreported = message.NewError(message.Halt, "a contradiction is not reported")

// Streams tells the streams of the newest committed state.
type Streams interface {
	Streams(ctx context.Context) ([]lanesv1.Stream, error)
}

// Contradiction is a certified checkpoint below final that this member's own final history contradicts.
type Contradiction struct {
	Stream, Generation uint32
	End                uint64
	Sent               uint64 // height of the state that it was last sent after; 0: not yet
}

// Contradiction takes note of one and reports it by the operator's transactions until the state has raised the
// generation of the stream, or closed it. A newer generation takes the place of an older one; of one generation the first stays. It may be
// called from anywhere and returns at once. A restart forgets it: whoever found it finds it again.
func (a *Agent) Contradiction(stream, generation uint32, end uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	was, ok := a.reports[stream]
	if ok && was.Generation >= generation {
		return
	}
	if !ok && len(a.reports) >= MaxContradictions {
		a.log.Error("a contradiction is not reported: too many wait", "stream", stream, "generation", generation, "window", end)
		return
	}
	a.reports[stream] = Contradiction{Stream: stream, Generation: generation, End: end}
	if a.cfg.Operator == ([20]byte{}) {
		a.log.Error("A CERTIFIED CHECKPOINT IS CONTRADICTED AND THIS NODE HAS NO OPERATOR ACCOUNT TO REPORT IT", "stream", stream, "generation", generation, "window", end)
		return
	}
	a.log.Error("A CERTIFIED CHECKPOINT IS CONTRADICTED: this member reports it", "stream", stream, "generation", generation, "window", end)
}

// Contradictions lists those that are not settled, by stream.
func (a *Agent) Contradictions() []Contradiction {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.SortedFunc(maps.Values(a.reports), func(x, y Contradiction) int { return cmp.Compare(x.Stream, y.Stream) })
}

// contradict forgets what the state has settled and reports what waited longest: one transaction of the operator is on
// its way at a time.
func (a *Agent) contradict(ctx context.Context, s *State) error {
	waiting := a.Contradictions()
	if len(waiting) == 0 {
		return nil
	}
	if a.cfg.Streams == nil {
		return fmt.Errorf("nobody tells the streams: %w", ErrUnreported)
	}
	list, err := a.cfg.Streams.Streams(ctx)
	if err != nil {
		return fmt.Errorf("read streams: %w", err)
	}
	waiting = slices.DeleteFunc(waiting, func(c Contradiction) bool {
		i := slices.IndexFunc(list, func(p lanesv1.Stream) bool { return p.Index == c.Stream })
		if i >= 0 && list[i].ClosedAt == 0 && list[i].Generation <= c.Generation {
			return false
		}
		a.settle(c)
		return true
	})
	if len(waiting) == 0 {
		return nil
	}
	if a.cfg.Operator == ([20]byte{}) {
		return fmt.Errorf("stream %d, window %d: no operator account: %w", waiting[0].Stream, waiting[0].End, ErrUnreported)
	}
	c := slices.MinFunc(waiting, func(x, y Contradiction) int { return cmp.Compare(x.Sent, y.Sent) })
	if c.Sent != 0 && s.Height < c.Sent+repeatBlocks {
		return nil
	}
	err = a.cfg.Sender.Send(ctx, &committeev1.MsgContradict{Sender: a.cfg.Operator[:], Stream: c.Stream, Generation: c.Generation, End: c.End})
	a.mu.Lock()
	defer a.mu.Unlock()
	if err != nil {
		a.refused = err.Error()
		a.log.Warn("report of a contradiction not taken, tried again with the next block", "stream", c.Stream, "window", c.End, "height", a.height, "err", err)
		return nil // tried again: no trouble of this node's own
	}
	a.refused = ""
	if now, ok := a.reports[c.Stream]; ok && now.Generation == c.Generation {
		now.Sent = s.Height
		a.reports[c.Stream] = now
	}
	return nil
}

// settle forgets a report that the state asks for no more.
func (a *Agent) settle(c Contradiction) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.reports[c.Stream].Generation != c.Generation {
		return
	}
	delete(a.reports, c.Stream)
	a.log.Warn("a contradiction is settled: the stream was stopped or closed", "stream", c.Stream, "generation", c.Generation, "window", c.End, "height", a.height)
}
