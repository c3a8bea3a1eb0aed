// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"cosmossdk.io/log/v2"
	cmtcfg "github.com/cometbft/cometbft/config"
	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"
	dbm "github.com/cosmos/cosmos-db"

	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/app"
)

// heldBy names the process that holds a journal, where the system tells.
func heldBy(path string, err error) error {
	if !errors.Is(err, journal.ErrLocked) {
		return err
	}
	if pid, name := lockHolder(path); pid != 0 {
		return fmt.Errorf("%w: process %d (%s) runs on this home", err, pid, name)
	}
	return err
}

func openJournal(path string) (*journal.Journal, error) {
	j, err := journal.Open(path)
	return j, heldBy(path, err)
}

// stopped is a home whose node does not run and cannot be started until it is closed: it
// holds the journals, which a running node holds.
type stopped struct {
	closers
	fork uint32 // highest under which the signer's journal knows a share; 0: none
}

// hold takes the journals that are there; it makes none. Errors: journal.ErrLocked names who runs.
func hold(h Layout) (_ *stopped, err error) {
	s := new(stopped)
	defer func() {
		if err != nil {
			_ = s.close()
		}
	}()
	for _, path := range []string{h.VoteJournal(), h.SignerJournal()} {
		if _, err := os.Lstat(path); errors.Is(err, os.ErrNotExist) {
			continue
		}
		j, err := openJournal(path)
		if err != nil {
			return nil, err
		}
		s.add(j)
		if path == h.SignerJournal() {
			if s.fork, err = signer.HighestFork(j); err != nil {
				return nil, fmt.Errorf("read signer journal: %w", err)
			}
		}
	}
	return s, nil
}

// openState opens the application's state of a stopped home, and nothing when the home has none.
func openState(h Layout, chainID string, held *stopped) (*app.App, error) {
	if _, err := os.Lstat(filepath.Join(h.DataDir(), "application.db")); errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s has no state: the node never made a block: %w", h.DataDir(), app.ErrNoState)
	}
	db, err := dbm.NewDB("application", dbm.GoLevelDBBackend, h.DataDir())
	if err != nil {
		return nil, fmt.Errorf("open application database (does the node run?): %w", err)
	}
	held.add(db)
	return app.New(log.NewNopLogger(), db, chainID, app.Silent{}, app.Options{})
}

// openBlocks opens CometBFT's blocks and its state of a stopped home.
func openBlocks(h Layout, held *stopped) (*store.BlockStore, sm.Store, error) {
	c, err := LoadComet(h)
	if err != nil {
		return nil, nil, err
	}
	blocks, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "blockstore", Config: c})
	if err != nil {
		return nil, nil, fmt.Errorf("open block store: %w", err)
	}
	held.add(blocks)
	states, err := cmtcfg.DefaultDBProvider(&cmtcfg.DBContext{ID: "state", Config: c})
	if err != nil {
		return nil, nil, fmt.Errorf("open state store: %w", err)
	}
	held.add(states)
	return store.NewBlockStore(blocks), sm.NewStore(states, sm.StoreOptions{}), nil
}
