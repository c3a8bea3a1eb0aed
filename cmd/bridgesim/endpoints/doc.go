// SPDX-License-Identifier: Apache-2.0

// Package endpoints is what stands between a scripted chain and a reader in the simulator:
// endpoints that lie, lag and fail in named ways, and a model of the pool that makes them agree.
//
// Read Endpoint first: the answers of one, honest but for its rules. Kinds are the rules' ways, with the
// names of chains/chaintest/faultproxy where both have them. Pool is the model of chains/evm/pool; it
// follows docs/spec/sources.md without goroutines and clocks, and TestPoolIsTheRealOne holds it against
// the real one. A forged history is made by shadow.
//
// Nothing here may start a goroutine, read a clock or depend on map order.
package endpoints
