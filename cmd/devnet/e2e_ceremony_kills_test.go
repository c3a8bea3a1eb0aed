// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"
)

// TestCeremonyKills kills every validator once in each of several ceremonies with -9, each at another of the places
// where a crash matters to a ceremony, and starts it again at once. Every ceremony ends as if nobody had been
// killed: all have dealt and hold their shares, the members have one record, and all messages arrive once.
//
// By default two ceremonies, with a kill in every phase. CHAOS=full is one at every place (make chaos).
func TestCeremonyKills(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{Bin: buildWithFailpoints(ctx, t)})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	setPhases(ctx, t, n, 200) // a phase ends when everybody has spoken; nobody is left behind for a slow start
	all := []int{0, 1, 2, 3}
	epoch := uint64(1)
	for k, round := range slices.Collect(slices.Chunk(killsOn(onCeremony), len(all))) {
		if os.Getenv("CHAOS") != "full" && k != 0 && k != 2 {
			t.Logf("left to CHAOS=full: %v", round)
			continue
		}
		began := time.Now()
		if _, err := run.send(ctx, 1); err != nil {
			t.Fatal(err)
		}
		dying := armAll(ctx, t, n, round)
		refresh(ctx, t, n)
		for i, err := range dying() {
			if err != nil {
				t.Fatalf("node%d: %v", i, err)
			}
		}
		epoch++
		ends(ctx, t, n, epoch)
		c := oneStory(ctx, t, n, epoch, all)
		for _, i := range all {
			if have := verdictOf(t, c, n.ConsAddress(i)); have != (verdict{}) {
				t.Errorf("node%d, killed at %s: %+v", i, round[i].name, have)
			}
		}
		seedsGo(ctx, t, n, all)
		oldSharesGo(ctx, t, n, epoch, all) // or the next round's process could die of this round's work
		t.Logf("ceremony %d: killed at %v, %d blocks, %s", c.Number, round, c.Ended-c.Started+1, time.Since(began).Round(time.Second))
	}
	// With the next epoch goes also what a death in the middle of a file has left beside it.
	refresh(ctx, t, n)
	epoch++
	ends(ctx, t, n, epoch)
	oldSharesGo(ctx, t, n, epoch, all)
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	exactlyOnce(ctx, t, n, run)
	auditNonces(ctx, t, n)
}

func killsOn(on int) (out []kill) {
	for _, k := range kills {
		if k.on == on {
			out = append(out, k)
		}
	}
	return out
}

// armAll starts every validator again with its failpoint. What it returns waits until each has died there and was
// started again.
func armAll(ctx context.Context, t *testing.T, n *Network, round []kill) (dying func() []error) {
	t.Helper()
	logs := make([]int64, len(round))
	for i, k := range round {
		p := n.Nodes[i]
		if err := p.Kill(); err != nil {
			t.Fatal(err)
		}
		logs[i] = logSize(p)
		p.arm(k.env())
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	at := int64(0)
	if err := n.until(ctx, "validators that will die", killLimit, func(ctx context.Context) (bool, string) {
		h := n.Client.Heights(ctx)
		if at <= 0 {
			at = slices.Max(h)
		}
		return at > 0 && slices.Min(h) > at, fmt.Sprint(h)
	}); err != nil {
		t.Fatal(err)
	}
	return func() []error {
		errs := make([]error, len(round))
		var group sync.WaitGroup
		for i, k := range round {
			group.Go(func() { errs[i] = dieAndReturn(ctx, n, n.Nodes[i], k, logs[i]) })
		}
		group.Wait()
		return errs
	}
}

// dieAndReturn waits until a process has died at its failpoint and starts it again without.
func dieAndReturn(ctx context.Context, n *Network, p *Process, k kill, from int64) error {
	var end error
	if err := n.until(ctx, p.Name+" to die at "+k.name, killLimit, func(context.Context) (dead bool, _ string) {
		dead, end = p.Exited()
		return dead, ""
	}); err != nil {
		return err
	}
	log, err := os.ReadFile(p.log)
	if err == nil {
		err = k.died(end, string(log[from:]))
	}
	if err := errors.Join(err, p.Kill()); err != nil { // Kill collects the dead child
		return err
	}
	p.arm()
	return p.Start()
}

// seedsGo waits until the homes hold no seed of a ceremony.
func seedsGo(ctx context.Context, t *testing.T, n *Network, members []int) {
	t.Helper()
	for _, i := range members {
		if err := n.until(ctx, fmt.Sprintf("node%d erases its seed", i), time.Minute, func(context.Context) (bool, string) {
			files, err := os.ReadDir(n.NodeHome(i).KeyDir())
			if err != nil {
				return false, err.Error()
			}
			for _, f := range files {
				if strings.HasPrefix(f.Name(), "ceremony-") {
					return false, f.Name()
				}
			}
			return true, ""
		}); err != nil {
			t.Error(err)
		}
	}
}
