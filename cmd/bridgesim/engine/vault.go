// SPDX-License-Identifier: Apache-2.0

package engine

import (
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/verifier/agent"
)

// vault is the key directory of a node's home. What is saved is on disk when Save returns.
type vault struct {
	seeds  map[uint64]sealed
	shares map[agent.ShareName]keystore.Share
}

type sealed struct {
	seed    agent.Seed
	context message.Hash
}

var _ agent.Files = (*vault)(nil)

func newVault(s keystore.Share) *vault {
	return &vault{seeds: map[uint64]sealed{}, shares: map[agent.ShareName]keystore.Share{{Epoch: s.KeyEpoch}: s}}
}

func (v *vault) clone() *vault { return &vault{maps.Clone(v.seeds), maps.Clone(v.shares)} }

// Seeds implements agent.Files.
func (v *vault) Seeds() ([]uint64, error) { return slices.Sorted(maps.Keys(v.seeds)), nil }

// Seed implements agent.Files.
func (v *vault) Seed(ceremony uint64) (agent.Seed, message.Hash, error) {
	s, ok := v.seeds[ceremony]
	if !ok {
		return agent.Seed{}, message.Hash{}, agent.ErrNoFile
	}
	return s.seed, s.context, nil
}

// SaveSeed implements agent.Files.
func (v *vault) SaveSeed(ceremony uint64, context message.Hash, s agent.Seed) error {
	if _, ok := v.seeds[ceremony]; ok {
		return keystore.ErrExists
	}
	v.seeds[ceremony] = sealed{s, context}
	return nil
}

// EraseSeed implements agent.Files.
func (v *vault) EraseSeed(ceremony uint64) error {
	delete(v.seeds, ceremony)
	return nil
}

// Shares implements agent.Files.
func (v *vault) Shares() ([]agent.ShareName, error) {
	return slices.SortedFunc(maps.Keys(v.shares), func(a, b agent.ShareName) int {
		return slices.Compare([]uint64{a.Epoch, a.Ceremony}, []uint64{b.Epoch, b.Ceremony})
	}), nil
}

// Share implements agent.Files.
func (v *vault) Share(n agent.ShareName) (keystore.Share, error) {
	s, ok := v.shares[n]
	if !ok {
		return s, agent.ErrNoFile
	}
	return s, nil
}

// SaveShare implements agent.Files.
func (v *vault) SaveShare(n agent.ShareName, s keystore.Share) error {
	if _, ok := v.shares[n]; ok {
		return keystore.ErrExists
	}
	v.shares[n] = s
	return nil
}

// EraseShare implements agent.Files.
func (v *vault) EraseShare(n agent.ShareName) error {
	delete(v.shares, n)
	return nil
}
