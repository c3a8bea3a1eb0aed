// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// MaxTips bounds the tips per stream below final that a share is given for; the oldest go first.
const MaxTips = 64

// tip is a checkpoint of a stream below final that was journaled as this member's vote and not taken back.
type tip struct {
	message.Checkpoint
	body message.Hash
}

// OnTip takes the newest checkpoint of a stream below final: it is journaled and synced, told to a signer with a
// journal of its own, and voted for while it stands, until the next one. Nil takes it back. Blocks on the disk.
//
// Earlier tips are remembered for shares (MaxTips), because a session may be under way when a newer tip comes. They are
// forgotten when the new one contradicts them, or with nil: what this member does not see any more it does not sign, whatever it
// voted for. A reorganisation below an earlier tip that shows only in a higher end and in more messages is not seen here.
//
// Several bodies of one window are no conflict below final, so nothing that the journal holds keeps a tip from being voted
// for, nor does the loss of the journal: both journals alike only say what was said, and a share is given for nothing else (I-05).
//
// Errors: message.ErrBadEncoding for a checkpoint of another stream or for a final stream; ErrJournal (halt, the stream
// says nothing any more); the journal's, after which the tip is not voted for until it was given again.
func (v *Voter) OnTip(index uint16, c *message.Checkpoint) error {
	s, ok := v.now.Load().streams[index]
	if !ok || !s.lower() {
		return fmt.Errorf("stream %d is none below final: %w", index, message.ErrBadEncoding)
	}
	if c == nil {
		v.update(index, func(s *view) { s.tips, s.stands = nil, false })
		return nil
	}
	t := tip{Checkpoint: *c}
	if err := t.Validate(); err != nil {
		return fmt.Errorf("tip %d of stream %d: %w", t.End, index, err)
	}
	if t.Stream != s.cfg.Stream || t.BridgeID != s.cfg.BridgeID || !message.Aligned(t.End, s.cfg.Stride) || t.End < s.cfg.StartBlock {
		return fmt.Errorf("tip %d is not of stream %d: %w", t.End, index, message.ErrBadEncoding)
	}
	t.body = t.BodyHash()
	v.update(index, func(s *view) { s.tips, s.stands = s.beside(&t), false })
	if s.halted != nil {
		return nil //nolint:nilerr // its error was reported when it stopped
	}
	if err := v.book.enter(&t.Checkpoint); err != nil {
		if message.FateOf(err) == message.Halt {
			v.halt(index, err)
		}
		return err
	}
	if w, ok := v.signer.(Witness); ok && !v.witness(w, index, &t.Checkpoint) {
		return nil
	}
	agreed := v.endpoints(index)
	v.update(index, func(s *view) {
		s.endpoints = agreed
		kept := s.tips[max(0, len(s.tips)-MaxTips+1):]
		s.tips, s.stands = append(slices.Clone(kept), t), true
	})
	return nil
}

// lower reports whether the stream is below final: it has tips and no windows.
func (v *view) lower() bool { return v.cfg.Stream.Finality != message.Final }

// beside lists the tips that can be true together with a newer one.
func (v *view) beside(t *tip) (list []tip) {
	for i := range v.tips {
		if !v.tips[i].contradicts(t) {
			list = append(list, v.tips[i])
		}
	}
	return list
}

// contradicts reports whether an earlier tip is given up when t comes: it ends above t, or at t with another block or over
// the same base; or over the same base t has not all of its messages. At the same block over another base both are true.
func (earlier *tip) contradicts(t *tip) bool {
	sameBase := earlier.PeaksHash == t.PeaksHash
	return earlier.End > t.End ||
		earlier.End == t.End && (sameBase || earlier.BlockHash != t.BlockHash) ||
		sameBase && (earlier.MessageCount > t.MessageCount || earlier.MessageCount == t.MessageCount && earlier.Root != t.Root)
}

// remembered returns the tip with this body.
func (v *view) remembered(end uint64, body message.Hash) (*message.Checkpoint, bool) {
	i := slices.IndexFunc(v.tips, func(t tip) bool { return t.End == end && t.body == body })
	if i < 0 {
		return nil, false
	}
	return &v.tips[i].Checkpoint, true
}

