// SPDX-License-Identifier: Apache-2.0

// Command relayer delivers certified messages. It needs no permission: an account
// with funds on the target chains is enough.
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
