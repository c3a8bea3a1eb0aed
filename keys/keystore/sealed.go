// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/bits"
	"regexp"

	"golang.org/x/crypto/scrypt"
)

// Cost of scrypt. A file below the floor is refused: whoever can replace it could otherwise
// make guessing cheap. One above the ceiling is refused too: 128·r·N bytes are allocated
// before anything is known about the file.
const (
	scryptN    = 1 << 17 // floor, and what is written: 128 MiB
	maxScryptN = 1 << 20 // 1 GiB
	scryptR    = 8
	scryptP    = 1
	saltBytes  = 32
	keyBytes   = 32
)

const (
	version = 2
	// maxFile bounds a key file or backup, in bytes.
	maxFile = 256 << 10
	// maxSecret bounds what one file protects, in bytes.
	maxSecret = 64 << 10
	// maxPublic bounds the public part, in bytes.
	maxPublic = 32 << 10

	kdfName    = "scrypt"
	cipherName = "aes-256-gcm"
)

// Errors of encrypted files.
var (
	// ErrDecrypt: a wrong password, or a file that was changed. Nothing more is known.
	ErrDecrypt = errors.New("keystore: wrong password or changed file")
	// ErrPlain: a file of version 1, which was not encrypted. It is not read.
	ErrPlain = errors.New("keystore: not encrypted (version 1, of a devnet of an older build): make that devnet anew")
)

var kindForm = regexp.MustCompile(`^[a-z][a-z-]{0,31}$`)

// sealed is the file. Its bytes are exactly what seal writes, or the file is refused.
type sealed struct {
	Version int             `json:"version"`
	Kind    string          `json:"kind"`
	Public  json.RawMessage `json:"public"`
	Crypto  lock            `json:"crypto"`
}

type lock struct {
	KDF    string `json:"kdf"`
	N      int    `json:"n"`
	R      int    `json:"r"`
	P      int    `json:"p"`
	Salt   string `json:"salt"`
	Cipher string `json:"cipher"`
	Nonce  string `json:"nonce"`
	Text   string `json:"text"`
}

// Header is what a file says without a password. Nothing proves it before the file is opened.
type Header struct {
	Version int
	Kind    string
	Public  json.RawMessage
}

// Seal encrypts secret under a key that scrypt makes of p and a fresh salt. public, a value
// whose JSON is an object, stays readable; it, kind, version and the cost are bound to the
// ciphertext, so that nobody without the password can change or exchange one of them.
func Seal(kind string, public any, secret []byte, p Password) ([]byte, error) {
	if p.text == nil {
		return nil, ErrPassword
	}
	if !kindForm.MatchString(kind) || len(secret) == 0 || len(secret) > maxSecret {
		return nil, fmt.Errorf("kind %q, %d secret bytes: %w", kind, len(secret), ErrFormat)
	}
	pub, err := json.Marshal(public)
	if err != nil {
		return nil, fmt.Errorf("encode public part: %w", err)
	}
	var salt [saltBytes]byte
	var nonce [12]byte
	if _, err := rand.Read(salt[:]); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	if _, err := rand.Read(nonce[:]); err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	f := sealed{Version: version, Kind: kind, Public: pub, Crypto: lock{
		KDF: kdfName, N: scryptN, R: scryptR, P: scryptP, Salt: hex.EncodeToString(salt[:]),
		Cipher: cipherName, Nonce: hex.EncodeToString(nonce[:]),
	}}
	a, err := f.aead(p)
	if err != nil {
		return nil, err
	}
	f.Crypto.Text = hex.EncodeToString(a.Seal(nil, nonce[:], secret, f.bound()))
	b, err := f.bytes()
	if err != nil {
		return nil, err
	}
	if _, err := parse(b); err != nil { // what could not be read is not written
		return nil, err
	}
	return b, nil
}

// Unseal decrypts what Seal made and fills public, a pointer, whose fields must be exactly
// the file's. Errors: ErrFormat, ErrPlain, ErrDecrypt.
func Unseal(b []byte, kind string, public any, p Password) ([]byte, error) {
	f, err := parse(b)
	if err != nil {
		return nil, err
	}
	if f.Kind != kind {
		return nil, fmt.Errorf("a file of kind %q, want %q: %w", f.Kind, kind, ErrFormat)
	}
	if p.text == nil {
		return nil, ErrPassword
	}
	a, err := f.aead(p)
	if err != nil {
		return nil, err
	}
	nonce, _ := hex.DecodeString(f.Crypto.Nonce) // parse has checked both
	text, _ := hex.DecodeString(f.Crypto.Text)
	secret, err := a.Open(nil, nonce, text, f.bound())
	if err != nil {
		return nil, ErrDecrypt
	}
	d := json.NewDecoder(bytes.NewReader(f.Public))
	d.DisallowUnknownFields()
	if err := d.Decode(public); err != nil {
		clear(secret)
		return nil, fmt.Errorf("public part: %w", ErrFormat)
	}
	return secret, nil
}

// SaveSecret seals secret into a new file, see Seal and WriteFile.
func SaveSecret(path, kind string, public any, secret []byte, p Password) error {
	b, err := Seal(kind, public, secret, p)
	if err != nil {
		return err
	}
	return WriteFile(path, b)
}

