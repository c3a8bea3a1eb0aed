// SPDX-License-Identifier: Apache-2.0

// Package follow is the loop that reads a source, steps its stream and stores the result:
// Source → stream.Step → stream.Store.
//
// Read Source and Run first; Loop is the same loop, stepped by its caller. The loop owns time and errors: what may change it retries with
// backoff, what breaks safety ends it (Run returns an error of fate halt) and is for a
// person to resolve. It must never skip a block, never commit what Step refused and never
// hand out a window that is not stored.
package follow
