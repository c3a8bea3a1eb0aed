// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// ErrRestart: a setting that changes at a start alone has another value.
var ErrRestart = message.NewError(message.Reject, "needs a restart")

// Set is the sources of a program. It is safe for concurrent use.
type Set struct {
	log  *slog.Logger
	wake chan struct{}

	mu      sync.Mutex
	sources map[message.ChainID]*Source
	closed  bool
}

// Open makes the sources of a checked list (CheckAll) and says loudly which are unsafe. It
// connects to nobody.
func Open(chains []Chain, logger *slog.Logger) (*Set, error) {
	s := &Set{log: logger, wake: make(chan struct{}, 1), sources: map[message.ChainID]*Source{}}
	for i := range chains {
		one, err := chains[i].open(logger)
		if err != nil {
			return nil, errors.Join(fmt.Errorf("chains[%d]: %w", i, err), s.Close())
		}
		s.sources[chains[i].id()] = one
		s.warn(one)
	}
	return s, nil
}

func (s *Set) warn(one *Source) {
	if why, unsafe := one.Pool.Unsafe(); unsafe {
		s.log.Warn("UNSAFE settings of a source", "chain", one.Chain().String(), "why", why)
	}
}

// Get is the source of a chain; false when it is not configured.
func (s *Set) Get(id message.ChainID) (*Source, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	one, ok := s.sources[id]
	return one, ok
}

// Health describes all sources, by chain id.
func (s *Set) Health() []Health {
	s.mu.Lock()
	list := make([]*Source, 0, len(s.sources))
	for _, id := range slices.Sorted(maps.Keys(s.sources)) {
		list = append(list, s.sources[id])
	}
	s.mu.Unlock()
	out := make([]Health, len(list))
	for i, one := range list {
		out[i] = one.Health()
	}
	return out
}

