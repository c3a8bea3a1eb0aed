// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"
	"os"

	sm "github.com/cometbft/cometbft/state"
	"github.com/cometbft/cometbft/store"

	"github.com/aitbc/bridge/verifier/app"
)

// RolledBack says what a rollback did.
type RolledBack struct {
	From      int64 `json:"from"` // committed height before
	To        int64 `json:"to"`
	Again     int64 `json:"executed_again"` // the block above To is kept and executed at the next start
	Fetched   int64 `json:"fetched_again"`  // blocks that were dropped; they come from peers
	Snapshots int   `json:"snapshots_dropped"`
}

// Rollback takes the state of one node back to a height, 0 for one block. The chain does not
// notice: it is for a node whose state went wrong. Journals, keys and the sign state stay, so
// the node says nothing twice; its signer takes a new boot id when it starts.
//
// The application goes first: a crash in between leaves it behind CometBFT, which then
// executes the missing blocks at the next start.
//
// Errors: journal.ErrLocked while the node runs; app.ErrNoState for a height that is not kept.
func Rollback(h Layout, c Config, to int64) (r RolledBack, err error) {
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
	blocks, states, err := openBlocks(h, held)
	if err != nil {
		return r, err
	}
	now, err := states.Load()
	if err != nil {
		return r, fmt.Errorf("load state: %w", err)
	}
	r.From, r.To = now.LastBlockHeight, to
	if to == 0 {
		r.To = r.From - 1
	}
	if r.To < now.InitialHeight || r.To >= r.From {
		return r, fmt.Errorf("height %d: this home is at %d and began at %d: %w", r.To, r.From, now.InitialHeight, app.ErrNoState)
	}
	if blocks.LoadBlockMeta(r.To) == nil {
		return r, fmt.Errorf("block %d is not kept: %w", r.To, app.ErrNoState)
	}
	if a.LastBlockHeight() > r.To {
		if err := a.RollbackTo(r.To); err != nil {
			return r, err
		}
	}
	before := blocks.Height()
	if err := unwind(blocks, states, r.To); err != nil {
		return r, err
	}
	r.Again, r.Fetched = r.To+1, before-blocks.Height()
	r.Snapshots, err = dropSnapshots(h, r.To)
	return r, err
}

// unwind takes CometBFT's state back to a height. The last step keeps its block, so that the
// node executes it again without anyone's help.
func unwind(blocks *store.BlockStore, states sm.Store, to int64) error {
	for {
		s, err := states.Load()
		if err != nil {
			return fmt.Errorf("load state: %w", err)
		}
		if s.LastBlockHeight <= to {
			return nil
		}
		pending := blocks.Height() > s.LastBlockHeight // stored, not executed: Rollback only drops it
		if _, _, err := sm.Rollback(blocks, states, pending || s.LastBlockHeight-1 > to); err != nil {
			return fmt.Errorf("roll back from height %d: %w", s.LastBlockHeight, err)
		}
	}
}

// dropSnapshots removes snapshots above a height: they may hold the state that went wrong.
func dropSnapshots(h Layout, above int64) (n int, err error) {
	if _, err := os.Lstat(h.SnapshotDir()); errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	s, db, err := app.OpenSnapshotStore(h.SnapshotDir())
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	list, err := s.List()
	if err != nil {
		return 0, fmt.Errorf("list snapshots: %w", err)
	}
	for _, one := range list {
		if int64(one.Height) <= above {
			continue
		}
		if err := s.Delete(one.Height, one.Format); err != nil {
			return n, fmt.Errorf("drop snapshot of height %d: %w", one.Height, err)
		}
		n++
	}
	return n, nil
}
