// SPDX-License-Identifier: Apache-2.0

package main

import (
	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/exit"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

func proposeParameter(o *options) *cobra.Command {
	var home, grpc string
	var p committeev1.Params
	cmd := &cobra.Command{
		Use:   "parameter",
		Short: "Propose other numbers for ceremonies and proposals, or that streams below final may be opened",
		Long: `Proposes other numbers for ceremonies and proposals, or that streams below final may be opened. What is not given stays as the
validators have it when the proposal is made: a proposal holds all numbers, and of two that are open the one that passes last counts
whole.

--lower-finality allows that streams below final are opened (bridgectl proposal lane --finality); --lower-finality=false forbids it
again, and leaves those that are open as they are.`,
		Example: `  bridgectl proposal parameter --node ~/.bridged --lower-finality
  bridgectl proposal parameter --node ~/.bridged --commit-blocks 40 --deal-blocks 40 --grpc 127.0.0.1:9090`,
		Args: cobra.NoArgs,
	}
	numbers := []struct {
		name, text string
		of         func(*committeev1.Params) *uint64
	}{
		{"commit-blocks", "phase in which dealers commit", func(p *committeev1.Params) *uint64 { return &p.CommitBlocks }},
		{"deal-blocks", "phase in which they deal", func(p *committeev1.Params) *uint64 { return &p.DealBlocks }},
		{"complain-blocks", "phase in which receivers check", func(p *committeev1.Params) *uint64 { return &p.ComplainBlocks }},
		{"ready-blocks", "phase in which receivers prove their share", func(p *committeev1.Params) *uint64 { return &p.ReadyBlocks }},
		{"test-blocks", "time for the new committee's first signature", func(p *committeev1.Params) *uint64 { return &p.TestBlocks }},
		{"probation-blocks", "between a join and its ceremony", func(p *committeev1.Params) *uint64 { return &p.ProbationBlocks }},
		{"retry-blocks", "between an aborted birth and the next attempt", func(p *committeev1.Params) *uint64 { return &p.RetryBlocks }},
		{"proposal-blocks", "how long a proposal may gather approvals", func(p *committeev1.Params) *uint64 { return &p.ProposalBlocks }},
	}
	for _, f := range numbers {
		cmd.Flags().Uint64Var(f.of(&p), f.name, 0, f.text+", in blocks")
	}
	cmd.Flags().BoolVar(&p.LowerFinality, "lower-finality", false, "whether streams below final may be opened")
	addNode(cmd, &home)
	addGRPC(cmd, &grpc)
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		given := cmd.Flags().Changed("lower-finality")
		for _, f := range numbers {
			given = given || cmd.Flags().Changed(f.name)
		}
		if !given {
			return exit.Usagef("give what shall change; see %s --help", cmd.CommandPath())
		}
		c, err := o.validators(cmd, grpc)
		if err != nil {
			return err
		}
		defer func() { _ = c.Close() }()
		next, err := c.Params(cmd.Context())
		if err != nil {
			return err
		}
		for _, f := range numbers {
			if cmd.Flags().Changed(f.name) {
				*f.of(&next) = *f.of(&p)
			}
		}
		if cmd.Flags().Changed("lower-finality") {
			next.LowerFinality = p.LowerFinality
		}
		return o.propose(cmd, home, committeev1.Payload{Kind: &committeev1.Payload_Parameter{Parameter: &committeev1.ParameterChange{Params: next}}})
	}
	return cmd
}
