// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"

	"github.com/cometbft/cometbft/crypto/ed25519"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/committee"
)

// Exported says what an export holds.
type Exported struct {
	ChainID       string `json:"chain_id"`
	Height        int64  `json:"height"` // whose state was exported
	AppHash       string `json:"app_hash"`
	Confirmed     bool   `json:"confirmed"` // the next block's header says the same app hash
	InitialHeight int64  `json:"initial_height"`
	Fork          uint32 `json:"fork"`
	Members       int    `json:"members"`
	Streams       int    `json:"streams"`
	File          string `json:"file"`
	SHA256        string `json:"sha256"` // of the file: the same for every member
}

// Export writes a genesis file that goes on from the state committed at height (0: the
// newest), under the next fork number, to out, which must not exist. The home is not changed.
// Every member that exports the same height writes the same bytes.
//
// Errors: journal.ErrLocked while the node runs, app.ErrNoState, ErrUnsafe when the chain agreed
// on another app hash than this home has.
func Export(h Layout, c Config, height int64, out string) (r Exported, err error) {
	if err := h.Check(); err != nil {
		return r, err
	}
	held, err := hold(h)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, held.close()) }()
	a, err := openState(h, c.ChainID, held)
	if err != nil {
		return r, err
	}
	e, err := a.ExportAt(height)
	if err != nil {
		return r, err
	}
	blocks, _, err := openBlocks(h, held)
	if err != nil {
		return r, err
	}
	meta := blocks.LoadBlockMeta(e.Height)
	if meta == nil {
		return r, fmt.Errorf("block %d is not in this home: its time is the new chain's: %w", e.Height, app.ErrNoState)
	}
	next := blocks.LoadBlockMeta(e.Height + 1)
	if next != nil && !bytes.Equal(next.Header.AppHash, e.AppHash) {
		return r, fmt.Errorf("this home's state of height %d has app hash %X, the chain agreed on %X: %w", e.Height, e.AppHash, next.Header.AppHash, ErrUnsafe)
	}
	doc, err := nextGenesis(meta.Header.ChainID, e, meta)
	if err != nil {
		return r, err
	}
	if _, err := os.Lstat(out); err == nil {
		return r, fmt.Errorf("%s exists: a genesis file is never overwritten: %w", out, ErrUnsafe)
	}
	if err := doc.SaveAs(out); err != nil {
		return r, err
	}
	b, err := os.ReadFile(out)
	if err != nil {
		return r, err
	}
	sum := sha256.Sum256(b)
	return Exported{
		ChainID: doc.ChainID, Height: e.Height, AppHash: hex.EncodeToString(e.AppHash), Confirmed: next != nil,
		InitialHeight: doc.InitialHeight, Fork: e.Genesis.Committee.Fork, Members: len(doc.Validators),
		Streams: len(e.Genesis.Lanes.Streams), File: out, SHA256: hex.EncodeToString(sum[:]),
	}, nil
}

// nextGenesis makes the genesis file of an export. Its time is that of the exported block: the
// first block must carry it, and time must not go back. Vote extensions are on from the first block.
func nextGenesis(chainID string, e *app.Export, last *cmttypes.BlockMeta) (*cmttypes.GenesisDoc, error) {
	params := cmttypes.ConsensusParamsFromProto(e.Params)
	params.ABCI.VoteExtensionsEnableHeight = e.Height + 1
	doc := &cmttypes.GenesisDoc{
		ChainID: chainID, GenesisTime: last.Header.Time, InitialHeight: e.Height + 1, ConsensusParams: &params,
	}
	validators, err := committee.GenesisValidators(&e.Genesis.Committee)
	if err != nil {
		return nil, err
	}
	for i := range validators {
		m := &validators[i]
		if !committee.Sits(m) {
			continue
		}
		pub := ed25519.PubKey(m.ConsPubkey)
		doc.Validators = append(doc.Validators, cmttypes.GenesisValidator{Address: pub.Address(), PubKey: pub, Power: memberPower, Name: m.Moniker})
	}
	if err := putState(doc, &e.Genesis); err != nil {
		return nil, err
	}
	if err := doc.ValidateAndComplete(); err != nil {
		return nil, err
	}
	_, err = CheckGenesis(doc)
	return doc, err
}
