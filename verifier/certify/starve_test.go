// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/aitbc/bridge/verifier/extension"
)

// farEnd is a window end that no chain of these tests reaches.
const farEnd = 1<<40 + 1

// jumpBlocks is how often finality advances in the patterns where it jumps.
const jumpBlocks = 90

// pattern is how the members of a test see finality: tip is the newest final window end of
// member i at block b; every gap-th window holds something.
type pattern struct {
	name   string
	gap    uint64
	blocks int
	tip    func(r *rand.Rand, i, b int, last uint64) uint64
}

// jump: finality jumps, and each node stops at another window of the newest forty.
func jump(r *rand.Rand, i, b int, last uint64) uint64 {
	if b%jumpBlocks != i%5 {
		return last
	}
	return max(last, uint64(200*(b/jumpBlocks+1)-2*r.IntN(40)+1))
}

// patterns: all tips are odd ends, as the stride is 2. In "short windows" many windows pass
// in a block, and no two members see the same newest one.
var patterns = []pattern{
	{"steady", 1, 40, func(_ *rand.Rand, _, b int, last uint64) uint64 { return max(last, uint64(2*(b/3)+1)) }},
	{"short windows", 1, 60, func(_ *rand.Rand, i, b int, last uint64) uint64 {
		return max(last, uint64(6*b+2*((i+b)%9)+1))
	}},
	{"jumps", 1, 2*jumpBlocks + 80, jump},
	{"jumps, windows mostly empty", 7, 2*jumpBlocks + 80, jump},
}

// below is the newest window at or below end that holds something, 0 when there is none.
func (p *pattern) below(end uint64) uint64 {
	if end == 0 {
		return 0
	}
	return (end-1)/(2*p.gap)*(2*p.gap) + 1
}

// say is the voter's rule: the newest window at or below the target, and the newest of all.
func (n *testNet) say(p *pattern, v *node, tip uint64) {
	v.votes = nil
	a := n.agenda(int(v.index)).Streams[0]
	last := uint64(0)
	for _, end := range []uint64{p.below(min(a.Target, tip)), p.below(tip)} {
		if end > 1 && end != last && (!a.HasCertified || end > a.CertifiedEnd) {
			n.vote(1, end, 0, int(v.index))
			last = end
		}
	}
}

// runPattern drives n members of which down never answer and liars name ends that nobody
// reaches, every other liar the lowest end possible. lag is the most blocks that a window
// waited which every honest member had seen.
func runPattern(t *testing.T, p *pattern, size, down, liars int) (certificates, lag int) {
	n := newNet(t, size)
	r := rand.New(rand.NewPCG(uint64(size), 2))
	tips := make([]uint64, size)
	for i, v := range n.nodes[:down+liars] {
		v.absent = i < down
		v.change = func(e *extension.Extension) {
			end := farEnd + 2*uint64(i)
			if c, _ := n.newest(1); i%2 == 1 {
				end = c.Ballot.End/2*2 + 3
			}
			lie := n.checkpoint(1, end, 9)
			e.Votes = []extension.Vote{extension.VoteFor(1, &lie, 1)}
		}
	}
	var certified uint64
	since := map[uint64]int{} // window that all honest members saw → block of that
	for b := range p.blocks {
		for i, v := range n.nodes[down+liars:] {
			tips[i] = p.tip(r, i, b, tips[i])
			n.say(p, v, tips[i])
		}
		if seen := p.below(slices.Min(tips[:size-down-liars])); seen > 1 && since[seen] == 0 {
			since[seen] = b
		}
		n.block()
		if c, ok := n.newest(1); ok && c.Ballot.End != certified {
			certified = c.Ballot.End
			certificates++
			n.certified(1, certified, 0)
		}
		for end, at := range since {
			if end <= certified {
				delete(since, end)
			} else {
				lag = max(lag, b-at)
			}
		}
	}
	return certificates, lag
}

// TestNobodyStarves: what every honest member saw is certified soon, wherever the members
// stop, with f of them down, and with f that name ends which nobody reaches.
func TestNobodyStarves(t *testing.T) {
	for _, p := range patterns {
		for _, size := range []int{4, 7, 19} {
			f := size - (2*size/3 + 1)
			for _, c := range []struct{ down, liars int }{{0, 0}, {f, 0}, {0, f}} {
				if size == 19 && (c.down+c.liars == 0 || p.name == "steady") { // dear, and no harder than seven
					continue
				}
				t.Run(fmt.Sprintf("%s n=%d down=%d liars=%d", p.name, size, c.down, c.liars), func(t *testing.T) {
					t.Parallel()
					bound := 10
					if c.liars > 0 { // every lower rank has its turn
						bound += TargetBlocks * (f + 1)
					}
					certificates, lag := runPattern(t, &p, size, c.down, c.liars)
					t.Logf("%d certificates, a window waited %d blocks at most", certificates, lag)
					if certificates < 3 || lag > bound {
						t.Fatalf("%d certificates; a window waited %d blocks, want at most %d", certificates, lag, bound)
					}
				})
			}
		}
	}
}
