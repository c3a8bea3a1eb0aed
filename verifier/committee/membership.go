// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"fmt"
	"unicode/utf8"

	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Errors of changes of the set. None has an effect.
var (
	// ErrNoKey: there is no group key yet.
	ErrNoKey = message.NewError(message.Retry, "no group key yet")
	// ErrBusy: a change, a ceremony or a rotation is on its way.
	ErrBusy = message.NewError(message.Retry, "a change is on its way")
	// ErrSet: the set that would come out is empty, too large, or could not decide without
	// those who join.
	ErrSet = message.NewError(message.Reject, "set of members out of bounds")
	// ErrDuplicate: a consensus key, operator or dealing key is in use.
	ErrDuplicate = message.NewError(message.Reject, "already in use")
	// ErrNewMember: a field of who joins is missing, zero or does not verify.
	ErrNewMember = message.NewError(message.Reject, "bad new member")
	// ErrNoDealingKey: a member that stays has no dealing key, so no share can be sent to it.
	ErrNoDealingKey = message.NewError(message.Reject, "no dealing key")
	// ErrTooLate: the old key was asked to sign the rotation; targets may follow it.
	ErrTooLate = message.NewError(message.Reject, "too late")
)

// MaxJoiners is how many may join at once where n validators sit: those who sit must still be
// more than two thirds with them, or a joiner that does not run would stop the chain. One is
// always allowed, else a chain of one or two could never grow.
func MaxJoiners(n int) int { return max(1, (n-1)/2) }

// free: neither a ceremony nor a change nor a rotation is on its way, and there is a key.
func (k Keeper) free(ctx context.Context) error {
	active, err := k.ActiveEpoch(ctx)
	if err != nil {
		return err
	}
	if active.Number == 0 {
		return ErrNoKey
	}
	c, open, err := k.current(ctx)
	if err != nil {
		return err
	}
	if open {
		return fmt.Errorf("ceremony %d: %w", c.Number, ErrBusy)
	}
	if _, waits, err := k.intent(ctx); err != nil || waits {
		return fmt.Errorf("a ceremony is to start: %w", either(err, ErrBusy))
	}
	if r, waits, err := k.rotation(ctx); err != nil || waits {
		return fmt.Errorf("rotation of proposal %d: %w", r.Proposal, either(err, ErrBusy))
	}
	return nil
}

func either(err, otherwise error) error {
	if err != nil {
		return err
	}
	return otherwise
}

// ChangeMembers lets validators join and leave and gives out shares anew; an empty change does
// only that, and is also how a change whose ceremony was aborted is tried again. Who joins is a
// validator of CometBFT with this block and gets a share after its probation; who leaves stays
// until the new committee has signed; who joined and has no share yet is removed at once.
//
// Errors: ErrNoKey, ErrBusy, ErrSet, ErrDuplicate, ErrNewMember, ErrUnknownMember,
// ErrNoDealingKey, ErrState. An error after the first write leaves a state that the caller must
// throw away.
func (k Keeper) ChangeMembers(ctx context.Context, change *committeev1.MemberChange) error {
	if err := k.free(ctx); err != nil {
		return err
	}
	sitting, err := k.sitting(ctx)
	if err != nil {
		return err
	}
	if n, most := len(change.Add), MaxJoiners(len(sitting)); n > most {
		return fmt.Errorf("%d join, at most %d at once: %w", n, most, ErrSet)
	}
	if len(change.Remove) > len(sitting) {
		return fmt.Errorf("%d leave of %d: %w", len(change.Remove), len(sitting), ErrUnknownMember)
	}
	after, err := k.leave(sitting, change.Remove)
	if err != nil {
		return err
	}
	for i := range change.Add {
		v, err := k.join(ctx, after, &change.Add[i])
		if err != nil {
			return fmt.Errorf("add %d: %w", i, err)
		}
		after = append(after, *v)
	}
	if err := checkTarget(after); err != nil {
		return err
	}
	if err := k.roomForRemoved(ctx, after); err != nil {
		return err
	}
	return k.apply(ctx, sitting, after)
}

