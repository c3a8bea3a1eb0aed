// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/aitbc/bridge/chains/stream"
)

// Halted is the record that SetHalt wrote; nil when there is none.
//
// Errors: ErrCorrupt; what Badger says (retry).
func (b *Badger) Halted() (*stream.Halt, error) {
	v, err := b.get([]byte{keyHalt})
	switch {
	case isNotFound(err):
		return nil, nil
	case err != nil:
		return nil, err
	}
	h, err := stream.DecodeHalt(v)
	if err != nil {
		return nil, corrupt("halt", err)
	}
	return &h, nil
}

// SetHalt writes h durably, in one transaction, before it returns. Without it the change is met again at the next start. Nothing takes the record back but the removal of the whole store.
func (b *Badger) SetHalt(h stream.Halt) error {
	if err := b.db.Update(func(t *badger.Txn) error { return t.Set([]byte{keyHalt}, stream.EncodeHalt(h)) }); err != nil {
		return fmt.Errorf("write halt: %w", err)
	}
	return nil
}
