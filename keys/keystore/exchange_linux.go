// SPDX-License-Identifier: Apache-2.0

package keystore

import "golang.org/x/sys/unix"

// exchange swaps the names of two directories in one step.
func exchange(a, b string) error {
	return unix.Renameat2(unix.AT_FDCWD, a, unix.AT_FDCWD, b, unix.RENAME_EXCHANGE)
}
