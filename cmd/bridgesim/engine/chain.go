// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"fmt"
	"time"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/cmd/bridgesim/endpoints"
)

// profile is how a chain makes blocks and makes them final.
type profile struct {
	every  time.Duration // block time
	stride uint64
	depth  uint64 // the head is this far ahead of the final block at least
	jump   uint64 // finality moves every so many blocks; 1: with each block
	reorgs int    // permille of blocks after which some that are not final go
	sends  int    // messages per 100 blocks and lane
}

// chain is one chain with its manager: source and target.
type chain struct {
	s       *sim
	index   int
	id      message.ChainID
	manager message.Address
	profile profile
	dice    *dice
	blocks  *chaintest.Chain
	ledger  *endpoints.Ledger

	contract *audit.Contract   // at the open block
	after    []*audit.Contract // after the blocks from base on: what a reorg goes back to
	base     uint64
	sent     []sending // not final yet, by block
	landed   []landing // deliveries that are not final yet, by block
	pool     []call    // transactions that wait for a block
	final    uint64
	stalled  bool // finality stands still
	asleep   bool // no blocks
	feed     *feed
}

// sending is a message in a block that may still go.
type sending struct {
	block   uint64
	message message.Message
}

type landing struct {
	block uint64
	call  call
}

// call is a receiveMessage transaction.
type call struct {
	audit.Call
	message message.Message
	relayer int
}

// chainIDs are chains whose profile lets a client take what endpoints agree on: the scripted chain has neither headers nor
// roots of receipts.
var chainIDs = []message.ChainID{56, 43114, 137}

func newChain(s *sim, index int) *chain {
	c := &chain{
		s: s, index: index, id: chainIDs[index], manager: message.Address{0xc0, byte(index + 1)},
		dice: roll(s.cfg.Seed, fmt.Sprintf("chain %d", index)),
	}
	c.blocks = chaintest.New(s.bridgeID, c.id, c.manager)
	c.ledger = endpoints.NewLedger(c.blocks, c.id, c.manager)
	return c
}

// broken says that a final block changed and the committee has not led the source on yet.
func (c *chain) broken() bool { return c.feed.broken }

// found tells the auditors the first block and opens the lanes in the second.
func (c *chain) found() {
	c.contract = audit.NewContract(c.s.bridgeID, uint64(c.id), c.manager, c.s.groupKey)
	head := c.blocks.Head()
	c.s.judge(c.s.audit.Block(uint64(c.id), head.Number, head.Hash))
	for _, o := range c.s.chains {
		if o == c {
			continue
		}
		c.blocks.SetRemote(o.id, message.Final, o.manager)
		if err := c.contract.AddLane(uint64(o.id), o.manager); err != nil {
			c.s.fail("setup", "add lane: %v", err)
		}
	}
	if err := c.contract.Seal(); err != nil {
		c.s.fail("setup", "seal: %v", err)
	}
	for r := range recipients {
		c.contract.Recipient(recipients[r].address, recipients[r].behaviour)
	}
	c.after = []*audit.Contract{c.contract.Clone()}
	c.plan()
}

// recipients are the accounts that messages go to.
var recipients = []struct {
	address   message.Address
	behaviour audit.Behaviour
}{
	{message.Address{0xaa, 1}, audit.Accept},
	{message.Address{0xaa, 2}, audit.Accept},
	{message.Address{0xaa, 3}, audit.RefuseOnce},
	{message.Address{0xaa, 4}, audit.Refuse},
}

// refuses says that a recipient never takes a message: it stays deliverable for ever.
func refuses(a message.Address) bool { return a == recipients[3].address }

func (c *chain) plan() {
	c.s.after(c.profile.every, "mine", c.index, c.mine)
}

// mine fills and closes the open block, moves finality and perhaps reorganizes.
func (c *chain) mine() {
	c.plan()
	if c.asleep {
		c.s.fire("chain-sleeps")
		return
	}
	next := c.blocks.Head().Number + 1
	c.send(next)
	c.include(next)
	c.blocks.Mine(1)
	head := c.blocks.Head()
	c.after = append(c.after, c.contract.Clone())
	c.s.judge(c.s.audit.Block(uint64(c.id), head.Number, head.Hash))
	c.s.trace.line("block", "chain=%d number=%d hash=%s", c.id, head.Number, short(head.Hash[:]))
	c.finalize(head.Number)
	// Block 1 opens the lanes; the model has nobody who would open them again.
	if kept := max(c.final, 1); head.Number > kept && c.s.struck(faultReorg, c.profile.reorgs) {
		c.reorg(c.dice.between(1, int(head.Number-kept)))
	}
	if depth := min(c.final, keptBlocks) - 1; c.final > 2 && c.breakable() && c.s.struck(faultFinalReorg, 10) {
		c.breakFinality(c.dice.between(1, int(min(depth, 2*c.profile.stride))))
	}
}

