// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"

	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
)

// ErrNoState: the state of that height is not kept any more, or was never reached.
var ErrNoState = message.NewError(message.Reject, "no state of that height")

// Export is what outlives the chain when its members start it anew from a height.
type Export struct {
	Height  int64 // of the exported state
	AppHash []byte
	Genesis Genesis // with the next fork number
	Params  cmtproto.ConsensusParams
}

// ExportAt reads the state committed at height; 0 is the newest. Not while CometBFT runs.
//
// The fork number is the next one: it is part of every session id, rank and extension, so
// nothing that was said or signed before the export is taken for a word of the new chain.
//
// Errors: ErrNoState, or what the modules report.
func (a *App) ExportAt(height int64) (*Export, error) {
	if height == 0 {
		height = a.LastBlockHeight()
	}
	ctx, info, err := a.at(height)
	if err != nil {
		return nil, err
	}
	e := &Export{Height: height, AppHash: info}
	if e.Genesis.Committee, err = a.committee.ExportGenesis(ctx); err != nil {
		return nil, fmt.Errorf("export committee: %w", err)
	}
	if e.Genesis.Committee.Fork == ^uint32(0) {
		return nil, errors.New("there is no fork number left")
	}
	e.Genesis.Committee.Fork++
	if e.Genesis.Lanes, err = a.lanes.ExportGenesis(ctx); err != nil {
		return nil, fmt.Errorf("export lanes: %w", err)
	}
	if e.Genesis.Certify, err = a.certify.ExportGenesis(ctx); err != nil {
		return nil, fmt.Errorf("export certify: %w", err)
	}
	e.Params = a.GetConsensusParams(ctx)
	return e, nil
}

// RollbackTo drops the states above height, so that CometBFT executes their blocks again.
// Not while CometBFT runs.
//
// Errors: ErrNoState when that state is not kept; the state is then as it was.
func (a *App) RollbackTo(height int64) error {
	if height >= a.LastBlockHeight() {
		return fmt.Errorf("height %d, the state is at %d: %w", height, a.LastBlockHeight(), ErrNoState)
	}
	if _, _, err := a.at(height); err != nil {
		return err
	}
	if err := a.CommitMultiStore().RollbackToVersion(height); err != nil {
		return fmt.Errorf("roll state back to height %d: %w", height, err)
	}
	return nil
}

// at is the state committed at height and its app hash.
func (a *App) at(height int64) (sdk.Context, []byte, error) {
	ms, ok := a.CommitMultiStore().(*rootmulti.Store)
	if !ok {
		return sdk.Context{}, nil, fmt.Errorf("store is a %T", a.CommitMultiStore())
	}
	if height < 1 || height > a.LastBlockHeight() {
		return sdk.Context{}, nil, fmt.Errorf("height %d, the state is at %d: %w", height, a.LastBlockHeight(), ErrNoState)
	}
	info, err := ms.GetCommitInfo(height)
	if err != nil {
		return sdk.Context{}, nil, fmt.Errorf("height %d: %w: %w", height, err, ErrNoState)
	}
	view, err := ms.CacheMultiStoreWithVersion(height)
	if err != nil {
		return sdk.Context{}, nil, fmt.Errorf("height %d: %w: %w", height, err, ErrNoState)
	}
	return sdk.NewContext(view, cmtproto.Header{ChainID: a.chainID, Height: height}, false, a.Logger()), info.Hash(), nil
}
