// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"crypto/sha256"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/bridge/cmd/bridgesim/audit"
)

const power = 10

// Pauses of consensus, as bridged init sets them.
const (
	commitPause = 450 * time.Millisecond
	roundPause  = 600 * time.Millisecond
)

// block is a decided block.
type block struct {
	height   int64
	round    int32
	txs      [][]byte
	last     abci.CommitInfo
	commit   abci.ExtendedCommitInfo // what transaction 0 holds
	time     time.Time
	hash     []byte
	proposer int // node number
}

// vote is a precommit for the newest decided block. One per member, by member.
type vote struct {
	cast bool // for the block
	nil_ bool // for nil, or not in time to see the block
	late bool // arrives after the decision: nobody calls VerifyVoteExtension on it
	ext  []byte
	sig  []byte
}

// consensus makes call sequences that ABCI allows, one height after the other.
type consensus struct {
	s      *sim
	dice   *dice
	blocks []*block // block of height h at h-1
	votes  []vote   // of the newest decided height, by member less one
	round  int32    // in which it was decided
	r      int32    // round of the height in work
	locked *block   // had a polka in an earlier round, so it is proposed again
	waits  int      // rounds without a quorum, in a row
}

func newConsensus(s *sim) *consensus {
	return &consensus{s: s, dice: roll(s.cfg.Seed, "consensus")}
}

// tip is the newest decided height.
func (c *consensus) tip() int64 { return int64(len(c.blocks)) }

func (c *consensus) plan(d time.Duration) { c.s.after(d, "round", 0, c.step) }

// quorum says whether so many members are more than two thirds.
func (c *consensus) quorum(members int) bool { return 3*members > 2*c.s.plan.members }

// step is one round.
func (c *consensus) step() {
	h := c.tip() + 1
	present := c.present(h)
	if !c.quorum(members(present)) {
		c.waits++
		c.plan(roundPause)
		return
	}
	c.waits = 0
	proposer := (int(h) + int(c.r)) % c.s.plan.members
	if !c.attempt(h, proposer, present) {
		c.r++
		c.plan(c.dice.span(roundPause, 2*roundPause))
		return
	}
	c.r, c.locked = 0, nil
	c.plan(commitPause + c.dice.span(0, 250*time.Millisecond))
}

// present is who takes part.
func (c *consensus) present(h int64) (out []*node) {
	for _, n := range c.s.nodes {
		if n.in(h) {
			out = append(out, n)
		}
	}
	return out
}

// members counts the members among nodes: a twin is no second vote.
func members(nodes []*node) (count int) {
	seen := map[int]bool{}
	for _, n := range nodes {
		seen[n.member] = true
	}
	return len(seen)
}

// attempt is one round; true when it decided.
func (c *consensus) attempt(h int64, proposer int, present []*node) bool {
	b, tampered := c.propose(h, proposer, present)
	if b == nil {
		return false
	}
	var prevoted []*node
	for _, n := range present {
		if c.misses() {
			continue
		}
		if c.judges(n, b, tampered) {
			prevoted = append(prevoted, n)
		}
	}
	if !c.quorum(members(prevoted)) {
		return false
	}
	return c.decide(b, present)
}

// misses says that a node does not see this round's proposal in time.
func (c *consensus) misses() bool {
	if c.s.struck(faultMissedProposal, 3*c.s.plan.strength) {
		c.s.fire(faultMissedProposal)
		return true
	}
	return false
}

// propose is the proposer's block, nil when it makes none. Tampered means that an honest
// node must refuse it.
func (c *consensus) propose(h int64, proposer int, present []*node) (b *block, tampered bool) {
	if c.locked != nil {
		b := *c.locked
		b.round = c.r
		return &b, false
	}
	var by *node
	for _, n := range present {
		if n.member == proposer+1 && (by == nil || c.dice.chance(500)) {
			by = n
		}
	}
	if by == nil {
		return nil, false
	}
	last := c.lastCommit(h, by)
	b = &block{height: h, round: c.r, last: plainCommit(last), commit: last, time: c.s.clock(), proposer: by.index}
	var junk [][]byte
	if c.dice.chance(100) {
		junk = [][]byte{[]byte("from the mempool")}
	}
	alive := by.guard(func() {
		r, err := by.proc.app.PrepareProposal(&abci.RequestPrepareProposal{
			Height: h, LocalLastCommit: cloneCommit(last), MaxTxBytes: 1 << 20, Txs: append(junk, c.s.pooled()...), Time: b.time, ProposerAddress: c.s.address(by.index),
		})
		if err != nil {
			c.s.fail("coherence", "%s cannot propose block %d: %v", by.name, h, err)
			return
		}
		b.txs = r.Txs
	})
	if !alive || c.s.failed() {
		return nil, false
	}
	if !by.honest() && c.s.plan.has(faultBadProposer) && h > 1 && c.dice.chance(600) {
		txs, name := by.liar.tamper(b, c)
		if len(txs) == 1 {
			txs = append(txs, b.txs[1:]...) // without the operators' transactions it is as good a block
		}
		if txs != nil && !sameTxs(txs, b.txs) {
			b.txs, tampered = txs, true
			c.s.fire(faultBadProposer)
			c.s.trace.line("tamper", "node=%s height=%d how=%s", by.name, h, name)
		}
	}
	sum := sha256.New()
	for _, t := range b.txs {
		sum.Write(t)
	}
	sum.Write([]byte{byte(h), byte(c.r), byte(proposer)})
	b.hash = sum.Sum(nil)
	c.s.trace.line("proposal", "height=%d round=%d node=%s txs=%d", h, c.r, by.name, len(b.txs))
	return b, tampered
}

