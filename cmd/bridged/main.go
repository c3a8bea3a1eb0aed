// SPDX-License-Identifier: Apache-2.0

// Command bridged is the validator: it watches source chains, votes, signs and keeps the
// bridge's chain with the other members.
package main

import "os"

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }
