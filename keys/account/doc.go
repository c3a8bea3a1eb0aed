// SPDX-License-Identifier: Apache-2.0

// Package account signs with an Ethereum account: transactions of EVM chains, and the
// operator's transactions to the bridge's own chain as personal messages. It has nothing to
// do with the group key.
//
// Read Account and Setting first. A key is in a raw file (devnets), in a keystore file under
// a password, or in another process, an external signer, whose every answer is checked. The
// key stays inside: no print, log or error shows it (I-14).
package account
