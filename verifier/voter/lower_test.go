// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"errors"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/verifier/extension"
)

// lowIndex is the index of the stream of finality fast beside the rig's final one.
const lowIndex = 7

func fast(s message.Stream) message.Stream {
	s.Finality = message.Fast
	return s
}

func (r *rig) lowConfig() stream.Config {
	cfg := r.cfg
	cfg.Stream = fast(cfg.Stream)
	return cfg
}

// lower is a rig whose voter covers the stream below final too, with one certified final window.
func lower(t *testing.T) (*rig, message.Checkpoint) {
	t.Helper()
	r := newRig(t)
	r.addLower()
	r.send(2)
	return r, r.latest()
}

func (r *rig) addLower() {
	r.t.Helper()
	if err := r.voter.AddStream(Stream{Index: lowIndex, Config: r.lowConfig()}); err != nil {
		r.t.Fatal(err)
	}
}

// tip is n messages over base that end at a block; root tells branches apart. Without base it is over the empty tree.
func (r *rig) tip(base *message.Checkpoint, end, n uint64, root byte) *message.Checkpoint {
	c := message.Checkpoint{PeaksHash: merkle.Range{}.PeaksHash()}
	if base != nil {
		c = *base
	}
	c.BridgeID, c.Stream, c.End, c.BlockHash = bridge, fast(r.cfg.Stream), end, message.Hash{7, byte(end), root}
	c.MessageCount, c.LeafCount, c.Root = c.MessageCount+n, c.LeafCount+n, message.Hash{8, byte(n), root}
	return &c
}

func (r *rig) onTip(c *message.Checkpoint) {
	r.t.Helper()
	if err := r.voter.OnTip(lowIndex, c); err != nil {
		r.t.Fatal(err)
	}
}

// both is the agenda with both streams, base certified in the final one, after the worker has seen it.
func (r *rig) both(base *message.Checkpoint) extension.Agenda {
	a := r.agenda()
	if base != nil {
		certify(&a, *base)
	}
	a.Streams = append(a.Streams, extension.StreamAgenda{
		Index: lowIndex, Stream: fast(r.cfg.Stream), Stride: r.cfg.Stride, StartBlock: r.cfg.StartBlock, MaxAhead: 4, Generation: 1,
	})
	r.work(a)
	return a
}

// wantTip says which tip is voted for; nil: none. More than one vote for the stream is an error.
func (r *rig) wantTip(a extension.Agenda, want *message.Checkpoint) {
	r.t.Helper()
	var said []message.Checkpoint
	for _, v := range r.say(a).Votes {
		if v.Stream == lowIndex {
			said = append(said, v.Checkpoint(bridge, fast(r.cfg.Stream)))
		}
	}
	if want == nil && len(said) != 0 || want != nil && (len(said) != 1 || said[0] != *want) {
		r.t.Fatalf("votes %+v, want %+v", said, want)
	}
}

