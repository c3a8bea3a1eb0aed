// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"errors"
	"fmt"
	"math/bits"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

// nodes is a Lookup over every node of a growing range.
type nodes [][]message.Hash

func (n *nodes) add(added []Node) {
	for _, a := range added {
		if int(a.Level) == len(*n) {
			*n = append(*n, nil)
		}
		if uint64(len((*n)[a.Level])) != a.Index {
			panic(fmt.Sprintf("node %d of level %d out of order", a.Index, a.Level))
		}
		(*n)[a.Level] = append((*n)[a.Level], a.Hash)
	}
}

func (n nodes) lookup(level uint8, index uint64) (message.Hash, error) {
	if int(level) >= len(n) || index >= uint64(len(n[level])) {
		return message.Hash{}, ErrIndex
	}
	return n[level][index], nil
}

func leaf(window, i int) message.Hash {
	return new(message.Words).Uint(uint64(window)).Uint(uint64(i)).Uint(0).Sum()
}

func leavesOf(window, n int) []message.Hash {
	out := make([]message.Hash, n)
	for i := range out {
		out[i] = leaf(window, i)
	}
	return out
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// ceilLog2 is the depth of a window of k leaves.
func ceilLog2(k int) int { return bits.Len(uint(k - 1)) }

func TestEveryLeafUnderEveryLaterRoot(t *testing.T) {
	const windows = 70
	var (
		tree  nodes
		r     Range
		roots []message.Hash
		all   [][]message.Hash
	)
	for w := range windows {
		leaves := leavesOf(w, 1+(w*7)%12)
		root := must(WindowRoot(leaves))
		roots = append(roots, SignedRoot(r, root))
		next, added := r.AppendNodes(root)
		if got := r.Append(root); got.Count != next.Count || !slices.Equal(got.Peaks, next.Peaks) {
			t.Fatalf("window %d: Append and AppendNodes differ", w)
		}
		r = next
		tree.add(added)
		all = append(all, leaves)
		if err := r.Validate(); err != nil {
			t.Fatal(err)
		}
		again := must(RangeAt(r.Count, tree.lookup))
		if again.PeaksHash() != r.PeaksHash() {
			t.Fatalf("window %d: RangeAt differs", w)
		}
	}
	longest := 0
	for w := range windows {
		for under := w; under < windows; under++ {
			for i, l := range all[w] {
				proof, err := Prove(all[w], i, uint64(w), uint64(under), tree.lookup)
				if err != nil {
					t.Fatalf("leaf %d of window %d under %d: %v", i, w, under, err)
				}
				longest = max(longest, len(proof))
				if Verify(l, proof) != roots[under] {
					t.Fatalf("leaf %d of window %d does not verify under %d", i, w, under)
				}
				if Verify(leaf(w, i+1000), proof) == roots[under] {
					t.Fatalf("a wrong leaf verifies under %d", under)
				}
				if under > 0 && Verify(l, proof) == roots[under-1] {
					t.Fatalf("leaf verifies under the root before %d", under)
				}
				if len(proof) > 0 {
					proof[len(proof)/2][5] ^= 1
					if Verify(l, proof) == roots[under] {
						t.Fatal("a changed sibling verifies")
					}
				}
			}
		}
	}
	t.Logf("longest of all proofs over %d windows: %d siblings", windows, longest)
}

// The newest window's messages have short paths whatever the age of the tree.
func TestNewestWindowDepth(t *testing.T) {
	for _, base := range []int{1_000, 1_000_000} {
		t.Run(fmt.Sprint(base), func(t *testing.T) {
			var tree nodes
			var r Range
			grow := func(n int) {
				for range n {
					var added []Node
					r, added = r.AppendNodes(new(message.Words).Uint(r.Count).Sum())
					tree.add(added)
				}
			}
			grow(base)
			check := func(leaves []message.Hash, i int) int {
				k, last := len(leaves), r.Count
				proof := must(Prove(leaves, i, last, last, tree.lookup))
				if limit := ceilLog2(k) + 1; len(proof) > limit {
					t.Fatalf("window %d of %d leaves: leaf %d has %d siblings, limit %d", last, k, i, len(proof), limit)
				}
				if Verify(leaves[i], proof) != SignedRoot(r, must(WindowRoot(leaves))) {
					t.Fatalf("window %d of %d leaves: leaf %d does not verify", last, k, i)
				}
				return len(proof)
			}
			longest := 0
			all := leavesOf(base, 2048)
			for k := 1; k <= 2048; k++ { // consecutive sizes of the window; leaf 0 lies deepest
				longest = max(longest, check(all[:k], 0))
				if k%16 == 1 {
					check(all[:k], k-1)
					check(all[:k], k/2)
				}
			}
			if longest != 12 {
				t.Errorf("2048 leaves: longest %d siblings, want 12", longest)
			}
			for range 2048 { // consecutive sizes of the tree
				k := 1 + int(r.Count%13)
				leaves := leavesOf(base, k)
				for i := range leaves {
					check(leaves, i)
				}
				grow(1)
			}
		})
	}
}

func TestWindow(t *testing.T) {
	a, b, c := leaf(0, 0), leaf(0, 1), leaf(0, 2)
	if must(WindowRoot([]message.Hash{a})) != a {
		t.Error("one leaf is its own root")
	}
	if Pair(a, b) != Pair(b, a) {
		t.Error("pair is sorted")
	}
	if must(WindowRoot([]message.Hash{a, b, c})) != Pair(Pair(a, b), c) {
		t.Error("odd node is promoted")
	}
	if p := must(WindowProof([]message.Hash{a, b, c}, 2)); !slices.Equal(p, []message.Hash{Pair(a, b)}) {
		t.Errorf("proof of a promoted leaf: %v", p)
	}
	leaves := []message.Hash{c, b, a}
	must(WindowRoot(leaves))
	if !slices.Equal(leaves, []message.Hash{c, b, a}) {
		t.Error("WindowRoot changed its argument")
	}
}

func TestRefused(t *testing.T) {
	none := func(uint8, uint64) (message.Hash, error) { return message.Hash{}, ErrIndex }
	two := leavesOf(0, 2)
	for _, c := range []struct {
		name string
		do   func() error
		want error
	}{
		{"no leaves", func() error { _, err := WindowRoot(nil); return err }, ErrEmpty},
		{"zero leaf", func() error { _, err := WindowRoot(make([]message.Hash, 1)); return err }, message.ErrZero},
		{"leaf past the end", func() error { _, err := WindowProof(two, 2); return err }, ErrIndex},
		{"leaf before the start", func() error { _, err := WindowProof(two, -1); return err }, ErrIndex},
		{"proof of a later window", func() error { _, err := Prove(two, 0, 3, 2, none); return err }, ErrIndex},
		{"missing node", func() error { _, err := Prove(two, 0, 0, 1, none); return err }, ErrIndex},
		{"too few peaks", func() error { return Range{Count: 3, Peaks: two[:1]}.Validate() }, message.ErrBadEncoding},
		{"zero peak", func() error { return Range{Count: 1, Peaks: make([]message.Hash, 1)}.Validate() }, message.ErrZero},
	} {
		if err := c.do(); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", c.name, err, c.want)
		}
	}
	if err := (Range{Count: 3, Peaks: two}).Validate(); err != nil {
		t.Error(err)
	}
}

func TestRangeIsAValue(t *testing.T) {
	var r Range
	for i := range 7 {
		r = r.Append(leaf(i, 0))
	}
	before := r.PeaksHash()
	a, b := r.Append(leaf(1, 1)), r.Append(leaf(2, 2))
	if r.PeaksHash() != before || a.PeaksHash() == b.PeaksHash() {
		t.Error("Append shares memory")
	}
}
