// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/pool"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

const (
	endpoints = 3                     // of as many operators; two must agree
	poll      = 2 * blockTime * speed // one look at the chain for each window
)

// reader is what a node has before its voter: pool, client, follower, store. Each window goes to the truth instead of
// the voter, so a wrong window is a wrong vote.
type reader struct {
	t       testing.TB
	w       *world
	truth   *truth
	proxies []*faultproxy.Server // none when the reader asks the chain itself
	pool    *pool.Pool
	client  *evm.Client
	store   *store.Badger
	asks    []ask // beside what following asks, once for each window

	windows atomic.Uint64 // given and compared
	leaves  atomic.Uint64
	final   atomic.Uint64 // the follower's
	errs    atomic.Uint64 // errors of the source
	asked   atomic.Uint64 // rounds of asks that have ended
	longest atomic.Uint64 // blocks of a batch
	given   chan stream.Window
	late    bool
	close   func() // ends it and closes the store, once
	stop    context.CancelFunc
	ended   chan struct{} // closes when following has ended
	err     error         // why; set before ended closes
}

// options of a reader.
type options struct {
	rules     map[int][]faultproxy.Rule // by endpoint, from the start on
	asks      []ask
	straight  bool // no proxies
	dir       string
	sleep     func(ctx context.Context, d time.Duration) error
	maxBlocks uint64
	from      stream.Store // what was read before, by another reader
	late      bool         // windows are compared by compareAll alone
	clock     pool.Clock   // a fast one without it
}

// read starts a reader that ends with the test.
func read(t testing.TB, w *world, truth *truth, o options) *reader {
	t.Helper()
	r := &reader{t: t, w: w, truth: truth, asks: o.asks, late: o.late, given: make(chan stream.Window, 1), ended: make(chan struct{})}
	var members []pool.Member
	for i := range endpoints {
		url := w.url
		if !o.straight {
			s, err := faultproxy.Start(w.url, faultproxy.Options{Seed: uint64(i + 1), Rules: o.rules[i], Wait: fastSleep})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = s.Close() })
			r.proxies, url = append(r.proxies, s), s.URL()
		}
		e, err := evm.Dial(url)
		if err != nil {
			t.Fatal(err)
		}
		members = append(members, pool.Member{Name: fmt.Sprint("endpoint-", i), Operator: fmt.Sprint("operator ", i), Endpoint: e})
	}
	if o.clock == nil {
		o.clock = newFastClock()
	}
	var err error
	if r.pool, err = pool.New(pool.Config{
		Chain: chainID, Genesis: w.genesis, Members: members, Agree: 2, Clock: o.clock,
		HedgeAfter: speed * time.Second, // a second, as it is: these machines are busy
	}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.pool.Close)
	if o.dir == "" {
		o.dir = t.TempDir()
	}
	if r.store, err = store.Open(o.dir); err != nil {
		t.Fatal(err)
	}
	if o.from != nil {
		r.seed(o.from)
	}
	r.resume()
	var ctx context.Context
	ctx, r.stop = context.WithCancel(w.ctx)
	if r.client, err = evm.New(ctx, evm.Config{ChainID: chainID, Manager: w.manager, Endpoint: r.pool}); err != nil {
		t.Fatal(err)
	}
	if o.sleep == nil {
		o.sleep = fastSleep
	}
	go r.follow(ctx, o)
	asksDone := make(chan struct{})
	go func() {
		defer close(asksDone)
		for w := range r.given {
			for _, a := range r.asks {
				a(ctx, r, w)
			}
			r.asked.Add(1)
		}
	}()
	r.close = sync.OnceFunc(func() {
		r.end()
		close(r.given)
		<-asksDone
		if err := r.store.Close(); err != nil {
			t.Error(err)
		}
	})
	t.Cleanup(r.close)
	return r
}