// finalOf finds the open final stream of the same source and epoch, whose certified tree a tip extends.
func finalOf(a *extension.Agenda, lower message.Stream) *extension.StreamAgenda {
	lower.Finality = message.Final
	i := slices.IndexFunc(a.Streams, func(s extension.StreamAgenda) bool { return s.Stream == lower })
	if i < 0 {
		return nil
	}
	return &a.Streams[i]
}

// wantedTip is the tip of a stream below final, when the state would count a vote for it: it is not the one that the state
// has, it grows what is certified of the stream, and extends the newest certified final tree. There is no target: older ends
// cannot be made again.
//
// The own final tree has to hold that certified one too and its stream has to run (I-04, I-08): a tip over a tree that this
// member halted at is not said. What bars votes after a lost journal, and ends that were voted for before, mean
// nothing below final, where no two votes are equivocation.
func wantedTip(a *extension.Agenda, sa *extension.StreamAgenda, s *snapshot) *message.Checkpoint {
	v := s.streams[sa.Index]
	if !v.stands || v.halted != nil || !v.fits(a, sa) {
		return nil
	}
	t := &v.tips[len(v.tips)-1]
	f := finalOf(a, sa.Stream)
	if t.body == sa.Said || f == nil || !s.runs(a, f) || !s.streams[f.Index].extends(f) || !based(t, f, sa.MaxAhead) {
		return nil
	}
	if c := &sa.Certified; sa.HasCertified && (t.End <= c.End || t.MessageCount <= c.MessageCount || t.Root == c.Root) {
		return nil
	}
	return &t.Checkpoint
}

// based reports whether a tip extends the certified final tree of f by 1 to limit messages.
func based(t *tip, f *extension.StreamAgenda, limit uint64) bool {
	base := message.Checkpoint{PeaksHash: merkle.Range{}.PeaksHash()}
	switch {
	case f.HasCertified:
		base = f.Certified
		if t.End <= base.End || t.Root == base.Root {
			return false
		}
	case f.HasBase:
		return false // the epoch's first certificate is waited for
	}
	n := t.MessageCount - base.MessageCount // wraps around to more than any bound when it is fewer
	return t.PeaksHash == base.PeaksHash && n >= 1 && n <= limit && t.LeafCount-base.LeafCount == n
}

// runs reports whether the node covers a stream as the state means it and has not halted it.
func (s *snapshot) runs(a *extension.Agenda, sa *extension.StreamAgenda) bool {
	v, ok := s.streams[sa.Index]
	return ok && v.halted == nil && v.fits(a, sa)
}

// finalBlock is the newest final block that was read of the view's source; false while it is not known, or, of a stream below final,
// while the final stream beside it is not covered or has halted.
func (s *snapshot) finalBlock(v *view) (uint64, bool) {
	if !v.lower() {
		return v.final, v.hasFinal
	}
	want := v.cfg.Stream
	want.Finality = message.Final
	for _, f := range s.streams {
		if f.cfg.Stream == want && f.cfg.BridgeID == v.cfg.BridgeID {
			return f.final, f.hasFinal && f.halted == nil
		}
	}
	return 0, false
}

// given reports whether a share that was made may still be said: one of a tip not after the tip was taken back.
func (s *snapshot) given(se *extension.SessionAgenda) bool {
	v, ok := s.streams[se.Stream]
	if se.Statement != nil || !ok || !v.lower() {
		return true
	}
	_, ok = v.remembered(se.End, se.BodyHash)
	return ok && v.halted == nil
}

// shareTip asks the signer for a share of a tip. A session that was opened over an older certified tree may still complete.
func (v *Voter) shareTip(a *extension.Agenda, se *extension.SessionAgenda, now *snapshot) ([32]byte, error) {
	s := now.streams[se.Stream]
	c, ok := s.remembered(se.End, se.BodyHash)
	if !ok || s.halted != nil {
		return [32]byte{}, fmt.Errorf("tip not voted for, or taken back: %w", signer.ErrNoVote)
	}
	i := slices.IndexFunc(a.Streams, func(sa extension.StreamAgenda) bool { return sa.Index == se.Stream })
	f := finalOf(a, s.cfg.Stream)
	if i < 0 || !s.fits(a, &a.Streams[i]) || f == nil || !now.runs(a, f) || !v.holdsCertified(f, now.streams[f.Index]) {
		return [32]byte{}, fmt.Errorf("own final tree does not hold the certified one: %w", signer.ErrNoVote)
	}
	return v.ask(a, se, c, func(body [32]byte) bool { return v.book.holds(c, body) })
}
