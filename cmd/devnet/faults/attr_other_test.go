// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet && !linux

package faults

import "syscall"

// childAttr gives a child its own process group.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
