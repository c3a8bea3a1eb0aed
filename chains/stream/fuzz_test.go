// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"bytes"
	"reflect"
	"runtime/metrics"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// alter changes a batch's events as the script says: four bytes for each change.
func alter(events []stream.Event, script []byte) []stream.Event {
	events = slices.Clone(events)
	for ; len(script) >= 4 && len(events) > 0; script = script[4:] {
		i, v := int(script[1])%len(events), script[2]
		e := &events[i]
		switch script[0] % 12 {
		case 0:
			events = slices.Delete(events, i, i+1)
		case 1:
			events = slices.Insert(events, i, *e)
		case 2:
			j := int(v) % len(events)
			events[i], events[j] = events[j], events[i]
		case 3:
			e.Nonce += message.Nonce(v) - 128
		case 4:
			e.Kind = stream.EventKind(v % 6)
		case 5:
			e.Block += uint64(v) - 128
		case 6:
			e.LogIndex += uint32(v) - 128
		case 7:
			e.MessageID[v%32] ^= script[3]
		case 8:
			e.Data = append(bytes.Clone(e.Data), make([]byte, int(v)*64)...)
		case 9:
			e.TargetChain, e.Finality = e.TargetChain+message.ChainID(v%3), message.Finality(script[3]%5)
		case 10:
			e.Target[v%20] ^= script[3]
			e.Sender[script[3]%20] ^= v
		case 11:
			e.Remote[v%20] ^= script[3]
		}
	}
	return events
}

func messagesOf(windows []stream.Window) (ids []message.Hash) {
	for _, w := range windows {
		for _, l := range w.Leaves {
			if l.Message != nil {
				ids = append(ids, l.Hash)
			}
		}
	}
	return ids
}

// FuzzStep: an endpoint that alters, drops, repeats or invents logs is found out by the contract's own
// counters: either Step refuses and takes nothing, or the messages are the true ones (I-01, I-08).
func FuzzStep(f *testing.F) {
	c := newChain()
	busy(c, 12)
	begin, err := stream.NewState(c.Config(2))
	if err != nil {
		f.Fatal(err)
	}
	honest, err := c.Batch(f.Context(), begin.Config, 0, 11)
	if err != nil {
		f.Fatal(err)
	}
	evidence, err := c.Evidence(f.Context(), begin.Config, stream.Needs(begin, honest))
	if err != nil || evidence.Counters == nil || evidence.DeliveredWords == nil {
		f.Fatal("no evidence", err)
	}
	honest.Ends, honest.Counters, honest.DeliveredWords = evidence.Ends, evidence.Counters, evidence.DeliveredWords
	_, windows, err := stream.Step(begin, honest)
	if err != nil {
		f.Fatal(err)
	}
	truth := messagesOf(windows)
	f.Add([]byte{})
	for kind := range byte(12) {
		f.Add([]byte{kind, 3, 129, 1})
		f.Add([]byte{kind, 0, 7, 255, kind + 1, 9, 127, 2})
	}
	f.Add([]byte{0, 1, 0, 0, 0, 1, 0, 0}) // both halves of a message
	f.Fuzz(func(t *testing.T, script []byte) {
		batch := honest
		batch.Events = alter(honest.Events, script)
		_ = stream.Needs(begin, batch)
		next, windows, err := stream.Step(begin, batch)
		if err != nil {
			if windows != nil || !reflect.DeepEqual(next, begin) {
				t.Error("a refused batch left something behind")
			}
			return
		}
		if !slices.Equal(messagesOf(windows), truth) {
			t.Errorf("other messages than the chain sent: %v", script)
		}
		if back, err := stream.DecodeState(stream.EncodeState(next)); err != nil || !reflect.DeepEqual(back, next) {
			t.Errorf("state does not survive its encoding: %v", err)
		}
	})
}

// A number in a stored record is no reason to take memory before the bytes are there.
func TestClaimedSizesTakeNoMemory(t *testing.T) {
	s, w := sample(t)
	leaf := stream.EncodeLeaf(w.Leaves[0])
	huge := []byte{0xff, 0xff, 0xff, 0xff}
	for name, try := range map[string]func() error{
		"lanes of a state":   func() error { _, err := stream.DecodeState(put(stream.EncodeState(s), 146, huge)); return err },
		"leaves of a window": func() error { _, _, err := stream.DecodeWindow(put(stream.EncodeWindow(w), 17, huge)); return err },
		"data of a leaf": func() error {
			_, err := stream.DecodeLeaf(put(leaf, len(leaf)-len(w.Leaves[0].Message.Data)-4, huge))
			return err
		},
		"data that is absent": func() error {
			_, err := stream.DecodeLeaf(put(leaf, len(leaf)-len(w.Leaves[0].Message.Data)-4, []byte{0, 0, 0x3f, 0}))
			return err
		},
	} {
		before := allocated()
		if err := try(); err == nil {
			t.Errorf("%s: accepted", name)
		}
		if used := allocated() - before; used > 1<<20 {
			t.Errorf("%s: %d bytes of memory", name, used)
		}
	}
}

func put(b []byte, at int, what []byte) []byte {
	b = bytes.Clone(b)
	copy(b[at:], what)
	return b
}

// allocated is how many bytes this process has ever allocated.
func allocated() uint64 {
	s := []metrics.Sample{{Name: "/gc/heap/allocs:bytes"}}
	metrics.Read(s)
	return s[0].Value.Uint64()
}

// A window whose first leaf lies beyond what a stream can hold is refused, whatever the sum says.
func TestWindowThatWrapsAroundIsRefused(t *testing.T) {
	_, w := sample(t)
	w.FirstLeaf = ^uint64(0)
	w.Checkpoint.LeafCount = uint64(len(w.Leaves)) - 1
	w.Checkpoint.MessageCount = min(w.Checkpoint.MessageCount, w.Checkpoint.LeafCount)
	if w.Checkpoint.LeafCount == 0 {
		t.Fatal("the sample's window is too small")
	}
	if _, _, err := stream.DecodeWindow(stream.EncodeWindow(w)); err == nil {
		t.Error("accepted")
	}
}
