// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet && linux

package devnet

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest/smalldisk"
	"github.com/aitbc/bridge/cmd/bridged/node"
)

const (
	// fullDiskNode is the validator whose journals lie on the small disk.
	fullDiskNode = 3
	diskBytes    = 64 << 20
)

// TestFullDisk fills the disk under the journals of one of four validators while messages
// flow. It stops voting and signing before it says anything that its journals do not hold;
// the other three go on delivering. When there is room again it resumes by itself; killed
// with -9 and started again while the disk is full it does the same.
//
// The disk is a file system of 64 MB in memory, which this test mounts in name spaces of its own.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	if !smalldisk.Inside(t) {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	var disk *smallDisk
	n := startWith(ctx, t, Options{Prepare: func(i int, home node.Layout) error {
		if i == fullDiskNode {
			journals := filepath.Dir(home.VoteJournal())
			smalldisk.Mount(t, journals, diskBytes)
			disk = &smallDisk{ballast: filepath.Join(journals, "ballast")}
		}
		return nil
	}})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	d := &diskRun{t: t, n: n, run: run, disk: disk}
	d.working(ctx, 1)

	d.fillUntilSilent(ctx)
	d.empty(ctx)
	d.working(ctx, d.height) // without a restart

	d.fillUntilSilent(ctx)
	if err := n.Nodes[fullDiskNode].Kill(); err != nil {
		t.Fatal(err)
	}
	t.Log("killed with -9 on the full disk")
	d.flow(ctx, 2)
	if err := n.Nodes[fullDiskNode].Start(); err != nil {
		t.Fatal(err)
	}
	d.flow(ctx, 4) // it comes back to a full disk and keeps silent
	if h := n.Client.Heights(ctx); h[fullDiskNode] < d.height {
		t.Errorf("after the restart on a full disk: heights %v", h)
	}
	d.empty(ctx)
	d.working(ctx, d.height)

	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 5)
	sum := run.tally(ctx, len(run.sent))
	t.Logf("%d of %d delivered, %d lost, %d duplicated, p50 %s, p90 %s", sum.Delivered, sum.Sent, sum.Lost, sum.Duplicated, sum.P50, sum.P90)
	if sum.Delivered != sum.Sent || sum.Lost != 0 || sum.Duplicated != 0 {
		t.Error("messages were lost or arrived twice")
	}
	f := &failing{t: t, n: n}
	f.checkState(ctx)
	for i := range n.Nodes {
		checkReleased(ctx, t, n, i, 2)
	}
	if err := n.Stop(); err != nil {
		t.Fatal(err)
	}
	f.checkJournals()
}

// diskRun is the traffic around the small disk.
type diskRun struct {
	t      *testing.T
	n      *Network
	run    *traffic
	disk   *smallDisk
	height int64 // of the chain when something last changed
}

// flow sends one message each way every second block, for that many rounds, and waits until
// all are delivered: three validators are enough.
func (d *diskRun) flow(ctx context.Context, rounds int) {
	d.t.Helper()
	for range rounds {
		if _, err := d.run.send(ctx, 1); err != nil {
			d.t.Fatal(err)
		}
		waitBlocks(ctx, d.t, d.n, 2)
	}
	if err := d.run.await(ctx, d.run.sent, waitLimit); err != nil {
		d.t.Fatal(err)
	}
}

func (d *diskRun) now(ctx context.Context) (height int64) {
	for _, h := range d.n.Client.Heights(ctx) {
		height = max(height, h)
	}
	return height
}

// working waits, with messages flowing, until the chain has a vote and a share of the
// validator in a block above since.
func (d *diskRun) working(ctx context.Context, since int64) {
	d.t.Helper()
	for range 30 {
		d.flow(ctx, 2)
		if r := checkReleased(ctx, d.t, d.n, fullDiskNode, since+1); r.lastVote > 0 && r.lastShare > 0 {
			d.t.Logf("votes and signs: %+v", r)
			return
		}
	}
	d.t.Fatalf("node%d does not vote and sign after block %d", fullDiskNode, since)
}

// fillUntilSilent fills the disk and waits until the validator has nothing new to say although
// the chain certifies window after window. Then nothing is written any more.
func (d *diskRun) fillUntilSilent(ctx context.Context) {
	d.t.Helper()
	if err := d.disk.fill(); err != nil {
		d.t.Fatal(err)
	}
	d.height = d.now(ctx)
	home := node.Layout(filepath.Join(d.n.Dir(), fmt.Sprintf("node%d", fullDiskNode)))
	size := func() (total int64) {
		for _, p := range []string{home.VoteJournal(), home.SignerJournal()} {
			info, err := os.Stat(p)
			if err != nil {
				d.t.Fatal(err)
			}
			total += info.Size()
		}
		return total
	}
	for range 40 { // pages of 4 KiB hold some records more
		before := size()
		certified := d.now(ctx)
		d.flow(ctx, 3) // three windows each way are certified and delivered
		if r := checkReleased(ctx, d.t, d.n, fullDiskNode, certified+4); size() == before && r.votes == 0 && r.shares == 0 {
			if exited, err := d.n.Nodes[fullDiskNode].Exited(); exited {
				d.t.Fatalf("node%d ended on the full disk: %v", fullDiskNode, err)
			}
			d.height = d.now(ctx)
			d.t.Logf("silent on the full disk at height %d, journals of %d bytes; the others go on", d.height, before)
			return
		}
	}
	d.t.Fatal("the validator never felt the full disk")
}

func (d *diskRun) empty(ctx context.Context) {
	d.t.Helper()
	if err := d.disk.empty(); err != nil {
		d.t.Fatal(err)
	}
	d.height = d.now(ctx)
	d.t.Logf("room again at height %d", d.height)
}

// smallDisk is the file that takes what room there is.
type smallDisk struct{ ballast string }

// fill writes until nothing fits any more.
func (d *smallDisk) fill() error {
	f, err := os.OpenFile(d.ballast, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	for _, size := range []int{1 << 20, 1 << 10, 1} {
		chunk := make([]byte, size)
		for err == nil {
			if _, err = f.Write(chunk); err == nil && size < 1<<20 {
				err = f.Sync() // or the system promises more than the disk holds
			}
		}
		if !errors.Is(err, syscall.ENOSPC) {
			return errors.Join(fmt.Errorf("fill the disk: %w", err), f.Close())
		}
		err = nil
	}
	return errors.Join(f.Sync(), f.Close())
}

func (d *smallDisk) empty() error { return os.Remove(d.ballast) }
