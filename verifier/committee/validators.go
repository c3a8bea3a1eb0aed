// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"encoding/binary"
	"encoding/hex"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtcrypto "github.com/cometbft/cometbft/proto/tendermint/crypto"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

const (
	// RemovedBlocks is how long the key of a removed validator stays readable: as long as
	// CometBFT's evidence about it lives.
	RemovedBlocks = 100_000
	// MaxRemoved bounds the records of removed validators; a change that would pass it is refused.
	MaxRemoved = 1000
	// RejoinBlocks after its removal a validator may join again: by then CometBFT has let it go.
	RejoinBlocks = 3
	// DefaultPower is every validator's power where genesis does not say another one.
	DefaultPower = 10
)

// Validators are all records, those of removed validators included, by consensus address.
func (k Keeper) Validators(ctx context.Context) (out []committeev1.Validator, err error) {
	err = k.each(ctx, kindValidator, nil, func(_, b []byte) error {
		var v committeev1.Validator
		if err := v.Unmarshal(b); err != nil {
			return fmt.Errorf("decode validator: %w", ErrState)
		}
		out = append(out, v)
		return nil
	})
	return out, err
}

// Validator is the record of a consensus address.
func (k Keeper) Validator(ctx context.Context, consAddress []byte) (v committeev1.Validator, found bool, err error) {
	found, err = k.load(ctx, key(kindValidator, consAddress), &v)
	return v, found, err
}

// ValidatorByOperator is the validator, not removed, that an account speaks for.
func (k Keeper) ValidatorByOperator(ctx context.Context, op [20]byte) (v committeev1.Validator, found bool, err error) {
	a := k.kv(ctx).Get(key(kindOperator, op[:]))
	if a == nil {
		return v, false, nil
	}
	v, found, err = k.Validator(ctx, a)
	if err == nil && !found {
		err = fmt.Errorf("operator %x speaks for nobody: %w", op, ErrState)
	}
	return v, found, err
}

// SetSequence says what the next transaction of an operator must carry. It never goes back.
// Errors: ErrUnknownMember, message.ErrRange.
func (k Keeper) SetSequence(ctx context.Context, op [20]byte, sequence uint64) error {
	v, found, err := k.ValidatorByOperator(ctx, op)
	switch {
	case err != nil:
		return err
	case !found:
		return fmt.Errorf("operator %x: %w", op, ErrUnknownMember)
	case sequence < v.Sequence:
		return fmt.Errorf("sequence %d after %d: %w", sequence, v.Sequence, message.ErrRange)
	}
	v.Sequence = sequence
	return k.save(ctx, key(kindValidator, v.ConsAddress), &v)
}

// ConsensusKeys maps the consensus address of every validator to its Ed25519 key, 32 bytes.
// Removed ones are among them for RemovedBlocks: they sign commits for two more blocks, and
// evidence about them may come later.
func (k Keeper) ConsensusKeys(ctx context.Context) (map[string][]byte, error) {
	all, err := k.Validators(ctx)
	if err != nil {
		return nil, err
	}
	keys := make(map[string][]byte, len(all))
	for i := range all {
		keys[string(all[i].ConsAddress)] = all[i].ConsPubkey
	}
	return keys, nil
}

// sitting are the validators that CometBFT has: all that are not removed.
func (k Keeper) sitting(ctx context.Context) ([]committeev1.Validator, error) {
	all, err := k.Validators(ctx)
	if err != nil {
		return nil, err
	}
	out := all[:0]
	for i := range all {
		if all[i].Status != committeev1.Status_STATUS_REMOVED {
			out = append(out, all[i])
		}
	}
	return out, nil
}

// putValidator writes a record and its place in the index of operators.
func (k Keeper) putValidator(ctx context.Context, v *committeev1.Validator) error {
	if len(v.Operator) > 0 {
		if v.Status == committeev1.Status_STATUS_REMOVED {
			k.kv(ctx).Delete(key(kindOperator, v.Operator))
		} else {
			k.kv(ctx).Set(key(kindOperator, v.Operator), v.ConsAddress)
		}
	}
	return k.save(ctx, key(kindValidator, v.ConsAddress), v)
}

