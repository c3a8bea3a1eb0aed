// SPDX-License-Identifier: Apache-2.0

// Package faults holds tests alone: a node's reader before real chains whose endpoints lie, stall, limit and
// reorganise. What it reads is compared, window by window, with what the chain itself says.
//
// Read world (a chain: embedded geth, or anvil as a child process), truth (what its windows must be) and reader
// (three fault proxies, the pool of which two must agree, evm.Client, follow.Run and a store on disk; the voter's
// place is taken by the comparison) first. kinds_test.go has a row for every kind of the fault proxy.
//
// The tests need the tags devnet and e2e, and anvil from npm (make setup). They must never reach another network
// than loopback, and never end a process by anything but the id of one that they started.
package faults
