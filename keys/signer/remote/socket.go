// SPDX-License-Identifier: Apache-2.0

package remote

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// maxPath is what a unix socket's name may have on every system.
const maxPath = 100

// Listen opens the socket at path: mode 0600 in a directory of mode 0700 that this user owns. What a killed
// process left there is removed; the caller holds the signer's journal, so no living one of this home is in the way.
//
// Errors: ErrSocket, or the system's.
func Listen(path string) (*net.UnixListener, error) {
	if err := checkDir(path); err != nil {
		return nil, err
	}
	info, err := os.Lstat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return nil, fmt.Errorf("signer socket: %w", err)
	case info.Mode()&fs.ModeSocket == 0:
		return nil, fmt.Errorf("%s is there and no socket: %w", path, ErrSocket)
	default:
		if c, err := net.Dial("unix", path); err == nil {
			_ = c.Close()
			return nil, fmt.Errorf("%s: a process listens there already: %w", path, ErrSocket)
		}
		if err := os.Remove(path); err != nil {
			return nil, fmt.Errorf("remove old signer socket: %w", err)
		}
	}
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: path, Net: "unix"})
	if err != nil {
		return nil, fmt.Errorf("signer socket: %w", err)
	}
	if err := os.Chmod(path, 0o600); err != nil { // nobody could reach it before: the directory is 0700
		_ = ln.Close()
		return nil, fmt.Errorf("signer socket: %w", err)
	}
	return ln, nil
}

// checkSocket refuses a socket that another user could have made or may use.
func checkSocket(path string) error {
	if err := checkDir(path); err != nil {
		return err
	}
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	return own(path, info, fs.ModeSocket)
}

func checkDir(path string) error {
	if !filepath.IsAbs(path) || len(path) > maxPath {
		return fmt.Errorf("%q: want an absolute path of at most %d bytes: %w", path, maxPath, ErrSocket)
	}
	dir := filepath.Dir(path)
	info, err := os.Lstat(dir)
	if err != nil {
		return fmt.Errorf("directory of the signer socket: %w", err)
	}
	return own(dir, info, fs.ModeDir)
}

func own(path string, info fs.FileInfo, kind fs.FileMode) error {
	st, ok := info.Sys().(*syscall.Stat_t)
	switch {
	case info.Mode().Type() != kind:
		return fmt.Errorf("%s has mode %v: %w", path, info.Mode(), ErrSocket)
	case info.Mode().Perm()&0o077 != 0:
		return fmt.Errorf("%s has mode %04o, others have access: %w", path, info.Mode().Perm(), ErrSocket)
	case !ok || int(st.Uid) != os.Geteuid():
		return fmt.Errorf("%s belongs to another user: %w", path, ErrSocket)
	}
	return nil
}
