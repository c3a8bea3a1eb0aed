// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"testing"
)

// Each lower named end has its turn, TargetBlocks long, then the t-th highest again.
func TestTargetGoesDown(t *testing.T) {
	n := newNet(t, 7)
	n.blocks(4)
	for m, end := range []uint64{31, 29, 27, 25, 23, 21, 19} {
		n.vote(1, end, 0, m+1)
	}
	n.vote(1, 11, 0, 1, 2, 3) // f+1 agree below every target
	n.blocks(2)
	for _, want := range []uint64{23, 21, 19, 23, 21} {
		for b := range TargetBlocks {
			if got := n.agenda(1).Streams[0].Target; got != want {
				t.Fatalf("target %d in block %d of its turn, want %d", got, b, want)
			}
			n.block()
		}
	}
}

// Until f+1 members agree below it the target follows the named ends.
func TestTargetMovesUntilFPlusOneAgree(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	n.vote(1, 9, 0, 1)
	n.vote(1, 13, 0, 2)
	n.vote(1, 17, 0, 3)
	n.blocks(2)
	if got := n.agenda(1).Streams[0].Target; got != 9 {
		t.Fatalf("target %d", got)
	}
	n.vote(1, 21, 0, 1)
	n.blocks(2)
	if got := n.agenda(1).Streams[0].Target; got != 13 {
		t.Fatalf("target %d, want the third highest of 21, 17, 13", got)
	}
}

// A stream's first window is the one that its registration names.
func TestVotesBelowTheStartAreRefused(t *testing.T) {
	n := newNet(t, 4)
	n.streams[0].StartBlock = 10
	n.blocks(2)
	n.vote(1, 9, 0, 1)
	n.vote(1, 11, 0, 2)
	n.blocks(2)
	if one, two := n.agenda(1).Streams[0].Voted, n.agenda(2).Streams[0].Voted; len(one) != 0 || len(two) != 1 {
		t.Fatalf("voted %v and %v", one, two)
	}
}

// Fewer than t named ends that count: no target.
func TestTargetFallsWithItsVoters(t *testing.T) {
	n := newNet(t, 4)
	n.blocks(4)
	for m, end := range []uint64{9, 13, 17} {
		n.vote(1, end, 0, m+1)
	}
	n.blocks(2)
	if got := n.agenda(1).Streams[0].Target; got != 9 {
		t.Fatalf("target %d", got)
	}
	n.equivocate(1, 1, 9, 7)
	if got := n.agenda(2).Streams[0].Target; got != 0 {
		t.Fatalf("target %d with two members that count", got)
	}
}
