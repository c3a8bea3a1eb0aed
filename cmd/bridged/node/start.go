// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	cmtcfg "github.com/cometbft/cometbft/config"
	cmtnode "github.com/cometbft/cometbft/node"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/cometbft/cometbft/proxy"
	cmttypes "github.com/cometbft/cometbft/types"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/codec"
	codectypes "github.com/cosmos/cosmos-sdk/codec/types"
	"github.com/cosmos/cosmos-sdk/server"
	cometlog "github.com/cosmos/cosmos-sdk/server/log"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/rs/zerolog"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/voter"
)

// maxGRPCBytes bounds a query and its answer: a full page of leaves with data fits.
const maxGRPCBytes = 32 << 20

// Hooks let a test build put itself between the parts of a node. The zero value changes nothing.
type Hooks struct {
	Ready       func()                                  // called once everything was started
	Voter       func(app.Voter) app.Voter               // what the application asks
	Application func(abci.Application) abci.Application // what CometBFT calls

	retainBlocks uint64 // instead of app.RetainBlocks
}

// Run runs the validator of home h until ctx ends. log takes all log lines.
//
// Errors: ErrUnsafe, ErrConfig, app.ErrGenesis, journal.ErrLocked with the process that runs on
// this home, voter.ErrTwin, or what a service reported.
func Run(ctx context.Context, h Layout, c Config, log io.Writer, hooks Hooks) (err error) {
	if err := errors.Join(h.Check(), c.Validate()); err != nil {
		return err
	}
	comet, err := LoadComet(h)
	if err != nil {
		return err
	}
	doc, err := LoadGenesis(h.GenesisFile())
	if err != nil {
		return err
	}
	genesis, err := CheckGenesis(doc)
	if err != nil {
		return fmt.Errorf("%w: %w", app.ErrGenesis, err)
	}
	if c.ChainID != doc.ChainID {
		return fmt.Errorf("chain_id: %q, genesis.json has %q: %w", c.ChainID, doc.ChainID, ErrConfig)
	}
	logger := newLogger(log, c.LogLevel)
	var opened closers
	defer func() { err = errors.Join(err, opened.close()) }()

	votes, err := openJournal(h.VoteJournal())
	if err != nil {
		return fmt.Errorf("open vote journal: %w", err)
	}
	opened.add(votes)
	sign, err := openSigner(h, &c, genesis.Committee.Epoch.Number, message.BridgeID(doc.ChainID), &opened, logger)
	if err != nil {
		return err
	}
	sources, err := openSources(ctx, h, &c, doc.ChainID, genesis.Lanes.Streams, &opened, logger)
	if err != nil {
		return err
	}
	cfg := voter.Config{Journal: votes, Logger: logger}
	if sign != nil {
		cfg.Signer = sign
	}
	for _, s := range sources {
		cfg.Streams = append(cfg.Streams, voter.Stream{Index: s.index, Config: s.stream, Store: s.store, Heads: s.client})
	}
	vote, err := voter.New(cfg)
	if err != nil {
		return fmt.Errorf("open voter: %w", err)
	}

	key := privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile())
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, h.DataDir())
	if err != nil {
		return fmt.Errorf("open application database: %w", err)
	}
	opened.add(db)
	border := sdkLogger(log, c.LogLevel)
	var asked app.Voter = vote
	if hooks.Voter != nil {
		asked = hooks.Voter(vote)
	}
	a, err := app.New(border, db, doc.ChainID, asked, app.Options{
		ConsAddress: sdk.ConsAddress(key.GetAddress()), RetainBlocks: hooks.retainBlocks,
		Snapshots: app.Snapshots{Dir: h.SnapshotDir(), Interval: c.SnapshotInterval, Keep: c.SnapshotKeep},
	})
	if err != nil {
		return err
	}
	opened.add(a.SnapshotManager())
	agenda, err := loaded(a)
	if err != nil {
		return err
	}
	if fork := genesis.Committee.Fork; a.LastBlockHeight() > 0 && agenda.Fork != fork {
		// The state of one fork under the genesis file of another: what would be signed here
		// was not agreed on.
		return fmt.Errorf("genesis.json has fork number %d, the state in %s has %d: use `bridged import`: %w", fork, h.DataDir(), agenda.Fork, ErrUnsafe)
	}
	a.Announce()

	failed := make(chan error, 1)
	list := []service{background("voter", failed, vote.Run)}
	for _, s := range sources {
		for _, one := range agenda.Streams {
			if one.Index == s.index && one.HasCertified {
				s.replayFrom = one.CertifiedEnd
			}
		}
		list = append(list, background("follow "+s.name(), failed, func(ctx context.Context) error { return s.run(ctx, vote, c.PollInterval(), logger) }))
	}
	list = append(list, cometService(comet, key, h, doc, a, hooks, border, failed), queryService(c.GRPC, a, beside{vote, sign}, failed))
	greet(logger, doc, &genesis, &agenda, a.LastBlockHeight(), key.GetAddress(), sources, sign != nil)
	return runAll(ctx, list, failed, logger, hooks.Ready)
}

