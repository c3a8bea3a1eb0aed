// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/spf13/cobra"

	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/verifier/app"
	"github.com/aitbc/bridge/verifier/voter"
)

// say runs the program and gives its exit code, output and complaints.
func say(args ...string) (code int, out, complaints string) {
	var o, l bytes.Buffer
	code = run(args, &o, &l)
	return code, o.String(), l.String()
}

func newHome(t *testing.T) string {
	t.Helper()
	home := filepath.Join(t.TempDir(), "n1")
	if code, _, log := say("init", "--home", home, "--chain-id", "aitbc-devnet-1", "--moniker", "n1"); code != exitOK {
		t.Fatalf("init: code %d: %s", code, log)
	}
	return home
}

func TestUsageErrors(t *testing.T) {
	home := newHome(t)
	for _, c := range []struct {
		name string
		args []string
	}{
		{"unknown command", []string{"frobnicate"}},
		{"unknown command of a group", []string{"genesis", "frobnicate"}},
		{"unknown flag", []string{"start", "--home", home, "--frobnicate"}},
		{"start with an argument", []string{"start", "x"}},
		{"init without chain id", []string{"init", "--home", home + "x", "--moniker", "m"}},
		{"init without moniker", []string{"init", "--home", home + "x", "--chain-id", "aitbc-devnet-1"}},
		{"state sync with one server", []string{"init", "--home", home + "x", "--chain-id", "aitbc-devnet-1", "--moniker", "m", "--state-sync-rpc", "127.0.0.1:1", "--trust-height", "5", "--trust-hash", strings.Repeat("ab", 32)}},
		{"state sync without a hash", []string{"init", "--home", home + "x", "--chain-id", "aitbc-devnet-1", "--moniker", "m", "--state-sync-rpc", "127.0.0.1:1,127.0.0.1:2", "--trust-height", "5"}},
		{"a hash without servers", []string{"init", "--home", home + "x", "--chain-id", "aitbc-devnet-1", "--moniker", "m", "--trust-hash", strings.Repeat("ab", 32)}},
		{"rollback to nothing", []string{"rollback", "--home", home, "--to-height", "0"}},
		{"rollback with an argument", []string{"rollback", "--home", home, "5"}},
		{"export without a file", []string{"export", "--home", home}},
		{"export of a negative height", []string{"export", "--home", home, "--height", "-1", "--out", "x"}},
		{"import of nothing", []string{"import", "--home", home}},
		{"import of two files", []string{"import", "--home", home, "a", "b"}},
		{"import of a file that is not there", []string{"import", "--home", home, home + "/none.json"}},
		{"genesis collect without members", []string{"genesis", "collect"}},
		{"timeout that is none", []string{"status", "--home", home, "--timeout", "soon"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			code, out, log := say(c.args...)
			if code != exitUsage || out != "" || !strings.HasPrefix(log, "bridged: ") {
				t.Fatalf("code %d, output %q, complaints %q", code, out, log)
			}
		})
	}
	if _, err := os.Lstat(home + "x"); !errors.Is(err, os.ErrNotExist) {
		t.Error("a refused init made a home")
	}
}

