// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// Bounds of subscriptions.
const (
	// maxHeadBytes of one notification; nothing of it is read.
	maxHeadBytes = 64 << 10
	// DefaultWakeGap is the least distance of two wakes, however many hints come.
	DefaultWakeGap = 200 * time.Millisecond
)

// HeadSource is one WebSocket URL that may announce new blocks.
type HeadSource struct {
	Name string // the only thing that is logged
	URL  string // ws or wss
}

// HeadsConfig of a waker. Sources may be replaced later, by Set.
type HeadsConfig struct {
	Chain   message.ChainID
	Sources []HeadSource
	Gap     time.Duration // DefaultWakeGap when zero
	Clock   Clock
	Jitter  func(most time.Duration) time.Duration
	Logger  *slog.Logger
}

// Heads tells sleepers that a block may have come. It is a hint: a subscription that lies,
// floods or falls silent costs at most one early poll per gap, and the poll asks the pool.
type Heads struct {
	cfg     HeadsConfig // but for Sources
	hints   chan struct{}
	changed chan struct{} // the sources were replaced

	mu    sync.Mutex
	list  []HeadSource
	up    map[HeadSource]bool // subscriptions that stand
	turn  uint64              // wakes so far
	waked chan struct{}       // closed at the next wake
}

// NewHeads makes a waker; it connects in Run. No source at all is allowed: then it never wakes.
//
// Errors: message.ErrBadEncoding names a source whose URL is none; message.ErrRange.
func NewHeads(cfg HeadsConfig) (*Heads, error) {
	if cfg.Gap < 0 {
		return nil, fmt.Errorf("heads of chain %s: gap %s: %w", cfg.Chain, cfg.Gap, message.ErrRange)
	}
	if err := checkHeads(cfg.Chain, cfg.Sources); err != nil {
		return nil, err
	}
	if cfg.Gap == 0 {
		cfg.Gap = DefaultWakeGap
	}
	if cfg.Clock == nil {
		cfg.Clock = systemClock{}
	}
	if cfg.Jitter == nil {
		cfg.Jitter = func(most time.Duration) time.Duration { return rand.N(most + 1) }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	h := &Heads{
		cfg: cfg, hints: make(chan struct{}, 1), changed: make(chan struct{}, 1), list: slices.Clone(cfg.Sources),
		up: map[HeadSource]bool{}, waked: make(chan struct{}),
	}
	h.cfg.Sources = nil
	return h, nil
}

func checkHeads(chain message.ChainID, list []HeadSource) error {
	if len(list) > MaxMembers {
		return fmt.Errorf("heads of chain %s: %d sources: %w", chain, len(list), message.ErrRange)
	}
	for _, s := range list {
		u, err := url.Parse(s.URL)
		if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
			return fmt.Errorf("heads of chain %s: member %s: want a ws or wss URL: %w", chain, s.Name, message.ErrBadEncoding)
		}
	}
	return nil
}

// Set replaces the sources; subscriptions that stay go on. Sleepers notice nothing of it.
//
// Errors: as NewHeads; the old sources stay then.
func (h *Heads) Set(sources []HeadSource) error {
	if err := checkHeads(h.cfg.Chain, sources); err != nil {
		return err
	}
	h.mu.Lock()
	h.list = slices.Clone(sources)
	h.mu.Unlock()
	select {
	case h.changed <- struct{}{}:
	default:
	}
	return nil
}

// Announced says of each source, by name, whether its subscription stands.
func (h *Heads) Announced() map[string]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	out := map[string]bool{}
	for _, s := range h.list {
		out[s.Name] = h.up[s]
	}
	return out
}

