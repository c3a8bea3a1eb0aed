// SPDX-License-Identifier: Apache-2.0

// Package message is the language that every part of the bridge speaks: chain and
// message ids, leaves, checkpoints, statements and their canonical encodings.
//
// Read Message and Checkpoint first. Everything that is hashed is a sequence of
// 32-byte big-endian words (Solidity's abi.encode of static types), so an encoding
// has exactly one reading (I-09). Formats: docs/spec/messages.md and docs/spec/tree.md.
//
// The package is core: no clock, goroutine, randomness, disk or network, and it
// imports nothing else of this repository.
package message
