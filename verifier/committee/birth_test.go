// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

func TestBirth(t *testing.T) {
	for _, n := range []int{1, 4, 7} {
		t.Run(fmt.Sprint(n), func(t *testing.T) {
			c := birth(t, n)
			if e := c.active(); e.Number != 0 {
				t.Fatalf("epoch %d before the ceremony", e.Number)
			}
			c.untilEpoch(1)
			e, x := c.active(), c.ceremony()
			if e.KeyVersion != 1 || len(e.Members) != n || int(e.Threshold) != Threshold(n) || e.Ceremony != 1 || x.Phase != committeev1.Phase_PHASE_DONE || x.Ended != uint64(c.height) {
				t.Fatalf("epoch %+v, ceremony phase %s", e, PhaseName(x.Phase))
			}
			// Everybody speaks at once: one block each for commit, deal, complain, ready, the signature; the first starts.
			if c.height != 6 {
				t.Errorf("born at height %d", c.height)
			}
			if len(c.powers) != n || x.Bytes == 0 {
				t.Errorf("%d validators, %d bytes", len(c.powers), x.Bytes)
			}
			want := []string{"1 commit ", "1 deal ", "1 complain ", "1 ready ", "1 test ", "1 done "}
			for i, w := range want {
				if c.events[i] != "bridge_ceremony "+w {
					t.Errorf("event %d: %q", i, c.events[i])
				}
			}
			if last := c.events[len(c.events)-1]; !strings.HasPrefix(last, fmt.Sprintf("bridge_epoch 1 %d %x", n, e.GroupKey)) {
				t.Errorf("last event %q", last)
			}
			last, err := c.k.LastEpoch(c.view())
			if err != nil || last.Number != 0 {
				t.Errorf("last epoch %d, err %v", last.Number, err)
			}
			if got, err := c.k.Dealings(c.view(), 1); err != nil || len(got) != n {
				t.Errorf("%d dealings kept, err %v", len(got), err)
			}
		})
	}
}

// TestHostile: what one of four dealers does wrong, why it is disqualified, and that the rest
// make a key all the same.
func TestHostile(t *testing.T) {
	for _, c := range []struct {
		name   string
		bad    habits
		reason string
		falses uint32
	}{
		{"silent", habits{absent: true}, NotCommitted, 0},
		{"commits and shows nothing", habits{noDeal: true}, NotDealt, 0},
		{"other bytes", habits{otherBytes: true}, HashMismatch, 0},
		{"garbage", habits{garbage: true}, Malformed, 0},
		{"wrong proof", habits{unproven: true}, Invalid, 0},
		{"wrong share", habits{wrongFor: 3}, WrongShare, 0},
		{"false complaint", habits{accuses: 1}, FalseComplaint, 1},
		{"not ready", habits{noReady: true}, "", 0},
		{"does not sign", habits{noSignature: true}, "", 0},
	} {
		for _, fresh := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/fresh %t", c.name, fresh), func(t *testing.T) {
				n := birth(t, 4)
				n.step()
				want := uint64(1)
				if !fresh {
					n.untilEpoch(1)
					n.change(nil, nil)
					want = 2
				}
				key := n.active().GroupKey
				n.byIndex(2).tempers = c.bad
				n.untilEpoch(want)
				x := n.ceremony()
				if x.Dealers[1].Disqualified != c.reason || x.Receivers[1].FalseComplaints != c.falses {
					t.Errorf("disqualified %q, %d false complaints", x.Dealers[1].Disqualified, x.Receivers[1].FalseComplaints)
				}
				for _, i := range []int{0, 2, 3} {
					if x.Dealers[i].Disqualified != "" || x.Receivers[i].FalseComplaints != 0 {
						t.Errorf("honest dealer %d: %q", i+1, x.Dealers[i].Disqualified)
					}
				}
				if c.reason != "" && slices.Contains(x.Qualified, 2) {
					t.Error("a disqualified dealing counts")
				}
				if !fresh && !bytes.Equal(n.active().GroupKey, key) {
					t.Error("the group key changed")
				}
			})
		}
	}
}

// TestAborts: too many are silent in each phase; the old epoch goes on, a birth is tried again.
func TestAborts(t *testing.T) {
	for _, c := range []struct {
		name   string
		bad    habits
		reason string
	}{
		{"few commit", habits{absent: true}, AbortDealers},
		{"few deal", habits{noDeal: true}, AbortDealers},
		{"few dealings are right", habits{wrongFor: 1}, AbortDealers},
		{"few ready", habits{noReady: true}, AbortReady},
		{"not signed", habits{noSignature: true}, AbortUnsigned},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := birth(t, 4)
			n.step()
			misbehave := func(h habits) { n.byIndex(2).tempers, n.byIndex(3).tempers = h, h }
			misbehave(c.bad)
			aborted := func() bool { return n.ceremony().Phase == committeev1.Phase_PHASE_ABORTED }
			n.until(40, "abort of the birth", aborted)
			if x := n.ceremony(); x.Aborted != c.reason || n.active().Number != 0 {
				t.Fatalf("aborted %q, epoch %d", x.Aborted, n.active().Number)
			}
			if list, err := n.k.Dealings(n.view(), 1); err != nil || len(list) > 0 {
				t.Errorf("%d dealings after an abort, err %v", len(list), err)
			}
			misbehave(habits{})
			n.untilEpoch(1) // the second attempt, by itself
			if x := n.ceremony(); x.Number != 2 || x.Started != n.must(1).Ended+testParams().RetryBlocks+1 {
				t.Errorf("ceremony %d, started at %d", x.Number, x.Started)
			}
			born := n.active()

			n.change(nil, nil)
			misbehave(c.bad)
			n.until(40, "abort of the reshare", aborted)
			after, ready := n.active(), must[committeev1.Epoch](t)(n.k.ReadyEpoch(n.view()))
			if !equal(&after, &born) || ready.Number != 0 {
				t.Fatal("an aborted ceremony changed the epoch")
			}
			if list := must[[]committeev1.Statement](t)(n.k.Statements(n.view())); len(list) > 0 {
				t.Errorf("%d statements wait", len(list))
			}
			for range 20 { // nothing is tried again by itself
				n.step()
			}
			if x := n.ceremony(); x.Number != 3 {
				t.Fatalf("ceremony %d started by itself", x.Number)
			}
			misbehave(habits{})
			n.change(nil, nil)
			n.untilEpoch(2)
			if e := n.active(); e.Ceremony != 4 || !bytes.Equal(e.GroupKey, born.GroupKey) {
				t.Errorf("ceremony %d made key %x", e.Ceremony, e.GroupKey)
			}
		})
	}
}

func (c *chain) must(number uint64) committeev1.Ceremony {
	c.t.Helper()
	x, found, err := c.k.Ceremony(c.view(), number)
	if err != nil || !found {
		c.t.Fatalf("ceremony %d: found %t, err %v", number, found, err)
	}
	return x
}

func equal(a, b *committeev1.Epoch) bool {
	x, errA := a.Marshal()
	y, errB := b.Marshal()
	return errA == nil && errB == nil && bytes.Equal(x, y)
}