// leave is the set with those marked who leave: LEAVING with a share, REMOVED without.
func (k Keeper) leave(sitting []committeev1.Validator, remove [][]byte) ([]committeev1.Validator, error) {
	after := append([]committeev1.Validator(nil), sitting...)
	for _, a := range remove {
		found := false
		for i := range after {
			v := &after[i]
			if !bytes.Equal(v.ConsAddress, a) {
				continue
			}
			switch v.Status {
			case committeev1.Status_STATUS_MEMBER:
				v.Status, found = committeev1.Status_STATUS_LEAVING, true
			case committeev1.Status_STATUS_JOINING:
				v.Status, found = committeev1.Status_STATUS_REMOVED, true
			}
		}
		if !found {
			return nil, fmt.Errorf("remove %x: %w", a, ErrUnknownMember)
		}
	}
	return after, nil
}

// join checks who joins and makes its record.
func (k Keeper) join(ctx context.Context, set []committeev1.Validator, m *committeev1.NewMember) (*committeev1.Validator, error) {
	if len(m.ConsPubkey) != ed25519.PubKeySize || bytes.Equal(m.ConsPubkey, make([]byte, ed25519.PubKeySize)) {
		return nil, fmt.Errorf("cons_pubkey of %d bytes, or zero: %w", len(m.ConsPubkey), ErrNewMember)
	}
	v := &committeev1.Validator{
		ConsAddress: ed25519.PubKey(m.ConsPubkey).Address(), ConsPubkey: m.ConsPubkey, Operator: m.Operator, Moniker: m.Moniker,
		DealingKey: m.DealingKey, Status: committeev1.Status_STATUS_JOINING,
	}
	if err := validateRecord(v); err != nil {
		return nil, fmt.Errorf("%w: %w", err, ErrNewMember)
	}
	if err := dkg.VerifyKeyProof(k.BridgeID(), [20]byte(m.Operator), frost.Point(m.DealingKey), m.DealingProof); err != nil {
		return nil, fmt.Errorf("dealing_proof: %w: %w", err, ErrNewMember)
	}
	if err := unique(set, v); err != nil {
		return nil, err
	}
	known, found, err := k.Validator(ctx, v.ConsAddress)
	if err != nil {
		return nil, err
	}
	if found && known.Status == committeev1.Status_STATUS_REMOVED && height(ctx) < known.Since+RejoinBlocks {
		return nil, fmt.Errorf("removed %d blocks ago, at least %d: %w", height(ctx)-known.Since, RejoinBlocks, ErrDuplicate)
	}
	return v, nil
}

// validateRecord checks the fields of one that can take part in ceremonies.
func validateRecord(v *committeev1.Validator) error {
	switch {
	case len(v.ConsPubkey) != ed25519.PubKeySize:
		return fmt.Errorf("cons_pubkey of %d bytes, want %d: %w", len(v.ConsPubkey), ed25519.PubKeySize, message.ErrBadEncoding)
	case !bytes.Equal(v.ConsAddress, ed25519.PubKey(v.ConsPubkey).Address()):
		return fmt.Errorf("cons_address is not of cons_pubkey: %w", message.ErrBadEncoding)
	case len(v.Operator) != 20:
		return fmt.Errorf("operator of %d bytes, want 20: %w", len(v.Operator), message.ErrBadEncoding)
	case bytes.Equal(v.Operator, make([]byte, 20)):
		return fmt.Errorf("operator: %w", message.ErrZero)
	case len(v.Moniker) > MaxMonikerBytes || !utf8.ValidString(v.Moniker):
		return fmt.Errorf("moniker of %d bytes, at most %d of UTF-8: %w", len(v.Moniker), MaxMonikerBytes, message.ErrRange)
	}
	if _, err := frost.ParsePoint(v.DealingKey); err != nil {
		return fmt.Errorf("dealing_key: %w", err)
	}
	return nil
}

// unique: v shares no consensus key, operator or dealing key with one of set.
func unique(set []committeev1.Validator, v *committeev1.Validator) error {
	for i := range set {
		w := &set[i]
		switch {
		case bytes.Equal(v.ConsAddress, w.ConsAddress):
			return fmt.Errorf("consensus key: %w", ErrDuplicate)
		case len(v.Operator) > 0 && bytes.Equal(v.Operator, w.Operator):
			return fmt.Errorf("operator: %w", ErrDuplicate)
		case len(v.DealingKey) > 0 && bytes.Equal(v.DealingKey, w.DealingKey):
			return fmt.Errorf("dealing key: %w", ErrDuplicate)
		}
	}
	return nil
}

