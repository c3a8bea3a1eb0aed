// SPDX-License-Identifier: Apache-2.0

// Command bridgectl is the tool for admins, operators and developers of apps.
package main

import (
	"os"

	"github.com/aitbc/bridge/cmd/exit"
)

func main() { os.Exit(exit.Run(newCommand())) }
