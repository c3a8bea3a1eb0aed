// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"slices"
	"testing"
	"time"
)

// TestOutage: with two of four validators down nothing is signed, and nothing is lost. Consensus
// itself halts then, for two of four are no quorum: no block, so no vote, session or certificate.
// When one of the two returns everything that was sent meanwhile is delivered, without the fourth.
func TestOutage(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	first, err := run.send(ctx, 2)
	if err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, first, waitLimit); err != nil {
		t.Fatal(err)
	}

	both(func() { mustKill(t, n.Nodes[2]) }, func() { mustKill(t, n.Nodes[3]) })
	// A block whose precommits were all out when they died may still be decided.
	waitBlocks(ctx, t, n, 2)
	height, certified := slices.Max(n.Client.Heights(ctx)), certificates(ctx, t, n)
	during, err := run.send(ctx, 3)
	if err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 10) // final two blocks after they were sent
	if now := slices.Max(n.Client.Heights(ctx)); now != height {
		t.Errorf("height %d with two of four down, was %d: two of four decided a block", now, height)
	}
	if now := certificates(ctx, t, n); !slices.Equal(now, certified) {
		t.Errorf("certified ends %v with two of four down, were %v", now, certified)
	}
	if got := run.arrived(during); got != 0 {
		t.Errorf("%d messages were delivered that nobody signed", got)
	}

	if err := n.Nodes[2].Start(); err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	if h := n.Client.Heights(ctx); h[3] != -1 || slices.Max(h) <= height {
		t.Errorf("heights %v: want progress past %d without the fourth validator", h, height)
	}
	exactlyOnce(ctx, t, n, run)
	auditNonces(ctx, t, n)
}

func mustKill(t *testing.T, p *Process) {
	t.Helper()
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	t.Logf("%s killed", p.Name)
}

// certificates are the certified ends, by stream.
func certificates(ctx context.Context, t *testing.T, n *Network) (ends []uint64) {
	t.Helper()
	streams, err := n.Client.Streams(ctx)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range streams {
		st, err := n.Client.StreamStatus(ctx, s.Index)
		if err != nil {
			t.Fatal(err)
		}
		end := uint64(0)
		if st.Certified != nil {
			end = st.Certified.End
		}
		ends = append(ends, end)
	}
	return ends
}

// exactlyOnce demands that everything that was sent arrived once, a few blocks later too.
func exactlyOnce(ctx context.Context, t *testing.T, n *Network, run *traffic) {
	t.Helper()
	waitBlocks(ctx, t, n, 4)
	sum := run.tally(ctx, len(run.sent))
	t.Logf("%d of %d delivered, %d lost, %d duplicated, p50 %s, p90 %s", sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50, sum.P90)
	if sum.Delivered != sum.Sent || sum.Lost != 0 || sum.Duplicated != 0 {
		t.Error("messages were lost or arrived twice")
	}
	for _, s := range run.sent {
		if got := len(run.observers[s.Target].of(s.ID)); got != 1 {
			t.Errorf("message %s arrived %d times", s.ID, got)
		}
	}
}
