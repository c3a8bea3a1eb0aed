// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
)

type treeJSON struct {
	Pairs   []pairCase   `json:"pairs"`
	Windows []windowCase `json:"windows"`
	Proofs  []proofCase  `json:"proofs"`
}

type pairCase struct {
	A      message.Hash `json:"a"`
	B      message.Hash `json:"b"`
	Parent message.Hash `json:"parent"`
}

type windowCase struct {
	Index      uint64         `json:"index"`
	Leaves     []message.Hash `json:"leaves"`
	WindowRoot message.Hash   `json:"windowRoot"`
	SignedRoot message.Hash   `json:"signedRoot"`
	Peaks      []message.Hash `json:"peaks"` // after the window
	PeaksHash  message.Hash   `json:"peaksHash"`
}

// proofCase leads to root when valid, and elsewhere when not.
type proofCase struct {
	Window   uint64         `json:"window"`
	Under    uint64         `json:"under"`
	Leaf     message.Hash   `json:"leaf"`
	Siblings []message.Hash `json:"siblings"`
	Root     message.Hash   `json:"root"`
	Valid    bool           `json:"valid"`
}

func treeFile() (any, error) {
	r := newRandom("tree")
	var (
		f     treeJSON
		tree  merkle.Range
		nodes []merkle.Node
	)
	for range 3 {
		a, b := r.hash(), r.hash()
		f.Pairs = append(f.Pairs, pairCase{a, b, merkle.Pair(a, b)}, pairCase{b, a, merkle.Pair(a, b)}, pairCase{a, a, merkle.Pair(a, a)})
	}
	for w, size := range []int{1, 2, 3, 5, 1, 8, 4, 7, 6, 1, 2, 33} {
		c := windowCase{Index: uint64(w)}
		for range size {
			c.Leaves = append(c.Leaves, r.hash())
		}
		root, err := merkle.WindowRoot(c.Leaves)
		if err != nil {
			return nil, err
		}
		c.WindowRoot, c.SignedRoot = root, merkle.SignedRoot(tree, root)
		var added []merkle.Node
		tree, added = tree.AppendNodes(root)
		nodes = append(nodes, added...)
		c.Peaks, c.PeaksHash = tree.Peaks, tree.PeaksHash()
		f.Windows = append(f.Windows, c)
	}
	lookup := func(level uint8, index uint64) (message.Hash, error) {
		for _, n := range nodes {
			if n.Level == level && n.Index == index {
				return n.Hash, nil
			}
		}
		return message.Hash{}, merkle.ErrIndex
	}
	for _, home := range f.Windows {
		for under := home.Index; under < uint64(len(f.Windows)); under++ {
			for _, i := range []int{0, len(home.Leaves) - 1} {
				siblings, err := merkle.Prove(home.Leaves, i, home.Index, under, lookup)
				if err != nil {
					return nil, err
				}
				p := proofCase{home.Index, under, home.Leaves[i], siblings, f.Windows[under].SignedRoot, true}
				if p.Siblings == nil {
					p.Siblings = []message.Hash{}
				}
				if merkle.Verify(p.Leaf, p.Siblings) != p.Root {
					return nil, fmt.Errorf("leaf %d of window %d does not verify under %d", i, p.Window, under)
				}
				f.Proofs = append(f.Proofs, p)
			}
		}
	}
	// The rejected twins: another leaf, a changed, a missing and an extra sibling.
	accepted := f.Proofs
	for i := 0; i < len(accepted); i += 29 {
		p := accepted[i]
		p.Valid = false
		p.Leaf[31] ^= 1
		f.Proofs = append(f.Proofs, p)
		if p.Leaf[31] ^= 1; len(p.Siblings) > 0 {
			cut := p
			cut.Siblings = p.Siblings[:len(p.Siblings)-1]
			f.Proofs = append(f.Proofs, cut)
			changed := p
			changed.Siblings = append([]message.Hash{}, p.Siblings...)
			changed.Siblings[0][0] ^= 0x80
			f.Proofs = append(f.Proofs, changed)
		}
		p.Siblings = append(append([]message.Hash{}, p.Siblings...), r.hash())
		f.Proofs = append(f.Proofs, p)
	}
	for i, p := range f.Proofs {
		if (merkle.Verify(p.Leaf, p.Siblings) == p.Root) != p.Valid {
			return nil, fmt.Errorf("proof %d is not what it says", i)
		}
	}
	return f, nil
}
