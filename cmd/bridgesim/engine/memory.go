// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"errors"

	dbm "github.com/cosmos/cosmos-db"
	"github.com/tidwall/btree"
)

var errDatabase = errors.New("simulated database: empty key or nil value")

// memory is the application's database: a tree in memory that is copied for nothing. Unlike
// the one of cosmos-db its iterators start no goroutines. It stands for a database whose
// every write is durable and whole: crashes inside it are left to tests of real processes.
type memory struct{ tree *btree.BTreeG[pair] }

type pair struct{ key, value []byte }

var _ dbm.DB = (*memory)(nil)

func newMemory() *memory {
	less := func(a, b pair) bool { return bytes.Compare(a.key, b.key) < 0 }
	return &memory{btree.NewBTreeGOptions(less, btree.Options{NoLocks: true})}
}

// clone is a copy as of now.
func (m *memory) clone() *memory { return &memory{m.tree.Copy()} }

func (m *memory) Get(key []byte) ([]byte, error) {
	if len(key) == 0 {
		return nil, errDatabase
	}
	p, ok := m.tree.Get(pair{key: key})
	if !ok {
		return nil, nil
	}
	return p.value, nil
}

func (m *memory) Has(key []byte) (bool, error) {
	v, err := m.Get(key)
	return v != nil, err
}

func (m *memory) Set(key, value []byte) error {
	if len(key) == 0 || value == nil {
		return errDatabase
	}
	m.tree.Set(pair{bytes.Clone(key), append([]byte{}, value...)})
	return nil
}

func (m *memory) Delete(key []byte) error {
	if len(key) == 0 {
		return errDatabase
	}
	m.tree.Delete(pair{key: key})
	return nil
}

func (m *memory) SetSync(key, value []byte) error { return m.Set(key, value) }
func (m *memory) DeleteSync(key []byte) error     { return m.Delete(key) }
func (m *memory) Close() error                    { return nil }
func (m *memory) Print() error                    { return nil }
func (m *memory) Stats() map[string]string        { return nil }
func (m *memory) NewBatch() dbm.Batch             { return &batch{memory: m} }

func (m *memory) NewBatchWithSize(int) dbm.Batch { return m.NewBatch() }

func (m *memory) Iterator(start, end []byte) (dbm.Iterator, error) {
	return m.iterate(start, end, false)
}

func (m *memory) ReverseIterator(start, end []byte) (dbm.Iterator, error) {
	return m.iterate(start, end, true)
}

func (m *memory) iterate(start, end []byte, back bool) (dbm.Iterator, error) {
	if start != nil && len(start) == 0 || end != nil && len(end) == 0 {
		return nil, errDatabase
	}
	it := &iterator{start: start, end: end, back: back, at: m.tree.Copy().Iter()}
	switch {
	case back && end == nil:
		it.valid = it.at.Last()
	case back:
		// Seek stands at the first key at or after end; the range excludes end.
		if it.valid = it.at.Seek(pair{key: end}); it.valid {
			it.valid = it.at.Prev()
		} else {
			it.valid = it.at.Last()
		}
	case start == nil:
		it.valid = it.at.First()
	default:
		it.valid = it.at.Seek(pair{key: start})
	}
	it.bound()
	return it, nil
}

// iterator reads a copy of the tree, so writes while it runs change nothing.
type iterator struct {
	start, end []byte
	back       bool
	at         btree.IterG[pair]
	valid      bool
}

func (i *iterator) bound() {
	if !i.valid {
		return
	}
	k := i.at.Item().key
	i.valid = i.back && (i.start == nil || bytes.Compare(k, i.start) >= 0) ||
		!i.back && (i.end == nil || bytes.Compare(k, i.end) < 0)
}

func (i *iterator) Domain() ([]byte, []byte) { return i.start, i.end }
func (i *iterator) Valid() bool              { return i.valid }
func (i *iterator) Key() []byte              { return i.at.Item().key }
func (i *iterator) Value() []byte            { return i.at.Item().value }
func (i *iterator) Error() error             { return nil }

func (i *iterator) Next() {
	if i.back {
		i.valid = i.at.Prev()
	} else {
		i.valid = i.at.Next()
	}
	i.bound()
}

func (i *iterator) Close() error {
	i.valid = false
	i.at.Release()
	return nil
}

// batch is written at once.
type batch struct {
	memory *memory
	ops    []pair // a nil value deletes
	size   int
}

func (b *batch) Set(key, value []byte) error {
	if len(key) == 0 || value == nil {
		return errDatabase
	}
	b.ops = append(b.ops, pair{bytes.Clone(key), append([]byte{}, value...)})
	b.size += len(key) + len(value)
	return nil
}

func (b *batch) Delete(key []byte) error {
	if len(key) == 0 {
		return errDatabase
	}
	b.ops = append(b.ops, pair{key: bytes.Clone(key)})
	b.size += len(key)
	return nil
}

func (b *batch) Write() error {
	for _, p := range b.ops {
		if p.value == nil {
			b.memory.tree.Delete(p)
		} else {
			b.memory.tree.Set(p)
		}
	}
	b.ops = nil
	return nil
}

func (b *batch) WriteSync() error          { return b.Write() }
func (b *batch) GetByteSize() (int, error) { return b.size, nil }
func (b *batch) Close() error              { b.ops = nil; return nil }
