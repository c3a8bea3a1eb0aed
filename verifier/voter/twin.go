// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"bytes"
	"fmt"
	"sync"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// Bounds of what a process remembers of its own words. Beyond them nothing is judged.
const (
	maxHeights = 64   // newest heights
	maxRounds  = 1024 // different extensions of one height

	// After the alarm a farewell is said until the chain heard partingWords of them, or for
	// partingHeights heights: so the other process notices too.
	partingWords   = 3
	partingHeights = 12
)

// ErrTwin: a second process with this member's consensus key or key share is alive.
var ErrTwin = message.NewError(message.Halt, "another process uses this member's keys: stop one copy for good, then start the other")

// TwinError says what was seen of the other process.
type TwinError struct {
	Height uint64 // of the words, or of the state that records them
	Seen   string
}

func (e *TwinError) Error() string {
	return fmt.Sprintf("height %d: %s: %v", e.Height, e.Seen, ErrTwin)
}

// Unwrap is ErrTwin, of fate halt.
func (e *TwinError) Unwrap() error { return ErrTwin }

// words is what this process said, for comparison with what the chain heard. Its lock is held
// for a few map operations, never over I/O (I-07).
type words struct {
	mu       sync.Mutex
	from     uint64 // first height of the unbroken run of heights that an extension was asked for
	last     uint64 // the newest of them
	said     [maxHeights]rounds
	boots    map[uint64]bool   // of this process
	recorded uint64            // boot in the newest committed state
	at       uint64            // its height
	since    uint64            // height that first recorded a boot of this process
	floors   map[uint16]uint64 // newest vote in state before this process settled, by stream
}

// rounds are the different extensions of one height.
type rounds struct {
	height uint64
	hashes map[message.Hash]bool
	full   bool
}

// say remembers an extension before it is released; an empty one says that it was asked for.
func (w *words) say(height uint64, b []byte) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if height != w.last && height != w.last+1 {
		w.from = height
	}
	if w.from == 0 {
		w.from = height
	}
	w.last = height
	if len(b) == 0 {
		return
	}
	p := &w.said[height%maxHeights]
	if p.height != height {
		*p = rounds{height: height, hashes: map[message.Hash]bool{}}
	}
	if p.full = p.full || len(p.hashes) >= maxRounds; !p.full {
		p.hashes[message.Keccak(b)] = true
	}
}

// live reports whether an extension of that height can only have been made while this
// process ran. The caller holds mu. One of two proofs is enough:
//
// This process was asked for the height and for the one before. A former process that had
// extended the height had seen the block before it decided, and nobody asks for the extension
// of a decided block, so this process would not have been asked for that one.
//
// The state has recorded a boot of this process in block since, so its words of since-1 were
// heard when block since was made. A former process had seen no later block than since-1
// decided, so it extended no height above since.
func (w *words) live(height uint64) bool {
	asked := w.from != 0 && w.from < height && height <= w.last
	return (asked || w.since != 0 && height > w.since) && height+maxHeights > w.last
}

// foreign reports whether the chain heard what only another living process can have said.
func (w *words) foreign(h *extension.Heard) bool {
	if h.Height == 0 || len(h.Extension) == 0 {
		return false
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	p := &w.said[h.Height%maxHeights]
	if !w.live(h.Height) || p.height == h.Height && p.full {
		return false
	}
	return p.height != h.Height || !p.hashes[message.Keccak(h.Extension)]
}

// skip takes a committed state that tells nothing of this member: the boot that is told next is no change.
func (w *words) skip() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.recorded, w.at = 0, 0
}

// record takes the boot of a committed state and reports whether it changed to one of another
// living process. known are the boots of this member's journals.
func (w *words) record(height, boot uint64, known map[uint64]bool) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	changed := boot != w.recorded && w.at != 0 && w.at+1 == height
	w.recorded, w.at = boot, height
	return changed && boot != 0 && !known[boot] && !w.boots[boot] && w.live(height-1)
}

// born takes a boot of this process before it is announced.
func (w *words) born(boot uint64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.boots == nil {
		w.boots = map[uint64]bool{}
	}
	w.boots[boot] = true
}

func (w *words) own(boot uint64) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.boots[boot]
}

// farewell is an extension that carries nothing and changes no state, but is not empty: no
// process says it otherwise, so whoever else speaks for this member hears that it is not alone.
func farewell(fork uint32) []byte {
	b, err := extension.Encode(&extension.Extension{Fork: fork})
	if err != nil {
		return nil
	}
	return b
}

// part counts farewells after the alarm; the process may end when the last was said.
func (v *Voter) part(a *extension.Agenda) {
	if bytes.Equal(a.Heard.Extension, farewell(a.Fork)) {
		v.parted.Add(1)
	}
	if start := v.parting.Load(); start == 0 {
		v.parting.Store(a.Height)
	} else if a.Height >= start+partingHeights {
		v.parted.Store(partingWords)
	}
}

// gone says that the farewell was said and nothing keeps the process alive.
func (v *Voter) gone() bool { return v.twin.Load() != nil && v.parted.Load() >= partingWords }

// raise ends this member's part in this process: from here on Extend says farewell and then nothing.
func (v *Voter) raise(height uint64, seen string) {
	if v.twin.CompareAndSwap(nil, &TwinError{Height: height, Seen: seen}) {
		v.log.Error("stopped for good", "height", height, "err", v.twin.Load())
	}
}

// Stopped is the *TwinError that ended this process's part, or nil.
func (v *Voter) Stopped() error {
	if twin := v.twin.Load(); twin != nil {
		return twin
	}
	return nil
}

// fallSilent destroys what could still be said.
func (v *Voter) fallSilent(twin *TwinError) {
	if v.signer != nil {
		v.signer.Stop(twin)
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.publish(func(n *snapshot) { n.boot, n.commitments, n.shares = 0, nil, map[uint64][32]byte{} })
}

// listen compares what the chain heard of this member with what this process said.
//
// SECURITY: words of another fork number are no evidence. CometBFT's signature does not cover the fork, so a
// hostile proposer can repeat what this member signed at the same height before an export.
func (v *Voter) listen(a *extension.Agenda) {
	if v.twin.Load() != nil {
		v.part(a)
		return
	}
	if e, err := extension.Decode(a.Heard.Extension); (err != nil || e != nil && e.Fork == a.Fork) && v.words.foreign(&a.Heard) {
		seen := "the chain heard an extension that this process did not make"
		if e != nil {
			seen += fmt.Sprintf(" (boot %x)", e.Boot)
		}
		v.raise(a.Heard.Height, seen)
	}
	if !takesPart(a) {
		v.words.skip()
		return
	}
	if v.words.record(a.Height, a.Boot, v.book.booted) {
		v.raise(a.Height, fmt.Sprintf("the state records boot %x, which this process did not take", a.Boot))
	}
}
