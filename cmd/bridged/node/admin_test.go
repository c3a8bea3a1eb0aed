// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func TestListenAlone(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.sock")
	ln, err := listenAlone(path)
	if err != nil {
		t.Fatal(err)
	}
	if st, err := os.Lstat(path); err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("mode %v, %v", st.Mode(), err)
	}
	if _, err := listenAlone(path); !errors.Is(err, ErrUnsafe) || !strings.Contains(err.Error(), "another process") {
		t.Errorf("a socket that is served: %v", err)
	}
	ln.(*net.UnixListener).SetUnlinkOnClose(false) // as after a kill
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if ln, err = listenAlone(path); err != nil {
		t.Fatalf("a stale socket: %v", err)
	}
	if err := ln.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(path); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the socket is left after a stop: %v", err)
	}
	if err := os.WriteFile(path, []byte("notes"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := listenAlone(path); !errors.Is(err, ErrUnsafe) {
		t.Errorf("a file that is no socket: %v", err)
	}
	if b, err := os.ReadFile(path); err != nil || string(b) != "notes" {
		t.Errorf("the file was touched: %q, %v", b, err)
	}
	if _, err := listenAlone(filepath.Join(dir, strings.Repeat("x", maxSocketPath))); !errors.Is(err, ErrConfig) {
		t.Errorf("a name that is too long: %v", err)
	}
}
