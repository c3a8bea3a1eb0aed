// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	sdk "github.com/cosmos/cosmos-sdk/types"
)

// endBlock moves ceremonies on and tells CometBFT who votes from the block after the next one
// on. An error stops the node: nothing that a member can send makes one.
func (a *App) endBlock(ctx sdk.Context) (sdk.EndBlock, error) {
	ctx = ctx.WithEventManager(sdk.NewEventManager())
	updates, err := a.committee.EndBlock(ctx)
	if err != nil {
		return sdk.EndBlock{}, fmt.Errorf("height %d: %w", ctx.BlockHeight(), err)
	}
	for i := range updates {
		if updates[i].Power > 0 {
			if err := a.makeRoom(ctx); err != nil {
				return sdk.EndBlock{}, fmt.Errorf("height %d: %w", ctx.BlockHeight(), err)
			}
			break
		}
	}
	return sdk.EndBlock{ValidatorUpdates: updates, Events: ctx.EventManager().ABCIEvents()}, nil
}

// makeRoom lets blocks grow with the set: the worst last commit of those who vote now must fit
// into one. It acts from the next block on, the new validators' first extensions one later.
func (a *App) makeRoom(ctx sdk.Context) error {
	all, err := a.committee.Validators(ctx)
	if err != nil {
		return err
	}
	p := a.GetConsensusParams(ctx)
	if need := MinBlockBytes(sitting(all)); p.Block != nil && p.Block.MaxBytes >= 0 && p.Block.MaxBytes < need {
		block := *p.Block
		block.MaxBytes = need
		p.Block = &block
		return a.StoreConsensusParams(ctx, p)
	}
	return nil
}
