// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"strings"

	"github.com/aitbc/bridge/chains/failpoint"
)

// hookable is what a build with the tag failpoint has: every named place counts as an operation
// of the fuse, so a node can die at each of them. In an ordinary build nothing calls it.
var hookable func(f func(name string)) (restore func())

// watchFailpoints burns the fuse of the running node at every failpoint.
func (s *sim) watchFailpoints() (restore func()) {
	if !failpoint.Enabled || hookable == nil {
		return func() {}
	}
	return hookable(func(name string) {
		// A handler recovers panics, and dies as crash-before-commit says instead.
		if s.running != nil && !strings.HasPrefix(name, "app.") {
			s.running.disk.burn(name)
		}
	})
}
