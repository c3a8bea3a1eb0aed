// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"fmt"
	"log/slog"
	"strings"

	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/extension"
)

// greet logs what starts: which chain and fork, from where, as whom, and what it covers.
func greet(logger *slog.Logger, doc *cmttypes.GenesisDoc, g *app.Genesis, a *extension.Agenda, height int64, self []byte, sources []*source, share bool) {
	member := uint32(0)
	for _, m := range g.Committee.Epoch.Members {
		if bytes.Equal(m.ConsAddress, self) {
			member = m.Index
		}
	}
	var covered, missing []string
	for i := range g.Lanes.Streams {
		p, found := &g.Lanes.Streams[i], false
		for _, s := range sources {
			found = found || uint32(s.index) == p.Index
		}
		name := fmt.Sprintf("%d (chain %d)", p.Index, p.Chain)
		if found {
			covered = append(covered, name)
		} else {
			missing = append(missing, name)
		}
	}
	logger.Info("node starts", "chain", doc.ChainID, "fork", g.Committee.Fork, "height", height, "initial", doc.InitialHeight,
		"member", member, "of", len(g.Committee.Epoch.Members), "address", fmt.Sprintf("%X", self), "boot", bootRule(a, height, share),
		"covers", strings.Join(covered, ", "), "abstains", strings.Join(missing, ", "))
}

// bootRule says what the signer will do about its boot id. A boot id is the committed height
// and three random bytes, and must be above all older ones: after a rollback it may have to wait.
func bootRule(a *extension.Agenda, height int64, share bool) string {
	switch {
	case !share:
		return "none: no key share"
	case a.Boot>>24 > uint64(height):
		return fmt.Sprintf("waits for height %d: the state records a boot of it", a.Boot>>24)
	case height == 0:
		return "new with the first block"
	}
	return "new at this height; older nonce pairs are void"
}
