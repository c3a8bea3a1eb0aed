// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"net/url"
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

// HeadsConfig of a waker.
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
	cfg   HeadsConfig
	hints chan struct{}

	mu    sync.Mutex
	turn  uint64        // wakes so far
	waked chan struct{} // closed at the next wake
}

// NewHeads makes a waker; it connects in Run. No source at all is allowed: then it never wakes.
//
// Errors: message.ErrBadEncoding names a source whose URL is none; message.ErrRange.
func NewHeads(cfg HeadsConfig) (*Heads, error) {
	if len(cfg.Sources) > MaxMembers || cfg.Gap < 0 {
		return nil, fmt.Errorf("heads of chain %s: %d sources, gap %s: %w", cfg.Chain, len(cfg.Sources), cfg.Gap, message.ErrRange)
	}
	for _, s := range cfg.Sources {
		u, err := url.Parse(s.URL)
		if err != nil || u.Host == "" || (u.Scheme != "ws" && u.Scheme != "wss") {
			return nil, fmt.Errorf("heads of chain %s: member %s: want a ws or wss URL: %w", cfg.Chain, s.Name, message.ErrBadEncoding)
		}
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
	return &Heads{cfg: cfg, hints: make(chan struct{}, 1), waked: make(chan struct{})}, nil
}

// Run keeps the subscriptions until ctx ends and returns its error.
func (h *Heads) Run(ctx context.Context) error {
	var group sync.WaitGroup
	defer group.Wait()
	for _, s := range h.cfg.Sources {
		group.Go(func() { h.follow(ctx, s) })
	}
	for {
		select {
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
	up := false
	for n := 0; ctx.Err() == nil; n++ {
		heard := h.subscribe(ctx, s, func() {
			up = true
			h.cfg.Logger.Info("new blocks are announced", "chain", h.cfg.Chain, "member", s.Name)
		})
		if up && ctx.Err() == nil {
			up = false
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
