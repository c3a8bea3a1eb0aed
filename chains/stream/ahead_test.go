// SPDX-License-Identifier: Apache-2.0

package stream_test

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"reflect"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// source is a chain with lanes of every finality, and the final stream as one node reads it.
type source struct {
	testing.TB
	chain *chaintest.Chain
	final stream.State
	store stream.Store
}

func newSource(t testing.TB) *source {
	t.Helper()
	c := chaintest.New(bridge, 31337, manager)
	for _, f := range []message.Finality{message.Fast, message.Safe, message.Final} {
		c.SetRemote(31338, f, remote)
		c.SetRemote(31339, f, remote)
	}
	c.Mine(1)
	begin, err := stream.NewState(c.Config(2))
	if err != nil {
		t.Fatal(err)
	}
	s := &source{t, c, begin, store.NewMemory()}
	s.settle(1)
	return s
}

func (s *source) ok(err error) {
	s.Helper()
	if err != nil {
		s.Fatal(err)
	}
}

// send sends one message of a finality in a block of its own.
func (s *source) send(f message.Finality, data byte) message.Message {
	m := s.chain.Send(31338, f, alice, inbox, []byte{data})
	s.chain.Mine(1)
	return m
}

// settle makes the blocks up to `to` final and reads them.
func (s *source) settle(to uint64) {
	s.Helper()
	s.chain.Finalize(to)
	next, windows, err := stream.Step(s.final, s.batch(to))
	s.ok(err)
	s.ok(s.store.Commit(next, windows))
	s.final = next
}

// batch holds the blocks from the cursor to `to`, with evidence.
func (s *source) batch(to uint64) stream.Batch {
	s.Helper()
	b, err := s.chain.Batch(context.Background(), s.final.Config, s.final.Next, to)
	s.ok(err)
	ev, err := s.chain.Evidence(context.Background(), s.final.Config, stream.Needs(s.final, b))
	s.ok(err)
	b.Ends, b.Counters, b.DeliveredWords = ev.Ends, ev.Counters, ev.DeliveredWords
	return b
}

func (s *source) latest() *message.Checkpoint {
	s.Helper()
	w, err := s.store.LatestWindow()
	s.ok(err)
	return &w.Checkpoint
}

// tip is the tip of a finality at a block, or at the cursor.
func (s *source) tip(f message.Finality, base *message.Checkpoint, to uint64) (stream.Tip, error) {
	s.Helper()
	var b stream.Batch
	if to >= s.final.Next {
		b = s.batch(to)
	}
	return stream.Ahead(s.final, s.store, base, stream.Lower{Finality: f, MaxAhead: stream.DefaultMaxAhead}, b)
}

func (s *source) mustTip(f message.Finality, base *message.Checkpoint, to uint64) stream.Tip {
	s.Helper()
	tip, err := s.tip(f, base, to)
	s.ok(err)
	return tip
}

func payload(leaves []stream.Leaf) (out []byte) {
	for i := range leaves {
		out = append(out, leaves[i].Message.Data...)
	}
	return out
}

// proves checks every leaf of a tip under its root, and that a changed path proves nothing.
func (s *source) proves(tip stream.Tip) {
	s.Helper()
	for i := range tip.Window.Leaves {
		want := tip.Window.Leaves[i].Hash
		path, leaf, err := tip.Prove(want)
		s.ok(err)
		if leaf.Hash != want || merkle.Verify(want, path) != tip.Window.Checkpoint.Root {
			s.Fatalf("leaf %d of %d does not prove", i, len(tip.Window.Leaves))
		}
		for k := range path {
			path[k][7] ^= 1
			if merkle.Verify(want, path) == tip.Window.Checkpoint.Root {
				s.Fatalf("sibling %d does not matter", k)
			}
			path[k][7] ^= 1
		}
	}
	if _, _, err := tip.Prove(message.Hash{1}); !errors.Is(err, stream.ErrNotFound) {
		s.Errorf("unknown leaf: %v", err)
	}
}

