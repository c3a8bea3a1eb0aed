// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// Below final another message can take a nonce in any epoch. The one of the surviving branch is superseded once the target's final
// blocks show that it did not arrive; final messages are not concerned.
func TestSupersededBelowFinal(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "dead")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.round()
	a.chain.Reorg(int(a.chain.Head().Number - 1))
	a.send(final, 1, "x")
	a.send(fast, 1, "alive")
	a.chain.Mine(4)
	a.settle(7)
	a.certify()
	a.gate.past = map[uint64][32]byte{1: {31: 1}} // not yet final at the block that is read first
	read(t, a.own)
	if got := a.round(); got[Delivered] != 1 || got[Certified] != 1 || len(got) != 2 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"dead", fast, fast}, arrival{"x", final, final})
	delete(a.gate.past, 1)
	if got := a.round(); got[Certified] != 1 || a.w.queue.Len() != 1 {
		t.Errorf("the same final block is judged again: %v", got)
	}
	read(t, a.own)
	if got := a.round(); got[Superseded] != 1 || a.w.queue.Len() != 0 {
		t.Errorf("%v", got)
	}
	if got := a.round(); len(got) != 0 {
		t.Errorf("tried again: %v", got)
	}
}

// Another relayer was quicker, or another message: the target's final blocks tell.
func TestTakenBelowFinalIsJudged(t *testing.T) {
	a := newAhead(t)
	m := a.send(fast, 1, "f")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.w.scan(t.Context(), a.now)
	a.gate.set(m.Lane().ID(), uint64(m.Nonce)) // after the scan, before the attempt
	read(t, a.own)
	a.gate.past = map[uint64][32]byte{1: {31: 1}}
	if got := a.round(); got[Certified] != 1 || len(got) != 1 {
		t.Fatalf("%v", got)
	}
	read(t, a.own, m.ID())
	if got := a.round(); got[Delivered] != 1 || a.w.queue.Len() != 0 || a.gate.simulated != 1 {
		t.Errorf("%v, %d simulated", got, a.gate.simulated)
	}
	a.arrivedAre()
}

// A recipient that demands more is asked once under each finality, and gets its message with the first that is enough.
func TestFinalityDemandedWaits(t *testing.T) {
	for _, demand := range []message.Finality{safe, final} {
		a := newAhead(t)
		a.gate.demands[message.Address{7}] = demand
		a.send(fast, 7, "d")
		a.send(fast, 1, "f")
		a.chain.Mine(4)
		a.give(a.fast, a.tip(fast, nil, 5))
		if got := a.round(); got[FinalityDemanded] != 1 || got[Delivered] != 1 {
			t.Fatalf("%s: %v", demand, got)
		}
		asked := a.gate.simulated
		for range 5 {
			if got := a.round(); got[FinalityDemanded] != 1 || len(got) != 1 || a.gate.simulated != asked {
				t.Errorf("%s: %v, simulated %d times more", demand, got, a.gate.simulated-asked)
			}
		}
		a.give(a.safe, a.tip(safe, nil, 5))
		want := arrival{"d", fast, safe}
		if demand == final {
			if got := a.round(); got[FinalityDemanded] != 1 || a.gate.simulated != asked {
				t.Errorf("%v, simulated %d times more", got, a.gate.simulated-asked)
			}
			a.settle(5)
			a.certify()
			want.under = final
		}
		// At once, not when its pause is over.
		if got := round(t, a.w, a.now.Add(1)); got[Delivered] != 1 {
			t.Errorf("%s: %v", demand, got)
		}
		a.arrivedAre(arrival{"f", fast, fast}, want)
	}
}

