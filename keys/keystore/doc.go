// SPDX-License-Identifier: Apache-2.0

// Package keystore keeps secrets in files, encrypted with the password of the home.
//
// Read Password, Share, SaveShare and SaveSecret first. A file has mode 0600 in a directory
// of mode 0700, both owned by the user who runs the program; anything laxer, and every
// symlink, is refused. A file is written whole, synced, and never overwritten.
//
// What is encrypted, and the format, stands in docs/spec/operations.md, "Keys and passwords".
// A password file in the same directory protects a copied key file alone, not a copied home.
// No error or print of this package holds a secret (I-14).
package keystore
