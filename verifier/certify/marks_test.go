// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"slices"
	"testing"

	"github.com/aitbc/bridge/verifier/extension"
)

// A member whose signer restarted while it owed can sign again: with one member dead nothing
// is certified without it.
func TestBurntPairEndsTheDebt(t *testing.T) {
	n := newNet(t, 4)
	n.nodes[3].absent = true
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3)
	n.blocks(2)
	first := n.sessions()[0].Number
	n.nodes[0].restart(2)
	n.blocks(5)
	if c := n.certified(1, 9, 0); c.Session == first {
		t.Fatal("a burnt pair signed")
	}
	if n.benchOf(1).Level != 0 {
		t.Fatal("still benched after a valid share")
	}
}

// An older boot neither moves the mark nor announces; the highest one seen stays.
func TestHighestBootWins(t *testing.T) {
	n := newNet(t, 4)
	v := n.nodes[0]
	v.restart(5)
	five := n.extend(v)
	v.restart(7)
	seven := n.extend(v)
	for _, e := range []*extension.Extension{seven, five, seven, five} {
		n.then(n.entry(1, e))
		var have pool
		n.get(keyMember(prefixPool, v.addr), &have)
		if a := n.agenda(1); a.Boot != 7 || a.NextSeq != 2 || len(have) != 2 || [33]byte(have[0].D) != seven.Commitments[0].D {
			t.Fatalf("boot %d, next %d, pool of %d", a.Boot, a.NextSeq, len(have))
		}
	}
	n.then(n.entry(1, five), n.entry(1, seven)) // a member's second entry in one commit
	if n.agenda(1).Boot != 7 {
		t.Fatal("boot went back")
	}
}

// Nothing of an extension of another fork is taken.
func TestOtherForkSaysNothing(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	m := int(n.sessions()[0].Signers[0].Index)
	v := n.nodes[m-1]
	n.vote(1, 13, 0, m)
	e := n.extend(v)
	e.Heartbeats = []extension.Heartbeat{{Stream: 1, End: 101}}
	if len(e.Shares) != 1 || len(e.Commitments) == 0 || len(e.Votes) == 0 {
		t.Fatalf("nothing to say: %+v", e)
	}
	before := n.agenda(m)
	e.Fork = 2
	n.then(n.entry(m, e))
	after := n.agenda(m)
	if after.NextSeq != before.NextSeq || after.Pool != before.Pool || len(after.Streams[0].Voted) != len(before.Streams[0].Voted) ||
		len(after.Sessions) != 1 || len(n.status(1).Heartbeats) != 0 {
		t.Fatalf("taken from another fork: %+v", after)
	}
	e.Fork = 1
	n.then(n.entry(m, e))
	after = n.agenda(m)
	if after.NextSeq == before.NextSeq || len(after.Sessions) != 0 || len(n.status(1).Heartbeats) != 1 || !slices.Contains(after.Streams[0].Voted, 13) {
		t.Fatalf("not taken from this fork: %+v", after)
	}
}

// The fork number is part of session ids and ranks: shares of one fork fit no session of another.
func TestForkIsInSessionsAndRanks(t *testing.T) {
	sessions := func(fork uint32) (ids [][32]byte, ranks string) {
		n := newNet(t, 7)
		n.fork = fork
		n.blocks(6)
		for i := range 6 {
			n.vote(1, uint64(9+2*i), 0, n.all()...)
			n.blocks(2)
			q := n.sessions()[0]
			ids = append(ids, q.ID)
			for _, g := range q.Signers {
				ranks += fmt.Sprint(g.Index, " ")
			}
			n.blocks(2)
		}
		return ids, ranks
	}
	ids1, ranks1 := sessions(1)
	ids2, ranks2 := sessions(2)
	for i := range ids1 {
		if ids1[i] == ids2[i] {
			t.Fatalf("session %d has one id in two forks", i+1)
		}
	}
	if ranks1 == ranks2 {
		t.Fatalf("the same signers in two forks: %s", ranks1)
	}
	if again, _ := sessions(1); !slices.Equal(again, ids1) {
		t.Fatal("ids are not a function of the state")
	}
	if SessionID(bridgeID, 1, 1, 1, ids1[0], ids1[1], ids1[2]) == SessionID(bridgeID, 2, 1, 1, ids1[0], ids1[1], ids1[2]) {
		t.Fatal("the fork is not hashed")
	}
}

// The agenda asks for no share of a pair that its signer burnt.
func TestAgendaAsksForOwnBootAlone(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(6)
	n.vote(1, 9, 0, 1, 2, 3, 4)
	n.blocks(2)
	m := int(n.sessions()[0].Signers[0].Index)
	if len(n.agenda(m).Sessions) != 1 {
		t.Fatal("no share is asked for")
	}
	n.then(n.entry(m, &extension.Extension{Fork: 1, Boot: 2}))
	if a := n.agenda(m); a.Boot != 2 || len(a.Sessions) != 0 || len(n.sessions()) != 1 {
		t.Fatalf("boot %d, %d sessions asked for", a.Boot, len(a.Sessions))
	}
}
