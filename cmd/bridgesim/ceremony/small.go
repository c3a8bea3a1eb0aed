// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"fmt"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// Small is one case of the small committees: who is corrupt, by bits, and how.
type Small struct {
	Members int
	Corrupt uint   // bit i: the i-th machine
	Way     string // empty: drawn for each
	Reshare bool   // the second ceremony, after a birth without faults
}

// SmallCases are all subsets of all committees of at most members. Those of at most f members act in every way
// that is known, larger ones in ways that are drawn.
func SmallCases(members int) (out []Small) {
	for n := 1; n <= members; n++ {
		f := n - (2*n/3 + 1)
		for set := range uint(1) << n {
			size := 0
			for i := range n {
				size += int(set >> i & 1)
			}
			for _, reshare := range []bool{false, true} {
				if size == 0 || size > f {
					out = append(out, Small{n, set, "", reshare})
					continue
				}
				for i := range ways {
					out = append(out, Small{n, set, ways[i].name, reshare})
				}
			}
		}
	}
	return out
}

// RunSmall plays one case.
func RunSmall(seed uint64, s Small) (Result, error) {
	r, err := newRun(seed, s.Members, params)
	if err != nil {
		return Result{}, err
	}
	r.r.What = fmt.Sprintf("small %0*b %s reshare=%t", s.Members, s.Corrupt, s.Way, s.Reshare)
	r.restful = true
	d := roll(seed, "small")
	target := uint64(1)
	if s.Reshare {
		target = 2
	}
	r.choose = func(x *committeev1.Ceremony) map[int]fault {
		out := map[int]fault{}
		for i := range s.Members {
			if x.Number != target || s.Corrupt>>i&1 == 0 {
				continue
			}
			out[i] = fault{way: &ways[d.IntN(len(ways))]}
			for k := range ways {
				if ways[k].name == s.Way {
					out[i] = fault{way: &ways[k]}
				}
			}
		}
		return out
	}
	return r.finish(r.small(target))
}

func (r *run) small(target uint64) error {
	done, err := r.over(1)
	if err != nil || target == 1 || !done {
		return err
	}
	if err := r.propose(committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{}}}); err != nil {
		return err
	}
	if err := r.until("a ceremony", func() (bool, error) { return r.seen >= target, nil }); err != nil {
		return err
	}
	_, err = r.over(target)
	return err
}
