// SPDX-License-Identifier: Apache-2.0

// Package evidence proves the logs of one block from what its header commits to.
//
// Read Header first, then Receipts. DecodeHeader recomputes the hash of a block from the
// JSON of eth_getBlockByHash; DecodeReceipts recomputes the receipts root and the bloom from
// the JSON of eth_getBlockReceipts (a Collector does so from one answer per transaction). A
// value of either type exists only when the recomputation agrees, so Logs is as true as the
// block hash. Compare then holds the answer of eth_getLogs against it. Of lists the
// evidence that each kind of chain gets (docs/spec/evidence.md).
//
// The package must never repair an answer: what differs in one byte, is missing, null, named
// twice or written in another way than JSON-RPC demands is refused. It has no network, clock
// or state, and its memory is bounded by the size of its input.
package evidence
