// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"cmp"
	"context"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
)

// waitLimit bounds the delivery of everything, restarts included.
const waitLimit = 4 * time.Minute

// TestEndToEnd sends 100 messages both ways through real processes while one validator
// and the relayer are killed with -9 and started again. Nothing is lost, nothing
// arrives twice.
func TestEndToEnd(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startForTest(ctx, t)
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	const rounds, each = 10, 5 // 10 rounds of 5 each way: 100 messages
	for round := range rounds {
		if _, err := run.send(ctx, each); err != nil {
			t.Fatal(err)
		}
		switch round {
		case 2:
			restart(ctx, t, n, n.Nodes[1], 2)
		case 5:
			restart(ctx, t, n, n.Relayer, 3)
		case 7:
			both(func() { restart(ctx, t, n, n.Nodes[3], 3) }, func() { restart(ctx, t, n, n.Relayer, 1) })
		}
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	// A second effect would follow within a few blocks.
	waitBlocks(ctx, t, n, 5)
	sum := run.tally(ctx, 2*rounds*each)
	t.Logf("%d of %d delivered, %d lost, %d duplicated, p50 %s, p90 %s", sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50, sum.P90)
	if sum.Delivered != sum.Sent || sum.Lost != 0 || sum.Duplicated != 0 {
		t.Fatal("messages were lost or arrived twice")
	}
	for _, s := range run.sent {
		if len(run.observers[s.Target].of(s.ID)) != 1 {
			t.Errorf("message %s arrived %d times", s.ID, len(run.observers[s.Target].of(s.ID)))
		}
	}
	// The killed validator votes and signs again: it keeps up with the others.
	if err := n.until(ctx, "killed validators catch up", time.Minute, func(ctx context.Context) (bool, string) {
		h := n.Client.Heights(ctx)
		return h[1] > 0 && h[3] > 0 && max(h[0], h[1], h[2], h[3])-min(h[0], h[1], h[2], h[3]) <= 3, fmt.Sprint(h)
	}); err != nil {
		t.Fatal(err)
	}
	checkTrack(ctx, t, n, run.sent[0])
}

// TestRelayerStoreMayBeDeleted: the store is a cache, and two relayers side by side
// deliver nothing twice.
func TestRelayerStoreMayBeDeleted(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startForTest(ctx, t)
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	second := secondRelayer(t, n)
	if _, err := run.send(ctx, 5); err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := n.Relayer.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := os.RemoveAll(filepath.Join(n.Dir(), "relayer", "store")); err != nil {
		t.Fatal(err)
	}
	if err := n.Relayer.Start(); err != nil {
		t.Fatal(err)
	}
	if _, err := run.send(ctx, 5); err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 5)
	if sum := run.tally(ctx, 20); sum.Delivered != 20 || sum.Duplicated != 0 {
		t.Fatalf("%+v", sum)
	}
}

func startForTest(ctx context.Context, t *testing.T) *Network {
	t.Helper()
	return startWith(ctx, t, Options{})
}

// startWith starts a network with free ports that ends with the test. BRIDGE_BIN is the folder
// of the programs, build/ without it.
func startWith(ctx context.Context, t *testing.T, o Options) *Network {
	t.Helper()
	if o.Bin == "" {
		o.Bin = cmp.Or(os.Getenv("BRIDGE_BIN"), filepath.Join("..", "..", "build"))
	}
	o.Dir, o.AnyPorts, o.Out, o.Logger = filepath.Join(t.TempDir(), "devnet"), true, testWriter{t}, slog.New(slog.DiscardHandler)
	n, err := Start(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := n.Stop(); err != nil {
			t.Error(err)
		}
		if t.Failed() {
			for _, p := range append(n.Nodes, n.Relayer) {
				t.Logf("%s:\n%s", p.Name, p.tail(30))
			}
		}
	})
	return n
}

// restart kills a process with -9 and starts it again some source blocks later.
func restart(ctx context.Context, t *testing.T, n *Network, p *Process, blocks uint64) {
	t.Helper()
	if err := p.Kill(); err != nil {
		t.Error(err)
	}
	t.Logf("%s killed", p.Name)
	waitBlocks(ctx, t, n, blocks)
	if err := p.Start(); err != nil {
		t.Error(err)
	}
	t.Logf("%s started again", p.Name)
}

func waitBlocks(ctx context.Context, t *testing.T, n *Network, blocks uint64) {
	t.Helper()
	until := n.chains[0].Head() + blocks
	if err := n.until(ctx, "blocks", time.Minute, func(context.Context) (bool, string) {
		return n.chains[0].Head() >= until, ""
	}); err != nil {
		t.Error(err)
	}
}

func both(a, b func()) {
	var group sync.WaitGroup
	group.Go(a)
	group.Go(b)
	group.Wait()
}

// secondRelayer runs beside the first, with an account and a store of its own.
func secondRelayer(t *testing.T, n *Network) *Process {
	t.Helper()
	home := filepath.Join(n.Dir(), "relayer2")
	if err := os.MkdirAll(filepath.Join(home, "keys"), 0o700); err != nil {
		t.Fatal(err)
	}
	// The deployer's account has funds and nothing else to do any more.
	key, err := os.ReadFile(filepath.Join(n.Home(), "keys", "deployer"))
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(home, "keys", "account"), key, 0o600); err != nil {
		t.Fatal(err)
	}
	p := &Process{
		Name: "relayer2", path: filepath.Join(n.opts.Bin, "relayer"), log: filepath.Join(n.Dir(), "logs", "relayer2.log"),
		args: []string{"start", "--home", home, "--network", n.NetworkFile()},
	}
	if err := p.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = p.Stop() })
	return p
}

// checkTrack: the library and the program tell the same about a delivered message.
func checkTrack(ctx context.Context, t *testing.T, n *Network, s client.Sent) {
	t.Helper()
	for _, hash := range []message.Hash{message.Hash(s.ID), s.Tx} {
		list, err := n.Client.Track(ctx, hash)
		if err != nil || len(list) != 1 || list[0].Stage != client.StageDelivered || list[0].TargetTx.IsZero() {
			t.Errorf("track %s: %+v, %v", hash, list, err)
		}
	}
	out, err := exec.CommandContext(ctx, filepath.Join(n.opts.Bin, "bridgectl"), "track", s.ID.String(), "--json", "--network", n.NetworkFile()).CombinedOutput()
	if err != nil {
		t.Errorf("bridgectl track: %v\n%s", err, out)
	}
}

type testWriter struct{ t *testing.T }

func (w testWriter) Write(b []byte) (int, error) {
	w.t.Logf("%s", b)
	return len(b), nil
}
