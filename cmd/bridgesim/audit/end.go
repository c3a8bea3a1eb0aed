// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"cmp"
	"slices"
)

// reasons are the words of the specification for a message that is not delivered.
var reasons = []string{
	"waiting_finality", "waiting_votes", "signing", "certified", "held", "lane_paused", "blocked",
	"recipient_reverted", "unpaid", "underpriced", "target_unreachable", "superseded",
}

// End: the run is over. Returns what only the end shows: every final message has its effect
// or a reason, and every final window was certified in time.
func (a *Audit) End(e End) []Violation {
	for _, s := range a.World.Pending() {
		a.endMessage(e, s)
	}
	var streams []uint16
	for i := range a.World.streams {
		streams = append(streams, i)
	}
	slices.Sort(streams)
	for _, i := range streams {
		a.endStream(e, i)
	}
	return a.done()
}

func (a *Audit) endMessage(e End, s Send) {
	say := func(what, reason string) {
		a.cry(Loss, what, "chain %d to %d, nonce %d, %x: %s", s.SourceChain, s.TargetChain, s.Nonce, s.ID, reason)
	}
	reason, named := e.Reasons[s.ID]
	certified := a.chain.proven[s.ID]
	other, taken := a.World.slots[slot{s.SourceChain, s.TargetChain, s.Nonce}]
	st := a.World.chain(s.SourceChain).stream
	switch {
	case st != nil && a.halted(e, st.Index):
	case !named:
		say("final message without effect and without a reason", "")
	case !slices.Contains(reasons, reason):
		say("reason is none of the specification's", reason)
	case reason == "waiting_finality":
		say("reason contradicts the chain: it is final", reason)
	case (reason == "waiting_votes" || reason == "signing") && certified:
		say("reason contradicts the chain: it is certified", reason)
	case reason == "superseded" && (!taken || other == s.ID):
		say("reason contradicts the target: nothing took the nonce", reason)
	case reason == "certified" && !certified:
		say("reason contradicts the chain: it is not certified", reason)
	}
}

// halted reports whether a loud halt excuses the stream: its own, or the whole chain's.
func (a *Audit) halted(e End, stream uint16) bool {
	_, chain := a.chain.halts[a.fork]
	return chain || e.Halted[stream] != ""
}

// settled is the height until which a later epoch may take for its first certificate: it may have to wait for a message after its
// beginning, where members without their journals are many.
func (s *streamWorld) settled(bound uint64) uint64 {
	if s.opened == 0 {
		return 0
	}
	return s.opened + 2*bound
}

// endStream finds the first window that waited too long.
func (a *Audit) endStream(e End, index uint16) {
	st := a.World.streams[index]
	if a.halted(e, index) || st.closed != 0 {
		return
	}
	order := a.chain.order[index]
	for _, w := range st.present().windows {
		deadline := max(w.finalAt+a.cfg.Bound, e.Healed+a.cfg.Bound, st.settled(a.cfg.Bound))
		i, ok := slices.BinarySearchFunc(order, w.end, func(c Certificate, end uint64) int { return cmp.Compare(c.Checkpoint.End, end) })
		covered := ok || i < len(order)
		switch {
		case covered && order[i].Height <= deadline, a.height < deadline:
			continue
		case covered:
			a.cry(Loss, "window certified too late", "stream %d, window %d: final at height %d, healed at %d, certified at %d, bound %d",
				index, w.end, w.finalAt, e.Healed, order[i].Height, a.cfg.Bound)
		default:
			a.cry(Loss, "final window never certified", "stream %d, window %d: final at height %d, healed at %d, now %d, bound %d",
				index, w.end, w.finalAt, e.Healed, a.height, a.cfg.Bound)
		}
		return
	}
}
