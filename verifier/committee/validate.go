// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"errors"
	"fmt"

	"github.com/cometbft/cometbft/crypto/ed25519"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

const (
	// MaxMembers bounds the validators that sit at one time, and so the members of an epoch.
	MaxMembers = 100
	// MaxMonikerBytes bounds a moniker.
	MaxMonikerBytes = 64
)

// Threshold is floor(2n/3)+1.
func Threshold(n int) int { return 2*n/3 + 1 }

// Validate refuses a genesis that no committee can sign with, and one that no ceremony can
// give a key to. With a key: zero values, another threshold than Threshold(n), members not
// indexed 1…n by ascending consensus address, public shares that do not belong to the group
// key. Without one (epoch.number 0) the epoch is empty and every validator is a member with an
// operator and a dealing key. Zero params stand for DefaultParams.
//
// Errors: message.ErrZero, message.ErrRange, message.ErrBadEncoding, joined: all that is
// wrong at once.
func Validate(g committeev1.GenesisState) error {
	var bad []error
	add := func(key string, err error) {
		if err != nil {
			bad = append(bad, fmt.Errorf("committee.%s: %w", key, err))
		}
	}
	if g.Fork == 0 {
		add("fork", message.ErrZero)
	}
	if g.Epoch.Number == 0 {
		add("epoch.number", validateNoKey(&g))
	} else if err := validateEpoch("epoch", &g.Epoch); err != nil {
		bad = append(bad, err)
	}
	if len(g.Validators) > 0 || g.Epoch.Number == 0 {
		add("validators", validateValidators(&g))
	} else if len(bad) == 0 {
		add("epoch.members", validateDistinct(&g))
	}
	if g.Params != (committeev1.Params{}) {
		add("params", ValidateParams(g.Params))
	}
	add("rotation", validateRotation(&g))
	add("statements", validateStatements(&g))
	add("counters", validateCounters(&g))
	return errors.Join(bad...)
}

// validateEpoch checks an epoch with a key.
func validateEpoch(name string, e *committeev1.Epoch) error {
	var bad []error
	add := func(key string, err error) { bad = append(bad, fmt.Errorf("committee.%s.%s: %w", name, key, err)) }
	if e.Number == 0 {
		add("number", message.ErrZero)
	}
	if e.KeyVersion == 0 {
		add("key_version", message.ErrZero)
	}
	n := len(e.Members)
	if n == 0 || n > MaxMembers {
		add("members", fmt.Errorf("%d members, 1 to %d: %w", n, MaxMembers, message.ErrRange))
	} else if int(e.Threshold) != Threshold(n) {
		add("threshold", fmt.Errorf("%d, must be %d for %d members: %w", e.Threshold, Threshold(n), n, message.ErrRange))
	}
	if len(e.GroupKey) != 32 {
		add("group_key", fmt.Errorf("%d bytes, want 32: %w", len(e.GroupKey), message.ErrBadEncoding))
	} else if err := schnorr.PublicKey(e.GroupKey).Validate(); err != nil {
		add("group_key", err)
	}
	for i := range e.Members {
		if err := validateMember(&e.Members[i], i); err != nil {
			add(fmt.Sprintf("members[%d]", i), err)
		}
		if i > 0 && bytes.Compare(e.Members[i-1].ConsAddress, e.Members[i].ConsAddress) >= 0 {
			add(fmt.Sprintf("members[%d].cons_address", i), fmt.Errorf("not above the one before: %w", message.ErrRange))
		}
	}
	if len(bad) == 0 {
		if err := validateGroup(e); err != nil {
			bad = append(bad, fmt.Errorf("committee.%s: %w", name, err))
		}
	}
	return errors.Join(bad...)
}

// validateGroup checks that the members' public shares are of one polynomial with the group
// key at zero: with any other shares no session would ever end in a signature.
func validateGroup(e *committeev1.Epoch) error {
	g, err := GroupOf(e)
	if err != nil {
		return err
	}
	return g.Validate()
}

func validateMember(m *committeev1.Member, at int) error {
	switch {
	case int(m.Index) != at+1:
		return fmt.Errorf("index %d, must be %d: %w", m.Index, at+1, message.ErrRange)
	case len(m.ConsPubkey) != ed25519.PubKeySize:
		return fmt.Errorf("cons_pubkey of %d bytes, want %d: %w", len(m.ConsPubkey), ed25519.PubKeySize, message.ErrBadEncoding)
	case !bytes.Equal(m.ConsAddress, ed25519.PubKey(m.ConsPubkey).Address()):
		return fmt.Errorf("cons_address is not of cons_pubkey: %w", message.ErrBadEncoding)
	case len(m.Moniker) > MaxMonikerBytes:
		return fmt.Errorf("moniker of %d bytes, at most %d: %w", len(m.Moniker), MaxMonikerBytes, message.ErrRange)
	}
	if m.Operator != "" {
		a, err := message.ParseAddress(m.Operator)
		if err != nil {
			return fmt.Errorf("operator: %w", err)
		}
		if a.IsZero() {
			return fmt.Errorf("operator: %w", message.ErrZero)
		}
	}
	if _, err := frost.ParsePoint(m.PublicShare); err != nil {
		return fmt.Errorf("public_share: %w", err)
	}
	return nil
}
