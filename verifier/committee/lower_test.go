// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"context"
	"errors"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/lanes"
	"github.com/aitbc/bridge/verifier/upgrade"
)

// lower stands for lanes and certify: stream 2 is below final and has certificates at blocks 9 and 13.
type lower struct {
	lanes.Keeper
	added   []lanesv1.Stream
	enough  int
	end     uint64
	newest  uint64
	members [][]byte
	closed  []uint32
	dropped []uint32
	resumed []uint32
}

func (l *lower) AddStream(_ context.Context, s lanesv1.Stream) (uint32, error) {
	l.added = append(l.added, s)
	return 1, nil
}

func (l *lower) Contradict(_ context.Context, _, _ uint32, r lanesv1.Report, newest uint64, _ [][]byte, enough int) (bool, error) {
	l.members, l.end, l.newest, l.enough = append(l.members, r.Member), r.End, newest, enough
	return len(l.members) >= enough, nil
}

func (l *lower) ResumeLower(_ context.Context, index uint32) error {
	l.resumed = append(l.resumed, index)
	return nil
}

// certificates is the certify side of a lower.
type certificates struct {
	certify.Keeper
	*lower
}

func (c certificates) CloseStream(_ context.Context, index uint32) error {
	c.closed = append(c.closed, index)
	return nil
}

func (c certificates) DropCertificates(_ context.Context, index uint32) error {
	c.dropped = append(c.dropped, index)
	return nil
}

func (c certificates) Certified(_ context.Context, stream uint32, end uint64) (uint64, bool, error) {
	return 13, stream == 2 && end == 9, nil
}

func (c certificates) Base(ctx context.Context, stream uint32, end uint64) (*lanesv1.Base, error) {
	return c.Keeper.Base(ctx, stream, end)
}

func TestStreamsBelowFinalNeedTheParameter(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	l := new(lower)
	x := NewProposals(c.k, l, certificates{lower: l}, upgrade.Keeper{})
	add := func(f message.Finality) error {
		return c.tries(func(ctx sdk.Context) error {
			return x.execute(ctx, &committeev1.Proposal{Payload: committeev1.Payload{Kind: &committeev1.Payload_Lane{Lane: &committeev1.LaneChange{Stream: lanesv1.Stream{Finality: uint32(f)}}}}})
		})
	}
	for f, want := range map[message.Finality]error{message.Fast: ErrLowerFinality, message.Safe: ErrLowerFinality, message.Final: nil} {
		if err := add(f); !errors.Is(err, want) {
			t.Errorf("%s, not allowed: %v", f, err)
		}
	}
	p := DefaultParams()
	if p.LowerFinality {
		t.Error("streams below final are allowed unless somebody forbids them")
	}
	p.LowerFinality = true
	if err := c.tries(func(ctx sdk.Context) error { return c.k.SetParams(ctx, p) }); err != nil {
		t.Fatal(err)
	}
	for _, f := range []message.Finality{message.Fast, message.Safe} {
		if err := add(f); err != nil {
			t.Errorf("%s, allowed: %v", f, err)
		}
	}
	if len(l.added) != 3 {
		t.Errorf("%d streams", len(l.added))
	}
}

func TestContradictionsOfMembersStopAStream(t *testing.T) {
	c := birth(t, 4)
	c.untilEpoch(1)
	l := new(lower)
	x := NewProposals(c.k, l, certificates{lower: l}, upgrade.Keeper{})
	report := func(op []byte, stream uint32, end uint64) error {
		return c.tries(func(ctx sdk.Context) error {
			return x.Contradict(ctx, &committeev1.MsgContradict{Sender: op, Stream: stream, Generation: 1, End: end})
		})
	}
	if err := report(make([]byte, 20), 2, 9); !errors.Is(err, ErrUnknownMember) {
		t.Errorf("a stranger: %v", err)
	}
	if err := report(c.nodes[0].op[:], 2, 11); !errors.Is(err, ErrNotCertified) {
		t.Errorf("nothing is certified there: %v", err)
	}
	if len(l.members) != 0 {
		t.Errorf("refused reports count: %x", l.members)
	}
	for i, stopped := range []bool{false, true} {
		if err := report(c.nodes[i].op[:], 2, 9); err != nil {
			t.Fatal(err)
		}
		if l.end != 9 || l.newest != 13 || l.enough != 2 || (len(l.closed) == 1 && len(l.dropped) == 1) != stopped {
			t.Errorf("%d reports of %d, at %d of %d: closed %v, dropped %v", i+1, l.enough, l.end, l.newest, l.closed, l.dropped)
		}
	}
	if err := c.tries(func(ctx sdk.Context) error {
		return x.execute(ctx, &committeev1.Proposal{Payload: committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{Lower: 2}}}})
	}); err != nil || len(l.resumed) != 1 || l.resumed[0] != 2 {
		t.Errorf("resumed %v: %v", l.resumed, err)
	}
	for name, r := range map[string]*committeev1.Resume{
		"two at once":    {Lower: 2, Chain: true},
		"no such index":  {Lower: 65536},
		"and a source":   {Lower: 2, Source: &committeev1.SourceResume{Stream: 1}},
		"nothing at all": {},
	} {
		if err := checkResume(r); err == nil {
			t.Errorf("resume of %s: accepted", name)
		}
	}
	if err := checkResume(&committeev1.Resume{Lower: 65535}); err != nil {
		t.Error(err)
	}
}
