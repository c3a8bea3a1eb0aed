// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// foundry compiles changed copies of the contracts and makes Go bindings of them.
type foundry struct {
	root     string
	generate string // program that turns forge's artifacts into bindings
}

func newFoundry(ctx context.Context, root, dir string) (*foundry, error) {
	if _, err := os.Stat(filepath.Join(root, "contracts", "node_modules", "solc")); err != nil {
		return nil, fmt.Errorf("the contracts' packages are missing, run make setup: %w", err)
	}
	f := &foundry{root: root, generate: filepath.Join(dir, "generate")}
	cmd := exec.CommandContext(ctx, "go", "build", "-o", f.generate, "./contracts/generate")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("build contracts/generate: %w\n%s", err, out)
	}
	return f, nil
}

// build compiles the contracts with changed in place, in dir, and returns an overlay with
// their bindings. What lies in dir from before is used again by forge where nothing changed.
func (f *foundry) build(ctx context.Context, dir string, changed map[string]string) (overlay string, err error) {
	at := filepath.Join(dir, "contracts")
	for _, part := range []string{"src", "test"} {
		if err := os.RemoveAll(filepath.Join(at, part)); err != nil {
			return "", err
		}
		if err := os.CopyFS(filepath.Join(at, part), os.DirFS(filepath.Join(f.root, "contracts", part))); err != nil {
			return "", err
		}
	}
	for _, link := range []string{"contracts/node_modules", "contracts/foundry.toml", "contracts/forge.sh", "scripts"} {
		to := filepath.Join(dir, link)
		if _, err := os.Lstat(to); err == nil {
			continue
		}
		if err := os.Symlink(filepath.Join(f.root, link), to); err != nil {
			return "", err
		}
	}
	for path, text := range changed {
		if err := os.WriteFile(filepath.Join(dir, path), []byte(text), 0o644); err != nil {
			return "", err
		}
	}
	cmd := exec.CommandContext(ctx, "sh", "-c", ". ./forge.sh && forge build --offline --skip '*.t.sol' -q")
	cmd.Dir = at
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("%w: %w\n%s", errCompile, err, out)
	}
	bindings := filepath.Join(dir, "bindings")
	if err := os.MkdirAll(bindings, 0o700); err != nil {
		return "", err
	}
	if out, err := exec.CommandContext(ctx, f.generate, filepath.Join(at, "out"), bindings).CombinedOutput(); err != nil {
		return "", fmt.Errorf("bindings: %w\n%s", err, out)
	}
	files, err := os.ReadDir(bindings)
	if err != nil {
		return "", err
	}
	texts := map[string]string{}
	for _, e := range files {
		b, err := os.ReadFile(filepath.Join(bindings, e.Name()))
		if err != nil {
			return "", err
		}
		if strings.HasSuffix(e.Name(), ".go") {
			texts["contracts/bindings/"+e.Name()] = string(b)
		}
	}
	return writeOverlay(dir, f.root, texts)
}
