// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/chains/message"
)

// finality is a flag's value: fast, safe or final.
type finality message.Finality

// String is fast, safe or final.
func (f *finality) String() string { return message.Finality(*f).String() }

// Type is what a flag's help calls the value.
func (*finality) Type() string { return "fast|safe|final" }

// Set takes the names alone: a number of another tool's scale would be taken for something else.
func (f *finality) Set(s string) error {
	for _, one := range []message.Finality{message.Fast, message.Safe, message.Final} {
		if s == one.String() {
			*f = finality(one)
			return nil
		}
	}
	return fmt.Errorf("want fast, safe or final")
}

// addFinality adds --finality, final unless it is given.
func addFinality(cmd *cobra.Command, to *finality, text string) {
	*to = finality(message.Final)
	cmd.Flags().Var(to, "finality", text)
}