// Run listens to the announcements of blocks of all sources, also of those that come later,
// until ctx ends.
func (s *Set) Run(ctx context.Context) error {
	var group sync.WaitGroup
	defer group.Wait()
	for {
		s.mu.Lock()
		for _, one := range s.sources {
			if one.stop == nil {
				var heard context.Context
				heard, one.stop = context.WithCancel(ctx)
				group.Go(func() { _ = one.Heads.Run(heard) }) // ends with the context's error alone
			}
		}
		s.mu.Unlock()
		select {
		case <-s.wake:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// Close closes all endpoints. Twice does no harm.
func (s *Set) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.closed = true
	for _, one := range s.sources {
		one.close()
	}
	return nil
}

// Change is what Apply did to one chain. Endpoints are named.
type Change struct {
	Chain    message.ChainID `json:"chain"`
	What     string          `json:"what"` // added, removed or changed
	Added    []string        `json:"added,omitempty"`
	Removed  []string        `json:"removed,omitempty"`
	Changed  []string        `json:"changed,omitempty"`
	Settings []string        `json:"settings,omitempty"` // keys of the chain itself
}

// What Apply does to a chain.
const (
	Added   = "added"
	Removed = "removed"
	Changed = "changed"
)

// plan is what Apply is about to do to one chain.
type plan struct {
	change  Change
	chain   Chain
	source  *Source // of a chain that is there
	fresh   *Source // of one that is new
	members []pool.Member
	dialed  map[string]evm.Endpoint
	wanted  message.Hash
}

// Apply takes new settings whole or not at all. Questions under way end with the endpoints that
// they began with. Sources that are no longer named are closed: who follows one should be told to
// stop by what is returned.
//
// Errors: everything that is wrong; ErrRestart for a chain whose agree or unsafe would change.
func (s *Set) Apply(chains []Chain) ([]Change, error) {
	if err := CheckAll(chains); err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closed {
		return nil, fmt.Errorf("the sources are closed: %w", message.ErrUnavailable)
	}
	plans, err := s.plan(chains)
	if err != nil {
		return nil, err
	}
	var out []Change
	for i := range plans {
		p := &plans[i]
		id := p.change.Chain
		switch {
		case p.fresh != nil:
			s.sources[id] = p.fresh
			s.warn(p.fresh)
		case p.source != nil && p.change.What == Removed:
			delete(s.sources, id)
			p.source.close()
		default:
			if err := p.take(); err != nil { // a pool takes what CheckAll took unless it is closed
				return out, fmt.Errorf("chain %s: %w", id, err)
			}
		}
		if p.change.What != "" {
			out = append(out, p.change)
		}
	}
	select {
	case s.wake <- struct{}{}:
	default:
	}
	return out, nil
}

// plan compares the settings with what runs and dials what is new. Nothing that runs changes.
func (s *Set) plan(chains []Chain) (out []plan, err error) {
	defer func() {
		if err == nil {
			return
		}
		for i := range out {
			out[i].drop()
		}
	}()
	var errs []error
	named := map[message.ChainID]bool{}
	for i := range chains {
		c := chains[i]
		named[c.id()] = true
		p := plan{chain: c, source: s.sources[c.id()], change: Change{Chain: c.id()}}
		if p.source == nil {
			if p.fresh, err = c.open(s.log); err != nil {
				errs = append(errs, fmt.Errorf("chains[%d]: %w", i, err))
				continue
			}
			p.change.What, p.change.Added = Added, names(c.Endpoints)
			out = append(out, p)
			continue
		}
		old := &p.source.chain
		if old.agree() != c.agree() {
			errs = append(errs, fmt.Errorf("chains[%d].agree: chain %d has %d, the file %d: %w", i, c.ChainID, old.agree(), c.agree(), ErrRestart))
		}
		if old.Unsafe != c.Unsafe {
			errs = append(errs, fmt.Errorf("chains[%d].unsafe: chain %d has %t, the file %t: %w", i, c.ChainID, old.Unsafe, c.Unsafe, ErrRestart))
		}
		p.compare(old)
		p.dialed = maps.Clone(p.source.dialed)
		p.wanted, _ = c.codeHash() // CheckAll has parsed it
		if p.members, err = c.members(p.dialed); err != nil {
			errs = append(errs, fmt.Errorf("chains[%d]: %w", i, err))
		}
		out = append(out, p)
	}
	for _, id := range slices.Sorted(maps.Keys(s.sources)) {
		if !named[id] {
			one := s.sources[id]
			out = append(out, plan{source: one, change: Change{Chain: id, What: Removed, Removed: names(one.chain.Endpoints)}})
		}
	}
	return out, errors.Join(errs...)
}

// drop closes what was dialed for a plan that is not followed.
func (p *plan) drop() {
	if p.fresh != nil {
		p.fresh.close()
	}
	for url, e := range p.dialed {
		if p.source.dialed[url] == nil {
			e.Close()
		}
	}
}

// compare fills in what changes between two settings of one chain.
func (p *plan) compare(old *Chain) {
	for _, e := range p.chain.Endpoints {
		i := slices.IndexFunc(old.Endpoints, func(o Endpoint) bool { return o.Name == e.Name })
		switch {
		case i < 0:
			p.change.Added = append(p.change.Added, e.Name)
		case old.Endpoints[i] != e:
			p.change.Changed = append(p.change.Changed, e.Name)
		}
	}
	for _, o := range old.Endpoints {
		if !slices.ContainsFunc(p.chain.Endpoints, func(e Endpoint) bool { return e.Name == o.Name }) {
			p.change.Removed = append(p.change.Removed, o.Name)
		}
	}
	if old.ManagerCodeHash != p.chain.ManagerCodeHash {
		p.change.Settings = append(p.change.Settings, "manager_code_hash")
	}
	if len(p.change.Added)+len(p.change.Removed)+len(p.change.Changed)+len(p.change.Settings) > 0 {
		p.change.What = Changed
	}
}

// take makes a chain that runs use its new settings.
func (p *plan) take() error {
	if p.change.What == "" {
		return nil
	}
	if err := p.source.Pool.Set(p.members); err != nil {
		return err
	}
	if err := p.source.Heads.Set(p.chain.announcers()); err != nil {
		return err
	}
	stand := map[string]evm.Endpoint{}
	for _, e := range p.chain.Endpoints {
		stand[e.URL] = p.dialed[e.URL]
	}
	p.source.chain, p.source.dialed = p.chain, stand
	p.source.mu.Lock()
	defer p.source.mu.Unlock()
	p.source.wanted = p.wanted
	return nil
}

func names(list []Endpoint) []string {
	out := make([]string, len(list))
	for i := range list {
		out[i] = list[i].Name
	}
	return out
}

// FromNetwork are settings of a chain for which a program has none of its own: the URLs of the
// network file, each host an operator of its own, a majority of which must agree and two at least.
// One URL alone will do on local chains; elsewhere that is refused.
//
// Errors: message.ErrRange.
func FromNetwork(c *registry.Chain) (Chain, error) {
	out := Chain{ChainID: uint64(c.ChainID)}
	for i, u := range c.URLs {
		out.Endpoints = append(out.Endpoints, Endpoint{Name: fmt.Sprintf("network-%d", i+1), Operator: host(u), URL: u})
	}
	hosts := map[string]bool{}
	for i := range out.Endpoints {
		hosts[out.Endpoints[i].Operator] = true
	}
	out.Agree = max(pool.DefaultAgree, len(hosts)/2+1)
	switch {
	case len(hosts) >= pool.DefaultAgree:
	case len(hosts) == 1 && registry.IsLocal(c.ChainID):
		out.Agree, out.Unsafe = 1, true
	default:
		return Chain{}, fmt.Errorf("chain %s: the network file has endpoints of %d operators, configure %d: %w", c.ChainID, len(hosts), pool.DefaultAgree, message.ErrRange)
	}
	return out, nil
}
