// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"os"
	"path/filepath"
	"testing"
)

func open(t testing.TB, path string) *Journal {
	t.Helper()
	j, err := Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = j.Close() })
	return j
}

func replay(t testing.TB, j *Journal) (out []string) {
	t.Helper()
	if err := j.Replay(func(b []byte) error { out = append(out, string(b)); return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// written returns a file of three records and its bytes.
func written(t testing.TB) (string, []byte) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "dir", "votes")
	j := open(t, path)
	if !j.Fresh() {
		t.Error("new file is not fresh")
	}
	for _, r := range []string{"one", "second", "3"} {
		if err := j.Append([]byte(r)); err != nil {
			t.Fatal(err)
		}
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return path, b
}

func TestAppendAndReplay(t *testing.T) {
	path, _ := written(t)
	j := open(t, path)
	if got := fmt.Sprint(replay(t, j)); got != "[one second 3]" || j.Len() != 3 || j.Fresh() || j.Cut() != 0 {
		t.Errorf("got %s, %d records, fresh %v, cut %d", got, j.Len(), j.Fresh(), j.Cut())
	}
	if err := j.Append([]byte("four")); err != nil {
		t.Fatal(err)
	}
	if got := fmt.Sprint(replay(t, j)); got != "[one second 3 four]" {
		t.Errorf("got %s", got)
	}
	stop := errors.New("stop")
	if err := j.Replay(func([]byte) error { return stop }); !errors.Is(err, stop) {
		t.Errorf("visitor's error: %v", err)
	}
	for _, size := range []int{0, MaxRecord + 1} {
		if err := j.Append(make([]byte, size)); !errors.Is(err, ErrSize) {
			t.Errorf("record of %d: %v", size, err)
		}
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", info.Mode(), err)
	}
}

// Every length of the file that a crash can leave opens and holds the records that fit.
func TestTornTailIsCut(t *testing.T) {
	path, whole := written(t)
	ends := []int{len(magic), len(magic) + headerSize + 3, len(magic) + 2*headerSize + 9, len(whole)}
	for size := range whole {
		for _, zeros := range []int{0, 100} {
			if err := os.WriteFile(path, append(bytes.Clone(whole[:size]), make([]byte, zeros)...), 0o600); err != nil {
				t.Fatal(err)
			}
			want := 0
			for k, end := range ends {
				if size >= end {
					want = k
				}
			}
			j, err := Open(path)
			if zeros > 0 && err != nil {
				// Part of a record and then zeros is damage that only an operator judges.
				if !errors.Is(err, ErrCorrupt) {
					t.Fatalf("%d bytes and zeros: %v", size, err)
				}
				continue
			}
			if err != nil {
				t.Fatalf("%d bytes: %v", size, err)
			}
			if j.Len() != want {
				t.Errorf("%d bytes: %d records, want %d", size, j.Len(), want)
			}
			if err := j.Append([]byte("next")); err != nil {
				t.Fatal(err)
			}
			_ = j.Close()
			j = open(t, path)
			if got := replay(t, j); len(got) != want+1 || got[want] != "next" {
				t.Errorf("%d bytes: after append %v", size, got)
			}
			_ = j.Close()
		}
	}
}

func TestDamageIsRefused(t *testing.T) {
	path, whole := written(t)
	for at := range whole {
		b := bytes.Clone(whole)
		b[at] ^= 0x10
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		if j, err := Open(path); !errors.Is(err, ErrCorrupt) {
			t.Errorf("byte %d flipped: %v", at, err)
			_ = j.Close()
		}
	}
	// A record taken out of the middle breaks the chain of checksums.
	b := append(bytes.Clone(whole[:len(magic)]), whole[len(magic)+headerSize+3:]...)
	if err := os.WriteFile(path, b, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrCorrupt) {
		t.Errorf("record removed: %v", err)
	}
	// A length beyond the limit does not allocate.
	huge := append([]byte(magic), binary.BigEndian.AppendUint32(nil, 1<<31)...)
	huge = binary.BigEndian.AppendUint32(huge, crc32.Checksum(huge[len(magic):], castagnoli))
	if err := os.WriteFile(path, append(huge, 1, 2, 3, 4), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrCorrupt) {
		t.Errorf("huge record: %v", err)
	}
}

func TestOneHolder(t *testing.T) {
	path, _ := written(t)
	j := open(t, path)
	if _, err := Open(path); !errors.Is(err, ErrLocked) {
		t.Errorf("second holder: %v", err)
	}
	if err := j.Close(); err != nil {
		t.Fatal(err)
	}
	if err := j.Close(); err != nil {
		t.Errorf("second close: %v", err)
	}
	if err := j.Append([]byte("x")); !errors.Is(err, ErrClosed) {
		t.Errorf("after close: %v", err)
	}
	open(t, path)
}

func TestUnsafeFilesAreRefused(t *testing.T) {
	path, _ := written(t)
	link := path + ".link"
	if err := os.Symlink(path, link); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(link); !errors.Is(err, ErrUnsafeFile) {
		t.Errorf("symlink: %v", err)
	}
	if err := os.Chmod(path, 0o640); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path); !errors.Is(err, ErrUnsafeFile) {
		t.Errorf("mode 0640: %v", err)
	}
}

func FuzzReplay(f *testing.F) {
	_, whole := written(f)
	f.Add(whole)
	f.Add(whole[:len(whole)-1])
	f.Add([]byte(magic))
	path := filepath.Join(f.TempDir(), "fuzz")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := Open(path)
		if err != nil {
			return
		}
		defer j.Close()
		n := len(replay(t, j))
		if n != j.Len() {
			t.Errorf("replayed %d of %d", n, j.Len())
		}
		kept, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if !j.Fresh() && !bytes.HasPrefix(b, kept) {
			t.Error("opening changed records")
		}
	})
}
