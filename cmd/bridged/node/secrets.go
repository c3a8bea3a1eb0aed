// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
)

// KeyDir is keys: everything that the home's password locks.
func (h Layout) KeyDir() string { return h.path("keys") }

// PasswordFile is keys/password: the password that init makes when it is given none.
func (h Layout) PasswordFile() string { return h.path("keys", "password") }

// OperatorFile is keys/operator.json: the account that speaks for the validator.
func (h Layout) OperatorFile() string { return h.path("keys", "operator.json") }

// DealingFile is keys/dealing.json: the key to which shares for this member are encrypted.
func (h Layout) DealingFile() string { return h.path("keys", "dealing.json") }

// CeremonyFile is keys/ceremony-<number>.json: this dealer's seed while the ceremony runs.
func (h Layout) CeremonyFile(number uint64) string {
	return h.path("keys", "ceremony-"+strconv.FormatUint(number, 10)+".json")
}

// Password reads the password that locks the key files of home h. c has the file's name
// after configuration, environment and flags; a relative one is below the home.
func (c *Config) Password(h Layout) (keystore.Password, error) {
	return keystore.ReadPassword(c.passwordFile(h))
}

func (c *Config) passwordFile(h Layout) string { return h.under(c.PasswordFile) }

// under makes a relative path one below the home.
func (h Layout) under(path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return h.path(path)
}

// openOperator opens the account that speaks for the validator: the configured one, or
// keys/operator.json; nil when there is neither.
func openOperator(h Layout, c *Config, password keystore.Password) (account.Account, error) {
	if c.OperatorAccount != "" {
		a, err := account.Setting(c.OperatorAccount).Open(context.Background(), string(h), c.passwordFile(h))
		if err != nil {
			return nil, fmt.Errorf("open operator_account: %w", err)
		}
		return a, nil
	}
	a, err := account.FromKeystoreFile(h.OperatorFile(), password)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("open operator account: %w", err)
	}
	return a, nil
}

// makeSecrets makes the password, where there is none yet, and the keys that it locks.
func makeSecrets(h Layout, c *Config) error {
	if c.PasswordFile == DefaultPasswordFile {
		if _, err := keystore.NewPasswordFile(h.PasswordFile()); err != nil {
			return fmt.Errorf("make password: %w", err)
		}
	}
	password, err := c.Password(h)
	if err != nil {
		return err
	}
	if _, err := account.NewKeystoreFile(h.OperatorFile(), password); err != nil {
		return fmt.Errorf("make operator account: %w", err)
	}
	key, err := keystore.NewDealingKey(message.BridgeID(c.ChainID))
	if err != nil {
		return err
	}
	if err := keystore.SaveDealingKey(h.DealingFile(), key, password); err != nil {
		return fmt.Errorf("save dealing key: %w", err)
	}
	return nil
}
