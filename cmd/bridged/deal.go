// SPDX-License-Identifier: Apache-2.0

//go:build !devnet

package main

import (
	"io"

	"github.com/spf13/cobra"
)

// addDeal adds nothing: the dealer exists in builds with the tag devnet alone.
func addDeal(*cobra.Command, io.Writer) {}
