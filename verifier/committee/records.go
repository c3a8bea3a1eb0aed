// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// GenesisValidators are the validators of a genesis, by consensus address: those of the list,
// or the members of the epoch where the list is empty.
//
// Errors: what message.ParseAddress returns for an operator of the epoch.
func GenesisValidators(g *committeev1.GenesisState) ([]committeev1.Validator, error) {
	if len(g.Validators) > 0 {
		return g.Validators, nil
	}
	out := make([]committeev1.Validator, 0, len(g.Epoch.Members))
	for i := range g.Epoch.Members {
		m := &g.Epoch.Members[i]
		v := committeev1.Validator{
			ConsAddress: m.ConsAddress, ConsPubkey: m.ConsPubkey, Moniker: m.Moniker, DealingKey: m.DealingKey, Status: committeev1.Status_STATUS_MEMBER,
		}
		if m.Operator != "" {
			a, err := message.ParseAddress(m.Operator)
			if err != nil {
				return nil, fmt.Errorf("operator of member %d: %w", i+1, err)
			}
			v.Operator = a[:]
		}
		out = append(out, v)
	}
	return out, nil
}

// Sits: CometBFT has the validator.
func Sits(v *committeev1.Validator) bool {
	return v.Status >= committeev1.Status_STATUS_JOINING && v.Status <= committeev1.Status_STATUS_LEAVING
}

// validateNoKey: an epoch with number 0 says nothing else.
func validateNoKey(g *committeev1.GenesisState) error {
	e := &g.Epoch
	if e.KeyVersion != 0 || e.Threshold != 0 || e.Ceremony != 0 || len(e.GroupKey) != 0 || len(e.Members) != 0 {
		return fmt.Errorf("0, with a group_key, members or other fields: %w", message.ErrZero)
	}
	return nil
}

func validateValidators(g *committeev1.GenesisState) error {
	var bad []error
	seats := make(map[string]*committeev1.Member, len(g.Epoch.Members))
	for i := range g.Epoch.Members {
		seats[string(g.Epoch.Members[i].ConsAddress)] = &g.Epoch.Members[i]
	}
	var sitting []committeev1.Validator
	removed := 0
	for i := range g.Validators {
		v := &g.Validators[i]
		if i > 0 && bytes.Compare(g.Validators[i-1].ConsAddress, v.ConsAddress) >= 0 {
			bad = append(bad, fmt.Errorf("[%d].cons_address: not above the one before: %w", i, message.ErrRange))
		}
		if err := validateSeat(g, v, seats[string(v.ConsAddress)]); err != nil {
			bad = append(bad, fmt.Errorf("[%d]: %w", i, err))
		}
		if !Sits(v) {
			removed++
			continue
		}
		if err := unique(sitting, v); err != nil {
			bad = append(bad, fmt.Errorf("[%d]: %w", i, err))
		}
		delete(seats, string(v.ConsAddress))
		sitting = append(sitting, *v)
	}
	if len(seats) > 0 {
		bad = append(bad, fmt.Errorf("%d members of the epoch are missing: %w", len(seats), message.ErrRange))
	}
	if n := len(sitting); n == 0 || n > MaxMembers || removed > MaxRemoved {
		bad = append(bad, fmt.Errorf("%d that sit, 1 to %d; %d removed, at most %d: %w", n, MaxMembers, removed, MaxRemoved, message.ErrRange))
	}
	return errors.Join(bad...)
}

// validateDistinct: no two members of an epoch share an operator or a dealing key.
func validateDistinct(g *committeev1.GenesisState) error {
	all, err := GenesisValidators(g)
	if err != nil {
		return err
	}
	for i := range all {
		if err := unique(all[:i], &all[i]); err != nil {
			return fmt.Errorf("[%d]: %w", i, err)
		}
	}
	return nil
}

// validateSeat checks one record against its seat in the epoch; nil: it has none.
func validateSeat(g *committeev1.GenesisState, v *committeev1.Validator, seat *committeev1.Member) error {
	if g.Epoch.Number == 0 && v.Status != committeev1.Status_STATUS_MEMBER && v.Status != committeev1.Status_STATUS_REMOVED {
		return fmt.Errorf("status %s without a key, must be member: %w", StatusName(v.Status), message.ErrRange)
	}
	if g.Epoch.Number > 0 {
		seated := v.Status == committeev1.Status_STATUS_MEMBER || v.Status == committeev1.Status_STATUS_LEAVING
		if !seated && !Sits(v) && v.Status != committeev1.Status_STATUS_REMOVED || seated != (seat != nil) {
			return fmt.Errorf("status %s, member of the epoch: %t: %w", StatusName(v.Status), seat != nil, message.ErrRange)
		}
		if seat != nil && (!bytes.Equal(seat.ConsPubkey, v.ConsPubkey) || !bytes.Equal(seat.DealingKey, v.DealingKey) || !sameOperator(seat.Operator, v.Operator)) {
			return fmt.Errorf("keys or operator are not those of the epoch: %w", message.ErrRange)
		}
		if seat != nil { // where the key was dealt there may be neither operator nor dealing key
			return validateIdentity(v)
		}
	}
	return validateRecord(v)
}

func sameOperator(text string, op []byte) bool {
	if text == "" {
		return len(op) == 0
	}
	a, err := message.ParseAddress(text)
	return err == nil && bytes.Equal(a[:], op)
}

