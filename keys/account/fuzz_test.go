// SPDX-License-Identifier: Apache-2.0

package account

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/keystore"
)

// FuzzKeyFile: a key file is one key or refused; no error and no print quotes it.
func FuzzKeyFile(f *testing.F) {
	for _, s := range []string{key, "0x" + key + "\n", "", "0x", strings.Repeat("0", 64), strings.Repeat("f", 64), "0x0x" + key[:60], key + "\x00"} {
		f.Add([]byte(s))
	}
	dir := filepath.Join(f.TempDir(), "keys")
	if err := os.Mkdir(dir, 0o700); err != nil {
		f.Fatal(err)
	}
	path := filepath.Join(dir, "account")
	f.Fuzz(func(t *testing.T, b []byte) {
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := FromKeyFile(path)
		digits := strings.ToLower(strings.TrimPrefix(string(bytes.TrimSpace(b)), "0x"))
		if err != nil {
			if !errors.Is(err, ErrKey) && !errors.Is(err, keystore.ErrFormat) {
				t.Errorf("error of another kind: %v", err)
			}
			if len(digits) >= 16 && strings.Contains(err.Error(), digits[:16]) {
				t.Errorf("the error quotes the file: %v", err)
			}
			return
		}
		k, ok := new(big.Int).SetString(digits, 16)
		if !ok {
			t.Fatalf("accepted %q", digits)
		}
		other, err := crypto.ToECDSA(k.FillBytes(make([]byte, 32)))
		if err != nil || crypto.PubkeyToAddress(other.PublicKey) != a.Address() {
			t.Errorf("another key than the file's: %v", err)
		}
		if text := fmt.Sprintf("%v %+v %#v", a, a, a); strings.Contains(strings.ToLower(text), digits) {
			t.Error("the key prints")
		}
	})
}

// FuzzKeystoreFile: what is looked at before the library sees the file bounds its cost.
func FuzzKeystoreFile(f *testing.F) {
	good := `{"address":"2c7536e3605d9c16a7a3d7b1898e529396a65c23","crypto":{"kdf":"scrypt","kdfparams":{"dklen":32,"n":131072,"p":1,"r":8}},"version":3}`
	for _, s := range []string{good, strings.Replace(good, "131072", "9223372036854775807", 1), strings.Replace(good, "3}", "1}", 1), "{}", ""} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := parseV3(b); err == nil && !bytes.Contains(b, []byte("scrypt")) && !bytes.Contains(b, []byte(`\u`)) {
			t.Errorf("took %q", b)
		} else if err != nil && !errors.Is(err, ErrKey) {
			t.Errorf("error of another kind: %v", err)
		}
	})
}
