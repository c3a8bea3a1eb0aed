// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"

	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// maxShareFile bounds a share file, in bytes.
const maxShareFile = 4096

const shareVersion = 1

// Share is one member's part of the group key, with what it belongs to.
type Share struct {
	KeyEpoch uint64 // counts committees, starts at 1
	Index    frost.Index
	Secret   frost.Scalar // prints as "[secret]"
	BridgeID [32]byte
	GroupKey schnorr.PublicKey
}

// String shows everything but the secret.
func (s Share) String() string {
	return fmt.Sprintf("share %d of key epoch %d, group key %s", s.Index, s.KeyEpoch, s.GroupKey)
}

// GoString is String.
func (s Share) GoString() string { return s.String() }

// Format prints String whatever the verb.
func (s Share) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, s.String()) }

// LogValue is String.
func (s Share) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON refuses: only SaveShare writes a share.
func (Share) MarshalJSON() ([]byte, error) {
	return nil, errors.New("keystore: a share is written by SaveShare alone")
}

// Validate refuses zero and impossible fields (I-10).
func (s Share) Validate() error {
	if s.KeyEpoch == 0 || s.Index == 0 || s.Index > frost.MaxMembers || s.BridgeID == ([32]byte{}) {
		return fmt.Errorf("share of epoch %d, index %d: %w", s.KeyEpoch, s.Index, ErrFormat)
	}
	if _, err := frost.ParseScalar(s.Secret[:]); err != nil {
		return fmt.Errorf("secret of the share: %w", err)
	}
	if err := s.GroupKey.Validate(); err != nil {
		return fmt.Errorf("group key of the share: %w", err)
	}
	return nil
}

// SharePath is dir/share-<epoch>.json.
func SharePath(dir string, epoch uint64) string {
	return filepath.Join(dir, "share-"+strconv.FormatUint(epoch, 10)+".json")
}

type shareFile struct {
	Version  int               `json:"version"`
	BridgeID string            `json:"bridge_id"`
	KeyEpoch uint64            `json:"key_epoch"`
	Index    frost.Index       `json:"index"`
	GroupKey schnorr.PublicKey `json:"group_key"`
	Secret   string            `json:"secret"`
}

// SaveShare writes s to a new file, see WriteFile.
func SaveShare(path string, s Share) error {
	if err := s.Validate(); err != nil {
		return err
	}
	b, err := json.MarshalIndent(shareFile{
		Version: shareVersion, BridgeID: hexWord(s.BridgeID), KeyEpoch: s.KeyEpoch,
		Index: s.Index, GroupKey: s.GroupKey, Secret: hexWord(s.Secret),
	}, "", "  ")
	if err != nil {
		return fmt.Errorf("encode share: %w", err)
	}
	defer clear(b)
	return WriteFile(path, append(b, '\n'))
}

// LoadShare reads what SaveShare wrote. Errors: ErrUnsafe, ErrFormat, those of Validate,
// or the file system's; never the content.
func LoadShare(path string) (Share, error) {
	b, err := ReadFile(path, maxShareFile)
	if err != nil {
		return Share{}, err
	}
	defer clear(b)
	s, err := parseShare(b)
	if err != nil {
		return Share{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func parseShare(b []byte) (Share, error) {
	var f shareFile
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&f); err != nil {
		return Share{}, ErrFormat // the decoder's own text may quote the file
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Share{}, fmt.Errorf("data after the share: %w", ErrFormat)
	}
	if f.Version != shareVersion {
		return Share{}, fmt.Errorf("version %d: %w", f.Version, ErrFormat)
	}
	s := Share{KeyEpoch: f.KeyEpoch, Index: f.Index, GroupKey: f.GroupKey}
	secret, err := parseWord(f.Secret)
	if err != nil {
		return Share{}, fmt.Errorf("secret: %w", err)
	}
	s.Secret = secret
	if s.BridgeID, err = parseWord(f.BridgeID); err != nil {
		return Share{}, fmt.Errorf("bridge id: %w", err)
	}
	return s, s.Validate()
}

func hexWord(w [32]byte) string { return "0x" + hex.EncodeToString(w[:]) }

func parseWord(s string) (w [32]byte, err error) {
	if len(s) != 66 || s[:2] != "0x" {
		return w, ErrFormat
	}
	if _, err := hex.Decode(w[:], []byte(s[2:])); err != nil {
		return [32]byte{}, ErrFormat
	}
	return w, nil
}
