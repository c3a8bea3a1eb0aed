// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// StoreKey is the name of the module and of its store.
const StoreKey = "upgrade"

// Bounds of a plan.
const (
	MaxNameBytes = 64
	MaxInfoBytes = 512
)

// The events of a plan.
const (
	EventScheduled = "bridge_upgrade_scheduled"
	EventWithdrawn = "bridge_upgrade_withdrawn"
	EventApplied   = "bridge_upgrade_applied"
)

var (
	// ErrNeeded: the height of a plan is reached and this binary does not know its name.
	ErrNeeded = message.NewError(message.Halt, "another binary is needed")
	// ErrEarly: this binary knows a name whose height is still to come; it would run new rules
	// on old heights.
	ErrEarly = message.NewError(message.Halt, "this binary is for after an upgrade that is still to come")
	// ErrOld: the state was upgraded under a name that this binary does not know.
	ErrOld = message.NewError(message.Halt, "this binary is older than the state")
	// ErrState: the store does not hold what this module wrote.
	ErrState = message.NewError(message.Halt, "upgrade state")
)

// Error is why a binary cannot go on. It wraps ErrNeeded, ErrEarly or ErrOld.
type Error struct {
	Name   string
	Height uint64 // of the plan; 0 with ErrOld
	Info   string
	Why    error
}

// Error names the upgrade.
func (e *Error) Error() string {
	s := fmt.Sprintf("upgrade %q", e.Name)
	if e.Height != 0 {
		s += fmt.Sprintf(" at height %d", e.Height)
	}
	s += ": " + e.Why.Error()
	if e.Info != "" {
		s += fmt.Sprintf(" (%q)", e.Info)
	}
	return s
}

// Unwrap is the reason.
func (e *Error) Unwrap() error { return e.Why }

// Handler changes the state once, at the plan's height, before anything else of that block.
// It must be deterministic. Its error stops the node.
type Handler func(ctx sdk.Context) error

var (
	keyPlan = []byte{1} // → Upgrade; absent: none
	keyLast = []byte{2} // → name of the newest that was applied; absent: none
)

func doneKey(name string) []byte { return append([]byte{3}, name...) } // → height 8

// Keeper owns the module's store and knows the upgrades that this binary can apply.
type Keeper struct {
	key      storetypes.StoreKey
	handlers map[string]Handler
}

// NewKeeper makes the keeper of the store under key. A binary keeps the handlers of all
// upgrades that its state may have behind it.
func NewKeeper(key storetypes.StoreKey, handlers map[string]Handler) Keeper {
	return Keeper{key, handlers}
}

// Validate judges a plan by itself: a name of letters, digits, dots and dashes, and bounds.
//
// Errors: message.ErrZero, message.ErrRange.
func Validate(u *committeev1.Upgrade) error {
	if u.Name == "" {
		return fmt.Errorf("name: %w", message.ErrZero)
	}
	if len(u.Name) > MaxNameBytes || len(u.Info) > MaxInfoBytes {
		return fmt.Errorf("name of %d bytes, at most %d; info of %d, at most %d: %w", len(u.Name), MaxNameBytes, len(u.Info), MaxInfoBytes, message.ErrRange)
	}
	for _, c := range []byte(u.Name) {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '.' || c == '-') {
			return fmt.Errorf("name %q has other characters than letters, digits, dots and dashes: %w", u.Name, message.ErrRange)
		}
	}
	return nil
}

// Schedule plans u in the place of what was planned before. Height 0 withdraws the plan of
// that name instead.
//
// Errors: those of Validate; message.ErrRange for a height that is not to come, a name that
// was applied, or nothing to withdraw; ErrState.
func (k Keeper) Schedule(ctx context.Context, u *committeev1.Upgrade) error {
	if err := Validate(u); err != nil {
		return err
	}
	c := sdk.UnwrapSDKContext(ctx)
	kv := c.KVStore(k.key)
	if u.Height == 0 {
		plan, found, err := k.Plan(ctx)
		if err != nil {
			return err
		}
		if !found || plan.Name != u.Name {
			return fmt.Errorf("upgrade %q is not planned: %w", u.Name, message.ErrRange)
		}
		kv.Delete(keyPlan)
		emit(c, EventWithdrawn, &plan)
		return nil
	}
	if now := uint64(c.BlockHeight()); u.Height <= now || u.Height > 1<<62 {
		return fmt.Errorf("height %d, must be above %d: %w", u.Height, now, message.ErrRange)
	}
	if kv.Has(doneKey(u.Name)) {
		return fmt.Errorf("upgrade %q was applied before: %w", u.Name, message.ErrRange)
	}
	b, err := u.Marshal()
	if err != nil {
		return fmt.Errorf("encode upgrade: %w", err)
	}
	kv.Set(keyPlan, b)
	emit(c, EventScheduled, u)
	return nil
}

// Plan is what is scheduled. Errors: ErrState.
func (k Keeper) Plan(ctx context.Context) (u committeev1.Upgrade, found bool, err error) {
	b := sdk.UnwrapSDKContext(ctx).KVStore(k.key).Get(keyPlan)
	if b == nil {
		return u, false, nil
	}
	if err := u.Unmarshal(b); err != nil {
		return u, false, fmt.Errorf("decode plan: %w", ErrState)
	}
	return u, true, nil
}

// Applied is the height at which an upgrade was applied; 0: it was not. Errors: ErrState.
func (k Keeper) Applied(ctx context.Context, name string) (uint64, error) {
	b := sdk.UnwrapSDKContext(ctx).KVStore(k.key).Get(doneKey(name))
	switch len(b) {
	case 0:
		return 0, nil
	case 8:
		return binary.BigEndian.Uint64(b), nil
	}
	return 0, fmt.Errorf("height of upgrade %q: %w", name, ErrState)
}

// Begin is asked first in every block, with the block's height in ctx. It applies the plan
// whose height is reached and reports that it did.
//
// Errors: *Error when this binary cannot execute the block; ErrState; those of the handler.
func (k Keeper) Begin(ctx sdk.Context) (applied bool, err error) {
	kv := ctx.KVStore(k.key)
	if last := string(kv.Get(keyLast)); last != "" && k.handlers[last] == nil {
		return false, &Error{Name: last, Why: ErrOld}
	}
	plan, found, err := k.Plan(ctx)
	if err != nil || !found {
		return false, err
	}
	handler := k.handlers[plan.Name]
	if uint64(ctx.BlockHeight()) < plan.Height {
		if handler != nil {
			return false, &Error{plan.Name, plan.Height, plan.Info, ErrEarly}
		}
		return false, nil
	}
	if handler == nil {
		return false, &Error{plan.Name, plan.Height, plan.Info, ErrNeeded}
	}
	if err := handler(ctx); err != nil {
		return false, fmt.Errorf("apply upgrade %q: %w", plan.Name, err)
	}
	kv.Delete(keyPlan)
	kv.Set(keyLast, []byte(plan.Name))
	kv.Set(doneKey(plan.Name), binary.BigEndian.AppendUint64(nil, uint64(ctx.BlockHeight())))
	emit(ctx, EventApplied, &plan)
	return true, nil
}

func emit(ctx sdk.Context, event string, u *committeev1.Upgrade) {
	ctx.EventManager().EmitEvent(sdk.NewEvent(event,
		sdk.NewAttribute("name", u.Name), sdk.NewAttribute("height", strconv.FormatUint(u.Height, 10))))
}
