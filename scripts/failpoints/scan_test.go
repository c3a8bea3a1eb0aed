// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"
)

// source is a file of a watched package with one function body.
func source(body string) string {
	return "package voter\n\nimport \"" + importPath + "\"\n\nfunc (b *book) enter() error {\n" + body + "\n}\n"
}

const good = `	failpoint.Hit("voter.book.vote") // nothing is kept
	return b.journal.Append(nil)`

func TestScan(t *testing.T) {
	for _, c := range []struct {
		name, body, fault string // fault: part of the only complaint; empty: none
	}{
		{"as it should be", good, ""},
		{"no comment", "	failpoint.Hit(\"voter.book.vote\")\n	return b.journal.Append(nil)", "no comment"},
		{"comment elsewhere", "	// nothing is kept\n	failpoint.Hit(\"voter.book.vote\")\n	return b.journal.Append(nil)", "no comment"},
		{"same name twice", good + "\n	failpoint.Hit(\"voter.book.vote\") // again", "stands in"},
		{"name of one word", "	failpoint.Hit(\"vote\") // x\n	return nil", "lower-case words"},
		{"name in capitals", "	failpoint.Hit(\"voter.Vote\") // x\n	return nil", "lower-case words"},
		{"name is no literal", "	failpoint.Hit(name) // x\n	return nil", "lower-case words"},
		{"write without a failpoint", "	return b.journal.Append(nil)", "durable write without"},
		{"failpoint behind the write", "	err := b.journal.Append(nil)\n	failpoint.Hit(\"voter.book.vote\") // x\n	return err", "durable write without"},
		{"failpoint far before the write", strings.Replace(good, "return", strings.Repeat("\n", near)+"	return", 1), "durable write without"},
		{"synced file", "	return b.file.Sync()", "durable write without"},
		{"slice that grows", "	return b.list.Append(nil)", ""},
	} {
		_, faults, err := scan(fstest.MapFS{"verifier/voter/book.go": {Data: []byte(source(c.body))}})
		if err != nil {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		switch {
		case c.fault == "" && len(faults) > 0:
			t.Errorf("%s: %q", c.name, faults)
		case c.fault != "" && (len(faults) != 1 || !strings.Contains(faults[0], c.fault)):
			t.Errorf("%s: %q, want one with %q", c.name, faults, c.fault)
		}
	}
}

// A package that is not watched may write, and tests are not scanned.
func TestOnlyWatchedPackagesAreHeldToIt(t *testing.T) {
	write := []byte(source("	return b.journal.Append(nil)"))
	_, faults, err := scan(fstest.MapFS{"cmd/x/x.go": {Data: write}, "verifier/voter/book_test.go": {Data: write}})
	if err != nil || len(faults) > 0 {
		t.Errorf("%q, %v", faults, err)
	}
}

func TestCheckComparesThePage(t *testing.T) {
	root := t.TempDir()
	for _, d := range []string{"docs", "verifier/voter"} {
		if err := os.MkdirAll(filepath.Join(root, d), 0o700); err != nil {
			t.Fatal(err)
		}
	}
	code := filepath.Join(root, "verifier", "voter", "book.go")
	if err := os.WriteFile(code, []byte(source(good)), 0o600); err != nil {
		t.Fatal(err)
	}
	expect := func(check bool, want int) {
		t.Helper()
		faults, err := run(os.DirFS(root), root, check)
		if err != nil || len(faults) != want {
			t.Errorf("check %v: %q, %v", check, faults, err)
		}
	}
	expect(true, 1) // no page yet
	expect(false, 0)
	expect(true, 0)
	text, err := os.ReadFile(filepath.Join(root, page))
	if err != nil || !strings.Contains(string(text), "| `voter.book.vote` | `verifier/voter/book.go` book.enter | nothing is kept |") {
		t.Errorf("page: %s, %v", text, err)
	}
	if err := os.WriteFile(code, []byte(source(strings.Replace(good, "nothing", "all", 1))), 0o600); err != nil {
		t.Fatal(err)
	}
	expect(true, 1) // the code has changed
}

// The page of this repository is what its code says, and nothing is wrong with it.
func TestPageIsCurrent(t *testing.T) {
	root := filepath.Join("..", "..")
	faults, err := run(os.DirFS(root), root, true)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range faults {
		t.Error(f)
	}
}
