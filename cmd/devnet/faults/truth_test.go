// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"bytes"
	"fmt"
	"math/big"
	"sync"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// truth is what the windows of a chain must be, read straight from the chain: from the receipts of its blocks, which no
// reader here asks for in this way, decoded by the contract's bindings. It reads final blocks alone and remembers them, so
// it is right until the chain breaks its finality. Many readers share one.
type truth struct {
	w *world

	mu      sync.Mutex
	final   uint64 // the chain's own word when last asked
	next    uint64 // first block not read
	open    []stream.Leaf
	leaves  uint64
	trees   merkle.Range
	windows []stream.Window
	byEnd   map[uint64]int // windows by end block
}

func newTruth(w *world) *truth {
	return &truth{w: w, next: w.start, byEnd: map[uint64]int{}}
}

// check compares a window with the chain. Beside its own fields nothing may be missing before it.
func (r *truth) check(have stream.Window, before int) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	end := have.Checkpoint.End
	if err := r.read(end); err != nil {
		return err
	}
	i, ok := r.byEnd[end]
	switch {
	case !ok:
		return fmt.Errorf("window at block %d with %d leaves: the chain has no message there", end, len(have.Leaves))
	case i != before:
		return fmt.Errorf("window at block %d is number %d of the chain, the reader's %d", end, i, before)
	}
	want := &r.windows[i]
	if have.Checkpoint != want.Checkpoint {
		return fmt.Errorf("checkpoint at block %d: %+v, want %+v", end, have.Checkpoint, want.Checkpoint)
	}
	if len(have.Leaves) != len(want.Leaves) || have.FirstLeaf != want.FirstLeaf || have.WindowRoot != want.WindowRoot {
		return fmt.Errorf("window at block %d: %d leaves from %d on with root %s, want %d from %d on with %s", end,
			len(have.Leaves), have.FirstLeaf, have.WindowRoot, len(want.Leaves), want.FirstLeaf, want.WindowRoot)
	}
	for k := range want.Leaves {
		h, l := &have.Leaves[k], &want.Leaves[k]
		if h.Hash != l.Hash || h.Block != l.Block || h.LogIndex != l.LogIndex || h.TxHash != l.TxHash || h.Message == nil ||
			h.Message.Target != l.Message.Target || h.Message.Nonce != l.Message.Nonce || h.Message.Sender != l.Message.Sender || !bytes.Equal(h.Message.Data, l.Message.Data) {
			return fmt.Errorf("leaf %d of the window at block %d: %+v, want %+v", k, end, h, l)
		}
	}
	return nil
}

// upTo is how many windows the chain has up to a final block that ends one.
func (r *truth) upTo(block uint64) (windows int, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err := r.read(block); err != nil {
		return 0, err
	}
	for windows < len(r.windows) && r.windows[windows].Checkpoint.End <= block {
		windows++
	}
	return windows, nil
}

// read takes the blocks up to one that must be final by the chain's own word. Callers hold mu.
func (r *truth) read(to uint64) error {
	if to > r.final {
		h, err := r.w.eth.HeaderByNumber(r.w.ctx, big.NewInt(int64(rpc.FinalizedBlockNumber)))
		if err != nil {
			return fmt.Errorf("truth: %w", err)
		}
		if r.final = h.Number.Uint64(); to > r.final {
			return fmt.Errorf("block %d was taken as final, the chain says %d", to, r.final)
		}
	}
	for ; r.next <= to; r.next++ {
		h, err := r.w.eth.HeaderByNumber(r.w.ctx, new(big.Int).SetUint64(r.next))
		if err != nil {
			return fmt.Errorf("truth: %w", err)
		}
		if h.GasUsed > 0 {
			if err := r.block(h.Hash()); err != nil {
				return fmt.Errorf("truth, block %d: %w", r.next, err)
			}
		}
		if message.Aligned(r.next, r.w.stream().Stride) && len(r.open) > 0 {
			if err := r.close(message.Hash(h.Hash())); err != nil {
				return err
			}
		}
	}
	return nil
}

// block takes the messages of one block.
func (r *truth) block(hash common.Hash) error {
	receipts, err := r.w.eth.BlockReceipts(r.w.ctx, rpc.BlockNumberOrHashWithHash(hash, true))
	if err != nil {
		return err
	}
	for _, rec := range receipts {
		var sent *types.Log
		for _, l := range rec.Logs {
			if l.Address != common.Address(r.w.manager) || rec.Status != types.ReceiptStatusSuccessful {
				continue
			}
			if _, err := r.w.binding.ParseCrossChainMessage(*l); err == nil {
				sent = l
				continue
			}
			meta, err := r.w.binding.ParseMessageMeta(*l)
			if err != nil {
				continue
			}
			if sent == nil {
				return fmt.Errorf("transaction %s: the second event without the first", rec.TxHash)
			}
			if err := r.take(sent, meta.Packed); err != nil {
				return err
			}
			sent = nil
		}
	}
	return nil
}

// take appends a message. packed: sender 160, nonce 48, gas limit 32, finality 8, zero 8, from the top.
func (r *truth) take(l *types.Log, packed *big.Int) error {
	e, err := r.w.binding.ParseCrossChainMessage(*l)
	if err != nil {
		return err
	}
	field := func(shift, width uint) uint64 {
		v := new(big.Int).Rsh(packed, shift)
		return v.And(v, big.NewInt(1<<width-1)).Uint64()
	}
	r.open = append(r.open, stream.Leaf{
		Hash: e.MessageId, Block: l.BlockNumber, LogIndex: uint32(l.Index), TxHash: message.Hash(l.TxHash),
		Message: &message.Message{
			Target: message.Address(e.Target), Data: e.Data, Nonce: message.Nonce(field(48, 48)),
			Sender: message.Address(common.BigToAddress(new(big.Int).Rsh(packed, 96))),
		},
	})
	return nil
}

// close ends a window: all messages are of one lane, so the order of the chain is that of the window.
func (r *truth) close(hash message.Hash) error {
	w := stream.Window{Index: uint64(len(r.windows)), FirstLeaf: r.leaves, Leaves: r.open}
	root, err := merkle.WindowRoot(w.Hashes())
	if err != nil {
		return err
	}
	signed := merkle.SignedRoot(r.trees, root)
	r.trees, r.leaves = r.trees.Append(root), r.leaves+uint64(len(r.open))
	w.WindowRoot = root
	w.Checkpoint = message.Checkpoint{
		BridgeID: testBridge, Stream: r.w.stream().Stream, End: r.next, BlockHash: hash,
		MessageCount: r.leaves, LeafCount: r.leaves, PeaksHash: r.trees.PeaksHash(), Root: signed,
	}
	r.byEnd[r.next] = len(r.windows)
	r.windows, r.open = append(r.windows, w), nil
	return nil
}
