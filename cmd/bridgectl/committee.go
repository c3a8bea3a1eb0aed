// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"io"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/exit"
)

func committeeCommand(o *options) *cobra.Command {
	var grpc string
	cmd := &cobra.Command{
		Use:   "committee",
		Short: "Show the members, who holds a key share, and how many may fail",
		Long: `Shows the members, who has proven to hold a key share, the newest ceremony, what waits for a
signature, and the streams below final that were contradicted and wait to be resumed. Spare members are those who may fail before nothing is signed:
a warning at half of f or fewer, an error (exit code 1) at none.`,
		Example: `  bridgectl committee
  bridgectl committee --grpc 127.0.0.1:9090 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			c, err := o.validators(cmd, grpc)
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			v, err := c.Committee(cmd.Context())
			if err != nil {
				return err
			}
			if err := o.print(cmd.OutOrStdout(), v, func(w io.Writer) { printCommittee(w, &v) }); err != nil {
				return err
			}
			if v.Level == "error" {
				return fmt.Errorf("committee: %s", v.Advice)
			}
			return nil
		},
	}
	addGRPC(cmd, &grpc)
	return cmd
}

func addGRPC(cmd *cobra.Command, at *string) {
	cmd.Flags().StringVar(at, "grpc", "", "host:port of one validator's queries, instead of those in the network file")
}

// validators connects to the validators' queries: those of the network file, or one that is named.
func (o *options) validators(cmd *cobra.Command, grpc string) (*client.Client, error) {
	if grpc == "" {
		return o.open(cmd.Context())
	}
	c, err := client.Open(cmd.Context(), &registry.Network{Validators: []registry.Validator{{Moniker: grpc, GRPC: grpc}}})
	if err != nil {
		return nil, exit.Usagef("--grpc: %w", err)
	}
	return c, nil
}

func printCommittee(w io.Writer, v *client.Committee) {
	if v.Advice != "" {
		fmt.Fprintf(w, "%s: %s\n", strings.ToUpper(v.Level), v.Advice)
	}
	fmt.Fprintf(w, "chain %s  height %d  key epoch %d  key version %d  group key %s\n", v.ChainID, v.Height, v.KeyEpoch, v.KeyVersion, dash(v.GroupKey))
	if v.KeyEpoch != 0 {
		fmt.Fprintf(w, "threshold %d  %d hold a share  %d spare of %d\n", v.Threshold, v.Holding, v.Spare, v.Faults)
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(t, "index\tmoniker\tstatus\tsince\tshare\toperator\tconsensus address")
	for _, s := range v.Validators {
		fmt.Fprintf(t, "%d\t%s\t%s\t%d\t%s\t%s\t%s\n", s.Index, plain(s.Moniker), s.Status, s.Since, s.Share, dash(s.Operator), s.Address)
	}
	_ = t.Flush()
	if r := v.NextPending; r != nil {
		fmt.Fprintf(w, "key epoch %d of %d members is ready and waits, group key %s\n", r.KeyEpoch, r.Members, r.GroupKey)
	}
	for _, s := range v.Statements {
		fmt.Fprintf(w, "statement %d  %s  waits for signatures of key epoch %d  %d may sign  digest %s\n", s.ID, s.Kind, s.KeyEpoch, s.Candidates, s.Digest)
	}
	for i := range v.Stopped {
		printContradiction(w, &v.Stopped[i])
	}
	if v.Ceremony != nil {
		printCeremony(w, v.Ceremony)
	}
}

func dash(s string) string {
	if s == "" {
		return "-"
	}
	return s
}

// plain keeps what others have chosen from steering the terminal.
func plain(s string) string { return strings.Trim(fmt.Sprintf("%+q", s), `"`) }

// parseConsAddress reads a consensus address: 40 hexadecimal digits, with or without 0x.
func parseConsAddress(s string) ([]byte, error) {
	a, err := message.ParseAddress("0x" + strings.ToLower(strings.TrimPrefix(s, "0x")))
	if err != nil {
		return nil, fmt.Errorf("consensus address %q: %w", s, err)
	}
	return a[:], nil
}
