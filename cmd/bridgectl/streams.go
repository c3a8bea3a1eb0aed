// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
)

func streamsCommand(o *options) *cobra.Command {
	var grpc string
	cmd := &cobra.Command{
		Use:   "streams [index]",
		Short: "Show what is certified of each source, and which streams have stopped and why",
		Long: `Shows the streams of all sources: what is certified, and which are closed or stopped. A stream below final (fast, safe)
stops when f+1 members report that the final history contradicts what it has certified; who reported, which checkpoint and when is
shown too. The final stream of the source goes on meanwhile; the committee's 'bridgectl proposal resume --stream' lets the stopped
one run again (docs/runbooks/contradiction.md). Nothing at or below its floor is certified again.`,
		Example: `  bridgectl streams
  bridgectl streams 2
  bridgectl streams --grpc 127.0.0.1:9090 --json`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			index := uint64(0)
			if len(args) == 1 {
				var err error
				if index, err = strconv.ParseUint(args[0], 10, 16); err != nil || index == 0 {
					return exit.Usagef("%q is no index of a stream, 1 to 65535", args[0])
				}
			}
			c, err := o.validators(cmd, grpc)
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			list, err := c.StreamViews(cmd.Context(), uint32(index))
			if err != nil {
				return err
			}
			return o.print(cmd.OutOrStdout(), list, func(w io.Writer) { printStreams(w, list) })
		},
	}
	addGRPC(cmd, &grpc)
	return cmd
}

func printStreams(w io.Writer, list []client.Stream) {
	if len(list) == 0 {
		fmt.Fprintln(w, "no streams")
		return
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "stream\tchain\tfinality\tepoch\tgeneration\tstate\tcertified to\tmessages\tsigning\tmanager")
	for i := range list {
		s := &list[i]
		generation := "-"
		if s.Generation != 0 {
			generation = strconv.FormatUint(uint64(s.Generation), 10)
		}
		fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%s\t%s\t%d\t%d\t%d\t%s\n", s.Index, s.Chain, s.Finality, s.Epoch, generation, s.State, s.Certified, s.Messages, s.Signing, s.Manager)
	}
	_ = t.Flush()
	for i := range list {
		printContradiction(w, &list[i])
	}
}

// printContradiction says what stopped a stream, or what is reported against it.
func printContradiction(w io.Writer, s *client.Stream) {
	if s.State == "stopped" {
		fmt.Fprintf(w, "stream %d, %s of chain %s, stopped at height %d: the final history contradicts what it certified\n", s.Index, s.Finality, s.Chain, s.StoppedAt)
	}
	if s.FloorEnd != 0 {
		fmt.Fprintf(w, "stream %d certifies nothing at or below block %d again\n", s.Index, s.FloorEnd)
	}
	if s.Reports != nil {
		for _, r := range s.Reports.Reports {
			fmt.Fprintf(w, "  height %d: %s reported the checkpoint of generation %d at block %d\n", r.Height, plain(r.Member), s.Reports.Generation, r.End)
		}
	}
	if next := s.Resume(); next != "" {
		fmt.Fprintf(w, "  to go on: %s\n", next)
	}
}
