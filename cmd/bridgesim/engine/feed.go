// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/bridgesim/audit"
	"github.com/aitbc/bridge/relayer/deliver"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// feed is a final stream of the state: a chain under one source epoch.
type feed struct {
	index  uint16
	chain  *chain
	config stream.Config
	certs  []deliver.Certificate

	follows  *feed  // of the epoch before; nil: none
	base     uint64 // end of the checkpoint that it began with; 0: none
	broken   bool   // a final block changed under it
	replaced uint64
	closed   bool
	resume   *committeev1.SourceResume // what the committee wants; nil: nothing yet
}

func (s *sim) addFeed(c *chain, index uint16, epoch uint32) *feed {
	f := &feed{index: index, chain: c, config: c.blocks.Config(c.profile.stride)}
	f.config.Stream.Epoch = epoch
	s.feeds = append(s.feeds, f)
	c.feed = f
	return f
}

// feedOf is the stream with an index, nil when the run knows none.
func (s *sim) feedOf(index uint16) *feed {
	if index < 1 || int(index) > len(s.feeds) {
		return nil
	}
	return s.feeds[index-1]
}

// genesisFeeds are the streams that every state begins with.
func (s *sim) genesisFeeds() []*feed { return s.feeds[:len(s.chains)] }

func (f *feed) audited() audit.Stream {
	st := f.config.Stream
	return audit.Stream{Index: f.index, Chain: uint64(st.Chain), Manager: st.Manager, Epoch: st.Epoch, Stride: f.config.Stride}
}

// The committee decides when no endpoint stands on the old branch any more.
const (
	decideSoonest = 25 * time.Second
	decideLatest  = 45 * time.Second
)

// decide plans what the operators agree on after a final block changed: to go on from the newest certificate below it.
func (s *sim) decide(f *feed) {
	s.after(roll(s.cfg.Seed, fmt.Sprintf("resume %d", f.index)).span(decideSoonest, decideLatest), "decide", f.chain.index, func() {
		f.resume = &committeev1.SourceResume{Stream: uint32(f.index), BaseEnd: f.newestBelow(f.replaced)}
		s.trace.line("resume", "stream=%d base=%d", f.index, f.resume.BaseEnd)
	})
}

// newestBelow is the end of the newest certificate below a block, of this epoch or, where that says nothing, of those that it goes
// back to; 0: there is none.
func (f *feed) newestBelow(block uint64) uint64 {
	for ; f != nil; f = f.follows {
		for _, c := range slices.Backward(f.certs) {
			if end := c.Checkpoint.End; end < block {
				return end
			}
		}
		block = min(block, f.base+1)
	}
	return 0
}

// tellStreams takes what a node's state says of streams that a block closed and opened.
func (s *sim) tellStreams(n *node, height int64) {
	r, err := lanesv1.NewQueryClient(chainOf{n, n.proc}).Streams(context.Background(), &lanesv1.QueryStreamsRequest{})
	if err != nil {
		s.fail("query", "streams of %s: %v", n.name, err)
		return
	}
	for i := range r.Streams {
		p := &r.Streams[i]
		if s.feedOf(uint16(p.Index)) != nil {
			continue
		}
		old := s.feedOf(uint16(p.Follows))
		if old == nil || int(p.Index) != len(s.feeds)+1 {
			s.fail("setup", "stream %d follows %d", p.Index, p.Follows)
			return
		}
		old.closed = true
		f := s.addFeed(old.chain, uint16(p.Index), p.Epoch)
		f.follows = old
		told := audit.Reopening{Closed: old.index, Stream: f.audited(), Height: uint64(height)}
		if b := p.Base; b != nil {
			f.base = b.End
			told.Base = &audit.Checkpoint{
				End: b.End, BlockHash: message.Hash(b.BlockHash), MessageCount: b.MessageCount, LeafCount: b.LeafCount,
				PeaksHash: message.Hash(b.PeaksHash), Root: message.Hash(b.Root),
			}
		}
		s.fire("resumed")
		s.trace.line("reopened", "stream=%d after=%d epoch=%d height=%d", p.Index, p.Follows, p.Epoch, height)
		s.judge(s.audit.Reopened(told))
		for _, r := range s.relayers {
			r.reopen(old.chain)
		}
	}
}
