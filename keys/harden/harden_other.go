// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package harden

// Process does nothing on this system.
func Process() {}
