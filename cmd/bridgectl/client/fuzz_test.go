// SPDX-License-Identifier: Apache-2.0

package client

import "testing"

// FuzzLane: a lane's name is refused or read back as itself.
func FuzzLane(f *testing.F) {
	for _, s := range []string{"1->2", "1-2", "1:2", "0->1", "1->1", "18446744073709551615->1", "99999999999999999999->1", "->", "1->2 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		l, err := ParseLane(s)
		if err != nil {
			return
		}
		if again, err := ParseLane(l.String()); err != nil || again != l || l.Source == 0 || l.Target == 0 || l.Source == l.Target {
			t.Errorf("%q read as %s, then %s: %v", s, l, again, err)
		}
	})
}
