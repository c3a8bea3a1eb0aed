// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/verifier/extension"
)

// keptHalted halts a stream whose store has the record of a final block that changed. A restart changes nothing of it,
// nor does a chain that shows the old block again (docs/runbooks/source-resume.md).
func (s *streams) keptHalted(one *source, log *slog.Logger) bool {
	h, err := one.store.Halted()
	switch {
	case err != nil:
		log.Error("stream halted: its store does not tell whether it was", "err", err)
		s.voter.Halt(one.index, err)
	case h != nil:
		log.Error("stream stays halted", "err", h)
		s.voter.Halt(one.index, h)
	default:
		return false
	}
	return true
}

// halt stops a stream. A final block that changed is recorded before anything else, then with what each endpoint
// says of it; a contradiction that one endpoint can cause alone is not: the next start asks again.
func (s *streams) halt(ctx context.Context, one *source, err error, log *slog.Logger) {
	var changed *stream.FinalizedReorgError
	if !errors.As(err, &changed) {
		log.Error("stream halted", "err", err)
		s.voter.Halt(one.index, err)
		return
	}
	h := stream.Halt{Stream: one.stream.Stream, Number: changed.Number, Was: changed.Was, Is: changed.Is, Height: s.height.Load()}
	if state, known, e := one.store.Load(); e == nil && known {
		h.Next = state.Next
	}
	s.record(one, h, log)
	if h.Witnesses = s.witnesses(ctx, one, changed.Number); len(h.Witnesses) > 0 {
		s.record(one, h, log)
	}
}

func (s *streams) record(one *source, h stream.Halt, log *slog.Logger) {
	if err := one.store.SetHalt(h); err != nil {
		log.Error("halt not recorded: the next start must meet the change again", "err", err)
	}
	log.Error("stream halted", "err", &h)
	s.voter.Halt(one.index, &h)
}

// witnesses asks every configured endpoint of the source for a block, all at once.
func (s *streams) witnesses(ctx context.Context, one *source, number uint64) []stream.Witness {
	ctx, cancel := context.WithTimeout(ctx, dialTimeout)
	defer cancel()
	var out []stream.Witness
	var all sync.WaitGroup
	for i := range s.config.Chains {
		c := &s.config.Chains[i]
		if c.ChainID != uint64(one.stream.Stream.Chain) {
			continue
		}
		out = make([]stream.Witness, len(c.Endpoints))
		for k := range c.Endpoints {
			all.Go(func() { out[k] = witness(ctx, &c.Endpoints[k], number) })
		}
	}
	all.Wait()
	return out
}

func witness(ctx context.Context, e *sources.Endpoint, number uint64) stream.Witness {
	w := stream.Witness{Name: e.Name, Why: "no answer"} // never what a library says: keys live in URLs
	c, err := evm.Dial(e.URL)
	if err != nil {
		return w
	}
	defer c.Close()
	b, err := c.Block(ctx, evm.At{Number: number})
	switch {
	case err == nil:
		w.Hash, w.Why = b.Hash, ""
	case errors.Is(err, evm.ErrNoBlock):
		w.Why = "no such block"
	}
	return w
}

// closed takes the sources that the state names no more: it has closed their streams.
func (s *streams) closed(list []extension.StreamAgenda) (out []*source) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, i := range slices.Sorted(maps.Keys(s.known)) {
		one := s.known[i]
		if one == nil || slices.ContainsFunc(list, func(p extension.StreamAgenda) bool { return p.Index == i }) {
			continue
		}
		delete(s.known, i)
		out = append(out, one)
	}
	return out
}

// leave ends what follows a closed stream, then the voter's cover of it. Its store stays open until the node ends:
// somebody may be reading it.
func (s *streams) leave(one *source) {
	s.mu.Lock()
	cancel, done := one.cancel, one.done
	s.mu.Unlock()
	if cancel != nil {
		cancel()
		<-done
	}
	s.voter.RemoveStream(one.index)
	s.log.Warn("the chain closed this stream: a new source epoch follows it", "stream", one.index, "chain", one.stream.Stream.Chain.String())
}
