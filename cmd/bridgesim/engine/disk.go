// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"fmt"
	"syscall"
)

// crash is what a process panics with when it dies inside an operation.
type crash struct{ where string }

// disk is one node's journal files with their faults. It outlives the process.
type disk struct {
	dice          *dice
	votes, signer file
	// fuse counts operations until the process dies inside one of them; 0: it does not.
	fuse int
	full bool // writes end in the middle with ENOSPC
	bad  bool // syncs fail with EIO
	felt func(fault string)
}

func newDisk(d *dice) *disk {
	k := &disk{dice: d}
	k.votes = file{disk: k, name: "votes"}
	k.signer = file{disk: k, name: "signer"}
	return k
}

// file is one file: what readers see, and the writes of which a crash may keep any part.
type file struct {
	disk    *disk
	name    string
	data    []byte
	pending []write // since the last sync, oldest first
	parsed  int     // bytes whose records were told as durable
	durable func(record []byte)
}

// write is one operation that is not synced, with what undoes it.
type write struct {
	at   int
	data []byte // nil: a truncation to at
	was  []byte // the file before it, from at on
}

// burn dies when the fuse ends at this operation.
func (d *disk) burn(where string) {
	if d.fuse == 0 {
		return
	}
	if d.fuse--; d.fuse == 0 {
		panic(crash{where})
	}
}

func (f *file) burn(op string) { f.disk.burn(f.name + "." + op) }

// ReadAt implements journal.File.
func (f *file) ReadAt(p []byte, at int64) (int, error) {
	return bytes.NewReader(f.data).ReadAt(p, at)
}

// WriteAt implements journal.File.
func (f *file) WriteAt(p []byte, at int64) (int, error) {
	f.burn("before-write")
	n := len(p)
	if f.disk.full {
		n = f.disk.dice.IntN(len(p))
	}
	f.put(write{at: int(at), data: bytes.Clone(p[:n])})
	f.burn("written")
	if n < len(p) {
		f.disk.felt("disk-full")
		return n, fmt.Errorf("write %s: %w", f.name, syscall.ENOSPC)
	}
	return n, nil
}

// Truncate implements journal.File.
func (f *file) Truncate(size int64) error {
	f.burn("before-truncate")
	f.put(write{at: int(size)})
	return nil
}

// Sync implements journal.File.
func (f *file) Sync() error {
	f.burn("before-sync")
	if f.disk.bad {
		f.disk.felt("sync-fails")
		return fmt.Errorf("sync %s: %w", f.name, syscall.EIO)
	}
	f.pending = nil
	f.tell()
	f.burn("synced")
	return nil
}

// Close implements journal.File.
func (f *file) Close() error { return nil }

func (f *file) put(w write) {
	w.was = bytes.Clone(f.data[min(w.at, len(f.data)):])
	f.pending = append(f.pending, w)
	f.apply(w)
}

func (f *file) apply(w write) {
	for len(f.data) < w.at {
		f.data = append(f.data, 0)
	}
	if w.data == nil {
		f.data = f.data[:w.at]
		return
	}
	f.data = append(f.data[:w.at], append(w.data, f.data[min(len(f.data), w.at+len(w.data)):]...)...)
}

// crash undoes what was not synced and keeps a random part of it: nothing, a prefix of a
// record, or the room for it filled with zeros. That is what keys/journal expects of a file
// system; a tear with other bytes is corruption there and needs a person.
func (f *file) crash() {
	for i := len(f.pending) - 1; i >= 0; i-- {
		w := f.pending[i]
		f.data = append(f.data[:min(w.at, len(f.data))], w.was...)
	}
	for _, w := range f.pending {
		if w.data == nil {
			if f.disk.dice.chance(500) {
				f.apply(w)
			}
			continue
		}
		keep := f.disk.dice.IntN(len(w.data) + 1)
		switch f.disk.dice.IntN(3) {
		case 0: // nothing of it reached the disk
			keep = 0
		case 1: // the file grew, its content did not reach the disk
			f.disk.felt("torn-write")
			f.apply(write{at: w.at, data: make([]byte, len(w.data))})
			continue
		}
		if keep > 0 && keep < len(w.data) {
			f.disk.felt("torn-write")
		}
		if keep > 0 {
			f.apply(write{at: w.at, data: w.data[:keep]})
		}
		if keep < len(w.data) {
			break
		}
	}
	f.pending = nil
	f.parsed = min(f.parsed, len(f.data))
}

// tell reports records that became durable.
func (f *file) tell() {
	records, end := parseRecords(f.data, f.parsed)
	f.parsed = end
	if f.durable != nil {
		for _, r := range records {
			f.durable(r)
		}
	}
}

// records are all whole records on the disk.
func (f *file) records() [][]byte {
	r, _ := parseRecords(f.data, 0)
	return r
}

const (
	journalMagic  = 8
	journalHeader = 12
)

// parseRecords reads the records of a journal from an offset between two of them.
func parseRecords(data []byte, at int) (out [][]byte, end int) {
	at = max(at, journalMagic)
	for at+journalHeader <= len(data) {
		n := int(data[at])<<24 | int(data[at+1])<<16 | int(data[at+2])<<8 | int(data[at+3])
		if n == 0 || at+journalHeader+n > len(data) {
			break
		}
		out = append(out, bytes.Clone(data[at+journalHeader:at+journalHeader+n]))
		at += journalHeader + n
	}
	return out, at
}

// copyFrom makes the file hold what another one holds.
func (f *file) copyFrom(data []byte) {
	f.data, f.pending, f.parsed = bytes.Clone(data), nil, 0
	_, f.parsed = parseRecords(f.data, 0)
}
