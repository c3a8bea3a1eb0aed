// SPDX-License-Identifier: Apache-2.0

// Package registry describes chains as data: the profile of each supported chain and
// the network file that names one deployed bridge.
//
// Read Profile first, then Network. A profile holds what needs no agreement (fee model,
// log range) and the defaults for what does (finality policy, stride): the authority on
// those is the consensus state of the validators, never this package. network.json is all
// that a relayer, a client or a tool needs to know a network; it holds no secret.
package registry
