// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/exit"
)

// twinMessage is what a copy must say when it ends.
const twinMessage = "another process uses this member's keys: stop one copy for good, then start the other"

// TestTwin copies a member's whole home while it is stopped and starts both copies. Both notice and
// end with exit code 3; the other three go on delivering. One copy started again votes and signs
// as before, and nothing in the chain was ever said twice.
func TestTwin(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	const member = 3
	n := startWith(ctx, t, Options{})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	deliver := func(what string, count int) {
		t.Helper()
		list, err := run.send(ctx, count)
		if err != nil {
			t.Fatal(err)
		}
		if err := run.await(ctx, list, waitLimit); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
	}
	deliver("before", 1)

	original := n.Nodes[member]
	if err := original.Stop(); err != nil {
		t.Fatal(err)
	}
	clone := cloneNode(t, n, member)
	for _, p := range []*Process{original, clone} {
		p.MayExit()
		if err := p.Start(); err != nil {
			t.Fatal(err)
		}
	}
	if err := n.until(ctx, "both copies stop", 3*time.Minute, func(ctx context.Context) (bool, string) {
		_, first := original.ExitCode()
		_, second := clone.ExitCode()
		return first && second, fmt.Sprintf("original ended %t, clone ended %t, heights %v", first, second, n.Client.Heights(ctx))
	}); err != nil {
		t.Fatalf("%v\nclone:\n%s", err, clone.tail(30))
	}
	for _, p := range []*Process{original, clone} {
		code, _ := p.ExitCode()
		text := p.tail(1)
		if code != exit.Unsafe || !strings.Contains(text, twinMessage) || !strings.Contains(text, "height ") {
			t.Errorf("%s ended with code %d, want %d and a last line that names the height and says %q:\n%s", p.Name, code, exit.Unsafe, twinMessage, p.tail(5))
		}
		t.Logf("%s: %s", p.Name, text)
	}
	deliver("with three of four", 2)

	// One copy returns; then another member leaves, so that nothing is decided or signed without it.
	if err := original.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := original.Start(); err != nil {
		t.Fatal(err)
	}
	if err := n.until(ctx, "the copy that is left catches up", time.Minute, func(ctx context.Context) (bool, string) {
		h := n.Client.Heights(ctx)
		return h[member] > 0 && slices.Max(h)-h[member] <= 2, fmt.Sprint(h)
	}); err != nil {
		t.Fatal(err)
	}
	mustKill(t, n.Nodes[0])
	deliver("with the member that had a twin", 2)
	if _, ended := original.ExitCode(); ended {
		t.Errorf("the copy that was left ended by itself:\n%s", original.tail(5))
	}
	exactlyOnce(ctx, t, n, run)
	conduct, err := n.Conduct(ctx, 1)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range conduct.Members {
		if m.Equivocations.Count+m.InvalidShares.Count+m.Garbled.Count != 0 || m.Suspension != nil {
			t.Errorf("the state blames member %d: %+v", m.Index, m)
		}
	}
	auditNonces(ctx, t, n)
}

// cloneNode copies the home of a stopped member. The copy gets its own ports and its own name among
// peers: with the old one every peer would take one connection of the two.
func cloneNode(t *testing.T, n *Network, member int) *Process {
	t.Helper()
	home := node.Layout(filepath.Join(n.Dir(), "clone"))
	from := string(n.NodeHome(member))
	if err := filepath.WalkDir(from, func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		to := filepath.Join(string(home), strings.TrimPrefix(path, from))
		if d.IsDir() {
			return os.Mkdir(to, 0o700)
		}
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		return os.WriteFile(to, b, 0o600)
	}); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(home.NodeKeyFile()); err != nil {
		t.Fatal(err)
	}
	if _, err := p2p.LoadOrGenNodeKey(home.NodeKeyFile()); err != nil {
		t.Fatal(err)
	}
	comet, err := node.LoadComet(home)
	if err != nil {
		t.Fatal(err)
	}
	comet.P2P.ListenAddress, comet.RPC.ListenAddress = "tcp://"+freePort(t), "tcp://"+freePort(t)
	comet.Instrumentation.PrometheusListenAddr = freePort(t)
	cmtcfg.WriteConfigFile(home.CometFile(), comet)
	c, err := node.LoadConfig(home.ConfigFile(), func(string) string { return "" })
	if err != nil {
		t.Fatal(err)
	}
	c.GRPC = freePort(t)
	if err := c.Save(home.ConfigFile()); err != nil {
		t.Fatal(err)
	}
	p := &Process{
		Name: "clone", path: filepath.Join(n.opts.Bin, "bridged"), log: filepath.Join(n.Dir(), "logs", "clone.log"),
		args: []string{"start", "--home", string(home)},
	}
	t.Cleanup(func() { _ = p.Stop() })
	return p
}

// freePort is an address that was free a moment ago.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(l.Addr().(*net.TCPAddr).Port))
}
