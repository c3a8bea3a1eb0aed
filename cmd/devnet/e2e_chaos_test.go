// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"
)

// chaosBatch bounds the messages that are sent each way at a time.
const chaosBatch = 5

// TestChaos kills random processes with -9, again and again, while messages flow both ways.
// Nothing is lost, nothing arrives twice, the chain goes on, nobody equivocates or is
// suspended, every state is the same, and the chain has no vote or share of anybody that the
// journal of its author does not know.
//
// Without variables it is the short form: 6 kills, 60 messages. CHAOS=full is the long one:
// 50 kills, 500 messages. CHAOS_KILLS, CHAOS_MESSAGES and CHAOS_VALIDATORS (4 to 10) change
// one number each; CHAOS_SEED repeats the choices of an earlier run, which prints it (not its
// timing: these are real processes).
func TestChaos(t *testing.T) {
	t.Parallel()
	kills, messages := 6, 60
	if os.Getenv("CHAOS") == "full" {
		kills, messages = 50, 500
	}
	kills, messages = chaosNumber(t, "CHAOS_KILLS", kills), chaosNumber(t, "CHAOS_MESSAGES", messages)
	validators := chaosNumber(t, "CHAOS_VALIDATORS", DefaultValidators)
	seed := uint64(chaosNumber(t, "CHAOS_SEED", int(time.Now().Unix())))
	t.Logf("CHAOS_SEED=%d: %d kills, %d messages, %d validators", seed, kills, messages, validators)
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("again: CHAOS_SEED=%d CHAOS_KILLS=%d CHAOS_MESSAGES=%d CHAOS_VALIDATORS=%d", seed, kills, messages, validators)
		}
	})
	plan := chaosPlan(rand.New(rand.NewPCG(seed, 0)), kills, validators)

	ctx, cancel := context.WithTimeout(context.Background(), 55*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{Validators: validators})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	pairs := messages / 2 // one message each way
	for i, e := range plan {
		share := pairs*(i+1)/len(plan) - pairs*i/len(plan)
		var group sync.WaitGroup
		var sendErr error
		group.Go(func() {
			for left := share; left > 0 && sendErr == nil; left -= chaosBatch {
				_, sendErr = run.send(ctx, min(left, chaosBatch))
			}
		})
		group.Go(func() { n.strike(ctx, t, e) })
		group.Wait()
		if sendErr != nil {
			t.Fatal(sendErr)
		}
		t.Logf("strike %d of %d: %v; %d sent, %d delivered, heights %v", i+1, len(plan), e, len(run.sent), run.arrived(run.sent), n.Client.Heights(ctx))
		if t.Failed() {
			t.FailNow()
		}
	}
	struck := time.Since(began)
	before := slices.Max(n.Client.Heights(ctx))
	if err := run.await(ctx, run.sent, waitLimit+time.Duration(messages)*time.Second/2); err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 5) // a second effect would follow within a few blocks
	if err := n.until(ctx, "everyone at the newest height", time.Minute, func(ctx context.Context) (bool, string) {
		h := n.Client.Heights(ctx)
		return slices.Min(h) > before && slices.Max(h)-slices.Min(h) <= 3, fmt.Sprint(h)
	}); err != nil {
		t.Fatal(err)
	}
	sum := run.tally(ctx, 2*pairs)
	t.Logf("%d kills in %d strikes and %s, %d of %d delivered, %d lost, %d duplicated, p50 %s, p90 %s, heights %v",
		kills, len(plan), struck.Round(time.Second), sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50, sum.P90, n.Client.Heights(ctx))
	if sum.Delivered != sum.Sent || len(run.sent) != 2*pairs || sum.Lost != 0 || sum.Duplicated != 0 {
		t.Error("messages were lost or arrived twice")
	}
	f := &failing{t: t, n: n}
	f.checkState(ctx)
	for i := range n.Nodes {
		if r := checkReleased(ctx, t, n, i, 2); r.votes == 0 || r.shares == 0 {
			t.Errorf("node%d took no part: %+v", i, r)
		}
	}
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	f.checkJournals()
}

func chaosNumber(t *testing.T, name string, standard int) int {
	t.Helper()
	text := os.Getenv(name)
	if text == "" {
		return standard
	}
	v, err := strconv.Atoi(text)
	if err != nil || v < 1 {
		t.Fatalf("%s=%q is no positive number", name, text)
	}
	return v
}

// strike is one moment of chaos: the processes that are killed, how long they stay away, and
// how long everything is left alone afterwards, in source blocks.
type strike struct {
	nodes   []int
	relayer bool
	away    uint64
	rest    uint64
}

func (s strike) String() string {
	what := fmt.Sprintf("nodes %v", s.nodes)
	if s.relayer {
		what += " and the relayer"
	}
	return fmt.Sprintf("%s away for %d blocks", what, s.away)
}

func (s strike) kills() int {
	if s.relayer {
		return len(s.nodes) + 1
	}
	return len(s.nodes)
}

// chaosPlan lists strikes with that many kills in all. Up to f validators stay away for some
// blocks; more, up to all, come back at once.
func chaosPlan(r *rand.Rand, kills, validators int) (plan []strike) {
	faults := (validators - 1) / 3
	for kills > 0 {
		var s strike
		count := 0
		switch r.IntN(10) {
		case 0, 1: // the relayer alone
			s.relayer = true
		case 2: // everyone
			count = validators
			s.relayer = r.IntN(2) == 0
		case 3: // too many to decide a block without them
			count = min(faults+1+r.IntN(validators-faults), validators)
		case 4: // some and the relayer
			count = 1 + r.IntN(faults)
			s.relayer = true
		default:
			count = 1 + r.IntN(faults)
		}
		s.nodes = slices.Sorted(slices.Values(r.Perm(validators)[:min(count, kills)]))
		s.relayer = s.relayer && len(s.nodes) < kills
		if s.away = uint64(r.IntN(2)); len(s.nodes) <= faults {
			s.away = uint64(r.IntN(6))
		}
		s.rest = 3 + uint64(r.IntN(4)) // long enough to vote and sign in between, most of the time
		kills -= s.kills()
		plan = append(plan, s)
	}
	return plan
}

// strike kills and starts again.
func (n *Network) strike(ctx context.Context, t *testing.T, s strike) {
	t.Helper()
	var hit []*Process
	for _, i := range s.nodes {
		hit = append(hit, n.Nodes[i])
	}
	if s.relayer {
		hit = append(hit, n.Relayer)
	}
	for _, p := range hit {
		if err := p.Kill(); err != nil {
			t.Error(err)
		}
	}
	if s.away > 0 {
		waitBlocks(ctx, t, n, s.away)
	}
	for _, p := range hit {
		if err := p.Start(); err != nil {
			t.Error(err)
		}
	}
	waitBlocks(ctx, t, n, s.rest)
}
