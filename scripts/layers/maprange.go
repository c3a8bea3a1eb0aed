// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/token"
	"go/types"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/tools/go/packages"
)

// orderFree is the comment that a range over a map in a core package must carry, on its own line or
// the line above, followed by the reason why the order cannot reach state, bytes or errors (I-06).
const orderFree = "order-free:"

// checkMapRanges type-checks the core packages below dir and reports every range over a map that does
// not say why its order is harmless. slices.Sorted(maps.Keys(m)) needs no comment: it ranges nothing.
func checkMapRanges(dir string) ([]string, error) {
	patterns := make([]string, 0, len(core))
	for _, c := range core {
		patterns = append(patterns, "./"+c+"/...")
	}
	cfg := &packages.Config{
		Dir:        dir,
		BuildFlags: []string{"-tags=devnet"},
		Mode:       packages.NeedName | packages.NeedFiles | packages.NeedSyntax | packages.NeedTypes | packages.NeedTypesInfo | packages.NeedImports | packages.NeedDeps | packages.NeedExportFile,
	}
	pkgs, err := packages.Load(cfg, patterns...)
	if err != nil {
		return nil, fmt.Errorf("load core packages: %w", err)
	}
	if len(pkgs) == 0 {
		return nil, fmt.Errorf("no core package found below %s", dir)
	}
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, fmt.Errorf("root: %w", err)
	}
	var out []string
	for _, p := range pkgs {
		for _, e := range p.Errors {
			return nil, fmt.Errorf("type-check %s: %w", p.PkgPath, e)
		}
		for _, f := range p.Syntax {
			for _, pos := range mapRanges(p.Fset, f, p.TypesInfo) {
				name, err := filepath.Rel(root, pos.Filename)
				if err != nil {
					name = pos.Filename
				}
				out = append(out, fmt.Sprintf("%s:%d: range over a map in a core package; sort the keys or say why with %q", filepath.ToSlash(name), pos.Line, "// "+orderFree))
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// mapRanges is the positions of the file's unexplained ranges over maps.
func mapRanges(set *token.FileSet, f *ast.File, info *types.Info) []token.Position {
	explained := map[int]bool{}
	for _, g := range f.Comments {
		for _, c := range g.List {
			if strings.Contains(c.Text, orderFree) {
				explained[set.Position(c.Pos()).Line] = true
			}
		}
	}
	var out []token.Position
	ast.Inspect(f, func(n ast.Node) bool {
		r, ok := n.(*ast.RangeStmt)
		if !ok {
			return true
		}
		t := info.TypeOf(r.X)
		if t == nil {
			return true
		}
		if _, isMap := t.Underlying().(*types.Map); !isMap {
			return true
		}
		if at := set.Position(r.Pos()); !explained[at.Line] && !explained[at.Line-1] {
			out = append(out, at)
		}
		return true
	})
	return out
}