func TestAheadExtendsTheCertifiedTree(t *testing.T) {
	s := newSource(t)
	s.send(message.Final, 'a') // block 2
	s.send(message.Fast, 'b')
	s.settle(3)
	base := s.latest()
	s.send(message.Fast, 'c') // block 4, final but not certified
	s.chain.Deliver(message.ID{7}, alice)
	s.chain.Mine(1)
	s.settle(5)
	s.chain.Send(31339, message.Safe, alice, inbox, []byte{'f'})
	s.chain.Send(31338, message.Final, alice, inbox, []byte{'x'})
	s.chain.Deliver(message.ID{8}, alice)
	s.send(message.Safe, 'e') // block 6
	s.send(message.Fast, 'd')
	for _, tc := range []struct {
		name     string
		finality message.Finality
		base     *message.Checkpoint
		to       uint64
		want     string
	}{
		{"fast, above a base", message.Fast, base, 7, "cd"},
		{"safe takes fast ones too, ordered by lane", message.Safe, base, 7, "cdef"},
		{"at the cursor, without blocks", message.Fast, base, 5, "c"},
		{"no base: from the start", message.Fast, nil, 7, "bcd"},
		{"the base has moved", message.Fast, s.latest(), 7, "d"},
	} {
		tip := s.mustTip(tc.finality, tc.base, tc.to)
		if got := string(payload(tip.Window.Leaves)); got != tc.want {
			t.Errorf("%s: %q, want %q", tc.name, got, tc.want)
		}
		c, want := tip.Window.Checkpoint, message.Checkpoint{PeaksHash: merkle.Range{}.PeaksHash()}
		if tc.base != nil {
			want = *tc.base
		}
		n := uint64(len(tc.want))
		if c.PeaksHash != want.PeaksHash || c.MessageCount != want.MessageCount+n || c.LeafCount != want.LeafCount+n {
			t.Errorf("%s: checkpoint %+v over %+v", tc.name, c, want)
		}
		if c.End != tc.to || c.Stream.Finality != tc.finality || c.Stream.Chain != 31337 || c.Stream.Epoch != 1 {
			t.Errorf("%s: checkpoint %+v", tc.name, c)
		}
		s.proves(tip)
	}
}

func TestAheadWaits(t *testing.T) {
	s := newSource(t)
	s.send(message.Fast, 'a') // block 2
	s.send(message.Final, 'b')
	s.settle(3)
	base := s.latest()
	if _, err := s.tip(message.Fast, base, 3); !errors.Is(err, stream.ErrNothingAhead) || message.FateOf(err) != message.Retry {
		t.Errorf("nothing above the base: %v", err)
	}
	s.send(message.Final, 'c')
	s.chain.Mine(1)
	if _, err := s.tip(message.Safe, base, 5); !errors.Is(err, stream.ErrNothingAhead) {
		t.Errorf("only final messages above the base: %v", err)
	}
	for range 4 {
		s.send(message.Fast, 'd')
	}
	for most, want := range map[int]error{3: stream.ErrTooFarAhead, 4: nil, 5: nil} {
		_, err := stream.Ahead(s.final, s.store, base, stream.Lower{Finality: message.Fast, MaxAhead: most}, s.batch(9))
		if !errors.Is(err, want) || err != nil && message.FateOf(err) != message.Retry {
			t.Errorf("4 messages, %d allowed: %v", most, err)
		}
	}
	for _, lower := range []stream.Lower{{Finality: message.Final, MaxAhead: 1}, {MaxAhead: 1}, {Finality: message.Fast}, {Finality: message.Fast, MaxAhead: stream.MaxAheadLimit + 1}} {
		if _, err := stream.Ahead(s.final, s.store, base, lower, s.batch(9)); !errors.Is(err, message.ErrRange) {
			t.Errorf("%+v: %v", lower, err)
		}
	}
	other := *base
	other.Root[3] ^= 1
	if _, err := s.tip(message.Fast, &other, 9); !errors.As(err, new(*stream.ForkError)) || message.FateOf(err) != message.Halt {
		t.Errorf("a base that the own tree does not hold: %v", err)
	}
	old := s.final
	s.settle(9)
	if _, err := stream.Ahead(old, s.store, s.latest(), stream.Lower{Finality: message.Fast, MaxAhead: 9}, stream.Batch{}); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("a base above the cursor: %v", err)
	}
	lower := old
	lower.Config.Stream.Finality = message.Safe
	if _, err := stream.Ahead(lower, s.store, nil, stream.Lower{Finality: message.Fast, MaxAhead: 9}, stream.Batch{}); !errors.Is(err, message.ErrRange) {
		t.Errorf("a tip over a stream that is not final: %v", err)
	}
	fresh, err := stream.NewState(s.final.Config)
	s.ok(err)
	if _, err := stream.Ahead(fresh, store.NewMemory(), nil, stream.Lower{Finality: message.Fast, MaxAhead: 9}, stream.Batch{To: 1}); !errors.As(err, new(*stream.UnsettledError)) {
		t.Errorf("a batch without hashes: %v", err)
	}
}