// validateIdentity checks a record whose operator and dealing key may be missing.
func validateIdentity(v *committeev1.Validator) error {
	switch {
	case len(v.ConsPubkey) != ed25519.PubKeySize || !bytes.Equal(v.ConsAddress, ed25519.PubKey(v.ConsPubkey).Address()):
		return fmt.Errorf("cons_address is not of cons_pubkey: %w", message.ErrBadEncoding)
	case len(v.Operator) != 0 && (len(v.Operator) != 20 || bytes.Equal(v.Operator, make([]byte, 20))):
		return fmt.Errorf("operator of %d bytes, or zero: %w", len(v.Operator), message.ErrBadEncoding)
	case len(v.Moniker) > MaxMonikerBytes:
		return fmt.Errorf("moniker of %d bytes, at most %d: %w", len(v.Moniker), MaxMonikerBytes, message.ErrRange)
	}
	if len(v.DealingKey) == 0 {
		return nil
	}
	if _, err := frost.ParsePoint(v.DealingKey); err != nil {
		return fmt.Errorf("dealing_key: %w", err)
	}
	return nil
}

// validateRotation: a ready epoch is there exactly with a rotation that waits for the old key.
func validateRotation(g *committeev1.GenesisState) error {
	r := g.Rotation
	if g.Ready.Number == 0 {
		if r != nil || len(g.Ready.Members) > 0 || len(g.Ready.GroupKey) > 0 {
			return fmt.Errorf("without a ready epoch: %w", message.ErrRange)
		}
		return nil
	}
	if r == nil || g.Ready.Number != g.Epoch.Number+1 || g.Ready.KeyVersion != g.Epoch.KeyVersion+1 || g.Epoch.Number == 0 {
		return fmt.Errorf("ready epoch %d, key version %d after epoch %d: %w", g.Ready.Number, g.Ready.KeyVersion, g.Epoch.Number, message.ErrRange)
	}
	if r.Proposal == 0 || r.NotBefore == 0 || r.NewStatement == 0 || r.OldStatement == 0 {
		return fmt.Errorf("proposal, not_before, statements: %w", message.ErrZero)
	}
	if err := validateEpoch("ready", &g.Ready); err != nil {
		return err
	}
	have := map[uint64]bool{}
	for i := range g.Statements {
		have[g.Statements[i].Id] = true
	}
	if !have[r.NewStatement] || !have[r.OldStatement] {
		return fmt.Errorf("statements %d and %d must be given: %w", r.NewStatement, r.OldStatement, message.ErrRange)
	}
	validators, err := GenesisValidators(g)
	if err != nil {
		return err
	}
	sitting := map[string]bool{}
	for i := range validators {
		if Sits(&validators[i]) {
			sitting[string(validators[i].ConsAddress)] = true
		}
	}
	for i := range g.Ready.Members {
		if !sitting[string(g.Ready.Members[i].ConsAddress)] {
			return fmt.Errorf("member %d of the ready epoch is no validator: %w", i+1, message.ErrRange)
		}
	}
	return nil
}

func validateStatements(g *committeev1.GenesisState) error {
	if n := len(g.Statements); n > MaxStatements+KeptStatements+2 {
		return fmt.Errorf("%d: %w", n, message.ErrRange)
	}
	bridge := message.Hash{}
	for i := range g.Statements {
		s := &g.Statements[i]
		if s.Id == 0 || s.Id > g.LastStatement || i > 0 && s.Id <= g.Statements[i-1].Id {
			return fmt.Errorf("[%d].id %d: %w", i, s.Id, message.ErrRange)
		}
		if _, err := StatementMessage(bridge, s); err != nil || len(s.Digest) != 32 {
			return fmt.Errorf("[%d]: %w", i, message.ErrBadEncoding)
		}
		if (len(s.Signature) > 0) != (s.Height > 0) || len(s.Signature) != 0 && len(s.Signature) != 52 {
			return fmt.Errorf("[%d].signature of %d bytes at height %d: %w", i, len(s.Signature), s.Height, message.ErrBadEncoding)
		}
		if len(s.Signature) == 0 && s.KeyEpoch != g.Epoch.Number {
			return fmt.Errorf("[%d] waits for key epoch %d: %w", i, s.KeyEpoch, message.ErrRange)
		}
	}
	return nil
}

func validateCounters(g *committeev1.GenesisState) error {
	if g.LastCeremony < g.Epoch.Ceremony || g.LastCeremony < g.Ready.Ceremony {
		return fmt.Errorf("last_ceremony %d: %w", g.LastCeremony, message.ErrRange)
	}
	if len(g.HaltNonces) > MaxHaltNonces {
		return fmt.Errorf("%d halt nonces, at most %d: %w", len(g.HaltNonces), MaxHaltNonces, message.ErrRange)
	}
	for i := range g.HaltNonces {
		h := &g.HaltNonces[i]
		if h.Chain == 0 || h.Nonce == 0 || len(h.Manager) != 20 {
			return fmt.Errorf("halt_nonces[%d]: %w", i, message.ErrZero)
		}
		if i > 0 && bytes.Compare(haltKey(&g.HaltNonces[i-1]), haltKey(h)) >= 0 {
			return fmt.Errorf("halt_nonces[%d]: not above the one before: %w", i, message.ErrRange)
		}
	}
	return nil
}
