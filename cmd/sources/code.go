// SPDX-License-Identifier: Apache-2.0

package sources

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/keystore"
)

// Record is a file that keeps the hash of the code that a manager had when it was first seen: one
// line, written once. It lies in a directory of mode 0700, as the keystore wants files that nobody else may replace.
type Record struct{ Path string }

// maxRecord bounds the file, in bytes: one line.
const maxRecord = 67

// Load reads the hash; false when there is no file.
//
// Errors: message.ErrBadEncoding; those of keystore.ReadFile, such as keystore.ErrUnsafe.
func (r *Record) Load() (message.Hash, bool, error) {
	b, err := keystore.ReadFile(r.Path, maxRecord)
	if errors.Is(err, fs.ErrNotExist) {
		return message.Hash{}, false, nil
	}
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
//
// Errors: those of keystore.WriteFile, such as keystore.ErrExists.
func (r *Record) Save(h message.Hash) error {
	return keystore.WriteFile(r.Path, []byte(h.String()+"\n"))
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
