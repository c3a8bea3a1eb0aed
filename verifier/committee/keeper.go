// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"encoding/binary"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"

	"github.com/aitbc/bridge/chains/message"
)

// StoreKey is the name of the module and of its store.
const StoreKey = "committee"

// ErrUnknownMember: no validator has that consensus address or operator, or it is not in the
// place that the act needs.
var ErrUnknownMember = message.NewError(message.Reject, "unknown member")

// ErrState: the store does not hold what this module wrote. Nothing works without it: halt.
var ErrState = message.NewError(message.Halt, "committee state")

// Keeper owns the module's store. Every method takes an sdk.Context as its context.
type Keeper struct {
	key     storetypes.StoreKey
	chainID string
}

// NewKeeper makes the keeper of the store under key for the chain with that CometBFT id.
func NewKeeper(key storetypes.StoreKey, chainID string) Keeper { return Keeper{key, chainID} }

// Fork is the fork number of the network. Errors: ErrState.
func (k Keeper) Fork(ctx context.Context) (uint32, error) {
	b := k.kv(ctx).Get(key(kindFork))
	if len(b) != 4 {
		return 0, fmt.Errorf("no fork number: %w", ErrState)
	}
	return binary.BigEndian.Uint32(b), nil
}

// BridgeID is keccak256 of the chain id's bytes.
func (k Keeper) BridgeID() message.Hash { return message.BridgeID(k.chainID) }