// Whatever is wrong with blocks that are not final stops nothing.
func TestUnsettledBlocksHaltNothing(t *testing.T) {
	s := newSource(t)
	s.send(message.Fast, 'a')
	s.chain.Mine(1)
	s.settle(3)
	s.send(message.Fast, 'b')
	s.send(message.Fast, 'c')
	for name, spoil := range map[string]func(*stream.Batch){
		"a log is missing":        func(b *stream.Batch) { b.Events = b.Events[:2] },
		"a nonce is skipped":      func(b *stream.Batch) { b.Events = b.Events[2:] },
		"another id":              func(b *stream.Batch) { b.Events[0].MessageID[0] ^= 1; b.Events[1].MessageID[0] ^= 1 },
		"half of a message":       func(b *stream.Batch) { b.Events = b.Events[:3] },
		"a counter is ahead":      func(b *stream.Batch) { b.Counters[0].Nonce++ },
		"the cursor's block left": func(b *stream.Batch) { b.Ends[0].Hash[0] ^= 1 },
		"ends inside a window":    func(b *stream.Batch) { b.To-- },
	} {
		b := s.batch(5)
		b.Events = slices.Clone(b.Events)
		spoil(&b)
		_, err := stream.Ahead(s.final, s.store, nil, stream.Lower{Finality: message.Fast, MaxAhead: 9}, b)
		if e := new(stream.UnsettledError); !errors.As(err, &e) || e.Err == nil || message.FateOf(err) != message.Retry {
			t.Errorf("%s: %v", name, err)
		}
	}
	if tip := s.mustTip(message.Fast, nil, 5); string(payload(tip.Window.Leaves)) != "abc" {
		t.Errorf("whole: %q", payload(tip.Window.Leaves))
	}
}

