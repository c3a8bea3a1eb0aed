// SPDX-License-Identifier: Apache-2.0

// Package curve is the arithmetic of secp256k1 under keys/frost and keys/dkg: encodings
// of points and scalars, multiplication of secrets, Lagrange interpolation.
//
// Read Point and Scalar first; Decode and Element lead from bytes to numbers. Functions
// named …Public run in variable time and take only what everybody may know.
//
// SECURITY: secret scalars never enter gnark-crypto's variable-time multiplication whole:
// MulSecret and MulBaseSecret split them into two random summands first. A Scalar prints
// as "[secret]" under every verb.
//
// The package is core: no clock, goroutine, disk or network; randomness comes in as an
// io.Reader. It imports nothing else of this repository.
package curve
