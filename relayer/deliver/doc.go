// SPDX-License-Identifier: Apache-2.0

// Package deliver turns certificates into deliveries: certificate, proof,
// transaction, receipt.
//
// Read Queue (the step functions, which decide when a message is tried) and
// Relayer (the loops, which do what the queue says) first. One follower per
// final stream rebuilds the tree from the relayer's own endpoint; one worker per
// target chain sends what is certified. A certificate counts only when its
// signature stands under the key that the target's manager names and the own
// blocks give its checkpoint. Streams below final have no tree: see lower.
//
// The chains are the truth. The store is a cache and may be deleted; another
// relayer's delivery is a success. The package must never decide what is true:
// a relayer that errs or lies can only waste its own gas.
package deliver
