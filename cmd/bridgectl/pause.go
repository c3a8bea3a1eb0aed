// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
)

func pauseCommand(o *options) *cobra.Command {
	var lane, key string
	var f finality
	cmd := &cobra.Command{
		Use:   "pause",
		Short: "Stop deliveries of a lane at its target for 72 hours",
		Long: `Stops deliveries of a lane at its target for 72 hours. The account must be a pauser
of the target's manager. Messages stay certified and arrive after the pause.`,
		Example: `  bridgectl pause --lane '31337->31338'
  bridgectl pause --lane 31337:31338 --finality fast
  bridgectl pause --lane 31337:31338 --key ~/.bridgectl/keys/pauser`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "lane"); err != nil {
				return err
			}
			l, err := client.ParseLane(lane)
			if err != nil {
				return exit.Usagef("--lane: %w", err)
			}
			l.Finality = message.Finality(f)
			c, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			by, err := o.sender(c, l.Target, key, "pauser", "account")
			if err != nil {
				return err
			}
			p, err := c.PauseLane(cmd.Context(), by, l)
			if err != nil {
				return err
			}
			return o.print(cmd.OutOrStdout(), p, func(w io.Writer) {
				fmt.Fprintf(w, "lane %s paused until %s\ntx %s, gas %d\n", p.Lane, p.Until.UTC().Format(time.RFC3339), p.Tx, p.Gas)
			})
		},
	}
	cmd.Flags().StringVar(&lane, "lane", "", "<source chain id>-><target chain id>")
	addFinality(cmd, &f, "which of the lanes between the two: each finality has its own")
	cmd.Flags().StringVar(&key, "key", "", "account of a pauser: key file, keystore:path with $BRIDGECTL_PASSWORD_FILE, or an external signer's URL (default <home>/keys/pauser, then keys/account)")
	return cmd
}

func unpauseCommand(o *options) *cobra.Command {
	var lane, key string
	var f finality
	var wait time.Duration
	cmd := &cobra.Command{
		Use:   "unpause",
		Short: "Lift a lane's pause through the fast timelock",
		Long: `Lifts a lane's pause through the timelock that is ownerFast of the target's manager:
schedules, waits for the delay if it is at most --wait, executes. Run the same command
again after a longer delay. The account must be proposer and executor of the timelock.`,
		Example: `  bridgectl unpause --lane '31337->31338'
  bridgectl unpause --lane 31337:31338 --wait 90m`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := required(cmd, "lane"); err != nil {
				return err
			}
			l, err := client.ParseLane(lane)
			if err != nil {
				return exit.Usagef("--lane: %w", err)
			}
			l.Finality = message.Finality(f)
			c, err := o.open(cmd.Context())
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			by, err := o.sender(c, l.Target, key, "admin", "account")
			if err != nil {
				return err
			}
			p, err := c.UnpauseLane(cmd.Context(), by, l, wait)
			if errors.Is(err, client.ErrDelay) {
				return exit.Timeout(err)
			}
			if err != nil {
				return err
			}
			return o.print(cmd.OutOrStdout(), p, func(w io.Writer) {
				fmt.Fprintf(w, "lane %s unpaused\ntx %s, gas %d\n", p.Lane, p.Tx, p.Gas)
			})
		},
	}
	cmd.Flags().StringVar(&lane, "lane", "", "<source chain id>-><target chain id>")
	addFinality(cmd, &f, "which of the lanes between the two: each finality has its own")
	cmd.Flags().StringVar(&key, "key", "", "account of the timelock's proposer, as for pause (default <home>/keys/admin, then keys/account)")
	cmd.Flags().DurationVar(&wait, "wait", time.Minute, "longest timelock delay to wait for")
	return cmd
}
