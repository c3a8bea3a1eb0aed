// SPDX-License-Identifier: Apache-2.0

package app

import (
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/verifier/extension"
)

// extendVote never fails: whatever goes wrong, empty bytes are a valid extension. A
// validator whose own extension fails VerifyVoteExtension stops consensus, so what the voter
// gives is checked first.
func (a *App) extendVote(ctx sdk.Context, r *abci.RequestExtendVote) (*abci.ResponseExtendVote, error) {
	b, err := a.extend(ctx, uint64(r.Height))
	if err == nil {
		err = extension.Check(b)
	}
	if err != nil {
		a.Logger().Error("own extension replaced by an empty one", "height", r.Height, "err", err)
		a.faults.add(FaultOwnExtension, "replaced", a.self, r.Height, err)
		b = nil
	}
	if b == nil {
		b = []byte{}
	}
	failpoint.Hit("app.extend.release") // the extension is lost before CometBFT has it; another may be made for the same height
	return &abci.ResponseExtendVote{VoteExtension: b}, nil
}

func (a *App) extend(ctx sdk.Context, height uint64) (b []byte, err error) {
	defer func() {
		if p := recover(); p != nil {
			b, err = nil, fmt.Errorf("panic: %v", p)
		}
	}()
	agenda, err := a.certify.Agenda(ctx, a.self)
	if err != nil {
		return nil, fmt.Errorf("agenda: %w", err)
	}
	if a.first() {
		agenda.Height = height - 1 // the state knows no height before its first block
	}
	return a.voter.Extend(agenda), nil
}

// verifyVoteExtension judges structure alone, so two honest nodes never disagree.
func (a *App) verifyVoteExtension(_ sdk.Context, r *abci.RequestVerifyVoteExtension) (*abci.ResponseVerifyVoteExtension, error) {
	status := abci.ResponseVerifyVoteExtension_ACCEPT
	if err := extension.Check(r.VoteExtension); err != nil {
		status = abci.ResponseVerifyVoteExtension_REJECT
		a.faults.add(FaultExtension, extensionRule(r.VoteExtension), r.ValidatorAddress, r.Height, err)
	}
	return &abci.ResponseVerifyVoteExtension{Status: status}, nil
}

// prepareProposal injects the last commit as it is, then what choose takes. It drops nothing
// of the commit: length, order and power are checked against the last commit, and what does
// not decode is skipped later. The first block carries nothing.
func (a *App) prepareProposal(_ sdk.Context, r *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	if a.first() {
		return &abci.ResponsePrepareProposal{}, nil
	}
	tx, err := r.LocalLastCommit.Marshal()
	if err != nil {
		// An empty proposal is refused by everyone and costs one round, no more.
		a.Logger().Error("last commit does not encode", "height", r.Height, "err", err)
		return &abci.ResponsePrepareProposal{}, nil
	}
	return &abci.ResponsePrepareProposal{Txs: a.choose(tx, r)}, nil
}

func (a *App) processProposal(ctx sdk.Context, r *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if err := a.checkProposal(ctx, r); err != nil {
		a.Logger().Warn("proposal refused", "height", r.Height, "member", a.members.Load().name(r.ProposerAddress), "err", err)
		a.faults.add(FaultProposal, ruleOf(err), r.ProposerAddress, r.Height, err)
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

func (a *App) checkProposal(ctx sdk.Context, r *abci.RequestProcessProposal) error {
	if a.first() {
		if len(r.Txs) != 0 {
			return refuse(ruleTransactions, "%d transactions in the first block", len(r.Txs))
		}
		return nil
	}
	if len(r.Txs) == 0 || len(r.Txs) > 1+MaxTxs {
		return refuse(ruleTransactions, "%d transactions, want 1 to %d", len(r.Txs), 1+MaxTxs)
	}
	c, err := decodeCommit(r.Txs[0])
	if err != nil {
		return err
	}
	keys, err := a.committee.ConsensusKeys(ctx)
	if err != nil {
		return err
	}
	if err := checkCommit(a.chainID, r.Height, c, r.ProposedLastCommit, keys); err != nil {
		return err
	}
	return a.checkTransactions(r.Txs[1:])
}

// preBlock asks for upgrades, then gives the members' words to the state, before anything
// else of the block. The block was accepted by ProcessProposal of a quorum, so an error here
// is a bug or an upgrade: it stops the node instead of forking it.
func (a *App) preBlock(ctx sdk.Context, r *abci.RequestFinalizeBlock) (*sdk.ResponsePreBlock, error) {
	upgraded, err := a.beginUpgrade(ctx)
	if err != nil {
		return nil, err
	}
	done := &sdk.ResponsePreBlock{ConsensusParamsChanged: upgraded}
	if a.first() {
		return done, a.certify.ProcessVotes(ctx, nil)
	}
	if len(r.Txs) == 0 {
		return nil, refuse(ruleTransactions, "height %d: %d transactions decided", r.Height, len(r.Txs))
	}
	c, err := decodeCommit(r.Txs[0])
	if err != nil {
		return nil, fmt.Errorf("height %d: %w", r.Height, err)
	}
	if err := a.certify.ProcessVotes(ctx, memberVotes(c)); err != nil {
		return nil, fmt.Errorf("height %d: process votes: %w", r.Height, err)
	}
	fork, err := a.committee.Fork(ctx)
	if err != nil {
		return nil, fmt.Errorf("height %d: %w", r.Height, err)
	}
	a.heard = heardOf(c, a.self, uint64(r.Height-1), fork)
	a.faults.commit(c, fork, r.Height-1)
	return done, nil
}

// committed runs after Commit with the committed state: it tells the voter, and nothing
// that goes wrong in it may stop consensus.
func (a *App) committed(ctx sdk.Context) {
	defer func() {
		if p := recover(); p != nil {
			a.Logger().Error("voter panicked", "err", p)
		}
	}()
	agenda, err := a.certify.Agenda(ctx, a.self)
	if err != nil {
		a.Logger().Error("agenda of the committed state", "height", ctx.BlockHeight(), "err", err)
		return
	}
	a.meet(ctx)
	a.enlist(ctx)
	copy(agenda.AppHash[:], a.LastCommitID().Hash)
	if a.heard.Height+1 == agenda.Height {
		agenda.Heard = a.heard
	}
	failpoint.Hit("app.committed.tell") // the voter does not learn of the block; it is told the loaded state at the next start
	a.asked.Store(&agenda)
	a.voter.Committed(agenda)
}
