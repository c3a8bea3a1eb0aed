// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"bytes"

	"github.com/aitbc/bridge/keys/journal"
)

// file is a journal's file in memory; what was written is on disk. Torn writes are the engine's part.
type file struct{ data []byte }

var _ journal.File = (*file)(nil)

// ReadAt implements journal.File.
func (f *file) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(f.data).ReadAt(p, at)
}

// WriteAt implements journal.File.
func (f *file) WriteAt(p []byte, at int64) (int, error) {
	if end := int(at) + len(p); end > len(f.data) {
		f.data = append(f.data, make([]byte, end-len(f.data))...)
	}
	return copy(f.data[at:], p), nil
}

// Truncate implements journal.File.
func (f *file) Truncate(size int64) error {
	f.data = f.data[:min(int(size), len(f.data))]
	return nil
}

// Sync implements journal.File.
func (f *file) Sync() error { return nil }

// Close implements journal.File.
func (f *file) Close() error { return nil }
