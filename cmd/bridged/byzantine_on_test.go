// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package main

import (
	"bytes"
	"io"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/cmd/bridged/byzantine"
	"github.com/aitbc/bridge/cmd/bridged/node"
)

// TestByzantineBuildSaysSo in help, version and list.
func TestByzantineBuildSaysSo(t *testing.T) {
	for _, args := range [][]string{{"--help"}, {"--version"}} {
		var out bytes.Buffer
		if code := run(args, &out, &out); code != exitOK || !strings.Contains(out.String(), byzantineName) {
			t.Errorf("%v: exit %d\n%s", args, code, out.String())
		}
	}
	var list bytes.Buffer
	if code := run([]string{"byzantine"}, &list, io.Discard); code != exitOK {
		t.Fatalf("exit %d", code)
	}
	for _, p := range byzantine.Policies() {
		if !strings.Contains(list.String(), "\n"+p.Name+" ") {
			t.Errorf("%s is not listed", p.Name)
		}
	}
}

// TestByzantineRefusals: unknown policies are wrong usage, other chains than devnets unsafe; the
// warning comes before either.
func TestByzantineRefusals(t *testing.T) {
	for _, c := range []struct {
		chain, policy string
		want          int
	}{
		{node.DevnetPrefix + "1", "nonsense", exitUsage},
		{"aitbc-main-1", "silent", exitRefused},
		{"aitbc-main-1", "", exitRefused},
	} {
		home := filepath.Join(t.TempDir(), "home")
		if code := run([]string{"init", "--home", home, "--chain-id", c.chain, "--moniker", "m"}, io.Discard, io.Discard); code != exitOK {
			t.Fatalf("init: exit %d", code)
		}
		var log bytes.Buffer
		if code := run([]string{"start", "--home", home, "--byzantine", c.policy}, io.Discard, &log); code != c.want || !strings.Contains(log.String(), byzantineName) {
			t.Errorf("%s on %s: exit %d, want %d\n%s", c.policy, c.chain, code, c.want, log.String())
		}
	}
}
