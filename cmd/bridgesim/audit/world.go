// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// World is what the chains really hold: every send and delivery of the present branch, what
// is final, and the one right checkpoint of each final window. Queries may be asked at any
// time; facts come through Audit.
type World struct {
	bridge  Hash
	streams map[uint16]*streamWorld
	chains  map[uint64]*chainWorld
	sends   map[Hash]*sendWorld
	effects map[Hash]place // deliveries of the present branches
	slots   map[slot]Hash  // what took effect for each nonce of a lane
}

// slot is a nonce of a lane.
type slot struct{ source, target, nonce uint64 }

// place is a block of a chain.
type place struct{ chain, block uint64 }

type sendWorld struct {
	Send
	at      place
	present bool // on the present branch
	ever    bool // was final at some time
}

type chainWorld struct {
	base     uint64 // number of blocks[0]
	blocks   []blockWorld
	open     []event
	final    uint64
	hasFinal bool
	nonces   map[uint64]uint64 // last nonce by target chain, of the present branch
	stream   *streamWorld      // the newest epoch's; nil: no stream of this chain
}

type blockWorld struct {
	hash   Hash
	events []event
}

// event is a leaf in the making, in log order.
type event struct {
	leaf    Hash
	message Hash // id of what was sent or delivered
	target  uint64
	nonce   uint64
	receipt bool
}

// streamWorld is a stream of the state: a source under one epoch.
type streamWorld struct {
	Stream
	*source
	since  int         // first history that it may speak of
	base   *Checkpoint // nil: the empty tree
	opened uint64      // height
	closed uint64      // height; 0: open
}

// source keeps one history for each time that final blocks changed; the last is the present one. Their checkpoints name no stream.
type source struct{ histories []*history }

type history struct {
	windows  []window // with leaves
	range_   mountains
	next     uint64 // first block that is not in a closed window
	messages uint64
	leaves   uint64
}

type window struct {
	end        uint64
	checkpoint Checkpoint
	leaves     []Hash
	finalAt    uint64 // consensus height at which it became final
	proven     bool   // a certificate proves its leaves
}

func newWorld(bridge Hash, streams []Stream) (*World, error) {
	w := &World{
		bridge: bridge, streams: map[uint16]*streamWorld{}, chains: map[uint64]*chainWorld{},
		sends: map[Hash]*sendWorld{}, effects: map[Hash]place{}, slots: map[slot]Hash{},
	}
	for _, s := range streams {
		if s.Chain == 0 || s.Manager == (Address{}) || s.Epoch == 0 || s.Stride == 0 {
			return nil, fmt.Errorf("stream %d has a zero field: %w", s.Index, ErrConfig)
		}
		c := w.chain(s.Chain)
		if w.streams[s.Index] != nil || c.stream != nil {
			return nil, fmt.Errorf("stream %d or chain %d is there twice: %w", s.Index, s.Chain, ErrConfig)
		}
		c.stream = &streamWorld{Stream: s, source: &source{[]*history{{next: s.StartBlock}}}}
		w.streams[s.Index] = c.stream
	}
	return w, nil
}

func (w *World) chain(id uint64) *chainWorld {
	c := w.chains[id]
	if c == nil {
		c = &chainWorld{nonces: map[uint64]uint64{}}
		w.chains[id] = c
	}
	return c
}

// head is the number of the newest block; false without blocks.
func (c *chainWorld) head() (uint64, bool) {
	return c.base + uint64(len(c.blocks)) - 1, len(c.blocks) > 0
}

func (s *source) present() *history { return s.histories[len(s.histories)-1] }

