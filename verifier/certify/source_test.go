// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"errors"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// reopen does what a passed proposal does to stream index: it closes and the next one starts on the certificate at
// baseEnd, 0 for none.
func (n *testNet) reopen(index uint32, baseEnd uint64) error {
	ctx := sdk.NewContext(n.ms, cmtproto.Header{Height: n.h}, false, log.NewNopLogger())
	next := n.streams[index-1]
	next.Index, next.Epoch, next.Follows, next.Base = uint32(len(n.streams)+1), next.Epoch+1, index, nil
	if baseEnd != 0 {
		var err error
		if next.Base, err = n.k.Base(ctx, index, baseEnd); err != nil {
			return err
		}
	}
	n.streams[index-1].ClosedAt = uint64(n.h)
	n.streams = append(n.streams, next)
	err := n.k.CloseStream(ctx, index)
	n.ms.Commit()
	return err
}

func (n *testNet) mustReopen(index uint32, baseEnd uint64) {
	n.t.Helper()
	if err := n.reopen(index, baseEnd); err != nil {
		n.t.Fatal(err)
	}
}

// votes makes members vote for c, as it is, from their next extension on.
func (n *testNet) votes(stream uint16, c message.Checkpoint, members ...int) {
	for _, m := range members {
		n.nodes[m-1].votes = append(n.nodes[m-1].votes, extension.VoteFor(stream, &c, 1))
	}
}

// carried is the checkpoint of an earlier epoch as the stream with that index has it.
func (n *testNet) carried(stream uint16, c message.Checkpoint) message.Checkpoint {
	c.Stream.Epoch = n.streams[stream-1].Epoch
	return c
}

func (n *testNet) blameless() {
	n.t.Helper()
	r, err := NewQueryServer(n.k).Members(n.ctx(), nil)
	if err != nil {
		n.t.Fatal(err)
	}
	for _, m := range r.Members {
		if m.Bench != nil || m.Suspension != nil || len(m.Evidence) != 0 || m.MissingShares.Count+m.InvalidShares.Count+m.Equivocations.Count+m.WrongVotes.Count+m.Garbled.Count != 0 {
			n.t.Errorf("member %d is blamed: %+v", m.Index, m)
		}
	}
}

// twice is a chain of four that certified blocks 9 and 13 of stream 1.
func twice(t *testing.T) *testNet {
	n := newNet(t, 4)
	n.blocks(4)
	for _, end := range []uint64{9, 13} {
		n.vote(1, end, 0, 1, 2, 3, 4)
		n.blocks(6)
		n.certified(1, end, 0)
	}
	return n
}

// The first vote of the next epoch may be for the base's window, so that a certificate of it is there at once, though
// nothing new was sent; the hash of the window's block may have changed.
func TestNextEpochStartsWithItsBase(t *testing.T) {
	n := twice(t)
	n.mustReopen(1, 9)
	a := n.agenda(1)
	if len(a.Streams) != 1 || a.Streams[0].Index != 2 || !a.Streams[0].HasBase || a.Streams[0].HasCertified {
		t.Fatalf("streams of the agenda %+v", a.Streams)
	}
	first := n.carried(2, n.checkpoint(1, 9, 0))
	if a.Streams[0].Base != first {
		t.Errorf("base %+v, want %+v", a.Streams[0].Base, first)
	}
	first.BlockHash[0] ^= 1
	n.votes(2, first, 1, 2, 3)
	n.blocks(6)
	c, ok := n.newest(2)
	if !ok || c.checkpoint(bridgeID) != first || c.Digest != first.Digest() {
		t.Fatalf("newest certificate of the next epoch %+v", c)
	}
	if old := n.certified(1, 13, 0); old.Digest == c.Digest {
		t.Error("both epochs have one statement")
	}
	n.vote(2, 15, 1, 1, 2, 3)
	n.blocks(6)
	n.certified(2, 15, 1)
	n.blameless()
}

