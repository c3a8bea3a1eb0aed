// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
)

// Status is what an operator wants to know of a stream.
type Status struct {
	Index     uint16
	Stream    message.Stream
	Final     uint64 // newest final block that was read; below final that of the final stream beside it
	Newest    uint64 // end of the newest non-empty window, below final of the tip that stands; 0: none
	Halted    error  // nil while it runs
	Doubts    uint64 // windows since the start that were not voted for because another digest was, earlier
	Doubted   uint64 // end of the newest of them
	Abstained bool   // the vote journal was lost and the newest window is not known to lie behind that
}

// Status lists the streams by index. After a twin was seen all are halted with that error.
func (v *Voter) Status() []Status {
	s, stopped := v.now.Load(), v.Stopped()
	var list []Status
	for _, i := range slices.Sorted(maps.Keys(s.streams)) {
		w := s.streams[i]
		st := Status{Index: i, Stream: w.cfg.Stream, Final: w.final, Halted: w.halted, Doubts: w.doubts, Doubted: w.doubted}
		if stopped != nil {
			st.Halted = stopped
		}
		if w.lower() {
			st.Final, _ = s.finalBlock(w)
			if w.stands {
				st.Newest = w.tips[len(w.tips)-1].End
			}
			list = append(list, st)
			continue
		}
		if n := len(w.windows); n > 0 {
			st.Newest = w.windows[n-1].End
		}
		st.Abstained = st.Halted == nil && !w.mayVote(st.Newest, v.lost.Load())
		list = append(list, st)
	}
	return list
}
