// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
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

// A contradicted stream takes nothing, its sessions end without blame, and the next generation may begin below what
// was certified before. The final stream goes on.
func TestStoppedStreamBelowFinal(t *testing.T) {
	n := newLowerNet(t)
	first := n.tip(nil, 9, 2, 0)
	n.sayTip(first, 1, 2, 3)
	n.blocks(6)
	n.certifiedTip(first)
	hanging := n.tip(nil, 11, 3, 0)
	for _, v := range n.nodes {
		v.withhold = true
	}
	n.sayTip(hanging, 1, 2, 3)
	n.blocks(3)
	if len(n.sessions()) == 0 {
		t.Fatal("no session is open")
	}
	ctx := sdk.NewContext(n.ms, cmtproto.Header{Height: n.h}, false, log.NewNopLogger())
	for end, want := range map[uint64]bool{9: true, 11: false} {
		if ok, err := n.k.Certified(ctx, 2, end); ok != want || err != nil {
			t.Errorf("block %d certified %t, %v", end, ok, err)
		}
	}
	n.streams[1].StoppedAt, n.streams[1].Generation = uint64(n.h), 2
	if err := n.k.CloseStream(ctx, 2); err != nil {
		t.Fatal(err)
	}
	if err := n.k.DropCertificates(ctx, 2); err != nil {
		t.Fatal(err)
	}
	n.ms.Commit()
	n.blocks(4)
	if q := n.sessions(); len(q) != 0 || len(n.ballotsOf(1)) != 0 || len(n.agenda(1).Streams) != 1 {
		t.Errorf("a stopped stream has %d sessions, votes %+v", len(q), n.ballotsOf(1))
	}
	if _, ok := n.newest(2); ok {
		t.Error("a certificate of the contradicted generation is kept")
	}
	n.silent()
	for _, v := range n.nodes {
		v.withhold = false
	}
	n.vote(1, 5, 0, 1, 2, 3)
	n.blocks(6)
	base := n.base(5)
	n.streams[1].StoppedAt = 0
	again := n.tip(&base, 7, 1, 0)
	n.sayTip(again, 1, 2, 3)
	n.blocks(6)
	n.certifiedTip(again)
	n.blameless()
}
