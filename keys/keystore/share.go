// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strconv"

	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// shareKind is the kind of a share's file.
const shareKind = "share"

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

type publicShare struct {
	BridgeID string            `json:"bridge_id"`
	KeyEpoch uint64            `json:"key_epoch"`
	Index    frost.Index       `json:"index"`
	GroupKey schnorr.PublicKey `json:"group_key"`
}

// SaveShare writes s, encrypted, to a new file; see SaveSecret.
func SaveShare(path string, s Share, p Password) error {
	if err := s.Validate(); err != nil {
		return err
	}
	return SaveSecret(path, shareKind, publicShare{hexWord(s.BridgeID), s.KeyEpoch, s.Index, s.GroupKey}, s.Secret[:], p)
}

// LoadShare reads what SaveShare wrote. Errors: ErrUnsafe, ErrFormat, ErrPlain, ErrDecrypt,
// those of Validate, or the file system's; never the content.
func LoadShare(path string, p Password) (Share, error) {
	var f publicShare
	secret, err := LoadSecret(path, shareKind, &f, p)
	if err != nil {
		return Share{}, err
	}
	defer clear(secret)
	s, err := f.share(secret)
	if err != nil {
		return Share{}, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

func (f *publicShare) share(secret []byte) (Share, error) {
	if len(secret) != len(frost.Scalar{}) {
		return Share{}, ErrFormat
	}
	bridge, err := parseWord(f.BridgeID)
	if err != nil {
		return Share{}, fmt.Errorf("bridge id: %w", err)
	}
	s := Share{KeyEpoch: f.KeyEpoch, Index: f.Index, Secret: frost.Scalar(secret), BridgeID: bridge, GroupKey: f.GroupKey}
	return s, s.Validate()
}

func hexWord(w [32]byte) string { return "0x" + hex.EncodeToString(w[:]) }

func parseWord(s string) (w [32]byte, err error) {
	if len(s) != 66 || s[:2] != "0x" || !isHex(s[2:], 32, 32) {
		return w, ErrFormat
	}
	_, err = hex.Decode(w[:], []byte(s[2:]))
	return w, err
}
