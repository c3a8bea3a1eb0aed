// SPDX-License-Identifier: Apache-2.0

package chaintest

import (
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Block is one block of the present branch. Events and Lanes must not be changed.
type Block struct {
	stream.BlockRef
	Parent message.Hash
	Events []stream.Event
	Lanes  []stream.Outbound // the manager's after the block, by target chain and finality
}

// Block returns a block; false above the head.
func (c *Chain) Block(number uint64) (b Block, ok bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number > c.head() {
		return b, false
	}
	is := &c.blocks[number]
	b = Block{BlockRef: c.ref(number), Events: is.events, Lanes: is.after.lanes}
	if number > 0 {
		b.Parent = c.blocks[number-1].hash
	}
	return b, true
}

// Find returns the number of the block with this hash; false when it is not on the present branch.
func (c *Chain) Find(hash message.Hash) (uint64, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for i := len(c.blocks) - 1; i >= 0; i-- {
		if c.blocks[i].hash == hash {
			return uint64(i), true
		}
	}
	return 0, false
}

// Fork is another chain that shares the blocks below number, at least block 0 and at most all that there are.
// What is mined on it has other hashes than here if salt, which must be at least 2^32, is not used twice. Its
// newest final block is the same, or the last shared one.
func (c *Chain) Fork(number, salt uint64) *Chain {
	c.mu.Lock()
	defer c.mu.Unlock()
	keep := min(max(number, 1), uint64(len(c.blocks)))
	f := &Chain{id: c.id, manager: c.manager, bridge: c.bridge, blocks: slices.Clone(c.blocks[:keep]), hasFinal: c.hasFinal, fork: salt}
	f.final, f.openState = min(c.final, keep-1), f.blocks[keep-1].after
	return f
}
