// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/exit"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/relayer/deliver"
)

func newCommand() *cobra.Command {
	root := &cobra.Command{
		Use:   "relayer",
		Short: "Carries certified messages to their target chains",
	}
	base, err := os.UserHomeDir()
	if err != nil {
		base = "."
	}
	home := filepath.Join(base, ".bridge-relayer")
	if v := os.Getenv("RELAYER_HOME"); v != "" {
		home = v
	}
	root.PersistentFlags().StringVar(&home, "home", home, "folder of relayer.toml, keys/ and store/")
	root.AddCommand(startCommand(&home))
	return root
}

func startCommand(home *string) *cobra.Command {
	var network string
	var json bool
	cmd := &cobra.Command{
		Use:   "start",
		Short: "Deliver until stopped",
		Long: `Delivers every certified message until stopped.

Reads <home>/relayer.toml (all keys optional):
  network = "network.json"     # the network, see --network
  account = "keys/account"     # account that pays: file of 64 hex digits, mode 0600; keystore:path; or the
                               # URL of an external signer, http(s)://host:port or unix:///path
  password_file = ""           # of a keystore file; "password" beside it when empty
  store   = "store"            # cache, may be deleted
  poll    = "500ms"
  log     = "info"             # debug, info, warn, error
  [[chains]]                   # as in bridged.toml; for chains that are not here, network.json's urls
  chain_id = 31337
  agree    = 2                 # operators that must give one answer
  unsafe   = false             # true allows agree = 1, or no majority
  [[chains.endpoints]]         # transactions go to all of them
  name     = "own"             # what the log says; a URL is never repeated
  operator = "us"              # endpoints of one operator are one voice; the name when left out
  url      = "http://..."
  ws       = "ws://..."        # announces blocks, so that they are read at once; may be left out
  requests_per_hour = 0        # bound of what is asked of it; 0: none
The environment (RELAYER_NETWORK, RELAYER_ACCOUNT, ...) stands above the file, flags above both.`,
		Example: `  relayer start --network ./network.json
  relayer start --home ~/.bridge-relayer`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := load(*home)
			if err != nil {
				return exit.Usage(err)
			}
			if network != "" {
				if cfg.Network, err = filepath.Abs(network); err != nil {
					return err
				}
			}
			if err := cfg.validate(); err != nil {
				return exit.Usage(err)
			}
			level, err := cfg.level()
			if err != nil {
				return exit.Usage(err)
			}
			var handler slog.Handler = slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: level})
			if json {
				handler = slog.NewJSONHandler(os.Stderr, &slog.HandlerOptions{Level: level})
			}
			err = start(cmd.Context(), *home, cfg, slog.New(handler))
			if errors.Is(err, context.Canceled) {
				return nil
			}
			return err
		},
	}
	cmd.Flags().StringVar(&network, "network", "", "network file (default: the configuration's)")
	cmd.Flags().BoolVar(&json, "json", false, "log as JSON")
	return cmd
}

// start wires the parts and runs them until ctx ends.
func start(ctx context.Context, home string, cfg config, log *slog.Logger) error {
	network, err := registry.Load(under(home, cfg.Network))
	if err != nil {
		return exit.Usage(err)
	}
	payer, err := account.Setting(cfg.Account).Open(ctx, home, cfg.PasswordFile)
	if errors.Is(err, keystore.ErrUnsafe) {
		return exit.Refused(fmt.Errorf("account: %w", err))
	}
	if err != nil {
		return exit.Usagef("account: %w", err)
	}
	validators, err := deliver.Dial(network.BridgeID, endpoints(network))
	if err != nil {
		return exit.Usage(err)
	}
	defer func() { _ = validators.Close() }()
	run := deliver.Config{
		Validators: validators, Sources: map[message.ChainID]follow.Source{},
		Managers: map[message.ChainID]message.Address{}, Poll: cfg.Poll, Logger: log,
	}
	chains := make([]sources.Chain, len(network.Chains))
	for i := range network.Chains {
		if chains[i], err = cfg.chain(&network.Chains[i]); err != nil {
			return exit.Usage(err)
		}
	}
	reads, err := sources.Open(chains, log)
	if err != nil {
		return exit.Usage(err)
	}
	defer func() { _ = reads.Close() }() // gives no error
	clients := map[message.ChainID]*evm.Client{}
	for i := range network.Chains {
		c := &network.Chains[i]
		one, _ := reads.Get(c.ChainID) // each was opened
		reader, err := one.Reader(ctx, c.Manager, nil)
		if err != nil {
			return exit.Usage(err)
		}
		client := reader.Client
		sender, err := evm.NewTransactionManager(evm.TxConfig{Endpoint: client, ChainID: c.ChainID, Account: payer, Logger: log})
		if err != nil {
			return err
		}
		clients[c.ChainID] = client
		run.Sources[c.ChainID], run.Managers[c.ChainID] = client, c.Manager
		run.Targets = append(run.Targets, deliver.NewTarget(client, sender, payer.Address()))
	}
	run.Recent = func(s message.Stream) (deliver.Recent, error) { return evm.NewRecent(clients[s.Chain], s.Finality) }
	run.Wake = func(id message.ChainID) func(context.Context, time.Duration) error {
		one, _ := reads.Get(id)
		return one.Heads.Sleeper()
	}
	stores := &stores{dir: under(home, cfg.Store)}
	defer stores.close(log)
	run.Open = stores.open
	relayer, err := deliver.New(run)
	if err != nil {
		return exit.Usage(err)
	}
	log.Info("relayer started", "account", message.Address(payer.Address()), "network", network.ChainID)
	listen, stop := context.WithCancel(ctx)
	listened := make(chan struct{})
	go func() { defer close(listened); _ = reads.Run(listen) }() // ends with the context's error alone
	err = relayer.Run(ctx)
	stop()
	<-listened
	log.Info("relayer stopped")
	return err
}

func endpoints(n *registry.Network) []string {
	list := make([]string, len(n.Validators))
	for i, v := range n.Validators {
		list[i] = v.GRPC
	}
	return list
}

// stores opens one cache per stream and closes all of them.
type stores struct {
	dir string
	mu  sync.Mutex
	all []*store.Badger
}

// open names the folder after everything that identifies the stream, so that a
// stream of another network or stride never meets it.
func (s *stores) open(c stream.Config) (stream.Store, error) {
	var w message.Words
	w.Hash(c.BridgeID).Uint(uint64(c.Stream.Chain)).Address(c.Stream.Manager).Uint(uint64(c.Stream.Finality)).
		Uint(uint64(c.Stream.Epoch)).Uint(c.Stride).Uint(c.StartBlock)
	sum := w.Sum()
	b, err := store.Open(filepath.Join(s.dir, fmt.Sprintf("%s-%s", c.Stream.Chain, hex.EncodeToString(sum[:6]))))
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.all = append(s.all, b)
	return b, nil
}

func (s *stores) close(log *slog.Logger) {
	for _, b := range s.all {
		if err := b.Close(); err != nil {
			log.Warn("store not closed", "err", err)
		}
	}
}
