// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package main

import (
	"fmt"
	"io"
	"log/slog"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/byzantine"
	"github.com/aitbc/bridge/cmd/bridged/node"
)

const byzantineName = "BYZANTINE TEST BUILD"

const byzantineWarning = `
*** ` + byzantineName + ` **************************************************
*** This program can be told to attack its own network. It is made for  ***
*** tests and refuses every chain that is not a devnet. Never install   ***
*** it as a validator.                                                  ***
***************************************************************************
`

// markTestBuild says in help and version what this program is, and adds the list of policies.
func markTestBuild(root *cobra.Command, _ io.Writer) {
	root.Short = byzantineName + ": " + root.Short
	root.Long = byzantineWarning + root.Long
	root.Version = strings.TrimSpace(root.Version + " " + byzantineName)
	var asJSON bool
	c := &cobra.Command{
		Use: "byzantine", Short: "List the policies of this test build", Args: cobra.NoArgs,
		Example: "  bridged start --home n4 --byzantine invalid-share,propose-forge --byzantine-seed 7",
		RunE: func(c *cobra.Command, _ []string) error {
			type line struct {
				Name     string `json:"name"`
				Does     string `json:"does"`
				Shown    string `json:"shown"`
				Lasting  bool   `json:"lasting"`
				Ceremony bool   `json:"ceremony"`
			}
			var list []line
			for _, p := range byzantine.Policies() {
				list = append(list, line{p.Name, p.Does, p.Shown, p.Lasting, p.OfCeremony()})
			}
			if asJSON {
				return printJSON(c.OutOrStdout(), list)
			}
			w := tabwriter.NewWriter(c.OutOrStdout(), 0, 0, 2, ' ', 0)
			_, err := fmt.Fprintf(w, "%s\tevery policy below that leaves nothing lasting, %d heights each unless --byzantine-dwell says otherwise\t\n", byzantine.All, byzantine.Dwell)
			if err == nil {
				_, err = fmt.Fprintf(w, "%s\tevery policy of ceremonies, one each\t\n", byzantine.Ceremonies)
			}
			for _, p := range list {
				if err == nil {
					_, err = fmt.Fprintf(w, "%s\t%s\t%s\n", p.Name, p.Does, p.Shown)
				}
			}
			if err != nil {
				return err
			}
			return w.Flush()
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	root.AddCommand(c)
}

// testHooks adds the flags that choose policies.
func testHooks(c *cobra.Command, log io.Writer) func(node.Config) (node.Hooks, error) {
	var list string
	var seed, dwell uint64
	c.Flags().StringVar(&list, "byzantine", "", "TESTS ONLY: policies, separated by commas; none: an honest node")
	c.Flags().Uint64Var(&seed, "byzantine-seed", 1, "TESTS ONLY: seed of everything random in the policies")
	c.Flags().Uint64Var(&dwell, "byzantine-dwell", byzantine.Dwell, "TESTS ONLY: heights before the next of several policies takes its turn")
	return func(cfg node.Config) (node.Hooks, error) {
		if _, err := io.WriteString(log, byzantineWarning); err != nil {
			return node.Hooks{}, err
		}
		var policies []byzantine.Policy
		if list != "" {
			var err error
			if policies, err = byzantine.Parse(list); err != nil {
				return node.Hooks{}, fmt.Errorf("%w: --byzantine: %w", errUsage, err)
			}
		}
		a, err := byzantine.New(byzantine.Config{ChainID: cfg.ChainID, Policies: policies, Seed: seed, Dwell: dwell, Logger: slog.New(slog.NewTextHandler(log, nil))})
		if err != nil {
			return node.Hooks{}, err
		}
		return a.Hooks(), nil
	}
}
