// SPDX-License-Identifier: Apache-2.0

package journal

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"
	"syscall"

	"github.com/aitbc/bridge/chains/failpoint"
)

// MaxRecord bounds one record, in bytes.
const MaxRecord = 64 << 10

const (
	magic      = "aitbcjr\x01" // the last byte is the version of the format
	headerSize = 12            // length 4 ‖ CRC of the length 4 ‖ CRC of the chain 4
)

// Errors of this package. All but ErrLocked and ErrNotWritten need an operator.
var (
	// ErrLocked: another process holds the file.
	ErrLocked = errors.New("journal: held by another process")
	// ErrCorrupt: a finished record does not match its checksum, or the file is no journal.
	ErrCorrupt = errors.New("journal: corrupt")
	// ErrFailed: a write failed with unknown outcome; only Open can tell what is on disk.
	ErrFailed = errors.New("journal: a write failed with unknown outcome")
	// ErrNotWritten: the record is not in the file, as after a full disk. The journal is whole
	// and stays open: the same Append may succeed later.
	ErrNotWritten = errors.New("journal: not written")
	// ErrClosed: used after Close.
	ErrClosed = errors.New("journal: closed")
	// ErrSize: a record is empty or longer than MaxRecord.
	ErrSize = errors.New("journal: bad record size")
	// ErrUnsafeFile: a symlink, not a regular file, or open to other users.
	ErrUnsafeFile = errors.New("journal: unsafe file")
)

var castagnoli = crc32.MakeTable(crc32.Castagnoli)

// File is where a journal lies: *os.File is one, the simulator's disk another. A write is
// durable once Sync has returned.
type File interface {
	io.ReaderAt
	io.WriterAt
	Truncate(size int64) error
	Sync() error
	Close() error
}

// Journal is an open file. It is safe for concurrent use.
type Journal struct {
	mu     sync.Mutex
	file   File
	size   int64  // bytes on disk that hold finished records
	chain  uint32 // checksum over all records so far
	count  int
	fresh  bool
	cut    int64
	failed bool
}

// Open opens or creates the journal at path, with mode 0600 in a directory that it creates
// with mode 0700, locks it, checks every record and cuts an unfinished last one.
//
// Errors: ErrLocked, ErrCorrupt, ErrUnsafeFile, or the file system's. Blocks on the disk.
func Open(path string) (_ *Journal, err error) {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make journal directory: %w", err)
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|syscall.O_NOFOLLOW, 0o600)
	if errors.Is(err, syscall.ELOOP) {
		return nil, fmt.Errorf("%s is a symlink: %w", path, ErrUnsafeFile)
	}
	if err != nil {
		return nil, fmt.Errorf("open journal: %w", err)
	}
	defer func() {
		if err != nil {
			_ = f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, fmt.Errorf("stat journal: %w", err)
	}
	if !info.Mode().IsRegular() || info.Mode().Perm()&0o077 != 0 {
		return nil, fmt.Errorf("%s has mode %v: %w", path, info.Mode(), ErrUnsafeFile)
	}
	if err := syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return nil, fmt.Errorf("%s: %w", path, ErrLocked)
		}
		return nil, fmt.Errorf("lock journal: %w", err)
	}
	j, err := OpenOn(f, info.Size())
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	if err := syncDir(dir); err != nil {
		return nil, err
	}
	return j, nil
}

// OpenOn opens the journal in a file of size bytes that the caller has opened, locked and
// keeps when it fails: Open without the file system.
//
// Errors: ErrCorrupt, or the file's.
func OpenOn(f File, size int64) (*Journal, error) {
	j := &Journal{file: f}
	if err := j.recover(size); err != nil {
		return nil, err
	}
	return j, nil
}

