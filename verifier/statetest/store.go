// SPDX-License-Identifier: Apache-2.0

// Package statetest gives the tests of a module of the state machine a store as the application has it.
//
// Only tests may import it.
package statetest

import (
	"testing"

	"cosmossdk.io/log/v2"
	dbm "github.com/cosmos/cosmos-db"
	"github.com/cosmos/cosmos-sdk/store/v2/rootmulti"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
)

// Store is an empty store in memory with one tree, and the key of that tree.
func Store(t testing.TB, name string) (storetypes.CommitMultiStore, *storetypes.KVStoreKey) {
	t.Helper()
	key := storetypes.NewKVStoreKey(name)
	s := rootmulti.NewStore(dbm.NewMemDB(), log.NewNopLogger())
	s.MountStoreWithDB(key, storetypes.StoreTypeIAVL, nil)
	if err := s.LoadLatestVersion(); err != nil {
		t.Fatal(err)
	}
	return s, key
}