// TestTipIsSaid: what the state would not count is not said, and nothing over a tree that this member does not hold.
func TestTipIsSaid(t *testing.T) {
	type change func(r *rig, a *extension.Agenda, c *message.Checkpoint)
	for name, tc := range map[string]struct {
		change change
		said   bool
	}{
		"over the certified tree": {func(*rig, *extension.Agenda, *message.Checkpoint) {}, true},
		"in the state already":    {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) { a.Streams[1].Said = c.BodyHash() }, false},
		"another one in the state, of the same end": {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
			a.Streams[1].Said, a.Streams[1].Voted = message.Hash{1}, []uint64{c.End}
		}, true},
		"over another tree": {func(_ *rig, _ *extension.Agenda, c *message.Checkpoint) { c.PeaksHash[0] ^= 1 }, false},
		"as many messages as it may hold": {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
			c.MessageCount, c.LeafCount = a.Streams[0].Certified.MessageCount+4, a.Streams[0].Certified.LeafCount+4
		}, true},
		"a message too many": {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
			c.MessageCount, c.LeafCount = a.Streams[0].Certified.MessageCount+5, a.Streams[0].Certified.LeafCount+5
		}, false},
		"no message": {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
			c.MessageCount, c.LeafCount = a.Streams[0].Certified.MessageCount, a.Streams[0].Certified.LeafCount
		}, false},
		"fewer messages than the certified tree": {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
			c.MessageCount = a.Streams[0].Certified.MessageCount - 1
			c.LeafCount = a.Streams[0].Certified.LeafCount - 1
		}, false},
		"other leaves than messages": {func(_ *rig, _ *extension.Agenda, c *message.Checkpoint) { c.LeafCount++ }, false},
		"at the end of the base":     {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) { c.End = a.Streams[0].CertifiedEnd }, false},
		"with the root of the base":  {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) { c.Root = a.Streams[0].Certified.Root }, false},
		"grows its certified one":    {certified(-stride, -1, 1), true},
		"ends at its certified one":  {certified(0, -1, 1), false},
		"no more messages than it":   {certified(-stride, 0, 1), false},
		"the root of it":             {certified(-stride, -1, 0), false},
		"final stream not in the agenda": {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) {
			a.Streams = a.Streams[1:]
		}, false},
		"final stream of another epoch": {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Streams[0].Stream.Epoch++ }, false},
		"final stream not covered":      {func(r *rig, _ *extension.Agenda, _ *message.Checkpoint) { r.voter.RemoveStream(index) }, false},
		"final stream halted":           {func(r *rig, _ *extension.Agenda, _ *message.Checkpoint) { r.voter.Halt(index, errIdle) }, false},
		"certified tree not the own one": {func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
			a.Streams[0].Certified.PeaksHash[0] ^= 1
			c.PeaksHash = a.Streams[0].Certified.PeaksHash
		}, false},
		"halted":                 {func(r *rig, _ *extension.Agenda, _ *message.Checkpoint) { r.voter.Halt(lowIndex, errIdle) }, false},
		"another stride":         {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Streams[1].Stride = 4 }, false},
		"stopped in the state":   {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Streams = a.Streams[:1] }, false},
		"member suspended":       {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Suspended = true }, false},
		"chain halted":           {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Halted = "halted" }, false},
		"process not settled":    {func(r *rig, _ *extension.Agenda, _ *message.Checkpoint) { r.voter.settled.Store(0) }, false},
		"another target":         {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Streams[1].Target = 1 }, true},
		"the journal was lost":   {func(r *rig, _ *extension.Agenda, _ *message.Checkpoint) { r.voter.lost.Store(true) }, true},
		"base and a certificate": {func(_ *rig, a *extension.Agenda, _ *message.Checkpoint) { a.Streams[0].HasBase = true }, true},
	} {
		t.Run(name, func(t *testing.T) {
			r, base := lower(t)
			a := r.both(&base)
			c := r.tip(&base, base.End+10, 2, 1)
			tc.change(r, &a, c)
			r.onTip(c)
			if !tc.said {
				c = nil
			}
			r.wantTip(a, c)
		})
	}
}

// certified gives the stream a certificate with an end, messages and a root relative to the tip's.
func certified(end, messages int, root byte) func(*rig, *extension.Agenda, *message.Checkpoint) {
	return func(_ *rig, a *extension.Agenda, c *message.Checkpoint) {
		s := &a.Streams[1]
		s.HasCertified, s.Certified = true, *c
		s.Certified.End = uint64(int(c.End) + end)
		s.Certified.MessageCount = uint64(int(c.MessageCount) + messages)
		s.Certified.Root[9] ^= root
		s.CertifiedEnd = s.Certified.End
	}
}

// Before the first certificate a tip extends the empty tree; in an epoch with a base nothing is said before that.
func TestTipBeforeTheFirstCertificate(t *testing.T) {
	r, base := lower(t)
	a := r.both(nil)
	c := r.tip(nil, base.End+10, 4, 1)
	r.onTip(c)
	r.wantTip(a, c)
	a.Streams[0].HasBase, a.Streams[0].Base = true, base
	r.work(a)
	r.wantTip(a, nil)
	over := r.tip(&base, base.End+10, 1, 1)
	r.onTip(over)
	r.wantTip(a, nil)
	certify(&a, base)
	r.work(a)
	r.wantTip(a, over)
}

