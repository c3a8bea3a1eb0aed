// SPDX-License-Identifier: Apache-2.0

package harden

import "golang.org/x/sys/unix"

// Process forbids core dumps: none is written when the process dies, and no other process of
// the user may attach to it or read its memory. Root still can. SECURITY: it does not keep
// memory out of swap; encrypt swap or have none.
func Process() {
	_ = unix.Setrlimit(unix.RLIMIT_CORE, &unix.Rlimit{})
	_ = unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0)
}
