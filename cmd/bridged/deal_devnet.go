// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package main

import (
	"crypto/rand"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

const dealWarning = `
*** DEVNET ONLY ***********************************************************
*** This process makes the whole group key and hands out its parts.     ***
*** Whoever runs it can forge every message of the bridge. Never use a  ***
*** dealt key where anything of value is at stake.                      ***
***************************************************************************
`

func addDeal(parent *cobra.Command, log io.Writer) {
	var path string
	var homes []string
	c := &cobra.Command{
		Use: "deal", Short: "DEVNETS ONLY: make the group key here and write the shares into the homes", Args: cobra.NoArgs,
		Example: "  bridged genesis deal --genesis genesis.json --homes n1,n2,n3,n4",
		RunE: func(*cobra.Command, []string) error {
			if _, err := fmt.Fprint(log, dealWarning); err != nil {
				return err
			}
			doc, err := node.LoadGenesis(path)
			if err != nil {
				return err
			}
			var list []node.Layout
			for _, h := range homes {
				list = append(list, node.Layout(h))
			}
			if err := node.Deal(doc, list, rand.Reader); err != nil {
				return err
			}
			return doc.SaveAs(path)
		},
	}
	c.Flags().StringVar(&path, "genesis", "genesis.json", "file to change")
	c.Flags().StringSliceVar(&homes, "homes", nil, "home of every member")
	parent.AddCommand(c)
}
