// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"

	"github.com/aitbc/bridge/chains/failpoint"
)

// Errors of this package.
var (
	// ErrUnsafe: a file or directory that others may read or replace, or a symlink.
	ErrUnsafe = errors.New("keystore: unsafe file")
	// ErrExists: there is a file already, and it is never overwritten.
	ErrExists = errors.New("keystore: file exists")
	// ErrFormat: the file's content is not what it should be. The text never quotes it.
	ErrFormat = errors.New("keystore: bad content")
)

// ReadFile reads a secret file of at most limit bytes. The directory must be 0700, the file
// 0600 or stricter, both owned by the effective user and no symlinks: else ErrUnsafe.
func ReadFile(path string, limit int64) ([]byte, error) {
	if err := checkDir(filepath.Dir(path), 0o077); err != nil {
		return nil, err
	}
	return readOpened(path, limit)
}

// readOpened is ReadFile without a look at the directory.
func readOpened(path string, limit int64) ([]byte, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a symlink: %w", path, ErrUnsafe)
	}
	if err != nil {
		return nil, fmt.Errorf("open secret file: %w", err)
	}
	defer f.Close()
	info, err := f.Stat() // of the opened file, so it cannot be swapped in between
	if err != nil {
		return nil, fmt.Errorf("stat secret file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file: %w", path, ErrUnsafe)
	}
	if err := private(path, info, 0o077); err != nil {
		return nil, err
	}
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return nil, fmt.Errorf("read secret file: %w", err)
	}
	if int64(len(b)) > limit {
		return nil, fmt.Errorf("%s is longer than %d bytes: %w", path, limit, ErrFormat)
	}
	return b, nil
}

// WriteFile writes data to a new file of mode 0600 and returns when file and directory
// entry are on disk. A missing directory is made with mode 0700. A crash leaves no file or
// the whole file; an existing one is never touched: ErrExists.
func WriteFile(path string, data []byte) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return fmt.Errorf("make key directory: %w", err)
	}
	if err := checkDir(dir, 0o077); err != nil {
		return err
	}
	var suffix [8]byte
	if _, err := rand.Read(suffix[:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	tmp := path + "." + hex.EncodeToString(suffix[:]) + ".tmp"
	f, err := os.OpenFile(tmp, os.O_WRONLY|os.O_CREATE|os.O_EXCL|syscall.O_NOFOLLOW, 0o600)
	if err != nil {
		return fmt.Errorf("create secret file: %w", err)
	}
	defer func() { _ = os.Remove(tmp) }() // gone already when all went well
	failpoint.Hit("keystore.file.write")  // no file, but an empty one beside it under another name
	_, err = f.Write(data)
	if err == nil {
		failpoint.Hit("keystore.file.written") // no file, but a whole or partial one beside it under another name
		err = f.Sync()
	}
	if cerr := f.Close(); err == nil {
		err = cerr
	}
	if err != nil {
		return fmt.Errorf("write secret file: %w", err)
	}
	failpoint.Hit("keystore.file.synced") // no file, but a whole one beside it under another name
	// A hard link fails when the name exists, a rename would replace it.
	if err := os.Link(tmp, path); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return fmt.Errorf("%s: %w", path, ErrExists)
		}
		return fmt.Errorf("name secret file: %w", err)
	}
	failpoint.Hit("keystore.file.named") // the whole file, perhaps under a second name too
	if err := os.Remove(tmp); err != nil {
		return fmt.Errorf("remove temporary file: %w", err)
	}
	failpoint.Hit("keystore.file.placed") // the whole file, unless the machine dies too
	return syncDir(dir)
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open key directory: %w", err)
	}
	defer d.Close()
	failpoint.Hit("keystore.directory.sync") // the new names hold unless the machine dies too
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync key directory: %w", err)
	}
	return nil
}

// checkDir refuses a directory whose mode has one of the bits.
func checkDir(dir string, bits fs.FileMode) error {
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("stat key directory: %w", err)
	}
	if !info.IsDir() {
		return fmt.Errorf("%s is not a directory: %w", dir, ErrUnsafe)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && st.Uid == 0 && bits == 0o022 && info.Mode().Perm()&bits == 0 {
		return nil // the system's own directory of secrets
	}
	return private(dir, info, bits)
}

func private(path string, info fs.FileInfo, bits fs.FileMode) error {
	if info.Mode().Perm()&bits != 0 {
		return fmt.Errorf("%s has mode %v, others may use it: %w", path, info.Mode().Perm(), ErrUnsafe)
	}
	if st, ok := info.Sys().(*syscall.Stat_t); ok && int(st.Uid) != os.Geteuid() {
		return fmt.Errorf("%s belongs to another user: %w", path, ErrUnsafe)
	}
	return nil
}