// Sent: a source manager emitted a message in the open block of its chain.
func (a *Audit) Sent(s Send) []Violation {
	a.seen.Sends++
	w := a.World
	id := MessageID(w.bridge, s)
	if id != s.ID {
		a.cry(Encoding, "the manager states another message id", "chain %d to %d, nonce %d: stated %x, is %x",
			s.SourceChain, s.TargetChain, s.Nonce, s.ID, id)
	}
	c := w.chain(s.SourceChain)
	if c.stream != nil && c.stream.Manager != s.SourceManager {
		a.cry(Facts, "sent by a manager that is not registered", "chain %d, %x", s.SourceChain, s.SourceManager)
	}
	if last := c.nonces[s.TargetChain]; s.Nonce != last+1 {
		a.cry(Facts, "nonce is not the next of its lane", "chain %d to %d: %d after %d", s.SourceChain, s.TargetChain, s.Nonce, last)
	}
	c.nonces[s.TargetChain] = s.Nonce
	s.ID, s.Data = id, slices.Clone(s.Data)
	was := w.sends[id]
	w.sends[id] = &sendWorld{Send: s, present: true, ever: was != nil && was.ever}
	c.open = append(c.open, event{leaf: id, message: id, target: s.TargetChain, nonce: s.Nonce})
	return a.done()
}

// Delivered: the open block of the target chain holds a successful delivery.
func (a *Audit) Delivered(d Delivery) []Violation {
	a.seen.Deliveries++
	w, m := a.World, d.Message
	id := MessageID(w.bridge, m)
	if id != m.ID {
		a.cry(Forgery, "delivered fields are not those of the id", "chain %d, id %x, fields give %x", m.TargetChain, m.ID, id)
	}
	if s := w.sends[id]; s == nil {
		a.cry(Forgery, "delivered what was never sent", "chain %d to %d, nonce %d, %x", m.SourceChain, m.TargetChain, m.Nonce, id)
	} else if !s.ever {
		a.cry(Forgery, "delivered before it is final", "chain %d to %d, nonce %d, %x", m.SourceChain, m.TargetChain, m.Nonce, id)
	} else if !a.chain.proven[id] {
		a.cry(Forgery, "delivered without a certificate in any state", "chain %d to %d, nonce %d, %x", m.SourceChain, m.TargetChain, m.Nonce, id)
	}
	c := w.chain(m.TargetChain)
	if c.stream != nil && c.stream.Manager != m.TargetManager {
		a.cry(Facts, "delivered by a manager that is not registered", "chain %d, %x", m.TargetChain, m.TargetManager)
	}
	if at, ok := w.effects[id]; ok {
		a.cry(Twice, "second effect of one message", "%x: in block %d of chain %d, relayer %x", id, at.block, at.chain, d.Relayer)
	}
	number := c.base
	if head, ok := c.head(); ok {
		number = head + 1
	}
	w.effects[id] = place{m.TargetChain, number}
	at := slot{m.SourceChain, m.TargetChain, m.Nonce}
	if was, ok := w.slots[at]; ok && was != id {
		a.cry(Twice, "second effect of one nonce", "chain %d to %d, nonce %d: %x after %x", m.SourceChain, m.TargetChain, m.Nonce, id, was)
	}
	w.slots[at] = id
	leaf := ReceiptLeaf(w.bridge, m.TargetChain, m.TargetManager, m.ID, d.Relayer)
	c.open = append(c.open, event{leaf: leaf, message: id, receipt: true})
	return a.done()
}

// Block: the open block of a chain was mined with this number and hash, with what was sent
// and delivered in it so far.
func (a *Audit) Block(chain, number uint64, hash Hash) []Violation {
	a.seen.Blocks++
	c := a.World.chain(chain)
	head, ok := c.head()
	switch {
	case !ok:
		c.base = number
	case number != head+1:
		a.cry(Facts, "block does not follow the head", "chain %d: %d after %d", chain, number, head)
		return a.done()
	}
	if hash == (Hash{}) {
		a.cry(Facts, "zero block hash", "chain %d, block %d", chain, number)
	}
	for _, e := range c.open {
		if e.receipt {
			a.World.effects[e.message] = place{chain, number}
		} else {
			a.World.sends[e.message].at = place{chain, number}
		}
	}
	c.blocks = append(c.blocks, blockWorld{hash, c.open})
	c.open = nil
	return a.done()
}