func TestBadConfigurationIsUsage(t *testing.T) {
	home := newHome(t)
	file := node.Layout(home).ConfigFile()
	if err := os.WriteFile(file, []byte("snapshot_keep = 0\nchain_id = \"aitbc-devnet-1\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if code, _, log := say("start", "--home", home); code != exitUsage || !strings.Contains(log, "snapshot_keep") {
		t.Errorf("code %d: %s", code, log)
	}
}

func TestRefusedAsUnsafe(t *testing.T) {
	t.Run("a second init", func(t *testing.T) {
		home := newHome(t)
		if code, _, log := say("init", "--home", home, "--chain-id", "aitbc-devnet-1", "--moniker", "n1"); code != exitRefused {
			t.Errorf("code %d: %s", code, log)
		}
	})
	t.Run("a home that others can read", func(t *testing.T) {
		home := newHome(t)
		if err := os.Chmod(filepath.Join(home, "journal"), 0o750); err != nil { //nolint:gosec // what is refused
			t.Fatal(err)
		}
		for _, args := range [][]string{{"start"}, {"rollback"}, {"export", "--out", home + "/g.json"}} {
			code, _, log := say(append(args, "--home", home)...)
			if code != exitRefused || strings.Count(log, "\n") != 1 || !strings.Contains(log, "0750") {
				t.Errorf("%s: code %d: %s", args[0], code, log)
			}
		}
	})
	t.Run("a journal that is held", func(t *testing.T) {
		home := newHome(t)
		j, err := journal.Open(node.Layout(home).VoteJournal())
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = j.Close() }()
		for _, args := range [][]string{{"rollback"}, {"export", "--out", home + "/g.json"}} {
			code, _, log := say(append(args, "--home", home)...)
			if code != exitRefused || !strings.Contains(log, fmt.Sprintf("process %d", os.Getpid())) || strings.Count(log, "\n") != 1 {
				t.Errorf("%s: code %d: %s", args[0], code, log)
			}
		}
	})
	t.Run("a genesis file that is none", func(t *testing.T) {
		home := newHome(t)
		file := filepath.Join(t.TempDir(), "g.json")
		if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
			t.Fatal(err)
		}
		if code, _, log := say("import", "--home", home, file); code != exitRefused {
			t.Errorf("code %d: %s", code, log)
		}
	})
}

// TestExitCodes: the code says what a script may do: 3 means that a person must look first.
func TestExitCodes(t *testing.T) {
	for _, c := range []struct {
		err  error
		want int
	}{
		{nil, exitOK},
		{errors.New("x"), exitFailed},
		{errUsage, exitUsage},
		{node.ErrConfig, exitUsage},
		{node.ErrUnsafe, exitRefused},
		{keystore.ErrUnsafe, exitRefused},
		{journal.ErrLocked, exitRefused},
		{journal.ErrCorrupt, exitRefused},
		{app.ErrGenesis, exitRefused},
		{&voter.TwinError{Height: 7, Seen: "words"}, exitRefused},
		{os.ErrDeadlineExceeded, exitFailed},
	} {
		if c.err != nil {
			c.err = errors.Join(fmt.Errorf("voter: %w", c.err), nil)
		}
		if got := exitCode(c.err); got != c.want {
			t.Errorf("%v: code %d, want %d", c.err, got, c.want)
		}
	}
}

// TestHelp: every command shows how it is used.
func TestHelp(t *testing.T) {
	if code, out, _ := say("--help"); code != exitOK || !strings.Contains(out, "Examples:") {
		t.Errorf("code %d: %s", code, out)
	}
	var visit func(c *cobra.Command, path []string)
	visit = func(c *cobra.Command, path []string) {
		for _, sub := range c.Commands() {
			if sub.Name() == "help" || sub.Name() == "completion" {
				continue
			}
			at := append(path[:len(path):len(path)], sub.Name())
			code, out, log := say(append(at, "--help")...)
			if code != exitOK || !strings.Contains(out, "Examples:") || !strings.Contains(out, "bridged "+at[0]) {
				t.Errorf("%v: code %d, %s%s", at, code, out, log)
			}
			visit(sub, at)
		}
	}
	visit(commands(new(bytes.Buffer)), nil)
}

func TestStatusOfANodeThatIsAway(t *testing.T) {
	home := newHome(t)
	if code, out, log := say("status", "--home", home, "--timeout", "2s"); code != exitFailed || out != "" || !strings.Contains(log, "rpc") {
		t.Errorf("code %d, output %q: %s", code, out, log)
	}
}