// Run keeps the subscriptions until ctx ends and returns its error.
func (h *Heads) Run(ctx context.Context) error {
	var group sync.WaitGroup
	defer group.Wait()
	following := map[HeadSource]context.CancelFunc{}
	defer func() {
		for _, end := range following {
			end()
		}
	}()
	for {
		h.mu.Lock()
		list := h.list
		h.mu.Unlock()
		for s, end := range following {
			if !slices.Contains(list, s) {
				end()
				delete(following, s)
			}
		}
		for _, s := range list {
			if following[s] == nil {
				one, end := context.WithCancel(ctx)
				following[s] = end
				group.Go(func() { h.follow(one, s) })
			}
		}
		select {
		case <-h.changed:
			continue
		case <-h.hints:
			h.wake()
		case <-ctx.Done():
			return ctx.Err()
		}
		if !h.pause(ctx, h.cfg.Gap) {
			return ctx.Err()
		}
	}
}

func (h *Heads) wake() {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.turn++
	close(h.waked)
	h.waked = make(chan struct{})
}

// Sleeper is a Sleep for one follow.Config: it returns after d or, when a block was announced
// since its last return, at once.
func (h *Heads) Sleeper() func(ctx context.Context, d time.Duration) error {
	h.mu.Lock()
	seen := h.turn
	h.mu.Unlock()
	return func(ctx context.Context, d time.Duration) error {
		h.mu.Lock()
		turn, waked := h.turn, h.waked
		h.mu.Unlock()
		if err := ctx.Err(); err != nil || turn != seen {
			seen = turn
			return err
		}
		fired, stop := h.cfg.Clock.After(d)
		defer stop()
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-fired:
		case <-waked:
			seen = turn + 1
		}
		return nil
	}
}

// follow subscribes again and again. Nobody misses it while it is away: sleepers time out.
func (h *Heads) follow(ctx context.Context, s HeadSource) {
	for n := 0; ctx.Err() == nil; n++ {
		heard := h.subscribe(ctx, s, func() {
			h.stands(s, true)
			h.cfg.Logger.Info("new blocks are announced", "chain", h.cfg.Chain, "member", s.Name)
		})
		if h.stands(s, false) && ctx.Err() == nil {
			h.cfg.Logger.Info("announcements of new blocks ended, polling goes on", "chain", h.cfg.Chain, "member", s.Name)
		}
		if heard {
			n = 0
		}
		if !h.pause(ctx, h.cfg.Jitter(backoff(n))) {
			return
		}
	}
}

// stands notes whether a subscription stands, and says whether it did before.
func (h *Heads) stands(s HeadSource, up bool) (was bool) {
	h.mu.Lock()
	defer h.mu.Unlock()
	was = h.up[s]
	if h.up[s] = up; !up {
		delete(h.up, s)
	}
	return was
}

// subscribe hints at every notification until the subscription ends; heard reports whether
// one came. What a notification says is dropped unread.
func (h *Heads) subscribe(ctx context.Context, s HeadSource, up func()) (heard bool) {
	dial, cancel := context.WithTimeout(ctx, evm.CallTimeout)
	defer cancel()
	c, err := rpc.DialOptions(dial, s.URL, rpc.WithWebsocketMessageSizeLimit(maxHeadBytes))
	if err != nil {
		return false
	}
	defer c.Close()
	heads := make(chan json.RawMessage, 1)
	sub, err := c.EthSubscribe(dial, heads, "newHeads")
	if err != nil {
		return false
	}
	defer sub.Unsubscribe()
	up()
	for {
		select {
		case <-heads:
			heard = true
			select {
			case h.hints <- struct{}{}:
			default: // one is enough
			}
		case why := <-sub.Err(): // not repeated: its text may hold the URL
			h.cfg.Logger.Debug("subscription ended", "chain", h.cfg.Chain, "member", s.Name, "broken", why != nil)
			return heard
		case <-ctx.Done():
			return heard
		}
	}
}

func (h *Heads) pause(ctx context.Context, d time.Duration) bool {
	fired, stop := h.cfg.Clock.After(d)
	defer stop()
	select {
	case <-fired:
		return true
	case <-ctx.Done():
		return false
	}
}
