// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// shelf is a node's store of one stream. It outlives the process, every commit is durable,
// and it can be put back to what it held before.
type shelf struct {
	*store.Memory
	commits []kept
	halt    *stream.Halt       // the record of a final block that changed; nil: none
	burn    func(where string) // may end the process; nil: never
}

type kept struct {
	state   stream.State
	windows []stream.Window
}

func newShelf(burn func(where string)) *shelf { return &shelf{Memory: store.NewMemory(), burn: burn} }

// Commit implements stream.Store.
func (s *shelf) Commit(state stream.State, windows []stream.Window) error {
	if s.burn != nil {
		s.burn("store.before-commit")
	}
	if err := s.Memory.Commit(state, windows); err != nil {
		return err
	}
	s.commits = append(s.commits, kept{state, windows})
	if s.burn != nil {
		s.burn("store.committed")
	}
	return nil
}

// shelfOf is a new store with these commits and this record.
func shelfOf(commits []kept, halt *stream.Halt, burn func(where string)) (*shelf, error) {
	out := newShelf(nil)
	for _, k := range commits {
		if err := out.Commit(k.state, k.windows); err != nil {
			return nil, err
		}
	}
	out.burn, out.halt = burn, halt
	return out, nil
}
