// SPDX-License-Identifier: Apache-2.0

// Package keystore keeps secrets in files: a member's key share, and the raw files that
// other packages of keys read and write.
//
// Read Share, SaveShare and LoadShare. A file has mode 0600 in a directory of mode 0700,
// both owned by the user who runs the program; anything laxer, and every symlink, is
// refused. A file is written whole, synced, and never overwritten.
//
// The share file of this version is not encrypted: it is for devnets. No error or print of
// this package holds a secret (I-14).
package keystore