// A stream that the validators stopped or closed proves nothing more. What it showed waits for the final one, or was never there.
func TestStoppedStreamIsNotUsed(t *testing.T) {
	for name, end := range map[string]func(*ahead, Stream){
		"stopped": func(a *ahead, st Stream) {
			st.Generation, st.Stopped = 2, true
			if got, err := a.r.add(2, st); got != nil || err != nil {
				a.Errorf("%v, %v", got, err)
			}
		},
		"closed": func(a *ahead, st Stream) {
			a.r.close(2)
			if got, err := a.r.add(2, st); got != nil || err != nil {
				a.Errorf("%v, %v", got, err)
			}
		},
		"resumed unseen": func(a *ahead, st Stream) {
			st.Generation = 2
			if got, err := a.r.add(2, st); got == nil || err != nil {
				a.Errorf("%v, %v", got, err)
			}
		},
		"left with its final stream": func(a *ahead, _ Stream) {
			a.r.close(1)
			if a.r.lower(2) != nil || a.r.lower(3) != nil {
				a.Error("still followed")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAhead(t)
			a.send(fast, 1, "f")
			a.chain.Mine(4)
			a.give(a.fast, a.tip(fast, nil, 3))
			a.gate.paused = true
			if got := a.round(); got[LanePaused] != 1 {
				t.Fatalf("%v", got)
			}
			a.gate.paused = false
			ended := false
			a.fast.stop = func() { ended = true }
			st := Stream{Config: a.fast.cfg, Generation: 1}
			end(a, st)
			a.round()
			if a.w.queue.Len() != 0 || !ended {
				t.Errorf("%d wait, ended %t", a.w.queue.Len(), ended)
			}
			a.arrivedAre()
			a.settle(5)
			a.certify()
			if got := a.round(); name != "left with its final stream" && got[Delivered] != 1 {
				t.Errorf("under the final one: %v", got)
			}
		})
	}
	a := newAhead(t)
	older := Stream{Config: a.fast.cfg, Generation: 1}
	next := a.r
	if got, err := next.add(2, older); got != nil || err != nil || next.lower(2) != a.fast {
		t.Errorf("followed twice: %v, %v", got, err)
	}
	older.Generation, older.Stopped = 0, true
	if got, err := next.add(2, older); got != nil || err != nil || next.lower(2) != a.fast {
		t.Errorf("an older word stops it: %v, %v", got, err)
	}
	older.Config.Stream.Epoch, older.Generation, older.Stopped = 2, 1, false
	if got, err := next.add(5, older); got != nil || err != nil {
		t.Errorf("below a final stream that is not followed: %v, %v", got, err)
	}
	older.Config.Stream.Epoch, older.Config.Stride = 1, 4
	if got, err := next.add(5, older); got != nil || err == nil {
		t.Errorf("another stride: %v, %v", got, err)
	}
}

// What only a tip showed and its chain has replaced is not kept, and comes again with a certificate that holds it.
func TestVanishedMessageIsForgotten(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "f")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.gate.paused = true
	a.round()
	a.chain.Reorg(int(a.chain.Head().Number - 1))
	a.chain.Mine(4)
	a.settle(5)
	if _, err := a.fast.settle(t.Context()); message.FateOf(err) != message.Halt {
		t.Fatalf("%v", err)
	}
	a.gate.paused = false
	if got := a.round(); got[Certified] != 1 || a.w.queue.Len() != 0 {
		t.Errorf("%v, %d wait", got, a.w.queue.Len())
	}
	a.send(fast, 1, "f") // the same again, later
	a.chain.Mine(5)
	a.give(a.fast, a.tip(fast, nil, 9))
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"f", fast, fast})
}

// INVARIANT: I-12. A lane whose share is full stops neither the other lanes of its source nor itself for ever.
func TestFullLaneStopsItselfAlone(t *testing.T) {
	a := newAhead(t)
	for i := range MaxQueued {
		j := numbered(1, i)
		j.ID[0], j.Message = 0xff, &message.Message{Finality: fast, TargetChain: 31338}
		if took, _ := a.w.queue.Add(j); !took {
			t.Fatal("refused")
		}
	}
	a.w.queue.Take(a.now, MaxQueued)
	a.send(fast, 1, "f")
	a.send(final, 1, "x")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.settle(5)
	a.certify()
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"x", final, final})
	for i := range MaxQueued {
		j := numbered(1, i)
		j.ID[0] = 0xff
		a.w.queue.Finish(j.ID, Delivered, a.now)
	}
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("with room again: %v", got)
	}
	a.arrivedAre(arrival{"x", final, final}, arrival{"f", fast, final})
}

// Lanes at different places of one tree are each read on from their own, up to where the next one is.
func TestLanesAreReadTogether(t *testing.T) {
	s := &scanned{worker: &worker{queue: NewQueue()}, source: &source{index: 1}}
	for _, c := range []struct {
		at        cursors
		from, to  uint64
		furthest  []message.Finality
		limitUsed uint64
	}{
		{cursors{0, 0, 0, 0}, 0, 10, []message.Finality{1, 2, 3}, 10},
		{cursors{0, 4, 2, 4}, 2, 4, []message.Finality{2}, 10},
		{cursors{0, 4, 7, 4}, 4, 7, []message.Finality{1, 3}, 10},
		{cursors{0, 10, 7, 4}, 4, 7, []message.Finality{3}, 10},
		{cursors{0, 10, 10, 10}, 10, 10, nil, 10},
	} {
		from, to, lanes := s.behind(c.at, c.limitUsed)
		if from != c.from || to != c.to || !slices.Equal(lanes, c.furthest) {
			t.Errorf("%v: %d to %d, %v", c.at, from, to, lanes)
		}
	}
}
