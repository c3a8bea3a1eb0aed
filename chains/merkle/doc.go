// SPDX-License-Identifier: Apache-2.0

// Package merkle holds the trees of a source: the window tree over the leaves of one
// window, the mountain range over all window roots, the signed root that joins both,
// and the proofs of a leaf under any later signed root.
//
// Read Range and Prove first. An inner node is the keccak256 of its two children in
// ascending order, so a proof is a list of siblings without sides and a verifier folds
// it with Verify. Format and reasons: docs/spec/tree.md.
//
// The package is core: no clock, goroutine, randomness, disk or network. It never
// decides which leaves a window has or how they are ordered; chains/stream does.
package merkle
