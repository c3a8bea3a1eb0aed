// SPDX-License-Identifier: Apache-2.0

package ceremony

import (
	"io"
	"maps"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/verifier/agent"
)

// vault is the key directory of a home. Each write and erasure is a place where the process may die,
// before or after it.
type vault struct {
	n      *node
	seeds  map[uint64]sealed
	shares map[agent.ShareName]keystore.Share
}

type sealed struct {
	seed    agent.Seed
	context message.Hash
}

var _ agent.Files = (*vault)(nil)

func newVault(n *node) *vault {
	return &vault{n: n, seeds: map[uint64]sealed{}, shares: map[agent.ShareName]keystore.Share{}}
}

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
	v.n.boundary()
	if _, ok := v.seeds[ceremony]; ok {
		return keystore.ErrExists
	}
	v.seeds[ceremony] = sealed{s, context}
	v.n.boundary()
	return nil
}

// EraseSeed implements agent.Files.
func (v *vault) EraseSeed(ceremony uint64) error {
	v.n.boundary()
	delete(v.seeds, ceremony)
	v.n.boundary()
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
	v.n.boundary()
	if _, ok := v.shares[n]; ok {
		return keystore.ErrExists
	}
	v.shares[n] = s
	v.n.boundary()
	return nil
}

// EraseShare implements agent.Files.
func (v *vault) EraseShare(n agent.ShareName) error {
	v.n.boundary()
	delete(v.shares, n)
	v.n.boundary()
	return nil
}

// file is a journal's file in memory; what was written is on disk. Torn writes are the engine's part.
type file struct{ data []byte }

var _ journal.File = (*file)(nil)

// ReadAt implements journal.File.
func (f *file) ReadAt(p []byte, at int64) (int, error) {
	if at >= int64(len(f.data)) {
		return 0, io.EOF
	}
	n := copy(p, f.data[at:])
	if n < len(p) {
		return n, io.EOF
	}
	return n, nil
}

// WriteAt implements journal.File.
func (f *file) WriteAt(p []byte, at int64) (int, error) {
	if end := int(at) + len(p); end > len(f.data) {
		f.data = append(f.data, make([]byte, end-len(f.data))...)
	}
	return copy(f.data[at:], p), nil
}

// Truncate implements journal.File.
func (f *file) Truncate(size int64) error {
	f.data = f.data[:min(int(size), len(f.data))]
	return nil
}

// Sync implements journal.File.
func (f *file) Sync() error { return nil }

// Close implements journal.File.
func (f *file) Close() error { return nil }