// recover checks the file, writes the magic of a new one and cuts an unfinished record.
func (j *Journal) recover(size int64) error {
	unborn, err := j.unborn(size)
	if err != nil {
		return err
	}
	if unborn {
		failpoint.Hit("journal.create.write") // an empty file, which the next start takes as new
		if _, err := j.file.WriteAt([]byte(magic), 0); err != nil {
			return fmt.Errorf("start journal: %w", err)
		}
		failpoint.Hit("journal.create.written") // an empty journal, which the next start finds or makes again
		j.size, j.fresh = int64(len(magic)), true
		return j.sync()
	}
	end, err := j.scan(size, nil)
	if err != nil {
		return err
	}
	if end < size {
		j.cut = size - end
		failpoint.Hit("journal.cut.truncate") // the unfinished record is still there and is cut at the next start
		if err := j.file.Truncate(end); err != nil {
			return fmt.Errorf("cut unfinished record: %w", err)
		}
		failpoint.Hit("journal.cut.truncated") // cut in memory, perhaps not on disk: cut again at the next start
	}
	j.size = end
	// What a killed process wrote and never synced may be in the machine's memory alone, and
	// the caller acts on what it finds here. INVARIANT: I-05.
	return j.sync()
}

// unborn reports whether the file is one whose creation did not reach the disk: a crash before the first sync leaves part of the magic, or
// zeros, up to all of its length.
//
// Errors: ErrCorrupt for a file as short with other bytes, or the file's.
func (j *Journal) unborn(size int64) (bool, error) {
	if size > int64(len(magic)) {
		return false, nil
	}
	head := make([]byte, size)
	if _, err := j.file.ReadAt(head, 0); err != nil && !errors.Is(err, io.EOF) {
		return false, fmt.Errorf("read journal: %w", err)
	}
	switch {
	case allZero(head):
		return true, nil
	case string(head) == magic[:size]:
		return size < int64(len(magic)), nil
	case size < int64(len(magic)):
		return false, ErrCorrupt
	}
	return false, nil // scan says what it is
}

// scan reads the first size bytes, calls visit (when given) with every record, sets count
// and chain, and returns where the last finished record ends.
func (j *Journal) scan(size int64, visit func([]byte) error) (int64, error) {
	r := io.NewSectionReader(j.file, 0, size)
	var head [len(magic)]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return 0, fmt.Errorf("read journal: %w", err)
	}
	if string(head[:]) != magic {
		return 0, fmt.Errorf("no journal of this version: %w", ErrCorrupt)
	}
	at, count, chain := int64(len(magic)), 0, uint32(0)
	for at < size {
		left := size - at
		if left < headerSize {
			break
		}
		var h [headerSize]byte
		if _, err := r.ReadAt(h[:], at); err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		length := int64(binary.BigEndian.Uint32(h[:4]))
		if crc32.Checksum(h[:4], castagnoli) != binary.BigEndian.Uint32(h[4:8]) || length == 0 || length > MaxRecord {
			// Zeros to the end are space that the file system gave and never filled.
			if zero, err := zeroTail(r, at, size); err != nil || zero {
				if err != nil {
					return 0, err
				}
				break
			}
			return 0, fmt.Errorf("record %d: %w", count, ErrCorrupt)
		}
		if left < headerSize+length {
			break
		}
		record := make([]byte, length)
		if _, err := r.ReadAt(record, at+headerSize); err != nil {
			return 0, fmt.Errorf("read journal: %w", err)
		}
		chain = crc32.Update(chain, castagnoli, record)
		if chain != binary.BigEndian.Uint32(h[8:]) {
			return 0, fmt.Errorf("record %d: %w", count, ErrCorrupt)
		}
		if visit != nil {
			if err := visit(record); err != nil {
				return 0, fmt.Errorf("record %d: %w", count, err)
			}
		}
		count++
		at += headerSize + length
	}
	j.count, j.chain = count, chain
	return at, nil
}

