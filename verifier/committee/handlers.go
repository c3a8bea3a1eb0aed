// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Errors of the messages of a ceremony. A message that is refused has no effect.
var (
	// ErrNoCeremony: none is in progress.
	ErrNoCeremony = message.NewError(message.Reject, "no ceremony in progress")
	// ErrOtherCeremony: the message names another one than that in progress.
	ErrOtherCeremony = message.NewError(message.Reject, "another ceremony is in progress")
	// ErrPhase: the ceremony is in another phase: the message came too early or too late.
	ErrPhase = message.NewError(message.Reject, "not the phase of this message")
	// ErrNotParticipant: the sender has no part in this phase.
	ErrNotParticipant = message.NewError(message.Reject, "not a participant")
	// ErrRepeated: the sender has spoken in this phase.
	ErrRepeated = message.NewError(message.Reject, "said before")
	// ErrDisqualified: the sender's dealing does not count any more.
	ErrDisqualified = message.NewError(message.Reject, "dealer is disqualified")
	// ErrMalformed: the message does not have the shape of its kind.
	ErrMalformed = message.NewError(message.Reject, "malformed")
	// ErrBadProof: the proof does not show that the sender holds its share.
	ErrBadProof = message.NewError(message.Reject, "proof does not verify")
)

// The work that messages of one ceremony can make, whoever sends them and in however few
// blocks (n ≤ MaxMembers dealers and receivers): n hashes; n dealings parsed and verified; one
// right complaint per dealer and one false one per receiver judged, since what comes after a
// false one is not read and a disqualified dealer needs no second one; n proofs of readiness.
// A refused message costs its sender's sequence and at most one of each.

// place finds the sender in the ceremony in progress. Either index is -1 when it has no such part.
func (k Keeper) place(ctx context.Context, sender []byte, number uint64, p committeev1.Phase) (c committeev1.Ceremony, dealer, receiver int, err error) {
	if len(sender) != 20 {
		return c, 0, 0, fmt.Errorf("sender of %d bytes: %w", len(sender), ErrMalformed)
	}
	c, open, err := k.current(ctx)
	switch {
	case err != nil:
		return c, 0, 0, err
	case !open:
		return c, 0, 0, ErrNoCeremony
	case c.Number != number:
		return c, 0, 0, fmt.Errorf("ceremony %d, not %d: %w", c.Number, number, ErrOtherCeremony)
	case c.Phase != p:
		return c, 0, 0, fmt.Errorf("phase %s, not %s: %w", PhaseName(c.Phase), PhaseName(p), ErrPhase)
	}
	v, found, err := k.ValidatorByOperator(ctx, [20]byte(sender))
	if err != nil {
		return c, 0, 0, err
	}
	if !found {
		return c, 0, 0, fmt.Errorf("operator %x: %w", sender, ErrNotParticipant)
	}
	return c, dealerOf(&c, v.ConsAddress), receiverOf(&c, v.ConsAddress), nil
}

func dealerOf(c *committeev1.Ceremony, consAddress []byte) int {
	for i := range c.Dealers {
		if bytes.Equal(c.Dealers[i].ConsAddress, consAddress) {
			return i
		}
	}
	return -1
}

func receiverOf(c *committeev1.Ceremony, consAddress []byte) int {
	for i := range c.Receivers {
		if bytes.Equal(c.Receivers[i].ConsAddress, consAddress) {
			return i
		}
	}
	return -1
}

// CommitDealing takes the hash of a dealing. Errors: those of this file, ErrState.
func (k Keeper) CommitDealing(ctx context.Context, m *committeev1.MsgCommitDealing) error {
	c, at, _, err := k.place(ctx, m.Sender, m.Ceremony, committeev1.Phase_PHASE_COMMIT)
	switch {
	case err != nil:
		return err
	case at < 0:
		return fmt.Errorf("no dealer: %w", ErrNotParticipant)
	case len(m.Hash) != 32 || bytes.Equal(m.Hash, make([]byte, 32)):
		return fmt.Errorf("hash of %d bytes, or zero: %w", len(m.Hash), ErrMalformed)
	case len(c.Dealers[at].Hash) > 0:
		return ErrRepeated
	}
	c.Dealers[at].Hash = bytes.Clone(m.Hash)
	c.Bytes += uint64(m.Size())
	return k.putCeremony(ctx, &c)
}

// Deal takes a dealing. One that is not what was committed to, or fails a check, disqualifies
// its dealer for good: that is no error. Errors: those of this file, ErrState.
func (k Keeper) Deal(ctx context.Context, m *committeev1.MsgDeal) error {
	c, at, _, err := k.place(ctx, m.Sender, m.Ceremony, committeev1.Phase_PHASE_DEAL)
	switch {
	case err != nil:
		return err
	case at < 0:
		return fmt.Errorf("no dealer: %w", ErrNotParticipant)
	case c.Dealers[at].Dealt:
		return ErrRepeated
	case c.Dealers[at].Disqualified != "":
		return fmt.Errorf("%s: %w", c.Dealers[at].Disqualified, ErrDisqualified)
	}
	p, err := DKGParams(&c)
	if err != nil {
		return errors.Join(err, ErrState)
	}
	d := &c.Dealers[at]
	if d.Disqualified = judgeDealing(p, d, m.Dealing); d.Disqualified == "" {
		d.Dealt = true
		k.kv(ctx).Set(dealingKey(c.Number, d.Index), m.Dealing)
	}
	c.Bytes += uint64(m.Size())
	return k.putCeremony(ctx, &c)
}

