// SPDX-License-Identifier: Apache-2.0

// Command vectors writes contracts/vectors/*.json: the cases that Go, Solidity and any other
// implementation must agree on. Run it from the root of the repository:
//
//	go run ./scripts/vectors          # write
//	go run ./scripts/vectors -check   # exit 1 when a file differs
//
// Everything is derived from one fixed seed, so the files change only when a format does,
// which is a new version of the protocol. Each file is one object of arrays of flat objects:
// hashes, addresses and bytes as 0x hex, numbers as JSON numbers, siblings as arrays.
package main
