// SPDX-License-Identifier: Apache-2.0

// Package account signs EVM transactions. Relayers, operators' tools and the devnet pay gas
// with it; it has nothing to do with the group key.
//
// Read Account first. The key stays inside: no print, log or error shows it (I-14). A key
// file is 64 hexadecimal digits with the permissions that keys/keystore asks for.
package account
