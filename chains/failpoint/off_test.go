// SPDX-License-Identifier: Apache-2.0

//go:build !failpoint

package failpoint

import "testing"

// In an ordinary build the environment changes nothing and a hit costs no allocation.
func TestOffDoesNothing(t *testing.T) {
	t.Setenv("BRIDGE_FAILPOINT", "here")
	if Enabled {
		t.Fatal("enabled without the build tag")
	}
	if n := testing.AllocsPerRun(100, func() { Hit("here") }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
