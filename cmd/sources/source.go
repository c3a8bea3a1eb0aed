// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// Source is one chain as a program reads it.
type Source struct {
	Pool    *pool.Pool
	Heads   *pool.Heads
	Profile registry.Profile
	log     *slog.Logger

	// Set.mu:
	chain  Chain
	dialed map[string]evm.Endpoint // of the members that stand, by URL
	stop   context.CancelFunc      // of Heads; nil before Run

	mu       sync.Mutex
	wanted   message.Hash // of the manager's code by the settings; zero: none
	troubles map[message.Address]string
	progress progress
}

// Agreed is how many operators stand behind what is read of the chain, as a vote says it. A pool has at most pool.MaxMembers.
func (s *Source) Agreed() uint8 { return uint8(s.Pool.Agree()) }

// Chain is the id.
func (s *Source) Chain() message.ChainID { return s.Profile.Chain }

func (s *Source) close() {
	if s.stop != nil {
		s.stop()
	}
	s.Pool.Close()
}

// wantedCode is the hash that the settings name, zero when they name none.
func (s *Source) wantedCode() message.Hash {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.wanted
}

// trouble notes what is wrong with a manager's code; "" when nothing is. It reports whether
// that is news.
func (s *Source) trouble(manager message.Address, what string) (news bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.troubles[manager] == what {
		return false
	}
	if s.troubles == nil {
		s.troubles = map[message.Address]string{}
	}
	if s.troubles[manager] = what; what == "" {
		delete(s.troubles, manager)
	}
	return true
}

// progress is how far a chain's labels have come, by the clock of this process. It is told to
// people; nothing that is said to other members depends on it.
type progress struct {
	final, head uint64
	grew        time.Time // when final grew; first of all when the labels were first seen
	seen        time.Time // when the labels were last seen
}

func (p *progress) saw(final, head uint64, now time.Time) {
	if p.grew.IsZero() || final > p.final {
		p.final, p.grew = final, now
	}
	p.head, p.seen = max(p.head, head), now
}

// stands is how long the final block has been the same while the endpoints did answer. While
// they do not answer nothing is known of the label, so it does not grow.
func (p *progress) stands() time.Duration { return p.seen.Sub(p.grew) }

func (s *Source) saw(final, head uint64, now time.Time) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.progress.saw(final, head, now)
}

// Health is what a Source is worth at this moment. No URL is in it.
type Health struct {
	pool.Health
	Profile registry.Profile
	// Final and Head are what operators agreed on last; zero before.
	Final, Head uint64
	// Stands is how long Final has been the same while the endpoints did answer; Stalled when
	// that is longer than the chain's profile has it.
	Stands  time.Duration
	Stalled bool
	// Code is what is wrong with a manager's code, "" when nothing is.
	Code      string
	Announced map[string]bool // endpoints with a WebSocket URL by name: whether its subscription stands
}

// Health describes the source.
func (s *Source) Health() Health {
	h := Health{Health: s.Pool.Health(), Profile: s.Profile, Announced: s.Heads.Announced()}
	s.mu.Lock()
	defer s.mu.Unlock()
	h.Final, h.Head, h.Stands = s.progress.final, s.progress.head, s.progress.stands()
	h.Stalled = h.Stands > s.Profile.Finality.Stalled
	for _, what := range s.troubles {
		h.Code = what // one manager is enough to look at
	}
	return h
}
