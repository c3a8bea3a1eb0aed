// SPDX-License-Identifier: Apache-2.0

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"time"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridged/node"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

func genesisCommand(home func() node.Layout) *cobra.Command {
	c := &cobra.Command{
		Use:   "genesis",
		Short: "Build and install the genesis file",
		Example: `  bridged genesis add-member --home n1 > n1.json
  bridged genesis collect --chain-id aitbc-devnet-1 --members n1.json,n2.json --out genesis.json
  bridged genesis add-stream --genesis genesis.json --chain 31337 --manager 0x… --stride 2 --start-block 1
  bridged genesis install --home n1 --genesis genesis.json --members n1.json,n2.json`,
	}
	c.AddCommand(addMember(home), collect(), addStream(), install(home))
	return c
}

func addMember(home func() node.Layout) *cobra.Command {
	var operator, peer, password string
	c := &cobra.Command{
		Use: "add-member", Short: "Print this node's entry for the genesis file", Args: cobra.NoArgs,
		Example: "  bridged genesis add-member --home n1 --peer 203.0.113.7:26656 > n1.json",
		RunE: func(c *cobra.Command, _ []string) error {
			cfg, err := loadConfig(home(), password)
			if err != nil {
				return err
			}
			m, err := cfg.Member(home(), operator, peer)
			if err != nil {
				return err
			}
			return printJSON(c.OutOrStdout(), m)
		},
	}
	c.Flags().StringVar(&operator, "operator", "", "0x address of the operator's account; that of the home when empty")
	passwordFlag(c, &password)
	c.Flags().StringVar(&peer, "peer", "", "host:port where peers reach the node; its listen address when empty")
	return c
}

func readMembers(paths []string) ([]node.Member, error) {
	var out []node.Member
	for _, p := range paths {
		b, err := os.ReadFile(p)
		if err != nil {
			return nil, err
		}
		var m node.Member
		if err := json.Unmarshal(b, &m); err != nil {
			return nil, fmt.Errorf("%s: %w", p, err)
		}
		out = append(out, m)
	}
	return out, nil
}

func collect() *cobra.Command {
	var chainID, out, at string
	var members []string
	c := &cobra.Command{
		Use: "collect", Short: "Make a genesis file of members' entries", Args: cobra.NoArgs,
		Example: "  bridged genesis collect --chain-id aitbc-devnet-1 --members n1.json,n2.json,n3.json,n4.json --out genesis.json",
		RunE: func(*cobra.Command, []string) error {
			if chainID == "" || out == "" || len(members) == 0 {
				return fmt.Errorf("%w: --chain-id, --members and --out are required", errUsage)
			}
			when := time.Now()
			if at != "" {
				var err error
				if when, err = time.Parse(time.RFC3339, at); err != nil {
					return fmt.Errorf("%w: --time: %w", errUsage, err)
				}
			}
			list, err := readMembers(members)
			if err != nil {
				return err
			}
			doc, err := node.Collect(chainID, when, list)
			if err != nil {
				return err
			}
			return doc.SaveAs(out)
		},
	}
	c.Flags().StringVar(&chainID, "chain-id", "", "aitbc-<name>-<number>")
	c.Flags().StringSliceVar(&members, "members", nil, "files of add-member")
	c.Flags().StringVar(&out, "out", "", "file to write")
	c.Flags().StringVar(&at, "time", "", "genesis time, RFC 3339; now when empty")
	return c
}

func addStream() *cobra.Command {
	var path, manager string
	s := lanesv1.Stream{Finality: uint32(message.Final), Epoch: 1}
	c := &cobra.Command{
		Use: "add-stream", Short: "Register a source in the genesis file", Args: cobra.NoArgs,
		Example: "  bridged genesis add-stream --genesis genesis.json --chain 31337 --manager 0x5fbd… --stride 2 --start-block 1",
		RunE: func(*cobra.Command, []string) error {
			a, err := message.ParseAddress(manager)
			if err != nil {
				return fmt.Errorf("%w: --manager: %w", errUsage, err)
			}
			doc, err := node.LoadGenesis(path)
			if err != nil {
				return err
			}
			s.Manager = a[:]
			if err := node.AddStream(doc, s); err != nil {
				return err
			}
			return doc.SaveAs(path)
		},
	}
	c.Flags().StringVar(&path, "genesis", "genesis.json", "file to change")
	c.Flags().StringVar(&manager, "manager", "", "address of the CrossChainManager")
	c.Flags().Uint64Var(&s.Chain, "chain", 0, "EVM chain id")
	c.Flags().Uint64Var(&s.Stride, "stride", 2, "blocks of a window")
	c.Flags().Uint64Var(&s.StartBlock, "start-block", 0, "block in which the manager was deployed")
	return c
}

func install(home func() node.Layout) *cobra.Command {
	var path string
	var members []string
	c := &cobra.Command{
		Use: "install", Short: "Check a finished genesis file and put it into the home", Args: cobra.NoArgs,
		Example: "  bridged genesis install --home n1 --genesis genesis.json --members n1.json,n2.json,n3.json,n4.json",
		RunE: func(*cobra.Command, []string) error {
			doc, err := node.LoadGenesis(path)
			if err != nil {
				return err
			}
			list, err := readMembers(members)
			if err != nil {
				return err
			}
			var peers []string
			for _, m := range list {
				peers = append(peers, m.Peer)
			}
			return node.Install(home(), doc, peers)
		},
	}
	c.Flags().StringVar(&path, "genesis", "genesis.json", "file to install")
	c.Flags().StringSliceVar(&members, "members", nil, "files of add-member: the peers to keep")
	return c
}
