// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"slices"
	"testing"

	certifyv1 "github.com/aitbc/bridge/verifier/api/certify/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

type memberStatus = certifyv1.Member

func corruptShareOf(session uint64) func(*extension.Extension) {
	return func(e *extension.Extension) {
		for i := range e.Shares {
			if e.Shares[i].Session == session {
				e.Shares[i].Z[31] ^= 1
			}
		}
	}
}

func dropShareOf(session uint64) func(*extension.Extension) {
	return func(e *extension.Extension) {
		e.Shares = slices.DeleteFunc(e.Shares, func(s extension.Share) bool { return s.Session == session })
	}
}

// Statements that hang, since f of their candidates give bad shares and nobody else may sign, take
// commitments in every round. Checkpoints go on beside as many as may be worked on at once; and statements
// go on beside more streams than there are commitments for.
func TestStatementsAndCheckpointsDoNotStarveEachOther(t *testing.T) {
	t.Run("checkpoints", func(t *testing.T) {
		n := newNet(t, 4)
		n.blocks(8)
		bad := map[uint64]bool{}
		for id := uint64(1); id <= MaxStatements; id++ {
			n.ask(id, kindHalt, 1, 1, 2, 3)
		}
		n.nodes[0].change = func(e *extension.Extension) { // bad shares of statements, good ones of checkpoints
			for i := range e.Shares {
				for _, q := range n.sessions() {
					if q.Number == e.Shares[i].Session && q.Statement != 0 {
						e.Shares[i].Z[31] ^= 1
						bad[q.Number] = true
					}
				}
			}
		}
		certified, waited, most := uint64(0), 0, 0
		for i := range 60 {
			if c, _ := n.newest(1); c.Ballot.End != certified || i == 0 {
				certified, waited = c.Ballot.End, 0
				for _, v := range n.nodes {
					v.votes = nil
				}
				n.vote(1, uint64(9+2*i), 0, 1, 2, 3, 4)
			}
			n.block()
			waited++
			most = max(most, waited)
		}
		if most > 3*FirstPickBlocks || len(n.signed) != 0 || len(bad) < 30 {
			t.Fatalf("a checkpoint waited %d blocks; %d statements signed, %d bad shares", most, len(n.signed), len(bad))
		}
		n.nodes[0].change = nil
		n.blocks(20)
		if len(n.signed) != MaxStatements {
			t.Fatalf("%d statements signed once the shares are right", len(n.signed))
		}
		t.Logf("a checkpoint waited %d blocks at most beside %d sessions with bad shares", most, len(bad))
	})
	t.Run("statements", func(t *testing.T) {
		n := newNet(t, 4)
		for i := uint32(2); i <= 12; i++ {
			n.addStream(i)
		}
		n.blocks(8)
		n.nodes[0].change = func(e *extension.Extension) { // bad shares of checkpoints
			for i := range e.Shares {
				for _, q := range n.sessions() {
					if q.Number == e.Shares[i].Session && q.Statement == 0 {
						e.Shares[i].Z[31] ^= 1
					}
				}
			}
		}
		for i := range n.streams {
			n.vote(uint16(i+1), 9, 0, 1, 2, 3)
		}
		n.blocks(20)
		if len(n.sessions()) == 0 || n.agenda(2).Pool > 4 {
			t.Fatalf("%d sessions, pool of %d: nothing competes", len(n.sessions()), n.agenda(2).Pool)
		}
		for id := uint64(1); id <= 5; id++ {
			n.ask(id, kindHalt, 1, 1, 2, 3)
			if took := n.until(id, 3*FirstPickBlocks); took > 2 {
				t.Logf("statement %d took %d blocks", id, took)
			}
		}
	})
}

// More statements than may be worked on at once: those that hang make room after their turn, the
// ready statement never waits, and all that can be signed are.
func TestStatementsTakeTurns(t *testing.T) {
	const count = 3*MaxStatements + 3
	n := newNet(t, 4)
	n.blocks(6)
	hang := func(id uint64) bool { return id <= MaxStatements || id == 20 }
	n.nodes[2].change = func(e *extension.Extension) {
		for _, q := range n.sessions() {
			if q.Statement != 0 && hang(q.Statement) {
				dropShareOf(q.Number)(e)
			}
		}
	}
	seen := map[uint64]bool{}
	look := func() {
		t.Helper()
		now := map[uint64]bool{}
		for _, q := range n.sessions() {
			if q.Kind != kindReady {
				now[q.Statement], seen[q.Statement] = true, true
			}
		}
		if len(now) > MaxStatements {
			t.Fatalf("height %d: %d statements at once", n.h, len(now))
		}
	}
	for id := uint64(1); id <= count; id++ {
		if n.ask(id, kindHalt, 1, 1, 2, 3); id == MaxStatements {
			n.blocks(30) // all of these have begun
		}
	}
	for range 30 {
		n.block()
		look()
	}
	if len(n.signed) != 0 || len(seen) != MaxStatements {
		t.Fatalf("%d signed, %d begun, before anybody's turn is over", len(n.signed), len(seen))
	}
	n.deal(false, 1, 2, 3, 4)
	n.blocks(4)
	n.ask(500, kindReady, 2, 1, 2, 3, 4)
	n.until(500, 10)
	for range 3 * StatementTurnBlocks {
		n.block()
		look()
	}
	for id := uint64(1); id <= count; id++ {
		if (n.signedAt(id) != 0) == hang(id) {
			t.Errorf("statement %d signed at %d", id, n.signedAt(id))
		}
	}
	n.nodes[2].change = nil
	for range 2 * StatementTurnBlocks {
		n.block()
		look()
	}
	if len(n.pending) != 0 || len(n.sessions()) != 0 {
		t.Fatalf("%d statements are left, %d sessions", len(n.pending), len(n.sessions()))
	}
	var left []string
	err := n.k.state(n.ctx()).each(keyOf(prefixPursuit), nil, func(key, _ []byte) (bool, error) {
		left = append(left, fmt.Sprintf("%x", key))
		return true, nil
	})
	if err != nil || left != nil {
		t.Fatalf("records %v, %v", left, err)
	}
}

// Rounds of a statement double and hang at most f members, as those of a checkpoint do.
func TestStatementWithFHanging(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(6)
	n.nodes[1].withhold, n.nodes[4].withhold = true, true
	for id := uint64(1); id <= 4; id++ {
		n.ask(id, kindHalt, 1, n.all()...)
		n.until(id, 8)
		for _, q := range n.sessions() {
			t.Fatalf("session %d is left", q.Number)
		}
	}
}
