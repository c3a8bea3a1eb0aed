// SPDX-License-Identifier: Apache-2.0

package store

import (
	"errors"
	"reflect"
	"testing"

	"github.com/dgraph-io/badger/v4"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// The record of a halt is there after a restart, beside the tree, and a later one replaces it.
func TestHaltIsKept(t *testing.T) {
	dir := t.TempDir()
	states, batches := history(t)
	b := open(t, dir)
	if err := b.Commit(states[0], batches[0]); err != nil {
		t.Fatal(err)
	}
	if h, err := b.Halted(); err != nil || h != nil {
		t.Fatalf("a new store: %v, %v", h, err)
	}
	want := stream.Halt{Stream: states[0].Config.Stream, Number: 9, Was: message.Hash{1}, Is: message.Hash{2}, Next: 10, Height: 3}
	for _, w := range [][]stream.Witness{nil, {{Name: "own", Hash: message.Hash{2}}}} {
		want.Witnesses = w
		if err := b.SetHalt(want); err != nil {
			t.Fatal(err)
		}
		if err := b.Close(); err != nil {
			t.Fatal(err)
		}
		b = open(t, dir)
		if h, err := b.Halted(); err != nil || h == nil || !reflect.DeepEqual(*h, want) {
			t.Fatalf("after a restart: %+v, %v", h, err)
		}
	}
	if s, ok, err := b.Load(); err != nil || !ok || s.Next != states[0].Next {
		t.Errorf("state %v, %t, %v", s.Next, ok, err)
	}
	if err := b.db.Update(func(txn *badger.Txn) error { return txn.Set([]byte{keyHalt}, []byte("halt")) }); err != nil {
		t.Fatal(err)
	}
	if _, err := b.Halted(); !errors.Is(err, ErrCorrupt) {
		t.Errorf("a record that does not decode: %v", err)
	}
}
