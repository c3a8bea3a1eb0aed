// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/exit"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	nodev1 "github.com/aitbc/bridge/verifier/api/node/v1"
)

// adminLimit bounds one proposal or approval, until a block has it.
const adminLimit = time.Minute

func proposalCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "proposal",
		Short: "Propose and approve what the members decide together",
		Long: `What the members decide together passes with the approvals of t of them and is executed at once.
Proposals and approvals are sent by the running node of --node in its operator's name.
Members join and leave by 'bridgectl ceremony propose'.`,
		Example: `  bridgectl proposal list
  bridgectl proposal show 3
  bridgectl proposal approve 3 --node ~/.bridged
  bridgectl proposal lane --node ~/.bridged --chain 1 --manager 0x… --stride 2 --start-block 19000000`,
	}
	cmd.AddCommand(proposalList(o), proposalShow(o), proposalApprove(o))
	cmd.AddCommand(proposalKinds(o)...)
	return cmd
}

func addNode(cmd *cobra.Command, home *string) {
	def := os.Getenv("BRIDGED_HOME")
	if def == "" {
		if base, err := os.UserHomeDir(); err == nil {
			def = filepath.Join(base, ".bridged")
		}
	}
	cmd.Flags().StringVar(home, "node", def, "home of the running node that sends it ($BRIDGED_HOME)")
}

// admin calls the running node of a home over its socket.
func admin(ctx context.Context, home string, call func(context.Context, nodev1.AdminClient) error) error {
	socket := filepath.Join(home, "admin.sock")
	if _, err := os.Lstat(socket); err != nil {
		return fmt.Errorf("node of %s: is it running? %w", home, err)
	}
	path, err := filepath.Abs(socket)
	if err != nil {
		return err
	}
	conn, err := node.Dial("unix://" + path)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	ctx, cancel := context.WithTimeout(ctx, adminLimit)
	defer cancel()
	err = call(ctx, nodev1.NewAdminClient(conn))
	switch {
	case status.Code(err) == codes.DeadlineExceeded, errors.Is(err, context.DeadlineExceeded):
		return exit.Timeout(fmt.Errorf("no block had it within %s: %w", adminLimit, err))
	case err != nil:
		return fmt.Errorf("node of %s: %s", home, status.Convert(err).Message())
	}
	return nil
}

// Sent is what a proposal or an approval has led to.
type Sent struct {
	Proposal uint64 `json:"proposal"`
	Height   uint64 `json:"height"`
	Tx       string `json:"tx"`
	Status   string `json:"status"`
}

func (o *options) propose(cmd *cobra.Command, home string, p committeev1.Payload) error {
	return admin(cmd.Context(), home, func(ctx context.Context, c nodev1.AdminClient) error {
		r, err := c.Propose(ctx, &nodev1.ProposeRequest{Payload: p})
		if err != nil {
			return err
		}
		s := Sent{r.Proposal, r.Height, fmt.Sprintf("%x", r.Tx), "proposed"}
		return o.print(cmd.OutOrStdout(), s, func(w io.Writer) {
			fmt.Fprintf(w, "proposal %d is in block %d and has this member's approval\n", s.Proposal, s.Height)
			fmt.Fprintf(w, "others approve it with: bridgectl proposal approve %d --node <home>\n", s.Proposal)
		})
	})
}

func proposalApprove(o *options) *cobra.Command {
	var home string
	cmd := &cobra.Command{
		Use:   "approve <number>",
		Short: "Approve a proposal in the name of this node's operator",
		Long: `Approves a proposal in the name of the operator of --node. Look at it first (proposal show). For a halt
or a rotation the node also notes that its share may sign exactly that statement.`,
		Example: "  bridgectl proposal approve 3 --node ~/.bridged",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			return admin(cmd.Context(), home, func(ctx context.Context, c nodev1.AdminClient) error {
				r, err := c.Approve(ctx, &nodev1.ApproveRequest{Proposal: n})
				if err != nil {
					return err
				}
				s := Sent{n, r.Height, fmt.Sprintf("%x", r.Tx), client.StatusWord(r.Status)}
				return o.print(cmd.OutOrStdout(), s, func(w io.Writer) {
					fmt.Fprintf(w, "approved in block %d; proposal %d is %s\n", s.Height, s.Proposal, s.Status)
				})
			})
		},
	}
	addNode(cmd, &home)
	return cmd
}

func proposalList(o *options) *cobra.Command {
	var grpc string
	cmd := &cobra.Command{
		Use: "list", Short: "List proposals, newest first", Args: cobra.NoArgs,
		Example: "  bridgectl proposal list --json",
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := o.validators(cmd, grpc)
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			list, err := c.Proposals(cmd.Context())
			if err != nil {
				return err
			}
			return o.print(cmd.OutOrStdout(), list, func(w io.Writer) {
				if len(list) == 0 {
					fmt.Fprintln(w, "no proposals")
				}
				for i := range list {
					printProposal(w, &list[i])
				}
			})
		},
	}
	addGRPC(cmd, &grpc)
	return cmd
}

func proposalShow(o *options) *cobra.Command {
	var grpc string
	cmd := &cobra.Command{
		Use: "show <number>", Short: "Show one proposal with everything that it would do", Args: cobra.ExactArgs(1),
		Example: "  bridgectl proposal show 3",
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			c, err := o.validators(cmd, grpc)
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			p, err := c.Proposal(cmd.Context(), n)
			if err != nil {
				return err
			}
			return o.print(cmd.OutOrStdout(), p, func(w io.Writer) { printProposal(w, &p) })
		},
	}
	addGRPC(cmd, &grpc)
	return cmd
}

func printProposal(w io.Writer, p *client.Proposal) {
	fmt.Fprintf(w, "proposal %d  %s  %s  by %s  %d of %d approvals  opened %d", p.Number, p.Kind, p.Status, p.Proposer, len(p.Approvals), p.Needed, p.Opened)
	if p.Status == "open" {
		fmt.Fprintf(w, "  until %d", p.Expires)
	} else {
		fmt.Fprintf(w, "  ended %d", p.Ended)
	}
	fmt.Fprintln(w)
	for _, line := range p.Effect {
		fmt.Fprintf(w, "  %s\n", plain(line))
	}
	if p.Failure != "" {
		fmt.Fprintf(w, "  failed: %s\n", plain(p.Failure))
	}
}
