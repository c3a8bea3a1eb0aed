// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/aitbc/bridge/contracts/bindings"
)

var (
	leafTest = regexp.MustCompile(`\[([^\[\]]+)\]$`)
	branch   = regexp.MustCompile(`^[│ ]*[├└]── `)
)

// TestTrees: test/trees has a tree of branches for every function that changes state, for the views that prove a leaf
// and for the constructor; each leaf names a test that there is; every custom error stands in some tree.
func TestTrees(t *testing.T) {
	sources := readAll(t, "*_test.go") + readAll(t, "test/*.sol")
	text := readAll(t, "test/trees/*.tree")
	roots := map[string]int{}
	for n, line := range strings.Split(text, "\n") {
		switch {
		case line == "":
		case !branch.MatchString(line):
			roots[line]++
		default:
			what := branch.ReplaceAllString(line, "")
			ref := leafTest.FindStringSubmatch(what)
			if strings.HasPrefix(what, "when ") != (ref == nil) {
				t.Errorf("line %d: a branch says when, a leaf names its test: %s", n+1, line)
				continue
			}
			if ref == nil {
				continue
			}
			name, sub, _ := strings.Cut(ref[1], "/")
			if !strings.Contains(sources, "func "+name+"(") && !strings.Contains(sources, "function "+name+"(") {
				t.Errorf("line %d: there is no test %s", n+1, name)
			}
			if sub != "" && !strings.Contains(sources, `"`+sub+`"`) {
				t.Errorf("line %d: there is no case %q", n+1, sub)
			}
		}
	}
	a := abiOf(t, bindings.CrossChainManagerMetaData)
	want := map[string]bool{"constructor": true}
	for _, m := range a.Methods {
		if !m.IsConstant() || strings.HasPrefix(m.Name, "verifyLeaf") {
			want[m.Sig] = true
		}
	}
	for root := range want {
		if roots[root] != 1 {
			t.Errorf("%s has %d trees, want one", root, roots[root])
		}
	}
	for root := range roots {
		if !want[root] {
			t.Errorf("the tree of %s is of no function", root)
		}
	}
	for name := range a.Errors {
		if !regexp.MustCompile(`\b` + name + `\b`).MatchString(text) {
			t.Errorf("no tree says when %s is the error", name)
		}
	}
}

// readAll is the text of every file that matches, in order of their names.
func readAll(t *testing.T, pattern string) string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("%s: %d files, %v", pattern, len(files), err)
	}
	var out strings.Builder
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		out.Write(b)
	}
	return out.String()
}
