// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"encoding/binary"
	"fmt"

	storetypes "github.com/cosmos/cosmos-sdk/store/v2/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// The store (docs/spec/membership.md, "Records"). The first byte of a key is its kind, what
// follows has a fixed width, so no key is the beginning of another. Kinds from 0x20 on belong
// to proposals.
const (
	kindFork         = 0x01 // → 4 bytes
	kindActive       = 0x02 // → Epoch
	kindReady        = 0x03 // → Epoch; absent: none
	kindLast         = 0x04 // → Epoch; absent: none
	kindParams       = 0x05 // → Params
	kindValidator    = 0x06 // consensus address 20 → Validator
	kindOperator     = 0x07 // operator 20 → consensus address 20, of those not removed
	kindRemoved      = 0x08 // height 8, consensus address 20 → 1: when the key was removed
	kindCounter      = 0x09 // counter 1 → 8 bytes
	kindCeremony     = 0x0a // number 8 → Ceremony
	kindDealing      = 0x0b // number 8, dealer 4 → dealing
	kindPending      = 0x0c // statement 8 → Statement without a signature
	kindSigned       = 0x0d // statement 8 → Statement with one
	kindHaltNonce    = 0x0e // chain 8, manager 20 → 8 bytes
	kindNext         = 0x0f // → the ceremony that is to start
	kindRotation     = 0x10 // → RotationState; absent: none
	kindPower        = 0x11 // → 8 bytes
	kindUpdate       = 0x12 // consensus address 20 → power 8: what CometBFT is told with this block
	kindReadySession = 0x13 // → 8 bytes: the statement of the ceremony in PHASE_TEST
)

// counter is a number that only grows.
type counter byte

// The counters. None is ever reset.
const (
	counterCeremony  counter = 1
	counterProposal  counter = 2
	counterStatement counter = 3
	counterSequence  counter = 4 // the sequence at which the next joining validator starts
)

// record is what the generated messages have in common.
type record interface {
	Marshal() ([]byte, error)
	Unmarshal([]byte) error
}

func (k Keeper) kv(ctx context.Context) storetypes.KVStore {
	return sdk.UnwrapSDKContext(ctx).KVStore(k.key)
}

func key(kind byte, parts ...[]byte) []byte {
	out := []byte{kind}
	for _, p := range parts {
		out = append(out, p...)
	}
	return out
}

func word(v uint64) []byte { return binary.BigEndian.AppendUint64(nil, v) }

// load reads a record; found is false when there is none. Errors: ErrState.
func (k Keeper) load(ctx context.Context, at []byte, into record) (found bool, err error) {
	b := k.kv(ctx).Get(at)
	if b == nil {
		return false, nil
	}
	if err := into.Unmarshal(b); err != nil {
		return false, fmt.Errorf("decode record %x: %w", at, ErrState)
	}
	return true, nil
}

func (k Keeper) save(ctx context.Context, at []byte, r record) error {
	b, err := r.Marshal()
	if err != nil {
		return fmt.Errorf("encode record %x: %w: %w", at, err, ErrState)
	}
	if b == nil {
		b = []byte{}
	}
	k.kv(ctx).Set(at, b)
	return nil
}

// number reads 8 bytes; 0 when there is nothing.
func (k Keeper) number(ctx context.Context, at []byte) (uint64, error) {
	b := k.kv(ctx).Get(at)
	switch len(b) {
	case 0:
		return 0, nil
	case 8:
		return binary.BigEndian.Uint64(b), nil
	}
	return 0, fmt.Errorf("record %x of %d bytes: %w", at, len(b), ErrState)
}

func (k Keeper) last(ctx context.Context, c counter) (uint64, error) {
	return k.number(ctx, key(kindCounter, []byte{byte(c)}))
}

func (k Keeper) setLast(ctx context.Context, c counter, v uint64) {
	k.kv(ctx).Set(key(kindCounter, []byte{byte(c)}), word(v))
}

// next gives the next number of a counter.
func (k Keeper) next(ctx context.Context, c counter) (uint64, error) {
	v, err := k.last(ctx, c)
	if err != nil {
		return 0, err
	}
	k.setLast(ctx, c, v+1)
	return v + 1, nil
}

// each calls f for every entry of a kind whose key starts with prefix, by ascending key,
// without the kind. f must not change the store.
func (k Keeper) each(ctx context.Context, kind byte, prefix []byte, f func(id, value []byte) error) (err error) {
	it := storetypes.KVStorePrefixIterator(k.kv(ctx), key(kind, prefix))
	defer func() {
		if e := it.Close(); err == nil && e != nil {
			err = fmt.Errorf("close iterator: %w", e)
		}
	}()
	for ; it.Valid(); it.Next() {
		if err := f(it.Key()[1:], it.Value()); err != nil {
			return err
		}
	}
	return nil
}

// newest keeps the entries of a kind with 8-byte ids that are among the newest keep, drops
// the others. The store holds at most a few more than keep at any time.
func (k Keeper) newest(ctx context.Context, kind byte, keep int, stays func(id uint64) bool) error {
	var ids [][]byte
	if err := k.each(ctx, kind, nil, func(id, _ []byte) error {
		ids = append(ids, append([]byte(nil), id...))
		return nil
	}); err != nil {
		return err
	}
	for i := 0; i < len(ids)-keep; i++ {
		if stays == nil || !stays(binary.BigEndian.Uint64(ids[i])) {
			k.kv(ctx).Delete(key(kind, ids[i]))
		}
	}
	return nil
}

func height(ctx context.Context) uint64 { return uint64(sdk.UnwrapSDKContext(ctx).BlockHeight()) }

// emit adds an event to the block's results; attributes are pairs of name and value.
func emit(ctx context.Context, name string, attributes ...string) {
	e := sdk.NewEvent(name)
	for i := 0; i+1 < len(attributes); i += 2 {
		e = e.AppendAttributes(sdk.NewAttribute(attributes[i], attributes[i+1]))
	}
	sdk.UnwrapSDKContext(ctx).EventManager().EmitEvent(e)
}
