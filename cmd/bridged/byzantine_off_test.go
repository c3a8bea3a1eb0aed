// SPDX-License-Identifier: Apache-2.0

//go:build !byzantine || !devnet

package main

import (
	"bytes"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestNormalBuildCannotMisbehave: neither flags nor code of the test build are in it.
func TestNormalBuildCannotMisbehave(t *testing.T) {
	home := filepath.Join(t.TempDir(), "home")
	for _, args := range [][]string{{"byzantine"}, {"start", "--home", home, "--byzantine", "silent"}, {"start", "--home", home, "--byzantine-seed", "1"}} {
		if code := run(args, io.Discard, io.Discard); code != exitUsage {
			t.Errorf("%v: exit %d, want %d", args, code, exitUsage)
		}
	}
	var help bytes.Buffer
	if code := run([]string{"start", "--help"}, &help, &help); code != exitOK || strings.Contains(strings.ToLower(help.String()), "byzantine") {
		t.Errorf("exit %d\n%s", code, help.String())
	}
	for _, tags := range []string{"", "devnet", "byzantine"} {
		out, err := exec.CommandContext(t.Context(), "go", "list", "-deps", "-f", "{{.ImportPath}} {{.GoFiles}}", "-tags", tags, ".").Output()
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(out), "cmd/bridged/byzantine") || strings.Contains(string(out), "hostile_") || !strings.Contains(string(out), "dealing.go") {
			t.Errorf("a build with the tags %q contains the hostile policies", tags)
		}
	}
}
