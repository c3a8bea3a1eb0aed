// SPDX-License-Identifier: Apache-2.0

package node

import (
	"cmp"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// Chain is one source and its endpoints.
type Chain struct {
	ChainID uint64 `toml:"chain_id"`
	// Agree is how many operators must give the same answer; pool.DefaultAgree when 0.
	Agree int `toml:"agree,omitempty"`
	// Unsafe allows what `bridged status` then says of this chain at its top: fewer operators, or no majority.
	Unsafe    bool       `toml:"unsafe,omitempty"`
	Endpoints []Endpoint `toml:"endpoints"`
}

// Endpoint is one URL of a source.
type Endpoint struct {
	Name     string `toml:"name"`     // what logs and status say; URLs hold keys
	Operator string `toml:"operator"` // who runs it; endpoints of one operator are one voice. Name when empty
	URL      string `toml:"url"`
	// RequestsPerHour bounds what is asked of it; 0: no bound.
	RequestsPerHour int `toml:"requests_per_hour,omitempty"`
}

// open makes the pool of a chain. It connects to nobody.
//
// Errors: those of evm.Dial and pool.New, none of which repeats a URL.
func (c *Chain) open(logger *slog.Logger) (_ *pool.Pool, err error) {
	cfg := pool.Config{
		Chain: message.ChainID(c.ChainID), Agree: cmp.Or(c.Agree, pool.DefaultAgree), Unsafe: c.Unsafe, Logger: logger,
	}
	p, ok := registry.Get(cfg.Chain)
	if !ok {
		return nil, fmt.Errorf("no profile for chain %d", c.ChainID)
	}
	cfg.Genesis = p.Genesis
	defer func() {
		if err != nil {
			for i := range cfg.Members {
				cfg.Members[i].Endpoint.Close()
			}
		}
	}()
	var errs []error
	for i, e := range c.Endpoints {
		dialed, err := evm.Dial(e.URL)
		if err != nil {
			errs = append(errs, fmt.Errorf("endpoints[%d].url: %w", i, err))
			continue
		}
		cfg.Members = append(cfg.Members, pool.Member{
			Name: e.Name, Operator: cmp.Or(e.Operator, e.Name), Endpoint: dialed, HourlyRequests: e.RequestsPerHour,
		})
	}
	if errs != nil {
		return nil, errors.Join(errs...)
	}
	return pool.New(cfg)
}

// check is what is wrong with the chain's settings, nil when nothing is.
func (c *Chain) check() error {
	if len(c.Endpoints) == 0 {
		return errors.New("endpoints: none")
	}
	p, err := c.open(nil)
	if err != nil {
		return err
	}
	p.Close()
	return nil
}

// feeds are the pools of the chains that a node reads.
type feeds map[message.ChainID]*pool.Pool

// openFeeds makes them and says loudly which are unsafe.
func openFeeds(c *Config, logger *slog.Logger) (feeds, error) {
	f := feeds{}
	for i := range c.Chains {
		p, err := c.Chains[i].open(logger)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("chains[%d]: %w: %w", i, err, ErrConfig), f.Close())
		}
		id := message.ChainID(c.Chains[i].ChainID)
		f[id] = p
		if why, unsafe := p.Unsafe(); unsafe {
			logger.Warn("UNSAFE settings of a source", "chain", id.String(), "why", why)
		}
	}
	return f, nil
}

// Close closes all pools.
func (f feeds) Close() error {
	for _, p := range f {
		p.Close()
	}
	return nil
}

// status is what the node's own query says of its sources.
func (f feeds) status() (out []nodev1.Source) {
	for _, id := range slices.Sorted(maps.Keys(f)) {
		h := f[id].Health()
		profile, _ := registry.Get(id)
		one := nodev1.Source{
			Chain: uint64(id), Agree: uint32(h.Agree), Operators: uint32(h.Operators), Unsafe: h.UnsafeReason,
			Disagreements: h.Disagreements, Shortfalls: h.Shortfalls, Evidence: string(profile.Evidence),
		}
		for i := range h.Members {
			m := &h.Members[i]
			one.Endpoints = append(one.Endpoints, nodev1.Endpoint{
				Name: m.Name, Operator: m.Operator, State: string(m.State), Away: string(m.Away), Requests: m.Requests,
				Failures: m.Failures, Dissents: m.Dissents, LastError: string(m.LastError), Head: m.Head,
			})
		}
		out = append(out, one)
	}
	return out
}
