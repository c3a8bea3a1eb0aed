// SPDX-License-Identifier: Apache-2.0

// Command bridged is the validator: it watches source chains, votes, signs and keeps the
// bridge's chain with the other members.
package main

import (
	"os"

	"github.com/aitbc/bridge/keys/harden"
)

func main() {
	harden.Process() // before a key is in memory
	os.Exit(run(os.Args[1:], os.Stdout, os.Stderr))
}
