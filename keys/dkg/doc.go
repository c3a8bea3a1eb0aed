// SPDX-License-Identifier: Apache-2.0

// Package dkg is the cryptography of the ceremonies of docs/spec/ceremony.md: making a
// group key that nobody knows, and giving the same key to another committee. Joint Feldman
// over secp256k1 with encrypted shares and complaints that prove themselves, so that a
// chain can be both the board and the judge.
//
// Read Params and Dealing first. A dealer calls Deal; everybody calls VerifyDealing; a
// receiver calls Open and, for a wrong share, Complain; everybody calls Judge, Copies and
// Finalise; a receiver adds its shares with Combine and shows with ProveReady that it has them.
//
// SECURITY: it knows neither phases nor clocks. Callers must take no dealing whose hash was
// not fixed before the first dealing was shown, and judge only dealings that passed
// VerifyDealing. A Seed or a dealing key shows every share dealt with it or to it.
//
// The package is core: no clock, goroutine, disk or network; randomness comes in as an
// io.Reader. What is public is deterministic: it runs in FinalizeBlock (I-06).
package dkg
