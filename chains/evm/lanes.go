// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/big"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Where the manager keeps the keys of its outbound lanes, contracts/src/ManagerAdmin.sol: `uint72[]
// _outKeys`, which only grows, and by one for each lane that was ever opened.
const (
	outKeysSlot = 9
	keysPerWord = 3 // 72 bits each, the first lowest
	maxLanes    = 64
)

// checkLanes holds the lanes that logs have shown up to a final block, sorted, against those that
// the manager has at it: somebody who hides all logs from the start hides the lanes too, and
// without a lane no counter would be asked for (I-08).
//
// Errors: ErrUnproven names a lane; ErrNoState.
func (c *Client) checkLanes(ctx context.Context, at At, known []stream.OutboundKey) error {
	have, err := c.lanesAt(ctx, at)
	if err != nil {
		return err
	}
	for _, k := range have {
		if !slices.Contains(known, k) {
			return fmt.Errorf("lane to chain %s, %s, is open and no log has shown it: %w", k.TargetChain, k.Finality, ErrUnproven)
		}
	}
	for _, k := range known {
		if !slices.Contains(have, k) {
			return fmt.Errorf("lane to chain %s, %s, is in the logs and not in the manager: %w", k.TargetChain, k.Finality, ErrUnproven)
		}
	}
	return nil
}

// lanesAt lists the outbound lanes at a final block. What was read before is not read again:
// one question as long as no lane is opened.
func (c *Client) lanesAt(ctx context.Context, at At) ([]stream.OutboundKey, error) {
	slot := message.Hash{31: outKeysSlot}
	word, err := c.Storage(ctx, c.manager, slot, at)
	if err != nil {
		return nil, fmt.Errorf("number of lanes: %w", err)
	}
	n, ok := wordUint(word)
	if !ok || n > maxLanes {
		return nil, fmt.Errorf("number of lanes: %w: %w", message.ErrUnavailable, message.ErrRange)
	}
	c.mu.Lock()
	keys := slices.Clone(c.lanes)
	c.mu.Unlock()
	if n <= uint64(len(keys)) {
		return keys[:n], nil
	}
	keys = keys[:len(keys)/keysPerWord*keysPerWord]
	data := message.Keccak(slot[:])
	first := new(big.Int).SetBytes(data[:])
	for uint64(len(keys)) < n {
		var at72 message.Hash
		new(big.Int).Add(first, big.NewInt(int64(len(keys)/keysPerWord))).FillBytes(at72[:])
		if word, err = c.Storage(ctx, c.manager, at72, at); err != nil {
			return nil, fmt.Errorf("keys of lanes: %w", err)
		}
		for i := 0; i < keysPerWord && uint64(len(keys)) < n; i++ {
			key := word[32-9*(i+1) : 32-9*i] // chain id, finality
			keys = append(keys, stream.OutboundKey{TargetChain: message.ChainID(binary.BigEndian.Uint64(key)), Finality: message.Finality(key[8])})
		}
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(keys) > len(c.lanes) {
		c.lanes = keys
	}
	return slices.Clone(keys), nil
}
