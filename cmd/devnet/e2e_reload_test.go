// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	abci "github.com/cometbft/cometbft/abci/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/exit"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/verifier/extension"
)

// TestReloadUnderTraffic replaces every endpoint of a chain in running validators while messages flow: in one by `bridged
// reload`, in the next by SIGHUP. Files that are wrong are refused and change nothing. One validator forgets a chain and
// gets it back. No process starts again, no message is lost, nobody votes wrongly or owes a share or a commit.
func TestReloadUnderTraffic(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	var old proxies
	n := startWith(ctx, t, Options{Prepare: func(_ int, home node.Layout) error { return old.install(t, home) }})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	var pids []int
	for _, p := range n.Nodes {
		pids = append(pids, p.PID())
	}
	flow, started := startFlow(ctx, run), slices.Max(n.Client.Heights(ctx))
	first, second := uint64(n.Info.Chains[0].ChainID), uint64(n.Info.Chains[1].ChainID)

	// All endpoints of the first chain are others now. The old ones are gone afterwards: who asked them still would stand.
	var after []sources.Endpoint
	for k := range 3 {
		s, err := faultproxy.Start(n.chains[0].URL(), faultproxy.Options{Seed: uint64(100 + k)})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = s.Close() })
		after = append(after, sources.Endpoint{Name: fmt.Sprint("new ", k), Operator: fmt.Sprint("operator ", k+1), URL: s.URL()})
	}
	replace := func(c *node.Config) { chainOf(t, c, first).Endpoints = after }
	editConfig(t, n, 0, replace)
	out, code := reload(ctx, t, n, 0)
	if code != 0 || !strings.Contains(out, fmt.Sprintf("chain %d", first)) || !strings.Contains(out, "added: new 0, new 1, new 2") {
		t.Errorf("reload: exit code %d\n%s", code, out)
	}
	editConfig(t, n, 1, replace)
	hangUp(t, n, 1)
	awaitLog(ctx, t, n, 1, `msg="source reloaded"`, 1)

	// Files that are wrong.
	before := endpointNames(ctx, t, n, 2)
	whole, err := os.ReadFile(n.NodeHome(2).ConfigFile())
	if err != nil {
		t.Fatal(err)
	}
	for k, wrong := range []struct {
		name  string
		spoil func(*node.Config)
		text  string
	}{
		{name: "no TOML", text: "\n[[chains]\n"},
		{name: "agree of a chain that runs", spoil: func(c *node.Config) { k := chainOf(t, c, first); k.Agree, k.Endpoints = 3, after }},
		{name: "too few operators", spoil: func(c *node.Config) { k := chainOf(t, c, first); k.Endpoints = after[:1] }},
	} {
		if wrong.spoil != nil {
			editConfig(t, n, 2, wrong.spoil)
		} else if err := os.WriteFile(n.NodeHome(2).ConfigFile(), append(slices.Clone(whole), wrong.text...), 0o600); err != nil {
			t.Fatal(err)
		}
		if out, code := reload(ctx, t, n, 2); code != exit.UsageErr || !strings.Contains(out, "nothing has changed") {
			t.Errorf("%s: exit code %d\n%s", wrong.name, code, out)
		}
		hangUp(t, n, 2)
		awaitLog(ctx, t, n, 2, `msg="settings not reloaded, nothing has changed"`, k+1)
		if err := os.WriteFile(n.NodeHome(2).ConfigFile(), whole, 0o600); err != nil {
			t.Fatal(err)
		}
		if got := endpointNames(ctx, t, n, 2); !slices.Equal(got, before) {
			t.Errorf("%s: endpoints %q, were %q", wrong.name, got, before)
		}
	}
	editConfig(t, n, 2, replace)
	if out, code := reload(ctx, t, n, 2); code != 0 {
		t.Errorf("reload: exit code %d\n%s", code, out)
	}

	// One validator gives up the second chain while its endpoints of the first one change too, and takes it again.
	var kept sources.Chain
	editConfig(t, n, 3, func(c *node.Config) {
		replace(c)
		kept = *chainOf(t, c, second)
		c.Chains = slices.DeleteFunc(c.Chains, func(k sources.Chain) bool { return k.ChainID == second })
	})
	if out, code := reload(ctx, t, n, 3); code != 0 {
		t.Errorf("reload: exit code %d\n%s", code, out)
	}
	for _, list := range old.of[n.Info.Chains[0].ChainID] {
		if err := list.Close(); err != nil {
			t.Error(err)
		}
	}
	stands := func(abstains bool) {
		t.Helper()
		if err := n.until(ctx, fmt.Sprintf("node3 abstains: %t", abstains), waitLimit, func(ctx context.Context) (bool, string) {
			s, err := n.Status(ctx, 3)
			if err != nil || len(s.Streams) != 2 {
				return false, fmt.Sprint(err)
			}
			p := &s.Streams[1]
			if s.Streams[0].Abstains+s.Streams[0].Halted != "" {
				t.Fatalf("node3: %+v", s.Streams[0])
			}
			if abstains {
				return p.Abstains != "", fmt.Sprintf("%+v", *p)
			}
			return p.Abstains == "" && p.Halted == "" && p.Lag <= 4, fmt.Sprintf("%+v", *p)
		}); err != nil {
			t.Fatal(err)
		}
	}
	stands(true)
	now := certificates(ctx, t, n)
	waitBlocks(ctx, t, n, 6)
	if later := certificates(ctx, t, n); later[0] <= now[0] || later[1] <= now[1] {
		t.Errorf("certified ends %v, were %v: both chains go on without one validator", later, now)
	}
	editConfig(t, n, 3, func(c *node.Config) { c.Chains = append(c.Chains, kept) })
	if out, code := reload(ctx, t, n, 3); code != 0 {
		t.Errorf("reload: exit code %d\n%s", code, out)
	}
	stands(false)
	began := slices.Max(n.Client.Heights(ctx))
	waitBlocks(ctx, t, n, 6)

	if err := flow(); err != nil {
		t.Fatal(err)
	}
	if len(run.sent) < 16 {
		t.Errorf("%d messages were sent, want 16 or more: the test proves little", len(run.sent))
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	exactlyOnce(ctx, t, n, run)
	auditNonces(ctx, t, n)
	votesFrom(ctx, t, n, started, 1)
	votesFrom(ctx, t, n, began, 1, 2)
	for i, p := range n.Nodes {
		if p.PID() != pids[i] {
			t.Errorf("%s runs under %d, began under %d", p.Name, p.PID(), pids[i])
		}
		if want, got := []string{"new 0", "new 1", "new 2"}, endpointNames(ctx, t, n, i); !slices.Equal(got[:min(3, len(got))], want) {
			t.Errorf("%s: endpoints %q", p.Name, got)
		}
		s, err := n.Status(ctx, i)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range s.Conduct {
			if c.WrongVotes.Count+c.Equivocations.Count+c.InvalidShares.Count+c.MissingShares.Count+c.Garbled.Count != 0 || c.BenchUntil != 0 {
				t.Errorf("node%d says of %s: %+v", i, c.Moniker, c)
			}
		}
		for _, a := range s.Absences {
			if a.Missed > 2 { // of the last hundred: the first blocks of a network that has just begun
				t.Errorf("node%d: %s is missing in %d of %d commits", i, a.Moniker, a.Missed, s.Commits)
			}
		}
	}
}

