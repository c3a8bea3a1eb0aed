// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Codespace of the errors that a transaction's result carries.
const Codespace = "bridge"

// CodeRefused is the result code of a message that the state refused; its transaction changed
// the sender's sequence alone.
const CodeRefused = 20

// refused gives an error the code of a transaction's result, and keeps its fate.
type refused struct{ error }

// Unwrap is what happened.
func (e refused) Unwrap() error { return e.error }

// ABCICode is CodeRefused.
func (refused) ABCICode() uint32 { return CodeRefused }

// Codespace is Codespace.
func (refused) Codespace() string { return Codespace }

// MsgServer hands the messages of transactions to the keeper. That the sender signed is known
// before.
type MsgServer struct {
	k Keeper
	x Proposals
}

var _ committeev1.MsgServer = MsgServer{}

// NewMsgServer serves the messages of the service Msg.
func NewMsgServer(k Keeper, x Proposals) MsgServer { return MsgServer{k, x} }

func answer(err error) (*committeev1.MsgResponse, error) {
	if err != nil {
		return nil, refused{err}
	}
	return &committeev1.MsgResponse{}, nil
}

// CommitDealing commits to a dealing.
func (s MsgServer) CommitDealing(ctx context.Context, m *committeev1.MsgCommitDealing) (*committeev1.MsgResponse, error) {
	return answer(s.k.CommitDealing(ctx, m))
}

// Deal shows it.
func (s MsgServer) Deal(ctx context.Context, m *committeev1.MsgDeal) (*committeev1.MsgResponse, error) {
	return answer(s.k.Deal(ctx, m))
}

// Check says that shares were checked, and complains.
func (s MsgServer) Check(ctx context.Context, m *committeev1.MsgCheck) (*committeev1.MsgResponse, error) {
	return answer(s.k.Check(ctx, m))
}

// Ready proves that the sender holds its share.
func (s MsgServer) Ready(ctx context.Context, m *committeev1.MsgReady) (*committeev1.MsgResponse, error) {
	return answer(s.k.Ready(ctx, m))
}

// Propose opens a proposal.
func (s MsgServer) Propose(ctx context.Context, m *committeev1.MsgPropose) (*committeev1.MsgProposeResponse, error) {
	n, err := s.x.Propose(ctx, m)
	if err != nil {
		return nil, refused{err}
	}
	return &committeev1.MsgProposeResponse{Proposal: n}, nil
}

// Approve approves one.
func (s MsgServer) Approve(ctx context.Context, m *committeev1.MsgApprove) (*committeev1.MsgResponse, error) {
	return answer(s.x.Approve(ctx, m))
}

// Contradict reports a certified checkpoint below final.
func (s MsgServer) Contradict(ctx context.Context, m *committeev1.MsgContradict) (*committeev1.MsgResponse, error) {
	return answer(s.x.Contradict(ctx, m))
}
