// SPDX-License-Identifier: Apache-2.0

package audit

// Reopening is a source that the state leads on under its next epoch.
type Reopening struct {
	Closed uint16
	Stream Stream
	Base   *Checkpoint // as the state holds it; nil: the empty tree. Its stream is not looked at
	Height uint64
}

// Reopened: a block closed a stream and opened what follows it. Tell it after the sessions and certificates of that block.
func (a *Audit) Reopened(r Reopening) []Violation {
	a.seen.Reopenings++
	w, s := a.World, r.Stream
	say := func(law Law, what string) {
		a.cry(law, what, "stream %d after %d, epoch %d, height %d", s.Index, r.Closed, s.Epoch, r.Height)
	}
	was := w.streams[r.Closed]
	if was == nil || was.closed != 0 || w.streams[s.Index] != nil || w.chain(was.Chain).stream != was {
		say(Facts, "reopening of a stream that is not the newest of its source")
		return a.done()
	}
	want := was.Stream
	want.Index, want.Epoch = s.Index, want.Epoch+1
	if s != want || s.Index <= r.Closed {
		say(History, "the next epoch is of another source")
	}
	next := &streamWorld{Stream: s, source: was.source, since: len(was.histories) - 1, opened: r.Height}
	if r.Base != nil {
		b := *r.Base
		b.Stream, next.base = 0, &b
		if !a.wasCertified(was.Chain, b) {
			say(Forgery, "an epoch begins with what was never certified")
		}
		if !was.present().grewFrom(b) {
			say(Facts, "the committee resumes from what the source does not hold")
		}
	}
	was.closed = r.Height
	w.streams[s.Index], w.chain(s.Chain).stream = next, next
	return a.done()
}

// wasCertified reports whether an epoch of the chain has a certificate for exactly this checkpoint.
func (a *Audit) wasCertified(chain uint64, c Checkpoint) bool {
	for index, s := range a.World.streams {
		x, ok := a.chain.certs[window64{index, c.End}]
		x.Checkpoint.Stream = 0
		if ok && s.Chain == chain && x.Checkpoint == c {
			return true
		}
	}
	return false
}
