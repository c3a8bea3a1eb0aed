// SPDX-License-Identifier: Apache-2.0

package voter

import "testing"

// TestBarrierCoversVotesInState: after the loss of its journal a member does not vote up to the newest of its votes in the
// state, though its own source is not final there, and though the state shows that vote later.
func TestBarrierCoversVotesInState(t *testing.T) {
	r := newRig(t)
	r.send(1)
	r.voter.settled.Store(0)
	a := r.agenda()
	for _, ahead := range []uint64{8, 16} {
		end := r.latest().End + ahead
		a.Streams[0].Voted = []uint64{end}
		r.work(a)
		if got := r.voter.now.Load().streams[index].barrier; got != end {
			t.Errorf("barrier %d, want %d", got, end)
		}
	}
}
