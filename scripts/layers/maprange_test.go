// SPDX-License-Identifier: Apache-2.0

package main

import (
	"go/ast"
	"go/importer"
	"go/parser"
	"go/token"
	"go/types"
	"testing"
)

func TestMapRanges(t *testing.T) {
	for _, c := range []struct {
		name, body string
		want       int
	}{
		{"slice", "func f(m []int) { for range m { } }", 0},
		{"map", "func f(m map[int]int) { for range m { } }", 1},
		{"named map", "type m map[int]int\nfunc f(x m) { for range x { } }", 1},
		{"explained", "func f(m map[int]int) {\n\t// order-free: counts only\n\tfor range m { } }", 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			set := token.NewFileSet()
			f, err := parser.ParseFile(set, "x.go", header+c.body, parser.ParseComments)
			if err != nil {
				t.Fatal(err)
			}
			info := &types.Info{Types: map[ast.Expr]types.TypeAndValue{}}
			if _, err := (&types.Config{Importer: importer.Default()}).Check("x", set, []*ast.File{f}, info); err != nil {
				t.Fatal(err)
			}
			if got := mapRanges(set, f, info); len(got) != c.want {
				t.Fatalf("have %v, want %d", got, c.want)
			}
		})
	}
}

func TestRepositoryMapRanges(t *testing.T) {
	got, err := checkMapRanges("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range got {
		t.Error(l)
	}
}
