// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// cry is a violation that an auditor must see and a twin in which it must be silent.
type cry struct {
	law  Law
	what string
	bad  func(n *net)
	good func(n *net)
}

var cries = slices.Concat(worldCries, consensusCries, memberCries, epochCries, reopenCries)

// Each auditor cries when its law breaks, says where, and is silent in the twin.
func TestCries(t *testing.T) {
	for _, c := range cries {
		t.Run(c.what, func(t *testing.T) {
			n := newNet(t)
			c.bad(n)
			if !slices.ContainsFunc(n.a.Violations(), func(v Violation) bool { return v.Law == c.law && v.What == c.what && v.Where != "" }) {
				t.Errorf("silent: %v", n.a.Violations())
			}
			n = newNet(t)
			c.good(n)
			if slices.ContainsFunc(n.a.Violations(), func(v Violation) bool { return v.What == c.what }) {
				t.Errorf("cries in the twin: %v", n.a.Violations())
			}
		})
	}
}

// The twins are right in every respect, not only in the one that their case is about.
func TestTwinsAreClean(t *testing.T) {
	for _, c := range cries {
		n := newNet(t)
		c.good(n)
		for _, v := range n.a.Violations() {
			t.Errorf("%s: %s", c.what, v)
		}
	}
}

// Every rule in the source has its case.
func TestEveryRuleHasACase(t *testing.T) {
	set := token.NewFileSet()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	rules := 0
	rule := func(e ast.Expr) {
		lit, ok := e.(*ast.BasicLit)
		if !ok || lit.Value == `""` {
			return
		}
		what, err := strconv.Unquote(lit.Value)
		if err != nil {
			t.Fatal(err)
		}
		rules++
		if !slices.ContainsFunc(cries, func(c cry) bool { return c.what == what }) {
			t.Errorf("no case for %q", what)
		}
	}
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(set, name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok || len(call.Args) == 0 {
				return true
			}
			switch f := call.Fun.(type) {
			case *ast.SelectorExpr:
				if f.Sel.Name == "cry" {
					rule(call.Args[1])
				}
			case *ast.Ident:
				if f.Name == "say" {
					rule(call.Args[0])
					if len(call.Args) > 1 {
						rule(call.Args[1])
					}
				}
			}
			return true
		})
	}
	if rules < len(cries) {
		t.Errorf("%d rules in the source, %d cases", rules, len(cries))
	}
}
