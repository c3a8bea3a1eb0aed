// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"bytes"
	"errors"
	"reflect"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// sample is a state with lanes and peaks, and its last window.
func sample(t testing.TB) (stream.State, stream.Window) {
	c := newChain()
	busy(c, 20)
	s, err := stream.NewState(c.Config(2))
	if err != nil {
		t.Fatal(err)
	}
	b, _ := c.Batch(t.Context(), s.Config, 0, 19)
	ev, _ := c.Evidence(t.Context(), s.Config, stream.Needs(s, b))
	b.Ends = ev.Ends
	s, windows, err := stream.Step(s, b)
	if err != nil {
		t.Fatal(err)
	}
	return s, windows[len(windows)-1]
}

func TestCodec(t *testing.T) {
	s, w := sample(t)
	encoded := stream.EncodeState(s)
	if back, err := stream.DecodeState(encoded); err != nil || !reflect.DeepEqual(back, s) {
		t.Errorf("state: %v", err)
	}
	back, n, err := stream.DecodeWindow(stream.EncodeWindow(w))
	back.Leaves = w.Leaves
	if err != nil || n != len(w.Leaves) || !reflect.DeepEqual(back, w) {
		t.Errorf("window: %v", err)
	}
	for i := range w.Leaves {
		if l, err := stream.DecodeLeaf(stream.EncodeLeaf(w.Leaves[i])); err != nil || !reflect.DeepEqual(l, w.Leaves[i]) {
			t.Errorf("leaf %d: %v", i, err)
		}
	}
	refused := func(name string, b []byte) {
		t.Helper()
		if _, err := stream.DecodeState(b); message.FateOf(err) != message.Reject {
			t.Errorf("%s: %v", name, err)
		}
	}
	refused("empty", nil)
	refused("trailing byte", append(bytes.Clone(encoded), 0))
	refused("short", encoded[:len(encoded)-1])
	other := bytes.Clone(encoded)
	other[0]++
	refused("other version", other)
	zero := s
	zero.Config.Stride = 0
	refused("no stride", stream.EncodeState(zero))
	if _, err := stream.DecodeState(encoded[:1]); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("version alone: %v", err)
	}
}

// FuzzDecode: no panic, and what decodes encodes to the same bytes.
func FuzzDecode(f *testing.F) {
	s, w := sample(f)
	f.Add(stream.EncodeState(s))
	f.Add(stream.EncodeWindow(w))
	for i := range w.Leaves {
		f.Add(stream.EncodeLeaf(w.Leaves[i]))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if s, err := stream.DecodeState(b); err == nil && !bytes.Equal(stream.EncodeState(s), b) {
			t.Error("state encodes to other bytes")
		}
		if w, n, err := stream.DecodeWindow(b); err == nil {
			w.Leaves = make([]stream.Leaf, n)
			if !bytes.Equal(stream.EncodeWindow(w), b) {
				t.Error("window encodes to other bytes")
			}
		}
		if l, err := stream.DecodeLeaf(b); err == nil && !bytes.Equal(stream.EncodeLeaf(l), b) {
			t.Error("leaf encodes to other bytes")
		}
	})
}
