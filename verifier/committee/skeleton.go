// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

var errNotBuilt = message.NewError(message.Reject, "not built yet")

// EndBlock moves ceremonies, rotations and records on, and says what CometBFT is to be told.
func (k Keeper) EndBlock(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	return k.updates(ctx)
}

// CommitDealing is the handler of MsgCommitDealing.
func (k Keeper) CommitDealing(ctx context.Context, m *committeev1.MsgCommitDealing) error {
	return errNotBuilt
}

// Deal is the handler of MsgDeal.
func (k Keeper) Deal(ctx context.Context, m *committeev1.MsgDeal) error { return errNotBuilt }

// Check is the handler of MsgCheck.
func (k Keeper) Check(ctx context.Context, m *committeev1.MsgCheck) error { return errNotBuilt }

// Ready is the handler of MsgReady.
func (k Keeper) Ready(ctx context.Context, m *committeev1.MsgReady) error { return errNotBuilt }

// Ceremony is one ceremony: the newest for number 0; found is false when it is unknown or forgotten.
func (k Keeper) Ceremony(ctx context.Context, number uint64) (c committeev1.Ceremony, found bool, err error) {
	return c, false, nil
}

// Dealings are the dealings of a ceremony that the state still has, by dealer.
func (k Keeper) Dealings(ctx context.Context, number uint64) ([]committeev1.DealingOf, error) {
	return nil, nil
}

// DKGParams are the parameters of a ceremony as keys/dkg has them.
func DKGParams(c *committeev1.Ceremony) (*dkg.Params, error) { return nil, errNotBuilt }

// Context binds everything of one ceremony to it; hashed from all fields but context itself.
func Context(bridgeID message.Hash, fork uint32, c *committeev1.Ceremony) message.Hash {
	return message.Hash{}
}

// ChangeMembers starts a change of the set; an empty one gives out the shares anew. A second
// one is refused while one, or a ceremony, or a rotation is on its way.
func (k Keeper) ChangeMembers(ctx context.Context, c *committeev1.MemberChange) error {
	return errNotBuilt
}

// StartRotation starts the ceremony of a new group key. approvers are the consensus addresses
// of who approved the proposal; AddCandidate adds later ones.
func (k Keeper) StartRotation(ctx context.Context, proposal uint64, r *committeev1.Rotation, approvers [][]byte) error {
	return errNotBuilt
}

// AbortCeremony ends a ceremony in progress, or a rotation that the old key was not asked to sign.
func (k Keeper) AbortCeremony(ctx context.Context, number uint64) error { return errNotBuilt }

// Statements are those that wait for a signature, by id.
func (k Keeper) Statements(ctx context.Context) ([]committeev1.Statement, error) { return nil, nil }

// AddStatement asks the group key for a signature over s and gives it an id. Digest, height
// and signature of s are ignored; the digest is computed from the fields.
func (k Keeper) AddStatement(ctx context.Context, s committeev1.Statement) (id uint64, err error) {
	return 0, errNotBuilt
}

// AddCandidate: one more member approved a proposal after it had passed. It may sign every
// statement that waits on behalf of that proposal. Nothing happens when none waits.
func (k Keeper) AddCandidate(ctx context.Context, proposal uint64, consAddress []byte) error {
	return errNotBuilt
}

// NextHaltNonce gives the next nonce of halt orders for one manager.
func (k Keeper) NextHaltNonce(ctx context.Context, chain uint64, manager [20]byte) (uint64, error) {
	return 0, errNotBuilt
}

// Signed takes the group's signature over a waiting statement.
func (k Keeper) Signed(ctx context.Context, id uint64, sig schnorr.Signature) error {
	return errNotBuilt
}

// StatementMessage is the statement as chains/message has it.
func StatementMessage(bridgeID message.Hash, s *committeev1.Statement) (message.Statement, error) {
	return nil, errNotBuilt
}
