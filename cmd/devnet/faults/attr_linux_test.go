// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import "syscall"

// childAttr gives a child its own process group and lets it die with its parent.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
