// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// errList: the list or a text that it names is not as it must be.
var errList = errors.New("list of mutants")

// Mutant is one wrong version of the code.
type Mutant struct {
	ID     string // lower case, words joined by hyphens
	Origin string // the incident, review or law that it comes from
	What   string // what is wrong in it
	Edits  []Edit
	Test   Test
}

// Edit replaces Old, which occurs exactly once in File, by New.
type Edit struct{ File, Old, New string }

// Test names what must fail: a folder of this repository and a test in it, with a slash
// before the name of a case as go test prints it.
type Test struct{ Dir, Name string }

func (t Test) String() string { return t.Dir + " " + t.Name }

// solidity reports that the mutant changes a contract.
func (m *Mutant) solidity() bool { return filepath.Ext(m.Edits[0].File) == ".sol" }

var idPattern = regexp.MustCompile(`^[a-z0-9]+(-[a-z0-9]+)*$`)

// load reads list/*.txt of the repository at root, in the order of file names.
func load(root string) ([]Mutant, error) {
	files, err := filepath.Glob(filepath.Join(root, "scripts", "mutants", "list", "*.txt"))
	if err != nil {
		return nil, err
	}
	var all []Mutant
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		ms, err := parse(string(b))
		if err != nil {
			return nil, fmt.Errorf("%s: %w", filepath.Base(f), err)
		}
		all = append(all, ms...)
	}
	for i := range all {
		if slices.IndexFunc(all, func(m Mutant) bool { return m.ID == all[i].ID }) != i {
			return nil, fmt.Errorf("%s stands twice: %w", all[i].ID, errList)
		}
	}
	return all, nil
}

// parse reads one file of the list. Lines that start with # outside a text are comments.
//
//	== <id>
//	origin: <where the flaw comes from>
//	what: <what is wrong>
//	test: <folder> <name>
//	file: <path>
//	-- old
//	<text>
//	-- new
//	<text, may be empty>
//	-- end
//
// file, old and new repeat for further edits. Texts are whole lines.
func parse(text string) ([]Mutant, error) {
	var out []Mutant
	var m *Mutant
	var into *string
	for n, line := range strings.Split(text, "\n") {
		fail := func(what string) error { return fmt.Errorf("line %d: %s: %w", n+1, what, errList) }
		key, value, _ := strings.Cut(line, ": ")
		switch {
		case line == "-- old" && m != nil && len(m.Edits) > 0:
			into = &m.Edits[len(m.Edits)-1].Old
		case line == "-- new" && into != nil:
			into = &m.Edits[len(m.Edits)-1].New
		case line == "-- end" && into != nil:
			into = nil
		case into != nil:
			*into += line + "\n"
		case line == "" || strings.HasPrefix(line, "#"):
		case strings.HasPrefix(line, "== "):
			out = append(out, Mutant{ID: line[3:]})
			m = &out[len(out)-1]
		case m == nil:
			return nil, fail("no mutant begins here")
		case key == "origin":
			m.Origin = value
		case key == "what":
			m.What = value
		case key == "file":
			m.Edits = append(m.Edits, Edit{File: value})
		case key == "test":
			m.Test.Dir, m.Test.Name, _ = strings.Cut(value, " ")
		default:
			return nil, fail(fmt.Sprintf("%q is not understood", line))
		}
	}
	if into != nil {
		return nil, fmt.Errorf("a text does not end: %w", errList)
	}
	for i := range out {
		if err := out[i].validate(); err != nil {
			return nil, fmt.Errorf("%s: %w", out[i].ID, err)
		}
	}
	return out, nil
}

func (m *Mutant) validate() error {
	switch {
	case !idPattern.MatchString(m.ID):
		return fmt.Errorf("id: %w", errList)
	case m.Origin == "" || m.What == "":
		return fmt.Errorf("origin and what must be said: %w", errList)
	case m.Test.Dir == "" || !strings.HasPrefix(m.Test.Name, "Test"):
		return fmt.Errorf("test: %w", errList)
	case len(m.Edits) == 0:
		return fmt.Errorf("no edit: %w", errList)
	}
	for _, e := range m.Edits {
		if e.Old == "" || e.Old == e.New || strings.HasSuffix(e.File, "_test.go") {
			return fmt.Errorf("edit of %s: %w", e.File, errList)
		}
	}
	return nil
}

// apply returns the changed files of a mutant by path.
//
// Errors: errList when an old text does not occur exactly once.
func (m *Mutant) apply(root string) (map[string]string, error) {
	out := map[string]string{}
	for _, e := range m.Edits {
		text, ok := out[e.File]
		if !ok {
			b, err := os.ReadFile(filepath.Join(root, e.File))
			if err != nil {
				return nil, err
			}
			text = string(b)
		}
		if n := strings.Count(text, e.Old); n != 1 {
			return nil, fmt.Errorf("%s: the old text occurs %d times in %s, must be once:\n%s%w", m.ID, n, e.File, e.Old, errList)
		}
		out[e.File] = strings.Replace(text, e.Old, e.New, 1)
	}
	return out, nil
}
