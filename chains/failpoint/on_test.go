// SPDX-License-Identifier: Apache-2.0

//go:build failpoint

package failpoint

import (
	"errors"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestMain is the killed program too: with a word in childEnv it only runs victim.
func TestMain(m *testing.M) {
	if os.Getenv(childEnv) != "" {
		victim()
		return
	}
	os.Exit(m.Run())
}

const childEnv = "FAILPOINT_TEST_CHILD"

func victim() {
	defer os.Stdout.WriteString("deferred\n")
	for _, name := range []string{"a.b", "a", "a.b", "a.b.c", "a.b"} {
		os.Stdout.WriteString(name + "\n")
		Hit(name)
	}
}

func TestKilledAtTheHit(t *testing.T) {
	for _, c := range []struct {
		setting string
		lines   int // of names before the end; 0: it runs to its end
	}{
		{"a.b", 1}, {"a.b:1", 1}, {"a.b:2", 3}, {"a.b:3", 5}, {"a.b.c", 4}, {"a", 2},
		{"", 0}, {"a.b:4", 0}, {"b", 0}, {"a.", 0},
	} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"=1", Env+"="+c.setting)
		var stderr strings.Builder
		cmd.Stderr = &stderr
		out, err := cmd.Output()
		lines := strings.Split(strings.TrimSpace(string(out)), "\n")
		if c.lines == 0 {
			if err != nil || len(lines) != 6 || lines[5] != "deferred" {
				t.Errorf("%q: %v, %q", c.setting, err, lines)
			}
			continue
		}
		var exit *exec.ExitError
		if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
			t.Errorf("%q: ended with %v, want SIGKILL", c.setting, err)
		}
		if len(lines) != c.lines || !strings.Contains(stderr.String(), "killed at ") {
			t.Errorf("%q: %q, %q", c.setting, lines, stderr.String())
		}
	}
}

func TestBadSettingIsRefused(t *testing.T) {
	for _, s := range []string{":", ":1", "a:", "a:0", "a:-1", "a:x", "a:99999999999"} {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), childEnv+"=1", Env+"="+s)
		if out, err := cmd.Output(); err == nil || len(out) > 0 {
			t.Errorf("%q: %v, %q", s, err, out)
		}
	}
}

func TestHook(t *testing.T) {
	var seen []string
	restore := SetHook(func(name string) { seen = append(seen, name) })
	Hit("x")
	inner := SetHook(nil)
	Hit("y")
	inner()
	Hit("z")
	restore()
	Hit("w")
	if !slices.Equal(seen, []string{"x", "z"}) {
		t.Errorf("saw %q", seen)
	}
}
