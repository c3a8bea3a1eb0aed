// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// folders may hold failpoints.
var folders = []string{"chains", "keys", "verifier", "relayer", "cmd"}

const (
	importPath = "github.com/aitbc/bridge/chains/failpoint"
	ownFolder  = "chains/failpoint"
)

// point is one call of failpoint.Hit.
type point struct {
	name, file, function, text string
}

var goodName = regexp.MustCompile(`^[a-z]+(\.[a-z]+){1,3}$`)

// scan returns the failpoints of the tree by name, and what is wrong with them.
func scan(tree fs.FS) (points []point, faults []string, err error) {
	for _, folder := range folders {
		if _, err := fs.Stat(tree, folder); err != nil {
			continue // a part of the tree, in tests
		}
		err := fs.WalkDir(tree, folder, func(p string, d fs.DirEntry, err error) error {
			switch {
			case err != nil:
				return err
			case d.IsDir() && (p == ownFolder || d.Name() == "testdata"):
				return fs.SkipDir
			case d.IsDir() || !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go"):
				return nil
			}
			src, err := fs.ReadFile(tree, p)
			if err != nil {
				return err
			}
			found, wrong, err := scanFile(p, src)
			points, faults = append(points, found...), append(faults, wrong...)
			return err
		})
		if err != nil {
			return nil, nil, err
		}
	}
	slices.SortFunc(points, func(a, b point) int { return strings.Compare(a.name, b.name) })
	for i := 1; i < len(points); i++ {
		if points[i].name == points[i-1].name {
			faults = append(faults, fmt.Sprintf("%s stands in %s and in %s", points[i].name, points[i-1].file, points[i].file))
		}
	}
	return points, faults, nil
}

// scanFile reads one file; p is its slash path from the root.
func scanFile(p string, src []byte) (points []point, faults []string, err error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, p, src, parser.ParseComments)
	if err != nil {
		return nil, nil, fmt.Errorf("parse %s: %w", p, err)
	}
	line := func(n ast.Node) int { return set.Position(n.Pos()).Line }
	comments := map[int]string{} // by the line that they begin in
	for _, group := range file.Comments {
		comments[line(group)] = strings.Join(strings.Fields(group.Text()), " ")
	}
	imported := slices.ContainsFunc(file.Imports, func(i *ast.ImportSpec) bool { return i.Path.Value == strconv.Quote(importPath) })
	for _, d := range file.Decls {
		fn, ok := d.(*ast.FuncDecl)
		if !ok || fn.Body == nil {
			continue
		}
		var hits, writes []*ast.CallExpr
		ast.Inspect(fn.Body, func(n ast.Node) bool {
			call, ok := n.(*ast.CallExpr)
			if !ok {
				return true
			}
			if imported && isHit(call) {
				hits = append(hits, call)
			} else if durable(path.Dir(p), call) {
				writes = append(writes, call)
			}
			return true
		})
		for _, h := range hits {
			at := fmt.Sprintf("%s:%d", p, line(h))
			name, ok := literal(h)
			one := point{name, p, funcName(fn), comments[line(h)]}
			switch {
			case !ok || !goodName.MatchString(name):
				faults = append(faults, at+": the name must be a literal of two to four lower-case words joined by dots")
				continue
			case one.text == "":
				faults = append(faults, fmt.Sprintf("%s: %s has no comment beside it that says what is lost or kept", at, name))
			}
			points = append(points, one)
		}
		if _, ok := exempt[p+" "+funcName(fn)]; ok {
			continue
		}
		for _, w := range writes {
			if !slices.ContainsFunc(hits, func(h *ast.CallExpr) bool { return h.Pos() < w.Pos() && line(w)-line(h) <= near }) {
				faults = append(faults, fmt.Sprintf("%s:%d: a durable write without a failpoint in the %d lines before it", p, line(w), near))
			}
		}
	}
	return points, faults, nil
}

func isHit(call *ast.CallExpr) bool {
	sel, ok := call.Fun.(*ast.SelectorExpr)
	if !ok || sel.Sel.Name != "Hit" {
		return false
	}
	x, ok := sel.X.(*ast.Ident)
	return ok && x.Name == "failpoint"
}

func literal(call *ast.CallExpr) (string, bool) {
	if len(call.Args) != 1 {
		return "", false
	}
	lit, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return "", false
	}
	s, err := strconv.Unquote(lit.Value)
	return s, err == nil
}

// funcName is Name or Type.Name.
func funcName(fn *ast.FuncDecl) string {
	if fn.Recv == nil || len(fn.Recv.List) != 1 {
		return fn.Name.Name
	}
	t := fn.Recv.List[0].Type
	if star, ok := t.(*ast.StarExpr); ok {
		t = star.X
	}
	if id, ok := t.(*ast.Ident); ok {
		return id.Name + "." + fn.Name.Name
	}
	return fn.Name.Name
}
