// SPDX-License-Identifier: Apache-2.0

// Package node is the body of bridged: the validator's home, its genesis file and
// configuration, and the process that joins CometBFT, the application, the voter and the
// watchers.
//
// Read Layout (what lies where), Config, then Start, whose list of services is the start
// order; stop is the reverse. It must never print a secret and refuses a home that others
// can read (I-14).
package node
