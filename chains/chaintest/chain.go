// SPDX-License-Identifier: Apache-2.0

package chaintest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// Chain is a scripted source chain with one manager. Events are put into the block that the
// next Mine makes.
type Chain struct {
	id      message.ChainID
	manager message.Address
	bridge  message.Hash

	mu        sync.Mutex
	blocks    []block
	final     uint64
	hasFinal  bool
	fork      uint64 // enters block hashes, so a reorganized block has another one
	open      []stream.Event
	openState state // after open
	stalled   bool
	lie       Lie
}

type block struct {
	hash   message.Hash
	events []stream.Event
	after  state // the manager's state after the block
}

// state is the manager's storage, never changed in place.
type state struct {
	lanes     []stream.Outbound
	delivered uint64
}

// Lie changes what the chain answers. Nil fields answer honestly.
type Lie struct {
	Heads    func(stream.Heads) (stream.Heads, error)
	Batch    func(stream.Batch) (stream.Batch, error)
	Evidence func(stream.Evidence) (stream.Evidence, error)
}

// New is a chain with block 0 mined and nothing final.
func New(bridge message.Hash, id message.ChainID, manager message.Address) *Chain {
	c := &Chain{id: id, manager: manager, bridge: bridge}
	c.mine()
	return c
}

// Config is the stream of final blocks over this chain from block 0.
func (c *Chain) Config(stride uint64) stream.Config {
	return stream.Config{
		BridgeID: c.bridge, Stride: stride,
		Stream: message.Stream{Chain: c.id, Manager: c.manager, Finality: message.Final, Epoch: 1},
	}
}

// SetRemote registers the manager of a target chain; zero closes the lane.
func (c *Chain) SetRemote(target message.ChainID, finality message.Finality, remote message.Address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := stream.OutboundKey{TargetChain: target, Finality: finality}
	lanes := slices.Clone(c.openState.lanes)
	i, ok := find(lanes, key)
	if !ok {
		lanes = slices.Insert(lanes, i, stream.Outbound{OutboundKey: key})
	}
	lanes[i].Remote = remote
	c.openState.lanes = lanes
	tx := message.Keccak([]byte("remote"), new(message.Words).Uint(uint64(target)).Uint(c.fork).Bytes())
	c.emit(stream.Event{Kind: stream.OutboundSet, TxHash: tx, TargetChain: target, Finality: finality, Remote: remote})
}

// Send sends a message in the open block and returns it; it panics when the lane has no remote.
func (c *Chain) Send(target message.ChainID, finality message.Finality, sender, recipient message.Address, data []byte) message.Message {
	c.mu.Lock()
	defer c.mu.Unlock()
	key := stream.OutboundKey{TargetChain: target, Finality: finality}
	lanes := slices.Clone(c.openState.lanes)
	i, ok := find(lanes, key)
	if !ok || lanes[i].Remote.IsZero() {
		panic(fmt.Sprintf("chaintest: chain %s has no remote on chain %s, %s", c.id, target, finality))
	}
	lanes[i].Nonce++
	c.openState.lanes = lanes
	m := message.Message{
		BridgeID: c.bridge, SourceChain: c.id, SourceManager: c.manager, TargetChain: target, TargetManager: lanes[i].Remote,
		Nonce: lanes[i].Nonce, Sender: sender, Target: recipient, Finality: finality, Data: slices.Clone(data),
	}
	tx := message.Keccak([]byte("transaction"), new(message.Words).Hash(m.ID()).Uint(c.fork).Bytes())
	c.emit(stream.Event{Kind: stream.Sent, TxHash: tx, MessageID: m.ID(), TargetChain: target, Target: recipient, Data: slices.Clone(data)})
	c.emit(stream.Event{Kind: stream.Meta, TxHash: tx, MessageID: m.ID(), Sender: sender, Nonce: m.Nonce, Finality: finality})
	return m
}

// Deliver emits a delivery in the open block, as this chain's manager does for a message that
// another chain sent.
func (c *Chain) Deliver(id message.ID, deliverer message.Address) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.openState.delivered++
	tx := message.Keccak([]byte("delivery"), new(message.Words).Hash(id).Uint(c.fork).Bytes())
	c.emit(stream.Event{Kind: stream.Delivered, TxHash: tx, MessageID: id, Deliverer: deliverer})
}

func (c *Chain) emit(e stream.Event) {
	e.LogIndex = uint32(2 * len(c.open)) // gaps: other contracts log too
	c.open = append(c.open, e)
}

// Mine makes n blocks; the first takes the open events. It returns the head's number. A
// stalled chain mines nothing.
func (c *Chain) Mine(n int) uint64 {
	c.mu.Lock()
	defer c.mu.Unlock()
	for range n {
		if !c.stalled {
			c.mine()
		}
	}
	return c.head()
}

