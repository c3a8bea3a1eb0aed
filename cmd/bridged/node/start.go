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
	"strings"

	"cosmossdk.io/log/v2"
	abci "github.com/cometbft/cometbft/abci/types"
	dbm "github.com/cosmos/cosmos-db"
	cometlog "github.com/cosmos/cosmos-sdk/server/log"
	sdk "github.com/cosmos/cosmos-sdk/types"
	"github.com/rs/zerolog"
	"google.golang.org/grpc"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
	remotesigner "github.com/aitbc/bridge/keys/signer/remote"
	"github.com/aitbc/bridge/verifier/agent"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

// maxGRPCBytes bounds a query and its answer: a full page of leaves with data fits.
const maxGRPCBytes = 32 << 20

// Hooks let a test build put itself between the parts of a node. The zero value changes nothing.
type Hooks struct {
	Ready       func()                                  // called once everything was started
	Voter       func(app.Voter) app.Voter               // what the application asks
	Application func(abci.Application) abci.Application // what CometBFT calls
	// Agent is what the node's hands in ceremonies are made of.
	Agent func(agent.Config) agent.Config
	// Upgrades are planned ones that this build can apply, by name, beside those of the release.
	Upgrades map[string]app.Upgrade

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
	cfg, err := LoadComet(h)
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

	bridge := message.BridgeID(doc.ChainID)
	votes, err := openJournal(h.VoteJournal())
	if err != nil {
		return fmt.Errorf("open vote journal: %w", err)
	}
	opened.add(votes)
	keys, err := openSecrets(h, &c, bridge)
	if err != nil {
		return err
	}
	sign, err := openShares(ctx, h, &c, bridge, &opened, logger)
	if err != nil {
		return err
	}
	vote, err := voter.New(voter.Config{Journal: votes, Signer: sign, Logger: logger})
	if err != nil {
		return fmt.Errorf("open voter: %w", err)
	}

	border := sdkLogger(log, c.LogLevel)
	key, err := consensusKey(ctx, h, cfg, doc.ChainID, cometlog.CometLoggerWrapper{Logger: border})
	if err != nil {
		return err
	}
	opened.add(key)
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, h.DataDir())
	if err != nil {
		return fmt.Errorf("open application database: %w", err)
	}
	opened.add(db)
	var asked app.Voter = vote
	if hooks.Voter != nil {
		asked = hooks.Voter(vote)
	}
	told := newCommits(asked)
	a, err := app.New(border, db, doc.ChainID, told, app.Options{
		ConsAddress: sdk.ConsAddress(key.address()), RetainBlocks: hooks.retainBlocks, Upgrades: known(hooks.Upgrades),
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

	reads, err := openFeeds(&c, logger)
	if err != nil {
		return err
	}
	opened.add(reads)
	followed := newStreams(h, &c, reads, doc.ChainID, vote, logger)
	opened.add(followed)
	reloads, err := newReloader(h, reads, followed, logger)
	if err != nil {
		return err
	}
	first := agenda.Streams
	if a.LastBlockHeight() == 0 {
		first = genesisStreams(genesis.Lanes.Streams)
	}
	if err := followed.open(first); err != nil {
		return err
	}
	comet := new(engine)
	book := ledger{app: a, chainID: doc.ChainID, behind: comet.behind}
	hands, out, err := newAgent(book, comet, keys, key.address(), sign, vote, hooks, logger)
	if err != nil {
		return err
	}
	followed.state, followed.report = book, hands.Contradiction
	if err := loadShares(ctx, hands, book, a.LastBlockHeight() == 0, bridge, &genesis.Committee.Epoch); err != nil {
		return fmt.Errorf("load key share: %w", err)
	}
	told.then(followed.told)
	told.then(func(extension.Agenda) { hands.Wake() })
	self := beside{vote, sign, hands, reads, followed, book}
	greet(logger, doc, &genesis, &agenda, a.LastBlockHeight(), key.address(), &c, self, book)
	a.Announce()

	failed := make(chan error, 1)
	return runAll(ctx, []service{
		background("voter", failed, vote.Run),
		background("announcements", failed, reads.Run),
		background("streams", failed, followed.run),
		comet.service(key.config(cfg), key, h, doc, a, hooks, border, failed),
		key.service(),
		background("agent", failed, hands.Run),
		queryService(c.GRPC, a, self, failed),
		adminService(h, &admin{ledger: book, sender: out, vouch: vote, blocks: comet.results, commits: told, reloads: reloads}, failed),
		background("reloads", failed, reloads.run),
		metricsService(cfg.Instrumentation.PrometheusListenAddr, self, logger, failed),
	}, failed, logger, hooks.Ready)
}

// openShares opens what signs: in this process, or the one that the configuration names.
func openShares(ctx context.Context, h Layout, c *Config, bridge message.Hash, opened *closers, logger *slog.Logger) (shareSigner, error) {
	path, elsewhere := strings.CutPrefix(c.Signer, "unix://")
	if !elsewhere {
		return openSigner(h, bridge, opened, logger)
	}
	s, err := remotesigner.Dial(ctx, path, bridge, logger)
	if err != nil {
		return nil, fmt.Errorf("open signer %s: %w", c.Signer, err)
	}
	opened.add(s)
	return s, nil
}

// openSigner opens the signer of this process. It has no share before the agent gives it one.
func openSigner(h Layout, bridge message.Hash, opened *closers, logger *slog.Logger) (*signer.Signer, error) {
	j, err := openJournal(h.SignerJournal())
	if err != nil {
		return nil, fmt.Errorf("open signer journal: %w", err)
	}
	opened.add(j)
	s, err := signer.New(signer.Config{BridgeID: bridge, Journal: j, Rand: rand.Reader, Logger: logger})
	if err != nil {
		return nil, fmt.Errorf("open signer: %w", err)
	}
	return s, nil
}

func queryService(address string, a *app.App, b beside, failed chan<- error) service {
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
			serve(s, ln, "grpc", failed)
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
