// SPDX-License-Identifier: Apache-2.0

// Package evm reads and writes EVM chains: the only place of the bridge that talks JSON-RPC.
//
// Read Endpoint and Client first. An Endpoint answers typed questions about a chain; Dial
// makes one from a URL, and a pool of agreeing endpoints fills the same interface. A Client
// binds an endpoint to one manager: it is the follow.Source of that chain's stream, reads the
// manager's views and simulates deliveries. A TransactionManager sends transactions of one
// account: nonces in order, fees raised until mined, the truth learnt from the chain alone.
//
// The package must never guess: an answer that is missing, garbled or of another block is an
// error (I-08), a final block that changes is a stream.FinalizedReorgError of fate halt, and
// a transaction whose outcome is unknown is reported as unknown. Every call has a timeout
// and every response a size limit (I-13).
package evm
