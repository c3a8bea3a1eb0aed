// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

// killLimit bounds the wait for a process to come to its failpoint, and for its return.
const killLimit = 3 * time.Minute

// TestFailpoints kills real processes at every failpoint of the code but those of ceremonies (TestCeremonyKills) while messages flow
// both ways, one validator and the relayer at a time, and starts each again. Nothing
// is lost, nothing arrives twice, and nobody says two things.
//
// FAILPOINTS=i/n takes every n-th of the kills in the running network, from the i-th on; all without it.
func TestFailpoints(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	bin := buildWithFailpoints(ctx, t)
	killInit(ctx, t, bin)
	killChangingPassword(ctx, t, bin)

	f := &failing{t: t, planned: slicedKills(t, os.Getenv("FAILPOINTS"))}
	dir := filepath.Join(t.TempDir(), "devnet")
	n, err := Start(ctx, Options{
		Dir: dir, Bin: bin, AnyPorts: true, Out: testWriter{t}, Logger: slog.New(slog.DiscardHandler),
		Prepare: func(i int, home node.Layout) error { return killFirstStart(ctx, t, bin, i, home) },
	})
	if err != nil {
		t.Fatal(err)
	}
	f.n = n
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
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	traffic, stopTraffic := context.WithCancel(ctx)
	defer stopTraffic()
	var sending, killing sync.WaitGroup
	var sendErr, nodeErr, relayerErr error
	sending.Go(func() { sendErr = f.keepSending(traffic, run) })
	killing.Go(func() { nodeErr = f.killNodes(ctx) })
	killing.Go(func() { relayerErr = f.killRelayer(ctx) })
	killing.Wait()
	if err := errors.Join(nodeErr, relayerErr); err != nil {
		t.Fatal(err)
	}
	// Everyone signs again, with messages still flowing.
	for i := range n.Nodes {
		if err := f.signsAgain(ctx, i); err != nil {
			t.Fatal(err)
		}
	}
	stopTraffic()
	sending.Wait()
	if sendErr != nil {
		t.Fatal(sendErr)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 5) // a second effect would follow within a few blocks
	sum := run.tally(ctx, len(run.sent))
	t.Logf("%d of %d kills in the running network, %d of %d delivered, %d lost, %d duplicated, p50 %s, p90 %s", len(f.planned), len(slicedKills(t, "")), sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50, sum.P90)
	if sum.Delivered != sum.Sent || sum.Sent < len(n.Nodes) || sum.Lost != 0 || sum.Duplicated != 0 {
		t.Errorf("messages were lost or arrived twice: %+v", sum)
	}
	f.checkState(ctx)
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	f.checkJournals()
}

// buildWithFailpoints builds the programs of the network with the tag failpoint.
func buildWithFailpoints(ctx context.Context, t *testing.T) string {
	t.Helper()
	bin := filepath.Join(t.TempDir(), "bin")
	out, err := exec.CommandContext(ctx, "go", "build", "-tags", "devnet failpoint", "-o", bin+"/",
		"github.com/aitbc/bridge/cmd/bridged", "github.com/aitbc/bridge/cmd/relayer").CombinedOutput()
	if err != nil {
		t.Fatalf("build with failpoints: %v\n%s", err, out)
	}
	return bin
}

// dieAt runs a program and demands that it is killed at the failpoint.
func dieAt(ctx context.Context, k kill, path string, args ...string) error {
	ctx, cancel := context.WithTimeout(ctx, killLimit)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, args...)
	cmd.Env = append(os.Environ(), k.env())
	out, err := cmd.CombinedOutput()
	return k.died(err, string(out))
}

func (k kill) env() string { return fmt.Sprintf("BRIDGE_FAILPOINT=%s:%d", k.name, k.hit) }

