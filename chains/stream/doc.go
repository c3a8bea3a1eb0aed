// SPDX-License-Identifier: Apache-2.0

// Package stream turns the final events of one source manager into leaves, windows and
// checkpoints. The same code runs in validators and relayers, so both see one history (I-04).
//
// Read State and Step first. Step is a pure function: it recomputes every message id from
// the events (I-09), demands gap-free nonces and agreement with the contract's own counters
// (I-08), and refuses with a typed error of fate halt when they differ. Store is what a
// database offers it; ProofFor reads one.
//
// The package is core: no clock, goroutine, randomness, disk or network. It must never
// read an event that is not final in the sense of its stream, and never change a window
// that it has returned. Rules: docs/spec/tree.md.
package stream
