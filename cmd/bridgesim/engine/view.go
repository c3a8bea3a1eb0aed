// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/bridgesim/endpoints"
)

// view is how one node or relayer reads one chain: k endpoints, the pool that makes them agree,
// and the real client above it. Endpoints outlive the process, what pool and client know does not.
type view struct {
	s      *sim
	chain  *chain
	node   *node // nil: a relayer's
	dice   *dice
	list   []*endpoints.Endpoint
	client *evm.Client

	misled    bool // m of its endpoints tell it the same lie, and its tree holds what they told
	wasMisled bool // its vote journal may hold votes for what they told
}

var _ follow.Source = (*view)(nil)

func newView(s *sim, c *chain, n *node, label string) *view {
	v := &view{s: s, chain: c, node: n, dice: roll(s.cfg.Seed, label)}
	for range endpoints.Members {
		v.list = append(v.list, endpoints.New(c.ledger, s.fire))
	}
	return v
}

// open makes the client of a process that starts.
func (v *view) open() error {
	pool := endpoints.NewPool(v.list, func() time.Duration { return v.s.now }, func(most time.Duration) time.Duration { return v.dice.span(0, most) })
	c, err := evm.New(context.Background(), evm.Config{ChainID: v.chain.id, Manager: v.chain.manager, Endpoint: pool, Now: v.s.clock})
	v.client = c
	return err
}

// Heads implements follow.Source.
func (v *view) Heads(ctx context.Context) (stream.Heads, error) {
	if v.client == nil {
		return stream.Heads{}, message.ErrUnavailable
	}
	return v.client.Heads(ctx)
}

// Batch implements follow.Source.
func (v *view) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	return v.client.Batch(ctx, cfg, from, to)
}

// Evidence implements follow.Source.
func (v *view) Evidence(ctx context.Context, cfg stream.Config, need stream.Need) (stream.Evidence, error) {
	return v.client.Evidence(ctx, cfg, need)
}

// lying counts the endpoints that say what is not so.
func (v *view) lying() (n int) {
	for _, e := range v.list {
		if e.Lies() {
			n++
		}
	}
	return n
}

// tell puts a rule into force at all its endpoints for some time.
func (v *view) tell(r *endpoints.Rule, d time.Duration) {
	for _, e := range v.list {
		e.Tell(r)
	}
	v.s.after(d, "endpoints-well", v.chain.index, func() { v.hush(r) })
}

func (v *view) hush(r *endpoints.Rule) {
	for _, e := range v.list {
		e.Hush(r)
	}
}
