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

Lanes of lower finality (docs/spec/tree.md) take what may still be reorganised: of finality *safe* what the nodes label ` + "`safe`" + `, on chains that have such a label of
their own; of finality *fast* what lies so many blocks below ` + "`latest`" + ` as stand in the column, where somebody gives a figure that can be looked up. A chain whose label
comes within seconds has none.

| chain | id | label | usual | called stalled after | own ` + "`safe`" + ` | rests on | sources | fast: blocks below ` + "`latest`" + ` |
|---|---|---|---|---|---|---|---|---|
`

// TestPage: the page says what the code does.
func TestPage(t *testing.T) {
	var b strings.Builder
	b.WriteString(pageHead)
	for _, p := range append(All(), mustGet(t, FirstLocal)) {
		f, safe, fast, id := p.Finality, "no", "none", p.CAIP2()
		if f.Safe {
			safe = "yes"
		}
		if f.FastDepth > 0 {
			fast = fmt.Sprintf("%d: %s", f.FastDepth, f.FastSource)
		}
		if p.Devnet {
			id += " to " + CAIP2(LastLocal)
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | %s | %s | %s | %s | %s |\n", p.Name, id, f.Tag, f.Usual, f.Stalled, safe, f.Rests, strings.Join(f.Sources, ", "), fast)
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
