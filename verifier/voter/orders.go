// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// Witness is a signer that keeps a journal of what its node vouches for, because it does not believe the node: one in
// another process. It is told before anybody else hears of it.
type Witness interface {
	// Vote takes a vote before it may be said. An error of fate halt forbids it.
	Vote(c message.Checkpoint) error
	Approve(approval [32]byte) error
	Finished(digest message.Digest) error
}

// Approve journals that the operator approved an order: signer.HaltApproval or signer.RotateApproval of what it
// saw, or the digest of a statement. Call it before the approval is broadcast. It vouches for the first statement that
// needs it and for no other; approved again while it is unused, it stays one approval. Blocks on the disk.
//
// Errors: ErrJournal (halt), the journal's or the signer's: then the approval must not be broadcast.
func (v *Voter) Approve(approval [32]byte) error {
	if approval == [32]byte{} {
		return fmt.Errorf("approval: %w", message.ErrZero)
	}
	if w, ok := v.signer.(Witness); ok {
		if err := w.Approve(approval); err != nil {
			return fmt.Errorf("tell the signer of an approval: %w", err)
		}
	}
	return v.book.approve(approval)
}

// Finished journals that a ceremony ended and that the own share of its key epoch was checked against the recorded public
// one; digest is that of its ready statement. Blocks on the disk.
//
// Errors: as those of Approve.
func (v *Voter) Finished(digest message.Digest) error {
	if digest.IsZero() {
		return fmt.Errorf("ready statement: %w", message.ErrZero)
	}
	if w, ok := v.signer.(Witness); ok {
		if err := w.Finished(digest); err != nil {
			return fmt.Errorf("tell the signer of a finished ceremony: %w", err)
		}
	}
	return v.book.finished(digest)
}

func (b *book) approve(approval message.Hash) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.orders.Approved(approval) {
		return nil
	}
	if err := b.keep(slices.Concat([]byte{kindApproval}, approval[:])); err != nil {
		return fmt.Errorf("journal approval: %w", err)
	}
	b.orders.Approve(approval)
	return nil
}

func (b *book) finished(digest message.Digest) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.orders.Finished(digest) {
		return nil
	}
	if err := b.keep(slices.Concat([]byte{kindFinished}, digest[:])); err != nil {
		return fmt.Errorf("journal finished ceremony: %w", err)
	}
	b.orders.Finish(digest)
	return nil
}

// vouches reports whether the journal stands behind a statement, and uses an approval up for it. Blocks on the disk.
func (b *book) vouches(st message.Statement) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	use, ok := b.orders.Vouches(st)
	if !ok || use == nil {
		return ok, nil
	}
	digest := st.Digest()
	if err := b.keep(slices.Concat([]byte{kindUse}, use[:], digest[:])); err != nil {
		return false, fmt.Errorf("journal use of an approval: %w", err)
	}
	b.orders.Use(*use, digest)
	return true, nil
}

// keep appends a record of an order. The caller holds mu.
func (b *book) keep(r []byte) error {
	err := b.journal.Append(r)
	if errors.Is(err, journal.ErrFailed) || errors.Is(err, journal.ErrClosed) {
		err = errors.Join(ErrJournal, err)
	}
	return err
}

// order asks the signer for a share of a statement that is no checkpoint. The statement is the state's, so
// everything in it is compared with the agenda, and the own journal must stand behind it.
func (v *Voter) order(a *extension.Agenda, se *extension.SessionAgenda) ([32]byte, error) {
	if err := fitting(a, se); err != nil {
		return [32]byte{}, err
	}
	known, err := v.book.vouches(se.Statement)
	if err != nil {
		return [32]byte{}, err
	}
	return v.ask(a, se, se.Statement, func(body [32]byte) bool { return known && body == [32]byte(se.Statement.Digest()) })
}

// fitting refuses a statement that is not of this chain, this session or this committee.
func fitting(a *extension.Agenda, se *extension.SessionAgenda) error {
	bad := func(why string) error { return fmt.Errorf("%s: %w", why, signer.ErrPolicy) }
	var bridge message.Hash
	switch st := se.Statement.(type) {
	case message.Ready:
		if bridge = st.BridgeID; st.KeyEpoch != se.KeyEpoch || a.ReadyIndex == 0 || st.KeyEpoch != a.ReadyEpoch {
			return bad("ready statement of another key epoch than the ready one")
		}
	case message.Rotate:
		bridge = st.BridgeID
		if key := schnorr.PublicKey(se.GroupKey); key != st.OldPx && key != st.NewPx {
			return bad("rotation between two other keys")
		}
	case message.HaltOrder:
		if bridge = st.BridgeID; se.KeyEpoch != a.KeyEpoch {
			return bad("halt order of another key epoch than the active one")
		}
	default:
		return bad("no statement of a known kind")
	}
	digest := se.Statement.Digest()
	switch {
	case bridge != a.BridgeID:
		return bad("statement of another bridge")
	case digest != se.Digest || [32]byte(digest) != [32]byte(se.BodyHash):
		return bad("digest or body hash is not the statement's")
	}
	return nil
}
