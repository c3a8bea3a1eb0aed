// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// MaxRotationSeconds is how far ahead a rotation may be set: until then the set cannot change.
const MaxRotationSeconds = 90 * 24 * 3600

// ErrRotation: the rotation's time is zero or too far ahead.
var ErrRotation = message.NewError(message.Reject, "bad rotation")

// StartRotation starts the ceremony of a new group key with this block. approvers are the
// consensus addresses of who approved the proposal; AddCandidate adds later ones.
//
// Errors: ErrNoKey, ErrBusy, ErrSet, ErrNoDealingKey, ErrRotation, ErrState.
func (k Keeper) StartRotation(ctx context.Context, proposal uint64, r *committeev1.Rotation, approvers [][]byte) error {
	if err := k.free(ctx); err != nil {
		return err
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().Unix()
	if proposal == 0 || r == nil || r.NotBefore == 0 || r.NotBefore > uint64(max(now, 0))+MaxRotationSeconds {
		return fmt.Errorf("proposal %d, not_before at most %d seconds ahead: %w", proposal, MaxRotationSeconds, ErrRotation)
	}
	all, err := k.sitting(ctx)
	if err != nil {
		return err
	}
	if err := checkTarget(all); err != nil {
		return err
	}
	state := committeev1.RotationState{Proposal: proposal, NotBefore: r.NotBefore}
	for _, a := range approvers {
		state.Approvers = insert(state.Approvers, a)
	}
	if err := k.save(ctx, key(kindRotation), &state); err != nil {
		return err
	}
	k.setIntent(ctx, intent{height: height(ctx), kind: committeev1.CeremonyKind_CEREMONY_KIND_FRESH, rotation: true})
	return nil
}

func (k Keeper) rotation(ctx context.Context) (r committeev1.RotationState, found bool, err error) {
	found, err = k.load(ctx, key(kindRotation), &r)
	return r, found, err
}

// addApprover remembers who approved a rotation whose statements are not asked for yet.
func (k Keeper) addApprover(ctx context.Context, proposal uint64, consAddress []byte) error {
	r, found, err := k.rotation(ctx)
	if err != nil || !found || r.Proposal != proposal {
		return err
	}
	r.Approvers = insert(r.Approvers, consAddress)
	return k.save(ctx, key(kindRotation), &r)
}

// insert adds an address to an ascending list, once.
func insert(list [][]byte, a []byte) [][]byte {
	at, found := slices.BinarySearchFunc(list, a, bytes.Compare)
	if found {
		return list
	}
	return slices.Insert(list, at, bytes.Clone(a))
}

// announce asks the new key for its half of the rotation.
//
// The old key is asked when the new one has signed: a target needs both, so until then the
// rotation can be given up without a target that follows it.
func (k Keeper) announce(ctx context.Context, c *committeev1.Ceremony) error {
	r, found, err := k.rotation(ctx)
	if err == nil && !found {
		err = fmt.Errorf("ceremony %d without its rotation: %w", c.Number, ErrState)
	}
	if err != nil {
		return err
	}
	ready, err := k.ReadyEpoch(ctx)
	if err != nil {
		return err
	}
	if r.NewStatement, err = k.askRotate(ctx, &r, &ready); err != nil {
		return err
	}
	return k.save(ctx, key(kindRotation), &r)
}

// askRotate asks one epoch for its half.
func (k Keeper) askRotate(ctx context.Context, r *committeev1.RotationState, signers *committeev1.Epoch) (uint64, error) {
	active, err := k.ActiveEpoch(ctx)
	if err != nil {
		return 0, err
	}
	ready, err := k.ReadyEpoch(ctx)
	if err != nil {
		return 0, err
	}
	s := committeev1.Statement{
		Kind: committeev1.StatementKind_STATEMENT_KIND_ROTATE, KeyEpoch: signers.Number, Proposal: r.Proposal,
		Rotate: &committeev1.RotateStatement{KeyVersion: ready.KeyVersion, OldKey: active.GroupKey, NewKey: ready.GroupKey, NotBefore: r.NotBefore},
	}
	if s.Candidates, err = k.holders(ctx, signers, among(signers, r.Approvers)); err != nil {
		return 0, err
	}
	return k.ask(ctx, &s)
}

// holders leaves out who has not proven to hold a share of the ready epoch.
func (k Keeper) holders(ctx context.Context, e *committeev1.Epoch, list [][]byte) ([][]byte, error) {
	ready, err := k.ReadyEpoch(ctx)
	if err != nil || e.Number != ready.Number {
		return list, err
	}
	c, found, err := k.Ceremony(ctx, e.Ceremony)
	if err != nil || !found {
		return list, err
	}
	return slices.DeleteFunc(list, func(a []byte) bool {
		at := receiverOf(&c, a)
		return at < 0 || !c.Receivers[at].Ready
	}), nil
}

// rotate moves a rotation on: both keys have signed and its time has come, so the ready epoch
// becomes active.
func (k Keeper) rotate(ctx context.Context) error {
	r, found, err := k.rotation(ctx)
	if err != nil || !found || r.NewStatement == 0 || !k.kv(ctx).Has(key(kindSigned, word(r.NewStatement))) {
		return err
	}
	if r.OldStatement == 0 {
		active, err := k.ActiveEpoch(ctx)
		if err != nil {
			return err
		}
		if r.OldStatement, err = k.askRotate(ctx, &r, &active); err != nil {
			return err
		}
		return k.save(ctx, key(kindRotation), &r)
	}
	now := sdk.UnwrapSDKContext(ctx).BlockTime().Unix()
	if !k.kv(ctx).Has(key(kindSigned, word(r.OldStatement))) || uint64(max(now, 0)) < r.NotBefore {
		return nil
	}
	k.kv(ctx).Delete(key(kindRotation))
	return k.activate(ctx)
}
