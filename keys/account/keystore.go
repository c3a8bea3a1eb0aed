// SPDX-License-Identifier: Apache-2.0

package account

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	gethkeystore "github.com/ethereum/go-ethereum/accounts/keystore"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/google/uuid"

	"github.com/aitbc/bridge/keys/keystore"
)

// maxKeystoreFile bounds a keystore file, in bytes.
const maxKeystoreFile = 16 << 10

// Cost of what is written; keystore.CheckScrypt bounds what is read.
const (
	scryptN = 1 << 17
	scryptP = 1
)

// v3 is what is looked at in a keystore file (Web3 Secret Storage, version 3) before the
// library gets it: the library would take any cost and older versions.
type v3 struct {
	Address string `json:"address"`
	Version int    `json:"version"`
	Crypto  struct {
		KDF       string `json:"kdf"`
		KDFParams struct {
			N     int `json:"n"`
			R     int `json:"r"`
			P     int `json:"p"`
			DKLen int `json:"dklen"`
		} `json:"kdfparams"`
	} `json:"crypto"`
}

// FromKeystoreFile reads a key file in the format of Ethereum wallets, version 3 with scrypt.
// Errors: keystore.ErrUnsafe, keystore.ErrDecrypt, ErrKey.
func FromKeystoreFile(path string, p keystore.Password) (Account, error) {
	b, err := keystore.ReadFile(path, maxKeystoreFile)
	if err != nil {
		return nil, err
	}
	a, err := fromKeystore(b, p)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return a, nil
}

// KeystoreAddress reads the address that a keystore file names. Nothing proves it before
// the file is opened.
func KeystoreAddress(path string) (address [20]byte, err error) {
	b, err := keystore.ReadFile(path, maxKeystoreFile)
	if err != nil {
		return address, err
	}
	if address, err = parseV3(b); err != nil {
		return address, fmt.Errorf("%s: %w", path, err)
	}
	return address, nil
}

func parseV3(b []byte) (address [20]byte, err error) {
	var f v3
	if err := json.Unmarshal(b, &f); err != nil {
		return address, fmt.Errorf("no keystore file: %w", ErrKey) // the decoder's text may quote it
	}
	if f.Version != 3 || f.Crypto.KDF != "scrypt" || f.Crypto.KDFParams.DKLen != 32 {
		return address, fmt.Errorf("want a keystore file of version 3 with scrypt: %w", ErrKey)
	}
	k := f.Crypto.KDFParams
	if err := keystore.CheckScrypt(k.N, k.R, k.P); err != nil {
		return address, fmt.Errorf("%w: %w", ErrKey, err)
	}
	if address, err = parseAddress("0x" + strings.TrimPrefix(f.Address, "0x")); err != nil {
		return address, fmt.Errorf("address: %w", ErrKey)
	}
	return address, nil
}

func fromKeystore(b []byte, p keystore.Password) (Account, error) {
	address, err := parseV3(b)
	if err != nil {
		return nil, err
	}
	word := p.Expose()
	defer clear(word)
	if word == nil {
		return nil, keystore.ErrPassword
	}
	k, err := gethkeystore.DecryptKey(b, string(word))
	if errors.Is(err, gethkeystore.ErrDecrypt) {
		return nil, keystore.ErrDecrypt
	}
	if err != nil {
		return nil, ErrKey // the library's text is not under our rules
	}
	a := fromKey(k.PrivateKey)
	if a.Address() != address {
		return nil, fmt.Errorf("the key is not of the address in the file: %w", ErrKey)
	}
	return a, nil
}

// NewKeystoreFile makes a fresh account and writes it to a new keystore file.
func NewKeystoreFile(path string, p keystore.Password) (Account, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	a := &local{key: key, address: crypto.PubkeyToAddress(key.PublicKey)}
	b, err := a.seal(p)
	if err != nil {
		return nil, err
	}
	if err := keystore.WriteFile(path, b); err != nil {
		return nil, err
	}
	return a, nil
}

// seal makes the content of a keystore file.
func (l *local) seal(p keystore.Password) ([]byte, error) {
	word := p.Expose()
	defer clear(word)
	if word == nil {
		return nil, keystore.ErrPassword
	}
	id, err := uuid.NewRandom()
	if err != nil {
		return nil, fmt.Errorf("read randomness: %w", err)
	}
	b, err := gethkeystore.EncryptKey(&gethkeystore.Key{Id: id, Address: l.address, PrivateKey: l.key}, string(word), scryptN, scryptP)
	if err != nil {
		return nil, fmt.Errorf("encrypt key: %w", err)
	}
	return append(b, '\n'), nil
}

// ResealKeystore encrypts the account of a keystore file's content with another password.
func ResealKeystore(b []byte, from, to keystore.Password) ([]byte, error) {
	a, err := fromKeystore(b, from)
	if err != nil {
		return nil, err
	}
	return a.(*local).seal(to)
}

// KeystoreSecret gives the raw key of a keystore file, for a backup. The caller clears it.
func KeystoreSecret(path string, p keystore.Password) ([]byte, error) {
	a, err := FromKeystoreFile(path, p)
	if err != nil {
		return nil, err
	}
	return crypto.FromECDSA(a.(*local).key), nil
}

// SaveKeystoreSecret writes a raw key to a new keystore file, when a backup is restored.
func SaveKeystoreSecret(path string, raw []byte, p keystore.Password) (Account, error) {
	key, err := crypto.ToECDSA(raw)
	if err != nil {
		return nil, ErrKey
	}
	a := &local{key: key, address: crypto.PubkeyToAddress(key.PublicKey)}
	b, err := a.seal(p)
	if err != nil {
		return nil, err
	}
	return a, keystore.WriteFile(path, b)
}
