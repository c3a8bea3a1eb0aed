// SPDX-License-Identifier: Apache-2.0

// Package faultproxy stands before a JSON-RPC endpoint of an EVM chain and lies, stalls or breaks on command or
// by seed. Where no rule strikes, bytes pass unchanged in both directions.
//
// Read Kind and Rule first: a rule says which fault happens to whom, to which calls and how often. Start makes a
// Server on loopback; it counts what it did, so a test can demand that its fault really happened. The list of
// kinds and the control endpoint are in docs/spec/faultproxy.md; scripts/faultproxy is the program around it.
//
// The package must never be used by a node: only tests and the program may import it. It listens on loopback
// alone, bounds every body in both directions, and never names the upstream's URL, which may hold a key (I-14).
package faultproxy
