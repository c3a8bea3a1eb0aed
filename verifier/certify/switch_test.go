// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// tracked commits blocks and keeps the height and epoch of every certificate of stream 1, by end.
type tracked struct {
	*testNet
	certs map[uint64][]certificate
}

func (n *tracked) run(blocks int) {
	n.t.Helper()
	for range blocks {
		n.block()
		if n.count(EventCertificate) > 0 {
			c, _ := n.newest(1)
			n.certified(1, c.Ballot.End, 0)
			n.certs[c.Ballot.End] = append(n.certs[c.Ballot.End], c)
		}
	}
}

// A key epoch that changes at any block of a checkpoint's way: it is certified once, under the
// epoch that is active when the shares are in, and the votes are not asked for again.
func TestSwitchOnTheWayOfACheckpoint(t *testing.T) {
	for _, tc := range []struct {
		name  string
		fresh bool // another key
		to    []int
		fault func(*node)
	}{
		{"reshared to three", false, []int{2, 3, 4}, nil},
		{"reshared to five, one withholds", false, []int{1, 2, 3, 4, 5}, func(v *node) { v.withhold = true }},
		{"another key, one bad share", true, []int{1, 2, 3, 4}, func(v *node) { v.corrupt = true }},
	} {
		for _, inside := range []bool{false, true} {
			for offset := range 8 {
				name := fmt.Sprintf("%s/%d after the vote", tc.name, offset)
				if inside {
					name += ", by the block itself"
				}
				t.Run(name, func(t *testing.T) {
					t.Parallel()
					n := &tracked{newNet(t, 4), map[uint64][]certificate{}}
					n.join()
					n.blocks(4)
					n.deal(tc.fresh, tc.to...)
					n.blocks(4) // the new members' commitments
					if tc.fault != nil {
						tc.fault(n.nodes[1])
					}
					n.switchy = inside
					if inside { // asked three blocks before
						n.run(max(0, 3-offset))
					}
					var switched uint64 // the first height at which the new epoch signs
					for b := range 8 {
						if b == 0 {
							n.vote(1, 9, 0, 1, 2, 3, 4, 5)
						}
						if inside && b == max(0, offset-3) {
							n.ask(1, kindReady, 2, tc.to...)
						}
						if !inside && b == offset {
							n.activate()
							switched = uint64(n.h) + 1
						}
						n.run(1)
					}
					n.run(12)
					if n.ep.Number != 2 {
						t.Fatal("the epoch did not change")
					}
					if len(n.certs[9]) != 1 {
						t.Fatalf("certified %d times", len(n.certs[9]))
					}
					if inside {
						switched = n.signedAt(1) + 1
					}
					if c := n.certs[9][0]; (c.Epoch == 1) != (c.Height < switched) {
						t.Fatalf("certified at %d under epoch %d, which changed at %d", c.Height, c.Epoch, switched)
					}
					if n.count(EventEquivocation) != 0 || len(n.sessions()) != 0 {
						t.Fatalf("%d sessions are left", len(n.sessions()))
					}
					for m, v := range n.nodes {
						if b := n.benchOf(m + 1); b.Level != 0 && !v.withhold && !v.corrupt {
							t.Fatalf("member %d is benched: %+v", m+1, b)
						}
					}
					n.vote(1, 13, 0, tc.to...)
					n.run(8)
					if c := n.certs[13]; len(c) != 1 || c[0].Epoch != 2 {
						t.Fatalf("the next one: %+v", c)
					}
				})
			}
		}
	}
}

// Where a checkpoint and the ready statement complete in one block, both are taken, each under its
// own epoch, in whichever order they come.
func TestCheckpointCompletesInTheBlockOfTheSwitch(t *testing.T) {
	for _, first := range []string{"statement", "checkpoint"} {
		t.Run(first+" first", func(t *testing.T) {
			n := newNet(t, 4)
			n.blocks(5)
			n.deal(true, 1, 2, 3, 4)
			n.switchy = true
			n.vote(1, 9, 0, 1, 2, 3, 4)
			n.block() // the votes are said; in the next block both open
			for first == "statement" && (n.h+1)/FirstPickBlocks%2 == 0 || first == "checkpoint" && (n.h+1)/FirstPickBlocks%2 == 1 {
				for _, v := range n.nodes {
					v.votes = nil
				}
				n.said = nil
				n.block()
				n.vote(1, 9, 0, 1, 2, 3, 4)
				n.said = nil
				n.block()
			}
			n.ask(1, kindReady, 2, 1, 2, 3, 4)
			n.block()
			open := n.sessions()
			if len(open) != 2 || (open[0].Statement != 0) != (first == "statement") {
				t.Fatalf("sessions %+v", open)
			}
			n.blocks(2)
			if c := n.certified(1, 9, 0); c.Epoch != 1 || c.Height != uint64(n.h) || n.signedAt(1) != uint64(n.h) || n.ep.Number != 2 {
				t.Fatalf("certificate %+v, statement signed at %d, height %d", c, n.signedAt(1), n.h)
			}
		})
	}
}

