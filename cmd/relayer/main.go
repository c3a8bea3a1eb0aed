// SPDX-License-Identifier: Apache-2.0

// Command relayer delivers certified messages. It needs no permission: an account
// with funds on the target chains is enough.
package main

import (
	"os"

	"github.com/aitbc/bridge/cmd/exit"
)

func main() { os.Exit(exit.Run(newCommand())) }