// seed takes over what another reader has read, so that a test does not begin with the whole history.
func (r *reader) seed(from stream.Store) {
	r.t.Helper()
	state, ok, err := from.Load()
	if err != nil || !ok {
		r.t.Fatalf("nothing was read before: %t, %v", ok, err)
	}
	windows := make([]stream.Window, state.Windows())
	for i := range windows {
		if windows[i], err = from.WindowByIndex(uint64(i)); err != nil {
			r.t.Fatal(err)
		}
	}
	if err := r.store.Commit(state, windows); err != nil {
		r.t.Fatal(err)
	}
}

// resume counts what the store has.
func (r *reader) resume() {
	r.t.Helper()
	state, _, err := r.store.Load()
	if err != nil {
		r.t.Fatal(err)
	}
	r.windows.Store(state.Windows())
	r.leaves.Store(state.Leaves())
}

// end stops following.
func (r *reader) end() { r.stop(); <-r.ended }

func (r *reader) follow(ctx context.Context, o options) {
	defer close(r.ended)
	r.err = follow.Run(ctx, follow.Config{
		Stream: r.w.stream(), Source: counted{r}, Store: r.store, MaxBlocks: o.maxBlocks, Poll: poll, Sleep: o.sleep,
		ReplayFrom: follow.NoReplay,
		OnWindow:   r.onWindow, OnFinal: r.onFinal,
	})
	if r.err != nil && ctx.Err() == nil {
		r.t.Logf("the stream ended: %v", r.err)
	}
}

// onWindow stands where the voter stands.
func (r *reader) onWindow(w stream.Window) error {
	if !r.late {
		if err := r.truth.check(w, int(r.windows.Load())); err != nil {
			r.t.Errorf("WRONG WINDOW: %v", err)
		}
	}
	r.windows.Add(1)
	r.leaves.Add(uint64(len(w.Leaves)))
	select {
	case r.given <- w:
	default: // the last one is still asked about
	}
	return nil
}

// onFinal compares how many windows there are: one that is missing is as wrong as a false one.
func (r *reader) onFinal(block uint64) {
	defer r.final.Store(block)
	if r.late {
		return
	}
	want, err := r.truth.upTo(block)
	if have := r.windows.Load(); err != nil || have != uint64(want) {
		r.t.Errorf("WRONG WINDOW: %d up to block %d, the chain has %d (%v)", have, block, want, err)
	}
}

// compareAll compares every window of the store.
func (r *reader) compareAll() {
	r.t.Helper()
	windows := r.windows.Load()
	for i := range windows {
		w, err := r.store.WindowByIndex(i)
		if err == nil {
			err = r.truth.check(w, int(i))
		}
		if err != nil {
			r.t.Fatalf("WRONG WINDOW: %v", err)
		}
	}
	if want, err := r.truth.upTo(r.final.Load()); err != nil || uint64(want) != windows {
		r.t.Errorf("WRONG WINDOW: %d up to block %d, the chain has %d (%v)", windows, r.final.Load(), want, err)
	}
}

// counted is the client with a count of what failed.
type counted struct{ r *reader }

func (c counted) Heads(ctx context.Context) (follow.Heads, error) {
	h, err := c.r.client.Heads(ctx)
	c.count(err)
	return h, err
}

func (c counted) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	c.r.longest.Store(max(c.r.longest.Load(), to-from+1))
	b, err := c.r.client.Batch(ctx, cfg, from, to)
	c.count(err)
	return b, err
}

func (c counted) Evidence(ctx context.Context, cfg stream.Config, need stream.Need) (stream.Evidence, error) {
	e, err := c.r.client.Evidence(ctx, cfg, need)
	c.count(err)
	return e, err
}

func (c counted) count(err error) {
	if err != nil {
		c.r.errs.Add(1)
	}
}

// set replaces the rules of some endpoints; all others become honest.
func (r *reader) set(rules map[int][]faultproxy.Rule) {
	r.t.Helper()
	for i, s := range r.proxies {
		if err := s.Set(rules[i]...); err != nil {
			r.t.Fatal(err)
		}
	}
}

