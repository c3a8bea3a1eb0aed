// SPDX-License-Identifier: Apache-2.0

package main

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// check walks root and returns one line per violation, sorted by file.
func check(root fs.FS) ([]string, error) {
	var out []string
	err := fs.WalkDir(root, ".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			name := d.Name()
			if p != "." && (strings.HasPrefix(name, ".") || name == "node_modules" || name == "testdata" || name == "build") {
				return fs.SkipDir
			}
			return nil
		}
		if !strings.HasSuffix(p, ".go") || strings.HasSuffix(p, "_test.go") {
			return nil
		}
		src, err := fs.ReadFile(root, p)
		if err != nil {
			return fmt.Errorf("read %s: %w", p, err)
		}
		lines, err := checkFile(p, src)
		if err != nil {
			return err
		}
		out = append(out, lines...)
		return nil
	})
	return out, err
}

// checkFile reports the violations of one file; p is its slash path from the root.
func checkFile(p string, src []byte) ([]string, error) {
	set := token.NewFileSet()
	file, err := parser.ParseFile(set, p, src, parser.ParseComments)
	if err != nil {
		return nil, fmt.Errorf("parse %s: %w", p, err)
	}
	var out []string
	say := func(pos token.Pos, format string, args ...any) {
		out = append(out, fmt.Sprintf("%s:%d: %s", p, set.Position(pos).Line, fmt.Sprintf(format, args...)))
	}
	generated := ast.IsGenerated(file)
	dir := path.Dir(p)
	// contracts/ is MIT; Go that stands beside the contracts may be either.
	licensed := strings.HasPrefix(string(src), "// SPDX-License-Identifier: Apache-2.0\n") ||
		under(dir, "contracts") && strings.HasPrefix(string(src), "// SPDX-License-Identifier: MIT\n")
	if !generated && !licensed {
		say(file.Pos(), "the first line is not the SPDX licence header")
	}
	folder, ok := folderOf(dir)
	if !ok {
		say(file.Pos(), "folder %s is not in the layer table (scripts/layers/table.go)", dir)
		return out, nil
	}
	inCore := slices.ContainsFunc(core, func(c string) bool { return under(dir, c) })
	for _, imp := range file.Imports {
		name, err := strconv.Unquote(imp.Path.Value)
		if err != nil {
			return nil, fmt.Errorf("%s: import %s: %w", p, imp.Path.Value, err)
		}
		if rest, own := strings.CutPrefix(name, module+"/"); own {
			if !mayImport(folder, rest) {
				say(imp.Pos(), "%s may not import %s", folder, rest)
			}
			continue
		}
		for lib, where := range fences {
			if under(name, lib) && !slices.ContainsFunc(where, func(w string) bool { return under(dir, w) }) {
				say(imp.Pos(), "%s is fenced into %v", lib, where)
			}
		}
		if inCore && slices.Contains(coreBans, name) {
			say(imp.Pos(), "core package %s may not import %s", dir, name)
		}
	}
	if inCore && !generated {
		checkCore(file, say)
	}
	slices.Sort(out)
	return out, nil
}

// checkCore bans clocks, goroutines and selects in a core file.
func checkCore(file *ast.File, say func(token.Pos, string, ...any)) {
	ast.Inspect(file, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.GoStmt:
			say(n.Pos(), "core packages start no goroutine")
		case *ast.SelectStmt:
			say(n.Pos(), "core packages do not select")
		case *ast.SelectorExpr:
			if x, ok := n.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Since", "Until", "After", "Sleep", "Tick", "NewTimer", "NewTicker"}, n.Sel.Name) {
				say(n.Pos(), "core packages read no clock (time.%s)", n.Sel.Name)
			}
		}
		return true
	})
}

// folderOf is the longest folder of the table that holds dir.
func folderOf(dir string) (string, bool) {
	best := ""
	for f := range layers {
		if under(dir, f) && len(f) > len(best) {
			best = f
		}
	}
	return best, best != ""
}

func mayImport(folder, target string) bool {
	if under(target, folder) {
		return true
	}
	if strings.HasPrefix(target, "cmd") && folder != "cmd" {
		return false
	}
	for _, allowed := range layers[folder] {
		if base, all := strings.CutSuffix(allowed, "/..."); all && under(target, base) || allowed == "..." || target == allowed {
			return true
		}
	}
	return false
}

// under reports whether p is dir or lies below it.
func under(p, dir string) bool { return p == dir || strings.HasPrefix(filepath.ToSlash(p), dir+"/") }
