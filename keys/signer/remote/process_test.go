// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package remote

import (
	"bufio"
	"context"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
)

// childHome makes this binary a signer's process over a home; childKill says when it dies.
const (
	childHome = "SIGNER_TEST_HOME"
	childKill = "SIGNER_TEST_KILL"
)

func TestMain(m *testing.M) {
	if dir := os.Getenv(childHome); dir != "" {
		if err := child(dir, os.Getenv(childKill)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// child is a signer's process, as `bridged signer` is one.
func child(dir, kill string) error {
	path := filepath.Join(dir, "journal")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return err
	}
	info, err := f.Stat()
	if err != nil {
		return err
	}
	j, err := journal.OpenOn(&deadly{File: f}, info.Size())
	if err != nil {
		return err
	}
	if err := j.Close(); err != nil { // what opening writes is not counted
		return err
	}
	if f, err = os.OpenFile(path, os.O_RDWR, 0o600); err != nil {
		return err
	}
	if info, err = f.Stat(); err != nil {
		return err
	}
	mortal := &deadly{File: f}
	if j, err = journal.OpenOn(mortal, info.Size()); err != nil {
		return err
	}
	mortal.arm(kill)
	text, err := os.ReadFile(filepath.Join(dir, "share"))
	if err != nil {
		return err
	}
	raw, err := hex.DecodeString(string(text))
	if err != nil || len(raw) != 64 {
		return errors.New("bad share")
	}
	share := keystore.Share{KeyEpoch: 1, Index: 1, Secret: frost.Scalar(raw[:32]), BridgeID: bridge, GroupKey: schnorr.PublicKey(raw[32:])}
	s, err := signer.New(signer.Config{BridgeID: bridge, Shares: []keystore.Share{share}, Journal: j, Rand: rand.Reader})
	if err != nil {
		return err
	}
	server, err := NewServer(Config{Signer: s, BridgeID: bridge, Fork: 1, Shelf: new(drawer), Logger: slog.New(slog.NewTextHandler(os.Stderr, nil))})
	if err != nil {
		return err
	}
	ln, err := Listen(filepath.Join(dir, "s.sock"))
	if err != nil {
		return err
	}
	fmt.Println("listens")
	return server.Run(context.Background(), ln)
}

// deadly is a file whose process dies at a chosen step of the n-th record.
type deadly struct {
	*os.File
	at   string // write, written or synced
	left int
}

// arm takes <step>:<n>.
func (d *deadly) arm(kill string) {
	step, n, ok := strings.Cut(kill, ":")
	if ok {
		d.at = step
		d.left, _ = strconv.Atoi(n)
	}
}

func (d *deadly) WriteAt(p []byte, at int64) (int, error) {
	if d.at == "" {
		return d.File.WriteAt(p, at)
	}
	d.left--
	d.die("write")
	n, err := d.File.WriteAt(p, at)
	d.die("written")
	return n, err
}

func (d *deadly) Sync() error {
	err := d.File.Sync()
	d.die("synced")
	return err
}

func (d *deadly) die(step string) {
	if d.at == step && d.left == 0 {
		_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		select {}
	}
}

// spawn starts the child and waits until it listens.
func spawn(t *testing.T, dir, kill string) *exec.Cmd {
	t.Helper()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), childHome+"="+dir, childKill+"="+kill)
	cmd.Stderr = os.Stderr
	if !testing.Verbose() {
		cmd.Stderr = nil
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	if line, err := bufio.NewReader(out).ReadString('\n'); line != "listens\n" {
		t.Fatalf("child says %q, %v", line, err)
	}
	return cmd
}

// TestKilledInARequest: the signer's process is killed at each step of each record, in the middle of a request. Its next
// life gives at most one share with a pair, one body for a window, and goes on.
func TestKilledInARequest(t *testing.T) {
	for record, name := range map[int]string{1: "boot", 2: "vote", 3: "share"} {
		for _, step := range []string{"write", "written", "synced"} {
			t.Run(name+" "+step, func(t *testing.T) {
				dir := privateTemp(t)
				group, share := deal(t, 1)
				if err := os.WriteFile(filepath.Join(dir, "share"), []byte(hex.EncodeToString(append(share.Secret[:], share.GroupKey[:]...))), 0o600); err != nil {
					t.Fatal(err)
				}
				dying := spawn(t, dir, step+":"+strconv.Itoa(record))
				c, err := Dial(context.Background(), filepath.Join(dir, "s.sock"), bridge, nil)
				if err != nil {
					t.Fatal(err)
				}
				defer c.Close()
				skip(c)

				voted, other := checkpoint(9, 1), checkpoint(9, 2)
				play := func(number uint64) (signer.Request, frost.Scalar, error) {
					c.Start(100)
					if err := c.Observe(signer.Observation{Height: 100 + number, BridgeID: bridge, Fork: 1}); err != nil {
						t.Fatal(err)
					}
					list := c.Commitments(1)
					if len(list) == 0 {
						return signer.Request{}, frost.Scalar{}, ErrAway
					}
					q := request(group.Key, number, list[0], voted)
					z, err := c.Sign(q, yes)
					return q, z, err
				}
				first, z, err := play(1)
				if !errors.Is(err, ErrAway) || z != (frost.Scalar{}) {
					t.Fatalf("the killed process answered: %v", err)
				}
				var exit *exec.ExitError
				if err := dying.Wait(); !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
					t.Fatalf("the process ended with %v", err)
				}

				spawn(t, dir, "")
				if err := c.Observe(signer.Observation{Height: 102, BridgeID: bridge, Fork: 1}); err != nil {
					t.Fatal(err)
				}
				if first.Fork != 0 { // the request that was cut off is asked again
					if _, err := c.Sign(first, yes); !errors.Is(err, signer.ErrPairBurnt) {
						t.Errorf("again after the kill: %v", err)
					}
				}
				if err := raw(c, request(group.Key, 2, c.Commitments(1)[0], other)); !errors.Is(err, signer.ErrNoVote) {
					t.Errorf("a body that nobody voted for: %v", err)
				}
				next, z, err := play(3)
				if err != nil {
					t.Fatalf("the next session: %v", err)
				}
				if _, err := frost.Aggregate(next.Session, []frost.Scalar{z}); err != nil {
					t.Error(err)
				}
				if err := c.Vote(*other); !errors.Is(err, signer.ErrConflict) {
					t.Errorf("a second body in the window: %v", err)
				}
			})
		}
	}
}
