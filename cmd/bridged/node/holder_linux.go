// SPDX-License-Identifier: Apache-2.0

package node

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// lockHolder finds the process that locked the file, from /proc; 0 when the system does not tell
// (another user's process, another container).
func lockHolder(path string) (pid int, name string) {
	info, err := os.Stat(path)
	if err != nil {
		return 0, ""
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, ""
	}
	table, err := os.ReadFile("/proc/locks")
	if err != nil {
		return 0, ""
	}
	inode := ":" + strconv.FormatUint(st.Ino, 10)
	for line := range strings.Lines(string(table)) {
		// 1: FLOCK  ADVISORY  WRITE 1234 fd:01:5678 0 EOF
		f := strings.Fields(line)
		if len(f) < 6 || f[1] != "FLOCK" || !strings.HasSuffix(f[5], inode) {
			continue
		}
		if p, err := strconv.Atoi(f[4]); err == nil && p > 0 && hasOpen(p, info) {
			comm, _ := os.ReadFile(filepath.Join("/proc", f[4], "comm"))
			return p, strings.TrimSpace(string(comm))
		}
	}
	return 0, ""
}

// hasOpen reports whether the process has exactly this file open: inode numbers repeat
// between file systems.
func hasOpen(pid int, want os.FileInfo) bool {
	dir := filepath.Join("/proc", strconv.Itoa(pid), "fd")
	list, err := os.ReadDir(dir)
	if err != nil {
		return false
	}
	for _, e := range list {
		if have, err := os.Stat(filepath.Join(dir, e.Name())); err == nil && os.SameFile(have, want) {
			return true
		}
	}
	return false
}
