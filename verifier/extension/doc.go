// SPDX-License-Identifier: Apache-2.0

// Package extension is what validators say to the state machine and what the state
// machine asks of them: the codec of the CometBFT vote extension and the Agenda.
//
// Read Extension first (one member's words in one block), then Agenda (what the
// committed state asks of one member). Bytes are fixed width, at most MaxBytes, with
// one reading each (docs/spec/node.md, "Vote extension"): Decode accepts exactly what
// Encode writes, so two honest nodes never disagree about an extension (I-06, I-09).
//
// The package judges structure alone. It knows no state: whether a vote, share or
// commitment counts is decided by verifier/certify.
package extension
