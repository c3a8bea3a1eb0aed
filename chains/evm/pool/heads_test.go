// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/chains/message"
)

// announcer is a node's side of newHeads: what it is given it sends, whatever it is.
type announcer struct{ heads chan any }

// NewHeads is eth_subscribe("newHeads").
func (a *announcer) NewHeads(ctx context.Context) (*rpc.Subscription, error) {
	n, ok := rpc.NotifierFromContext(ctx)
	if !ok {
		return nil, rpc.ErrNotificationsUnsupported
	}
	sub := n.CreateSubscription()
	go func() {
		for {
			select {
			case h := <-a.heads:
				_ = n.Notify(sub.ID, h)
			case <-sub.Err():
				return
			}
		}
	}()
	return sub, nil
}

// announce serves WebSocket subscriptions on loopback.
func announce(t *testing.T) (*announcer, *httptest.Server) {
	t.Helper()
	a := &announcer{heads: make(chan any)}
	s := rpc.NewServer()
	if err := s.RegisterName("eth", a); err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s.WebsocketHandler([]string{"*"}))
	t.Cleanup(func() {
		s.Stop()
		web.Close()
	})
	return a, web
}

type waker struct {
	*Heads
	clock *clock
	log   *lockedBuffer
	done  chan error
	stop  func()
}

func newWaker(t *testing.T, sources ...HeadSource) *waker {
	t.Helper()
	w := &waker{clock: newClock(), log: &lockedBuffer{}, done: make(chan error, 1)}
	h, err := NewHeads(HeadsConfig{
		Chain: testChain, Sources: sources, Clock: w.clock, Logger: slog.New(slog.NewTextHandler(w.log, nil)),
		Jitter: func(most time.Duration) time.Duration { return most },
	})
	if err != nil {
		t.Fatal(err)
	}
	w.Heads = h
	ctx, cancel := context.WithCancel(t.Context())
	w.stop = cancel
	go func() { w.done <- h.Run(ctx) }()
	t.Cleanup(cancel)
	return w
}

func wsURL(s *httptest.Server) string { return "ws" + strings.TrimPrefix(s.URL, "http") }

func TestHeadsWake(t *testing.T) {
	a, web := announce(t)
	w := newWaker(t, HeadSource{Name: "alpha", URL: wsURL(web)})
	sleep := w.Sleeper()
	slept := make(chan error, 1)
	nap := func() { slept <- sleep(t.Context(), time.Hour) }
	go nap()
	w.clock.await(time.Hour)
	// Nothing in an announcement is read: nonsense wakes as well as a header does.
	a.heads <- map[string]any{"number": "0x1", "hash": strings.Repeat("f", 100)}
	if err := <-slept; err != nil {
		t.Fatal(err)
	}
	// At most one wake per gap; what came in it wakes at its end.
	w.clock.await(DefaultWakeGap)
	go nap()
	w.clock.await(time.Hour)
	for range 5 {
		a.heads <- "flood"
	}
	select {
	case <-slept:
		t.Fatal("woken twice in one gap")
	default:
	}
	w.clock.Advance(DefaultWakeGap)
	if err := <-slept; err != nil {
		t.Fatal(err)
	}
	w.stop()
	if err := <-w.done; !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if text := w.log.String(); !strings.Contains(text, "member=alpha") || strings.Contains(text, web.Listener.Addr().String()) {
		t.Errorf("log:\n%s", text)
	}
}

