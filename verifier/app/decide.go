// SPDX-License-Identifier: Apache-2.0

package app

import (
	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/bridge/chains/failpoint"
)

// FinalizeBlock is the BaseApp's.
func (a *App) FinalizeBlock(r *abci.RequestFinalizeBlock) (*abci.ResponseFinalizeBlock, error) {
	failpoint.Hit("app.finalize.enter") // the block is decided, the state is the one before it: CometBFT gives the block again
	out, err := a.BaseApp.FinalizeBlock(r)
	failpoint.Hit("app.finalize.result") // the new state was in memory alone: CometBFT gives the block again
	return out, err
}

// Commit is the BaseApp's: when it returns, the state of the block is on disk.
func (a *App) Commit() (*abci.ResponseCommit, error) {
	failpoint.Hit("app.commit.write") // CometBFT has the result, the state is the one before it: CometBFT gives the block again
	out, err := a.BaseApp.Commit()
	failpoint.Hit("app.commit.written") // the state is one block ahead of what CometBFT knows: it catches up without running the block again
	return out, err
}
