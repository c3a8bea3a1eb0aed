// SPDX-License-Identifier: Apache-2.0

// Package frost makes and checks threshold Schnorr signatures: RFC 9591 over secp256k1
// with the Keccak suite of docs/spec/signing.md, whose result schnorr.Verify accepts.
//
// Read Session first, then Sign and Prepare. A signer makes a pair with NewNonce,
// publishes the two points, and later calls Sign once; anybody who knows the session
// adds the shares with Aggregate and, when that fails, finds the culprit with VerifyShare.
//
// SECURITY: a nonce pair signs once. Sign destroys it whatever happens; keeping it from
// being cloned or restored is the task of keys/signer (I-05). Secret scalars are multiplied
// by keys/curve, which never shows one whole to a multiplication in variable time. Secrets
// print as "[secret]" under every verb.
//
// The package is core: no clock, goroutine, disk or network; randomness comes in as an
// io.Reader. Of this repository it imports keys/schnorr and keys/curve.
//
// With the build tag devnet the package also has Deal, a trusted dealer. It is for devnets
// and tests alone: whoever runs it knows the whole group key.
package frost
