// SPDX-License-Identifier: Apache-2.0

// Package certify is the consensus heart: votes, targets, signing sessions and
// certificates. What members say in vote extensions goes in, group signatures come out: of
// checkpoints, and of the statements that the committee wants signed, by the active key epoch
// or by the one that is ready to follow it.
//
// Read Keeper.ProcessVotes first (one block's step), then Keeper.Agenda (what the
// committed state asks of one member). The rules are in docs/spec/node.md, "Consensus".
//
// The package is core: everything follows from the committed state and the block alone
// (I-06). It never reads a clock, a random source, an endpoint or a local file, ranges
// over no map, and never fails because of what a member said: bad items are skipped
// singly. An error from ProcessVotes means that the state itself is broken.
package certify
