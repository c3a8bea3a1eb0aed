// SPDX-License-Identifier: Apache-2.0

// Package chain runs a real go-ethereum execution node inside the process, as
// the only block producer of its own EVM chain.
//
// Read Config and Chain first. Blocks are made through the engine API, so chain
// id, block time and the distance of the safe and finalized labels are free to
// choose. State lives in memory; JSON-RPC listens on loopback alone.
//
// It must never be used for anything but development and tests: one producer,
// accounts funded from nothing, history lost with the process.
package chain
