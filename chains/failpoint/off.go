// SPDX-License-Identifier: Apache-2.0

//go:build !failpoint

package failpoint

// Enabled says whether this build can be killed at a failpoint.
const Enabled = false

// Hit does nothing in this build.
func Hit(string) {}
