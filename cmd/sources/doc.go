// SPDX-License-Identifier: Apache-2.0

// Package sources is how the programs read chains: which endpoints, how many operators must agree,
// and what becomes of that while a program runs.
//
// Read Chain, the settings of one source, and Set, the sources of a program, first. A Set makes one
// pool.Pool per chain, takes new settings without a restart (Apply) and wakes those who follow a
// chain when a block is announced (Run). A Reader is one manager on one chain: it checks that the
// manager's code is the one that was seen first, and notes how far the chain's labels have come.
//
// The package must never print a URL (I-14), never lower how many must agree while a program runs,
// and never let one file change half of what it says: settings are taken whole or not at all.
package sources
