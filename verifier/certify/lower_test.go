// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"errors"
	"math/rand/v2"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// newLowerNet is a chain of four with the final stream 1 and the fast stream 2 of the same source, which holds at
// most 3 messages.
func newLowerNet(t *testing.T) *testNet {
	n := newNet(t, 4)
	fast := n.streams[0]
	fast.Index, fast.Finality, fast.MaxAhead, fast.Generation = 2, uint32(message.Fast), 3, 1
	n.streams = append(n.streams, fast)
	n.blocks(4)
	return n
}

// tip is a checkpoint of stream 2 with count messages above base, nil for the empty tree.
func (n *testNet) tip(base *message.Checkpoint, end, count uint64, salt byte) message.Checkpoint {
	c := n.checkpoint(1, end, salt)
	c.Stream.Finality, c.Root[0] = message.Fast, c.Root[0]^0xf0
	c.PeaksHash, c.MessageCount, c.LeafCount = merkle.Range{}.PeaksHash(), count, count
	if base != nil {
		c.PeaksHash, c.MessageCount, c.LeafCount = base.PeaksHash, base.MessageCount+count, base.LeafCount+count
	}
	return c
}

// sayTip makes members vote for c in every extension from now on, and for nothing else of stream 2.
func (n *testNet) sayTip(c message.Checkpoint, members ...int) {
	for _, m := range members {
		n.nodes[m-1].change = func(e *extension.Extension) { e.Votes = append(e.Votes, extension.VoteFor(2, &c, 1)) }
	}
}

func (n *testNet) silent() {
	for _, v := range n.nodes {
		v.change = nil
	}
}

// ballotsOf are the votes that the state holds of a member for stream 2.
func (n *testNet) ballotsOf(m int) (list ballots) {
	n.get(keyStreamMember(prefixBallots, 2, n.nodes[m-1].addr), &list)
	return list
}

// base is the certified final checkpoint at an end.
func (n *testNet) base(end uint64) message.Checkpoint {
	n.t.Helper()
	c := n.certified(1, end, 0)
	return c.checkpoint(bridgeID)
}

func (n *testNet) certifiedTip(c message.Checkpoint) {
	n.t.Helper()
	have, ok := n.newest(2)
	if !ok || have.checkpoint(bridgeID) != c || have.Digest != c.Digest() {
		n.t.Fatalf("height %d: newest fast certificate %+v, want %+v", n.h, have.Ballot, c)
	}
}

func TestFastExtendsTheNewestCertifiedTree(t *testing.T) {
	n := newLowerNet(t)
	first := n.tip(nil, 5, 2, 0)
	n.sayTip(first, 1, 2, 3)
	n.blocks(6)
	n.certifiedTip(first)
	if a := n.agenda(1); len(a.Streams) != 2 || a.Streams[1].MaxAhead != 3 || a.Streams[1].Generation != 1 || a.Streams[1].Target != 0 {
		t.Errorf("agenda %+v", a.Streams)
	}
	n.silent()
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(6)
	base := n.base(9)
	n.sayTip(n.tip(nil, 11, 3, 0), 1, 2, 3) // over the tree before
	n.blocks(6)
	n.certifiedTip(first)
	if list := n.ballotsOf(1); len(list) != 0 {
		t.Errorf("votes over an old tree are taken: %+v", list)
	}
	second := n.tip(&base, 11, 1, 0)
	n.sayTip(second, 1, 2, 3, 4)
	n.blocks(6)
	n.certifiedTip(second)
	n.certified(1, 9, 0)
	n.blameless()
}

