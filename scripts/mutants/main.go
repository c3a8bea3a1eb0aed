// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	err := start(ctx, os.Args[1:])
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "mutants:", err)
		os.Exit(1)
	}
}

func start(ctx context.Context, args []string) error {
	flags := flag.NewFlagSet("mutants", flag.ContinueOnError)
	slice := flags.String("slice", "1/1", "part of the list to run, as i/n")
	only := flags.String("only", "", "ids to run, joined by commas")
	kind := flags.String("kind", "", "go or solidity; both when empty")
	jobs := flags.Int("jobs", 2, "mutants at the same time")
	write := flags.Bool("write", false, "rewrite "+documentPath+" and run nothing")
	if err := flags.Parse(args); err != nil {
		return err
	}
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		return fmt.Errorf("find the repository: %w", err)
	}
	root := strings.TrimSpace(string(out))
	all, err := load(root)
	if err != nil {
		return err
	}
	page := filepath.Join(root, documentPath)
	if *write {
		return os.WriteFile(page, []byte(document(all)), 0o644)
	}
	if b, err := os.ReadFile(page); err != nil || string(b) != document(all) {
		return fmt.Errorf("%s is not what the list says: go run ./scripts/mutants -write", documentPath)
	}
	chosen, err := choose(all, *slice, *only, *kind)
	if err != nil {
		return err
	}
	return runAll(ctx, root, chosen, *jobs)
}

// choose picks the mutants to run. Every n-th is taken, so that slices cost alike.
func choose(all []Mutant, slice, only, kind string) ([]Mutant, error) {
	var i, n int
	if _, err := fmt.Sscanf(slice, "%d/%d", &i, &n); err != nil || i < 1 || i > n {
		return nil, fmt.Errorf("slice %q is not i/n with 1 <= i <= n", slice)
	}
	if kind != "" && kind != "go" && kind != "solidity" {
		return nil, fmt.Errorf("kind %q is neither go nor solidity", kind)
	}
	var ids []string
	if only != "" {
		ids = strings.Split(only, ",")
	}
	for _, id := range ids {
		if !slices.ContainsFunc(all, func(m Mutant) bool { return m.ID == id }) {
			return nil, fmt.Errorf("no mutant %q", id)
		}
	}
	var out []Mutant
	for k := range all {
		m := all[k]
		if k%n != i-1 || ids != nil && !slices.Contains(ids, m.ID) || kind != "" && m.solidity() != (kind == "solidity") {
			continue
		}
		out = append(out, m)
	}
	if len(out) == 0 {
		return nil, errors.New("nothing to run")
	}
	return out, nil
}

// runAll runs the baseline and every mutant and reports.
func runAll(ctx context.Context, root string, chosen []Mutant, jobs int) error {
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return err
	}
	defer func() { _ = os.RemoveAll(dir) }()
	began := time.Now()
	r := &runner{root: root, dir: dir, out: os.Stdout, total: len(chosen)}
	if err := r.prepare(ctx, chosen); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%d mutants; every named test passes without them (%.0f s)\n", len(chosen), time.Since(began).Seconds())
	failed := r.each(ctx, chosen, max(1, jobs))
	if err := ctx.Err(); err != nil {
		return err
	}
	fmt.Fprintf(r.out, "%d of %d caught in %.0f s\n", len(chosen)-len(failed), len(chosen), time.Since(began).Seconds())
	return errors.Join(failed...)
}
