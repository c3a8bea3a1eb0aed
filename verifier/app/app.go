// SPDX-License-Identifier: Apache-2.0

package app

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"sync/atomic"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	pruningtypes "github.com/cosmos/cosmos-sdk/store/v2/pruning/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/lanes"
	"github.com/aitbc/bridge/verifier/upgrade"
)

// Name is the application's name in CometBFT's Info.
const Name = "aitbc-bridge"

const (
	// RetainBlocks is how many blocks CometBFT keeps at least: the evidence age.
	RetainBlocks = 100_000
	// retainStates is how many committed states stay readable.
	retainStates = 1_000
	// queryGas bounds the work of one query.
	queryGas = 50_000_000
)

// Voter is what stands beside the state machine. Both calls must return at once, from memory
// alone (I-07), and may come from different goroutines.
type Voter interface {
	// Extend is this member's vote extension for the height after a.Height; empty is valid.
	Extend(a extension.Agenda) []byte
	// Committed tells the newest committed state.
	Committed(a extension.Agenda)
}

// Silent is a Voter that never says anything: for nodes that are no members, and tests.
type Silent struct{}

// Extend is empty.
func (Silent) Extend(extension.Agenda) []byte { return nil }

// Committed does nothing.
func (Silent) Committed(extension.Agenda) {}

// Options are what an application may be given beside its voter.
type Options struct {
	// ConsAddress is this node's own consensus address.
	ConsAddress sdk.ConsAddress
	// SyncPruning prunes old states inside Commit instead of in goroutines that outlive the
	// application: for the simulator.
	SyncPruning bool
	// RetainBlocks is how many blocks CometBFT keeps at least; 0: the constant.
	RetainBlocks uint64
	// Snapshots for nodes that join by state sync; none without a directory.
	Snapshots Snapshots
	// Upgrades that this binary can apply, by name (docs/spec/node.md, "Upgrades").
	Upgrades map[string]Upgrade
}

// Snapshots says where and when copies of the state are laid aside.
type Snapshots struct {
	Dir      string // made with mode 0700
	Interval uint64 // blocks between two; 0: none is taken, those of others can be restored
	Keep     uint32 // how many of the newest stay
}

// App is the application. New makes it ready for CometBFT.
type App struct {
	*baseapp.BaseApp
	chainID   string
	self      sdk.ConsAddress
	voter     Voter
	committee committee.Keeper
	lanes     lanes.Keeper
	certify   certify.Keeper
	heard     extension.Heard // of this node in the block that is being decided
	faults    *faults
	members   atomic.Pointer[roster]           // of the newest committed state; nil before the first
	asked     atomic.Pointer[extension.Agenda] // of the newest committed state; nil before the first
	upgrade   upgrade.Keeper
	speakers  atomic.Pointer[speakers] // of the newest committed state; nil before the first
	stopped   chan error
}

