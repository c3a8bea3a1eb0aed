// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import "testing"

// Votes are added up by what they say, not by the window they are for: three members name
// the same window and one of them another root, so nothing is signed until a third agrees.
func TestVotesAreCountedByBody(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1, 2)
	n.vote(1, 9, 1, 3)
	n.blocks(4)
	if open := n.sessions(); len(open) != 0 {
		t.Fatalf("%d sessions for a window that two roots are named for", len(open))
	}
	n.vote(1, 9, 0, 4)
	n.blocks(2)
	open := n.sessions()
	if len(open) != 1 {
		t.Fatalf("%d sessions", len(open))
	}
	want := n.checkpoint(1, 9, 0)
	if open[0].Ballot.Body != want.BodyHash() {
		t.Error("the session is for another checkpoint")
	}
	for _, g := range open[0].Signers {
		if g.Index == 3 {
			t.Error("a member signs what it did not vote for")
		}
	}
	n.blocks(2)
	n.certified(1, 9, 0)
}