// judges runs ProcessProposal of one node.
func (c *consensus) judges(n *node, b *block, tampered bool) bool {
	accepted := false
	alive := n.guard(func() {
		r, err := n.proc.app.ProcessProposal(&abci.RequestProcessProposal{
			Height: b.height, Txs: cloneTxs(b.txs), ProposedLastCommit: b.last, Time: b.time, Hash: b.hash, ProposerAddress: c.s.address(b.proposer),
		})
		if err != nil {
			c.s.fail("coherence", "%s fails to judge block %d: %v", n.name, b.height, err)
			return
		}
		accepted = r.Status == abci.ResponseProcessProposal_ACCEPT
	})
	if !alive {
		return false
	}
	if n.honest() {
		by := c.s.nodes[b.proposer]
		c.s.judge(c.s.audit.Proposal(audit.Proposal{
			Height: uint64(b.height), Round: int(b.round), Proposer: by.member, Tampered: tampered && by.honest(), Verifier: n.member, Accepted: accepted,
		}))
		if accepted == tampered {
			c.s.fail("coherence", "%s: tampered %v, accepted %v, block %d round %d", n.name, tampered, accepted, b.height, b.round)
		}
		return accepted
	}
	// A Byzantine member votes for what helps it: a tampered block always.
	return tampered || accepted && !c.dice.chance(100)
}

// decide lets the members precommit. True when more than two thirds did, in time.
func (c *consensus) decide(b *block, present []*node) bool {
	s := c.s
	votes := make([]vote, s.plan.members)
	short := s.struck(faultRound, 2*s.plan.strength)
	for _, n := range present {
		v := &votes[n.member-1]
		if v.cast && c.dice.chance(500) {
			// Its twin's precommit was there first; it makes its own all the same.
			v = &vote{}
		} else {
			*v = vote{}
		}
		if short && c.dice.chance(500) || s.struck(faultNilVotes, s.plan.strength) {
			v.nil_ = true // did not see the polka
			s.fire(faultNilVotes)
			continue
		}
		if !c.extend(n, b, v) {
			continue
		}
		if s.struck(faultExtendAgain, s.plan.strength) {
			// Its precommit was lost with the process's memory of it; the same round again.
			s.fire(faultExtendAgain)
			if !c.extend(n, b, v) {
				continue
			}
		}
		if s.struck(faultLateVotes, 2*s.plan.strength) {
			v.late = true
			s.fire(faultLateVotes)
		}
		if !v.late && !c.verified(n, b, v, present) {
			v.late = true // nobody counts it, but a proposer may find it later
		}
	}
	intime := 0
	for i := range votes {
		if votes[i].cast && !votes[i].late {
			intime++
		}
	}
	if s.failed() {
		return false
	}
	if short || !c.quorum(intime) {
		s.fire(faultRound)
		any := false
		for i := range votes {
			any = any || votes[i].cast
		}
		if any {
			c.locked = b
		}
		return false
	}
	c.blocks = append(c.blocks, b)
	c.votes, c.round = votes, b.round
	s.included(b)
	s.trace.line("decided", "height=%d round=%d proposer=%d votes=%d", b.height, b.round, b.proposer, intime)
	for _, n := range s.nodes {
		c.kick(n)
	}
	return true
}

// kick makes a node commit what was decided, one block after the other.
func (c *consensus) kick(n *node) {
	if !n.up() || n.cut || n.syncing || n.height() >= c.tip() {
		return
	}
	n.syncing = true
	d := n.dice.span(5*time.Millisecond, 120*time.Millisecond)
	if n.lazy {
		d = n.dice.span(100*time.Millisecond, 3*time.Second)
		c.s.fire(faultSlowCommit)
	}
	c.s.afterLife(n, d, "commit", func() {
		n.syncing = false
		if n.cut || n.height() >= c.tip() {
			return
		}
		if n.finish(c.blocks[n.height()]) {
			c.kick(n)
		}
	})
}
