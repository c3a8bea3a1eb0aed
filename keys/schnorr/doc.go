// SPDX-License-Identifier: Apache-2.0

// Package schnorr is the public side of the group key: encodings and verification of
// the bridge's signatures, which follow the ERC-7816 draft as pinned in
// docs/spec/signing.md.
//
// Read PublicKey and Signature first, then Verify. Verify goes through ecrecover in the
// same steps as the contract, so that both accept and refuse the same signatures.
//
// The package never sees a secret, is core (no clock, goroutine, randomness, disk or
// network) and imports nothing else of this repository.
package schnorr