// An extension that is full of shares for sessions which the switch has ended lacks none.
func TestFullOfSharesForTheEpochBefore(t *testing.T) {
	n := newNet(t, 4)
	n.deal(false, 1, 2, 3, 4)
	st := n.live()
	a := n.nodes[0].addr
	e := &extension.Extension{Fork: 1, Boot: 1}
	for i := range extension.MaxShares {
		q := &session{Number: uint64(i + 1), Epoch: 1, Opened: 1, Signers: []signer{{Index: 1, Addr: a, Boot: 1}, {Index: 2, Addr: n.nodes[1].addr, Boot: 1}}}
		st.set(keySession(q.Number), q)
		e.Shares = append(e.Shares, extension.Share{Session: q.Number})
	}
	n.ask(1, kindReady, 2, 1, 2, 3, 4)
	q := &session{
		Number: 99, Epoch: 2, Opened: 1, Statement: 1, Kind: kindReady, Digest: [32]byte(n.pending[0].Digest),
		Signers: []signer{{Index: 1, Addr: a, Boot: 1}, {Index: 2, Addr: n.nodes[1].addr, Boot: 1}},
	}
	st.set(keySession(99), q)
	st.setNumber(prefixEpoch, 1)
	st.setNumber(prefixNext, 99)
	n.activate()
	n.h = 5
	n.process([]MemberVote{n.entry(1, e), n.entry(2, &extension.Extension{Fork: 1, Boot: 1})})
	if open := n.sessions(); len(open) != 1 || open[0].Number != 99 {
		t.Fatalf("sessions %+v", open)
	}
	if n.benchOf(1).Level != 0 || n.benchOf(2).Level != 1 {
		t.Fatalf("benches %+v, %+v: the full extension is no proof, the empty one is", n.benchOf(1), n.benchOf(2))
	}
}

// What is kept of who left: the mark, for ever, conduct and evidence. Its votes count no more,
// and it may come again with the commitments that follow its mark.
func TestWhoLeftIsForgotten(t *testing.T) {
	n := newNet(t, 5)
	n.blocks(4)
	n.nodes[4].change = func(e *extension.Extension) { e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: 101}} }
	n.vote(1, 9, 0, 1, 2, 5)
	n.blocks(3)
	n.nodes[4].change = nil
	n.live().set(keyMember(prefixBench, n.nodes[4].addr), &bench{Level: 1, Until: 1000, Reason: reasonMissing})
	before := n.agenda(5)
	if before.Pool == 0 || len(before.Streams[0].Voted) != 1 {
		t.Fatalf("%+v", before)
	}
	n.deal(false, 1, 2, 3, 4)
	n.activate()
	n.blocks(2)
	for _, key := range [][]byte{
		keyMember(prefixPool, n.nodes[4].addr), keyMember(prefixBench, n.nodes[4].addr), keyStreamMember(prefixBallots, 1, n.nodes[4].addr),
		keyStreamMember(prefixHeartbeat, 1, n.nodes[4].addr),
	} {
		if n.k.state(n.ctx()).kv.Has(key) {
			t.Errorf("record %x of a member that left", key)
		}
	}
	var at mark
	if !n.get(keyMember(prefixMark, n.nodes[4].addr), &at) || at.Next < before.NextSeq || at.Boot != 1 {
		t.Fatalf("mark %+v", at)
	}
	if a := n.agenda(5); a.Member || a.Boot != 0 || a.Pool != 0 {
		t.Fatalf("agenda of who left: %+v", a)
	}
	if len(n.sessions()) != 0 || len(n.agenda(1).Streams[0].Voted) != 1 {
		t.Fatal("the vote of who left counts, or those of the others went")
	}
	n.vote(1, 9, 0, 3)
	n.blocks(5)
	n.certified(1, 9, 0)
	n.deal(false, 1, 2, 3, 4, 5)
	n.blocks(3)
	if a := n.agenda(5); a.NextSeq <= at.Next || a.Pool == 0 || a.Unused[0].Seq < at.Next {
		t.Fatalf("who comes again: %+v, mark %+v", a, at)
	}
}

