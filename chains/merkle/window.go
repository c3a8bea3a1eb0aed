// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"bytes"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// Errors of this package. All are rejects: the input is wrong for ever.
var (
	// ErrEmpty: a window without leaves has no root and is never checkpointed.
	ErrEmpty = message.NewError(message.Reject, "window has no leaves")
	// ErrIndex: a leaf, window or node lies outside the tree.
	ErrIndex = message.NewError(message.Reject, "index outside the tree")
)

// Pair is the inner node over a and b: keccak256 of both, the lesser first.
func Pair(a, b message.Hash) message.Hash {
	if bytes.Compare(a[:], b[:]) > 0 {
		a, b = b, a
	}
	return message.Keccak(a[:], b[:])
}

// WindowRoot is the root over the leaves of one window in their final order.
// The last node of an odd level is promoted unchanged, so one leaf is its own root.
//
// Errors: ErrEmpty; message.ErrZero for a zero leaf (I-10).
func WindowRoot(leaves []message.Hash) (message.Hash, error) {
	if err := checkLeaves(leaves); err != nil {
		return message.Hash{}, err
	}
	level := append([]message.Hash(nil), leaves...)
	for len(level) > 1 {
		level = raise(level)
	}
	return level[0], nil
}

// WindowProof lists the siblings of leaf i from the bottom up to the window root:
// at most ceil(log2(len(leaves))) of them.
//
// Errors: ErrEmpty, ErrIndex, message.ErrZero.
func WindowProof(leaves []message.Hash, i int) ([]message.Hash, error) {
	if err := checkLeaves(leaves); err != nil {
		return nil, err
	}
	if i < 0 || i >= len(leaves) {
		return nil, fmt.Errorf("leaf %d of %d: %w", i, len(leaves), ErrIndex)
	}
	level := append([]message.Hash(nil), leaves...)
	var siblings []message.Hash
	for len(level) > 1 {
		if s := i ^ 1; s < len(level) {
			siblings = append(siblings, level[s])
		}
		level, i = raise(level), i/2
	}
	return siblings, nil
}

// Verify folds siblings over leaf and returns the root they lead to. The caller compares
// it with a root that it trusts. It accepts any shape: what binds a leaf to its place is
// that leaves are hashes of far more than 64 bytes and inner nodes of exactly 64.
func Verify(leaf message.Hash, siblings []message.Hash) message.Hash {
	for _, s := range siblings {
		leaf = Pair(leaf, s)
	}
	return leaf
}

func checkLeaves(leaves []message.Hash) error {
	if len(leaves) == 0 {
		return ErrEmpty
	}
	for i := range leaves {
		if leaves[i].IsZero() {
			return fmt.Errorf("leaf %d: %w", i, message.ErrZero)
		}
	}
	return nil
}

// raise computes the level above in place.
func raise(level []message.Hash) []message.Hash {
	n := 0
	for i := 0; i < len(level); i += 2 {
		if i+1 < len(level) {
			level[n] = Pair(level[i], level[i+1])
		} else {
			level[n] = level[i]
		}
		n++
	}
	return level[:n]
}
