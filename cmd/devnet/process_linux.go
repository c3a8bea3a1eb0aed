// SPDX-License-Identifier: Apache-2.0

package devnet

import "syscall"

// childAttr gives a child its own process group, so that Ctrl-C reaches the parent
// alone, and lets it die with its parent.
func childAttr() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}
