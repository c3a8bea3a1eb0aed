// SPDX-License-Identifier: Apache-2.0

// Package audit watches a simulated bridge from outside and says which law broke. It was
// written from docs/spec by another hand than the bridge: own hashes, tree, statements,
// signature check, extension decoder and contract. It imports no package of this repository
// (scripts/layers fails on one), so a mistake of the bridge cannot excuse itself here.
//
// Read Audit and Violation first. The simulator tells facts as plain data, in the order in
// which they happen; each method returns the violations that this fact made, and
// Violations returns all so far. Audit.World knows what the chains really hold and which
// checkpoint each window must have. Contract is the target's manager as a model, usable
// instead of an EVM.
//
// The package decides nothing for the bridge, has no clock, goroutine or randomness, and
// depends on the facts alone: the same facts give the same violations in the same order.
package audit
