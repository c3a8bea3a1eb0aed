// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/keys/signer/remote"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/upgrade"
	"github.com/aitbc/bridge/verifier/voter"
)

// Exit codes of every command.
const (
	exitOK      = 0
	exitFailed  = 1
	exitUsage   = 2
	exitRefused = 3
	exitTimeout = 4
)

var errUsage = errors.New("usage")

func exitCode(err error) int {
	switch {
	case err == nil:
		return exitOK
	case errors.Is(err, errUsage), errors.Is(err, node.ErrConfig), errors.Is(err, keystore.ErrPassword):
		return exitUsage
	case errors.Is(err, node.ErrUnsafe), errors.Is(err, node.ErrProof), errors.Is(err, node.ErrSignState), errors.Is(err, keystore.ErrUnsafe), errors.Is(err, keystore.ErrExists), errors.Is(err, keystore.ErrPlain),
		errors.Is(err, journal.ErrUnsafeFile), errors.Is(err, journal.ErrLocked), errors.Is(err, journal.ErrCorrupt),
		errors.Is(err, app.ErrGenesis), errors.Is(err, voter.ErrTwin),
		errors.Is(err, upgrade.ErrNeeded), errors.Is(err, upgrade.ErrEarly), errors.Is(err, upgrade.ErrOld), errors.Is(err, signer.ErrTwin), errors.Is(err, signer.ErrStopped),
		errors.Is(err, remote.ErrSocket):
		return exitRefused
	case errors.Is(err, context.DeadlineExceeded):
		return exitTimeout
	}
	return exitFailed
}

func run(args []string, out, log io.Writer) int {
	root := commands(log)
	root.SetArgs(args)
	root.SetOut(out)
	root.SetErr(log)
	err := root.Execute()
	if err != nil {
		_, _ = fmt.Fprintln(log, "bridged:", err)
	}
	return exitCode(err)
}

// commands is the tree of commands; log takes what a running node says.
func commands(log io.Writer) *cobra.Command {
	root := &cobra.Command{
		Use:           "bridged",
		Short:         "The bridge's validator",
		SilenceUsage:  true,
		SilenceErrors: true,
		Example: `  bridged init --home ~/.bridged --chain-id aitbc-main-1 --moniker alice
  bridged start --home ~/.bridged
  bridged status --json`,
	}
	home := root.PersistentFlags().String("home", defaultHome(), "directory of the node ($BRIDGED_HOME)")
	usage := func(_ *cobra.Command, err error) error { return fmt.Errorf("%w: %w", errUsage, err) }
	root.SetFlagErrorFunc(usage)
	layout := func() node.Layout { return node.Layout(*home) }
	root.AddCommand(initCommand(layout), genesisCommand(layout), startCommand(layout, log), statusCommand(layout), reloadCommand(layout),
		rollbackCommand(layout), exportCommand(layout), importCommand(layout), signerCommand(layout, log), keysCommand(layout))
	markTestBuild(root, log)
	markUsage(root)
	return root
}

// markUsage makes wrong arguments a usage error, and a word that is no command too.
func markUsage(c *cobra.Command) {
	if c.HasSubCommands() && !c.Runnable() {
		c.Args = cobra.NoArgs
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	}
	if check := c.Args; check != nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return fmt.Errorf("%w: %w", errUsage, err)
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		markUsage(sub)
	}
}

func defaultHome() string {
	if h := os.Getenv("BRIDGED_HOME"); h != "" {
		return h
	}
	h, err := os.UserHomeDir()
	if err != nil {
		return ".bridged"
	}
	return filepath.Join(h, ".bridged")
}

func printJSON(out io.Writer, v any) error {
	e := json.NewEncoder(out)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

func passwordFlag(c *cobra.Command, to *string) {
	c.Flags().StringVar(to, "password-file", "", "file with the home's password, instead of $BRIDGED_PASSWORD_FILE and password_file of bridged.toml")
}

// loadConfig reads the home's settings: file, environment, and the flag --password-file.
func loadConfig(h node.Layout, passwordFile string) (node.Config, error) {
	c, err := node.LoadConfig(h.ConfigFile(), os.Getenv)
	if err == nil && passwordFile != "" {
		c.PasswordFile, err = filepath.Abs(passwordFile)
	}
	return c, err
}

func initCommand(home func() node.Layout) *cobra.Command {
	var o node.InitOptions
	c := &cobra.Command{
		Use:   "init",
		Short: "Make a home with fresh consensus, node, operator and dealing keys",
		Args:  cobra.NoArgs,
		Example: `  bridged init --home n1 --chain-id aitbc-devnet-1 --moniker n1 --port-offset 100 --loopback
  bridged init --home n5 --chain-id aitbc-main-1 --moniker eve --state-sync-rpc 203.0.113.7:26657,203.0.113.8:26657 --trust-height 120000 --trust-hash 9f86…`,
		RunE: func(c *cobra.Command, _ []string) error {
			if o.ChainID == "" || o.Moniker == "" {
				return fmt.Errorf("%w: --chain-id and --moniker are required", errUsage)
			}
			if o.PasswordFile == "" {
				o.PasswordFile = os.Getenv("BRIDGED_PASSWORD_FILE")
			}
			if err := node.Init(home(), o); err != nil {
				return err
			}
			_, err := fmt.Fprintln(c.OutOrStdout(), "made", home())
			return err
		},
	}
	c.Flags().StringVar(&o.ChainID, "chain-id", "", "aitbc-<name>-<number>")
	c.Flags().StringVar(&o.Moniker, "moniker", "", "name of the node")
	c.Flags().IntVar(&o.PortOffset, "port-offset", 0, "added to every port; devnet node i uses 100·i")
	c.Flags().StringSliceVar(&o.StateSync.RPC, "state-sync-rpc", nil, "start from a snapshot: host:port of two or more validators' rpc")
	c.Flags().StringVar(&o.PasswordFile, "password-file", "", "password that locks the keys; one is made in keys/password when not given")
	c.Flags().Int64Var(&o.StateSync.Height, "trust-height", 0, "state sync: height of a header that you trust")
	c.Flags().StringVar(&o.StateSync.Hash, "trust-hash", "", "state sync: hash of that header, 64 hexadecimal digits")
	c.Flags().BoolVar(&o.Loopback, "loopback", false, "many nodes share 127.0.0.1 (devnets)")
	return c
}

func startCommand(home func() node.Layout, log io.Writer) *cobra.Command {
	var grpc, level, password string
	var hooks func(node.Config) (node.Hooks, error)
	c := &cobra.Command{
		Use:     "start",
		Short:   "Run the validator until SIGINT or SIGTERM",
		Args:    cobra.NoArgs,
		Example: "  bridged start --home ~/.bridged --log-level debug",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig(home(), password)
			if err != nil {
				return err
			}
			if grpc != "" {
				cfg.GRPC = grpc
			}
			if level != "" {
				cfg.LogLevel = level
			}
			seams, err := hooks(cfg)
			if err != nil {
				return err
			}
			ctx, stop := signal.NotifyContext(c.Context(), syscall.SIGINT, syscall.SIGTERM)
			defer stop()
			return node.Run(ctx, home(), cfg, log, seams)
		},
	}
	passwordFlag(c, &password)
	c.Flags().StringVar(&grpc, "grpc", "", "host:port of the query server, instead of the file's")
	c.Flags().StringVar(&level, "log-level", "", "debug, info, warn or error, instead of the file's")
	hooks = testHooks(c, log)
	return c
}
