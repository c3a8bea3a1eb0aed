// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"sync"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
)

// marks remember the validators' height at which a source block was first seen final.
type marks struct {
	mu      sync.Mutex
	heights map[message.ChainID]map[uint64]int64
	results []chan []certified
}

func (m *marks) follow(ctx context.Context, n *Network, t *traffic) {
	last := map[message.ChainID]uint64{}
	for follow.Sleep(ctx, lookEvery/2) == nil {
		height := int64(0)
		for _, h := range n.Client.Heights(ctx) {
			height = max(height, h)
		}
		m.mu.Lock()
		for id, o := range t.observers {
			o.mu.Lock()
			final := o.final
			o.mu.Unlock()
			if m.heights[id] == nil {
				m.heights[id] = map[uint64]int64{}
			}
			for b := last[id] + 1; b <= final && last[id] > 0; b++ {
				m.heights[id][b] = height
			}
			last[id] = final
		}
		m.mu.Unlock()
	}
}

func (m *marks) height(chain message.ChainID, block uint64) (int64, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	h, ok := m.heights[chain][block]
	return h, ok
}
