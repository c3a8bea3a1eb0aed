// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package node

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/committee"
)

// DevnetPrefix is how the chain id of a dealt network must begin.
const DevnetPrefix = "aitbc-devnet-"

// Deal makes a group key in this process, writes each member's share into its home and the
// public parts into doc.
//
// SECURITY: DEVNETS ONLY. Whoever runs it knew the whole key. Other chain ids are refused.
func Deal(doc *cmttypes.GenesisDoc, homes []Layout, random io.Reader) error {
	if !strings.HasPrefix(doc.ChainID, DevnetPrefix) {
		return fmt.Errorf("chain id %q does not begin with %s: %w", doc.ChainID, DevnetPrefix, ErrUnsafe)
	}
	g, err := app.ParseGenesis(doc.AppState)
	if err != nil {
		return err
	}
	e := &g.Committee.Epoch
	if len(e.GroupKey) != 0 {
		return fmt.Errorf("genesis has a group key already: %w", ErrUnsafe)
	}
	seat(&g)
	if len(homes) != len(e.Members) {
		return fmt.Errorf("%d homes, %d members", len(homes), len(e.Members))
	}
	byMember := make([]Layout, len(homes))
	for _, h := range homes {
		if err := h.Check(); err != nil {
			return err
		}
		addr := privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()).GetAddress()
		found := false
		for i := range e.Members {
			if bytes.Equal(e.Members[i].ConsAddress, addr) {
				byMember[i], found = h, true
			}
		}
		if !found {
			return fmt.Errorf("home %s is no member of the genesis", h)
		}
	}
	group, shares, err := frost.Deal(random, len(homes), int(e.Threshold))
	if err != nil {
		return fmt.Errorf("deal: %w", err)
	}
	e.GroupKey = append([]byte(nil), group.Key[:]...)
	for i := range e.Members {
		e.Members[i].PublicShare = append([]byte(nil), group.Public[i][:]...)
		s := keystore.Share{KeyEpoch: e.Number, Index: frost.Index(i + 1), Secret: shares[i], BridgeID: message.BridgeID(doc.ChainID), GroupKey: group.Key}
		h := byMember[i]
		c, err := LoadConfig(h.ConfigFile(), os.Getenv)
		if err != nil {
			return err
		}
		password, err := c.Password(h)
		if err != nil {
			return err
		}
		if err := keystore.SaveShare(h.ShareFile(e.Number), s, password); err != nil {
			return fmt.Errorf("save share of member %d: %w", i+1, err)
		}
	}
	return putState(doc, &g)
}

// seat makes the validators of a genesis without a key the members of its first key epoch.
func seat(g *app.Genesis) {
	e := &g.Committee.Epoch
	if e.Number != 0 {
		return
	}
	e.Number, e.KeyVersion, e.Threshold = 1, 1, uint32(committee.Threshold(len(g.Committee.Validators)))
	for i, v := range g.Committee.Validators {
		e.Members = append(e.Members, committeev1.Member{
			Index: uint32(i + 1), ConsAddress: v.ConsAddress, ConsPubkey: v.ConsPubkey, Operator: message.Address(v.Operator).String(),
			Moniker: v.Moniker, DealingKey: v.DealingKey,
		})
	}
}
