// SPDX-License-Identifier: Apache-2.0

package upgrade

import (
	"errors"
	"strings"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/statetest"
)

func open(t *testing.T) (*storetypes.KVStoreKey, sdk.Context) {
	t.Helper()
	ms, key := statetest.Store(t, StoreKey)
	return key, sdk.NewContext(ms, cmtproto.Header{Height: 10}, false, log.NewNopLogger())
}

func TestScheduleRefuses(t *testing.T) {
	key, ctx := open(t)
	k := NewKeeper(key, map[string]Handler{"old": func(sdk.Context) error { return nil }})
	for _, c := range []struct {
		name string
		u    committeev1.Upgrade
		want error
	}{
		{"good", committeev1.Upgrade{Name: "v2.0-rc1", Height: 11, Info: "sha256"}, nil},
		{"no name", committeev1.Upgrade{Height: 11}, message.ErrZero},
		{"long name", committeev1.Upgrade{Name: strings.Repeat("a", MaxNameBytes+1), Height: 11}, message.ErrRange},
		{"name with a space", committeev1.Upgrade{Name: "v 2", Height: 11}, message.ErrRange},
		{"long info", committeev1.Upgrade{Name: "v2", Height: 11, Info: strings.Repeat("a", MaxInfoBytes+1)}, message.ErrRange},
		{"this height", committeev1.Upgrade{Name: "v2", Height: 10}, message.ErrRange},
		{"height beyond all", committeev1.Upgrade{Name: "v2", Height: 1 << 63}, message.ErrRange},
		{"withdraw what is not planned", committeev1.Upgrade{Name: "v3"}, message.ErrRange},
		{"withdraw", committeev1.Upgrade{Name: "v2.0-rc1"}, nil},
		{"withdraw twice", committeev1.Upgrade{Name: "v2.0-rc1"}, message.ErrRange},
		{"to be applied", committeev1.Upgrade{Name: "old", Height: 11}, nil},
	} {
		if err := k.Schedule(ctx, &c.u); !errors.Is(err, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, err, c.want)
		}
	}
	if applied, err := k.Begin(ctx.WithBlockHeight(11)); err != nil || !applied {
		t.Fatal(applied, err)
	}
	if err := k.Schedule(ctx, &committeev1.Upgrade{Name: "old", Height: 20}); !errors.Is(err, message.ErrRange) {
		t.Errorf("applied before: %v", err)
	}
}

func TestBegin(t *testing.T) {
	key, ctx := open(t)
	ran := 0
	before := NewKeeper(key, nil)
	after := NewKeeper(key, map[string]Handler{"v2": func(ctx sdk.Context) error {
		ran++
		ctx.KVStore(key).Set([]byte("migrated"), []byte{1})
		return nil
	}})
	failing := errors.New("migration")
	broken := NewKeeper(key, map[string]Handler{"v2": func(sdk.Context) error { return failing }})
	begin := func(k Keeper, height int64, applied bool, want error) {
		t.Helper()
		got, err := k.Begin(ctx.WithBlockHeight(height))
		if got != applied || !errors.Is(err, want) {
			t.Fatalf("height %d: applied %t, %v; want %t, %v", height, got, err, applied, want)
		}
		var e *Error
		if want != nil && !errors.Is(want, failing) && (!errors.As(err, &e) || e.Name != "v2" || !strings.Contains(err.Error(), `"v2"`)) {
			t.Fatalf("height %d: %v does not name the upgrade", height, err)
		}
	}
	begin(before, 10, false, nil)
	begin(after, 10, false, nil) // no plan: a binary may know names that nobody asks for
	if err := before.Schedule(ctx, &committeev1.Upgrade{Name: "v1", Height: 11}); err != nil {
		t.Fatal(err)
	}
	if err := before.Schedule(ctx, &committeev1.Upgrade{Name: "v2", Height: 13, Info: "https://example.org/v2"}); err != nil { // in place of v1
		t.Fatal(err)
	}
	begin(before, 12, false, nil)
	begin(after, 12, false, ErrEarly)
	begin(before, 13, false, ErrNeeded)
	begin(before, 13, false, ErrNeeded)
	begin(broken, 13, false, failing)
	begin(after, 13, true, nil)
	begin(after, 14, false, nil)
	begin(before, 14, false, ErrOld)
	if h, err := after.Applied(ctx, "v2"); err != nil || h != 13 || ran != 1 || !ctx.KVStore(key).Has([]byte("migrated")) {
		t.Fatalf("applied at %d, %v, handler ran %d times", h, err, ran)
	}
	if h, err := after.Applied(ctx, "v1"); err != nil || h != 0 {
		t.Fatalf("v1 applied at %d, %v", h, err)
	}
}
