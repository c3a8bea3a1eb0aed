// SPDX-License-Identifier: Apache-2.0

package voter

import "github.com/aitbc/bridge/verifier/extension"

// settleHeights is for a node without a key share: that many heights in a row must have asked
// for its extension.
const settleHeights = 3

// admit decides whether the vote journal is complete. One that lacks the recorded boot or a
// recorded vote is not the one that this member wrote: the member may have voted for windows that it does not
// remember. Until this process has settled the state may still catch up with the past, so
// every agenda is looked at; afterwards all that it records was said by this process.
func (v *Voter) admit(a *extension.Agenda) {
	if !takesPart(a) {
		return
	}
	settled := v.settled.Load()
	if v.judged.Load() && settled != 0 && a.Height >= settled {
		return
	}
	v.judged.Store(a.Member) // votes in the state are told to a member alone: look again when it becomes one
	lost := a.Boot != 0 && !v.book.booted[a.Boot] && !v.words.own(a.Boot)
	for i := range a.Streams {
		sa := &a.Streams[i]
		votes := v.book.opened[streamKey(a.BridgeID, sa.Stream)]
		for _, end := range sa.Voted {
			lost = lost || !votes[end]
			v.words.raiseFloor(sa.Index, end)
		}
	}
	if lost && v.lost.CompareAndSwap(false, true) {
		v.log.Error("vote journal is missing or older than the chain's state: abstaining up to the present final blocks",
			"height", a.Height, "fresh", v.book.fresh)
	}
}

// settle decides from which height on this process votes: when the state has recorded a boot
// of it for one more block and nobody else was heard. A copy that ran before has then heard
// this one and is silent, and what it had voted for stands in the state or never will.
func (v *Voter) settle(a *extension.Agenda) {
	if !takesPart(a) || v.settled.Load() != 0 || v.twin.Load() != nil {
		return
	}
	if v.words.settles(a.Height, a.Boot, v.signs(a)) {
		v.settled.Store(a.Height)
	}
}

func (w *words) settles(height, boot uint64, signs bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if !signs {
		return w.from != 0 && w.last+1 >= w.from+settleHeights
	}
	if !w.boots[boot] {
		w.since = 0
		return false
	}
	if w.since == 0 || w.since > height {
		w.since = height
	}
	return height > w.since
}

// raiseFloor remembers the newest vote that the state holds of a former process.
func (w *words) raiseFloor(stream uint16, end uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.floors == nil {
		w.floors = map[uint16]uint64{}
	}
	w.floors[stream] = max(w.floors[stream], end)
}

func (w *words) floor(stream uint16) uint64 {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.floors[stream]
}
