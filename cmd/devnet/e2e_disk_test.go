// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet && linux

package devnet

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/aitbc/bridge/cmd/bridged/node"
)

const (
	// fullDiskNode is the validator whose journals lie on the small disk.
	fullDiskNode = 3
	diskBytes    = 64 << 20
	// skipDisk is the variable that lets the test be skipped where no disk can be mounted.
	skipDisk = "BRIDGE_SKIP_DISK"
)

// TestFullDisk fills the disk under the journals of one of four validators while messages
// flow. It stops voting and signing before it says anything that its journals do not hold;
// the other three go on delivering. When there is room again it resumes by itself; killed
// with -9 and started again while the disk is full it does the same.
//
// The disk is a file of 64 MB with an ext4 file system, mounted over a loop device: this needs
// root. Where that is not allowed the test fails, unless BRIDGE_SKIP_DISK=1 says to skip it.
func TestFullDisk(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 12*time.Minute)
	defer cancel()
	var disk *smallDisk
	dir := t.TempDir()
	n := startWith(ctx, t, Options{Prepare: func(i int, home node.Layout) (err error) {
		if i == fullDiskNode {
			disk, err = mountSmallDisk(t, dir, filepath.Dir(home.VoteJournal()))
		}
		return err
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
	for range 40 { // blocks of 1 KiB hold a few records more
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

// smallDisk is a mounted file system in a file.
type smallDisk struct{ ballast string }

// mountSmallDisk mounts 64 MB at a directory until the test ends. A program of its own holds
// the mount: it unmounts when the test ends however it ends, since its input ends then.
func mountSmallDisk(t *testing.T, dir, at string) (*smallDisk, error) {
	t.Helper()
	image := filepath.Join(dir, "disk.img")
	f, err := os.OpenFile(image, os.O_CREATE|os.O_WRONLY|os.O_EXCL, 0o600)
	if err != nil {
		return nil, err
	}
	if err := errors.Join(f.Truncate(diskBytes), f.Close()); err != nil {
		return nil, err
	}
	// Blocks of 1 KiB, so that a journal needs another one soon; none kept back for root.
	if out, err := exec.Command("mkfs.ext4", "-q", "-F", "-b", "1024", "-m", "0", image).CombinedOutput(); err != nil {
		return nil, cannotMount(t, err, string(out))
	}
	holder := exec.Command("sh", "-c", `mount -o loop "$1" "$2" && rmdir "$2/lost+found" && chmod 700 "$2" || exit 1
echo mounted
read -r _
for i in 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20; do umount "$2" && exit 0; sleep 1; done
exec umount -l "$2"`, "sh", image, at)
	holder.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	holder.Stderr = os.Stderr
	hold, err := holder.StdinPipe()
	if err != nil {
		return nil, err
	}
	said, err := holder.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := holder.Start(); err != nil {
		return nil, cannotMount(t, err, "")
	}
	line, _ := bufio.NewReader(said).ReadString('\n')
	if strings.TrimSpace(line) != "mounted" {
		_ = hold.Close()
		return nil, cannotMount(t, holder.Wait(), line)
	}
	t.Cleanup(func() {
		_ = hold.Close()
		_, _ = io.Copy(io.Discard, said)
		if err := holder.Wait(); err != nil {
			t.Errorf("unmount %s: %v", at, err)
		}
	})
	return &smallDisk{ballast: filepath.Join(at, "ballast")}, nil
}

// cannotMount ends the test loudly.
func cannotMount(t *testing.T, err error, said string) error {
	t.Helper()
	if os.Getenv(skipDisk) == "1" {
		t.Skipf("SKIPPED, NOT PASSED: no disk can be mounted here (%v %s) and %s=1", err, said, skipDisk)
	}
	return fmt.Errorf("mount a small disk (run as root with loop devices, or set %s=1 to skip this test): %w: %s", skipDisk, err, said)
}

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