func TestVotesBelowFinalThatAreRefused(t *testing.T) {
	for name, c := range map[string]struct {
		taken  bool
		change func(*message.Checkpoint)
	}{
		"a good one":                    {true, func(*message.Checkpoint) {}},
		"another tree":                  {false, func(c *message.Checkpoint) { c.PeaksHash[0] ^= 1 }},
		"the empty tree":                {false, func(c *message.Checkpoint) { c.PeaksHash = merkle.Range{}.PeaksHash() }},
		"not above the base":            {false, func(c *message.Checkpoint) { c.End = 9 }},
		"inside a window":               {false, func(c *message.Checkpoint) { c.End = 14 }},
		"no message":                    {false, func(c *message.Checkpoint) { c.MessageCount, c.LeafCount = 9, 10 }},
		"fewer messages":                {false, func(c *message.Checkpoint) { c.MessageCount, c.LeafCount = 8, 9 }},
		"as many as allowed":            {true, func(c *message.Checkpoint) { c.MessageCount, c.LeafCount = 12, 13 }},
		"too many":                      {false, func(c *message.Checkpoint) { c.MessageCount, c.LeafCount = 13, 14 }},
		"a receipt among them":          {false, func(c *message.Checkpoint) { c.LeafCount++ }},
		"the base's root":               {false, func(c *message.Checkpoint) { c.Root = message.Hash{} }},
		"no higher than the certified":  {false, func(c *message.Checkpoint) { c.End = 11 }},
		"nothing new since certified":   {false, func(c *message.Checkpoint) { c.MessageCount, c.LeafCount = 10, 11 }},
		"the certified root once again": {false, func(c *message.Checkpoint) { c.Root = message.Hash{1} }},
	} {
		t.Run(name, func(t *testing.T) {
			n := newLowerNet(t)
			n.vote(1, 9, 0, 1, 2, 3, 4)
			n.blocks(6)
			base := n.base(9)
			first := n.tip(&base, 11, 1, 0)
			n.sayTip(first, 1, 2, 3, 4)
			n.blocks(6)
			n.certifiedTip(first)
			next := n.tip(&base, 13, 2, 0)
			c.change(&next)
			switch next.Root {
			case message.Hash{}:
				next.Root = base.Root
			case message.Hash{1}:
				next.Root = first.Root
			}
			n.sayTip(next, 1, 2, 3, 4)
			n.blocks(6)
			if have, _ := n.newest(2); (have.checkpoint(bridgeID) == next) != c.taken {
				t.Errorf("taken %t: %+v", !c.taken, next)
			}
			n.blameless()
		})
	}
}

// What a reorganisation replaced is taken back: nobody is blamed, and the new one is certified.
func TestVotesBelowFinalAreTakenBack(t *testing.T) {
	n := newLowerNet(t)
	gone, here := n.tip(nil, 7, 2, 1), n.tip(nil, 7, 2, 2)
	n.sayTip(gone, 1, 2)
	n.blocks(3)
	n.sayTip(n.tip(nil, 9, 3, 1), 1, 2)
	n.blocks(2)
	if list := n.ballotsOf(1); len(list) != 2 {
		t.Errorf("votes of two ends: %+v", list)
	}
	n.sayTip(here, 1, 2, 3)
	n.blocks(2)
	if list := n.ballotsOf(1); len(list) != 1 || list[0].Body != here.BodyHash() || n.agenda(1).Streams[1].Said != here.BodyHash() {
		t.Errorf("votes after the reorganisation: %+v", list)
	}
	n.blocks(5)
	n.certifiedTip(here)
	n.sayTip(n.tip(nil, 9, 3, 3), 1)
	n.sayTip(n.tip(nil, 9, 3, 4), 2)
	n.blocks(4) // different bodies of one end: no evidence
	n.blameless()
}

// contradict does what the reports of f+1 members do to stream 2.
func (n *testNet) contradict() {
	n.t.Helper()
	ctx := sdk.NewContext(n.ms, cmtproto.Header{Height: n.h}, false, log.NewNopLogger())
	last, ok := n.newest(2)
	if !ok {
		n.t.Fatal("nothing is certified that could be contradicted")
	}
	newest, ok, err := n.k.Certified(ctx, 2, last.Ballot.End)
	if err != nil || !ok {
		n.t.Fatalf("block %d certified %t, %v", last.Ballot.End, ok, err)
	}
	s := &n.streams[1]
	s.StoppedAt, s.Generation, s.FloorEnd = uint64(n.h), s.Generation+1, max(s.FloorEnd, newest)
	if err := errors.Join(n.k.CloseStream(ctx, 2), n.k.DropCertificates(ctx, 2)); err != nil {
		n.t.Fatal(err)
	}
	n.ms.Commit()
}

func (n *testNet) noTip() {
	n.t.Helper()
	if c, ok := n.newest(2); ok {
		n.t.Errorf("height %d: certified below final: %+v", n.h, c.Ballot.Vote)
	}
}

