// SPDX-License-Identifier: Apache-2.0

// Package harden keeps the memory of a process that holds keys out of files and from other
// processes of its user.
//
// Read Process first: every program that opens a key calls it before anything else. It must
// never fail a start: where a system has no such switch, it does nothing.
package harden
