// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// MaxHaltNonces bounds the managers that halt orders were ever made for.
const MaxHaltNonces = 10_000

func haltKey(h *committeev1.HaltNonce) []byte { return key(kindHaltNonce, word(h.Chain), h.Manager) }

// InitGenesis validates g and fills an empty store. Without a key the first block starts the
// ceremony that makes it. Powers are DefaultPower until SetPower says otherwise.
func (k Keeper) InitGenesis(ctx sdk.Context, g committeev1.GenesisState) error {
	if err := Validate(g); err != nil {
		return err
	}
	k.kv(ctx).Set(key(kindFork), binary.BigEndian.AppendUint32(nil, g.Fork))
	if err := k.save(ctx, key(kindActive), &g.Epoch); err != nil {
		return err
	}
	params := g.Params
	if params == (committeev1.Params{}) {
		params = DefaultParams()
	}
	if err := k.SetParams(ctx, params); err != nil {
		return err
	}
	validators, err := GenesisValidators(&g)
	if err != nil {
		return err
	}
	for i := range validators {
		v := &validators[i]
		if err := k.putValidator(ctx, v); err != nil {
			return err
		}
		if v.Status == committeev1.Status_STATUS_REMOVED {
			k.kv(ctx).Set(key(kindRemoved, word(v.Since), v.ConsAddress), []byte{1})
		}
	}
	k.setLast(ctx, counterCeremony, g.LastCeremony)
	k.setLast(ctx, counterProposal, g.LastProposal)
	k.setLast(ctx, counterStatement, g.LastStatement)
	k.setLast(ctx, counterSequence, g.SequenceFloor)
	for i := range g.HaltNonces {
		k.kv(ctx).Set(haltKey(&g.HaltNonces[i]), word(g.HaltNonces[i].Nonce))
	}
	if g.Epoch.Number == 0 {
		k.setIntent(ctx, intent{kind: committeev1.CeremonyKind_CEREMONY_KIND_FRESH})
	}
	return k.initStatements(ctx, &g)
}

func (k Keeper) initStatements(ctx sdk.Context, g *committeev1.GenesisState) error {
	for i := range g.Statements {
		s := &g.Statements[i]
		m, err := StatementMessage(k.BridgeID(), s)
		if err != nil {
			return err
		}
		if d := m.Digest(); !bytes.Equal(d[:], s.Digest) {
			return fmt.Errorf("digest of statement %d is not of its fields: %w", s.Id, ErrStatement)
		}
		kind := byte(kindPending)
		if len(s.Signature) > 0 {
			kind = kindSigned
		}
		if err := k.save(ctx, key(kind, word(s.Id)), s); err != nil {
			return err
		}
	}
	if g.Rotation == nil {
		return nil
	}
	if err := k.save(ctx, key(kindRotation), g.Rotation); err != nil {
		return err
	}
	return k.save(ctx, key(kindReady), &g.Ready)
}

// ExportGenesis is what outlives the chain. A ceremony in progress, one that was to start and a
// rotation that the old key was not asked to sign are dropped, and so are ended ceremonies with
// their dealings and the last epoch. A change of the set stays half done until an empty
// MemberChange takes it up. A rotation that the old key was asked to sign is kept: targets may
// follow it.
func (k Keeper) ExportGenesis(ctx sdk.Context) (g committeev1.GenesisState, err error) {
	if g.Fork, err = k.Fork(ctx); err != nil {
		return g, err
	}
	if g.Epoch, err = k.ActiveEpoch(ctx); err != nil {
		return g, err
	}
	if g.Params, err = k.Params(ctx); err != nil {
		return g, err
	}
	if g.Validators, err = k.Validators(ctx); err != nil {
		return g, err
	}
	for _, c := range []struct {
		counter counter
		to      *uint64
	}{
		{counterCeremony, &g.LastCeremony}, {counterProposal, &g.LastProposal}, {counterStatement, &g.LastStatement}, {counterSequence, &g.SequenceFloor},
	} {
		if *c.to, err = k.last(ctx, c.counter); err != nil {
			return g, err
		}
	}
	if err := k.each(ctx, kindHaltNonce, nil, func(id, b []byte) error {
		if len(id) != 28 || len(b) != 8 {
			return fmt.Errorf("halt nonce: %w", ErrState)
		}
		g.HaltNonces = append(g.HaltNonces, committeev1.HaltNonce{
			Chain: binary.BigEndian.Uint64(id), Manager: bytes.Clone(id[8:]), Nonce: binary.BigEndian.Uint64(b),
		})
		return nil
	}); err != nil {
		return g, err
	}
	return g, k.exportStatements(ctx, &g)
}

func (k Keeper) exportStatements(ctx sdk.Context, g *committeev1.GenesisState) error {
	r, rotating, err := k.rotation(ctx)
	if err != nil {
		return err
	}
	if rotating && r.OldStatement != 0 {
		g.Rotation = &r
		if g.Ready, err = k.ReadyEpoch(ctx); err != nil {
			return err
		}
	}
	if g.Statements, err = k.SignedStatements(ctx); err != nil {
		return err
	}
	waiting, err := k.Statements(ctx)
	if err != nil {
		return err
	}
	for i := range waiting {
		if waiting[i].Halt != nil || g.Rotation != nil && waiting[i].Id == r.OldStatement {
			g.Statements = append(g.Statements, waiting[i])
		}
	}
	slices.SortFunc(g.Statements, func(a, b committeev1.Statement) int { return int(int64(a.Id) - int64(b.Id)) })
	return nil
}
