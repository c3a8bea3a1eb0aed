// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"slices"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// view is one node's endpoint of one chain: it may be late, away, or forget a log.
type view struct {
	chain *chain
	dice  *dice
	felt  func(fault string)

	away   bool // answers nothing
	late   bool // keeps the heads it had
	flaky  int  // permille of calls that fail
	forget int  // permille of batches that lack an event
	lies   int  // batches that lacked one since the last whole one: a steady lie halts the stream by design
	lied   bool // the last batch did
	heads  stream.Heads
}

var _ follow.Source = (*view)(nil)

func (v *view) fails() error {
	if v.away {
		v.felt(faultEndpointAway)
		return message.ErrUnavailable
	}
	if v.flaky > 0 && v.dice.chance(v.flaky) {
		v.felt(faultEndpointFlaky)
		return message.ErrUnavailable
	}
	return nil
}

// Heads implements follow.Source.
func (v *view) Heads(ctx context.Context) (stream.Heads, error) {
	if err := v.fails(); err != nil {
		return stream.Heads{}, err
	}
	if v.late && !v.heads.Head.Hash.IsZero() {
		v.felt(faultEndpointLate)
		return v.heads, nil
	}
	h, err := v.chain.blocks.Heads(ctx)
	if err == nil {
		v.heads = h
	}
	return h, err
}

// Batch implements follow.Source.
func (v *view) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	if err := v.fails(); err != nil {
		return stream.Batch{}, err
	}
	b, err := v.chain.blocks.Batch(ctx, cfg, from, to)
	v.lied = false
	if err != nil || v.lies >= follow.Rereads-1 || len(b.Events) == 0 || !v.dice.chance(v.forget) {
		return b, err
	}
	// A forgotten change of a remote shows only at the next message, when it is too late to
	// read again: agreement of endpoints guards against that, not the counters.
	if i := v.dice.IntN(len(b.Events)); b.Events[i].Kind != stream.OutboundSet {
		v.lies++
		v.lied = true
		v.felt(faultEndpointForgets)
		b.Events = slices.Delete(slices.Clone(b.Events), i, i+1)
	}
	return b, nil
}

// Evidence implements follow.Source.
func (v *view) Evidence(ctx context.Context, cfg stream.Config, need stream.Need) (stream.Evidence, error) {
	if err := v.fails(); err != nil {
		return stream.Evidence{}, err
	}
	if !v.lied {
		v.lies = 0
	}
	return v.chain.blocks.Evidence(ctx, cfg, need)
}
