// SPDX-License-Identifier: Apache-2.0

package signer

import (
	"encoding/binary"
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
)

// maxStreams bounds the streams whose votes a witness remembers; further ones are refused.
const maxStreams = 1024

// witness is what a signer that does not believe its node remembers of what the node vouched for.
type witness struct {
	votes  map[message.Hash]*ring            // body hash by window end, per stream
	lower  map[message.Hash]*aging[[32]byte] // body hashes, per stream below final
	orders Approvals
}

func newWitness() witness {
	return witness{votes: map[message.Hash]*ring{}, lower: map[message.Hash]*aging[[32]byte]{}}
}

// replay takes one journal record at start.
func (w *witness) replay(b []byte) error {
	switch {
	case len(b) == voteSize && (b[0] == kindVote || b[0] == kindLowerVote):
		c := claim{lower: b[0] == kindLowerVote, stream: message.Hash(b[1:33]), end: binary.BigEndian.Uint64(b[33:]), body: [32]byte(b[41:])}
		if known, err := w.voted(c); err != nil || known {
			return fmt.Errorf("vote for window %d: %w", c.end, errors.Join(message.ErrBadEncoding, err))
		}
		w.vote(c)
	case len(b) == approvalSize && b[0] == kindApproval:
		w.orders.Approve(message.Hash(b[1:]))
	case len(b) == useSize && b[0] == kindUse:
		if !w.orders.Approved(message.Hash(b[1:33])) {
			return fmt.Errorf("use of no approval: %w", message.ErrBadEncoding)
		}
		w.orders.Use(message.Hash(b[1:33]), message.Digest(b[33:]))
	case len(b) == finishedSize && b[0] == kindFinished:
		w.orders.Finish(message.Digest(b[1:]))
	default:
		return fmt.Errorf("record of %d bytes: %w", len(b), message.ErrBadEncoding)
	}
	return nil
}

// voted reports whether the vote is known. Below final several bodies of one window may be, and the
// oldest are forgotten: a vote for them is journaled again.
//
// Errors: ErrConflict, ErrForgotten; ErrPolicy for a stream too many.
func (w *witness) voted(c claim) (bool, error) {
	windows, ok := w.votes[c.stream]
	bodies, below := w.lower[c.stream]
	switch {
	case ok && c.lower || below && !c.lower:
		return false, refused("one stream of two finalities") // only a journal that this signer did not write has both
	case below:
		return bodies.has(c.body), nil
	case !ok && len(w.votes)+len(w.lower) >= maxStreams:
		return false, refused("votes in too many streams")
	case !ok:
		return false, nil
	}
	switch old, known := windows.get(c.end); {
	case known && old != c.body:
		return false, fmt.Errorf("window %d was voted for with another body: %w", c.end, ErrConflict)
	case !known && windows.forgot(c.end):
		return false, ErrForgotten
	default:
		return known, nil
	}
}

func (w *witness) vote(c claim) {
	if c.lower {
		if w.lower[c.stream] == nil {
			w.lower[c.stream] = new(aging[[32]byte])
		}
		w.lower[c.stream].add(c.body)
		return
	}
	if w.votes[c.stream] == nil {
		w.votes[c.stream] = newRing()
	}
	w.votes[c.stream].put(c.end, c.body)
}

// Witness is the side of a signer that keeps what its node vouches for in the signer's own journal: for a signer
// that does not believe the node. Its methods block on the disk.
type Witness struct{ s *Signer }

// Witness gives it; the signer has one.
func (s *Signer) Witness() Witness { return Witness{s} }

// Vote journals a vote, before it may be said.
//
// Errors: ErrPolicy; ErrConflict when another body of the window was voted for or signed, in a final stream; ErrForgotten;
// ErrStopped; ErrJournal, ErrNotJournaled.
func (w Witness) Vote(c message.Checkpoint) error {
	what, _, err := w.s.checkpoint(&c)
	if err != nil {
		return err
	}
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if w.s.stopped != nil {
		return fmt.Errorf("%w: %w", ErrStopped, w.s.stopped)
	}
	if known, err := w.s.witness.voted(what); err != nil || known {
		return err
	}
	if signed, ok := w.s.history.streams[what.stream]; ok && !what.lower {
		if body, known := signed.get(what.end); known && body != what.body {
			return fmt.Errorf("window %d was signed with another body: %w", what.end, ErrConflict)
		}
	}
	kind := byte(kindVote)
	if what.lower {
		kind = kindLowerVote
	}
	r := append([]byte{kind}, what.stream[:]...)
	r = binary.BigEndian.AppendUint64(r, what.end)
	if err := w.s.keep(append(r, what.body[:]...)); err != nil {
		return err
	}
	w.s.witness.vote(what)
	return nil
}

// Approve journals that the node's operator approved an order; see Approvals.
//
// Errors: ErrPolicy for zero; ErrStopped, ErrJournal, ErrNotJournaled.
func (w Witness) Approve(approval [32]byte) error {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	orders := &w.s.witness.orders
	switch {
	case approval == [32]byte{}:
		return refused("approval of nothing")
	case w.s.stopped != nil:
		return fmt.Errorf("%w: %w", ErrStopped, w.s.stopped)
	case orders.Approved(approval):
		return nil
	}
	if err := w.s.keep(slices.Concat([]byte{kindApproval}, approval[:])); err != nil {
		return err
	}
	orders.Approve(approval)
	return nil
}

// Finished journals that the node saw a ceremony finished; digest is that of its ready statement.
//
// Errors: those of Approve.
func (w Witness) Finished(digest message.Digest) error {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	orders := &w.s.witness.orders
	switch {
	case digest.IsZero():
		return refused("ready statement of nothing")
	case w.s.stopped != nil:
		return fmt.Errorf("%w: %w", ErrStopped, w.s.stopped)
	case orders.Finished(digest):
		return nil
	}
	if err := w.s.keep(slices.Concat([]byte{kindFinished}, digest[:])); err != nil {
		return err
	}
	orders.Finish(digest)
	return nil
}

// Knows reports whether the journal stands behind a statement, and uses an approval up for it.
//
// Errors: ErrJournal, ErrNotJournaled.
func (w Witness) Knows(st message.Statement) (bool, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	if c, ok := st.(*message.Checkpoint); ok {
		what, _, err := w.s.checkpoint(c)
		if err != nil {
			return false, nil //nolint:nilerr // there is no vote for what cannot be voted for
		}
		known, err := w.s.witness.voted(what)
		return known && err == nil, nil //nolint:nilerr // a vote for another body is no knowledge of this one
	}
	use, ok := w.s.witness.orders.Vouches(st)
	if !ok || use == nil {
		return ok, nil
	}
	digest := st.Digest()
	if err := w.s.keep(slices.Concat([]byte{kindUse}, use[:], digest[:])); err != nil {
		return false, err
	}
	w.s.witness.orders.Use(*use, digest)
	return true, nil
}

// keep appends a record of a witness. The caller holds mu.
func (s *Signer) keep(r []byte) error {
	err := s.journal.Append(r)
	switch {
	case err == nil:
		return nil
	case errors.Is(err, journal.ErrNotWritten):
		return errors.Join(ErrNotJournaled, err)
	default:
		return errors.Join(ErrJournal, err)
	}
}
