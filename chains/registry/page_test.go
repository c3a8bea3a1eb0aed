// SPDX-License-Identifier: Apache-2.0

package registry

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/spec/finality.md anew")

const pageHead = `# When a source block is final

Written by ` + "`go test ./chains/registry -run TestPage -update`" + ` from ` + "`chains/registry`" + `.

A block is final when its chain's nodes label it so, and for no other reason: the bridge counts no confirmations. Where the label stands still the
bridge waits, says so, and goes on by itself when the label moves (I-08). The times are guides for people: nothing is decided by them.

| chain | id | label | usual | called stalled after | own ` + "`safe`" + ` | rests on | sources |
|---|---|---|---|---|---|---|---|
`

// TestPage: the page says what the code does.
func TestPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, p := range append(All(), mustGet(t, FirstLocal)) {
		f, safe, id := p.Finality, "no", p.CAIP2()
		if f.Safe {
			safe = "yes"
		}
		if p.Devnet {
			id += " to " + CAIP2(LastLocal)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s |\n", p.Name, id, f.Tag, f.Usual, f.Stalled, safe, f.Rests, strings.Join(f.Sources, ", "))
	}
	path := filepath.Join("..", "..", "docs", "spec", "finality.md")
	if *update {
		if err := os.WriteFile(path, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != b.String() {
		t.Errorf("%s is not what the profiles say: run this test with -update", path)
	}
}