func TestRecheck(t *testing.T) {
	for _, tc := range []struct {
		name  string
		after func(*source) // after a reorganisation that dropped blocks 6 to 9
		stays bool
	}{
		{"the same messages in the same blocks", func(s *source) { s.send(message.Fast, 'c'); s.send(message.Fast, 'd') }, true},
		{"the same messages, later in the range", func(s *source) {
			s.chain.Mine(1)
			s.chain.Send(31338, message.Fast, alice, inbox, []byte{'c'})
			s.send(message.Fast, 'd')
		}, true},
		{"a message of a higher finality is new", func(s *source) {
			s.chain.Send(31338, message.Final, alice, inbox, []byte{'n'})
			s.send(message.Fast, 'c')
			s.send(message.Fast, 'd')
		}, true},
		{"one vanished", func(s *source) { s.send(message.Fast, 'c') }, false},
		{"all above the cursor vanished", func(*source) {}, false},
		{"one changed", func(s *source) { s.send(message.Fast, 'c'); s.send(message.Fast, 'e') }, false},
		{"one moved beyond the end", func(s *source) { s.send(message.Fast, 'c'); s.chain.Mine(1); s.send(message.Fast, 'd') }, false},
		{"one is new", func(s *source) {
			s.chain.Send(31339, message.Fast, alice, inbox, []byte{'n'})
			s.send(message.Fast, 'c')
			s.send(message.Fast, 'd')
		}, false},
		{"too many are new", func(s *source) {
			for range stream.MaxAheadLimit + 1 {
				s.chain.Send(31338, message.Fast, alice, inbox, []byte{'n'})
			}
			s.chain.Mine(1)
		}, false},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for name, withBase := range map[string]bool{"base": true, "no base": false} {
				s := newSource(t)
				s.send(message.Final, 'a') // block 2
				s.send(message.Safe, 'b')
				s.settle(3)
				var base *message.Checkpoint
				if withBase {
					base = s.latest()
				}
				s.send(message.Fast, 'B') // block 4
				s.chain.Mine(1)
				s.settle(5)
				s.send(message.Fast, 'c')
				s.send(message.Fast, 'd')
				said := s.mustTip(message.Fast, base, 7).Window.Checkpoint
				if err := stream.Recheck(s.final, s.store, said); !errors.Is(err, stream.ErrNotFound) || message.FateOf(err) != message.Retry {
					t.Errorf("%s, not passed yet: %v", name, err)
				}
				s.chain.Mine(2)
				s.chain.Reorg(4)
				tc.after(s)
				s.chain.Mine(5)
				s.settle(9) // further certificates have moved the base
				err := stream.Recheck(s.final, s.store, said)
				contradiction := new(stream.ContradictionError)
				switch {
				case tc.stays && err != nil:
					t.Errorf("%s: %v", name, err)
				case !tc.stays && (!errors.As(err, &contradiction) || contradiction.Certified != said || message.FateOf(err) != message.Halt):
					t.Errorf("%s: %v", name, err)
				}
				again, err := stream.Rederive(s.final, s.store, base, stream.Lower{Finality: message.Fast, MaxAhead: 64}, stream.BlockRef{Number: said.End, Hash: said.BlockHash})
				if same := err == nil && again.Window.Checkpoint == said; same != tc.stays {
					t.Errorf("%s, made again: %+v: %v", name, again.Window.Checkpoint, err)
				}
			}
		})
	}
}

