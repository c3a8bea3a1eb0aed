// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"errors"
	"os"
	"path/filepath"
	"testing"
)

// TestUnborn: a power loss while a journal is made leaves part of its head, or the room for it. The next start makes it again; no other file
// is taken for one that was never written.
func TestUnborn(t *testing.T) {
	for name, c := range map[string]struct {
		file  string
		fresh bool
		err   error
	}{
		"nothing":            {"", true, nil},
		"part of the head":   {magic[:5], true, nil},
		"part of the room":   {string(make([]byte, 5)), true, nil},
		"the room":           {string(make([]byte, len(magic))), true, nil},
		"the head":           {magic, false, nil},
		"more than its room": {string(make([]byte, len(magic)+1)), false, ErrCorrupt},
		"head, then room":    {magic[:5] + string(make([]byte, len(magic)-5)), false, ErrCorrupt},
		"something short":    {"abc", false, ErrCorrupt},
		"something else":     {"abcdefgh", false, ErrCorrupt},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "votes")
			if err := os.WriteFile(path, []byte(c.file), 0o600); err != nil {
				t.Fatal(err)
			}
			j, err := Open(path)
			if !errors.Is(err, c.err) {
				t.Fatalf("have %v, want %v", err, c.err)
			}
			if err != nil {
				return
			}
			if j.Fresh() != c.fresh {
				t.Errorf("fresh is %v", j.Fresh())
			}
			if err := j.Append([]byte("record")); err != nil {
				t.Fatal(err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			if j, err = Open(path); err != nil || j.Len() != 1 {
				t.Fatalf("opened again: %v", err)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
		})
	}
}
