// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"bufio"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"
)

// anvilBinary is the program of npm's package for this machine. It ships without the permission to be run when it was
// installed without scripts.
func anvilBinary() (string, error) {
	found, err := filepath.Glob(filepath.Join("..", "..", "..", "contracts", "node_modules", "@foundry-rs", "anvil-*", "bin", "anvil"))
	if err != nil || len(found) != 1 {
		return "", fmt.Errorf("%d programs named anvil: run make setup (its package exists for linux-amd64)", len(found))
	}
	return found[0], os.Chmod(found[0], 0o755)
}

// startAnvil runs anvil on a free port of loopback until the test ends, and returns its URL. It is ended by its own
// process id, and dies with this process.
func startAnvil(t testing.TB, args ...string) string {
	t.Helper()
	program, err := anvilBinary()
	if err != nil {
		t.Fatal(err)
	}
	args = append([]string{"--host", "127.0.0.1", "--port", "0", "--chain-id", fmt.Sprint(chainID), "--accounts", "1", "--cache-path", t.TempDir()}, args...)
	cmd := exec.Command(program, args...)
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	cmd.SysProcAttr = childAttr()
	started, done, address := make(chan error), make(chan struct{}), make(chan string, 1)
	go func() {
		defer close(done)
		// A child dies with the thread that made it, so that thread must live as long.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := cmd.Start()
		started <- err
		if err != nil {
			return
		}
		for lines := bufio.NewScanner(out); lines.Scan(); { // to the end, or the child would block
			if a, ok := strings.CutPrefix(lines.Text(), "Listening on "); ok {
				address <- a
			}
		}
		_ = cmd.Wait()
	}()
	if err := <-started; err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		select {
		case <-done:
		case <-time.After(10 * time.Second):
			_ = cmd.Process.Kill()
			<-done
		}
	})
	select {
	case a := <-address:
		return "http://" + a
	case <-done:
		t.Fatal("anvil ended before it listened")
	case <-t.Context().Done():
		t.Fatal("anvil does not listen")
	}
	return ""
}
