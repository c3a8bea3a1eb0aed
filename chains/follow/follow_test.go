// SPDX-License-Identifier: Apache-2.0

package follow_test

import (
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

var (
	_     follow.Source = (*chaintest.Chain)(nil)
	alice               = message.Address{19: 3}
	errGo               = message.NewError(message.Halt, "script ended")
)

func newChain() *chaintest.Chain {
	c := chaintest.New(message.BridgeID("aitbc-test-1"), 31337, message.Address{1})
	c.SetRemote(31338, message.Final, message.Address{2})
	return c
}

func send(c *chaintest.Chain, blocks int) {
	for i := range blocks {
		c.Send(31338, message.Final, alice, alice, []byte{byte(i)})
		c.Mine(1)
	}
}

// run follows c with one script step per pause; after the last the loop is stopped.
type run struct {
	chain   *chaintest.Chain
	store   stream.Store
	replay  uint64
	blocks  uint64
	script  []func()
	onFail  func(stream.Window) error
	windows []stream.Window
	finals  []uint64
	pauses  []time.Duration
}

func (r *run) run(t *testing.T) error {
	t.Helper()
	if r.store == nil {
		r.store = store.NewMemory()
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	step := 0
	return follow.Run(ctx, follow.Config{
		Stream: r.chain.Config(2), Source: r.chain, Store: r.store, ReplayFrom: r.replay, MaxBlocks: r.blocks, Poll: time.Second,
		OnWindow: func(w stream.Window) error {
			if r.onFail != nil {
				if err := r.onFail(w); err != nil {
					return err
				}
			}
			r.windows = append(r.windows, w)
			return nil
		},
		OnFinal: func(b uint64) { r.finals = append(r.finals, b) },
		Sleep: func(ctx context.Context, d time.Duration) error {
			r.pauses = append(r.pauses, d)
			if step == len(r.script) {
				cancel()
				return ctx.Err()
			}
			r.script[step]()
			step++
			return nil
		},
	})
}

func ends(windows []stream.Window) (out []uint64) {
	for _, w := range windows {
		out = append(out, w.Checkpoint.End)
	}
	return out
}

func equal(t *testing.T, what string, have, want any) {
	t.Helper()
	if !reflect.DeepEqual(have, want) {
		t.Errorf("%s: have %v, want %v", what, have, want)
	}
}

func TestFollow(t *testing.T) {
	c := newChain()
	send(c, 3) // blocks 1..3
	r := &run{chain: c, script: []func(){
		func() { c.Finalize(2) },                            // window [2,3] not whole
		func() { c.Mine(6); c.Finalize(8) },                 // empty windows after it
		func() { send(c, 2); c.Mine(1) },                    // blocks 10..12, not final: nothing
		func() { c.Reorg(2); send(c, 2); c.FinalizeHead() }, // other blocks 11, 12
	}}
	if err := r.run(t); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	equal(t, "windows", ends(r.windows), []uint64{1, 3, 11})
	equal(t, "final", r.finals, []uint64{1, 7, 11})
	if got := r.windows[2].Checkpoint.MessageCount; got != 5 {
		t.Errorf("messages %d, want 5: block 10 before the reorg and 11 after it", got)
	}
}

func TestRestartReplays(t *testing.T) {
	c := newChain()
	send(c, 9)
	c.FinalizeHead()
	first := &run{chain: c}
	_ = first.run(t)
	equal(t, "windows", ends(first.windows), []uint64{1, 3, 5, 7, 9})
	for _, tc := range []struct {
		from uint64
		want []uint64
	}{{0, []uint64{1, 3, 5, 7, 9}}, {4, []uint64{5, 7, 9}}, {5, []uint64{5, 7, 9}}, {10, nil}, {follow.NoReplay, nil}} {
		again := &run{chain: c, store: first.store, replay: tc.from}
		_ = again.run(t)
		equal(t, "replayed windows", ends(again.windows), tc.want)
		equal(t, "final", again.finals, []uint64{9})
	}
	other := &run{chain: chaintest.New(message.Hash{1}, 31337, message.Address{1}), store: first.store}
	if err := other.run(t); !errors.Is(err, follow.ErrConfig) {
		t.Errorf("another stream's store: %v", err)
	}
}

func TestBatchesAreBounded(t *testing.T) {
	c := newChain()
	send(c, 99)
	c.FinalizeHead()
	longest, refuse := uint64(0), true
	c.Lie(chaintest.Lie{Batch: func(b stream.Batch) (stream.Batch, error) {
		n := b.To - b.From + 1
		if refuse && n > 4 {
			return b, message.ErrUnavailable
		}
		longest = max(longest, n)
		return b, nil
	}})
	r := &run{chain: c, blocks: 20, script: []func(){func() {}, func() {}, func() {}, func() { refuse = false }}}
	_ = r.run(t)
	if longest != 20 || len(r.windows) != 50 {
		t.Errorf("longest batch %d, %d windows", longest, len(r.windows))
	}
}

// A batch that is refused is shortened from its own length, not from the bound that it did not reach.
func TestShortBatchesAreShortened(t *testing.T) {
	c := newChain()
	send(c, 15)
	c.FinalizeHead()
	c.Lie(chaintest.Lie{Batch: func(b stream.Batch) (stream.Batch, error) {
		if b.To-b.From >= 4 {
			return b, message.ErrUnavailable
		}
		return b, nil
	}})
	r := &run{chain: c, script: []func(){func() {}, func() {}}} // refused with 16 and with 8 blocks
	_ = r.run(t)
	if len(r.windows) == 0 {
		t.Errorf("%d windows after two refusals", len(r.windows))
	}
}

// A source may give less than it was asked for: every window comes all the same, and it is not asked for much more than it gives.
func TestSourceEndsBatchesEarly(t *testing.T) {
	c := newChain()
	send(c, 99)
	c.FinalizeHead()
	var asked []uint64
	most := uint64(6)
	c.Lie(chaintest.Lie{Batch: func(b stream.Batch) (stream.Batch, error) {
		asked = append(asked, b.To+1-b.From)
		if b.To-b.From >= most {
			b.To = b.From + most - 1
			b.Events = slices.DeleteFunc(b.Events, func(e stream.Event) bool { return e.Block > b.To })
		}
		if b.To == 35 {
			most = 100
		}
		return b, nil
	}})
	r := &run{chain: c, blocks: 200}
	_ = r.run(t)
	equal(t, "asked for", asked, []uint64{100, 6, 12, 6, 12, 6, 12, 24, 28})
	if len(r.windows) != 50 || len(r.pauses) != 1 || r.finals[len(r.finals)-1] != 99 {
		t.Errorf("%d windows, %d pauses, final %v", len(r.windows), len(r.pauses), r.finals)
	}
	for name, bad := range map[string]func(b *stream.Batch){
		"more than was asked for": func(b *stream.Batch) { b.To += 2 },
		"nothing":                 func(b *stream.Batch) { b.To = b.From - 1 },
		"a part of a window":      func(b *stream.Batch) { b.To-- },
		"from another block":      func(b *stream.Batch) { b.From += 2 },
	} {
		c := newChain()
		send(c, 9)
		c.FinalizeHead()
		c.Lie(chaintest.Lie{Batch: func(b stream.Batch) (stream.Batch, error) {
			if b.From > 0 {
				bad(&b)
			}
			return b, nil
		}})
		r := &run{chain: c, blocks: 4, script: []func(){func() {}}}
		_ = r.run(t)
		if len(r.windows) != 2 || len(r.pauses) != 2 {
			t.Errorf("%s: %d windows, %d pauses", name, len(r.windows), len(r.pauses))
		}
	}
}

func TestRetries(t *testing.T) {
	c := newChain()
	send(c, 3)
	c.FinalizeHead()
	down := chaintest.Lie{Heads: func(stream.Heads) (stream.Heads, error) { return stream.Heads{}, errors.New("no route") }}
	// One endpoint forgets a log, then remembers it.
	forget := chaintest.Lie{Batch: func(b stream.Batch) (stream.Batch, error) {
		b.Events = b.Events[:len(b.Events)-2]
		return b, nil
	}}
	c.Lie(down)
	failed := 0
	r := &run{chain: c, script: []func(){
		func() {}, func() {}, func() { c.Lie(forget) }, func() {}, func() { c.Lie(chaintest.Lie{}) }, func() {},
	}, onFail: func(w stream.Window) error {
		if w.Index == 1 && failed == 0 {
			failed++
			return errors.New("consumer busy")
		}
		return nil
	}}
	if err := r.run(t); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	equal(t, "windows", ends(r.windows), []uint64{1, 3})
	// What is refused is read again soon: the source answers.
	equal(t, "pauses", r.pauses[:5], []time.Duration{1e9, 2e9, 4e9, 1e9, 1e9})
}

func TestHalts(t *testing.T) {
	idle := []func(){func() {}, func() {}, func() {}, func() {}, func() {}, func() {}}
	for _, tc := range []struct {
		name   string
		script func(*chaintest.Chain) func()
		fail   error
		want   any
	}{
		{"final block changed, chain went on", func(c *chaintest.Chain) func() {
			return func() { c.ReorgFinal(3); c.Mine(4); c.FinalizeHead() }
		}, nil, new(*stream.FinalizedReorgError)},
		{"final block changed, same height", func(c *chaintest.Chain) func() { return func() { c.ReorgFinal(1) } }, nil, new(*stream.FinalizedReorgError)},
		{"log forgotten for good", func(c *chaintest.Chain) func() {
			return func() {
				send(c, 4)
				c.FinalizeHead()
				c.Lie(chaintest.Lie{Batch: func(b stream.Batch) (stream.Batch, error) {
					b.Events = b.Events[2:]
					return b, nil
				}})
			}
		}, nil, new(*stream.NonceGapError)},
		{"counter ahead", func(c *chaintest.Chain) func() {
			return func() {
				c.Mine(4)
				c.FinalizeHead()
				c.Lie(chaintest.Lie{Evidence: func(e stream.Evidence) (stream.Evidence, error) {
					e.Counters[0].Nonce++
					return e, nil
				}})
			}
		}, nil, new(*stream.CounterError)},
		{"consumer halts", func(c *chaintest.Chain) func() { return func() { send(c, 4); c.FinalizeHead() } }, errGo, errGo},
	} {
		t.Run(tc.name, func(t *testing.T) {
			c := newChain()
			send(c, 3)
			c.FinalizeHead()
			r := &run{chain: c, script: append([]func(){tc.script(c)}, idle...)}
			r.onFail = func(w stream.Window) error {
				if w.Index >= 2 {
					return tc.fail
				}
				return nil
			}
			err := r.run(t)
			if message.FateOf(err) != message.Halt {
				t.Fatalf("fate %s: %v", message.FateOf(err), err)
			}
			if want, ok := tc.want.(error); ok && !errors.Is(err, want) {
				t.Errorf("have %v, want %v", err, want)
			} else if !ok && !errors.As(err, tc.want) {
				t.Errorf("have %v, want %T", err, tc.want)
			}
			equal(t, "windows", ends(r.windows), []uint64{1, 3})
		})
	}
}

// A stalled chain, a node that lags and a chain that has finalized nothing are all waiting.
func TestWaiting(t *testing.T) {
	c := newChain()
	send(c, 1)
	r := &run{chain: c, script: []func(){
		func() { c.Stall(true); c.Mine(5) },
		func() { c.FinalizeHead() },
		func() {
			c.Lie(chaintest.Lie{Heads: func(h stream.Heads) (stream.Heads, error) { h.Final.Number, h.Final.Hash[0] = 0, 1; return h, nil }})
		},
	}}
	if err := r.run(t); !errors.Is(err, context.Canceled) {
		t.Fatal(err)
	}
	equal(t, "windows", ends(r.windows), []uint64{1})
}
