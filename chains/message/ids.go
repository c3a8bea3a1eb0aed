// SPDX-License-Identifier: Apache-2.0

package message

import (
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// ChainID is an EVM chain id; ids of 2^64 and above are refused by the contracts.
type ChainID uint64

// String is the decimal form.
func (c ChainID) String() string { return strconv.FormatUint(uint64(c), 10) }

// Address is a 20-byte EVM account address.
type Address [20]byte

// Hash is a 32-byte keccak256 output: a block hash, node, root or tag.
type Hash [32]byte

// ID identifies a message; it is also its leaf in the tree (docs/spec/messages.md).
type ID [32]byte

// Digest is what the group key signs (docs/spec/signing.md).
type Digest [32]byte

// Nonce is the 1-based position of a message on its lane, below 2^48.
type Nonce uint64

// NonceLimit is the first nonce that is refused.
const NonceLimit Nonce = 1 << 48

// IsZero reports the zero address, which is never valid (I-10).
func (a Address) IsZero() bool { return a == Address{} }

// IsZero reports the zero hash, which is never valid (I-10).
func (h Hash) IsZero() bool { return h == Hash{} }

// IsZero reports the zero id, which is never valid (I-10).
func (i ID) IsZero() bool { return i == ID{} }

// IsZero reports the zero digest, which is never valid (I-10).
func (d Digest) IsZero() bool { return d == Digest{} }

// String is 0x and 40 lower-case hex digits.
func (a Address) String() string { return "0x" + hex.EncodeToString(a[:]) }

// String is 0x and 64 lower-case hex digits.
func (h Hash) String() string { return "0x" + hex.EncodeToString(h[:]) }

// String is 0x and 64 lower-case hex digits.
func (i ID) String() string { return "0x" + hex.EncodeToString(i[:]) }

// String is 0x and 64 lower-case hex digits.
func (d Digest) String() string { return "0x" + hex.EncodeToString(d[:]) }

// MarshalText writes the String form.
func (a Address) MarshalText() ([]byte, error) { return []byte(a.String()), nil }

// MarshalText writes the String form.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// MarshalText writes the String form.
func (i ID) MarshalText() ([]byte, error) { return []byte(i.String()), nil }

// MarshalText writes the String form.
func (d Digest) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads 0x and exactly 40 hex digits.
func (a *Address) UnmarshalText(b []byte) error { return unhex(a[:], b, "address") }

// UnmarshalText reads 0x and exactly 64 hex digits.
func (h *Hash) UnmarshalText(b []byte) error { return unhex(h[:], b, "hash") }

// UnmarshalText reads 0x and exactly 64 hex digits.
func (i *ID) UnmarshalText(b []byte) error { return unhex(i[:], b, "message id") }

// UnmarshalText reads 0x and exactly 64 hex digits.
func (d *Digest) UnmarshalText(b []byte) error { return unhex(d[:], b, "digest") }

// ParseAddress reads 0x and 40 hex digits.
func ParseAddress(s string) (a Address, err error) { return a, a.UnmarshalText([]byte(s)) }

// ParseHash reads 0x and 64 hex digits.
func ParseHash(s string) (h Hash, err error) { return h, h.UnmarshalText([]byte(s)) }

// ParseID reads 0x and 64 hex digits.
func ParseID(s string) (i ID, err error) { return i, i.UnmarshalText([]byte(s)) }

func unhex(dst, src []byte, what string) error {
	s := string(src)
	if !strings.HasPrefix(s, "0x") || len(s) != 2+2*len(dst) {
		return fmt.Errorf("%s: want 0x and %d hex digits, have %d characters: %w", what, 2*len(dst), len(s), ErrBadEncoding)
	}
	b, err := hex.DecodeString(s[2:])
	if err != nil {
		return fmt.Errorf("%s: not hexadecimal: %w", what, ErrBadEncoding)
	}
	copy(dst, b)
	return nil
}

// Finality is how settled a source block must be. Zero is unknown and never valid.
type Finality uint8

// The finality codes of docs/spec/messages.md. Version 1 accepts Final alone.
const (
	Fast  Finality = 1
	Safe  Finality = 2
	Final Finality = 3
)

// String is fast, safe or final.
func (f Finality) String() string {
	switch f {
	case Fast:
		return "fast"
	case Safe:
		return "safe"
	case Final:
		return "final"
	}
	return fmt.Sprintf("finality(%d)", uint8(f))
}

// Valid reports whether f is one of the three codes.
func (f Finality) Valid() bool { return f >= Fast && f <= Final }