// Each vote that does not stand on the base is refused, from however many members.
func TestVotesBesideTheBaseAreRefused(t *testing.T) {
	for _, c := range []struct {
		name   string
		end    uint64
		taken  bool
		change func(c, base *message.Checkpoint)
	}{
		{"the base itself", 9, true, func(_, _ *message.Checkpoint) {}},
		{"another root", 9, false, func(c, _ *message.Checkpoint) { c.Root[0] ^= 1 }},
		{"other peaks", 9, false, func(c, _ *message.Checkpoint) { c.PeaksHash[0] ^= 1 }},
		{"more messages", 9, false, func(c, _ *message.Checkpoint) { c.MessageCount++ }},
		{"more leaves", 9, false, func(c, _ *message.Checkpoint) { c.LeafCount++ }},
		{"below it", 7, false, func(_, _ *message.Checkpoint) {}},
		{"above it", 11, true, func(_, _ *message.Checkpoint) {}},
		{"above it, no more leaves", 11, false, func(c, _ *message.Checkpoint) { c.LeafCount, c.MessageCount = 10, 9 }},
		{"above it, fewer messages", 11, false, func(c, _ *message.Checkpoint) { c.MessageCount = 8 }},
		{"above it, its root", 11, false, func(c, base *message.Checkpoint) { c.Root = base.Root }},
		{"below it, its tree", 7, false, func(c, base *message.Checkpoint) {
			c.MessageCount, c.LeafCount, c.PeaksHash, c.Root = base.MessageCount, base.LeafCount, base.PeaksHash, base.Root
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			n := twice(t)
			base := n.checkpoint(1, 9, 0)
			n.mustReopen(1, 9)
			v := n.carried(2, n.checkpoint(1, c.end, 0))
			c.change(&v, &base)
			n.votes(2, v, 1, 2, 3, 4)
			n.blocks(6)
			if got, ok := n.newest(2); ok != c.taken || ok && got.checkpoint(bridgeID) != v {
				t.Errorf("certified %t %+v, want %t", ok, got.Ballot.Vote, c.taken)
			}
			n.blameless()
		})
	}
}

// After a first certificate above the base nothing at or below it counts, the base's own window neither.
func TestBaseWindowIsTakenFirstOrNever(t *testing.T) {
	n := twice(t)
	base := n.carried(1, n.checkpoint(1, 9, 0))
	n.mustReopen(1, 9)
	n.vote(2, 11, 1, 1, 2, 3)
	n.blocks(6)
	n.certified(2, 11, 1)
	n.votes(2, n.carried(2, base), 1, 2, 3, 4)
	n.blocks(6)
	n.certified(2, 11, 1)
}

// An epoch without a base starts on nothing: every first window is taken.
func TestEpochWithoutBase(t *testing.T) {
	n := twice(t)
	n.mustReopen(1, 0)
	if a := n.agenda(1).Streams[0]; a.HasBase {
		t.Errorf("agenda has a base: %+v", a)
	}
	n.vote(2, 3, 1, 1, 2, 3)
	n.blocks(6)
	n.certified(2, 3, 1)
}

// A stream that closes takes its votes, target and sessions with it. Members that owed it a share, or whose
// share comes late, owe nothing.
func TestClosingAStreamBlamesNobody(t *testing.T) {
	for delay := range 4 {
		n := twice(t)
		n.vote(1, 17, 0, 1, 2, 3)
		n.vote(1, 19, 3, 4) // and one of another opinion
		n.nodes[0].withhold, n.nodes[1].withhold = delay > 1, delay > 1
		n.blocks(2 + min(delay, 1))
		if len(n.sessions()) == 0 {
			t.Fatal("no session: the test proves nothing")
		}
		n.mustReopen(1, 13)
		if a := n.agenda(3); len(a.Sessions) != 0 || len(a.Streams) != 1 {
			t.Errorf("agenda of a closed stream: %+v", a)
		}
		n.nodes[0].withhold, n.nodes[1].withhold = false, false
		n.block()
		if q := n.sessions(); len(q) != 0 {
			t.Errorf("%d sessions of a closed stream after a block", len(q))
		}
		n.blocks(25)
		n.certified(1, 13, 0)
		r, err := NewQueryServer(n.k).StreamStatus(n.ctx(), &certifyv1.QueryStreamStatusRequest{Stream: 1})
		if err != nil || r.ClosedAt == 0 || r.Target != 0 || len(r.Tallies) != 0 || len(r.OpenSessions) != 0 || len(r.Heartbeats) != 0 || r.Certified == nil {
			t.Errorf("status of a closed stream %+v, %v", r, err)
		}
		n.blameless()
	}
}