// setStatus moves a validator on and says so in an event.
func (k Keeper) setStatus(ctx context.Context, v *committeev1.Validator, s committeev1.Status) error {
	v.Status, v.Since = s, height(ctx)
	emit(ctx, "bridge_member", "address", hex.EncodeToString(v.ConsAddress), "status", StatusName(s))
	return k.putValidator(ctx, v)
}

// remove takes a validator out of consensus with this block. Its sequence lives on in the
// floor of those who join later: what its operator signed can never be taken again.
func (k Keeper) remove(ctx context.Context, v *committeev1.Validator) error {
	floor, err := k.last(ctx, counterSequence)
	if err != nil {
		return err
	}
	k.setLast(ctx, counterSequence, max(floor, v.Sequence))
	if err := k.setStatus(ctx, v, committeev1.Status_STATUS_REMOVED); err != nil {
		return err
	}
	k.kv(ctx).Set(key(kindRemoved, word(v.Since), v.ConsAddress), []byte{1})
	return k.setPower(ctx, v.ConsAddress, 0)
}

// setPower tells CometBFT with this block. Telling it to forget who joins in this very block
// would stop the chain: CometBFT knows nobody of that name yet.
func (k Keeper) setPower(ctx context.Context, consAddress []byte, power uint64) error {
	at := key(kindUpdate, consAddress)
	told, err := k.number(ctx, at)
	if err != nil {
		return err
	}
	if power == 0 && told > 0 {
		k.kv(ctx).Delete(at)
		return nil
	}
	k.kv(ctx).Set(at, word(power))
	return nil
}

// SetPower says which power every validator has: what CometBFT's genesis gives. Errors:
// message.ErrZero.
func (k Keeper) SetPower(ctx context.Context, power int64) error {
	if power <= 0 {
		return fmt.Errorf("power %d: %w", power, message.ErrZero)
	}
	k.kv(ctx).Set(key(kindPower), word(uint64(power)))
	return nil
}

func (k Keeper) power(ctx context.Context) (uint64, error) {
	p, err := k.number(ctx, key(kindPower))
	if p == 0 {
		p = DefaultPower
	}
	return p, err
}

// updates takes what CometBFT is to be told, by consensus address.
func (k Keeper) updates(ctx context.Context) (out []abci.ValidatorUpdate, err error) {
	var told [][]byte
	err = k.each(ctx, kindUpdate, nil, func(a, b []byte) error {
		v, found, err := k.Validator(ctx, a)
		if err != nil || !found || len(b) != 8 {
			return fmt.Errorf("power of %x: %w", a, ErrState)
		}
		told = append(told, bytes.Clone(a))
		out = append(out, abci.ValidatorUpdate{
			PubKey: cmtcrypto.PublicKey{Sum: &cmtcrypto.PublicKey_Ed25519{Ed25519: v.ConsPubkey}},
			Power:  int64(binary.BigEndian.Uint64(b)),
		})
		return nil
	})
	for _, a := range told {
		k.kv(ctx).Delete(key(kindUpdate, a))
	}
	return out, err
}

// forget drops the records of validators that were removed long enough ago.
func (k Keeper) forget(ctx context.Context) error {
	now := height(ctx)
	if now <= RemovedBlocks {
		return nil
	}
	var due [][]byte
	it := k.kv(ctx).Iterator(key(kindRemoved), key(kindRemoved, word(now-RemovedBlocks)))
	for ; it.Valid(); it.Next() {
		due = append(due, bytes.Clone(it.Key()[1:]))
	}
	if err := it.Close(); err != nil {
		return fmt.Errorf("close iterator: %w", err)
	}
	for _, id := range due {
		k.kv(ctx).Delete(key(kindRemoved, id))
		k.kv(ctx).Delete(key(kindValidator, id[8:]))
	}
	return nil
}

// StatusName is the status as events and people have it.
func StatusName(s committeev1.Status) string {
	switch s {
	case committeev1.Status_STATUS_JOINING:
		return "joining"
	case committeev1.Status_STATUS_MEMBER:
		return "member"
	case committeev1.Status_STATUS_LEAVING:
		return "leaving"
	case committeev1.Status_STATUS_REMOVED:
		return "removed"
	}
	return "unknown"
}