// startFlow sends a message each way again and again until it is called.
func startFlow(ctx context.Context, run *traffic) (end func() error) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan error)
	go func() {
		for ctx.Err() == nil {
			// A send waits until it is mined: a message or two in every block. What is begun is finished.
			if _, err := run.send(context.WithoutCancel(ctx), 1); err != nil {
				done <- err
				return
			}
		}
		done <- nil
	}()
	return func() error {
		cancel()
		return <-done
	}
}

// editConfig changes a validator's settings file.
func editConfig(t *testing.T, n *Network, i int, change func(*node.Config)) {
	t.Helper()
	c, err := node.LoadConfig(n.NodeHome(i).ConfigFile(), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	change(&c)
	if err := c.Save(n.NodeHome(i).ConfigFile()); err != nil {
		t.Fatal(err)
	}
}

func chainOf(t *testing.T, c *node.Config, id uint64) *sources.Chain {
	t.Helper()
	i := slices.IndexFunc(c.Chains, func(k sources.Chain) bool { return k.ChainID == id })
	if i < 0 {
		t.Fatalf("no chain %d in the settings", id)
	}
	return &c.Chains[i]
}

// reload runs `bridged reload` for validator i.
func reload(ctx context.Context, t *testing.T, n *Network, i int) (out string, code int) {
	t.Helper()
	b, err := exec.CommandContext(ctx, filepath.Join(n.opts.Bin, "bridged"), "reload", "--home", string(n.NodeHome(i))).CombinedOutput()
	if e := (*exec.ExitError)(nil); errors.As(err, &e) {
		return string(b), e.ExitCode()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s reloads: %s", moniker(i), b)
	return string(b), 0
}

func hangUp(t *testing.T, n *Network, i int) {
	t.Helper()
	if err := syscall.Kill(n.Nodes[i].PID(), syscall.SIGHUP); err != nil {
		t.Fatal(err)
	}
}

func awaitLog(ctx context.Context, t *testing.T, n *Network, i int, line string, times int) {
	t.Helper()
	if err := n.until(ctx, fmt.Sprintf("%s logs %s", moniker(i), line), waitLimit, func(context.Context) (bool, string) {
		b, err := os.ReadFile(n.Nodes[i].Log())
		return err == nil && strings.Count(string(b), line) >= times, fmt.Sprint(strings.Count(string(b), line))
	}); err != nil {
		t.Fatal(err)
	}
}

// endpointNames are those that validator i says it asks, chain by chain.
func endpointNames(ctx context.Context, t *testing.T, n *Network, i int) (names []string) {
	t.Helper()
	s, err := n.Status(ctx, i)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range s.Sources {
		for _, e := range c.Endpoints {
			names = append(names, e.Name)
		}
	}
	return names
}

// votesFrom demands that from a height on every member voted in some streams, each at least half as often as who did
// most: not everybody is asked in time for every window.
func votesFrom(ctx context.Context, t *testing.T, n *Network, height int64, streams ...uint16) {
	t.Helper()
	counts := map[uint16]map[string]int{}
	for _, s := range streams {
		counts[s] = map[string]int{}
	}
	names := monikers(ctx, t, n)
	eachCommit(ctx, t, n, func(h int64, v *abci.ExtendedVoteInfo) {
		e, err := extension.Decode(v.VoteExtension)
		if err != nil || e == nil || h <= height {
			return
		}
		for _, w := range e.Votes {
			if of := counts[w.Stream]; of != nil {
				of[names[sdk.ConsAddress(v.Validator.Address).String()]]++
			}
		}
	})
	t.Logf("votes from height %d on: %v", height, counts)
	for stream, of := range counts {
		most := slices.Max(append(slices.Collect(maps.Values(of)), 1))
		for _, name := range names {
			if 2*of[name] < most {
				t.Errorf("%s voted %d times for stream %d from height %d on, others %d times", name, of[name], stream, height, most)
			}
		}
	}
}