// New opens the application over db and loads its newest state. voter must not be nil.
func New(logger log.Logger, db dbm.DB, chainID string, voter Voter, opts Options) (*App, error) {
	if voter == nil || chainID == "" {
		return nil, errors.New("voter and chain id must be given")
	}
	a := &App{chainID: chainID, self: opts.ConsAddress, voter: voter, faults: newFaults(), stopped: make(chan error, 1)}
	if opts.RetainBlocks == 0 {
		opts.RetainBlocks = RetainBlocks
	}
	copies, err := openSnapshots(opts.Snapshots)
	if err != nil {
		return nil, err
	}
	a.BaseApp = baseapp.NewBaseApp(Name, logger, db, decodeTx,
		baseapp.SetChainID(chainID),
		baseapp.SetMinRetainBlocks(opts.RetainBlocks),
		copies,
		baseapp.SetPruning(pruningtypes.NewCustomPruningOptions(retainStates, 100)),
		baseapp.SetQueryGasLimit(queryGas),
		baseapp.SetIAVLSyncPruning(opts.SyncPruning),
	)
	if optimistic(a.BaseApp) {
		return nil, errors.New("optimistic execution must be off")
	}

	params := storetypes.NewKVStoreKey("consensus")
	members := storetypes.NewKVStoreKey(committee.StoreKey)
	sources := storetypes.NewKVStoreKey(lanes.StoreKey)
	votes := storetypes.NewKVStoreKey(certify.StoreKey)
	plans := storetypes.NewKVStoreKey(upgrade.StoreKey)
	a.MountStores(params, members, sources, votes, plans)
	a.committee = committee.NewKeeper(members, chainID)
	a.lanes = lanes.NewKeeper(sources)
	a.certify = certify.NewKeeper(votes, message.BridgeID(chainID), a.committee, a.lanes)

	a.upgrade = upgrade.NewKeeper(plans, a.handlers(opts.Upgrades))

	a.SetParamStore(paramStore{params})
	registry, err := newRegistry()
	if err != nil {
		return nil, err
	}
	a.SetInterfaceRegistry(registry)
	proposals := committee.NewProposals(a.committee, a.lanes, a.certify, a.upgrade)
	committeev1.RegisterMsgServer(a.MsgServiceRouter(), committee.NewMsgServer(a.committee, proposals))
	committeev1.RegisterQueryServer(a.GRPCQueryRouter(), committee.NewQueryServer(a.committee))
	lanesv1.RegisterQueryServer(a.GRPCQueryRouter(), lanes.NewQueryServer(a.lanes))
	certifyv1.RegisterQueryServer(a.GRPCQueryRouter(), certify.NewQueryServer(a.certify))

	a.SetInitChainer(a.initChain)
	a.SetTxEncoder(encodeTx)
	a.SetAnteHandler(a.ante)
	a.SetCheckTxHandler(a.checkTx)
	a.SetExtendVoteHandler(a.extendVote)
	a.SetVerifyVoteExtensionHandler(a.verifyVoteExtension)
	a.SetPrepareProposal(a.prepareProposal)
	a.SetProcessProposal(a.processProposal)
	a.SetPreBlocker(a.preBlock)
	a.SetEndBlocker(a.endBlock)
	a.SetPrepareCheckStater(a.committed)
	if err := a.LoadLatestVersion(); err != nil {
		return nil, fmt.Errorf("load state: %w", err)
	}
	return a, nil
}

// optimistic reports whether b executes blocks before they are decided; true when that cannot
// be told. PreBlock remembers what it heard, so an execution that is thrown away must not happen.
func optimistic(b *baseapp.BaseApp) bool {
	f := reflect.ValueOf(b).Elem().FieldByName("optimisticExec")
	return !f.IsValid() || !f.IsNil()
}

// first reports whether the block that is being made is the chain's first, at whatever initial
// height: the committed state decides, so that a node which starts from an export, a snapshot
// or a crash judges alike. The first block carries no last commit.
func (a *App) first() bool { return a.LastBlockHeight() == 0 }

// Announce hands the state that was loaded to the voter: once, before CometBFT starts.
// It does nothing on an empty state.
func (a *App) Announce() {
	if a.LastBlockHeight() == 0 {
		return
	}
	//nolint:staticcheck // SA1019: the committed state itself is wanted, not a context of the next block
	a.committed(a.NewUncachedContext(true, cmtproto.Header{ChainID: a.chainID, Height: a.LastBlockHeight()}))
}

// Agenda is what the newest committed state asks of this node. Before CometBFT starts only.
func (a *App) Agenda() (extension.Agenda, error) {
	//nolint:staticcheck // SA1019: as above
	return a.certify.Agenda(a.NewUncachedContext(true, cmtproto.Header{ChainID: a.chainID, Height: a.LastBlockHeight()}), a.self)
}

// paramStore keeps the consensus parameters in state, as x/consensus does.
type paramStore struct{ key storetypes.StoreKey }

var paramKey = []byte{1}

func (p paramStore) Get(ctx context.Context) (cp cmtproto.ConsensusParams, err error) {
	b := sdk.UnwrapSDKContext(ctx).KVStore(p.key).Get(paramKey)
	if b == nil {
		return cp, nil
	}
	return cp, cp.Unmarshal(b)
}

func (p paramStore) Has(ctx context.Context) (bool, error) {
	return sdk.UnwrapSDKContext(ctx).KVStore(p.key).Has(paramKey), nil
}

func (p paramStore) Set(ctx context.Context, cp cmtproto.ConsensusParams) error {
	b, err := cp.Marshal()
	if err != nil {
		return fmt.Errorf("encode consensus parameters: %w", err)
	}
	sdk.UnwrapSDKContext(ctx).KVStore(p.key).Set(paramKey, b)
	return nil
}
