// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

// Package byzantine makes a validator misbehave on purpose, so that tests can run real
// networks with hostile members in them.
//
// Read Policy (one way to misbehave; Policies lists them all), then Actor, which puts itself
// between CometBFT and the honest application and between that application and the honest
// voter. Everything below stays honest: keys, journals and nonces are used as always, and only
// what leaves the node is changed. So a hostile member here is as strong as one that changed its
// program, but for what CometBFT itself signs: it never signs two blocks of one height.
//
// SECURITY: it exists in builds with the tags devnet and byzantine alone, and New refuses every
// chain but a devnet.
package byzantine
