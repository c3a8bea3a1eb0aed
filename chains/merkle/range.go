// SPDX-License-Identifier: Apache-2.0

package merkle

import (
	"fmt"
	"math/bits"

	"github.com/aitbc/bridge/chains/message"
)

// Range is a mountain range over window roots: perfect trees of falling size, one for
// each bit of Count. It is a value: no method changes it, and Append shares no memory
// with its receiver. The zero value is the empty range.
type Range struct {
	Count uint64         // window roots appended so far
	Peaks []message.Hash // roots of the perfect trees, highest first
}

// Node is one finished inner node or window root of a range. Level 0 holds the window
// roots by window index; node (l, i) covers windows i·2^l up to (i+1)·2^l − 1.
// A node never changes once it exists.
type Node struct {
	Level uint8
	Index uint64
	Hash  message.Hash
}

// Lookup finds the hash of a node of the range. It returns an error wrapping ErrIndex, or
// the store's own, when the node does not exist.
type Lookup func(level uint8, index uint64) (message.Hash, error)

// Validate checks that the range has one nonzero peak for each bit of Count.
//
// Errors: message.ErrBadEncoding, message.ErrZero.
func (r Range) Validate() error {
	if len(r.Peaks) != bits.OnesCount64(r.Count) {
		return fmt.Errorf("range of %d windows has %d peaks: %w", r.Count, len(r.Peaks), message.ErrBadEncoding)
	}
	for i := range r.Peaks {
		if r.Peaks[i].IsZero() {
			return fmt.Errorf("peak %d: %w", i, message.ErrZero)
		}
	}
	return nil
}

// Append returns the range with one more window root.
func (r Range) Append(root message.Hash) Range {
	next, _ := r.AppendNodes(root)
	return next
}

// AppendNodes is Append; it also returns the nodes that the new root completes, from
// level 0 upwards, for a store that serves Lookup.
func (r Range) AppendNodes(root message.Hash) (Range, []Node) {
	peaks := append(make([]message.Hash, 0, len(r.Peaks)+1), r.Peaks...)
	index := r.Count
	nodes := []Node{{0, index, root}}
	for level := uint8(1); index&1 == 1; level++ {
		last := len(peaks) - 1
		root = Pair(peaks[last], root)
		peaks, index = peaks[:last], index>>1
		nodes = append(nodes, Node{level, index, root})
	}
	return Range{Count: r.Count + 1, Peaks: append(peaks, root)}, nodes
}

// Bag folds the peaks, highest first: bag(p0) = p0, bag(…, pi) = Pair(bag(…), pi).
// It is the zero hash for the empty range.
func (r Range) Bag() message.Hash { return bag(r.Peaks) }

// PeaksHash is keccak256 over 32-byte words: Count, then the peaks, highest first.
// It binds the peaks, which a root of sorted pairs alone does not.
func (r Range) PeaksHash() message.Hash {
	w := new(message.Words).Uint(r.Count)
	for i := range r.Peaks {
		w.Hash(r.Peaks[i])
	}
	return w.Sum()
}

// SignedRoot is the root of a checkpoint: Pair(bag of the earlier windows, window root),
// or the window root alone for the first non-empty window.
func SignedRoot(before Range, windowRoot message.Hash) message.Hash {
	if before.Count == 0 {
		return windowRoot
	}
	return Pair(before.Bag(), windowRoot)
}

// Prove lists the siblings that lead from leaf i of window number `window` to the signed
// root of window number `under`, which is the same or a later one. leaves are those of
// `window`. For the newest window, k leaves give at most ceil(log2 k)+1 siblings;
// for an older one add about log2 of the number of windows.
//
// Errors: ErrEmpty, ErrIndex, message.ErrZero, and what node returns.
func Prove(leaves []message.Hash, i int, window, under uint64, node Lookup) ([]message.Hash, error) {
	if window > under {
		return nil, fmt.Errorf("window %d is after window %d: %w", window, under, ErrIndex)
	}
	siblings, err := WindowProof(leaves, i)
	if err != nil {
		return nil, err
	}
	if under == 0 {
		return siblings, nil
	}
	peaks, positions, err := peaksOf(under, node)
	if err != nil {
		return nil, err
	}
	if window == under {
		return append(siblings, bag(peaks)), nil
	}
	last, err := node(0, under)
	if err != nil {
		return nil, fmt.Errorf("root of window %d: %w", under, err)
	}
	// The peak that covers the window, and the path up to it.
	p := 0
	for window>>positions[p].Level != positions[p].Index {
		p++
	}
	for level := uint8(0); level < positions[p].Level; level++ {
		at := (window >> level) ^ 1
		h, err := node(level, at)
		if err != nil {
			return nil, fmt.Errorf("node %d of level %d: %w", at, level, err)
		}
		siblings = append(siblings, h)
	}
	if p > 0 {
		siblings = append(siblings, bag(peaks[:p]))
	}
	siblings = append(siblings, peaks[p+1:]...)
	return append(siblings, last), nil
}

// RangeAt rebuilds the range of the first count windows from a node store.
//
// Errors: what node returns.
func RangeAt(count uint64, node Lookup) (Range, error) {
	peaks, _, err := peaksOf(count, node)
	return Range{Count: count, Peaks: peaks}, err
}

// peaksOf reads the peaks of the range over the first count windows, highest first.
func peaksOf(count uint64, node Lookup) ([]message.Hash, []Node, error) {
	var peaks []message.Hash
	var at []Node
	first := uint64(0) // first window that the next peak covers
	for level := bits.Len64(count) - 1; level >= 0; level-- {
		if count>>uint(level)&1 == 0 {
			continue
		}
		n := Node{Level: uint8(level), Index: first >> uint(level)}
		h, err := node(n.Level, n.Index)
		if err != nil {
			return nil, nil, fmt.Errorf("peak of %d windows, level %d: %w", count, level, err)
		}
		n.Hash = h
		peaks, at = append(peaks, h), append(at, n)
		first += 1 << uint(level)
	}
	return peaks, at, nil
}

func bag(peaks []message.Hash) message.Hash {
	if len(peaks) == 0 {
		return message.Hash{}
	}
	h := peaks[0]
	for i := 1; i < len(peaks); i++ {
		h = Pair(h, peaks[i])
	}
	return h
}
