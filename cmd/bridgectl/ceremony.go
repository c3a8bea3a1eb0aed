// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/exit"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// watchEvery is the pause between two looks at a ceremony.
const watchEvery = 400 * time.Millisecond

func ceremonyCommand(o *options) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "ceremony",
		Short: "Make and watch the ceremonies that give key shares to the members",
		Long: `A ceremony gives every member of the next key epoch a share of the group key; nobody ever
holds the key itself. Members who join or leave start one, and so does a refresh of the shares.
The group key stays the same, so no contract is touched.`,
		Example: `  bridgectl ceremony status --watch
  bridgectl ceremony propose --node ~/.bridged --add n5.json
  bridgectl ceremony abort 7 --node ~/.bridged`,
	}
	cmd.AddCommand(ceremonyStatus(o), ceremonyPropose(o), ceremonyAbort(o))
	return cmd
}

func ceremonyStatus(o *options) *cobra.Command {
	var grpc string
	var watch bool
	cmd := &cobra.Command{
		Use:   "status [number]",
		Short: "Show what a ceremony waits for and on whom",
		Example: `  bridgectl ceremony status
  bridgectl ceremony status 3 --json
  bridgectl ceremony status --watch --grpc 127.0.0.1:9090`,
		Args: cobra.MaximumNArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			number := uint64(0)
			if len(args) == 1 {
				var err error
				if number, err = parseNumber(args[0]); err != nil {
					return err
				}
			}
			c, err := o.validators(cmd, grpc)
			if err != nil {
				return err
			}
			defer func() { _ = c.Close() }()
			return o.showCeremony(cmd, c, number, watch)
		},
	}
	addGRPC(cmd, &grpc)
	cmd.Flags().BoolVar(&watch, "watch", false, "show every change until the ceremony has ended; exit code 1 when it was aborted")
	return cmd
}

// showCeremony prints a ceremony, and with watch each change until it ends.
func (o *options) showCeremony(cmd *cobra.Command, c *client.Client, number uint64, watch bool) error {
	shown := ""
	for {
		v, err := c.Ceremony(cmd.Context(), number)
		if err != nil {
			return err
		}
		if v == nil {
			return fmt.Errorf("ceremony: none known with this number")
		}
		if state := fmt.Sprint(v.Number, v.Phase, v.WaitsOn); state != shown {
			shown = state
			if err := o.print(cmd.OutOrStdout(), v, func(w io.Writer) { printCeremony(w, v) }); err != nil {
				return err
			}
		}
		switch {
		case !watch:
			return nil
		case v.Aborted != "":
			return fmt.Errorf("ceremony %d was aborted: %s", v.Number, v.Aborted)
		case v.Over():
			return nil
		}
		number = v.Number
		if err := follow.Sleep(cmd.Context(), watchEvery); err != nil {
			return err
		}
	}
}

func printCeremony(w io.Writer, c *client.Ceremony) {
	fmt.Fprintf(w, "ceremony %d  %s  phase %s", c.Number, c.Kind, c.Phase)
	if c.Rotation {
		fmt.Fprint(w, "  for a rotation")
	}
	fmt.Fprintf(w, "  key epoch %d  threshold %d  ready %d of %d  %d blocks  %d bytes\n", c.NewEpoch, c.Threshold, c.Ready, c.Receivers, c.Blocks, c.Bytes)
	if c.Waits != "" {
		fmt.Fprintf(w, "  waits for %s, %d blocks left", c.Waits, c.Left)
		if len(c.WaitsOn) > 0 {
			names := make([]string, len(c.WaitsOn))
			for i, n := range c.WaitsOn {
				names[i] = plain(n)
			}
			fmt.Fprintf(w, ": %s", strings.Join(names, ", "))
		}
		fmt.Fprintln(w)
	}
	for _, e := range c.Excluded {
		fmt.Fprintf(w, "  dealer %s does not count: %s\n", plain(e.Dealer), plain(e.Reason))
	}
	for _, f := range c.False {
		fmt.Fprintf(w, "  member %s made %d false complaints\n", plain(f.Member), f.Count)
	}
	if c.Aborted != "" {
		fmt.Fprintf(w, "  aborted: %s; the key epoch before goes on\n", plain(c.Aborted))
	}
}

func ceremonyPropose(o *options) *cobra.Command {
	var home string
	var add, remove []string
	cmd := &cobra.Command{
		Use:   "propose",
		Short: "Propose that members join or leave, or that all shares are made anew",
		Long: `Proposes that members join or leave, or, without --add and --remove, that all shares are made
anew. The proposal is made by the running node of --node in its operator's name; it passes with
the approvals of t members (bridgectl proposal approve). Who joins is on probation first.

--add takes the file that 'bridged genesis add-member' printed on the new machine, --remove a
consensus address.`,
		Example: `  bridgectl ceremony propose --node ~/.bridged --add n5.json
  bridgectl ceremony propose --node ~/.bridged --remove 3f0a…
  bridgectl ceremony propose --node ~/.bridged`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			change := &committeev1.MemberChange{}
			for _, path := range add {
				m, err := readNewMember(path)
				if err != nil {
					return exit.Usagef("--add: %w", err)
				}
				change.Add = append(change.Add, m)
			}
			for _, s := range remove {
				a, err := parseConsAddress(s)
				if err != nil {
					return exit.Usagef("--remove: %w", err)
				}
				change.Remove = append(change.Remove, a)
			}
			return o.propose(cmd, home, committeev1.Payload{Kind: &committeev1.Payload_Member{Member: change}})
		},
	}
	addNode(cmd, &home)
	cmd.Flags().StringSliceVar(&add, "add", nil, "files of add-member")
	cmd.Flags().StringSliceVar(&remove, "remove", nil, "consensus addresses")
	return cmd
}

func ceremonyAbort(o *options) *cobra.Command {
	var home string
	cmd := &cobra.Command{
		Use:     "abort <number>",
		Short:   "Propose to end a ceremony; the key epoch before goes on",
		Example: "  bridgectl ceremony abort 7 --node ~/.bridged",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			n, err := parseNumber(args[0])
			if err != nil {
				return err
			}
			return o.propose(cmd, home, committeev1.Payload{Kind: &committeev1.Payload_Abort{Abort: &committeev1.Abort{Ceremony: n}}})
		},
	}
	addNode(cmd, &home)
	return cmd
}

func parseNumber(s string) (uint64, error) {
	n, err := strconv.ParseUint(s, 10, 64)
	if err != nil || n == 0 {
		return 0, exit.Usagef("%q is no number from 1", s)
	}
	return n, nil
}

// readNewMember reads the entry that a joining node has printed.
func readNewMember(path string) (committeev1.NewMember, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return committeev1.NewMember{}, err
	}
	var m node.Member
	if err := json.Unmarshal(b, &m); err != nil {
		return committeev1.NewMember{}, fmt.Errorf("%s: %w", path, err)
	}
	operator, err := message.ParseAddress(m.Operator)
	if err != nil {
		return committeev1.NewMember{}, fmt.Errorf("%s: operator: %w", path, err)
	}
	return committeev1.NewMember{
		ConsPubkey: m.PubKey, Operator: operator[:], Moniker: m.Moniker, DealingKey: m.DealingKey, DealingProof: m.DealingProof,
	}, nil
}