// Members that go on voting for the closed stream, in two ways even, are not heard: neither counted nor suspended.
func TestClosedStreamHearsNobody(t *testing.T) {
	n := twice(t)
	n.vote(1, 17, 0, 1)
	n.blocks(2)
	n.nodes[0].votes = nil
	n.mustReopen(1, 13)
	n.vote(1, 17, 5, 1, 2, 3, 4)
	n.vote(1, 21, 5, 1, 2, 3, 4)
	for _, v := range n.nodes {
		v.change = func(e *extension.Extension) {
			e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: 21}}
		}
	}
	n.blocks(8)
	n.certified(1, 13, 0)
	for _, v := range n.nodes {
		if n.get(keyStreamMember(prefixBallots, 1, v.addr), &ballots{}) || n.get(keyStreamMember(prefixHeartbeat, 1, v.addr), &heartbeat{}) {
			t.Errorf("member %d was heard for a closed stream", v.index)
		}
	}
	n.blameless()
}

// A session whose last share comes in the block after the closing makes no certificate.
func TestLateSharesCertifyNothing(t *testing.T) {
	n := twice(t)
	n.vote(1, 17, 0, 1, 2, 3, 4)
	n.blocks(3)
	open := n.sessions()
	if len(open) != 1 {
		t.Fatalf("%d sessions", len(open))
	}
	full := 0
	for _, m := range n.said {
		full += len(m.Extension.Shares)
	}
	if full < 3 {
		t.Fatalf("%d shares are under way: the test proves nothing", full)
	}
	n.mustReopen(1, 13)
	n.block()
	n.certified(1, 13, 0)
	if _, ok := n.newest(2); ok {
		t.Error("the next epoch has a certificate that nobody voted for")
	}
}

func TestBaseIsACertificateOfTheSource(t *testing.T) {
	n := twice(t)
	n.addStream(2)
	n.vote(2, 11, 0, 1, 2, 3, 4)
	n.blocks(6)
	n.certified(2, 11, 0)
	base := func(stream uint32, end uint64) error {
		b, err := n.k.Base(n.ctx(), stream, end)
		if err == nil && b.End != end {
			t.Errorf("base of stream %d at %d: %+v", stream, end, b)
		}
		return err
	}
	for _, c := range []struct {
		name   string
		stream uint32
		end    uint64
		want   error
	}{
		{"the newest", 1, 13, nil},
		{"an older one", 1, 9, nil},
		{"a window that was never certified", 1, 11, ErrNoBase},
		{"of another stream", 2, 13, ErrNoBase},
		{"a stream that is not there", 9, 13, message.ErrUnknownLane},
		{"a number above all streams", 1 << 16, 13, ErrNoBase},
	} {
		if err := base(c.stream, c.end); !errors.Is(err, c.want) {
			t.Errorf("%s: have %v, want %v", c.name, err, c.want)
		}
	}
	// The epoch after it goes back to what it started from, and to nothing that its chain has left.
	n.mustReopen(1, 9)
	for end, want := range map[uint64]error{9: nil, 13: ErrNoBase, 7: ErrNoBase} {
		if err := base(3, end); !errors.Is(err, want) {
			t.Errorf("second epoch, block %d: have %v, want %v", end, err, want)
		}
	}
	n.mustReopen(3, 0)
	if err := base(4, 9); !errors.Is(err, ErrNoBase) {
		t.Errorf("an epoch that started on nothing: %v", err)
	}
}

// Certificates of closed streams outlive an export, and so do bases.
func TestClosedStreamsAreExported(t *testing.T) {
	n := twice(t)
	n.mustReopen(1, 9)
	g, err := n.k.ExportGenesis(n.ctx())
	if err != nil {
		t.Fatal(err)
	}
	other := newNet(t, 4)
	other.streams = append([]lanesv1.Stream(nil), n.streams...)
	ctx := sdk.NewContext(other.ms, cmtproto.Header{}, false, log.NewNopLogger())
	if err := other.k.InitGenesis(ctx, g); err != nil {
		t.Fatal(err)
	}
	other.ms.Commit()
	other.certified(1, 13, 0)
	if _, err := other.k.Base(other.ctx(), 2, 9); err != nil {
		t.Error(err)
	}
	other.blocks(4)
	v := other.carried(2, other.checkpoint(1, 9, 0))
	v.Root[0] ^= 1
	other.votes(2, v, 1, 2, 3, 4)
	other.blocks(6)
	if c, ok := other.newest(2); ok {
		t.Errorf("certified %+v", c.Ballot.Vote)
	}
}