// Append writes record and returns when it is on disk.
//
// Errors: ErrSize; ErrNotWritten with the cause when the write failed and was undone for
// certain; else ErrFailed, from then on for every call until the file is opened again. A
// failed sync is never retried: the kernel may have dropped the bytes and forgotten it.
func (j *Journal) Append(record []byte) error {
	if len(record) == 0 || len(record) > MaxRecord {
		return fmt.Errorf("record of %d bytes: %w", len(record), ErrSize)
	}
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return err
	}
	chain := crc32.Update(j.chain, castagnoli, record)
	b := binary.BigEndian.AppendUint32(make([]byte, 0, headerSize+len(record)), uint32(len(record)))
	b = binary.BigEndian.AppendUint32(b, crc32.Checksum(b[:4], castagnoli))
	b = binary.BigEndian.AppendUint32(b, chain)
	b = append(b, record...)
	failpoint.Hit("journal.append.write") // nothing of the record is kept, and nothing was done because of it
	if _, err := j.file.WriteAt(b, j.size); err != nil {
		return j.undo(err)
	}
	failpoint.Hit("journal.append.written") // the record is kept unless the machine dies too; nothing was done because of it
	if err := j.sync(); err != nil {
		j.failed = true
		return errors.Join(ErrFailed, err)
	}
	failpoint.Hit("journal.append.synced") // the record is kept; what it was written for did not happen
	j.size += int64(len(b))
	j.chain = chain
	j.count++
	return nil
}

// undo takes back what a failed write may have left, so that its outcome is known. A crash
// in it leaves what a crash in the write would have left.
func (j *Journal) undo(cause error) error {
	if err := j.file.Truncate(j.size); err != nil {
		j.failed = true
		return errors.Join(ErrFailed, fmt.Errorf("append to journal: %w", cause), fmt.Errorf("undo it: %w", err))
	}
	if err := j.sync(); err != nil {
		j.failed = true
		return errors.Join(ErrFailed, fmt.Errorf("append to journal: %w", cause), err)
	}
	return errors.Join(ErrNotWritten, cause)
}

// Replay calls visit with every record in the order of writing and stops at its error.
// The slice belongs to visit. Appending inside visit deadlocks.
func (j *Journal) Replay(visit func(record []byte) error) error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if err := j.usable(); err != nil {
		return err
	}
	_, err := j.scan(j.size, visit)
	return err
}

// Len is the number of records.
func (j *Journal) Len() int {
	j.mu.Lock()
	defer j.mu.Unlock()
	return j.count
}

// Fresh says that Open created the file: what a former journal held is not known here.
func (j *Journal) Fresh() bool { return j.fresh }

// Cut is the number of bytes of an unfinished record that Open removed, usually 0.
func (j *Journal) Cut() int64 { return j.cut }

// Close releases the lock. A second call does nothing.
func (j *Journal) Close() error {
	j.mu.Lock()
	defer j.mu.Unlock()
	if j.file == nil {
		return nil
	}
	f := j.file
	j.file = nil
	return f.Close()
}

func (j *Journal) usable() error {
	switch {
	case j.file == nil:
		return ErrClosed
	case j.failed:
		return ErrFailed
	}
	return nil
}

func (j *Journal) sync() error {
	if err := j.file.Sync(); err != nil {
		return fmt.Errorf("sync journal: %w", err)
	}
	return nil
}

func allZero(b []byte) bool {
	for _, x := range b {
		if x != 0 {
			return false
		}
	}
	return true
}

// zeroTail says whether all bytes of [from, to) are zero.
func zeroTail(r io.ReaderAt, from, to int64) (bool, error) {
	buf := make([]byte, 4096)
	for from < to {
		n := min(int64(len(buf)), to-from)
		if _, err := r.ReadAt(buf[:n], from); err != nil {
			return false, fmt.Errorf("read journal: %w", err)
		}
		if !allZero(buf[:n]) {
			return false, nil
		}
		from += n
	}
	return true, nil
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return fmt.Errorf("open directory: %w", err)
	}
	defer d.Close()
	if err := d.Sync(); err != nil {
		return fmt.Errorf("sync directory: %w", err)
	}
	return nil
}
