// SPDX-License-Identifier: Apache-2.0

// Command bridgectl is the tool for admins, operators and developers of apps.
package main

import (
	"os"

	"github.com/aitbc/bridge/cmd/exit"
	"github.com/aitbc/bridge/keys/harden"
)

func main() {
	harden.Process() // before a key is in memory
	os.Exit(exit.Run(newCommand()))
}
