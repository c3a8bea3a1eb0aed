// SPDX-License-Identifier: Apache-2.0

//go:build devnet

// Package engine runs a whole bridge in one goroutine: validators with their real
// application, voter, signer and journals, source and target chains, a relayer, and a model
// of consensus that makes any sequence of calls which ABCI allows. Time is virtual and one
// seed decides everything, so a run is repeated by its number.
//
// Read Run first, then sim (the event loop), node (one validator and its disk) and consensus.
// What happened is told as plain data to cmd/bridgesim/audit, which alone judges it; this
// package stops at the first violation. Faults are drawn in plan.go, docs/spec/simulator.md
// says what is real and what is modelled.
//
// It must never start a goroutine, read a clock or depend on map order: the trace of a seed
// is the same bytes every time.
package engine
