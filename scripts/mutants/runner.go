// SPDX-License-Identifier: Apache-2.0

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"time"
)

const (
	// buildTags are those of every test of the repository.
	buildTags = "devnet"
	// testTimeout bounds one run of a test program.
	testTimeout = 3 * time.Minute
)

var (
	errSurvived = errors.New("SURVIVED")
	errBaseline = errors.New("does not pass without a mutant")
	errCompile  = errors.New("does not compile")
)

// runner runs test programs with and without mutants. Everything that it makes lies in dir.
type runner struct {
	root, dir string
	contracts *foundry // nil when no mutant is Solidity

	mu    sync.Mutex
	out   io.Writer
	done  int
	total int
}

// prepare checks that every mutant applies and that every named test passes without any.
func (r *runner) prepare(ctx context.Context, chosen []Mutant) error {
	byDir := map[string][]string{}
	for i := range chosen {
		m := &chosen[i]
		if _, err := m.apply(r.root); err != nil {
			return err
		}
		if !slices.Contains(byDir[m.Test.Dir], m.Test.Name) {
			byDir[m.Test.Dir] = append(byDir[m.Test.Dir], m.Test.Name)
		}
		if m.solidity() && r.contracts == nil {
			f, err := newFoundry(ctx, r.root, r.dir)
			if err != nil {
				return err
			}
			r.contracts = f
		}
	}
	dirs := make([]string, 0, len(byDir))
	for d := range byDir {
		dirs = append(dirs, d)
	}
	slices.Sort(dirs)
	for i, d := range dirs {
		overlay := ""
		if r.contracts != nil && d == "contracts" {
			var err error
			// Through the same steps as a mutant, so that those alone make no test fail.
			if overlay, err = r.contracts.build(ctx, filepath.Join(r.dir, "solidity"), nil); err != nil {
				return err
			}
		}
		program := filepath.Join(r.dir, fmt.Sprintf("baseline%d.test", i))
		if err := r.compile(ctx, d, overlay, program); err != nil {
			return fmt.Errorf("%s: %w", d, err)
		}
		for _, name := range byDir[d] {
			passed, text, err := r.test(ctx, d, program, name)
			if err != nil {
				return fmt.Errorf("%s %s: %w\n%s", d, name, err, text)
			}
			if !passed {
				return fmt.Errorf("%s %s: %w\n%s", d, name, errBaseline, text)
			}
		}
		if err := os.Remove(program); err != nil {
			return err
		}
	}
	return nil
}

// each runs the mutants, several at a time, and returns what is wrong with those that were
// not caught.
func (r *runner) each(ctx context.Context, chosen []Mutant, jobs int) (failed []error) {
	next := make(chan int)
	var group sync.WaitGroup
	for j := range jobs {
		group.Go(func() {
			for i := range next {
				began := time.Now()
				err := r.one(ctx, &chosen[i], filepath.Join(r.dir, fmt.Sprintf("job%d", j)))
				r.mu.Lock()
				r.done++
				word := "caught by " + chosen[i].Test.String()
				if err != nil {
					err = fmt.Errorf("%s: %w", chosen[i].ID, err)
					failed = append(failed, err)
					word = "NOT CAUGHT: " + err.Error()
				}
				fmt.Fprintf(r.out, "[%2d/%d] %-36s %5.1f s  %s\n", r.done, r.total, chosen[i].ID, time.Since(began).Seconds(), word)
				r.mu.Unlock()
			}
		})
	}
	for i := range chosen {
		if ctx.Err() != nil {
			break
		}
		next <- i
	}
	close(next)
	group.Wait()
	return failed
}

// one runs one mutant in a folder of its own.
//
// Errors: errSurvived, errCompile, errList.
func (r *runner) one(ctx context.Context, m *Mutant, dir string) error {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	changed, err := m.apply(r.root)
	if err != nil {
		return err
	}
	var overlay string
	if m.solidity() {
		overlay, err = r.contracts.build(ctx, filepath.Join(dir, "solidity"), changed)
	} else {
		overlay, err = writeOverlay(dir, r.root, changed)
	}
	if err != nil {
		return err
	}
	program := filepath.Join(dir, "mutant.test")
	if err := r.compile(ctx, m.Test.Dir, overlay, program); err != nil {
		return err
	}
	passed, text, err := r.test(ctx, m.Test.Dir, program, m.Test.Name)
	if err != nil {
		return fmt.Errorf("%w\n%s", err, text)
	}
	if passed {
		return fmt.Errorf("%s passes with the flaw: %w", m.Test, errSurvived)
	}
	return nil
}

// writeOverlay writes changed files and the overlay that puts them in place.
func writeOverlay(dir, root string, changed map[string]string) (string, error) {
	replace := map[string]string{}
	for path, text := range changed {
		at := filepath.Join(dir, strings.ReplaceAll(path, "/", "_"))
		if err := os.WriteFile(at, []byte(text), 0o600); err != nil {
			return "", err
		}
		replace[filepath.Join(root, path)] = at
	}
	b, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	at := filepath.Join(dir, "overlay.json")
	return at, os.WriteFile(at, b, 0o600)
}

// compile makes the test program of a folder.
func (r *runner) compile(ctx context.Context, dir, overlay, program string) error {
	args := []string{"test", "-c", "-tags", buildTags, "-ldflags", "-s -w", "-o", program}
	if overlay != "" {
		args = append(args, "-overlay", overlay)
	}
	cmd := exec.CommandContext(ctx, "go", append(args, "./"+dir)...)
	cmd.Dir = r.root
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%w: %w\n%s", errCompile, err, out)
	}
	return nil
}

// test runs one test of a program. It is an error when the test neither passes nor fails:
// it does not exist, is skipped, or the program ends otherwise.
func (r *runner) test(ctx context.Context, dir, program, name string) (passed bool, text string, err error) {
	parts := strings.Split(name, "/")
	for i := range parts {
		parts[i] = "^" + regexp.QuoteMeta(parts[i]) + "$"
	}
	cmd := exec.CommandContext(ctx, program, "-test.v", "-test.count=1", "-test.timeout="+testTimeout.String(), "-test.run", strings.Join(parts, "/"))
	cmd.Dir = filepath.Join(r.root, dir)
	var b bytes.Buffer
	cmd.Stdout, cmd.Stderr = &b, &b
	ended := cmd.Run()
	text = b.String()
	said := func(word string) bool {
		return regexp.MustCompile(`(?m)^\s*--- ` + word + `: ` + regexp.QuoteMeta(name) + ` \(`).MatchString(text)
	}
	switch {
	case ctx.Err() != nil:
		return false, "", ctx.Err()
	case ended == nil && said("PASS"):
		return true, text, nil
	case ended != nil && said("FAIL"):
		return false, text, nil
	}
	return false, text, fmt.Errorf("%s neither passed nor failed (%v)", name, ended) //nolint:errorlint // nil when it ended well
}
