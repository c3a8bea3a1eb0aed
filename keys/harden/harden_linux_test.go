// SPDX-License-Identifier: Apache-2.0

package harden

import (
	"os"
	"os/exec"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

// TestProcess runs in a process of its own: the test's own must stay as it is.
func TestProcess(t *testing.T) {
	if os.Getenv("HARDEN_CHILD") == "" {
		c := exec.Command(os.Args[0], "-test.run=^TestProcess$", "-test.v") //nolint:gosec // this test itself
		c.Env = append(os.Environ(), "HARDEN_CHILD=1")
		out, err := c.CombinedOutput()
		if err != nil || !strings.Contains(string(out), "PASS: TestProcess") {
			t.Fatalf("%v\n%s", err, out)
		}
		return
	}
	before, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0)
	if err != nil || before != 1 {
		t.Fatalf("dumpable %d before, %v", before, err)
	}
	Process()
	if after, err := unix.PrctlRetInt(unix.PR_GET_DUMPABLE, 0, 0, 0, 0); err != nil || after != 0 {
		t.Errorf("dumpable %d, %v", after, err)
	}
	var l unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CORE, &l); err != nil || l.Cur != 0 || l.Max != 0 {
		t.Errorf("core limit %+v, %v", l, err)
	}
}
