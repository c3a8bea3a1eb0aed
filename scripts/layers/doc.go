// SPDX-License-Identifier: Apache-2.0

// Command layers reads the imports of every non-test Go file of the repository and
// fails on an arrow that docs/architecture.md does not draw, on a fenced library
// outside its folder, and on clocks, goroutines, randomness or unsorted map ranges
// in the core packages.
//
// Read the table in table.go first. It must never grow an arrow that points up.
package main