// TestStatusNamesTheCulprit: the text leads with what is wrong and who does it; JSON has the same.
func TestStatusNamesTheCulprit(t *testing.T) {
	s := &node.Status{
		ChainID: "aitbc-devnet-1", Height: 90, KeyEpoch: 1, Member: 1, Members: 4, Threshold: 3,
		Streams: []node.StreamStatus{{Index: 1, Chain: 31337, Covered: 2}, {Index: 2, Chain: 31338, Covered: 3}, {Index: 3, Chain: 31339, Covered: 4, Halted: "journal holds another vote"}},
		Halted:  "too_many_equivocators",
		Conduct: []node.Conduct{
			{Member: 2, Moniker: "bob", Address: "BB"},
			{Member: 4, Moniker: "eve", Address: "EE", Suspended: 70, Evidence: []node.Equivocation{{Stream: 1, End: 9, Count: 2, Height: 70}}, InvalidShares: node.Times{Count: 3, Last: 66}},
		},
		Faults:   []node.Fault{{Kind: "proposal_refused", Rule: "flag", Member: 3, Moniker: "mal", Address: "AA", Count: 5, First: 40, Last: 88}},
		Absences: []node.Absence{{Member: 2, Moniker: "bob", Address: "BB", Missed: 40, Last: 89}, {Member: 1, Moniker: "me", Address: "CC", Missed: 1, Last: 20}},
		Commits:  100,
	}
	s.Conclude()
	var out bytes.Buffer
	if err := printStatus(&out, s); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"ERROR: THE CHAIN SIGNS NOTHING: too_many_equivocators",
		"ERROR: stream 1 (chain 31337): 2 members",
		"WARNING: stream 2 (chain 31338): exactly the 3 members",
		"ERROR: stream 3 (chain 31339): this node has halted it: journal holds another vote",
		`ERROR: member 4 "eve" (EE) is suspended since height 70`,
		`ERROR: member 4 "eve" (EE) voted for two checkpoints of stream 1, window 9: 2 times, last in block 70`,
		`ERROR: member 4 "eve" (EE) gave 3 invalid signature shares, last in block 66`,
		`ERROR: member 3 "mal" (AA) proposed blocks that this node refused (flag): 5 times, last at height 88`,
		`WARNING: member 2 "bob" (BB) is missing in 40 of the last 100 commits, last at height 89`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no line %q in\n%s", want, out.String())
		}
	}
	for _, innocent := range []string{`"me" (CC) is missing`, `ERROR: member 2`} {
		if strings.Contains(out.String(), innocent) {
			t.Errorf("%q is blamed in\n%s", innocent, out.String())
		}
	}
	first := strings.Index(out.String(), "WARNING")
	if last := strings.LastIndex(out.String(), "ERROR"); first < last {
		t.Error("a warning comes before an error")
	}
	b, err := json.Marshal(s)
	if err != nil || !strings.Contains(string(b), `"level":"error"`) || !strings.Contains(string(b), `"moniker":"eve"`) {
		t.Errorf("err %v: %s", err, b)
	}
}

func TestStatusOfStreamsBelowFinal(t *testing.T) {
	var out bytes.Buffer
	err := printStatus(&out, &node.Status{Members: 4, Streams: []node.StreamStatus{
		{Index: 1, Chain: 31337, Finality: "final", CertifiedEnd: 80, OwnFinal: 84},
		{Index: 2, Chain: 31337, Finality: "fast", CertifiedEnd: 90, Messages: 3, Covered: 4, Lower: &node.LowerStatus{Generation: 2, Tip: 96}},
		{Index: 3, Chain: 31337, Finality: "safe", Covered: 4, Lower: &node.LowerStatus{Generation: 1, Waits: "too many", Contradicted: 88}},
		{Index: 4, Chain: 31338, Finality: "fast", Lower: &node.LowerStatus{Generation: 5, StoppedAt: 77}},
	}})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"stream 1  chain 31337  certified end 80  messages 0  target 0  own final 84  lag 0  covered by 0 of 4\n",
		"stream 2  chain 31337  fast  generation 2  certified end 90  messages 3  tip 96  covered by 4 of 4\n",
		"stream 3  chain 31337  safe  generation 1  certified end 0  messages 0  tip 0  covered by 4 of 4  waits: too many  CONTRADICTED at block 88\n",
		"stream 4  chain 31338  fast  generation 5  STOPPED at height 77\n",
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no line %q in\n%s", want, &out)
		}
	}
}
