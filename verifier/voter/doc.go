// SPDX-License-Identifier: Apache-2.0

// Package voter stands beside the state machine: windows of the sources come in, votes,
// shares, commitments and heartbeats go out in the node's vote extension.
//
// Read Voter first, then compose, the pure step that fills one extension. Everything that
// takes time happens outside of the consensus path: OnWindow journals a digest and syncs
// it before it can be voted for, the worker behind Committed computes shares. What is ready
// lies in an immutable snapshot in memory, and Extend copies from it (I-07).
//
// A stream below final has no windows and no tree: OnTip takes its newest checkpoint, which is said while it stands and
// extends the certified final tree of its source. Nobody is to blame for two bodies of one window there, so the journal of such a
// stream says what a share may be given for and bars nothing (docs/spec/tree.md, "Streams of lower finality").
//
// The package must never vote for two digests of one final window (I-05), vote for a tree that
// does not hold the certified one (I-04), or ask the signer for a share of a checkpoint that
// is not its own journaled vote. It remembers what it said: words that the chain heard of this
// member and that no process of this home can have said come from a twin, and this process
// falls silent for good. Whatever is missing or disagrees means abstain (I-08); a
// contradiction halts that stream, loudly, and the others go on.
package voter
