// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

func rollbackCommand(home func() node.Layout) *cobra.Command {
	var to int64
	var asJSON bool
	c := &cobra.Command{
		Use:   "rollback",
		Short: "Take the state of this one stopped node back, by one block or to a height",
		Long: `Take the state of this one stopped node back, by one block or to a height.

For a node whose own state went wrong. The block above is executed again at the next start,
higher ones come from peers. Journals, keys and the record of what was signed stay: the node
says nothing twice, and its signer takes a new boot id.`,
		Args: cobra.NoArgs,
		Example: `  bridged rollback --home ~/.bridged
  bridged rollback --home ~/.bridged --to-height 120000 --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if c.Flags().Changed("to-height") && to < 1 {
				return fmt.Errorf("%w: --to-height %d", errUsage, to)
			}
			cfg, err := node.LoadConfig(home().ConfigFile(), os.Getenv)
			if err != nil {
				return err
			}
			r, err := node.Rollback(home(), cfg, to)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			l.print("rolled back from height %d to %d", r.From, r.To)
			l.print("block %d is executed again at the next start; %d later blocks come from peers; %d snapshots above were dropped", r.Again, r.Fetched, r.Snapshots)
			l.print("journals and keys are untouched; the signer takes a new boot id when the node starts")
			return l.err
		},
	}
	c.Flags().Int64Var(&to, "to-height", 0, "committed height to go back to; the one before the newest when not given")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func exportCommand(home func() node.Layout) *cobra.Command {
	var height int64
	var out string
	var asJSON bool
	c := &cobra.Command{
		Use:   "export",
		Short: "Write a genesis file that goes on from this stopped node's state, under the next fork number",
		Long: `Write a genesis file that goes on from this stopped node's state, under the next fork number.

For a chain that cannot go on. All members agree on a height, stop, export, compare the
printed sha256, import, start. The home is not changed.`,
		Args: cobra.NoArgs,
		Example: `  bridged export --home ~/.bridged --out genesis-2.json
  bridged export --home ~/.bridged --height 120000 --out genesis-2.json --json`,
		RunE: func(c *cobra.Command, _ []string) error {
			if out == "" || height < 0 || c.Flags().Changed("height") && height == 0 {
				return fmt.Errorf("%w: --out is required, --height is above 0", errUsage)
			}
			cfg, err := node.LoadConfig(home().ConfigFile(), os.Getenv)
			if err != nil {
				return err
			}
			r, err := node.Export(home(), cfg, height, out)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			l.print("exported chain %s at height %d, app hash %s", r.ChainID, r.Height, r.AppHash)
			if !r.Confirmed {
				l.print("no later block confirms this app hash: compare it with every other member")
			}
			l.print("goes on at height %d under fork %d with %d members and %d streams", r.InitialHeight, r.Fork, r.Members, r.Streams)
			l.print("%s  sha256 %s: must be the same for every member", r.File, r.SHA256)
			return l.err
		},
	}
	c.Flags().Int64Var(&height, "height", 0, "committed height to export; the newest when not given")
	c.Flags().StringVar(&out, "out", "", "file to write; it must not exist")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}

func importCommand(home func() node.Layout) *cobra.Command {
	var reset, asJSON bool
	c := &cobra.Command{
		Use:   "import <genesis file>",
		Short: "Make this stopped node go on from an exported genesis file",
		Long: `Make this stopped node go on from an exported genesis file.

Journals, keys and streams stay. The old data directory and genesis file are moved aside, not
deleted. A fork number that this home knows already is refused: it is used once.`,
		Args: cobra.ExactArgs(1),
		Example: `  bridged import --home ~/.bridged genesis-2.json
  bridged import --home ~/.bridged genesis-2.json --reset`,
		RunE: func(c *cobra.Command, args []string) error {
			if _, err := os.Stat(args[0]); errors.Is(err, os.ErrNotExist) {
				return fmt.Errorf("%w: %w", errUsage, err)
			}
			cfg, err := node.LoadConfig(home().ConfigFile(), os.Getenv)
			if err != nil {
				return err
			}
			r, err := node.Import(home(), cfg, args[0], reset)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			l.print("chain %s goes on at height %d under fork %d (was fork %d, height %d)", r.ChainID, r.InitialHeight, r.Fork, r.OldFork, r.OldHeight)
			if r.Member == 0 {
				l.print("this node is no member of it")
			} else {
				l.print("this node is member %d", r.Member)
			}
			for _, p := range r.Aside {
				l.print("kept %s", p)
			}
			return l.err
		},
	}
	c.Flags().BoolVar(&reset, "reset", false, "leave behind state above the exported height")
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return c
}
