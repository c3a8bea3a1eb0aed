// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"strings"

	cmttypes "github.com/cometbft/cometbft/types"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/extension"
)

// greet logs what starts: which chain and fork, from where, as whom, and what it covers.
func greet(logger *slog.Logger, doc *cmttypes.GenesisDoc, g *app.Genesis, a *extension.Agenda, height int64, self []byte, c *Config, b beside, book ledger) {
	epoch, standing := g.Committee.Epoch, standingOf(g.Committee.Validators, &g.Committee.Epoch, self)
	if height > 0 {
		epoch, standing = newest(book, self)
	}
	streams := a.Streams
	if height == 0 {
		streams = genesisStreams(g.Lanes.Streams)
	}
	member := uint32(0)
	for _, m := range epoch.Members {
		if bytes.Equal(m.ConsAddress, self) {
			member = m.Index
		}
	}
	var covered, missing []string
	for i := range streams {
		p := &streams[i]
		name := fmt.Sprintf("%d (chain %s, %s)", p.Index, p.Stream.Chain, p.Stream.Finality)
		if _, ok := c.Chain(p.Stream.Chain); ok {
			covered = append(covered, name)
		} else {
			missing = append(missing, name)
		}
	}
	var shares []string
	for _, s := range b.s.Shares() {
		shares = append(shares, fmt.Sprint(s.KeyEpoch))
	}
	logger.Info("node starts", "chain", doc.ChainID, "fork", g.Committee.Fork, "height", height, "initial", doc.InitialHeight,
		"epoch", epoch.Number, "member", member, "of", len(epoch.Members), "status", standing, "shares", strings.Join(shares, ", "),
		"address", fmt.Sprintf("%X", self), "boot", bootRule(a, height, len(shares) > 0),
		"covers", strings.Join(covered, ", "), "abstains", strings.Join(missing, ", "))
}

// newest is the active epoch of the state on disk and where this node stands.
func newest(book ledger, self []byte) (committeev1.Epoch, string) {
	q, err := book.at()
	if err != nil {
		return committeev1.Epoch{}, "unknown"
	}
	ctx := context.Background()
	e, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
	if err != nil {
		return committeev1.Epoch{}, "unknown"
	}
	v, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
	if err != nil {
		return e.Active, "unknown"
	}
	return e.Active, standingOf(v.Validators, &e.Active, self)
}

// standingOf is the status of a validator in one word. A genesis file without validators has members alone.
func standingOf(list []committeev1.Validator, e *committeev1.Epoch, self []byte) string {
	for i := range list {
		if bytes.Equal(list[i].ConsAddress, self) {
			return committee.StatusName(list[i].Status)
		}
	}
	for i := range e.Members {
		if bytes.Equal(e.Members[i].ConsAddress, self) {
			return committee.StatusName(committeev1.Status_STATUS_MEMBER)
		}
	}
	return "none"
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
