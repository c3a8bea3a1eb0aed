// SPDX-License-Identifier: Apache-2.0

package stream

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
)

// closeWindows groups leaves (in log order) by window and appends each window to the tree.
func (s *step) closeWindows(leaves []Leaf) ([]Window, error) {
	var windows []Window
	for len(leaves) > 0 {
		end, ok := message.WindowEnd(leaves[0].Block, s.Config.Stride)
		if !ok {
			return nil, fmt.Errorf("window of block %d: %w", leaves[0].Block, message.ErrRange)
		}
		n := 1
		for n < len(leaves) && leaves[n].Block <= end {
			n++
		}
		w, err := s.closeWindow(end, leaves[:n:n])
		if err != nil {
			return nil, err
		}
		windows = append(windows, w)
		leaves = leaves[n:]
	}
	return windows, nil
}

func (s *step) closeWindow(end uint64, leaves []Leaf) (Window, error) {
	blockHash, ok := s.hashOf(end)
	if !ok {
		return Window{}, fmt.Errorf("hash of block %d is missing: %w", end, ErrBadBatch)
	}
	slices.SortStableFunc(leaves, compareLeaves)
	w := Window{Index: s.Range.Count, FirstLeaf: s.State.Leaves(), Leaves: leaves}
	root, err := merkle.WindowRoot(w.Hashes())
	if err != nil {
		return Window{}, fmt.Errorf("window at block %d: %w", end, err)
	}
	signed := merkle.SignedRoot(s.Range, root)
	w.WindowRoot, s.Range = root, s.Range.Append(root)
	for i := range leaves {
		if leaves[i].Message != nil {
			s.Messages++
		} else {
			s.Receipts++
		}
	}
	w.Checkpoint = message.Checkpoint{
		BridgeID: s.Config.BridgeID, Stream: s.Config.Stream, End: end, BlockHash: blockHash,
		MessageCount: s.Messages, LeafCount: s.State.Leaves(), PeaksHash: s.Range.PeaksHash(), Root: signed,
	}
	if err := w.Checkpoint.Validate(); err != nil {
		return Window{}, fmt.Errorf("checkpoint at block %d: %w", end, err)
	}
	return w, nil
}

// compareLeaves is the order inside a window: messages by (target chain, asked finality,
// nonce), so that a lane's messages are one run; then receipts by (block, log index).
func compareLeaves(a, b Leaf) int {
	switch {
	case a.Message != nil && b.Message != nil:
		return cmp.Or(cmp.Compare(a.Message.TargetChain, b.Message.TargetChain),
			cmp.Compare(a.Message.Finality, b.Message.Finality), cmp.Compare(a.Message.Nonce, b.Message.Nonce))
	case a.Message != nil:
		return -1
	case b.Message != nil:
		return 1
	}
	return cmp.Or(cmp.Compare(a.Block, b.Block), cmp.Compare(a.LogIndex, b.LogIndex))
}
