// SPDX-License-Identifier: Apache-2.0

// Package client is what bridgectl and the devnet do with a network: send, track,
// pause and unpause.
//
// Read Client and Status first. It needs network.json, endpoints of the chains and
// the validators' queries; no relayer. What validators say only explains a
// message's stage; whether it was delivered is read from the target chain.
package client
