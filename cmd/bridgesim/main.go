// SPDX-License-Identifier: Apache-2.0

//go:build devnet

// Command bridgesim runs whole bridges in virtual time, one per seed, with crashes, lies and
// hostile members, and says which law of docs/invariants.md broke (docs/spec/simulator.md).
package main

import (
	"os"
	"runtime/debug"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/exit"
)

func main() {
	// A run makes much garbage and keeps little.
	debug.SetGCPercent(1000)
	root := &cobra.Command{Use: "bridgesim", Short: "Run simulated bridges, one per seed"}
	root.AddCommand(runCommand(), ceremonyCommand())
	os.Exit(exit.Run(root))
}
