// SPDX-License-Identifier: Apache-2.0

// Package exit gives the programs one set of exit codes: 0 ok, 1 failed, 2 usage,
// 3 refused as unsafe, 4 timed out.
//
// Read Run first: it runs a command, prints its error once and returns the code.
// A program must never end by any other way.
package exit

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/spf13/cobra"
)

// The exit codes.
const (
	OK       = 0
	Failed   = 1
	UsageErr = 2
	Unsafe   = 3
	TimedOut = 4
)

type coded struct {
	error
	code int
}

func (c coded) Unwrap() error { return c.error }

// Usage marks a mistake in flags, arguments or a configuration file.
func Usage(err error) error { return mark(err, UsageErr) }

// Usagef is Usage of a formatted error.
func Usagef(format string, args ...any) error { return Usage(fmt.Errorf(format, args...)) }

// Refused marks an act that was refused as unsafe.
func Refused(err error) error { return mark(err, Unsafe) }

// Timeout marks a wait that reached its bound.
func Timeout(err error) error { return mark(err, TimedOut) }

func mark(err error, code int) error {
	if err == nil {
		return nil
	}
	return coded{err, code}
}

// Code is the exit code for an error.
func Code(err error) int {
	var c coded
	switch {
	case err == nil:
		return OK
	case errors.As(err, &c):
		return c.code
	case errors.Is(err, context.DeadlineExceeded):
		return TimedOut
	}
	return Failed
}

// Run runs the command line of the process until it ends or until SIGINT or SIGTERM
// ends its context; a second signal kills. It returns the exit code.
func Run(root *cobra.Command) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	go func() { <-ctx.Done(); stop() }()
	root.SilenceErrors, root.SilenceUsage = true, true
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return Usagef("%w; see %s --help", err, c.CommandPath())
	})
	cobra.EnableTraverseRunHooks = true
	wrapArgs(root)
	err := root.ExecuteContext(ctx)
	if err != nil {
		fmt.Fprintf(os.Stderr, "%s: %v\n", root.Name(), err)
	}
	return Code(err)
}

// wrapArgs makes wrong arguments and unknown commands usage errors.
func wrapArgs(c *cobra.Command) {
	check := c.Args
	if check == nil {
		check = cobra.ArbitraryArgs
	}
	if c.HasSubCommands() && c.RunE == nil && c.Run == nil {
		c.Args = func(c *cobra.Command, args []string) error {
			if len(args) > 0 {
				return Usagef("unknown command %q; see %s --help", args[0], c.CommandPath())
			}
			return nil
		}
		c.RunE = func(c *cobra.Command, _ []string) error { return c.Help() }
	} else {
		c.Args = func(c *cobra.Command, args []string) error {
			if err := check(c, args); err != nil {
				return Usagef("%w; see %s --help", err, c.CommandPath())
			}
			return nil
		}
	}
	for _, sub := range c.Commands() {
		wrapArgs(sub)
	}
}