// died says what is wrong with an end that should be this one; log is what the process wrote.
func (k kill) died(end error, log string) error {
	var exit *exec.ExitError
	// Its own line tells this SIGKILL from any other.
	if !errors.As(end, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL || !strings.Contains(log, "failpoint: killed at "+k.name+"\n") {
		return fmt.Errorf("not killed at %s: %v\n%s", k.env(), end, log) //nolint:errorlint // may be nil
	}
	return nil
}

// killFirstStart prepares validator 0's home by starts that die before anything is known.
func killFirstStart(ctx context.Context, t *testing.T, bin string, i int, home node.Layout) error {
	if i != 0 {
		return nil
	}
	for _, k := range kills {
		if k.on != onFirstStart {
			continue
		}
		if err := dieAt(ctx, k, filepath.Join(bin, "bridged"), "start", "--home", string(home)); err != nil {
			return err
		}
		t.Logf("first start of node0 killed at %s:%d", k.name, k.hit)
	}
	return nil
}

// failing is a network whose processes are killed at failpoints.
type failing struct {
	t       *testing.T
	n       *Network
	planned []kill // of the running network, in order

	mu     sync.Mutex
	shares [MaxValidators]int // in each signer's journal when its process was last started
}

// keepSending sends one message each way per two blocks until ctx ends.
func (f *failing) keepSending(ctx context.Context, run *traffic) error {
	for ctx.Err() == nil {
		if _, err := run.send(context.WithoutCancel(ctx), 1); err != nil {
			return err
		}
		until := f.n.chains[0].Head() + 2
		if err := f.n.until(ctx, "blocks", killLimit, func(context.Context) (bool, string) {
			return f.n.chains[0].Head() >= until, ""
		}); err != nil && ctx.Err() == nil {
			return err
		}
	}
	return nil
}

// killNodes ends the validators in turn; each has signed since its last start before it is
// ended again.
func (f *failing) killNodes(ctx context.Context) error {
	turn := 0
	for _, k := range f.planned {
		if k.on == onRelayer {
			continue
		}
		i := turn % len(f.n.Nodes)
		turn++
		if err := f.signsAgain(ctx, i); err != nil {
			return err
		}
		if err := f.kill(ctx, f.n.Nodes[i], k, func() error {
			switch k.on {
			case onTornNode:
				return tear(f.home(i).VoteJournal())
			case onEmptyNode:
				return emptyTrees(f.home(i))
			}
			return nil
		}); err != nil {
			return err
		}
		if err := f.back(ctx, i); err != nil {
			return fmt.Errorf("after %s: %w", k.name, err)
		}
	}
	return nil
}

func (f *failing) killRelayer(ctx context.Context) error {
	for _, k := range f.planned {
		if k.on != onRelayer {
			continue
		}
		if err := f.kill(ctx, f.n.Relayer, k, func() error { return nil }); err != nil {
			return err
		}
	}
	return nil
}

// kill starts a process with the failpoint, waits until it has died there and starts it again
// without. between runs before the first start.
func (f *failing) kill(ctx context.Context, p *Process, k kill, between func() error) error {
	if err := p.Kill(); err != nil {
		return err
	}
	if err := between(); err != nil {
		return err
	}
	before := logSize(p)
	p.arm(k.env())
	if err := p.Start(); err != nil {
		return err
	}
	var end error
	if err := f.n.until(ctx, p.Name+" to die at "+k.name, killLimit, func(context.Context) (dead bool, _ string) {
		dead, end = p.Exited()
		return dead, ""
	}); err != nil {
		return err
	}
	log, err := os.ReadFile(p.log)
	if err != nil {
		return err
	}
	if err := k.died(end, string(log[before:])); err != nil {
		return fmt.Errorf("%s: %w", p.Name, err)
	}
	f.t.Logf("%s killed at %s:%d", p.Name, k.name, k.hit)
	if err := p.Kill(); err != nil { // collects the dead child
		return err
	}
	p.arm()
	return p.Start()
}

// arm sets what is added to the environment at the next start; a process that is armed may
// end by itself.
func (p *Process) arm(env ...string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.env, p.mayExit = env, len(env) > 0
}

func logSize(p *Process) int64 {
	st, err := os.Stat(p.log)
	if err != nil {
		return 0
	}
	return st.Size()
}

// tear leaves the beginning of a record at the end of a journal, as a crash of the machine may.
func tear(path string) error {
	j, err := os.OpenFile(path, os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	_, err = j.Write([]byte{0, 0, 0, 73, 1, 2, 3})
	return errors.Join(err, j.Close())
}

// emptyTrees deletes the trees of a home, which are a cache.
func emptyTrees(h node.Layout) error {
	trees, err := filepath.Glob(filepath.Join(string(h), "streams", "*"))
	for _, dir := range trees {
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return err
}

func (f *failing) home(i int) node.Layout {
	return node.Layout(filepath.Join(f.n.Dir(), fmt.Sprintf("node%d", i)))
}
