// SPDX-License-Identifier: Apache-2.0

// Package failpoint names the places where a crash matters: before and after every durable
// write, and before everything that leaves the process.
//
// A place is one call: failpoint.Hit("journal.append.write"). In an ordinary build Hit is
// empty and costs nothing. A build with the tag failpoint kills its own process with SIGKILL at the place
// that the environment names:
//
//	BRIDGE_FAILPOINT=journal.append.write      the first time
//	BRIDGE_FAILPOINT=journal.append.write:3    the third time
//
// Nothing after the call runs then, not even a deferred function. Names form a tree of lower-case
// words joined by dots and each stands in the code once; the comment beside a call says
// what is lost or kept. docs/failpoints.md is written from both (scripts/failpoints), and
// TestFailpoints in cmd/devnet kills a real process at every one.
//
// The package imports nothing of this repository and must never change what a program does
// but by ending it. SECURITY: never ship a build with the tag.
package failpoint
