// SPDX-License-Identifier: Apache-2.0

package follow_test

import (
	"context"
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// moody is a source that lies about its newest final block for some questions.
type moody struct {
	*chaintest.Chain
	lies  int
	heads bool // the lie is an error of the source itself
}

func (m *moody) Heads(ctx context.Context) (follow.Heads, error) {
	h, err := m.Chain.Heads(ctx)
	if m.lies > 0 {
		m.lies--
		was := h.Final
		h.Final.Hash[0] ^= 1
		if m.heads {
			err = &stream.FinalizedReorgError{Chain: 31337, Number: was.Number, Was: was.Hash, Is: h.Final.Hash}
		}
	}
	return h, err
}

// A final block that changed is believed when it was seen Rereads times more, in a row.
func TestChangeOfAFinalBlockIsDoubted(t *testing.T) {
	for _, own := range []bool{false, true} {
		c := newChain()
		send(c, 5)
		c.FinalizeHead()
		m := &moody{Chain: c, heads: own}
		l, err := follow.New(follow.Config{Stream: c.Config(2), Source: m, Store: store.NewMemory(), ReplayFrom: follow.NoReplay})
		if err != nil {
			t.Fatal(err)
		}
		advance := func() error {
			_, err := l.Advance(t.Context())
			return err
		}
		if err := advance(); err != nil {
			t.Fatal(err)
		}
		for range 3 { // each time one lie too few
			m.lies = follow.Rereads
			for m.lies > 0 {
				if err := advance(); err == nil || follow.Halts(err) {
					t.Fatalf("own %t: a doubt: %v", own, err)
				}
			}
			if err := advance(); err != nil {
				t.Fatal(err)
			}
		}
		m.lies = follow.Rereads + 1
		for range follow.Rereads {
			if err := advance(); err == nil || follow.Halts(err) {
				t.Fatalf("own %t: a doubt: %v", own, err)
			}
		}
		var changed *stream.FinalizedReorgError
		if err := advance(); !errors.As(err, &changed) || !follow.Halts(err) || message.FateOf(err) != message.Halt {
			t.Errorf("own %t: %v", own, err)
		}
	}
}