// churn drives members that come and go with changes of the key epoch, lies and restarts.
func churn(t *testing.T, seed uint64) []byte {
	n := &tracked{newNet(t, 4), map[uint64][]certificate{}}
	r := rand.New(rand.NewPCG(seed, 3))
	used := map[[3]uint64]uint64{}
	boot, tip, id := uint64(1), uint64(1), uint64(0)
	plan := [][]int{{1, 2, 3, 4, 5}, {1, 2, 3, 4, 5, 6, 7}, {2, 3, 5, 7}, {2, 3, 5, 7, 1}}
	for range 3 {
		n.join()
	}
	n.nodes[0].change = func(e *extension.Extension) {
		if r.IntN(2) == 0 {
			n.lie(r, e)
		}
	}
	asked := false
	for b := range 240 {
		if b%50 == 20 && b/50 < len(plan) {
			n.deal(b/50 == 1, plan[b/50]...)
		}
		if b%50 == 26 && n.ready.Number != 0 {
			id++
			n.ask(id, kindReady, n.ready.Number, plan[b/50]...)
			asked = true
		}
		if asked && n.signedAt(id) != 0 && r.IntN(3) == 0 {
			n.activate()
			asked = false
		}
		if b%15 == 7 {
			n.ask(1000+uint64(b), kindHalt, n.ep.Number, n.all()...)
		}
		for i := range n.pending {
			if n.pending[i].KeyEpoch == n.last.Number && n.last.Number != 0 {
				n.pending[i].KeyEpoch = n.ep.Number
			}
		}
		if r.IntN(3) == 0 {
			tip += 2 * (1 + r.Uint64N(2))
		}
		for _, v := range n.nodes {
			n.honestVotes(v, tip)
			v.absent = b < 200 && v.index == 3 && r.IntN(8) == 0
			if b < 200 && r.IntN(60) == 0 {
				boot++
				v.restart(boot)
			}
		}
		n.run(1)
		for _, q := range n.sessions() {
			for _, g := range q.Signers {
				one := [3]uint64{uint64(n.at(g.Addr[:]).index), g.Boot, uint64(g.Seq)}
				if other, ok := used[one]; ok && other != q.Number {
					t.Fatalf("seed %d: commitment %v in sessions %d and %d", seed, one, other, q.Number)
				}
				used[one] = q.Number
			}
		}
		if n.agenda(1).Halted != "" {
			t.Fatalf("seed %d: halted", seed)
		}
	}
	if n.ep.Number != 5 || len(n.pending) != 0 {
		t.Fatalf("seed %d: key epoch %d, %d statements wait", seed, n.ep.Number, len(n.pending))
	}
	var epochs []uint64
	for end, list := range n.certs {
		if len(list) != 1 {
			t.Fatalf("seed %d: end %d certified %d times", seed, end, len(list))
		}
		epochs = append(epochs, list[0].Epoch)
	}
	slices.Sort(epochs)
	if epochs = slices.Compact(epochs); len(epochs) != 5 {
		t.Fatalf("seed %d: certificates of the key epochs %v", seed, epochs)
	}
	for _, v := range n.nodes[1:] {
		var c conduct
		if n.get(keyMember(prefixConduct, v.addr), &c) && c.Garbled.Count+c.Invalid.Count+c.Equivocations.Count+c.Wrong.Count != 0 {
			t.Fatalf("seed %d: honest member %d is blamed: %+v", seed, v.index, c)
		}
	}
	t.Logf("seed %d: %d certificates, %d statements", seed, len(n.certs), len(n.signed))
	return n.ms.LastCommitID().Hash
}

// Four changes of the committee, one of them of the key, while checkpoints and halt orders
// are signed and one member lies.
func TestChurn(t *testing.T) {
	churn(t, 0)
	if a, b := churn(t, 1), churn(t, 1); !slices.Equal(a, b) {
		t.Fatalf("the same blocks give %x and %x", a, b)
	}
}

// A ready epoch that does not follow the active one is a broken state.
func TestReadyEpochFollows(t *testing.T) {
	n := newNet(t, 4)
	n.deal(false, 1, 2, 3)
	for number, ok := range map[uint64]bool{0: true, 1: false, 2: true, 3: false} {
		n.ready.Number = number
		if err := n.k.ProcessVotes(n.ctx(), nil); (err == nil) != ok {
			t.Errorf("ready epoch %d beside 1: %v", number, err)
		}
	}
	n.ready = committeev1.Epoch{Number: 2, Threshold: 2, GroupKey: n.ep.GroupKey, Members: slices.Clone(n.ep.Members)}
	if err := n.k.ProcessVotes(n.ctx(), nil); err == nil {
		t.Error("two of four is no threshold")
	}
}
