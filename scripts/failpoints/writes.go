// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"slices"
	"strings"
)

// near is how many lines before a durable write its failpoint may stand.
const near = 8

// watched are the packages whose durable writes need failpoints: what a running validator or
// relayer keeps, and what it releases.
var watched = []string{
	"chains/evm", "chains/store", "keys/journal", "keys/keystore", "keys/signer", "relayer/deliver", "verifier/app", "verifier/voter",
}

// writers are the calls that make something durable or send it away, by the end of what they are called on.
var writers = map[string]string{
	"Append":   "journal",
	"WriteAt":  "file",
	"Truncate": "file",
	"Write":    "f",
	"Update":   "db",
	"Flush":    "batch",
	"SendRaw":  "Endpoint",
	"Link":     "os",
	"Rename":   "os",
	"Sync":     "",
	"sync":     "",
}

// exempt are functions whose durable writes have their failpoints elsewhere, with the reason.
var exempt = map[string]string{
	"keys/journal/journal.go Journal.sync": "its callers have them",
	"chains/store/halt.go Badger.SetHalt":  "one transaction: without it the next start meets the change again and writes it",
	"keys/journal/journal.go Journal.undo": "a crash in it leaves what one at journal.append.written leaves",
	"keys/signer/witness.go Signer.keep":   "nothing is done between the journal's own failpoints and the answer",
	"verifier/voter/orders.go book.keep":   "nothing is done between the journal's own failpoints and the answer",
	"keys/journal/journal.go syncDir":      "of a directory entry, after journal.create.written",
}

// durable says whether a call in folder writes to disk for good or releases something.
func durable(folder string, call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || !slices.Contains(watched, folder) {
		return false
	}
	on, ok := writers[sel.Sel.Name]
	return ok && strings.HasSuffix(strings.ToLower(last(sel.X)), strings.ToLower(on))
}

// last is the last name of a selector: journal of s.journal.
func last(x ast.Expr) string {
	switch x := x.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}
