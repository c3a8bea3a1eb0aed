// SPDX-License-Identifier: Apache-2.0

package main

import (
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/keys/account"
)

// config is relayer.toml. Relative paths are below the home.
type config struct {
	Network string `toml:"network"` // network.json
	// Account that pays: a file of 64 hex digits, keystore:path, or an external signer's URL.
	Account string `toml:"account"`
	// PasswordFile of a keystore file; a file called password beside it when empty.
	PasswordFile string          `toml:"password_file"`
	Key          string          `toml:"key"`   // the same as account, of older files
	Store        string          `toml:"store"` // cache, may be deleted
	Poll         time.Duration   `toml:"poll"`
	Log          string          `toml:"log"`    // debug, info, warn, error
	Chains       []sources.Chain `toml:"chains"` // as in bridged.toml; for others network.json's urls
}

func defaults() config {
	return config{Network: "network.json", Account: "keys/account", Store: "store", Poll: 500 * time.Millisecond, Log: "info"}
}

// load reads defaults, then the file if it exists, then the environment.
func load(home string) (config, error) {
	c := defaults()
	path := filepath.Join(home, "relayer.toml")
	meta, err := toml.DecodeFile(path, &c)
	switch {
	case errors.Is(err, os.ErrNotExist):
	case err != nil:
		return c, fmt.Errorf("%s: %w", path, err)
	case len(meta.Undecoded()) > 0:
		return c, fmt.Errorf("%s: unknown key %s", path, meta.Undecoded()[0])
	}
	for name, to := range map[string]*string{"NETWORK": &c.Network, "ACCOUNT": &c.Account, "PASSWORD_FILE": &c.PasswordFile, "KEY": &c.Key, "STORE": &c.Store, "LOG": &c.Log} {
		if v, ok := os.LookupEnv("RELAYER_" + name); ok {
			*to = v
		}
	}
	if v, ok := os.LookupEnv("RELAYER_POLL"); ok {
		if c.Poll, err = time.ParseDuration(v); err != nil {
			return c, fmt.Errorf("RELAYER_POLL: %w", err)
		}
	}
	switch {
	case c.Key == "":
	case c.Account != defaults().Account:
		return c, errors.New("account and key are the same setting: give one of them")
	default:
		c.Account, c.Key = c.Key, ""
	}
	return c, nil
}

// validate reports everything wrong, by its key.
func (c *config) validate() error {
	var errs []error
	for key, v := range map[string]string{"network": c.Network, "store": c.Store} {
		if v == "" {
			errs = append(errs, fmt.Errorf("%s: must not be empty", key))
		}
	}
	if err := account.Setting(c.Account).Check(); err != nil {
		errs = append(errs, fmt.Errorf("account: %w", err))
	}
	if c.Poll < 50*time.Millisecond || c.Poll > time.Minute {
		errs = append(errs, fmt.Errorf("poll: %s is not within 50ms to 1m", c.Poll))
	}
	if _, err := c.level(); err != nil {
		errs = append(errs, fmt.Errorf("log: %q is none of debug, info, warn, error", c.Log))
	}
	errs = append(errs, sources.CheckAll(c.Chains))
	for i := range c.Chains {
		if c.Chains[i].ManagerCodeHash != "" {
			errs = append(errs, fmt.Errorf("chains[%d].manager_code_hash: the validators check it, leave it out", i))
		}
	}
	return errors.Join(errs...)
}

// chain is how a chain of the network is read: by the settings, else by the network file's URLs.
func (c *config) chain(k *registry.Chain) (sources.Chain, error) {
	for i := range c.Chains {
		if c.Chains[i].ChainID == uint64(k.ChainID) {
			return c.Chains[i], nil
		}
	}
	return sources.FromNetwork(k)
}

func (c *config) level() (l slog.Level, err error) {
	err = l.UnmarshalText([]byte(c.Log))
	return l, err
}

// under makes a relative path one below home.
func under(home, path string) string {
	if filepath.IsAbs(path) {
		return path
	}
	return filepath.Join(home, path)
}
