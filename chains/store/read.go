// SPDX-License-Identifier: Apache-2.0

package store

import (
	"encoding/binary"
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// WindowByIndex implements stream.Store.
//
// Errors: stream.ErrNotFound, ErrCorrupt.
func (b *Badger) WindowByIndex(index uint64) (stream.Window, error) {
	if state, _ := b.current(); index >= state.Windows() {
		return stream.Window{}, missing("window", index)
	}
	v, err := b.get(key(keyWindow, u64(index)))
	if isNotFound(err) {
		return stream.Window{}, fmt.Errorf("window %d: %w", index, ErrCorrupt)
	}
	if err != nil {
		return stream.Window{}, err
	}
	w, n, err := decodeWindow(index, v)
	if err != nil {
		return stream.Window{}, err
	}
	if w.Leaves, err = b.leaves(w.FirstLeaf, n); err != nil {
		return stream.Window{}, err
	}
	if len(w.Leaves) != n {
		return stream.Window{}, fmt.Errorf("window %d has %d of %d leaves: %w", index, len(w.Leaves), n, ErrCorrupt)
	}
	return w, nil
}

// WindowAt implements stream.Store.
func (b *Badger) WindowAt(end uint64) (stream.Window, error) {
	w, err := b.WindowBelow(end)
	if err == nil && w.Checkpoint.End != end {
		err = missing("window at block", end)
	}
	if err != nil {
		return stream.Window{}, err
	}
	return w, nil
}

// WindowBelow implements stream.Store.
func (b *Badger) WindowBelow(end uint64) (stream.Window, error) {
	state, _ := b.current()
	// An entry past the state is left of a commit that did not finish.
	if state.Next == 0 {
		return stream.Window{}, missing("window at or below block", end)
	}
	end = min(end, state.Next-1)
	index, ok := uint64(0), false
	err := b.db.View(func(t *badger.Txn) error {
		it := t.NewIterator(badger.IteratorOptions{Reverse: true, Prefix: []byte{keyEnd}})
		defer it.Close()
		for it.Seek(key(keyEnd, u64(end))); it.Valid(); it.Next() {
			v, err := it.Item().ValueCopy(nil)
			if err != nil {
				return err
			}
			if len(v) != 8 || len(it.Item().Key()) != 9 {
				return fmt.Errorf("window index: %w", ErrCorrupt)
			}
			if index = binary.BigEndian.Uint64(v); index >= state.Windows() {
				continue
			}
			item, err := t.Get(key(keyWindow, v))
			if err != nil {
				return corrupt(fmt.Sprintf("window %d", index), err)
			}
			if v, err = item.ValueCopy(nil); err != nil {
				return err
			}
			w, _, err := decodeWindow(index, v)
			if err != nil {
				return err
			}
			// Another end: the entry was overtaken when an unfinished commit was made again.
			if ok = w.Checkpoint.End == binary.BigEndian.Uint64(it.Item().Key()[1:]); ok {
				return nil
			}
		}
		return nil
	})
	if err != nil {
		return stream.Window{}, err
	}
	if !ok {
		return stream.Window{}, missing("window at or below block", end)
	}
	return b.WindowByIndex(index)
}

// LatestWindow implements stream.Store.
func (b *Badger) LatestWindow() (stream.Window, error) {
	state, _ := b.current()
	if state.Windows() == 0 {
		return stream.Window{}, missing("window", 0)
	}
	return b.WindowByIndex(state.Windows() - 1)
}

// LeafByHash implements stream.Store.
func (b *Badger) LeafByHash(hash message.Hash) (stream.LeafRef, bool, error) {
	return b.ref(key(keyHash, hash[:]))
}

// ReceiptOf implements stream.Store.
func (b *Badger) ReceiptOf(id message.ID) (stream.LeafRef, bool, error) {
	return b.ref(key(keyReceipt, id[:]))
}

// ref follows an index entry and checks that it still points at its leaf.
func (b *Badger) ref(k []byte) (stream.LeafRef, bool, error) {
	state, _ := b.current()
	v, err := b.get(k)
	if isNotFound(err) {
		return stream.LeafRef{}, false, nil
	}
	if err != nil {
		return stream.LeafRef{}, false, err
	}
	if len(v) != 16 {
		return stream.LeafRef{}, false, fmt.Errorf("leaf index: %w", ErrCorrupt)
	}
	number, window := binary.BigEndian.Uint64(v), binary.BigEndian.Uint64(v[8:])
	if number >= state.Leaves() || window >= state.Windows() {
		return stream.LeafRef{}, false, nil
	}
	l, err := b.leaf(number)
	if err != nil {
		return stream.LeafRef{}, false, err
	}
	if !matches(k, &l) {
		return stream.LeafRef{}, false, nil
	}
	v, err = b.get(key(keyWindow, u64(window)))
	if err != nil {
		return stream.LeafRef{}, false, corrupt(fmt.Sprintf("window %d", window), err)
	}
	w, n, err := decodeWindow(window, v)
	if err != nil {
		return stream.LeafRef{}, false, err
	}
	if number < w.FirstLeaf || number-w.FirstLeaf >= uint64(n) {
		return stream.LeafRef{}, false, fmt.Errorf("leaf %d outside window %d: %w", number, window, ErrCorrupt)
	}
	return stream.LeafRef{Window: window, Leaf: int(number - w.FirstLeaf), Number: number}, true, nil
}

// Leaves implements stream.Store.
func (b *Badger) Leaves(from uint64, limit int) ([]stream.Leaf, error) {
	state, _ := b.current()
	if from >= state.Leaves() || limit <= 0 {
		return nil, nil
	}
	return b.leaves(from, int(min(uint64(limit), state.Leaves()-from)))
}

func (b *Badger) leaves(from uint64, n int) ([]stream.Leaf, error) {
	var out []stream.Leaf
	err := b.db.View(func(t *badger.Txn) error {
		for i := range uint64(n) {
			item, err := t.Get(key(keyLeaf, u64(from+i)))
			if err != nil {
				return corrupt(fmt.Sprintf("leaf %d", from+i), err)
			}
			err = item.Value(func(v []byte) error {
				l, err := stream.DecodeLeaf(v)
				if err != nil {
					return corrupt(fmt.Sprintf("leaf %d", from+i), err)
				}
				out = append(out, l)
				return nil
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	return out, err
}

func (b *Badger) leaf(number uint64) (stream.Leaf, error) {
	leaves, err := b.leaves(number, 1)
	if err != nil {
		return stream.Leaf{}, err
	}
	return leaves[0], nil
}

func decodeWindow(index uint64, v []byte) (stream.Window, int, error) {
	w, n, err := stream.DecodeWindow(v)
	if err != nil {
		return stream.Window{}, 0, corrupt(fmt.Sprintf("window %d", index), err)
	}
	if w.Index != index {
		return stream.Window{}, 0, fmt.Errorf("window %d says %d: %w", index, w.Index, ErrCorrupt)
	}
	return w, n, nil
}
