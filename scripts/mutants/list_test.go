// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const root = "../.."

// TestList: every mutant still fits the code, names a test function that exists, and stands
// in the document.
func TestList(t *testing.T) {
	all, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	if len(all) < 40 {
		t.Errorf("%d mutants, the list has shrunk", len(all))
	}
	for i := range all {
		m := &all[i]
		if _, err := m.apply(root); err != nil {
			t.Error(err)
		}
		function, _, _ := strings.Cut(m.Test.Name, "/")
		if !declares(t, m.Test.Dir, function) {
			t.Errorf("%s: no test %s in %s", m.ID, function, m.Test.Dir)
		}
	}
	page, err := os.ReadFile(filepath.Join(root, documentPath))
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != document(all) {
		t.Errorf("%s is not what the list says: go run ./scripts/mutants -write", documentPath)
	}
}

func declares(t *testing.T, dir, function string) bool {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(root, dir, "*_test.go"))
	if err != nil {
		t.Fatal(err)
	}
	head := regexp.MustCompile(`(?m)^func ` + function + `\(t \*testing\.T\)`)
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		if head.Match(b) {
			return true
		}
	}
	return false
}

const sound = "== a-1\norigin: here\nwhat: wrong\ntest: some/folder TestX/case\nfile: f.go\n-- old\nx\n-- new\n-- end\n"

func TestParse(t *testing.T) {
	all, err := parse("# comment\n\n" + sound + "file: g.go\n-- old\n# no comment\n\ny\n-- new\nz\n-- end\n")
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v: %v", all, err)
	}
	m := all[0]
	if m.ID != "a-1" || m.Origin != "here" || m.What != "wrong" || m.Test != (Test{"some/folder", "TestX/case"}) || m.solidity() {
		t.Errorf("%+v", m)
	}
	if len(m.Edits) != 2 || m.Edits[0] != (Edit{"f.go", "x\n", ""}) || m.Edits[1] != (Edit{"g.go", "# no comment\n\ny\n", "z\n"}) {
		t.Errorf("%+v", m.Edits)
	}
	for name, text := range map[string]string{
		"no head":        "origin: here\n",
		"bad id":         strings.Replace(sound, "a-1", "A 1", 1),
		"no origin":      strings.Replace(sound, "origin: here\n", "", 1),
		"no test":        strings.Replace(sound, "test: some/folder TestX/case\n", "", 1),
		"no edit":        "== a\norigin: x\nwhat: y\ntest: d TestX\n",
		"nothing to old": strings.Replace(sound, "-- old\nx\n", "-- old\n", 1),
		"no change":      strings.Replace(sound, "-- new\n", "-- new\nx\n", 1),
		"a test changed": strings.Replace(sound, "f.go", "f_test.go", 1),
		"no end":         strings.Replace(sound, "-- end\n", "", 1),
		"unknown key":    strings.Replace(sound, "what: wrong", "why: wrong", 1),
		"text first":     "-- old\n",
	} {
		if _, err := parse(text); !errors.Is(err, errList) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestApply: the old text must occur exactly once, and several edits of a file add up.
func TestApply(t *testing.T) {
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "f.go"), []byte("one\ntwo\ntwo\nthree\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	m := Mutant{ID: "m", Edits: []Edit{{"f.go", "one\n", "1\n"}, {"f.go", "three\n", ""}}}
	if out, err := m.apply(dir); err != nil || len(out) != 1 || out["f.go"] != "1\ntwo\ntwo\n" {
		t.Errorf("%q: %v", out, err)
	}
	for _, old := range []string{"two\n", "four\n"} {
		m := Mutant{ID: "m", Edits: []Edit{{"f.go", old, "x\n"}}}
		if _, err := m.apply(dir); !errors.Is(err, errList) {
			t.Errorf("%q: %v", old, err)
		}
	}
}

// TestChoose: slices are disjoint and whole.
func TestChoose(t *testing.T) {
	all, err := load(root)
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for _, slice := range []string{"1/3", "2/3", "3/3"} {
		part, err := choose(all, slice, "", "")
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range part {
			seen[m.ID]++
		}
	}
	for i := range all {
		if seen[all[i].ID] != 1 {
			t.Errorf("%s is in %d slices", all[i].ID, seen[all[i].ID])
		}
	}
	for _, bad := range []struct{ slice, only, kind string }{{"0/2", "", ""}, {"3/2", "", ""}, {"x", "", ""}, {"1/1", "unknown", ""}, {"1/1", "", "rust"}} {
		if _, err := choose(all, bad.slice, bad.only, bad.kind); err == nil {
			t.Errorf("%+v: accepted", bad)
		}
	}
	both, _ := choose(all, "1/1", "", "go")
	rest, _ := choose(all, "1/1", "", "solidity")
	if len(both)+len(rest) != len(all) || len(rest) == 0 {
		t.Errorf("%d Go and %d Solidity of %d", len(both), len(rest), len(all))
	}
}
