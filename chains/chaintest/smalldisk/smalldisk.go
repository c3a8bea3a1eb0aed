// SPDX-License-Identifier: Apache-2.0

//go:build linux

// Package smalldisk gives a test a file system of few bytes that can really be full, without any rights: the
// test runs a second time, as a process of its own in name spaces of its own, where it may mount. What it
// mounts goes with that process and the processes that it started.
//
// Only tests may import it. The kernel must allow user name spaces; where it does not, the test fails.
package smalldisk

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strings"
	"syscall"
	"testing"
)

// inside marks the process that may mount.
const inside = "BRIDGE_TEST_OWN_MOUNTS"

// Inside reports whether the calling test may mount. When it may not yet, Inside has run it again where it
// may, with its output and its result: the caller then returns at once.
func Inside(t *testing.T) bool {
	t.Helper()
	if os.Getenv(inside) == t.Name() {
		return true
	}
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^"+t.Name()+"$", "-test.count=1", "-test.timeout=0", "-test.v")
	cmd.Env = append(os.Environ(), inside+"="+t.Name())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{HostID: os.Getgid(), Size: 1}},
		Pdeathsig:   syscall.SIGKILL,
	}
	runtime.LockOSThread() // it dies with the thread that made it
	defer runtime.UnlockOSThread()
	passed := &watch{word: "--- PASS: " + t.Name(), to: os.Stderr}
	cmd.Stdout, cmd.Stderr = passed, os.Stderr
	if err := cmd.Run(); err != nil || !passed.seen {
		t.Fatalf("in name spaces of its own: %v, passed %t (the system must allow user name spaces)", err, passed.seen)
	}
	return false
}

// Mount puts an empty file system of that many bytes at a directory that is there, mode 0700. Only where Inside
// is true.
func Mount(t *testing.T, at string, size int) {
	t.Helper()
	if err := syscall.Mount("tmpfs", at, "tmpfs", 0, fmt.Sprintf("size=%d,mode=0700", size)); err != nil {
		t.Fatalf("mount %s: %v", at, err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(at, syscall.MNT_DETACH); err != nil {
			t.Errorf("unmount %s: %v", at, err)
		}
	})
}

// watch passes on what it is given and looks for a word.
type watch struct {
	word string
	tail string
	seen bool
	to   io.Writer
}

// Write looks also where the word is split between two writes.
func (w *watch) Write(b []byte) (int, error) {
	text := w.tail + string(b)
	w.seen = w.seen || strings.Contains(text, w.word)
	w.tail = text[max(0, len(text)-len(w.word)):]
	return w.to.Write(b)
}
