// SPDX-License-Identifier: Apache-2.0

//go:build !linux

package devnet

import "syscall"

// childAttr gives a child its own process group, so that Ctrl-C reaches the parent alone.
func childAttr() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setpgid: true} }
