// SPDX-License-Identifier: Apache-2.0

package store

import (
	"fmt"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Errors of this package.
var (
	// ErrCommit: the windows do not continue what is stored. The caller has a bug or two
	// writers share the store.
	ErrCommit = message.NewError(message.Halt, "commit does not continue the store")
	// ErrSchema: the files belong to another version of the program.
	ErrSchema = message.NewError(message.Halt, "store has another schema")
	// ErrCorrupt: the files contradict themselves. Delete the store; it fills again.
	ErrCorrupt = message.NewError(message.Halt, "store is corrupt")
)

// follow checks that windows lead from old to next and returns the tree nodes they add.
func follow(old stream.State, had bool, next stream.State, windows []stream.Window) ([]merkle.Node, error) {
	if had && old.Config != next.Config {
		return nil, fmt.Errorf("state of another stream: %w", ErrCommit)
	}
	if had && next.Next < old.Next {
		return nil, fmt.Errorf("cursor %d behind %d: %w", next.Next, old.Next, ErrCommit)
	}
	var nodes []merkle.Node
	r, leaves := old.Range, old.Leaves()
	for i := range windows {
		w := &windows[i]
		if w.Index != r.Count || w.FirstLeaf != leaves || len(w.Leaves) == 0 {
			return nil, fmt.Errorf("window %d from leaf %d, want %d from %d: %w", w.Index, w.FirstLeaf, r.Count, leaves, ErrCommit)
		}
		var added []merkle.Node
		r, added = r.AppendNodes(w.WindowRoot)
		nodes = append(nodes, added...)
		leaves += uint64(len(w.Leaves))
	}
	if r.Count != next.Range.Count || r.PeaksHash() != next.Range.PeaksHash() || leaves != next.Leaves() {
		return nil, fmt.Errorf("windows end at %d, state says %d: %w", r.Count, next.Range.Count, ErrCommit)
	}
	return nodes, nil
}