// checkTarget: the next epoch has members, all can be sent shares, and not too many vote.
func checkTarget(set []committeev1.Validator) error {
	target, voting := 0, 0
	for i := range set {
		v := &set[i]
		if v.Status != committeev1.Status_STATUS_REMOVED {
			voting++
		}
		if !inTarget(v) {
			continue
		}
		target++
		if len(v.DealingKey) == 0 {
			return fmt.Errorf("validator %x: %w", v.ConsAddress, ErrNoDealingKey)
		}
	}
	if target < 1 || voting > MaxMembers {
		return fmt.Errorf("%d members of %d validators, 1 to %d: %w", target, voting, MaxMembers, ErrSet)
	}
	return nil
}

// roomForRemoved bounds the records of removed validators, those who leave included.
func (k Keeper) roomForRemoved(ctx context.Context, after []committeev1.Validator) error {
	gone := 0
	for i := range after {
		if !inTarget(&after[i]) {
			gone++
		}
	}
	if err := k.each(ctx, kindRemoved, nil, func(_, _ []byte) error { gone++; return nil }); err != nil {
		return err
	}
	if gone > MaxRemoved {
		return fmt.Errorf("%d removed validators within %d blocks, at most %d: %w", gone, RemovedBlocks, MaxRemoved, ErrSet)
	}
	return nil
}

// apply writes what differs between two sets and sets the start of the ceremony.
func (k Keeper) apply(ctx context.Context, before, after []committeev1.Validator) error {
	power, err := k.power(ctx)
	if err != nil {
		return err
	}
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	floor, err := k.last(ctx, counterSequence)
	if err != nil {
		return err
	}
	for i := range after {
		v := &after[i]
		switch {
		case i >= len(before):
			old, found, err := k.Validator(ctx, v.ConsAddress)
			if err != nil {
				return err
			}
			if found { // removed, and back
				k.kv(ctx).Delete(key(kindRemoved, word(old.Since), old.ConsAddress))
			}
			v.Sequence = floor
			if err := k.setStatus(ctx, v, committeev1.Status_STATUS_JOINING); err != nil {
				return err
			}
			if err := k.setPower(ctx, v.ConsAddress, power); err != nil {
				return err
			}
		case v.Status == before[i].Status:
		case v.Status == committeev1.Status_STATUS_REMOVED:
			if err := k.remove(ctx, v); err != nil {
				return err
			}
		default:
			if err := k.setStatus(ctx, v, v.Status); err != nil {
				return err
			}
		}
	}
	at := height(ctx)
	for i := range after {
		if after[i].Status == committeev1.Status_STATUS_JOINING {
			at = max(at, after[i].Since+params.ProbationBlocks)
		}
	}
	k.setIntent(ctx, intent{height: at, kind: committeev1.CeremonyKind_CEREMONY_KIND_RESHARE})
	return nil
}

// AbortCeremony ends a ceremony in progress, or gives up the rotation that waits for it, as
// long as the old key was not asked to sign it.
//
// Errors: ErrNoCeremony, ErrOtherCeremony, ErrTooLate, ErrState.
func (k Keeper) AbortCeremony(ctx context.Context, number uint64) error {
	c, found, err := k.Ceremony(ctx, 0)
	if err != nil {
		return err
	}
	r, rotating, err := k.rotation(ctx)
	if err != nil {
		return err
	}
	waits := found && rotating && c.Rotation && c.Phase == committeev1.Phase_PHASE_DONE
	switch {
	case rotating && r.OldStatement != 0:
		return fmt.Errorf("rotation of proposal %d: %w", r.Proposal, ErrTooLate)
	case !found || !InProgress(&c) && !waits:
		return ErrNoCeremony
	case c.Number != number:
		return fmt.Errorf("ceremony %d, not %d: %w", c.Number, number, ErrOtherCeremony)
	}
	if r.NewStatement != 0 {
		k.kv(ctx).Delete(key(kindPending, word(r.NewStatement)))
	}
	return k.abort(ctx, &c, AbortProposal)
}
