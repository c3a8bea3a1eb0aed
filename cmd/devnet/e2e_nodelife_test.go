// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

// bridged runs a command of the program and reads its JSON.
func bridged(ctx context.Context, t *testing.T, n *Network, want int, out any, args ...string) {
	t.Helper()
	b, err := exec.CommandContext(ctx, filepath.Join(n.opts.Bin, "bridged"), args...).Output()
	var exit *exec.ExitError
	code := 0
	if errors.As(err, &exit) {
		code, b = exit.ExitCode(), exit.Stderr
	} else if err != nil {
		t.Fatal(err)
	}
	if code != want {
		t.Fatalf("bridged %v: code %d, want %d: %s", args, code, want, b)
	}
	t.Logf("bridged %v: code %d: %s", args, code, b)
	if out != nil {
		if err := json.Unmarshal(b, out); err != nil {
			t.Fatal(err)
		}
	}
}

// TestNodeLife: one validator rolls back and is no twin of itself; then all export, import and go on
// one block higher under fork 2, and messages still arrive exactly once.
func TestNodeLife(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{})
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	run, err := n.newTraffic(ctx)
	must(err)
	deliver := func(count int) {
		t.Helper()
		list, err := run.send(ctx, count)
		must(err)
		must(run.await(ctx, list, waitLimit))
	}
	deliver(4)

	home := string(n.NodeHome(2))
	bridged(ctx, t, n, 3, nil, "rollback", "--home", home) // it runs
	must(n.Nodes[2].Stop())
	var back node.RolledBack
	bridged(ctx, t, n, 0, &back, "rollback", "--home", home, "--json")
	if back.To != back.From-1 {
		t.Errorf("%+v", back)
	}
	bridged(ctx, t, n, 0, &back, "rollback", "--home", home, "--json", "--to-height", fmt.Sprint(back.To-6))
	must(n.Nodes[2].Start())
	must(n.until(ctx, "the node catches up", 2*time.Minute, func(ctx context.Context) (bool, string) {
		h := n.Client.Heights(ctx)
		return h[2] > back.From+10, fmt.Sprintf("heights %v", h)
	}))
	// With another one down its votes and shares are needed.
	must(n.Nodes[3].Stop())
	deliver(2)
	must(n.Nodes[3].Start())
	waitBlocks(ctx, t, n, 4)

	for _, p := range n.Nodes {
		must(p.Stop())
	}
	var lowest int64
	for i := range n.Nodes {
		var e node.Exported
		bridged(ctx, t, n, 0, &e, "export", "--json", "--home", string(n.NodeHome(i)), "--out", filepath.Join(t.TempDir(), "newest.json"))
		if lowest == 0 || e.Height < lowest {
			lowest = e.Height
		}
	}
	lowest -= 3 // blocks that all have are left behind
	files, sums := make([]string, len(n.Nodes)), map[string]bool{}
	for i := range n.Nodes {
		files[i] = filepath.Join(t.TempDir(), "genesis.json")
		var e node.Exported
		bridged(ctx, t, n, 0, &e, "export", "--json", "--home", string(n.NodeHome(i)), "--height", fmt.Sprint(lowest), "--out", files[i])
		sums[e.SHA256] = true
	}
	if len(sums) != 1 {
		t.Fatalf("members export %d different files", len(sums))
	}
	for i := range n.Nodes {
		bridged(ctx, t, n, 3, nil, "import", "--home", string(n.NodeHome(i)), files[i])
		var r node.Imported
		bridged(ctx, t, n, 0, &r, "import", "--json", "--reset", "--home", string(n.NodeHome(i)), files[i])
		if r.Fork != 2 || r.InitialHeight != lowest+1 || r.Member == 0 {
			t.Errorf("%+v", r)
		}
		bridged(ctx, t, n, 3, nil, "import", "--reset", "--home", string(n.NodeHome(i)), files[i])
	}
	for _, p := range n.Nodes {
		must(p.Start())
	}
	deliver(4)
	s, err := n.Status(ctx, 0)
	must(err)
	if s.Fork != 2 || s.Height <= lowest || s.Stopped != "" || s.Halted != "" {
		t.Errorf("fork %d, height %d, stopped %q, halted %q", s.Fork, s.Height, s.Stopped, s.Halted)
	}
	for _, p := range s.Problems {
		t.Logf("%s: %s", p.Level, p.Text)
	}
	exactlyOnce(ctx, t, n, run)
}