func (c *Chain) mine() {
	number := uint64(len(c.blocks))
	w := new(message.Words).Uint(uint64(c.id)).Uint(number).Uint(c.fork)
	if number > 0 {
		w.Hash(c.blocks[number-1].hash)
	}
	for i := range c.open {
		c.open[i].Block = number
		w.Hash(c.open[i].TxHash)
	}
	c.blocks = append(c.blocks, block{hash: w.Sum(), events: c.open, after: c.openState})
	c.open = nil
}

// Finalize makes the blocks up to number final. It panics past the head; it never goes back.
func (c *Chain) Finalize(number uint64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if number > c.head() {
		panic(fmt.Sprintf("chaintest: finalize block %d past head %d", number, c.head()))
	}
	c.final, c.hasFinal = max(c.final, number), true
}

// FinalizeHead makes the whole chain final.
func (c *Chain) FinalizeHead() { c.Finalize(c.Head().Number) }

// Reorg drops the newest depth blocks and the open events; blocks mined next have other
// hashes. It panics when that would drop a final block: see ReorgFinal.
func (c *Chain) Reorg(depth int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if keep := len(c.blocks) - depth; keep < 1 || (c.hasFinal && uint64(keep) <= c.final) {
		panic(fmt.Sprintf("chaintest: reorg of %d blocks reaches below the final block", depth))
	}
	c.reorg(depth)
}

// ReorgFinal replaces the newest depth blocks, final ones among them, with as many empty ones:
// what no chain may do.
func (c *Chain) ReorgFinal(depth int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.reorg(depth)
	for range depth {
		c.mine()
	}
}

func (c *Chain) reorg(depth int) {
	c.blocks = c.blocks[:len(c.blocks)-depth]
	c.open, c.openState = nil, c.blocks[len(c.blocks)-1].after
	c.fork++
}

// Stall stops Mine from making blocks until it is called with false.
func (c *Chain) Stall(stalled bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.stalled = stalled
}

// Lie makes the chain answer through l from now on; the zero Lie is the truth.
func (c *Chain) Lie(l Lie) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.lie = l
}

// Head is the newest block.
func (c *Chain) Head() stream.BlockRef {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.ref(c.head())
}

func (c *Chain) head() uint64 { return uint64(len(c.blocks) - 1) }

func (c *Chain) ref(number uint64) stream.BlockRef {
	return stream.BlockRef{Number: number, Hash: c.blocks[number].hash}
}

// Heads implements the source. Safe is final.
func (c *Chain) Heads(ctx context.Context) (stream.Heads, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	h := stream.Heads{Head: c.ref(c.head())}
	if c.hasFinal {
		h.Final = c.ref(c.final)
		h.Safe = h.Final
	}
	if c.lie.Heads != nil {
		return c.lie.Heads(h)
	}
	return h, ctx.Err()
}

// Batch implements the source.
func (c *Chain) Batch(ctx context.Context, _ stream.Config, from, to uint64) (stream.Batch, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	b := stream.Batch{From: from, To: to}
	if from > to || to > c.head() {
		return b, fmt.Errorf("blocks %d to %d, head %d: %w", from, to, c.head(), message.ErrUnavailable)
	}
	for _, bl := range c.blocks[from : to+1] {
		b.Events = append(b.Events, bl.events...)
	}
	if c.lie.Batch != nil {
		return c.lie.Batch(b)
	}
	return b, ctx.Err()
}

// Evidence implements the source: hashes, counters, and one replay word that stands for all.
func (c *Chain) Evidence(ctx context.Context, _ stream.Config, need stream.Need) (stream.Evidence, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var ev stream.Evidence
	for _, n := range append(slices.Clone(need.Blocks), need.At) {
		if n > c.head() {
			return ev, fmt.Errorf("block %d, head %d: %w", n, c.head(), message.ErrUnavailable)
		}
	}
	for _, n := range need.Blocks {
		ev.Ends = append(ev.Ends, c.ref(n))
	}
	at := c.blocks[need.At].after
	ev.Counters = []stream.Counter{}
	for _, key := range need.Lanes {
		counter := stream.Counter{OutboundKey: key}
		if i, ok := find(at.lanes, key); ok {
			counter.Nonce = at.lanes[i].Nonce
		}
		ev.Counters = append(ev.Counters, counter)
	}
	ev.DeliveredWords = words(at.delivered)
	if c.lie.Evidence != nil {
		return c.lie.Evidence(ev)
	}
	return ev, ctx.Err()
}

// words sets bit 0 of word 0 and one bit for each delivery.
func words(delivered uint64) []stream.DeliveredWord {
	out := []stream.DeliveredWord{}
	for first := uint64(0); first <= delivered; first += 256 {
		w := stream.DeliveredWord{Index: first / 256}
		for bit := range min(256, delivered+1-first) {
			w.Word[31-bit/8] |= 1 << (bit % 8)
		}
		out = append(out, w)
	}
	return out
}

func find(lanes []stream.Outbound, key stream.OutboundKey) (int, bool) {
	return slices.BinarySearchFunc(lanes, key, func(o stream.Outbound, k stream.OutboundKey) int {
		return cmp.Or(cmp.Compare(o.TargetChain, k.TargetChain), cmp.Compare(o.Finality, k.Finality))
	})
}
