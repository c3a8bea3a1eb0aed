// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/verifier/extension"
)

// based is the agenda of an epoch that starts from base.
func (r *rig) based(base message.Checkpoint) extension.Agenda {
	a := r.agenda()
	a.Streams[0].HasBase, a.Streams[0].Base = true, base
	return a
}

// Nothing is voted for before the own tree was held against the base; then the base's own window, or the newest.
func TestVotesFromTheBaseOn(t *testing.T) {
	r := newRig(t)
	r.send(1)
	below := r.latest()
	r.send(1)
	base := r.latest()
	base.BlockHash[0] ^= 1 // the chain has changed and sent the same
	a := r.based(base)
	r.wantEnds(a)
	r.work(a)
	r.wantEnds(a, base.End)
	a.Streams[0].Target = below.End
	r.wantEnds(a, base.End)
	a.Streams[0].Target = 0
	r.send(1)
	r.wantEnds(a, r.latest().End)
	certify(&a, r.latest())
	r.work(a)
	r.send(1)
	r.wantEnds(a, r.latest().End)
}

// A tree that differs at the base's window halts the stream, in memory alone; one that has not come there waits.
func TestHaltsWithoutItsBase(t *testing.T) {
	for name, change := range map[string]func(*message.Checkpoint){
		"root":  func(c *message.Checkpoint) { c.Root[0] ^= 1 },
		"peaks": func(c *message.Checkpoint) { c.PeaksHash[0] ^= 1 },
		"count": func(c *message.Checkpoint) { c.LeafCount++ },
		"end":   func(c *message.Checkpoint) { c.End -= stride },
	} {
		t.Run(name, func(t *testing.T) {
			r := newRig(t)
			r.chain.Mine(4)
			r.send(1)
			base := r.latest()
			change(&base)
			a := r.based(base)
			r.work(a)
			var fork *stream.ForkError
			if err := r.voter.Status()[0].Halted; !errors.As(err, &fork) {
				t.Errorf("halted: %v", err)
			}
			r.wantEnds(a)
		})
	}
	r := newRig(t)
	r.send(1)
	base := r.latest()
	base.End += 1000
	a := r.based(base)
	r.work(a)
	if err := r.voter.Status()[0].Halted; err != nil {
		t.Errorf("halted for being behind: %v", err)
	}
	r.wantEnds(a)
}

// stride is the stride of the rig's stream.
const stride = 2

// What lies below the base is decided: its windows are not journaled.
func TestWindowsBelowTheBaseAreNotJournaled(t *testing.T) {
	r := newRig(t)
	r.send(1)
	r.send(1)
	base := r.latest()
	r.open()
	a := r.based(base)
	r.voter.Committed(a)
	first, err := r.store.WindowByIndex(0)
	if err != nil {
		t.Fatal(err)
	}
	last, err := r.store.LatestWindow()
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []stream.Window{first, last} {
		if err := r.voter.OnWindow(index, w); err != nil {
			t.Fatal(err)
		}
	}
	if got := r.voter.now.Load().streams[index].windows; len(got) != 1 || got[0] != base {
		t.Errorf("windows %v", got)
	}
}

// A stream that the state has closed is not covered any more.
func TestRemovedStreamIsSilent(t *testing.T) {
	r := newRig(t)
	r.send(1)
	a := r.agenda()
	r.wantEnds(a, r.latest().End)
	w, err := r.store.LatestWindow()
	if err != nil {
		t.Fatal(err)
	}
	r.voter.RemoveStream(index)
	a.Height = 119 // one with heartbeats
	if e := r.say(a); !e.Empty() {
		t.Errorf("says %+v", e)
	}
	r.work(a)
	if err := r.voter.OnWindow(index, w); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("a window: %v", err)
	}
	if _, err := r.voter.Leaves(index, 0, 1); !errors.Is(err, stream.ErrNotFound) {
		t.Errorf("leaves: %v", err)
	}
	if s := r.voter.Status(); len(s) != 0 {
		t.Errorf("status %v", s)
	}
	r.voter.Halt(index, errIdle)
}
