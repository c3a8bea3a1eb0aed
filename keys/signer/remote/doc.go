// SPDX-License-Identifier: Apache-2.0

// Package remote puts a signer into a process of its own, which a node reaches over a unix
// socket and which does not believe the node.
//
// Read Server and Client first, then call, the one message that a node sends. The server holds
// shares, pairs and the journal, serves one node at a time, of one bridge and one fork
// number, and signs only what stands in its own journal: each vote is told to it before the node may say it. The client
// is what a voter takes for a signer; while the server is away the node votes and gives no share.
//
// The package must never let a share, a pair or a password into an error or a log, nor answer
// another user of the machine. Frames: docs/spec/signing.md, section 8.
package remote
