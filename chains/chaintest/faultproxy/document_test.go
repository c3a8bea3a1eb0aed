// SPDX-License-Identifier: Apache-2.0

package faultproxy_test

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
)

var update = flag.Bool("update", false, "rewrite the table of kinds in docs/spec/faultproxy.md")

const (
	page       = "../../../docs/spec/faultproxy.md"
	startTable = "<!-- kinds: written by go test ./chains/chaintest/faultproxy -run TestDocument -update -->\n"
	endTable   = "<!-- end -->\n"
)

func TestDocument(t *testing.T) {
	b, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	before, rest, ok := strings.Cut(string(b), startTable)
	_, after, ok2 := strings.Cut(rest, endTable)
	if !ok || !ok2 {
		t.Fatal("the page has no table of kinds")
	}
	var rows strings.Builder
	rows.WriteString("| kind | strikes | n | what comes |\n|---|---|---|---|\n")
	for _, k := range faultproxy.Kinds() {
		n := ""
		if k.N != 0 {
			n = fmt.Sprint(k.N)
		}
		doc := k.Doc
		if k.Consistent {
			doc += " ◆"
		}
		fmt.Fprintf(&rows, "| `%s` | %s | %s | %s |\n", k.Kind, k.Stage, n, doc)
	}
	want := before + startTable + rows.String() + endTable + after
	if *update {
		if err := os.WriteFile(page, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want != string(b) {
		t.Error("the table is not what Kinds says: go test ./chains/chaintest/faultproxy -run TestDocument -update")
	}
}
