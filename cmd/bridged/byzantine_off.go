// SPDX-License-Identifier: Apache-2.0

//go:build !byzantine || !devnet

package main

import (
	"io"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

// testHooks are none: builds with the tags devnet and byzantine alone can misbehave.
func testHooks(*cobra.Command, io.Writer) func(node.Config) (node.Hooks, error) {
	return func(node.Config) (node.Hooks, error) { return node.Hooks{}, nil }
}

func markTestBuild(*cobra.Command, io.Writer) {}
