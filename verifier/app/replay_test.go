// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"testing"

	dbm "github.com/cosmos/cosmos-db"

	"github.com/aitbc/bridge/verifier/certify"
)

// busyNetwork is a network whose state has been filled for some blocks.
func busyNetwork(t *testing.T, blocks int, options func(int) Options) *network {
	t.Helper()
	n := newNetwork(t)
	n.options = options
	n.addStreams()
	n.must(n.start())
	n.makeBusy()
	for i := range blocks {
		if i%5 == 4 {
			n.step(i % 4)
		} else {
			n.step()
		}
	}
	return n
}

// TestReplayGivesTheSameHash: state is a function of the blocks (I-06). The same blocks give the
// same app hash at every height on every replay, also when the process dies between
// FinalizeBlock and Commit, or starts anew over its disk.
func TestReplayGivesTheSameHash(t *testing.T) {
	n := busyNetwork(t, 60, nil)
	ctx, err := n.apps[0].CreateQueryContext(n.height, false)
	n.must(err)
	members, err := certify.NewQueryServer(n.apps[0].certify).Members(ctx, nil)
	n.must(err)
	var equivocations, invalid uint32
	for _, m := range members.Members {
		equivocations += m.Equivocations.Count
		invalid += m.InvalidShares.Count
	}
	if equivocations == 0 || invalid == 0 {
		t.Fatalf("the test proves little: %d equivocations, %d invalid shares", equivocations, invalid)
	}
	for run := range 5 {
		db := dbm.NewMemDB()
		a, err := n.open(run%4, db, Silent{})
		n.must(err)
		n.must(n.birth(a))
		for i, block := range n.blocks {
			r, err := a.FinalizeBlock(block)
			n.must(err)
			if !bytes.Equal(r.AppHash, n.hashes[i]) {
				t.Fatalf("run %d height %d: app hash %x, was %x", run, block.Height, r.AppHash, n.hashes[i])
			}
			if run > 0 && (i+run)%7 == 0 { // killed before Commit: nothing of the block is kept
				a, err = n.open(run%4, db, Silent{})
				n.must(err)
				if a.LastBlockHeight() != block.Height-1 {
					t.Fatalf("height %d after a crash in block %d", a.LastBlockHeight(), block.Height)
				}
				if i == 0 {
					n.must(n.birth(a)) // CometBFT does it again while nothing is committed
				}
				again, err := a.FinalizeBlock(block)
				n.must(err)
				if !bytes.Equal(again.AppHash, n.hashes[i]) {
					t.Fatalf("run %d height %d: another app hash after a crash", run, block.Height)
				}
			}
			_, err = a.Commit()
			n.must(err)
			if run > 0 && (i+run)%11 == 0 {
				a, err = n.open(run%4, db, Silent{})
				n.must(err)
			}
		}
	}
}

// TestObservationsStayOutOfTheState: what one node saw differs from node to node and changes no hash.
func TestObservationsStayOutOfTheState(t *testing.T) {
	n := busyNetwork(t, 5, nil)
	for range 3 {
		n.apps[2].faults.add(FaultProposal, ruleFlag, n.keys[0].PubKey().Address(), n.height, nil)
		n.step() // compares the hashes of all four
	}
}