// judgeDealing is why a dealing does not count; empty: it does.
func judgeDealing(p *dkg.Params, d *committeev1.Dealer, dealing []byte) string {
	h := dkg.Hash(p, frost.Index(d.Index), dealing)
	if !bytes.Equal(h[:], d.Hash) {
		return HashMismatch
	}
	parsed, err := dkg.ParseDealing(p, dealing)
	if err != nil || uint32(parsed.Dealer) != d.Index {
		return Malformed
	}
	if dkg.VerifyDealing(p, parsed) != nil {
		return Invalid
	}
	return ""
}

// Check takes a receiver's word that it has looked at its shares, and judges its complaints one
// by one. Errors: those of this file, ErrState.
func (k Keeper) Check(ctx context.Context, m *committeev1.MsgCheck) error {
	c, _, at, err := k.place(ctx, m.Sender, m.Ceremony, committeev1.Phase_PHASE_COMPLAIN)
	switch {
	case err != nil:
		return err
	case at < 0:
		return fmt.Errorf("no receiver: %w", ErrNotParticipant)
	case c.Receivers[at].Checked:
		return ErrRepeated
	}
	accused, err := dealersOf(&c, m.Complaints)
	if err != nil {
		return err
	}
	if err := k.judge(ctx, &c, at, accused, m.Complaints); err != nil {
		return err
	}
	c.Receivers[at].Checked = true
	c.Bytes += uint64(m.Size())
	return k.putCeremony(ctx, &c)
}

// dealersOf are the places of the dealers that complaints name, which must ascend.
func dealersOf(c *committeev1.Ceremony, complaints [][]byte) ([]int, error) {
	if len(complaints) > len(c.Dealers) {
		return nil, fmt.Errorf("%d complaints about %d dealers: %w", len(complaints), len(c.Dealers), ErrMalformed)
	}
	out := make([]int, 0, len(complaints))
	next := 0
	for _, b := range complaints {
		index, err := dkg.ComplaintDealer(b)
		if err != nil {
			return nil, fmt.Errorf("complaint: %w: %w", err, ErrMalformed)
		}
		for next < len(c.Dealers) && c.Dealers[next].Index < uint32(index) {
			next++
		}
		if next == len(c.Dealers) || c.Dealers[next].Index != uint32(index) {
			return nil, fmt.Errorf("complaint about %d: no such dealer, or out of order: %w", index, ErrMalformed)
		}
		out = append(out, next)
		next++
	}
	return out, nil
}

func (k Keeper) judge(ctx context.Context, c *committeev1.Ceremony, receiver int, accused []int, complaints [][]byte) error {
	p, err := DKGParams(c)
	if err != nil {
		return errors.Join(err, ErrState)
	}
	r := &c.Receivers[receiver]
	for i, at := range accused {
		d := &c.Dealers[at]
		if d.Disqualified != "" {
			continue
		}
		dealing, err := k.dealing(ctx, p, c.Number, d.Index)
		if err != nil {
			return err
		}
		verdict, err := dkg.Judge(p, dealing, frost.Index(r.Index), complaints[i])
		if err != nil {
			return fmt.Errorf("judge complaint about dealer %d: %w: %w", d.Index, err, ErrState)
		}
		if verdict == dkg.DealerGuilty {
			d.Disqualified = WrongShare
			continue
		}
		r.FalseComplaints++
		if own := dealerOf(c, r.ConsAddress); own >= 0 && c.Dealers[own].Disqualified == "" {
			c.Dealers[own].Disqualified = FalseComplaint
		}
		return nil // nothing more is believed
	}
	return nil
}

// Ready takes a receiver's proof that it holds its share. Errors: those of this file, ErrState.
func (k Keeper) Ready(ctx context.Context, m *committeev1.MsgReady) error {
	c, _, at, err := k.place(ctx, m.Sender, m.Ceremony, committeev1.Phase_PHASE_READY)
	switch {
	case err != nil:
		return err
	case at < 0:
		return fmt.Errorf("no receiver: %w", ErrNotParticipant)
	case c.Receivers[at].Ready:
		return ErrRepeated
	}
	p, err := DKGParams(&c)
	if err != nil {
		return errors.Join(err, ErrState)
	}
	e, err := k.ReadyEpoch(ctx)
	if err != nil {
		return err
	}
	g, err := GroupOf(&e)
	if err != nil {
		return errors.Join(err, ErrState)
	}
	result := &dkg.Result{Group: g}
	for _, i := range c.Qualified {
		result.Qualified = append(result.Qualified, frost.Index(i))
	}
	if err := dkg.VerifyReady(p, result, frost.Index(c.Receivers[at].Index), m.Proof); err != nil {
		return fmt.Errorf("%w: %w", err, ErrBadProof)
	}
	c.Receivers[at].Ready = true
	c.Bytes += uint64(m.Size())
	return k.putCeremony(ctx, &c)
}
