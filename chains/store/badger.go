// SPDX-License-Identifier: Apache-2.0

package store

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"sync"

	"github.com/dgraph-io/badger/v4"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Schema is the version of the key layout below; files of another one are refused.
const Schema = 1

// First byte of each key.
const (
	keySchema  = 'v' // -> schema number 4
	keyState   = 's' // -> stream.EncodeState
	keyWindow  = 'w' // index 8 -> stream.EncodeWindow
	keyEnd     = 'e' // end block 8 -> index 8
	keyLeaf    = 'l' // leaf number 8 -> stream.EncodeLeaf
	keyHash    = 'h' // leaf hash 32 -> leaf number 8, window index 8
	keyReceipt = 'r' // message id 32 -> leaf number 8, window index 8
	keyNode    = 'n' // level 1, index 8 -> hash 32
	keyHalt    = 'x' // -> stream.EncodeHalt
)

// Badger is a stream.Store on disk.
//
// A Commit writes windows, leaves and nodes first and the state last; readers take nothing
// that lies beyond the state, so a crash in between leaves no half commit to see.
type Badger struct {
	db *badger.DB

	mu    sync.RWMutex // guards what follows
	had   bool
	state stream.State
}

var _ stream.Store = (*Badger)(nil)

// Open opens or makes the store in dir, a directory of its own with mode 0700. One process
// may have it open.
//
// Errors: ErrSchema, ErrCorrupt (halt); what the file system or Badger say (retry).
func Open(dir string) (*Badger, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make store: %w", err)
	}
	opts := badger.DefaultOptions(dir).WithLogger(nil).WithSyncWrites(true).WithMetricsEnabled(false).
		WithMemTableSize(16 << 20).WithNumMemtables(2).WithBlockCacheSize(8 << 20).WithIndexCacheSize(4 << 20).
		WithValueLogFileSize(64 << 20).WithNumCompactors(2)
	db, err := badger.Open(opts)
	if err != nil {
		return nil, fmt.Errorf("open store %s: %w", dir, err)
	}
	b := &Badger{db: db}
	if err := b.load(); err != nil {
		return nil, errors.Join(fmt.Errorf("open store %s: %w", dir, err), db.Close())
	}
	return b, nil
}

// Close releases the files. No other call may follow.
func (b *Badger) Close() error { return b.db.Close() }

func (b *Badger) load() error {
	want := binary.BigEndian.AppendUint32(nil, Schema)
	have, err := b.get([]byte{keySchema})
	switch {
	case errors.Is(err, stream.ErrNotFound):
		failpoint.Hit("store.open.schema") // an empty store, which the next start takes as new
		return b.db.Update(func(t *badger.Txn) error { return t.Set([]byte{keySchema}, want) })
	case err != nil:
		return err
	case !bytes.Equal(have, want):
		return fmt.Errorf("schema %x, want %x: %w", have, want, ErrSchema)
	}
	v, err := b.get([]byte{keyState})
	if errors.Is(err, stream.ErrNotFound) {
		return nil
	}
	if err != nil {
		return err
	}
	if b.state, err = stream.DecodeState(v); err != nil {
		return corrupt("state", err)
	}
	b.had = true
	return nil
}

// Load implements stream.Store.
func (b *Badger) Load() (stream.State, bool, error) {
	state, had := b.current()
	return cloneState(state), had, nil
}

// Commit implements stream.Store. It returns after the state is on disk.
//
// Errors: ErrCommit (halt); what Badger says (retry: the same commit may be tried again).
func (b *Badger) Commit(state stream.State, windows []stream.Window) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	nodes, err := follow(b.state, b.had, state, windows)
	if err != nil {
		return err
	}
	if len(windows) > 0 {
		batch := b.db.NewWriteBatch()
		defer batch.Cancel()
		for _, n := range nodes {
			if err := batch.Set(nodeKeyOf(n.Level, n.Index), n.Hash[:]); err != nil {
				return fmt.Errorf("write node: %w", err)
			}
		}
		for i := len(windows) - 1; i >= 0; i-- { // newest first, so that the oldest of equal leaves is found
			if err := b.writeWindow(batch, &windows[i]); err != nil {
				return fmt.Errorf("write window %d: %w", windows[i].Index, err)
			}
		}
		failpoint.Hit("store.commit.windows") // nothing of the commit is kept; its blocks are read again
		if err := batch.Flush(); err != nil {
			return fmt.Errorf("write windows: %w", err)
		}
		failpoint.Hit("store.commit.flushed") // windows are kept that the state does not reach: nobody sees them, and they are written again
	}
	failpoint.Hit("store.commit.state") // as before the commit: its blocks are read again
	if err := b.db.Update(func(t *badger.Txn) error { return t.Set([]byte{keyState}, stream.EncodeState(state)) }); err != nil {
		return fmt.Errorf("write state: %w", err)
	}
	failpoint.Hit("store.commit.stored") // the commit is kept; nobody was told: stored windows are replayed at the next start
	b.state, b.had = cloneState(state), true
	return nil
}

