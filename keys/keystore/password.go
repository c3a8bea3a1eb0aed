// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"unicode"
	"unicode/utf8"

	"github.com/aitbc/bridge/chains/failpoint"
)

// Bounds of a password.
const (
	MinPasswordChars = 12
	MaxPasswordBytes = 1024
	// generatedBytes of randomness make a password that nobody types.
	generatedBytes = 32
)

// ErrPassword: no password, or one that is too short, too long, or more than one line. The
// text never quotes it.
var ErrPassword = errors.New("keystore: bad password")

const redacted = "[secret]"

// Password unlocks the key files of a home. It comes from a file, never from an argument or
// an environment variable, where other processes see it. It prints as "[secret]".
type Password struct{ text *[]byte }

// NewPassword takes at least MinPasswordChars printable characters of UTF-8 on one line.
func NewPassword(text []byte) (Password, error) {
	switch n := utf8.RuneCount(text); {
	case n < MinPasswordChars:
		return Password{}, fmt.Errorf("%d characters, want %d or more: %w", n, MinPasswordChars, ErrPassword)
	case len(text) > MaxPasswordBytes:
		return Password{}, fmt.Errorf("longer than %d bytes: %w", MaxPasswordBytes, ErrPassword)
	case !utf8.Valid(text) || bytes.ContainsFunc(text, unicode.IsControl):
		return Password{}, fmt.Errorf("want one line of UTF-8 without control characters: %w", ErrPassword)
	}
	own := bytes.Clone(text)
	return Password{&own}, nil
}

// ReadPassword reads a password file: one line, whose end is not part of the password. The
// file must be 0600 or stricter and the user's own, in a directory that others cannot write.
func ReadPassword(path string) (Password, error) {
	if err := checkDir(filepath.Dir(path), 0o022); err != nil {
		return Password{}, err
	}
	b, err := readOpened(path, MaxPasswordBytes+2)
	if errors.Is(err, fs.ErrNotExist) {
		return Password{}, fmt.Errorf("no password file %s: %w", path, err)
	}
	if err != nil {
		return Password{}, err
	}
	defer clear(b)
	line := bytes.TrimSuffix(bytes.TrimSuffix(b, []byte("\n")), []byte("\r"))
	p, err := NewPassword(line)
	if err != nil {
		return Password{}, fmt.Errorf("%s: %w", path, err)
	}
	return p, nil
}

// NewPasswordFile makes a random password of 64 hexadecimal digits and writes it to a new
// file; an existing one is refused.
func NewPasswordFile(path string) (Password, error) {
	var raw [generatedBytes]byte
	defer clear(raw[:])
	if _, err := rand.Read(raw[:]); err != nil {
		return Password{}, fmt.Errorf("read randomness: %w", err)
	}
	text := hex.AppendEncode(nil, raw[:])
	defer clear(text)
	if err := SavePassword(path, Password{&text}); err != nil {
		return Password{}, err
	}
	return NewPassword(text)
}

// SavePassword writes p to a new file, see WriteFile.
func SavePassword(path string, p Password) error {
	if p.text == nil {
		return ErrPassword
	}
	line := append(bytes.Clone(*p.text), '\n')
	defer clear(line)
	return WriteFile(path, line)
}

// Expose hands the password to a format that takes it as bytes. The caller keeps no copy.
func (p Password) Expose() []byte {
	if p.text == nil {
		return nil
	}
	return bytes.Clone(*p.text)
}

// Same says whether two passwords are equal.
func (p Password) Same(q Password) bool { return bytes.Equal(p.Expose(), q.Expose()) }

// Format prints "[secret]" whatever the verb.
func (Password) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redacted) }

// String is "[secret]".
func (Password) String() string { return redacted }

// GoString is "[secret]".
func (Password) GoString() string { return redacted }

// LogValue is "[secret]".
func (Password) LogValue() slog.Value { return slog.StringValue(redacted) }

// MarshalText refuses: a password enters a text only by SavePassword.
func (Password) MarshalText() ([]byte, error) {
	return nil, errors.New("keystore: a password has no text form")
}

// Erase overwrites a file with zeros, syncs it and removes it. On storage that writes
// elsewhere (copy on write, flash) old blocks may stay readable to who holds the medium.
func Erase(path string) (err error) {
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		return fmt.Errorf("open file to erase: %w", err)
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	info, err := f.Stat()
	if err != nil {
		return fmt.Errorf("stat file to erase: %w", err)
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return fmt.Errorf("%s is no key file: %w", path, ErrUnsafe)
	}
	failpoint.Hit("keystore.erase.write") // the whole file
	if _, err := f.Write(make([]byte, info.Size())); err != nil {
		return fmt.Errorf("overwrite file: %w", err)
	}
	failpoint.Hit("keystore.erase.written") // zeros under the file's name; what was there may still be on the disk
	if err := f.Sync(); err != nil {
		return fmt.Errorf("sync overwritten file: %w", err)
	}
	if err := os.Remove(path); err != nil {
		return fmt.Errorf("remove erased file: %w", err)
	}
	return syncDir(filepath.Dir(path))
}