func TestRecheckRefuses(t *testing.T) {
	s := newSource(t)
	s.send(message.Fast, 'a')
	s.send(message.Final, 'x')
	s.settle(3)
	s.send(message.Fast, 'b')
	s.chain.Mine(1)
	said := s.mustTip(message.Fast, s.latest(), 5).Window.Checkpoint
	s.settle(5)
	s.ok(stream.Recheck(s.final, s.store, said))
	for name, tc := range map[string]struct {
		change func(*message.Checkpoint)
		want   func(error) bool
	}{
		"final":          {func(c *message.Checkpoint) { c.Stream.Finality = message.Final }, func(err error) bool { return errors.Is(err, message.ErrRange) }},
		"other manager":  {func(c *message.Checkpoint) { c.Stream.Manager[0] ^= 1 }, func(err error) bool { return errors.Is(err, message.ErrBadEncoding) }},
		"other epoch":    {func(c *message.Checkpoint) { c.Stream.Epoch++ }, func(err error) bool { return errors.Is(err, message.ErrBadEncoding) }},
		"other bridge":   {func(c *message.Checkpoint) { c.BridgeID[0] ^= 1 }, func(err error) bool { return errors.Is(err, message.ErrBadEncoding) }},
		"other base":     {func(c *message.Checkpoint) { c.PeaksHash[0] ^= 1 }, contradicts},
		"other root":     {func(c *message.Checkpoint) { c.Root[0] ^= 1 }, contradicts},
		"one more":       {func(c *message.Checkpoint) { c.MessageCount++; c.LeafCount++ }, contradicts},
		"safe, the same": {func(c *message.Checkpoint) { c.Stream.Finality = message.Safe }, func(err error) bool { return err == nil }},
		"no base":        {func(c *message.Checkpoint) { c.PeaksHash = merkle.Range{}.PeaksHash() }, contradicts},
	} {
		c := said
		tc.change(&c)
		if err := stream.Recheck(s.final, s.store, c); !tc.want(err) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestHeld: a certified tip is found again above the cursor and below it, whatever has become of the base since, and blocks that are
// not final contradict nothing.
func TestHeld(t *testing.T) {
	s := newSource(t)
	s.send(message.Final, 'a')
	s.send(message.Fast, 'b')
	s.settle(3)
	base := s.latest()
	s.send(message.Fast, 'c')
	s.send(message.Final, 'x')
	tip := s.mustTip(message.Fast, base, 5)
	said := tip.Window.Checkpoint
	whole := s.mustTip(message.Fast, nil, 5).Window.Checkpoint
	before := s.final

	held := func(name string, c message.Checkpoint, b stream.Batch, want string) {
		t.Helper()
		got, err := stream.Held(s.final, s.store, c, b)
		if err != nil || got.Window.Checkpoint != c || string(payload(got.Window.Leaves)) != want {
			t.Errorf("%s: %q, %v", name, payload(got.Window.Leaves), err)
			return
		}
		s.proves(got)
	}
	batch := s.batch(5)
	held("above the cursor", said, batch, "c")
	held("on the empty tree", whole, batch, "bc")
	other := said
	other.BlockHash[3]++
	held("another block of the same messages", other, batch, "c")

	unsettled := new(stream.UnsettledError)
	wrong := said
	wrong.Root[0] ^= 1
	_, err := stream.Held(s.final, s.store, wrong, batch)
	if !errors.As(err, &unsettled) || contradicts(err) || message.FateOf(err) != message.Retry {
		t.Errorf("blocks that are not final say another thing: %v", err)
	}
	if _, err := stream.Held(s.final, s.store, said, stream.Batch{}); !errors.Is(err, stream.ErrBadBatch) {
		t.Errorf("without the blocks: %v", err)
	}
	if _, err := stream.Held(s.final, s.store, *base, batch); !errors.Is(err, message.ErrRange) {
		t.Errorf("a final one: %v", err)
	}

	s.settle(5)
	held("below the cursor", said, stream.Batch{}, "c")
	if _, err := stream.Held(s.final, s.store, wrong, stream.Batch{}); !contradicts(err) {
		t.Errorf("final windows say another thing: %v", err)
	}
	// A tip over a base that the own tree has not come to waits for it.
	s.send(message.Fast, 'd')
	s.chain.Mine(1)
	newer := s.mustTip(message.Fast, s.latest(), 7).Window.Checkpoint
	behind := source{t, s.chain, before, s.store}
	if _, err := stream.Held(before, s.store, newer, behind.batch(7)); !errors.Is(err, stream.ErrNotFound) || message.FateOf(err) != message.Retry {
		t.Errorf("the base is not read yet: %v", err)
	}
}

func contradicts(err error) bool { return errors.As(err, new(*stream.ContradictionError)) }

// said is a tip that was certified once, and where it stands.
type said struct {
	tip   stream.Tip
	above uint64 // first block above its base
}

// sent lists what a chain holds now of the messages of at most a finality in [from, to], sorted.
func (s *source) sent(f message.Finality, from, to uint64) (ids []message.Hash) {
	s.Helper()
	if from > to {
		return nil
	}
	b, err := s.chain.Batch(context.Background(), s.final.Config, from, to)
	s.ok(err)
	for i := range b.Events {
		if e := &b.Events[i]; e.Kind == stream.Meta && e.Finality <= f {
			ids = append(ids, message.Hash(e.MessageID))
		}
	}
	slices.SortFunc(ids, compareHashes)
	return ids
}

func compareHashes(a, b message.Hash) int { return bytes.Compare(a[:], b[:]) }

// live plays a chain that grows, reorganises and becomes final as the script says, and returns every
// tip that a node would have said on the way.
func (s *source) live(script []byte) (all []said) {
	s.Helper()
	var base *message.Checkpoint
	for _, op := range script {
		v := int(op >> 3)
		head := s.chain.Head().Number
		switch op & 7 {
		case 0, 1, 2:
			s.chain.Send(message.ChainID(31338+v&1), message.Finality(1+op&7%3), alice, inbox, []byte{byte(v & 2)})
		case 3:
			s.chain.Deliver(message.ID(message.Keccak([]byte{op, byte(len(all))})), alice)
		case 4:
			s.chain.Mine(1 + v%3)
		case 5:
			if room := head - s.final.Last.Number; room > 0 {
				s.chain.Reorg(1 + v%int(room))
			}
		case 6:
			if end, ok := message.NewestEnd(head-min(head, uint64(v)), 2); ok && end >= s.final.Next {
				s.settle(end)
			}
		case 7:
			if w, err := s.store.WindowBelow(s.final.Last.Number - min(s.final.Last.Number, uint64(v))); err == nil && (base == nil || w.Checkpoint.End > base.End) {
				base = &w.Checkpoint
			}
		}
		head = s.chain.Head().Number
		end, ok := message.NewestEnd(head, 2)
		if !ok || s.final.Last.Hash.IsZero() {
			continue
		}
		for _, f := range []message.Finality{message.Fast, message.Safe} {
			from := uint64(0)
			if base != nil {
				from = base.End + 1
			}
			want := s.sent(f, from, max(end, s.final.Last.Number))
			tip, err := s.tip(f, base, end)
			switch {
			case len(want) == 0 && errors.Is(err, stream.ErrNothingAhead), len(want) > stream.DefaultMaxAhead && errors.Is(err, stream.ErrTooFarAhead):
				continue
			case err != nil:
				s.Fatalf("%d messages ahead: %v", len(want), err)
			}
			have := tip.Window.Hashes()
			slices.SortFunc(have, compareHashes)
			if !slices.Equal(have, want) {
				s.Fatalf("%s tip at %d: %d messages, the chain has %d", f, end, len(have), len(want))
			}
			s.proves(tip)
			all = append(all, said{tip, from})
		}
	}
	return all
}

// FuzzAhead: whatever a chain does above its final block, a tip holds exactly what the chain held then,
// every leaf proves, and when the blocks are final it is contradicted if and only if the messages differ.
func FuzzAhead(f *testing.F) {
	f.Add([]byte{6, 0, 4, 6, 7, 0, 1, 12, 5, 1, 12, 6})
	f.Add([]byte{6, 0, 4, 6, 7, 0, 4, 5 | 1<<3, 0, 4, 6, 7, 1, 4})
	f.Add([]byte{6, 3, 2, 4, 6, 7, 0, 0, 1, 1, 12, 5 | 3<<3, 16, 0, 1, 1, 0, 12, 12, 6})
	f.Add(bytes.Repeat([]byte{0, 1, 4, 2, 6 | 3<<3, 12, 7, 5}, 9))
	f.Fuzz(func(t *testing.T, script []byte) {
		s := newSource(t)
		all := s.live(script[:min(len(script), 64)])
		s.chain.Send(31338, message.Final, alice, inbox, nil)
		s.chain.Mine(1)
		for _, one := range all { // blocks up to the highest end that was ever said
			s.chain.Mine(int(max(one.tip.Window.Checkpoint.End, s.chain.Head().Number) - s.chain.Head().Number))
		}
		s.chain.Mine(int(1 - s.chain.Head().Number%2))
		s.settle(s.chain.Head().Number)
		last := s.latest()
		for _, one := range all {
			c := one.tip.Window.Checkpoint
			have := one.tip.Window.Hashes()
			slices.SortFunc(have, compareHashes)
			now := s.sent(c.Stream.Finality, one.above, c.End)
			err := stream.Recheck(s.final, s.store, c)
			if same := slices.Equal(have, now); same != (err == nil) || !same && !contradicts(err) {
				t.Errorf("%s tip at %d, %d messages said, %d there now: %v", c.Stream.Finality, c.End, len(have), len(now), err)
			}
			for i := range one.tip.Window.Leaves {
				l := one.tip.Window.Leaves[i]
				_, there := slices.BinarySearchFunc(s.sent(message.Final, 0, last.End), l.Hash, compareHashes)
				path, leaf, err := stream.ProofFor(s.store, l.Hash, *last)
				switch {
				case !there && errors.Is(err, stream.ErrNotFound):
				case !there || err != nil || merkle.Verify(l.Hash, path) != last.Root || !reflect.DeepEqual(leaf.Message, l.Message):
					t.Errorf("leaf %s under the final root, on the chain %t: %v", l.Hash, there, err)
				}
			}
		}
		if !slices.IsSortedFunc(all, func(a, b said) int { return cmp.Compare(a.above, b.above) }) {
			t.Error("a base went back")
		}
	})
}
