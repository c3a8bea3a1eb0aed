// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"context"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// StoreKey is the name of the module and of its store.
const StoreKey = "certify"

// Bounds of the module's state (I-13). Per member: MaxPool commitments, MaxVotes votes per
// stream. Per stream: KeptCertificates certificates, 4(f+1) open sessions. Per statement:
// 4(f+1) open sessions.
const (
	// CoverBlocks is how long a heartbeat shows that its member covers the stream.
	CoverBlocks = 3 * extension.HeartbeatBlocks
	// MaxPool bounds the unused commitments kept per member.
	MaxPool = 16
	// MaxVotes bounds the uncertified votes kept per member and stream.
	MaxVotes = 4
	// KeptCertificates is how many of a stream's newest certificates are kept.
	KeptCertificates = 1000
	// TargetBlocks is how long a target stands at most once f+1 members agree below it.
	TargetBlocks = 20
	// SigningBlocks is after how many blocks without a certificate a later checkpoint with
	// t votes may be signed instead. Open sessions of the first stay completable.
	SigningBlocks = 20
	// DueBlocks after the opening a session's shares are due.
	DueBlocks = 2
	// BenchBlocks is the first bench; it doubles on repetition up to MaxBenchBlocks.
	BenchBlocks    = 50
	MaxBenchBlocks = 20_000
	// MaxStatements bounds the statements worked on at the same time, beside a ready statement.
	MaxStatements = 8
	// StatementTurnBlocks after its first session a statement makes room for one that waits.
	StatementTurnBlocks = 100
	// FirstPickBlocks is for how long checkpoints choose among the commitments before
	// statements do, and then these before checkpoints.
	FirstPickBlocks = 4
)

// CommitteeKeeper gives the members and what they sign beside checkpoints. An Epoch with
// number 0 means: none.
type CommitteeKeeper interface {
	ActiveEpoch(ctx context.Context) (committeev1.Epoch, error)
	// ReadyEpoch is the one whose members sign before it is active: the active number + 1.
	ReadyEpoch(ctx context.Context) (committeev1.Epoch, error)
	Fork(ctx context.Context) (uint32, error)
	// Statements are those that wait for a signature.
	Statements(ctx context.Context) ([]committeev1.Statement, error)
	// Signed takes the signature of a statement that waits, valid under the key of its epoch. It
	// may change epochs and statements. An error breaks the state machine: the node halts.
	Signed(ctx context.Context, id uint64, signature schnorr.Signature) error
}

// LanesKeeper gives the streams, by ascending index.
type LanesKeeper interface {
	Streams(ctx context.Context) ([]lanesv1.Stream, error)
}

// MemberVote is one entry of the last commit.
type MemberVote struct {
	Address sdk.ConsAddress
	// Present: the entry has the Commit flag, so its extension is signed. Others are ignored.
	Present bool
	// Extension is nil when it was empty or did not decode.
	Extension *extension.Extension
	// Garbled: the signed extension does not decode. It says nothing and counts as conduct.
	Garbled bool
}

// Keeper owns the module's store.
type Keeper struct {
	key       storetypes.StoreKey
	bridgeID  message.Hash
	committee CommitteeKeeper
	lanes     LanesKeeper
}

// NewKeeper makes the keeper of the store under key; bridgeID is keccak256 of the chain id.
func NewKeeper(key storetypes.StoreKey, bridgeID message.Hash, committee CommitteeKeeper, lanes LanesKeeper) Keeper {
	return Keeper{key: key, bridgeID: bridgeID, committee: committee, lanes: lanes}
}

func (k Keeper) state(ctx sdk.Context) state { return state{ctx.KVStore(k.key)} }
