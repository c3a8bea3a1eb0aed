// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest/smalldisk"
)

// sick is a file whose calls fail as told; part is how much of a failing write reaches it.
type sick struct {
	*os.File
	write, truncate, sync error
	part                  int
}

func (f *sick) WriteAt(b []byte, at int64) (int, error) {
	if f.write == nil {
		return f.File.WriteAt(b, at)
	}
	n, err := f.File.WriteAt(b[:min(f.part, len(b))], at)
	return n, errors.Join(f.write, err)
}

func (f *sick) Truncate(size int64) error { return errors.Join(f.truncate, f.File.Truncate(size)) }

func (f *sick) Sync() error { return errors.Join(f.sync, f.File.Sync()) }

var errShort = errors.New("short write")

// A write that fails is undone and the journal goes on; when undoing fails, or a sync does,
// the outcome is unknown and nothing is appended before the file was opened and checked.
func TestFailingDisk(t *testing.T) {
	for name, tc := range map[string]struct {
		ill  sick
		want error // of the failing call; its cause must be named too
	}{
		"disk full":                    {sick{write: syscall.ENOSPC}, ErrNotWritten},
		"disk full inside the header":  {sick{write: syscall.ENOSPC, part: 5}, ErrNotWritten},
		"disk full inside the record":  {sick{write: syscall.ENOSPC, part: headerSize + 2}, ErrNotWritten},
		"all written, yet an error":    {sick{write: syscall.EIO, part: 1 << 20}, ErrNotWritten},
		"input and output error":       {sick{write: syscall.EIO, part: 3}, ErrNotWritten},
		"short write":                  {sick{write: errShort, part: 1}, ErrNotWritten},
		"sync fails":                   {sick{sync: syscall.EIO}, ErrFailed},
		"sync finds no space":          {sick{sync: syscall.ENOSPC}, ErrFailed},
		"full, undo cannot be synced":  {sick{write: syscall.ENOSPC, part: 5, sync: syscall.EIO}, ErrFailed},
		"full, undo cannot cut":        {sick{write: syscall.ENOSPC, part: 5, truncate: syscall.EROFS}, ErrFailed},
		"full, undo cuts, says failed": {sick{write: syscall.ENOSPC, truncate: syscall.EIO}, ErrFailed},
	} {
		t.Run(name, func(t *testing.T) {
			path, _ := written(t)
			file, err := os.OpenFile(path, os.O_RDWR, 0)
			if err != nil {
				t.Fatal(err)
			}
			defer file.Close()
			info, err := file.Stat()
			if err != nil {
				t.Fatal(err)
			}
			ill := &sick{File: file}
			j, err := OpenOn(ill, info.Size())
			if err != nil {
				t.Fatal(err)
			}
			*ill = tc.ill
			ill.File = file
			for range 2 { // the first failure and, when it was undone, one more
				err := j.Append([]byte("lost record"))
				if !errors.Is(err, tc.want) {
					t.Fatalf("failing append: %v, want %v", err, tc.want)
				}
				if errors.Is(tc.want, ErrFailed) {
					if errors.Is(err, ErrNotWritten) {
						t.Errorf("unknown outcome, yet it says %v", err)
					}
					break
				}
				if cause := tc.ill.write; !errors.Is(err, cause) {
					t.Errorf("%v does not name %v", err, cause)
				}
			}
			*ill = sick{File: file} // well again
			next := j.Append([]byte("next"))
			if errors.Is(tc.want, ErrFailed) {
				if !errors.Is(next, ErrFailed) {
					t.Errorf("append after an unknown outcome: %v", next)
				}
				if err := j.Replay(func([]byte) error { return nil }); !errors.Is(err, ErrFailed) {
					t.Errorf("replay after an unknown outcome: %v", err)
				}
				return
			}
			if next != nil {
				t.Fatal(next)
			}
			if err := j.Close(); err != nil {
				t.Fatal(err)
			}
			again := open(t, path)
			if got := fmt.Sprint(replay(t, again)); got != "[one second 3 next]" || again.Cut() != 0 {
				t.Errorf("on disk: %s and %d bytes more", got, again.Cut())
			}
		})
	}
}

// What a killed process wrote and never synced may be in the machine's memory alone. Whoever
// opens the file acts on its records, so they are on disk before it can.
func TestOpenSyncsWhatItFinds(t *testing.T) {
	path, _ := written(t)
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if _, err := OpenOn(&sick{File: file, sync: syscall.EIO}, info.Size()); !errors.Is(err, syscall.EIO) {
		t.Errorf("opened without a sync: %v", err)
	}
	if _, err := OpenOn(&sick{File: file}, info.Size()); err != nil {
		t.Error(err)
	}
}

// A really full file system: written until there is no space, then space is made. It is mounted by this test's
// program run again in name spaces of its own, which needs no rights, and is gone with that process.
func TestFullDisk(t *testing.T) {
	if !smalldisk.Inside(t) {
		return
	}
	dir := t.TempDir()
	smalldisk.Mount(t, dir, 64<<10)
	ballast := filepath.Join(dir, "ballast")
	if err := os.WriteFile(ballast, make([]byte, 40<<10), 0o600); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "votes")
	j, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer j.Close()
	record := func(i int) []byte { return bytes.Repeat([]byte{byte(i + 1)}, 1000) }
	n := 0
	for ; err == nil && n < 100; n++ {
		err = j.Append(record(n))
	}
	n-- // the last one failed
	if !errors.Is(err, ErrNotWritten) || !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("after %d records: %v", n, err)
	}
	if err := j.Append(record(n)); !errors.Is(err, ErrNotWritten) {
		t.Fatalf("still full: %v", err)
	}
	if err := os.Remove(ballast); err != nil {
		t.Fatal(err)
	}
	if err := j.Append(record(n)); err != nil {
		t.Fatalf("with space: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	again, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer again.Close()
	got := replay(t, again)
	if len(got) != n+1 || again.Cut() != 0 {
		t.Fatalf("%d records, %d bytes cut, want %d records", len(got), again.Cut(), n+1)
	}
	for i, r := range got {
		if r != string(record(i)) {
			t.Errorf("record %d is another", i)
		}
	}
}
