// SPDX-License-Identifier: Apache-2.0

package main

import (
	"os"
	"path/filepath"
	"testing"
)

// The files in the tree are what the generator writes.
func TestUpToDate(t *testing.T) {
	if err := run(filepath.Join("..", "..", "contracts", "vectors"), true); err != nil {
		t.Error(err)
	}
}

func TestCheckFindsADifference(t *testing.T) {
	dir := t.TempDir()
	if err := run(dir, false); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "tree.json"), []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := run(dir, true); err == nil {
		t.Error("a changed file passes")
	}
}
