// SPDX-License-Identifier: Apache-2.0

// Package journal is an append-only file whose records are on disk before Append returns.
// Votes and signature shares are written here before they are released (I-05).
//
// Read Open first. A crash can leave at most one unfinished record at the end, which was
// never acted on: Open cuts it. Any other damage makes Open refuse, because a lost record
// could mean signing twice; an operator must then decide (docs/spec/signing.md).
//
// The package never rewrites a record, never continues after a write of unknown outcome, and lets
// only one process hold a file. Of this repository it imports chains/failpoint
// alone, which does nothing in an ordinary build.
package journal
