// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/devnet"
	"github.com/aitbc/bridge/cmd/exit"
)

func devnetCommand() *cobra.Command {
	opts := devnet.Options{}
	var demo, keep bool
	var bench int
	cmd := &cobra.Command{
		Use:   "devnet",
		Short: "Run a whole bridge on this machine: two chains, four validators, a relayer",
		Long: `Runs a whole bridge on this machine: two EVM chains of 1 s blocks in this process, four
bridged processes and one relayer process with homes of their own. Everything listens
on loopback and ends with Ctrl-C. Without --demo or --bench it stays running.`,
		Example: `  bridgectl devnet
  bridgectl devnet --demo
  bridgectl devnet --bench 60 --any-ports`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			if demo && bench > 0 {
				return exit.Usagef("--demo and --bench exclude each other")
			}
			if bench < 0 || bench > 10_000 {
				return exit.Usagef("--bench: %d is not within 0 to 10000", bench)
			}
			opts.Out = cmd.OutOrStdout()
			if opts.Dir == "" {
				opts.Dir = ".devnet"
				if demo || bench > 0 {
					if opts.Dir, err = os.MkdirTemp("", "bridge-devnet-"); err != nil {
						return err
					}
					if !keep {
						defer func() {
							if err == nil || errors.Is(err, errInterrupted) {
								err = errors.Join(err, os.RemoveAll(opts.Dir))
							} else {
								fmt.Fprintf(os.Stderr, "logs are kept in %s\n", filepath.Join(opts.Dir, "logs"))
							}
						}()
					}
				}
			}
			return runDevnet(cmd.Context(), opts, demo, bench)
		},
	}
	f := cmd.Flags()
	f.BoolVar(&demo, "demo", false, "send 20 messages, pause a lane in the middle, print a table, end")
	f.IntVar(&bench, "bench", 0, "send so many rounds of messages, print figures, end")
	f.StringVar(&opts.Dir, "dir", "", "folder of the devnet, emptied at the start (default .devnet; a temporary one with --demo and --bench)")
	f.StringVar(&opts.Bin, "bin", "", "folder of bridged and relayer (default: that of bridgectl)")
	f.IntVar(&opts.PortOffset, "port-offset", 0, "added to every port of the validators")
	f.BoolVar(&opts.AnyPorts, "any-ports", false, "take free ports everywhere")
	f.BoolVar(&keep, "keep", false, "keep the temporary folder")
	return cmd
}

// errInterrupted: a signal ended the run.
var errInterrupted = errors.New("interrupted")

func runDevnet(ctx context.Context, opts devnet.Options, demo bool, bench int) (err error) {
	n, err := devnet.Start(ctx, opts)
	switch {
	case errors.Is(err, devnet.ErrUnsafe):
		return exit.Refused(err)
	case err != nil:
		return err
	}
	defer func() {
		if ctx.Err() != nil && err != nil {
			err = errInterrupted // what was under way failed because of it
		}
		err = errors.Join(err, n.Stop())
	}()
	switch {
	case demo:
		_, err = n.Demo(ctx)
		return err
	case bench > 0:
		_, err = n.Bench(ctx, bench)
		return err
	}
	describe(opts.Out, n)
	select {
	case <-ctx.Done():
		fmt.Fprintln(opts.Out, "stopping")
		return nil
	case err := <-n.Died():
		return err
	}
}

func describe(w io.Writer, n *devnet.Network) {
	fmt.Fprintf(w, "\nnetwork file  %s\n", n.NetworkFile())
	for _, c := range n.Info.Chains {
		fmt.Fprintf(w, "chain %s   %s   manager %s   inbox %s   timelock %s\n", c.ChainID, c.URLs[0], c.Manager, c.Inbox, c.Timelock)
	}
	for i, v := range n.Info.Validators {
		fmt.Fprintf(w, "%s         grpc %s   rpc %s   pid %d\n", v.Moniker, v.GRPC, v.RPC, n.Nodes[i].PID())
	}
	fmt.Fprintf(w, "relayer       pid %d\nlogs          %s\n", n.Relayer.PID(), filepath.Join(n.Dir(), "logs"))
	a, b := n.Info.Chains[0], n.Info.Chains[1]
	flags := fmt.Sprintf("--home %s --network %s", n.Home(), n.NetworkFile())
	fmt.Fprintf(w, `
next, in another terminal:
  bridgectl send --from-chain %[1]s --to-chain %[2]s --target %[3]s --data hello %[4]s
  bridgectl track <message id> %[4]s
  bridgectl pause --lane '%[1]s->%[2]s' %[4]s
  bridgectl unpause --lane '%[1]s->%[2]s' %[4]s
Ctrl-C stops everything.
`, a.ChainID, b.ChainID, b.Inbox, flags)
}
