// SPDX-License-Identifier: Apache-2.0

// Package devnet starts a whole bridge on one machine: two embedded EVM chains, the
// contracts, four validators and a relayer as processes of their own.
//
// Read Options and Network first; Start does everything in order, Stop undoes it.
// Demo sends messages through it and counts what arrives; Bench measures it. The key
// is dealt by one process, so only binaries of the build tag devnet have Start.
//
// It must leave no process behind: children are stopped by their pid and die with
// their parent.
package devnet
