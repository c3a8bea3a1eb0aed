// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
)

// Changed says what a change of the password did.
type Changed struct {
	Files        int    `json:"files"` // key files that were encrypted anew
	PasswordFile string `json:"password_file"`
	Before       bool   `json:"changed_before"` // a former run had done all but the end
}

// ChangePassword encrypts all key files of a stopped home anew. newFile holds the new
// password; empty: one is made in keys/password, where the old one must be. The directory keys
// is exchanged as a whole: after a crash it is the old set or the new one, and the same command
// goes on. The old set is overwritten and removed, which a copy of the home outlives.
//
// Errors: journal.ErrLocked while the node runs, keystore.ErrDecrypt, ErrConfig.
func ChangePassword(h Layout, c *Config, newFile string) (r Changed, err error) {
	if err := h.check(true); err != nil {
		return r, err
	}
	held, err := hold(h)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, held.close()) }()
	inside := newFile == ""
	if inside && c.passwordFile(h) != h.PasswordFile() {
		return r, fmt.Errorf("the password is in %s: say where the new one is: %w", c.passwordFile(h), ErrConfig)
	}
	old, err := c.Password(h)
	if err != nil {
		return r, err
	}
	var next keystore.Password
	if !inside {
		if filepath.Dir(newFile) == h.KeyDir() {
			return r, fmt.Errorf("%s: the directory keys is exchanged; put the new password elsewhere: %w", newFile, ErrConfig)
		}
		if next, err = keystore.ReadPassword(newFile); err != nil {
			return r, err
		}
	}
	r.PasswordFile = newFile
	if !inside && opens(h, next) {
		r.Before = true
		if err := keystore.EraseDir(h.KeyDir() + ".next"); err != nil {
			return r, err
		}
	} else {
		err = keystore.Replace(h.KeyDir(), func(dir string) error {
			if inside {
				r.PasswordFile = h.PasswordFile()
				if next, err = keystore.NewPasswordFile(filepath.Join(dir, filepath.Base(h.PasswordFile()))); err != nil {
					return err
				}
			}
			r.Files, err = reseal(h.KeyDir(), dir, old, next)
			return err
		})
		if err != nil {
			return r, err
		}
	}
	if inside {
		return r, nil
	}
	saved, err := LoadConfig(h.ConfigFile(), func(string) string { return "" })
	if err != nil {
		return r, err
	}
	saved.PasswordFile = newFile
	return r, saved.Save(h.ConfigFile())
}

// opens says whether the key files are under p already; one stands for all.
func opens(h Layout, p keystore.Password) bool {
	_, err := account.FromKeystoreFile(h.OperatorFile(), p)
	return err == nil
}

// reseal writes every file of from into to, what is encrypted under another password. A
// password file stays behind; anything else is copied.
func reseal(from, to string, old, next keystore.Password) (files int, err error) {
	list, err := os.ReadDir(from)
	if err != nil {
		return 0, err
	}
	for _, f := range list {
		if f.Name() == "password" {
			continue
		}
		b, err := keystore.ReadFile(filepath.Join(from, f.Name()), maxBackup)
		if err != nil {
			return files, err
		}
		switch {
		case f.Name() == "operator.json":
			b, err = account.ResealKeystore(b, old, next)
			files++
		case strings.HasSuffix(f.Name(), ".json"):
			b, err = keystore.Reseal(b, old, next)
			files++
		}
		if err != nil {
			return files, fmt.Errorf("%s: %w", f.Name(), err)
		}
		if err := keystore.WriteFile(filepath.Join(to, f.Name()), b); err != nil {
			return files, err
		}
	}
	return files, nil
}
