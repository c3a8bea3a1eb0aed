// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

// Record is a file that keeps the hash of the code that a manager had when it was first seen: one
// line, written once.
type Record struct{ Path string }

// maxRecord bounds the file, in bytes: one line.
const maxRecord = 67

// Load reads the hash; false when there is no file.
//
// Errors: message.ErrBadEncoding, the disk's.
func (r *Record) Load() (message.Hash, bool, error) {
	f, err := os.Open(r.Path)
	if errors.Is(err, fs.ErrNotExist) {
		return message.Hash{}, false, nil
	}
	if err != nil {
		return message.Hash{}, false, err
	}
	defer func() { _ = f.Close() }()
	b, err := io.ReadAll(io.LimitReader(f, maxRecord+1))
	if err != nil {
		return message.Hash{}, false, err
	}
	h, err := parseRecord(b)
	return h, err == nil, err
}

// parseRecord takes exactly what Save writes.
func parseRecord(b []byte) (message.Hash, error) {
	line, ok := bytes.CutSuffix(b, []byte("\n"))
	if !ok {
		return message.Hash{}, fmt.Errorf("no line: %w", message.ErrBadEncoding)
	}
	return parseHash(string(line))
}

// Save writes the file, which must not exist. A crash leaves it whole or not there.
func (r *Record) Save(h message.Hash) (err error) {
	dir := filepath.Dir(r.Path)
	f, err := os.CreateTemp(dir, ".code-*")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(f.Name())) }()
	_, err = fmt.Fprintln(f, h)
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), r.Path); err != nil { // unlike a rename, replaces nothing
		return err
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// immutable is how long the place of an immutable is in code: PUSH32 and zeros in the build, PUSH32
// and a value once it is deployed.
const (
	push32    = 0x7f
	immutable = 32
)

// sameBuild says whether code is the manager's as this program's contracts were built, whatever its
// immutables are. It decides nothing: a newer program may read an older manager.
func sameBuild(code []byte) bool {
	created := common.FromHex(bindings.CrossChainManagerMetaData.Bin)
	if len(code) == 0 || len(code) > len(created) {
		return false
	}
	build := created[len(created)-len(code):] // the code follows what creates it
	for i := 0; i < len(code); {
		if code[i] != build[i] {
			return false
		}
		i++
		if code[i-1] == push32 && i+immutable <= len(code) && allZero(build[i:i+immutable]) {
			i += immutable
		}
	}
	return true
}

func allZero(b []byte) bool { return len(bytes.Trim(b, "\x00")) == 0 }
