// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

func reloadCommand(home func() node.Layout) *cobra.Command {
	var asJSON bool
	var timeout time.Duration
	c := &cobra.Command{
		Use:   "reload",
		Short: "Make the running node take what bridged.toml says of chains and endpoints",
		Long: `Make the running node take what bridged.toml says of chains and endpoints.

The node reads the whole file first. A file that is wrong changes nothing (exit code 2). Questions under
way end with the endpoints that they began with; no vote is missed. What a start alone can change,
agree and unsafe of a chain above all, is refused or named. SIGHUP does the same, and logs it.`,
		Args:    cobra.NoArgs,
		Example: "  bridged reload --home ~/.bridged --json",
		RunE: func(c *cobra.Command, _ []string) error {
			ctx, cancel := context.WithTimeout(c.Context(), timeout)
			defer cancel()
			r, err := node.AskReload(ctx, home())
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), r)
			}
			l := &lines{out: c.OutOrStdout()}
			for i := range r.Chains {
				p := &r.Chains[i]
				l.print("chain %s %s%s%s%s%s", p.Chain, p.What, listed("added", p.Added), listed("removed", p.Removed),
					listed("changed", p.Changed), listed("settings", p.Settings))
			}
			if len(r.Chains) == 0 {
				l.print("chains and endpoints are what the file says already")
			}
			for _, key := range r.Restart {
				l.print("WARNING: %s takes effect at the next start", key)
			}
			return l.err
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	c.Flags().DurationVar(&timeout, "timeout", 30*time.Second, "give up after")
	return c
}

// listed is a part of a line, nothing for an empty list.
func listed(what string, names []string) string {
	return marked("  "+what+": ", strings.Join(names, ", "))
}
