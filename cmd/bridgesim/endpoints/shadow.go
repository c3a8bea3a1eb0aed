// SPDX-License-Identifier: Apache-2.0

package endpoints

import (
	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// shadow is another history of a chain from one block on that holds in itself: ids, nonces, counters and hashes
// fit together. It follows the true chain block by block, also through reorganizations, with one lie in its
// first block that has room for it.
type shadow struct {
	truth  *Ledger
	ledger *Ledger // the forged one
	salt   uint64
	from   uint64
	hashes []message.Hash // of the true blocks from `from` on that were taken over
	lied   bool
}

// newShadow differs from the truth from a block on, which must not be block 0.
func newShadow(truth *Ledger, from, salt uint64) *shadow {
	s := &shadow{truth: truth, salt: salt, from: from}
	s.reset()
	return s
}

func (s *shadow) reset() {
	s.from = max(1, min(s.from, s.truth.heads().Head.Number+1))
	s.ledger = s.truth.over(s.truth.chain.Fork(s.from, s.salt|1<<63))
	s.hashes, s.lied = nil, false
}

// sync takes over what the true chain did since the last question.
func (s *shadow) sync() *Ledger {
	if b, ok := s.truth.chain.Block(s.from - 1); !ok || !s.shares(b.Hash) {
		s.reset() // the true chain changed below
	}
	depth := 0
	for n := len(s.hashes); n > 0; n-- {
		if b, ok := s.truth.chain.Block(s.from + uint64(n) - 1); ok && b.Hash == s.hashes[n-1] {
			break
		}
		depth++
	}
	if depth > 0 {
		s.hashes = s.hashes[:len(s.hashes)-depth]
		at := s.from + uint64(len(s.hashes))
		s.salt++
		s.ledger = s.truth.over(s.ledger.chain.Fork(at, s.salt|1<<63))
		s.lied = s.lied && len(s.hashes) > 0
	}
	for n := s.from + uint64(len(s.hashes)); ; n++ {
		b, ok := s.truth.chain.Block(n)
		if !ok {
			break
		}
		s.follow(&b)
		s.hashes = append(s.hashes, b.Hash)
	}
	if h := s.truth.heads(); !h.Final.Hash.IsZero() {
		s.ledger.chain.Finalize(h.Final.Number)
	}
	return s.ledger
}

func (s *shadow) shares(hash message.Hash) bool {
	b, ok := s.ledger.chain.Block(s.from - 1)
	return ok && b.Hash == hash
}

// follow mines what the true block holds, and the lie.
func (s *shadow) follow(b *chaintest.Block) {
	f := s.ledger.chain
	drop := !s.lied && s.salt%3 == 1
	for i := range b.Events {
		e := &b.Events[i]
		switch e.Kind {
		case stream.OutboundSet:
			f.SetRemote(e.TargetChain, e.Finality, e.Remote)
		case stream.Delivered:
			f.Deliver(e.MessageID, e.Deliverer)
		case stream.Sent:
			if drop {
				drop, s.lied = false, true
				continue
			}
			if i+1 < len(b.Events) && open(f, e.TargetChain) {
				f.Send(e.TargetChain, b.Events[i+1].Finality, b.Events[i+1].Sender, e.Target, e.Data)
			}
		}
	}
	if !s.lied && s.salt%3 == 0 {
		if head, _ := f.Block(f.Head().Number); len(head.Lanes) > 0 {
			lane := &head.Lanes[s.salt/3%uint64(len(head.Lanes))]
			if !lane.Remote.IsZero() {
				f.Send(lane.TargetChain, lane.Finality, message.Address{0xbb}, message.Address{0xaa, 1}, saltBytes(s.salt))
				s.lied = true
			}
		}
	}
	f.Mine(1)
}

// open says whether the newest block knows a lane to a chain.
func open(f *chaintest.Chain, target message.ChainID) bool {
	head, _ := f.Block(f.Head().Number)
	for i := range head.Lanes {
		if head.Lanes[i].TargetChain == target && !head.Lanes[i].Remote.IsZero() {
			return true
		}
	}
	return false
}
