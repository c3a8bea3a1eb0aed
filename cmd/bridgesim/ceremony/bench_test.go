// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"fmt"
	"testing"
	"time"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
)

// BenchmarkCeremony runs a birth and a reshare in which everybody is honest, over the real state machine with blocks
// and transactions. blocks: from the one that starts the ceremony to the one that makes its epoch active. bytes: whole
// transactions in these blocks. member-ms: one member's agent. block-ms, state-ms: FinalizeBlock and Commit, the
// slowest block and all together.
func BenchmarkCeremony(b *testing.B) {
	for _, n := range []int{4, 19, 50, 100} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for range b.N {
				r, err := newRun(1, n, committee.DefaultParams())
				if err != nil {
					b.Fatal(err)
				}
				r.restful = true
				r.choose = func(*committeev1.Ceremony) map[int]fault { return nil }
				measure(b, r, "birth", 1)
				if err := r.settle(1); err != nil {
					b.Fatal(err)
				}
				if err := r.propose(committeev1.Payload{Kind: &committeev1.Payload_Member{Member: &committeev1.MemberChange{}}}); err != nil {
					b.Fatal(err)
				}
				for r.seen < 2 {
					if err := r.step(); err != nil {
						b.Fatal(err)
					}
				}
				measure(b, r, "reshare", 2)
				if err := r.settle(2); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// measure makes blocks until the epoch is active and reports what that took.
func measure(b *testing.B, r *run, what string, epoch uint64) {
	b.Helper()
	from, bytes := r.height, r.bytes
	r.total, r.slowest = 0, 0
	var before time.Duration
	for _, n := range r.nodes {
		before += n.work
	}
	for {
		if err := r.step(); err != nil {
			b.Fatal(err)
		}
		e, err := r.committee.ActiveEpoch(r.ctx)
		if err != nil {
			b.Fatal(err)
		}
		if e.Number == epoch {
			break
		}
	}
	var after time.Duration
	for _, n := range r.nodes {
		after += n.work
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	b.ReportMetric(float64(r.height-from), what+"-blocks")
	b.ReportMetric(float64(r.bytes-bytes), what+"-bytes")
	b.ReportMetric(ms(after-before)/float64(len(r.nodes)), what+"-member-ms")
	b.ReportMetric(ms(r.slowest), what+"-block-ms")
	b.ReportMetric(ms(r.total), what+"-state-ms")
}
