// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"encoding/binary"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// StoreKey is the name of the module and of its store.
const StoreKey = "committee"

// ErrUnknownMember: no member of the active epoch has that consensus address.
var ErrUnknownMember = message.NewError(message.Reject, "unknown member")

// ErrState: the store holds no committee. Nothing works without one: halt.
var ErrState = message.NewError(message.Halt, "committee state")

var (
	keyFork  = []byte{1}
	keyEpoch = []byte{2}
)

// Keeper owns the module's store.
type Keeper struct {
	key     storetypes.StoreKey
	chainID string
}

// NewKeeper makes the keeper of the store under key for the chain with that CometBFT id.
func NewKeeper(key storetypes.StoreKey, chainID string) Keeper { return Keeper{key, chainID} }

// InitGenesis validates g and fills an empty store.
func (k Keeper) InitGenesis(ctx sdk.Context, g committeev1.GenesisState) error {
	if err := Validate(g); err != nil {
		return err
	}
	b, err := g.Epoch.Marshal()
	if err != nil {
		return fmt.Errorf("encode epoch: %w", err)
	}
	kv := ctx.KVStore(k.key)
	kv.Set(keyFork, binary.BigEndian.AppendUint32(nil, g.Fork))
	kv.Set(keyEpoch, b)
	return nil
}

// ExportGenesis is the inverse of InitGenesis.
func (k Keeper) ExportGenesis(ctx sdk.Context) (g committeev1.GenesisState, err error) {
	if g.Fork, err = k.Fork(ctx); err != nil {
		return g, err
	}
	g.Epoch, err = k.ActiveEpoch(ctx)
	return g, err
}

// ActiveEpoch is the committee that signs. Errors: ErrState.
func (k Keeper) ActiveEpoch(ctx context.Context) (e committeev1.Epoch, err error) {
	b := sdk.UnwrapSDKContext(ctx).KVStore(k.key).Get(keyEpoch)
	if b == nil {
		return e, fmt.Errorf("no epoch: %w", ErrState)
	}
	if err := e.Unmarshal(b); err != nil {
		return e, fmt.Errorf("decode epoch: %w", ErrState)
	}
	return e, nil
}

// Fork is the fork number of the network. Errors: ErrState.
func (k Keeper) Fork(ctx context.Context) (uint32, error) {
	b := sdk.UnwrapSDKContext(ctx).KVStore(k.key).Get(keyFork)
	if len(b) != 4 {
		return 0, fmt.Errorf("no fork number: %w", ErrState)
	}
	return binary.BigEndian.Uint32(b), nil
}

// ConsensusKeys maps the consensus address of each member to its Ed25519 key, 32 bytes.
func (k Keeper) ConsensusKeys(ctx context.Context) (map[string][]byte, error) {
	e, err := k.ActiveEpoch(ctx)
	if err != nil {
		return nil, err
	}
	keys := make(map[string][]byte, len(e.Members))
	for i := range e.Members {
		keys[string(e.Members[i].ConsAddress)] = e.Members[i].ConsPubkey
	}
	return keys, nil
}

// BridgeID is keccak256 of the chain id's bytes.
func (k Keeper) BridgeID() message.Hash { return message.BridgeID(k.chainID) }