// LoadSecret opens a file of SaveSecret, see Unseal. Errors name the path, never the content.
// It takes about a third of a second and 128 MiB, on purpose.
func LoadSecret(path, kind string, public any, p Password) ([]byte, error) {
	b, err := ReadFile(path, maxFile)
	if err != nil {
		return nil, err
	}
	secret, err := Unseal(b, kind, public, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return secret, nil
}

// ReadHeader reads what a key file says without a password.
func ReadHeader(path string) (Header, error) {
	b, err := ReadFile(path, maxFile)
	if err != nil {
		return Header{}, err
	}
	h, err := ParseHeader(b)
	if err != nil {
		return Header{}, fmt.Errorf("%s: %w", path, err)
	}
	return h, nil
}

// ParseHeader is ReadHeader of bytes.
func ParseHeader(b []byte) (Header, error) {
	f, err := parse(b)
	return Header{f.Version, f.Kind, f.Public}, err
}

// parse checks everything that needs no password, before any memory is given to scrypt.
func parse(b []byte) (f sealed, err error) {
	if len(b) > maxFile {
		return sealed{}, fmt.Errorf("more than %d bytes: %w", maxFile, ErrFormat)
	}
	d := json.NewDecoder(bytes.NewReader(b))
	if err := d.Decode(&f); err != nil {
		return sealed{}, ErrFormat // the decoder's own text may quote the file
	}
	switch {
	case f.Version == 1:
		return sealed{}, ErrPlain
	case f.Version != version:
		return sealed{}, fmt.Errorf("version %d: %w", f.Version, ErrFormat)
	case !kindForm.MatchString(f.Kind):
		return sealed{}, fmt.Errorf("kind: %w", ErrFormat)
	case len(f.Public) > maxPublic || len(f.Public) == 0 || f.Public[0] != '{':
		return sealed{}, fmt.Errorf("public part: %w", ErrFormat)
	}
	var pub bytes.Buffer
	if err := json.Compact(&pub, f.Public); err != nil {
		return sealed{}, fmt.Errorf("public part: %w", ErrFormat)
	}
	f.Public = pub.Bytes()
	c := &f.Crypto
	if c.KDF != kdfName || c.Cipher != cipherName {
		return sealed{}, fmt.Errorf("want %s and %s: %w", kdfName, cipherName, ErrFormat)
	}
	if err := CheckScrypt(c.N, c.R, c.P); err != nil {
		return sealed{}, err
	}
	if !isHex(c.Salt, saltBytes, saltBytes) || !isHex(c.Nonce, 12, 12) || !isHex(c.Text, 17, maxSecret+16) {
		return sealed{}, fmt.Errorf("salt, nonce or text: %w", ErrFormat)
	}
	// No other bytes mean the same: no key twice, none in other letters, nothing behind.
	same, err := f.bytes()
	if err != nil || !bytes.Equal(same, b) {
		return sealed{}, fmt.Errorf("not as it was written: %w", ErrFormat)
	}
	return f, nil
}

// CheckScrypt refuses a cost below the floor or above the ceiling of this package.
func CheckScrypt(n, r, p int) error {
	if n < scryptN || n > maxScryptN || bits.OnesCount(uint(n)) != 1 || r != scryptR || p != scryptP {
		return fmt.Errorf("scrypt n %d r %d p %d, want n a power of two from %d to %d, r %d, p %d: %w",
			n, r, p, scryptN, maxScryptN, scryptR, scryptP, ErrFormat)
	}
	return nil
}

func (f *sealed) bytes() ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	if err := e.Encode(f); err != nil {
		return nil, fmt.Errorf("encode key file: %w", err)
	}
	return b.Bytes(), nil
}

// aead is AES-256-GCM under the password's key for this file. The salt is fresh in each
// file, so no key seals twice.
func (f *sealed) aead(p Password) (cipher.AEAD, error) {
	salt, err := hex.DecodeString(f.Crypto.Salt)
	if err != nil {
		return nil, fmt.Errorf("salt: %w", ErrFormat)
	}
	key, err := scrypt.Key(*p.text, salt, f.Crypto.N, f.Crypto.R, f.Crypto.P, keyBytes)
	if err != nil {
		return nil, fmt.Errorf("derive key: %w", err)
	}
	defer clear(key)
	block, err := aes.NewCipher(key)
	if err != nil {
		return nil, fmt.Errorf("make cipher: %w", err)
	}
	return cipher.NewGCM(block)
}

// bound is the associated data: everything in the file but nonce and text.
func (f *sealed) bound() []byte {
	var b bytes.Buffer
	_, _ = io.WriteString(&b, "aitbc.bridge.keyfile/v2\n")
	_, _ = fmt.Fprintf(&b, "%s\n%s %d %d %d %s\n%s\n", f.Kind, f.Crypto.KDF, f.Crypto.N, f.Crypto.R, f.Crypto.P, f.Crypto.Salt, f.Crypto.Cipher)
	_, _ = b.Write(f.Public)
	return b.Bytes()
}

// isHex says whether s is lower-case hexadecimal of min to max bytes.
func isHex(s string, least, most int) bool {
	if len(s)%2 != 0 || len(s) < 2*least || len(s) > 2*most {
		return false
	}
	for _, c := range []byte(s) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
			return false
		}
	}
	return true
}

// Reseal seals the content of a key file, of any kind, with another password and a fresh salt.
func Reseal(b []byte, from, to Password) ([]byte, error) {
	h, err := ParseHeader(b)
	if err != nil {
		return nil, err
	}
	var public map[string]any
	secret, err := Unseal(b, h.Kind, &public, from)
	if err != nil {
		return nil, err
	}
	defer clear(secret)
	return Seal(h.Kind, h.Public, secret, to)
}