// send is the users' part of a block.
func (c *chain) send(block uint64) {
	// Members without their vote journals abstain up to the final block of the moment, in a new epoch too: where they are more than f it
	// certifies nothing before a later message.
	if waits := c.feed.follows != nil && len(c.feed.certs) == 0; c.s.phase >= drain && !waits {
		return
	}
	for _, o := range c.s.chains {
		if o == c || !c.dice.chance(10*c.profile.sends) {
			continue
		}
		for range c.dice.between(1, 3) {
			c.emit(block, o)
		}
	}
}

func (c *chain) emit(block uint64, to *chain) {
	r := 0
	switch n := c.dice.IntN(100); {
	case c.s.struck(faultRefuse, 20):
		r = 3
	case n < 8:
		r = 2
	case n < 50:
		r = 1
	}
	m := c.blocks.Send(to.id, message.Final, message.Address{0x5e, byte(c.dice.IntN(4))}, recipients[r].address, c.dice.bytes(c.dice.IntN(40)))
	if r == 3 {
		c.s.fire(faultRefuse)
	}
	c.sent = append(c.sent, sending{block, m})
	c.s.judge(c.s.audit.Sent(plainMessage(&m)))
}

func plainMessage(m *message.Message) audit.Send {
	return audit.Send{
		SourceChain: uint64(m.SourceChain), TargetChain: uint64(m.TargetChain),
		SourceManager: m.SourceManager, TargetManager: m.TargetManager, Nonce: uint64(m.Nonce),
		Sender: m.Sender, Target: m.Target, GasLimit: m.GasLimit, Data: m.Data, ID: m.ID(),
	}
}

// include runs the waiting transactions.
func (c *chain) include(block uint64) {
	pool := c.pool
	c.pool = nil
	for _, t := range pool {
		if c.dice.chance(100) && c.s.stormy() {
			c.pool = append(c.pool, t) // waits for another block
			continue
		}
		t.Now = c.s.seconds()
		err := c.contract.Receive(t.Call)
		c.s.trace.line("receive", "chain=%d id=%s relayer=%d err=%v", c.id, short(t.ID[:]), t.relayer, err)
		if err != nil {
			c.s.refusals++
			continue
		}
		c.blocks.Deliver(message.ID(t.ID), relayerAddress(t.relayer))
		c.landed = append(c.landed, landing{block, t})
		c.s.judge(c.s.audit.Delivered(audit.Delivery{Message: plainMessage(&t.message), Relayer: relayerAddress(t.relayer)}))
	}
}

func relayerAddress(i int) message.Address { return message.Address{0x4e, byte(i + 1)} }

func (c *chain) finalize(head uint64) {
	if c.stalled {
		c.s.fire("finality-stalls")
		return
	}
	if head < c.profile.depth || head%c.profile.jump != 0 {
		return
	}
	to := head - c.profile.depth
	if to <= c.final {
		return
	}
	c.blocks.Finalize(to)
	c.final = to
	for len(c.sent) > 0 && c.sent[0].block <= to {
		m := c.sent[0]
		c.sent = c.sent[1:]
		c.s.book.final(&m)
	}
	c.forget(to)
	c.s.judge(c.s.audit.Final(uint64(c.id), to))
	c.s.trace.line("final", "chain=%d number=%d", c.id, to)
}

// reorg drops the newest blocks, none of them final; deliveries in them go back to the pool
// or are lost.
func (c *chain) reorg(depth int) {
	from := c.blocks.Head().Number - uint64(depth) + 1
	c.rewind(from)
	c.blocks.Reorg(depth)
	c.s.fire(faultReorg)
	c.s.judge(c.s.audit.Reorged(uint64(c.id), from))
	c.s.trace.line("reorg", "chain=%d from=%d depth=%d", c.id, from, depth)
}

// keptBlocks is how many final blocks a chain can lose.
const keptBlocks = 64

// forget drops what no reorganization reaches.
func (c *chain) forget(final uint64) {
	to := final
	if c.s.plan.has(faultFinalReorg) {
		to -= min(to, keptBlocks)
	}
	if to <= c.base {
		return
	}
	c.after = c.after[to-c.base:]
	c.base = to
	for len(c.landed) > 0 && c.landed[0].block <= to {
		c.landed = c.landed[1:]
	}
}

// rewind takes the contract back to before a block and undoes the deliveries since.
func (c *chain) rewind(from uint64) {
	c.contract = c.after[from-1-c.base].Clone()
	c.after = c.after[:from-c.base]
	for len(c.sent) > 0 && c.sent[len(c.sent)-1].block >= from {
		c.sent = c.sent[:len(c.sent)-1]
	}
	for len(c.landed) > 0 && c.landed[len(c.landed)-1].block >= from {
		last := c.landed[len(c.landed)-1]
		c.landed = c.landed[:len(c.landed)-1]
		if c.dice.chance(500) {
			c.pool = append(c.pool, last.call)
		}
		c.s.book.undone(last.call.ID)
	}
}
