// SPDX-License-Identifier: Apache-2.0

// Package app is the application that CometBFT runs: it joins the modules committee, lanes,
// certify and upgrade behind the ABCI handlers.
//
// Read New, then commit.go (what a proposal must carry) and transactions.go (what it may carry
// beside). A block's transaction 0 is the last commit with the members' vote extensions,
// unmodified; behind it come transactions of validators' operators, which run through
// BaseApp. What the members say in extensions reaches the state only through PreBlocker; what
// the state asks of this member leaves as an extension.Agenda.
//
// It must never wait for anything outside (I-07) and never run optimistically.
package app
