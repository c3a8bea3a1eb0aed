// SPDX-License-Identifier: Apache-2.0

package node

import (
	"maps"

	"github.com/aitbc/bridge/verifier/app"
)

// released are the planned upgrades that this program can apply, by the name in the proposal. A name
// stays here for as long as a state may have it behind it.
func released() map[string]app.Upgrade { return map[string]app.Upgrade{} }

// known are the released ones and those of a test build.
func known(more map[string]app.Upgrade) map[string]app.Upgrade {
	out := released()
	maps.Copy(out, more)
	return out
}
