// SPDX-License-Identifier: Apache-2.0

package app

import (
	"errors"
	"fmt"
	"io"
	"os"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/baseapp"
	"github.com/cosmos/cosmos-sdk/store/v2/snapshots"
	snapshottypes "github.com/cosmos/cosmos-sdk/store/v2/snapshots/types"
)

// openSnapshots wires the SDK's snapshot manager. All stores are IAVL trees, so no extension
// snapshotter is needed: a snapshot is the whole state, and its app hash is in the next
// block's header, where a light client checks it.
func openSnapshots(s Snapshots) (func(*baseapp.BaseApp), error) {
	if s.Dir == "" {
		return func(*baseapp.BaseApp) {}, nil
	}
	store, _, err := OpenSnapshotStore(s.Dir)
	if err != nil {
		return nil, err
	}
	return baseapp.SetSnapshot(store, snapshottypes.NewSnapshotOptions(s.Interval, s.Keep)), nil
}

// OpenSnapshotStore opens the snapshots that lie in dir, until the closer is called. One
// process holds it; App.Close closes that of an application.
func OpenSnapshotStore(dir string) (*snapshots.Store, io.Closer, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, nil, fmt.Errorf("make snapshot directory: %w", err)
	}
	db, err := dbm.NewDB("metadata", dbm.GoLevelDBBackend, dir)
	if err != nil {
		return nil, nil, fmt.Errorf("open snapshots: %w", err)
	}
	store, err := snapshots.NewStore(db, dir)
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("open snapshots: %w", err), db.Close())
	}
	return store, db, nil
}