// A contradicted stream takes nothing, and its sessions end without blame. The final stream goes on. The next generation counts its
// messages anew and certifies nothing at or below what was certified before.
func TestStoppedStreamBelowFinal(t *testing.T) {
	n := newLowerNet(t)
	for _, end := range []uint64{7, 9} {
		n.sayTip(n.tip(nil, end, (end-5)/2, 0), 1, 2, 3)
		n.blocks(6)
		n.certifiedTip(n.tip(nil, end, (end-5)/2, 0))
	}
	hanging := n.tip(nil, 11, 3, 0)
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.sayTip(hanging, 1, 2, 3)
	n.blocks(3)
	if len(n.sessions()) == 0 {
		t.Fatal("no session is open")
	}
	for end, want := range map[uint64]bool{5: false, 7: true, 9: true, 11: false} {
		newest, ok, err := n.k.Certified(n.ctx(), 2, end)
		if err != nil || ok != want || ok && newest != 9 {
			t.Errorf("block %d certified %t, newest %d, %v", end, ok, newest, err)
		}
	}
	if _, ok, err := n.k.Certified(n.ctx(), 2+1<<16, 9); ok || err != nil {
		t.Errorf("a stream that cannot be: %t, %v", ok, err)
	}
	n.contradict()
	if a := n.agenda(1); len(a.Streams) != 1 || len(a.Sessions) != 0 {
		t.Errorf("agenda of a stopped stream: %+v", a)
	}
	n.blocks(4)
	if q := n.sessions(); len(q) != 0 || len(n.ballotsOf(1)) != 0 {
		t.Errorf("a stopped stream has %d sessions, votes %+v", len(q), n.ballotsOf(1))
	}
	n.noTip()
	n.silent()
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.vote(1, 5, 0, 1, 2, 3)
	n.blocks(6)
	base := n.base(5)
	n.streams[1].StoppedAt = 0
	for _, end := range []uint64{7, 9} {
		n.sayTip(n.tip(&base, end, 1, 0), 1, 2, 3, 4)
		n.blocks(6)
		n.noTip()
		if list := n.ballotsOf(1); len(list) != 0 {
			t.Errorf("votes at or below what was certified are kept: %+v", list)
		}
	}
	again := n.tip(&base, 11, 1, 0)
	n.sayTip(again, 1, 2, 3)
	n.blocks(6)
	n.certifiedTip(again)
	n.blameless()
}

// A session that was open when the stream stopped makes no certificate, though the stream runs again before the next block has the
// last share. Its signers are free for others.
func TestStoppedGenerationCompletesNothing(t *testing.T) {
	for delay := range 3 {
		n := newLowerNet(t)
		n.sayTip(n.tip(nil, 5, 1, 0), 1, 2, 3)
		n.blocks(6)
		n.sayTip(n.tip(nil, 9, 2, 0), 1, 2, 3, 4)
		n.blocks(2)
		n.nodes[0].withhold, n.nodes[1].withhold = delay == 2, delay == 2
		n.blocks(min(delay, 1))
		if len(n.sessions()) == 0 {
			t.Fatalf("delay %d: no session is open", delay)
		}
		n.contradict()
		n.streams[1].StoppedAt = 0
		if a := n.agenda(1); len(a.Sessions) != 0 || a.Streams[1].Signing || a.Streams[1].Generation != 2 {
			t.Errorf("delay %d: agenda of void sessions: %+v", delay, a)
		}
		n.silent()
		for i := range n.said {
			n.said[i].Extension.Votes = nil // what is said in the next generation may be certified in it
		}
		n.nodes[0].withhold, n.nodes[1].withhold = false, false
		n.block()
		if q := n.sessions(); len(q) != 0 {
			t.Errorf("delay %d: %d sessions after the block", delay, len(q))
		}
		n.blocks(8)
		n.noTip()
		again := n.tip(nil, 11, 2, 0)
		n.sayTip(again, 1, 2, 3, 4)
		n.blocks(6)
		n.certifiedTip(again)
		n.blameless()
	}
}

// One end is certified once, whatever is contradicted, voted for and signed at the time.
func TestOneCertificatePerEndBelowFinal(t *testing.T) {
	n := newLowerNet(t)
	r := rand.New(rand.NewPCG(1, 1))
	seen := map[uint64]uint32{} // end → generation
	for range 150 {
		for i := range n.nodes {
			n.sayTip(n.tip(nil, uint64(5+2*r.IntN(12)+4*int(n.streams[1].Generation)), uint64(1+r.IntN(3)), 0), i+1)
		}
		if same := n.tip(nil, uint64(5+2*r.IntN(12)), uint64(1+r.IntN(3)), 0); r.IntN(2) == 0 {
			n.sayTip(same, 1, 2, 3, 4)
		}
		n.blocks(r.IntN(6))
		c, ok := n.newest(2)
		if !ok {
			continue
		}
		g := n.streams[1].Generation
		if was, twice := seen[c.Ballot.End]; twice && was != g {
			t.Fatalf("height %d: block %d is certified in generations %d and %d", n.h, c.Ballot.End, was, g)
		}
		seen[c.Ballot.End] = g
		if r.IntN(8) == 0 && g < 4 {
			n.contradict()
			n.streams[1].StoppedAt = 0
		}
	}
	if len(seen) < 4 || n.streams[1].Generation < 3 {
		t.Errorf("%d ends in %d generations: the test proves nothing", len(seen), n.streams[1].Generation)
	}
}
