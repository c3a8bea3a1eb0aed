// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
)

// Memory is Files without a disk: the home of a process that a test or a simulator kills and
// starts again. A node uses Dir. What is saved is kept when Save returns.
type Memory struct {
	// Boundary, when set, is called before and after everything that outlives the process, so that it can end there.
	Boundary func()

	seeds  map[uint64]kept
	shares map[ShareName]keystore.Share
}

type kept struct {
	seed    Seed
	context message.Hash
}

var _ Files = (*Memory)(nil)

// NewMemory is a home with the shares of epochs that no ceremony has made.
func NewMemory(dealt ...keystore.Share) *Memory {
	m := &Memory{seeds: map[uint64]kept{}, shares: map[ShareName]keystore.Share{}}
	for _, s := range dealt {
		m.shares[ShareName{Epoch: s.KeyEpoch}] = s
	}
	return m
}

// Clone is a copy of what m holds now, without its Boundary.
func (m *Memory) Clone() *Memory {
	return &Memory{seeds: maps.Clone(m.seeds), shares: maps.Clone(m.shares)}
}

// LoseSeeds is what happens to a disk, not what an agent does.
func (m *Memory) LoseSeeds() { clear(m.seeds) }

func (m *Memory) change(f func()) {
	if m.Boundary != nil {
		m.Boundary()
		defer m.Boundary()
	}
	f()
}

// Seeds implements Files.
func (m *Memory) Seeds() ([]uint64, error) { return slices.Sorted(maps.Keys(m.seeds)), nil }

// Seed implements Files.
func (m *Memory) Seed(ceremony uint64) (Seed, message.Hash, error) {
	s, ok := m.seeds[ceremony]
	if !ok {
		return Seed{}, message.Hash{}, ErrNoFile
	}
	return s.seed, s.context, nil
}

// SaveSeed implements Files.
func (m *Memory) SaveSeed(ceremony uint64, context message.Hash, s Seed) error {
	if _, ok := m.seeds[ceremony]; ok {
		return keystore.ErrExists
	}
	m.change(func() { m.seeds[ceremony] = kept{s, context} })
	return nil
}

// EraseSeed implements Files.
func (m *Memory) EraseSeed(ceremony uint64) error {
	m.change(func() { delete(m.seeds, ceremony) })
	return nil
}

// Shares implements Files.
func (m *Memory) Shares() ([]ShareName, error) {
	return slices.SortedFunc(maps.Keys(m.shares), func(a, b ShareName) int {
		return slices.Compare([]uint64{a.Epoch, a.Ceremony}, []uint64{b.Epoch, b.Ceremony})
	}), nil
}

// Share implements Files.
func (m *Memory) Share(n ShareName) (keystore.Share, error) {
	s, ok := m.shares[n]
	if !ok {
		return s, ErrNoFile
	}
	return s, nil
}

// SaveShare implements Files.
func (m *Memory) SaveShare(n ShareName, s keystore.Share) error {
	if _, ok := m.shares[n]; ok {
		return keystore.ErrExists
	}
	m.change(func() { m.shares[n] = s })
	return nil
}

// EraseShare implements Files.
func (m *Memory) EraseShare(n ShareName) error {
	m.change(func() { delete(m.shares, n) })
	return nil
}