// The worker compares no store for a stream below final, and halts it when the state means another one.
func TestWorkerBelowFinal(t *testing.T) {
	r, base := lower(t)
	a := r.both(&base)
	c := r.tip(&base, base.End+10, 2, 1)
	a.Streams[1].HasCertified, a.Streams[1].CertifiedEnd, a.Streams[1].Certified = true, c.End, *c
	a.Streams[1].Target = 5
	r.work(a)
	if s := r.voter.Status()[1]; s.Halted != nil {
		t.Errorf("halted: %v", s.Halted)
	}
	a.Streams[1].Stride = 4
	r.work(a)
	if s := r.voter.Status()[1]; !errors.Is(s.Halted, message.ErrRange) {
		t.Errorf("halted: %v", s.Halted)
	}
	size := r.journal.Len()
	r.onTip(c)
	if r.journal.Len() != size {
		t.Error("a halted stream journals a tip")
	}
}

// Tips come for streams below final alone, windows for final ones.
func TestOnTipRefusesOthers(t *testing.T) {
	r, base := lower(t)
	size := r.journal.Len()
	for name, tc := range map[string]struct {
		index  uint16
		change func(*message.Checkpoint)
		want   error
	}{
		"final stream":   {index, func(c *message.Checkpoint) { c.Stream = r.cfg.Stream }, message.ErrBadEncoding},
		"unknown stream": {lowIndex + 1, func(*message.Checkpoint) {}, message.ErrBadEncoding},
		"safe":           {lowIndex, func(c *message.Checkpoint) { c.Stream.Finality = message.Safe }, message.ErrBadEncoding},
		"epoch":          {lowIndex, func(c *message.Checkpoint) { c.Stream.Epoch++ }, message.ErrBadEncoding},
		"bridge":         {lowIndex, func(c *message.Checkpoint) { c.BridgeID[0]++ }, message.ErrBadEncoding},
		"end":            {lowIndex, func(c *message.Checkpoint) { c.End++ }, message.ErrBadEncoding},
		"root":           {lowIndex, func(c *message.Checkpoint) { c.Root = message.Hash{} }, message.ErrZero},
	} {
		c := r.tip(&base, base.End+10, 2, 1)
		tc.change(c)
		if err := r.voter.OnTip(tc.index, c); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := r.voter.OnTip(index, nil); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("nothing for a final stream: %v", err)
	}
	if err := r.voter.OnWindow(lowIndex, stream.Window{Checkpoint: *r.tip(&base, base.End+10, 2, 1)}); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("window below final: %v", err)
	}
	if r.journal.Len() != size {
		t.Error("something was journaled")
	}
	late := r.lowConfig()
	late.StartBlock = base.End + 100
	if err := r.voter.AddStream(Stream{Index: lowIndex + 2, Config: late}); err != nil {
		t.Fatal(err)
	}
	if err := r.voter.OnTip(lowIndex+2, r.tip(&base, base.End+10, 2, 1)); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("below the start block: %v", err)
	}
	if err := r.voter.AddStream(Stream{Index: 9, Config: r.cfg}); !errors.Is(err, message.ErrZero) {
		t.Errorf("final stream without a store: %v", err)
	}
}

