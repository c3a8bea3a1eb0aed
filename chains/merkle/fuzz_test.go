// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// FuzzProve: with whatever windows, the proof of a leaf leads to the signed root, and no changed one does.
func FuzzProve(f *testing.F) {
	f.Add([]byte{1}, uint16(0), uint16(0))
	f.Add([]byte{3, 1, 2, 7, 1, 1, 5}, uint16(4), uint16(2))
	f.Add([]byte{255, 1}, uint16(0), uint16(254))
	f.Fuzz(func(t *testing.T, sizes []byte, at, which uint16) {
		sizes = sizes[:min(len(sizes), 40)]
		var tree nodes
		var r, before Range
		var roots []message.Hash
		for w, n := range sizes {
			root, err := WindowRoot(leavesOf(w, int(n)))
			if err != nil {
				if n != 0 {
					t.Fatal(err)
				}
				return // a window without leaves is never appended
			}
			before = r
			next, added := r.AppendNodes(root)
			tree.add(added)
			r = next
			roots = append(roots, SignedRoot(before, root))
		}
		if len(sizes) == 0 {
			return
		}
		window := int(at) % len(sizes)
		i := int(which) % int(sizes[window])
		under := len(sizes) - 1
		path, err := Prove(leavesOf(window, int(sizes[window])), i, uint64(window), uint64(under), tree.lookup)
		if err != nil {
			t.Fatal(err)
		}
		if Verify(leaf(window, i), path) != roots[under] {
			t.Fatalf("leaf %d of window %d: the path leads elsewhere", i, window)
		}
		for k := range path {
			path[k][31] ^= 1
			if Verify(leaf(window, i), path) == roots[under] {
				t.Fatalf("sibling %d does not matter", k)
			}
			path[k][31] ^= 1
		}
		if len(path) > 0 && Verify(leaf(window, i), path[:len(path)-1]) == roots[under] {
			t.Fatal("a shorter path proves the same")
		}
	})
}

// FuzzRangeAt: a node store that lies or fails gives an error or a valid range; the number of
// windows is not a size.
func FuzzRangeAt(f *testing.F) {
	f.Add(uint64(0), uint64(0), uint8(0))
	f.Add(^uint64(0), ^uint64(0), uint8(1))
	f.Add(uint64(1)<<63, uint64(5), uint8(64))
	f.Fuzz(func(t *testing.T, count, window uint64, answers uint8) {
		lookup := func(uint8, uint64) (message.Hash, error) {
			if answers == 0 {
				return message.Hash{}, ErrIndex
			}
			answers--
			return message.Hash{answers}, nil
		}
		if r, err := RangeAt(count, lookup); err == nil {
			if len(r.Peaks) > 64 || r.Count != count {
				t.Errorf("%d peaks for %d windows", len(r.Peaks), count)
			}
		} else if !errors.Is(err, ErrIndex) {
			t.Errorf("error of another kind: %v", err)
		}
		if path, err := Prove([]message.Hash{{1}}, 0, window, count, lookup); err == nil && len(path) > 66+64 {
			t.Errorf("path of %d", len(path))
		}
	})
}
