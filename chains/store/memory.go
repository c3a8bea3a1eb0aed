// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"
	"slices"
	"sort"
	"sync"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Memory is a stream.Store that forgets everything with the process. The zero value is empty
// and ready to use.
type Memory struct {
	mu       sync.RWMutex
	had      bool
	state    stream.State
	windows  []stream.Window
	leaves   map[message.Hash]stream.LeafRef
	receipts map[message.ID]stream.LeafRef
	nodes    map[nodeKey]message.Hash
}

type nodeKey struct {
	level uint8
	index uint64
}

var _ stream.Store = (*Memory)(nil)

// NewMemory is an empty store.
func NewMemory() *Memory { return new(Memory) }

// Load implements stream.Store.
func (m *Memory) Load() (stream.State, bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	return cloneState(m.state), m.had, nil
}

// Commit implements stream.Store.
//
// Errors: ErrCommit.
func (m *Memory) Commit(state stream.State, windows []stream.Window) error {
	m.mu.Lock()
	defer m.mu.Unlock()
	nodes, err := follow(m.state, m.had, state, windows)
	if err != nil {
		return err
	}
	if m.leaves == nil {
		m.leaves, m.receipts, m.nodes = map[message.Hash]stream.LeafRef{}, map[message.ID]stream.LeafRef{}, map[nodeKey]message.Hash{}
	}
	for _, n := range nodes {
		m.nodes[nodeKey{n.Level, n.Index}] = n.Hash
	}
	for i := range windows {
		w := cloneWindow(windows[i])
		for j := range w.Leaves {
			l := &w.Leaves[j]
			ref := stream.LeafRef{Window: w.Index, Leaf: j, Number: w.FirstLeaf + uint64(j)}
			if _, ok := m.leaves[l.Hash]; !ok {
				m.leaves[l.Hash] = ref
			}
			if l.Receipt != nil {
				if _, ok := m.receipts[l.Receipt.MessageID]; !ok {
					m.receipts[l.Receipt.MessageID] = ref
				}
			}
		}
		m.windows = append(m.windows, w)
	}
	m.state, m.had = cloneState(state), true
	return nil
}

// WindowByIndex implements stream.Store.
func (m *Memory) WindowByIndex(index uint64) (stream.Window, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	if index >= uint64(len(m.windows)) {
		return stream.Window{}, fmt.Errorf("window %d: %w", index, stream.ErrNotFound)
	}
	return cloneWindow(m.windows[index]), nil
}

// WindowAt implements stream.Store.
func (m *Memory) WindowAt(end uint64) (stream.Window, error) {
	w, err := m.WindowBelow(end)
	if err == nil && w.Checkpoint.End != end {
		err = fmt.Errorf("window at block %d: %w", end, stream.ErrNotFound)
	}
	if err != nil {
		return stream.Window{}, err
	}
	return w, nil
}

// WindowBelow implements stream.Store.
func (m *Memory) WindowBelow(end uint64) (stream.Window, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	n := sort.Search(len(m.windows), func(i int) bool { return m.windows[i].Checkpoint.End > end })
	if n == 0 {
		return stream.Window{}, fmt.Errorf("window at or below block %d: %w", end, stream.ErrNotFound)
	}
	return cloneWindow(m.windows[n-1]), nil
}

// LatestWindow implements stream.Store.
func (m *Memory) LatestWindow() (stream.Window, error) { return m.WindowBelow(^uint64(0)) }

// LeafByHash implements stream.Store.
func (m *Memory) LeafByHash(hash message.Hash) (stream.LeafRef, bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	ref, ok := m.leaves[hash]
	return ref, ok, nil
}

// ReceiptOf implements stream.Store.
func (m *Memory) ReceiptOf(id message.ID) (stream.LeafRef, bool, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	ref, ok := m.receipts[id]
	return ref, ok, nil
}

// Leaves implements stream.Store.
func (m *Memory) Leaves(from uint64, limit int) ([]stream.Leaf, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	i := sort.Search(len(m.windows), func(i int) bool { return m.windows[i].Checkpoint.LeafCount > from })
	var out []stream.Leaf
	for ; i < len(m.windows) && len(out) < limit; i++ {
		w := &m.windows[i]
		skip := uint64(0)
		if from > w.FirstLeaf {
			skip = from - w.FirstLeaf
		}
		for _, l := range w.Leaves[skip:] {
			if len(out) == limit {
				break
			}
			out = append(out, cloneLeaf(l))
		}
	}
	return out, nil
}

// Node implements stream.Store.
func (m *Memory) Node(level uint8, index uint64) (message.Hash, error) {
	m.mu.RLock()
	defer m.mu.RUnlock()
	h, ok := m.nodes[nodeKey{level, index}]
	if !ok {
		return message.Hash{}, fmt.Errorf("node %d of level %d: %w", index, level, stream.ErrNotFound)
	}
	return h, nil
}

func cloneState(s stream.State) stream.State {
	s.Lanes = slices.Clone(s.Lanes)
	s.Range.Peaks = slices.Clone(s.Range.Peaks)
	return s
}

func cloneWindow(w stream.Window) stream.Window {
	leaves := make([]stream.Leaf, len(w.Leaves))
	for i := range w.Leaves {
		leaves[i] = cloneLeaf(w.Leaves[i])
	}
	w.Leaves = leaves
	return w
}

func cloneLeaf(l stream.Leaf) stream.Leaf {
	if l.Message != nil {
		m := *l.Message
		m.Data = slices.Clone(m.Data)
		l.Message = &m
	}
	if l.Receipt != nil {
		r := *l.Receipt
		l.Receipt = &r
	}
	return l
}
