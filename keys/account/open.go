// SPDX-License-Identifier: Apache-2.0

package account

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"

	"github.com/aitbc/bridge/keys/keystore"
)

// keystorePrefix marks a keystore file in a setting.
const keystorePrefix = "keystore:"

// Setting says where an account is, as one word of a configuration file or a flag:
//
//	keys/account                     a file of 64 hexadecimal digits (devnets)
//	keystore:keys/operator.json      a keystore file of Ethereum wallets; needs a password
//	http://0xab…@127.0.0.1:8550      an external signer, also https:// and unix:///path
type Setting string

// Keystore gives the path of a keystore file.
func (s Setting) Keystore() (path string, ok bool) {
	return strings.CutPrefix(string(s), keystorePrefix)
}

// External says whether the account is behind an external signer.
func (s Setting) External() bool { return strings.Contains(string(s), "://") }

// Check refuses what cannot be an account, without opening anything.
func (s Setting) Check() error {
	path, isKeystore := s.Keystore()
	switch {
	case s.External():
		return CheckExternal(string(s))
	case isKeystore && path == "", s == "":
		return fmt.Errorf("no file: %w", ErrKey)
	}
	return nil
}

// Open opens the account. Relative paths are below dir. passwordFile is read for a keystore
// file alone; empty: a file called password beside it.
func (s Setting) Open(ctx context.Context, dir, passwordFile string) (Account, error) {
	if err := s.Check(); err != nil {
		return nil, err
	}
	under := func(path string) string {
		if filepath.IsAbs(path) {
			return path
		}
		return filepath.Join(dir, path)
	}
	if s.External() {
		return FromExternal(ctx, string(s))
	}
	path, ok := s.Keystore()
	if !ok {
		return FromKeyFile(under(string(s)))
	}
	path = under(path)
	if passwordFile == "" {
		passwordFile = filepath.Join(filepath.Dir(path), "password")
	}
	p, err := keystore.ReadPassword(under(passwordFile))
	if err != nil {
		return nil, err
	}
	return FromKeystoreFile(path, p)
}
