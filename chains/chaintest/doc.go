// SPDX-License-Identifier: Apache-2.0

// Package chaintest is a scripted stand-in for a source chain: tests mine blocks, finalize
// them, reorganize what is not final, stall the chain, and make it lie.
//
// Read Chain first. It implements the source that chains/follow reads without any network
// and follows the send and delivery rules of the real manager, so honest use gives events
// that stream.Step accepts. It is no EVM and enforces no limits of the contracts; only tests and the simulator
// may import it. All methods may be called at the same time.
package chaintest