// TestTipsAreForgotten: which earlier tips a share is still given for when another one comes.
func TestTipsAreForgotten(t *testing.T) {
	r, base := lower(t)
	other := base
	other.PeaksHash[0] ^= 1
	first := r.tip(&base, base.End+10, 2, 1)
	moved := r.tip(&other, base.End+10, 1, 1)
	moved.BlockHash = first.BlockHash
	elsewhere := r.tip(&other, base.End+10, 1, 1)
	elsewhere.BlockHash[5] ^= 1
	same := r.tip(&base, base.End+12, 2, 1)
	for name, tc := range map[string]struct {
		next *message.Checkpoint
		kept bool
	}{
		"nothing":                          {nil, false},
		"a higher end":                     {r.tip(&base, base.End+12, 3, 1), true},
		"a higher end, the same messages":  {same, true},
		"a higher end, as many others":     {r.tip(&base, base.End+12, 2, 2), false},
		"a higher end, fewer messages":     {r.tip(&base, base.End+12, 1, 1), false},
		"a higher end over another base":   {r.tip(&other, base.End+12, 1, 1), true},
		"a lower end":                      {r.tip(&base, base.End+8, 2, 1), false},
		"a lower end over another base":    {r.tip(&other, base.End+8, 1, 1), false},
		"the same end, another block":      {r.tip(&base, base.End+10, 2, 2), false},
		"the same block over another base": {moved, true},
		"another block over another base":  {elsewhere, false},
		"the same end, one message more":   {r.tip(&base, base.End+10, 3, 1), false},
		"the same tip":                     {first, true},
	} {
		t.Run(name, func(t *testing.T) {
			r.voter.RemoveStream(lowIndex)
			r.addLower()
			r.onTip(first)
			r.onTip(tc.next)
			v := r.voter.now.Load().streams[lowIndex]
			if c, ok := v.remembered(first.End, first.BodyHash()); ok != tc.kept || ok && *c != *first {
				t.Errorf("remembered: %t", ok)
			}
			if tc.next == nil {
				if v.stands || len(v.tips) != 0 {
					t.Errorf("%d tips", len(v.tips))
				}
				return
			}
			if c, ok := v.remembered(tc.next.End, tc.next.BodyHash()); !ok || *c != *tc.next || !v.stands {
				t.Error("the newest is not remembered")
			}
			if n := len(v.tips); tc.next == first && n != 1 {
				t.Errorf("%d tips of one", n)
			}
		})
	}
}

// What was said before the stream halted is said no more.
func TestHaltedTipIsNotSaid(t *testing.T) {
	r, base := lower(t)
	a := r.both(&base)
	c := r.tip(&base, base.End+10, 2, 1)
	r.onTip(c)
	r.wantTip(a, c)
	r.voter.Halt(lowIndex, errIdle)
	r.wantTip(a, nil)
}

// A tip that was replaced is not said any more, in whatever order they come; without one nothing is.
func TestNewestTipIsSaid(t *testing.T) {
	r, base := lower(t)
	a := r.both(&base)
	high, low := r.tip(&base, base.End+10, 2, 1), r.tip(&base, base.End+8, 2, 2)
	for _, c := range []*message.Checkpoint{high, low, nil, high} {
		r.onTip(c)
		r.wantTip(a, c)
	}
	a.Streams[1].Said = high.BodyHash()
	r.wantTip(a, nil)
	r.onTip(low)
	r.wantTip(a, low)
	// The certified tree grows: nothing is said before the tip over it comes.
	r.send(1)
	newer := r.latest()
	certify(&a, newer)
	r.work(a)
	r.wantTip(a, nil)
	over := r.tip(&newer, newer.End+4, 1, 3)
	r.onTip(over)
	r.wantTip(a, over)
}

// The oldest tips are forgotten, and older snapshots do not change under a reader.
func TestTipsAreBounded(t *testing.T) {
	r, base := lower(t)
	var all []*message.Checkpoint
	for i := range uint64(MaxTips + 3) {
		all = append(all, r.tip(&base, base.End+2+2*i, i+1, 1))
		r.onTip(all[i])
	}
	v := r.voter.now.Load().streams[lowIndex]
	for i, c := range all {
		if _, ok := v.remembered(c.End, c.BodyHash()); ok != (i >= 3) {
			t.Errorf("tip %d remembered: %t", i, ok)
		}
	}
	before := slices.Clone(v.tips)
	r.onTip(r.tip(&base, base.End+20, 1, 2))
	r.onTip(r.tip(&base, base.End+22, 2, 2))
	if !slices.Equal(before, v.tips) {
		t.Error("an older view changed")
	}
	if MaxTips > maxLower/2 {
		t.Error("more tips than votes that the journal remembers")
	}
}