// Final: all blocks of the chain up to number are final.
func (a *Audit) Final(chain, number uint64) []Violation {
	c := a.World.chain(chain)
	head, ok := c.head()
	switch {
	case !ok || number > head:
		a.cry(Facts, "final block is past the head", "chain %d: %d, head %d", chain, number, head)
		return a.done()
	case c.hasFinal && number < c.final:
		a.cry(Facts, "final block went back", "chain %d: %d, was %d", chain, number, c.final)
		return a.done()
	}
	from := c.base
	if c.hasFinal {
		from = c.final + 1
	}
	c.final, c.hasFinal = number, true
	for n := from; n <= number; n++ {
		for _, e := range c.blocks[n-c.base].events {
			if !e.receipt {
				a.World.sends[e.message].ever = true
			}
		}
	}
	if c.stream != nil {
		a.seen.Checkpoints += c.stream.close(a.World.bridge, c, a.height)
	}
	return a.done()
}

// Reorged: the blocks from this number on, and the open block, are gone. Below the final
// block this is what no chain may do; the histories before and after both count as true.
func (a *Audit) Reorged(chain, from uint64) []Violation {
	a.seen.Reorgs++
	w := a.World
	c := w.chain(chain)
	if head, ok := c.head(); !ok || from < c.base || from > head+1 {
		a.cry(Facts, "reorg of blocks that do not exist", "chain %d from %d, head %d", chain, from, head)
		return a.done()
	}
	gone := c.blocks[from-c.base:]
	c.blocks = c.blocks[:from-c.base]
	for _, b := range append(slices.Clone(gone), blockWorld{events: c.open}) {
		for _, e := range b.events {
			if e.receipt {
				delete(w.effects, e.message)
				maps.DeleteFunc(w.slots, func(_ slot, id Hash) bool { return id == e.message })
				continue
			}
			w.sends[e.message].present = false
			c.nonces[e.target]--
		}
	}
	c.open = nil
	if c.hasFinal && from <= c.final {
		a.seen.FinalReorgs++
		c.final, c.hasFinal = from-1, from > c.base
		if c.stream != nil {
			c.stream.histories = append(c.stream.histories, c.stream.present().before(c.stream.Stream, from))
		}
	}
	return a.done()
}

// before is a copy of the history without windows that hold block from or a later one.
func (h *history) before(s Stream, from uint64) *history {
	out := &history{next: s.StartBlock}
	for _, win := range h.windows {
		if win.end < from {
			out.windows = append(out.windows, win)
		}
	}
	out.range_ = h.range_.cut(len(out.windows))
	if n := len(out.windows); n > 0 {
		last := out.windows[n-1]
		out.next, out.messages, out.leaves = last.end+1, last.checkpoint.MessageCount, last.checkpoint.LeafCount
	}
	return out
}

// close closes the windows of the present history that became final and returns how many had leaves.
func (s *streamWorld) close(bridge Hash, c *chainWorld, height uint64) (n int) {
	h := s.present()
	for {
		end := h.next + (s.Stride-(h.next+1)%s.Stride)%s.Stride // the first aligned end from next on
		if end > c.final {
			return n
		}
		var messages, receipts []event
		for b := max(h.next, c.base); b <= end; b++ {
			for _, e := range c.blocks[b-c.base].events {
				if e.receipt {
					receipts = append(receipts, e)
				} else {
					messages = append(messages, e)
				}
			}
		}
		h.next = end + 1
		if len(messages)+len(receipts) == 0 {
			continue
		}
		slices.SortStableFunc(messages, func(x, y event) int {
			return cmp.Or(cmp.Compare(x.target, y.target), cmp.Compare(x.nonce, y.nonce))
		})
		var leaves []Hash
		for _, e := range append(messages, receipts...) {
			leaves = append(leaves, e.leaf)
		}
		h.messages += uint64(len(messages))
		h.leaves += uint64(len(leaves))
		h.range_.add(windowRoot(leaves))
		at := h.range_.count() - 1
		h.windows = append(h.windows, window{end: end, leaves: leaves, finalAt: height, checkpoint: Checkpoint{
			End: end, BlockHash: c.blocks[end-c.base].hash,
			MessageCount: h.messages, LeafCount: h.leaves,
			PeaksHash: h.range_.peaksHash(at), Root: h.range_.signedRoot(at),
		}})
		n++
	}
}
