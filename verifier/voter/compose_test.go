// SPDX-License-Identifier: Apache-2.0

package voter

import (
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/verifier/extension"
)

// full is an agenda and a snapshot with more of everything than an extension takes.
func full(n int) (extension.Agenda, *snapshot) {
	a := extension.Agenda{BridgeID: bridge, Fork: 1, Member: true}
	s := &snapshot{boot: 9, shares: map[uint64][32]byte{}, streams: map[uint16]*view{}}
	for i := range n {
		st := message.Stream{Chain: message.ChainID(i + 1), Manager: message.Address{1}, Finality: message.Final, Epoch: 1}
		v := &view{cfg: stream.Config{BridgeID: bridge, Stream: st, Stride: 2}, final: 1001, hasFinal: true}
		for w := range uint64(3) {
			v.insert(message.Checkpoint{BridgeID: bridge, Stream: st, End: 99 + 2*w, LeafCount: w + 1, MessageCount: w + 1})
		}
		s.streams[uint16(i)] = v
		a.Streams = append(a.Streams, extension.StreamAgenda{Index: uint16(i), Stream: st, Stride: 2, Target: 101})
		a.Sessions = append(a.Sessions, extension.SessionAgenda{Number: uint64(i)})
		s.shares[uint64(i)] = [32]byte{byte(i)}
	}
	for seq := range uint32(poolTarget) {
		s.commitments = append(s.commitments, extension.Commitment{Seq: seq})
	}
	return a, s
}

func TestQuotasAndTurns(t *testing.T) {
	const n = 40
	a, s := full(n)
	votes, shares, beats := map[uint16]bool{}, map[uint64]bool{}, map[uint16]bool{}
	for h := uint64(0); h < 100; h++ {
		a.Height = 20*h + 19 // heartbeats each time
		e := compose(&a, s, false, true)
		if len(e.Votes) != extension.MaxVotes || len(e.Shares) != extension.MaxShares ||
			len(e.Commitments) != extension.MaxCommitments || len(e.Heartbeats) != extension.MaxHeartbeats {
			t.Fatalf("%d votes, %d shares, %d commitments, %d heartbeats", len(e.Votes), len(e.Shares), len(e.Commitments), len(e.Heartbeats))
		}
		if _, err := extension.Encode(e); err != nil {
			t.Fatal(err)
		}
		for _, b := range e.Heartbeats {
			beats[b.Stream] = true
		}
	}
	for h := range uint64(n) {
		a.Height = h
		e := compose(&a, s, false, true)
		for _, v := range e.Votes {
			votes[v.Stream] = true
			if v.End != 101 {
				t.Fatalf("vote for %d before every stream had its target", v.End)
			}
		}
		for _, z := range e.Shares {
			shares[z.Session] = true
		}
	}
	if len(votes) != n || len(shares) != n || len(beats) != n {
		t.Errorf("in turn: %d votes, %d shares, %d heartbeats of %d", len(votes), len(shares), len(beats), n)
	}
}

// While the chain is halted shares of statements other than checkpoints are said, and no others.
func TestHaltedChainGetsSharesOfStatements(t *testing.T) {
	a, s := full(4)
	a.Sessions[1].Statement, a.Sessions[3].Statement = message.HaltOrder{}, message.Ready{}
	if e := compose(&a, s, false, true); len(e.Shares) != 4 {
		t.Fatalf("%d shares", len(e.Shares))
	}
	a.Halted = "halted"
	if e := compose(&a, s, false, true); len(e.Shares) != 2 || e.Shares[0].Session != 1 || e.Shares[1].Session != 3 || len(e.Votes) != 0 {
		t.Fatalf("shares %+v, %d votes", e.Shares, len(e.Votes))
	}
}

func TestCommitmentsRepeatUntilTheMarkMoves(t *testing.T) {
	a, s := full(0)
	for name, c := range map[string]struct {
		boot uint64
		next uint32
		pool int
		want []uint32
	}{
		"new boot":        {0, 0, 0, []uint32{0, 1, 2, 3}},
		"older boot":      {8, 5, 16, []uint32{0, 1, 2, 3}},
		"mark":            {9, 3, 3, []uint32{3, 4, 5, 6}},
		"end of the pool": {9, 13, 2, []uint32{13, 14, 15}},
		"little room":     {9, 3, 14, []uint32{3, 4}},
		"pool full":       {9, 3, 16, nil},
		"newer boot":      {10, 0, 0, nil},
	} {
		a.Boot, a.NextSeq, a.Pool = c.boot, c.next, c.pool
		var got []uint32
		if e := compose(&a, s, false, true); e != nil {
			for _, m := range e.Commitments {
				got = append(got, m.Seq)
			}
		}
		if len(got) != len(c.want) || len(got) > 0 && got[0] != c.want[0] {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestForeignStreamIsSilent(t *testing.T) {
	for name, spoil := range map[string]func(*extension.StreamAgenda){
		"none":    func(*extension.StreamAgenda) {},
		"stride":  func(s *extension.StreamAgenda) { s.Stride = 4 },
		"epoch":   func(s *extension.StreamAgenda) { s.Stream.Epoch++ },
		"manager": func(s *extension.StreamAgenda) { s.Stream.Manager[3]++ },
		"index":   func(s *extension.StreamAgenda) { s.Index = 7 },
	} {
		a, s := full(1)
		a.Sessions = nil
		spoil(&a.Streams[0])
		e := compose(&a, s, false, true)
		if got := len(e.Votes); (got != 0) != (name == "none") {
			t.Errorf("%s: %d votes", name, got)
		}
	}
}

func TestWindowsAreBounded(t *testing.T) {
	v := &view{}
	for i := range uint64(MaxWindows + 1) {
		v.insert(message.Checkpoint{End: 10 + i})
	}
	if len(v.windows) > MaxWindows || v.windows[len(v.windows)-1].End != 10+MaxWindows {
		t.Fatalf("%d windows, newest %d", len(v.windows), v.windows[len(v.windows)-1].End)
	}
	before := *v
	v.insert(message.Checkpoint{End: 3})
	v.insert(message.Checkpoint{End: 3})
	if v.windows[0].End != 3 || v.windows[1].End == 3 || before.windows[0].End == 3 {
		t.Error("an older window is not put in order, or an older view changed")
	}
}