// openSigner opens the key share of the epoch, or gives nil when the home has none: such a
// node votes and signs nothing.
func openSigner(h Layout, c *Config, epoch uint64, bridge message.Hash, opened *closers, logger *slog.Logger) (*signer.Signer, error) {
	if _, err := os.Lstat(h.ShareFile(epoch)); errors.Is(err, os.ErrNotExist) {
		logger.Warn("no key share in this home: the node votes but signs nothing")
		return nil, nil
	}
	password, err := c.Password(h)
	if err != nil {
		return nil, err
	}
	share, err := keystore.LoadShare(h.ShareFile(epoch), password)
	if err != nil {
		return nil, fmt.Errorf("load key share: %w", err)
	}
	if share.BridgeID != bridge {
		return nil, fmt.Errorf("key share of another bridge: %w", ErrUnsafe)
	}
	j, err := openJournal(h.SignerJournal())
	if err != nil {
		return nil, fmt.Errorf("open signer journal: %w", err)
	}
	opened.add(j)
	s, err := signer.New(signer.Config{BridgeID: bridge, Shares: []keystore.Share{share}, Journal: j, Rand: rand.Reader, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("open signer: %w", err)
	}
	return s, nil
}

func cometService(c *cmtcfg.Config, key *privval.FilePV, h Layout, doc *cmttypes.GenesisDoc, a *app.App, hooks Hooks, border log.Logger, failed chan<- error) service {
	var n *cmtnode.Node
	asked := server.NewCometABCIWrapper(a)
	if hooks.Application != nil {
		asked = hooks.Application(asked)
	}
	return service{
		name: "comet",
		start: func() error {
			id, err := p2p.LoadNodeKey(h.NodeKeyFile())
			if err != nil {
				return fmt.Errorf("read node key: %w", err)
			}
			n, err = cmtnode.NewNode(c, key, id, proxy.NewLocalClientCreator(asked),
				func() (*cmttypes.GenesisDoc, error) { return doc, nil }, cmtcfg.DefaultDBProvider,
				cmtnode.DefaultMetricsProvider(c.Instrumentation), cometlog.CometLoggerWrapper{Logger: border})
			if err != nil {
				return err
			}
			if err := n.Start(); err != nil {
				return err
			}
			go func() {
				<-n.Quit()
				select {
				case failed <- errors.New("comet stopped"):
				default:
				}
			}()
			return nil
		},
		stop: func(ctx context.Context) error {
			if n.IsRunning() {
				if err := n.Stop(); err != nil {
					return err
				}
			}
			done := make(chan struct{})
			go func() { n.Wait(); close(done) }()
			select {
			case <-done:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		},
	}
}

func queryService(address string, a *app.App, b beside, failed chan<- error) service {
	coder := codec.NewProtoCodec(codectypes.NewInterfaceRegistry()).GRPCCodec()
	s := grpc.NewServer(grpc.ForceServerCodec(coder), grpc.MaxRecvMsgSize(1<<20), grpc.MaxSendMsgSize(maxGRPCBytes))
	a.RegisterGRPCServerWithSkipCheckHeader(s, true)
	certifyv1.RegisterLeafQueryServer(s, app.NewLeafServer(b))
	nodev1.RegisterQueryServer(s, app.NewNodeServer(a, b))
	return service{
		name: "grpc",
		start: func() error {
			ln, err := net.Listen("tcp", address)
			if err != nil {
				return err
			}
			go func() {
				if err := s.Serve(ln); err != nil {
					select {
					case failed <- fmt.Errorf("grpc: %w", err):
					default:
					}
				}
			}()
			return nil
		},
		stop: func(context.Context) error { s.Stop(); return nil },
	}
}

func newLogger(w io.Writer, level string) *slog.Logger {
	var l slog.Level
	_ = l.UnmarshalText([]byte(level)) // Validate has checked it
	return slog.New(slog.NewTextHandler(w, &slog.HandlerOptions{Level: l}))
}

// sdkLogger is the border to CometBFT and the SDK, whose info lines are a debugger's.
func sdkLogger(w io.Writer, level string) log.Logger {
	l := map[string]zerolog.Level{"debug": zerolog.InfoLevel, "info": zerolog.WarnLevel}[level]
	if level == "warn" || level == "error" {
		l = zerolog.ErrorLevel
	}
	return log.NewLogger(w, log.LevelOption(l), log.ColorOption(false))
}

// closers closes what was opened, in reverse order.
type closers []io.Closer

func (c *closers) add(x io.Closer) { *c = append(*c, x) }

func (c *closers) close() error {
	var errs []error
	for i := len(*c) - 1; i >= 0; i-- {
		errs = append(errs, (*c)[i].Close())
	}
	return errors.Join(errs...)
}
