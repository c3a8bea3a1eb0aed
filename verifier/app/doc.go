// SPDX-License-Identifier: Apache-2.0

// Package app is the application that CometBFT runs: it joins the modules committee, lanes
// and certify behind the ABCI handlers.
//
// Read New, then commit.go (what a proposal must carry). A block's transaction 0 is the
// last commit with the members' vote extensions, unmodified; this version knows no other
// transaction and refuses all of them. What the members say reaches the state only through
// PreBlocker; what the state asks of this member leaves as an extension.Agenda.
//
// It must never wait for anything outside (I-07) and never run optimistically.
package app