func (r *reader) fired(i int, k faultproxy.Kind) uint64 { return r.proxies[i].Fired(k) }

// alive fails the test when following has ended.
func (r *reader) alive() bool {
	select {
	case <-r.ended:
		r.t.Fatalf("the stream ended: %v", r.err)
	default:
	}
	return true
}

// reaches waits until everything up to what is final now, and a message after it, was read and compared.
func (r *reader) reaches(what string) {
	r.t.Helper()
	until, windows := r.w.final(r.t)+r.w.stream().Stride, r.windows.Load()
	await(r.t, fmt.Sprintf("%s: block %d, windows after %d (errors of the pool: %+v)", what, until, windows, r.pool.Health().Members), func() bool {
		return r.alive() && r.final.Load() >= until && r.windows.Load() > windows
	})
}

// passes waits until the chain has so many more final blocks.
func (r *reader) passes(blocks uint64) {
	r.t.Helper()
	until := r.w.final(r.t) + blocks
	await(r.t, fmt.Sprint("final block ", until), func() bool { return r.w.final(r.t) >= until })
}

// fails waits until the source has failed twice more: what was under way before is over then.
func (r *reader) fails(what string) {
	r.t.Helper()
	until := r.errs.Load() + 2
	await(r.t, what+": errors of the source", func() bool { return r.alive() && r.errs.Load() >= until })
}

// ask is a question beside those of following, about a window that was read: other parts of a node and the relayer ask
// it. An error is no answer, and no failure; a wrong answer is one.
type ask func(ctx context.Context, r *reader, w stream.Window)

// askReceipts compares the receipts of a window's messages.
func askReceipts(ctx context.Context, r *reader, w stream.Window) {
	for i := range w.Leaves {
		l := &w.Leaves[i]
		rec, ok, err := r.pool.Receipt(ctx, l.TxHash)
		if err != nil {
			continue
		}
		if !ok {
			r.t.Errorf("transaction %s has no receipt", l.TxHash)
			continue
		}
		has := slices.ContainsFunc(rec.Logs, func(o evm.Log) bool { return o.Index == l.LogIndex && o.Topics[3] == l.Hash })
		if !rec.Success || rec.Block.Number != l.Block || !has {
			r.t.Errorf("WRONG RECEIPT of %s: %+v", l.TxHash, rec)
		}
	}
}

// askCode compares the manager's code.
func askCode(ctx context.Context, r *reader, _ stream.Window) {
	if code, err := r.pool.Code(ctx, r.w.manager); err == nil && string(code) != string(r.w.code) {
		r.t.Errorf("WRONG CODE: %d bytes, want %d", len(code), len(r.w.code))
	}
}

// askHead asks for the newest block, twice: reading final blocks needs none.
func askHead(ctx context.Context, r *reader, w stream.Window) {
	for range 2 {
		if b, err := r.pool.Block(ctx, evm.At{Tag: evm.Latest}); err == nil && b.Hash.IsZero() {
			r.t.Errorf("head %+v after window %d", b, w.Checkpoint.End)
		}
	}
}

// askBeyond asks for logs of blocks that do not exist. That there are none is the same to a reader as an error: it never
// takes a block that is not final.
func askBeyond(ctx context.Context, r *reader, w stream.Window) {
	from := w.Checkpoint.End + 1_000_000
	if logs, err := r.pool.Logs(ctx, r.w.manager, nil, from, from); err == nil && len(logs) != 0 {
		r.t.Errorf("logs of block %d: %d", from, len(logs))
	}
	if _, err := r.client.Batch(ctx, r.w.stream(), from, from); ctx.Err() == nil && !errors.Is(err, message.ErrNotFinal) && !errors.Is(err, message.ErrUnavailable) {
		r.t.Errorf("batch of block %d: %v", from, err)
	}
}

// askBatch sends a batch of two calls to endpoint 0: nothing in a node does, but the library is the same.
func askBatch(ctx context.Context, r *reader, _ stream.Window) { r.batch(ctx, 0) }
