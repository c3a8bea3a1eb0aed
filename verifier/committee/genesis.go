// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"encoding/binary"

	sdk "github.com/cosmos/cosmos-sdk/types"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// InitGenesis validates g and fills an empty store.
func (k Keeper) InitGenesis(ctx sdk.Context, g committeev1.GenesisState) error {
	if err := Validate(g); err != nil {
		return err
	}
	k.kv(ctx).Set(key(kindFork), binary.BigEndian.AppendUint32(nil, g.Fork))
	return k.save(ctx, key(kindActive), &g.Epoch)
}

// ExportGenesis is the inverse of InitGenesis.
func (k Keeper) ExportGenesis(ctx sdk.Context) (g committeev1.GenesisState, err error) {
	if g.Fork, err = k.Fork(ctx); err != nil {
		return g, err
	}
	g.Epoch, err = k.ActiveEpoch(ctx)
	return g, err
}