// A wake that comes while its follower works is not lost.
func TestWakeIsRemembered(t *testing.T) {
	w := newWaker(t)
	sleep, other := w.Sleeper(), w.Sleeper()
	w.wake()
	for _, s := range []func(context.Context, time.Duration) error{sleep, other} {
		if err := s(t.Context(), time.Hour); err != nil {
			t.Error(err)
		}
	}
	slept := make(chan error, 1)
	go func() { slept <- sleep(t.Context(), time.Hour) }()
	w.clock.await(time.Hour)
	w.clock.Advance(time.Hour) // nothing came: polling goes on
	if err := <-slept; err != nil {
		t.Error(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := sleep(ctx, time.Hour); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// A subscription that drops, floods the memory or never was one is tried again, with pauses.
func TestHeadsComeBack(t *testing.T) {
	a, web := announce(t)
	dead := httptest.NewServer(http.NotFoundHandler())
	defer dead.Close()
	w := newWaker(t, HeadSource{Name: "alpha", URL: wsURL(web)}, HeadSource{Name: "dead", URL: wsURL(dead)})
	sleep := w.Sleeper()
	for _, pause := range []time.Duration{BackoffBase, 2 * BackoffBase} {
		w.clock.await(pause) // the dead one
		w.clock.Advance(pause)
	}
	const forever = time.Duration(1 << 60)
	slept := make(chan error, 1)
	go func() { slept <- sleep(t.Context(), forever) }()
	w.clock.await(forever)
	a.heads <- strings.Repeat("x", maxHeadBytes) // too long: the connection ends
	for {
		select {
		case a.heads <- "again": // to the next subscription
		case err := <-slept:
			if text := w.log.String(); err != nil || strings.Count(text, "announcements of new blocks ended") != 1 || strings.Count(text, "are announced") != 2 {
				t.Errorf("%v, log:\n%s", err, text)
			}
			return
		default:
			w.clock.Advance(time.Second)
			runtime.Gosched()
		}
	}
}

func TestHeadsConfig(t *testing.T) {
	for name, c := range map[string]struct {
		cfg  HeadsConfig
		want error
	}{
		"none":       {HeadsConfig{}, nil},
		"ws":         {HeadsConfig{Sources: []HeadSource{{"a", "ws://127.0.0.1:1/key"}}}, nil},
		"wss":        {HeadsConfig{Sources: []HeadSource{{"a", "wss://127.0.0.1:1/key"}}}, nil},
		"http":       {HeadsConfig{Sources: []HeadSource{{"a", "http://127.0.0.1:1/key"}}}, message.ErrBadEncoding},
		"file":       {HeadsConfig{Sources: []HeadSource{{"a", "/tmp/key"}}}, message.ErrBadEncoding},
		"no URL":     {HeadsConfig{Sources: []HeadSource{{"a", "ws://%zz/key"}}}, message.ErrBadEncoding},
		"too many":   {HeadsConfig{Sources: make([]HeadSource, MaxMembers+1)}, message.ErrRange},
		"backwards":  {HeadsConfig{Gap: -1}, message.ErrRange},
		"with a gap": {HeadsConfig{Gap: time.Second}, nil},
	} {
		_, err := NewHeads(c.cfg)
		if !errors.Is(err, c.want) || err != nil && strings.Contains(err.Error(), "key") {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// TestHeadsAreReplaced: a source that is new wakes, one that is gone does not, one that stays is not asked anew.
func TestHeadsAreReplaced(t *testing.T) {
	_, firstWeb := announce(t)
	second, secondWeb := announce(t)
	alpha, beta := HeadSource{Name: "alpha", URL: wsURL(firstWeb)}, HeadSource{Name: "beta", URL: wsURL(secondWeb)}
	w := newWaker(t, alpha)
	await := func(want map[string]bool) {
		t.Helper()
		stand := func() int {
			w.mu.Lock()
			defer w.mu.Unlock()
			return len(w.up)
		}
		for !maps.Equal(w.Announced(), want) || stand() != len(want) {
			if t.Context().Err() != nil {
				t.Fatalf("announced by %v, want %v", w.Announced(), want)
			}
			runtime.Gosched()
		}
	}
	await(map[string]bool{"alpha": true})
	if err := w.Set([]HeadSource{{Name: "alpha", URL: "http://127.0.0.1:1"}}); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("no ws URL: %v", err)
	}
	if err := w.Set([]HeadSource{alpha, beta}); err != nil {
		t.Fatal(err)
	}
	await(map[string]bool{"alpha": true, "beta": true})
	sleep := w.Sleeper()
	slept := make(chan error, 1)
	go func() { slept <- sleep(t.Context(), time.Hour) }()
	w.clock.await(time.Hour)
	second.heads <- "new"
	if err := <-slept; err != nil {
		t.Fatal(err)
	}
	w.clock.await(DefaultWakeGap)
	w.clock.Advance(DefaultWakeGap)
	if err := w.Set([]HeadSource{beta}); err != nil {
		t.Fatal(err)
	}
	await(map[string]bool{"beta": true})
	go func() { slept <- sleep(t.Context(), time.Hour) }()
	w.clock.await(time.Hour)
	second.heads <- "again"
	if err := <-slept; err != nil {
		t.Fatal(err)
	}
	if text := w.log.String(); strings.Count(text, "are announced") != 2 {
		t.Errorf("log:\n%s", text)
	}
}
