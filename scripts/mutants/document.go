// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"path/filepath"
	"strings"
)

// documentPath is the generated page, below the root.
const documentPath = "docs/mutants.md"

const documentHead = `# Mutants

Written by ` + "`go run ./scripts/mutants -write`" + ` from ` + "`scripts/mutants/list`" + `; do not edit.

A mutant is this repository's code with one known flaw put in. ` + "`make mutants`" + ` compiles each, runs
the test in the last column and fails when that test still passes, when it does not pass
without the flaw, or when the flaw does not compile. Where a flaw has a history, the origin
names it: an incident of another bridge or library, or the review of this design in which it
was found.

| id | origin | where | what is wrong | caught by |
|---|---|---|---|---|
`

// document is the text of docs/mutants.md.
func document(all []Mutant) string {
	var b strings.Builder
	b.WriteString(documentHead)
	cell := strings.NewReplacer("|", `\|`)
	for i := range all {
		m := &all[i]
		var where []string
		for _, e := range m.Edits {
			if n := len(where); n == 0 || where[n-1] != "`"+e.File+"`" {
				where = append(where, "`"+e.File+"`")
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %s | `%s` %s |\n", m.ID, cell.Replace(m.Origin), strings.Join(where, ", "),
			cell.Replace(m.What), filepath.ToSlash(m.Test.Dir), cell.Replace(m.Test.Name))
	}
	fmt.Fprintf(&b, "\n%d mutants.\n", len(all))
	return b.String()
}
