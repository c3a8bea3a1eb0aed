// SPDX-License-Identifier: Apache-2.0

package extension

import (
	"fmt"

	"github.com/aitbc/bridge/chains/message"
)

// Version is the only codec version so far, the first byte of a non-empty extension.
const Version = 1

// The quota of each kind and the bounds that follow from them (docs/spec/node.md).
const (
	MaxShares      = 16
	MaxVotes       = 6
	MaxCommitments = 4
	MaxHeartbeats  = 32

	// MaxBytes is the cap of VerifyVoteExtension; a full extension has FullBytes.
	MaxBytes  = 2048
	FullBytes = headerBytes + MaxShares*shareBytes + MaxVotes*voteBytes + MaxCommitments*commitmentBytes + MaxHeartbeats*heartbeatBytes

	headerBytes     = 20
	shareBytes      = 40
	voteBytes       = 119
	commitmentBytes = 70
	heartbeatBytes  = 10
)

// HeartbeatBlocks is how often a member names its newest final window: at heights
// divisible by it.
const HeartbeatBlocks = 20

// ErrExtension: bytes or an Extension that no correct member produces.
var ErrExtension = message.NewError(message.Reject, "bad vote extension")

// Extension is what one member says with its precommit of one height.
//
// Each list is strictly ascending by its key and within its quota; Sort orders them.
type Extension struct {
	Fork        uint32       // fork number of the state the member follows
	Boot        uint64       // boot id of the member's signer; 0 while it has none
	Shares      []Share      // by Session
	Votes       []Vote       // by (Stream, End)
	Commitments []Commitment // by Seq, all of Boot
	Heartbeats  []Heartbeat  // by Stream
}

// Share is a member's signature share for one session.
type Share struct {
	Session uint64   // session number
	Z       [32]byte // scalar, big-endian
}

// Vote says: this is the checkpoint of (stream, end), and End is final. The stream's
// other fields and the bridge id come from the state.
type Vote struct {
	Stream       uint16 // stream index given by the state
	End          uint64
	BlockHash    message.Hash
	MessageCount uint64 // below 2^48
	LeafCount    uint64 // below 2^48
	PeaksHash    message.Hash
	Root         message.Hash
	Endpoints    uint8 // endpoints that agreed; stored beside the vote, never tallied
}

// Checkpoint completes the vote with what the state knows of its stream.
func (v *Vote) Checkpoint(bridgeID message.Hash, stream message.Stream) message.Checkpoint {
	return message.Checkpoint{
		BridgeID: bridgeID, Stream: stream, End: v.End, BlockHash: v.BlockHash,
		MessageCount: v.MessageCount, LeafCount: v.LeafCount, PeaksHash: v.PeaksHash, Root: v.Root,
	}
}

// VoteFor is the vote for checkpoint c of the stream with the given index.
func VoteFor(index uint16, c *message.Checkpoint, endpoints uint8) Vote {
	return Vote{
		Stream: index, End: c.End, BlockHash: c.BlockHash, MessageCount: c.MessageCount,
		LeafCount: c.LeafCount, PeaksHash: c.PeaksHash, Root: c.Root, Endpoints: endpoints,
	}
}

// Commitment is a fresh public nonce pair of the member's signer, compressed points.
type Commitment struct {
	Seq  uint32 // 0-based in the boot, no gaps
	D, E [33]byte
}

// Heartbeat names the newest final window end of a stream, empty or not. It counts for
// coverage only, never for targets.
type Heartbeat struct {
	Stream uint16
	End    uint64
}

// Empty reports whether e carries no item at all.
func (e *Extension) Empty() bool {
	return e == nil || len(e.Shares)+len(e.Votes)+len(e.Commitments)+len(e.Heartbeats) == 0
}

// check refuses what must not be encoded: quotas, order, ranges.
func (e *Extension) check() error {
	for _, k := range [...]struct {
		name      string
		have, max int
	}{
		{"shares", len(e.Shares), MaxShares},
		{"votes", len(e.Votes), MaxVotes},
		{"commitments", len(e.Commitments), MaxCommitments},
		{"heartbeats", len(e.Heartbeats), MaxHeartbeats},
	} {
		if k.have > k.max {
			return fmt.Errorf("%d %s, at most %d: %w", k.have, k.name, k.max, ErrExtension)
		}
	}
	for i := 1; i < len(e.Shares); i++ {
		if e.Shares[i-1].Session >= e.Shares[i].Session {
			return fmt.Errorf("shares not ascending at %d: %w", i, ErrExtension)
		}
	}
	for i := range e.Votes {
		if i > 0 && !voteLess(&e.Votes[i-1], &e.Votes[i]) {
			return fmt.Errorf("votes not ascending at %d: %w", i, ErrExtension)
		}
		if e.Votes[i].MessageCount >= message.CountLimit || e.Votes[i].LeafCount >= message.CountLimit {
			return fmt.Errorf("vote %d: count of 2^48 or more: %w", i, ErrExtension)
		}
	}
	for i := 1; i < len(e.Commitments); i++ {
		if e.Commitments[i-1].Seq >= e.Commitments[i].Seq {
			return fmt.Errorf("commitments not ascending at %d: %w", i, ErrExtension)
		}
	}
	for i := 1; i < len(e.Heartbeats); i++ {
		if e.Heartbeats[i-1].Stream >= e.Heartbeats[i].Stream {
			return fmt.Errorf("heartbeats not ascending at %d: %w", i, ErrExtension)
		}
	}
	return nil
}

func voteLess(a, b *Vote) bool {
	return a.Stream < b.Stream || a.Stream == b.Stream && a.End < b.End
}
