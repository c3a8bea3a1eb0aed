// SPDX-License-Identifier: Apache-2.0

// Command faultproxy stands before a JSON-RPC endpoint of an EVM chain and lies on command or by seed.
//
//	go run ./scripts/faultproxy --upstream http://127.0.0.1:8545
//	go run ./scripts/faultproxy --upstream http://127.0.0.1:8545 --fault log-drop,head-back
//	go run ./scripts/faultproxy --upstream http://127.0.0.1:8545 --seed 7 --rate 0.05
//
// It is chains/chaintest/faultproxy with flags: read that package first, and docs/spec/faultproxy.md for the
// kinds and the control endpoint. It listens on loopback alone and must never stand before a real node's endpoint.
package main
