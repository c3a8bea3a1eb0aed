// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
)

// options are the flags of every command.
type options struct {
	home    string
	network string
	json    bool
}

func newCommand() *cobra.Command {
	o := &options{home: os.Getenv("BRIDGECTL_HOME"), network: os.Getenv("BRIDGECTL_NETWORK")}
	if o.home == "" {
		base, err := os.UserHomeDir()
		if err != nil {
			base = "."
		}
		o.home = filepath.Join(base, ".bridgectl")
	}
	root := &cobra.Command{
		Use:   "bridgectl",
		Short: "Sends, tracks and stops messages of a bridge; runs a devnet",
		Long: `Sends, tracks and stops messages of a bridge; runs a devnet.

Exit codes: 0 ok, 1 failed, 2 usage, 3 refused as unsafe, 4 timed out.`,
	}
	f := root.PersistentFlags()
	f.StringVar(&o.home, "home", o.home, "folder of network.json and keys/")
	f.StringVar(&o.network, "network", o.network, "network file (default <home>/network.json)")
	f.BoolVar(&o.json, "json", false, "print JSON")
	root.AddCommand(devnetCommand(), sendCommand(o), trackCommand(o), pauseCommand(o), unpauseCommand(o),
		committeeCommand(o), streamsCommand(o), ceremonyCommand(o), proposalCommand(o))
	return root
}

// open reads the network file and prepares the connections.
func (o *options) open(ctx context.Context) (*client.Client, error) {
	path := o.network
	if path == "" {
		path = filepath.Join(o.home, "network.json")
	}
	n, err := registry.Load(path)
	if err != nil {
		return nil, exit.Usagef("network: %w", err)
	}
	c, err := client.Open(ctx, n)
	if err != nil {
		return nil, exit.Usagef("network %s: %w", path, err)
	}
	return c, nil
}

// sender opens an account (account.Setting): key, or the key file that is the first of names that exists below
// <home>/keys.
func (o *options) sender(c *client.Client, chain message.ChainID, key string, names ...string) (*evm.TransactionManager, error) {
	if key == "" {
		for _, name := range names {
			key = filepath.Join(o.home, "keys", name)
			if _, err := os.Lstat(key); err == nil {
				break
			}
		}
	}
	a, err := account.Setting(key).Open(context.Background(), ".", os.Getenv("BRIDGECTL_PASSWORD_FILE"))
	if errors.Is(err, keystore.ErrUnsafe) {
		return nil, exit.Refused(fmt.Errorf("key: %w", err))
	}
	if err != nil {
		return nil, exit.Usagef("key: %w", err)
	}
	s, err := c.Sender(chain, a)
	if err != nil {
		return nil, exit.Usage(err)
	}
	return s, nil
}

// print writes v as JSON or as text does.
func (o *options) print(w io.Writer, v any, text func(io.Writer)) error {
	if !o.json {
		text(w)
		return nil
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return fmt.Errorf("print: %w", err)
	}
	return nil
}

func required(c *cobra.Command, flags ...string) error {
	for _, f := range flags {
		if !c.Flags().Changed(f) {
			return exit.Usagef("--%s: required; see %s --help", f, c.CommandPath())
		}
	}
	return nil
}
