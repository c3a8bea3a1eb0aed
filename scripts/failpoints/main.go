// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// page is the generated file, from the root of the repository.
const page = "docs/failpoints.md"

func main() {
	check := flag.Bool("check", false, "compare instead of writing")
	root := flag.String("root", ".", "root of the repository")
	flag.Parse()
	faults, err := run(os.DirFS(*root), *root, *check)
	if err != nil {
		fmt.Fprintln(os.Stderr, "failpoints:", err)
		os.Exit(2)
	}
	for _, f := range faults {
		fmt.Fprintln(os.Stderr, "failpoints:", f)
	}
	if len(faults) > 0 {
		os.Exit(1)
	}
}

// run scans the tree and writes the page, or says how it differs.
func run(tree fs.FS, root string, check bool) ([]string, error) {
	points, faults, err := scan(tree)
	if err != nil {
		return nil, err
	}
	want := render(points)
	if !check {
		return faults, os.WriteFile(filepath.Join(root, filepath.FromSlash(page)), want, 0o644) //nolint:gosec // a public page
	}
	have, err := fs.ReadFile(tree, page)
	if err != nil {
		return append(faults, err.Error()), nil
	}
	if !bytes.Equal(have, want) {
		faults = append(faults, page+" differs from the code: go run ./scripts/failpoints")
	}
	return faults, nil
}
