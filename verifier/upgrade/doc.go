// SPDX-License-Identifier: Apache-2.0

// Package upgrade is the module that stops every node at one height until it runs a binary
// that knows the upgrade's name.
//
// Read Keeper.Begin first: it is asked before anything else of a block. The package is core:
// it writes nothing but its store, and stops by an error of which the application makes an
// end (docs/adr/0011-transactions-and-governance.md).
package upgrade
