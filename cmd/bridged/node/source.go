// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

// source is one stream that this node covers.
type source struct {
	index      uint16
	stream     stream.Config
	store      *store.Badger
	client     *evm.Client
	replayFrom uint64
}

func (s *source) name() string { return fmt.Sprintf("stream %d", s.index) }

// openSources opens a store and a client for each stream whose chain is configured.
func openSources(ctx context.Context, h Layout, c *Config, chainID string, streams []lanesv1.Stream, opened *closers, logger *slog.Logger) ([]*source, error) {
	var out []*source
	for i := range streams {
		p := &streams[i]
		chain := message.ChainID(p.Chain)
		at, ok := c.Chain(chain)
		if !ok {
			logger.Warn("chain is not configured: this node abstains for the stream", "chain", p.Chain, "stream", p.Index)
			continue
		}
		s := &source{index: uint16(p.Index), stream: stream.Config{
			BridgeID: message.BridgeID(chainID), Stride: p.Stride, StartBlock: p.StartBlock,
			Stream: message.Stream{Chain: chain, Manager: message.Address(p.Manager), Finality: message.Finality(p.Finality), Epoch: p.Epoch},
		}}
		var err error
		if s.client, err = evm.New(ctx, evm.Config{ChainID: chain, Manager: s.stream.Stream.Manager, URLs: at.URLs}); err != nil {
			return nil, fmt.Errorf("chain %d: %w", chain, err)
		}
		if s.store, err = store.Open(h.StreamDir(chain, p.Index)); err != nil {
			return nil, fmt.Errorf("open store of stream %d: %w", p.Index, err)
		}
		opened.add(s.store)
		out = append(out, s)
	}
	return out, nil
}

// run follows the source. What may break safety halts this stream alone, loudly; the node
// and the other streams go on.
func (s *source) run(ctx context.Context, v *voter.Voter, poll time.Duration, logger *slog.Logger) error {
	err := follow.Run(ctx, follow.Config{
		Stream: s.stream, Source: s.client, Store: s.store, Poll: poll, ReplayFrom: s.replayFrom,
		OnWindow: func(w stream.Window) error { return v.OnWindow(s.index, w) },
		OnFinal:  func(block uint64) { v.OnFinal(s.index, block) },
		Logger:   logger.With("stream", s.index),
	})
	if ctx.Err() != nil {
		return nil //nolint:nilerr // the node stops: that the loop was interrupted is no failure
	}
	logger.Error("stream halted", "stream", s.index, "chain", s.stream.Stream.Chain.String(), "err", err)
	v.Halt(s.index, err)
	return nil
}

// loaded is what the state on disk asks of this node; nothing before the first block.
func loaded(a *app.App) (extension.Agenda, error) {
	if a.LastBlockHeight() == 0 {
		return extension.Agenda{}, nil
	}
	return a.Agenda()
}
