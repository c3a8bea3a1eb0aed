// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

func proposeSource(o *options) *cobra.Command {
	var home, url, grpc string
	var stream uint32
	var base uint64
	var look bool
	cmd := &cobra.Command{
		Use:   "resume-source",
		Short: "Propose that a source whose final blocks changed goes on under its next epoch",
		Long: `Closes a stream for ever and opens the next epoch of its source on a certified base: what was certified above
the base is void once a target has seen the next epoch.

With --rpc the base is found: the newest certificate whose block the endpoint still has under the same hash, and whose tree
comes out of the endpoint's logs again. --look says what it finds and proposes nothing: who approves does the same with an
endpoint of its own (docs/runbooks/source-resume.md). --base-end 0 goes on from nothing.`,
		Example: `  bridgectl proposal resume-source --stream 1 --rpc https://… --look
  bridgectl proposal resume-source --node ~/.bridged --stream 1 --rpc https://…
  bridgectl proposal resume-source --node ~/.bridged --stream 1 --base-end 19004217`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			given := cmd.Flags().Changed("base-end")
			switch {
			case stream == 0:
				return exit.Usagef("--stream is needed")
			case given == (url != ""):
				return exit.Usagef("exactly one of --base-end and --rpc is needed")
			case look && given:
				return exit.Usagef("--look needs --rpc")
			}
			if url != "" {
				found, err := o.findBase(cmd, grpc, stream, url)
				if err != nil {
					return err
				}
				out := cmd.OutOrStdout()
				if !look {
					out = cmd.ErrOrStderr()
				}
				if err := o.print(out, found, func(w io.Writer) { writeBase(w, &found) }); err != nil || look {
					return err
				}
				base = found.End
			}
			return o.propose(cmd, home, committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{
				Source: &committeev1.SourceResume{Stream: stream, BaseEnd: base},
			}}})
		},
	}
	addNode(cmd, &home)
	addGRPC(cmd, &grpc)
	cmd.Flags().Uint32Var(&stream, "stream", 0, "index of the stream that closes")
	cmd.Flags().Uint64Var(&base, "base-end", 0, "end block of the newest certificate that still holds; 0: none does")
	cmd.Flags().StringVar(&url, "rpc", "", "endpoint of the source by which the base is found")
	cmd.Flags().BoolVar(&look, "look", false, "say what the base is and propose nothing")
	return cmd
}

func (o *options) findBase(cmd *cobra.Command, grpc string, stream uint32, url string) (b client.Base, err error) {
	c, err := o.validators(cmd, grpc)
	if err != nil {
		return b, err
	}
	defer func() { _ = c.Close() }()
	return findBase(cmd.Context(), c, stream, url)
}

func findBase(ctx context.Context, c *client.Client, stream uint32, url string) (client.Base, error) {
	b, err := c.FindBase(ctx, stream, url)
	if err != nil {
		return b, fmt.Errorf("find the base of stream %d: %w", stream, err)
	}
	return b, nil
}

func writeBase(w io.Writer, b *client.Base) {
	for _, line := range b.Why {
		fmt.Fprintln(w, plain(line))
	}
	if b.End == 0 {
		fmt.Fprintln(w, "base-end 0: the next epoch starts from nothing")
		return
	}
	fmt.Fprintf(w, "base-end %d: %d messages, %d leaves, root %s\n", b.End, b.Messages, b.Leaves, b.Root)
}
