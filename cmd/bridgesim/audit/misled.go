// SPDX-License-Identifier: Apache-2.0

package audit

// misleading is a member that cannot know better about a chain.
type misleading struct {
	member int
	chain  uint64
}

// of is the chain that a stream is of.
func (w *World) of(stream uint16) uint64 {
	if s := w.streams[stream]; s != nil {
		return s.Chain
	}
	return 0
}

// Misled: as many of the member's endpoints of a stream's chain as must agree begin to tell it the same lie. Until it
// is enlightened what it votes for in this stream is not its own fault. It counts as one of the f faulty members for good.
func (a *Audit) Misled(member int, stream uint16) []Violation {
	a.seen.Misled++
	a.members.misled[misleading{member, a.World.of(stream)}] = true
	faulty := len(a.byzantine)
	for m := 1; m <= a.cfg.Members; m++ {
		if a.honest(m) && a.wasMisled(m) {
			faulty++
		}
	}
	if faulty > a.cfg.Members-a.cfg.Threshold {
		a.cry(Facts, "more faulty members than the bridge is made for", "member %d, stream %d: %d of %d", member, stream, faulty, a.cfg.Members)
	}
	return a.done()
}

// Enlightened: the member's endpoints keep within the budget again, and what it read from them is gone.
func (a *Audit) Enlightened(member int, stream uint16) []Violation {
	a.members.misled[misleading{member, a.World.of(stream)}] = false
	return a.done()
}

func (a *Audit) wasMisled(member int) bool {
	for chain := range a.World.chains {
		if _, ever := a.members.misled[misleading{member, chain}]; ever {
			return true
		}
	}
	return false
}
