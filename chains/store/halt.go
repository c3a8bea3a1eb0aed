// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"

	"github.com/dgraph-io/badger/v4"

	"github.com/aitbc/bridge/chains/failpoint"
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

// SetHalt writes h durably before it returns. Nothing takes the record back but the removal of the whole store.
func (b *Badger) SetHalt(h stream.Halt) error {
	failpoint.Hit("store.halt.write") // the change of the final block is seen again at the next start
	if err := b.db.Update(func(t *badger.Txn) error { return t.Set([]byte{keyHalt}, stream.EncodeHalt(h)) }); err != nil {
		return fmt.Errorf("write halt: %w", err)
	}
	failpoint.Hit("store.halt.written") // the stream is kept halted by its record
	return nil
}
