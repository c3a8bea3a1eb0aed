// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/verifier/upgrade"
)

// Upgrade changes the state once, at the planned height, before anything else of that block.
// It must be deterministic; nil stands for nothing to change.
type Upgrade func(ctx sdk.Context, a *App) error

// handlers binds upgrades to this application.
func (a *App) handlers(all map[string]Upgrade) map[string]upgrade.Handler {
	out := make(map[string]upgrade.Handler, len(all))
	for name, change := range all {
		out[name] = func(ctx sdk.Context) error {
			if change == nil {
				return nil
			}
			return change(ctx, a)
		}
	}
	return out
}

// beginUpgrade applies the upgrade that is due. Its error ends FinalizeBlock, which CometBFT
// does not survive: nothing of the block is written, and the next binary is given it again.
func (a *App) beginUpgrade(ctx sdk.Context) (bool, error) {
	applied, err := a.upgrade.Begin(ctx)
	var stop *upgrade.Error
	if errors.As(err, &stop) {
		a.Logger().Error("this binary cannot go on", "upgrade", stop.Name, "height", ctx.BlockHeight(), "err", stop)
		select {
		case a.stopped <- stop:
		default: // the first reason is enough
		}
	}
	return applied, err
}

// Stopped gives an *upgrade.Error once when this binary cannot execute the next block. The
// process must end then: CometBFT does nothing any more. While CometBFT catches up with its
// own blocks at its start the same error comes from there, too.
func (a *App) Stopped() <-chan error { return a.stopped }
