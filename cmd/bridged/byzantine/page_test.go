// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"flag"
	"fmt"
	"os"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/byzantine.md")

const pagePath = "../../../docs/byzantine.md"

const pageHead = `# Hostile members

What a validator built with the tags ` + "`devnet byzantine`" + ` can be told to do, and how ` + "`bridged status`" + ` of an honest node names it. Written by
` + "`go test -tags 'devnet byzantine' ./cmd/bridged/byzantine -run TestPage -update`" + `.

` + "`bridged start --byzantine policy,policy… [--byzantine-seed n] [--byzantine-dwell heights]`" + `; several policies take turns. ` + "`all`" + ` is every one but
those of ceremonies and those marked lasting, which leave something in the state until the key epoch ends. ` + "`TestByzantine`" + ` in ` + "`cmd/devnet`" + ` runs one of four and two of
seven members with every policy: everything is delivered exactly once, no honest member is blamed, and the column "shown" is checked.

The policies ` + "`ceremony-…`" + ` act while key shares are made or dealt again, each in a whole ceremony, and do nothing else; ` + "`ceremonies`" + ` is all of them.
The ceremonies for key epoch k follow the k-th of the list, in its order. ` + "`TestCeremonies`" + ` runs one of four members with every one of them, the first at
the birth of the network: each ceremony ends with a share at every honest member and without a dealing that is wrong.

"faults" is what that node saw itself, "conduct" what the chain's state records, "ceremony" what ` + "`bridgectl ceremony status`" + ` names too. Where no fault shows there is nothing that can be proven, or nothing wrong.

| policy | does | shown |
|---|---|---|
`

// TestPage: the page says what the code does.
func TestPage(t *testing.T) {
	var want strings.Builder
	want.WriteString(pageHead)
	for _, p := range Policies() {
		name := "`" + p.Name + "`"
		if p.Lasting {
			name += " (lasting)"
		}
		fmt.Fprintf(&want, "| %s | %s | %s |\n", name, p.Does, p.Shown)
	}
	if *update {
		if err := os.WriteFile(pagePath, []byte(want.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(pagePath)
	if err != nil {
		t.Fatal(err)
	}
	if string(have) != want.String() {
		t.Errorf("docs/byzantine.md is not what the policies say: run the command that it names")
	}
}