func (b *Badger) writeWindow(batch *badger.WriteBatch, w *stream.Window) error {
	index := u64(w.Index)
	if err := batch.Set(key(keyWindow, index), stream.EncodeWindow(*w)); err != nil {
		return err
	}
	if err := batch.Set(key(keyEnd, u64(w.Checkpoint.End)), index); err != nil {
		return err
	}
	for i := len(w.Leaves) - 1; i >= 0; i-- {
		l := &w.Leaves[i]
		number := u64(w.FirstLeaf + uint64(i))
		if err := batch.Set(key(keyLeaf, number), stream.EncodeLeaf(*l)); err != nil {
			return err
		}
		ref := append(number, index...)
		if err := b.setFirst(batch, key(keyHash, l.Hash[:]), ref); err != nil {
			return err
		}
		if l.Receipt != nil {
			if err := b.setFirst(batch, key(keyReceipt, l.Receipt.MessageID[:]), ref); err != nil {
				return err
			}
		}
	}
	return nil
}

// setFirst keeps an older entry that is still valid: the first of equal leaves is found.
func (b *Badger) setFirst(batch *badger.WriteBatch, k, ref []byte) error {
	old, err := b.get(k)
	if err == nil && len(old) == 16 && binary.BigEndian.Uint64(old) < b.state.Leaves() {
		if l, err := b.leaf(binary.BigEndian.Uint64(old)); err == nil && matches(k, &l) {
			return nil
		}
	}
	if err != nil && !errors.Is(err, stream.ErrNotFound) {
		return err
	}
	return batch.Set(k, ref)
}

// current is the state that readers may see. Its slices are never written to.
func (b *Badger) current() (stream.State, bool) {
	b.mu.RLock()
	defer b.mu.RUnlock()
	return b.state, b.had
}

func (b *Badger) get(k []byte) (v []byte, err error) {
	err = b.db.View(func(t *badger.Txn) error {
		item, err := t.Get(k)
		if err != nil {
			return err
		}
		v, err = item.ValueCopy(nil)
		return err
	})
	if errors.Is(err, badger.ErrKeyNotFound) {
		return nil, stream.ErrNotFound
	}
	if err != nil {
		return nil, fmt.Errorf("read store: %w", err)
	}
	return v, nil
}

// matches reports whether the leaf is the one that an index entry's key stands for.
func matches(k []byte, l *stream.Leaf) bool {
	switch k[0] {
	case keyHash:
		return bytes.Equal(k[1:], l.Hash[:])
	case keyReceipt:
		return l.Receipt != nil && bytes.Equal(k[1:], l.Receipt.MessageID[:])
	}
	return false
}

func key(kind byte, rest []byte) []byte { return append([]byte{kind}, rest...) }
func u64(v uint64) []byte               { return binary.BigEndian.AppendUint64(nil, v) }

func nodeKeyOf(level uint8, index uint64) []byte {
	return binary.BigEndian.AppendUint64([]byte{keyNode, level}, index)
}

func corrupt(what string, err error) error {
	return fmt.Errorf("%s: %w: %w", what, ErrCorrupt, err)
}

func isNotFound(err error) bool { return errors.Is(err, stream.ErrNotFound) }

func missing(what string, n uint64) error {
	return fmt.Errorf("%s %d: %w", what, n, stream.ErrNotFound)
}

// Node implements stream.Store.
func (b *Badger) Node(level uint8, index uint64) (message.Hash, error) {
	state, _ := b.current()
	if level >= 64 || index >= state.Range.Count>>level {
		return message.Hash{}, missing(fmt.Sprintf("level %d node", level), index)
	}
	v, err := b.get(nodeKeyOf(level, index))
	if isNotFound(err) || (err == nil && len(v) != 32) {
		return message.Hash{}, fmt.Errorf("node %d of level %d: %w", index, level, ErrCorrupt)
	}
	if err != nil {
		return message.Hash{}, err
	}
	return message.Hash(v), nil
}
