// SPDX-License-Identifier: Apache-2.0

package dkg

import (
	"fmt"
	"testing"

	"github.com/aitbc/bridge/keys/frost"
)

// Every benchmark runs on one core; a fresh ceremony and a reshare from n to n differ in Finalise alone.
func BenchmarkCeremony(b *testing.B) {
	for _, n := range []int{4, 19, 50, 100} {
		w := newWorld(b, randomness(100, n), nil, n)
		old := newWorld(b, randomness(101, n), newEpoch(b, randomness(102, n), n), n)
		r := randomness(103, n)
		bad := w.craft(b, r, 1, w.polynomial(b, r, 1), func(_ frost.Index, s [32]byte) [32]byte { s[31] ^= 1; return s })
		encoded := w.deal(b, 2)
		good, err := ParseDealing(&w.p, encoded)
		if err != nil {
			b.Fatal(err)
		}
		complaint, err := Complain(r, &w.p, bad, 3, w.keys[2])
		if err != nil {
			b.Fatal(err)
		}
		var fresh, again []*Dealing
		for i := frost.Index(1); int(i) <= n; i++ {
			fresh = append(fresh, w.craft(b, r, i, w.polynomial(b, r, i), nil))
			again = append(again, old.craft(b, r, i, old.polynomial(b, r, i), nil))
		}
		result, err := Finalise(&w.p, fresh)
		if err != nil {
			b.Fatal(err)
		}
		var shares []frost.Scalar
		for _, d := range fresh {
			s, err := Open(&w.p, d, 1, w.keys[0])
			if err != nil {
				b.Fatal(err)
			}
			shares = append(shares, s)
		}
		share, err := Combine(&w.p, result, 1, shares)
		if err != nil {
			b.Fatal(err)
		}
		ready, err := ProveReady(r, &w.p, result, 1, share)
		if err != nil {
			b.Fatal(err)
		}
		for _, what := range []struct {
			name string
			f    func() error
		}{
			{"deal", func() error { _, err := Deal(&w.p, 2, w.seeds[2], nil); return err }},
			{"parse", func() error { _, err := ParseDealing(&w.p, encoded); return err }},
			{"verify", func() error { return VerifyDealing(&w.p, good) }},
			{"open", func() error { _, err := Open(&w.p, good, 1, w.keys[0]); return err }},
			{"complain", func() error { _, err := Complain(r, &w.p, bad, 3, w.keys[2]); return err }},
			{"judge", func() error {
				if v, err := Judge(&w.p, bad, 3, complaint); err != nil || v != DealerGuilty {
					return fmt.Errorf("verdict %d: %w", v, err)
				}
				return nil
			}},
			{"finalise fresh", func() error { _, err := Finalise(&w.p, fresh); return err }},
			{"finalise reshare", func() error { _, err := Finalise(&old.p, again); return err }},
			{"combine", func() error { _, err := Combine(&w.p, result, 1, shares); return err }},
			{"prove ready", func() error { _, err := ProveReady(r, &w.p, result, 1, share); return err }},
			{"verify ready", func() error { return VerifyReady(&w.p, result, 1, ready) }},
		} {
			b.Run(fmt.Sprintf("%s/n=%d", what.name, n), func(b *testing.B) {
				for b.Loop() {
					if err := what.f(); err != nil {
						b.Fatal(err)
					}
				}
				b.ReportMetric(float64(len(encoded)), "B/dealing")
				b.ReportMetric(float64(len(encoded)*n), "B/all")
			})
		}
	}
}
