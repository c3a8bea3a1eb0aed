// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"math/rand/v2"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// TestTwoLiesAtOnce: what one rule leaves of an answer another one may have to change.
func TestTwoLiesAtOnce(t *testing.T) {
	d := rand.New(rand.NewPCG(5, 6))
	_, l := world(d, 10)
	for _, first := range Kinds {
		for _, second := range Kinds {
			e := New(l, func(string) {})
			e.Tell(NewRule(first, l, 1, 1, 0))
			e.Tell(NewRule(second, l, 2, 1, 0))
			for _, ask := range questions(d, l) {
				_, _ = ask(e)
			}
		}
	}
}

// TestClientReads: the real client over the model reads the whole chain.
func TestClientReads(t *testing.T) {
	d := rand.New(rand.NewPCG(3, 4))
	c, l := world(d, 40)
	var list []*Endpoint
	for range Members {
		list = append(list, New(l, func(string) {}))
	}
	p := NewPool(list, func() time.Duration { return 0 }, func(time.Duration) time.Duration { return 0 })
	client, err := evm.New(t.Context(), evm.Config{ChainID: testID, Manager: testManager, Endpoint: p})
	if err != nil {
		t.Fatal(err)
	}
	shelf := store.NewMemory()
	loop, err := follow.New(follow.Config{Stream: c.Config(2), Source: client, Store: shelf, OnWindow: func(stream.Window) error { return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for more := true; more; {
		if more, err = loop.Advance(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	if state, ok, err := shelf.Load(); err != nil || !ok || state.Leaves() == 0 || state.Last.Number+2 < l.heads().Final.Number {
		t.Fatalf("%+v %t %v", state, ok, err)
	}
}
