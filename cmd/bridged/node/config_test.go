// SPDX-License-Identifier: Apache-2.0

package node

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aitbc/bridge/cmd/sources"
)

func goodConfig() Config {
	c := Default()
	c.ChainID = "aitbc-devnet-1"
	c.Chains = []sources.Chain{{ChainID: 31337, Endpoints: []sources.Endpoint{
		{Name: "a", URL: "http://127.0.0.1:8545"}, {Name: "b", URL: "https://127.0.0.1:8546", RequestsPerHour: 5000}, {Name: "c", URL: "http://127.0.0.1:8547"},
	}}}
	return c
}

func TestConfigValidate(t *testing.T) {
	for _, c := range []struct {
		name   string
		change func(*Config)
		want   string // key that the error names; "" is accepted
	}{
		{"good", func(*Config) {}, ""},
		{"websocket", func(c *Config) { c.Chains[0].Endpoints[0].URL = "wss://127.0.0.1:8546" }, "chains[0]"},
		{"one endpoint", func(c *Config) { c.Chains[0].Endpoints = c.Chains[0].Endpoints[:1] }, "chains[0]"},
		{"one of three agrees", func(c *Config) { c.Chains[0].Agree = 1 }, "chains[0]"},
		{"one of three agrees, said to be unsafe", func(c *Config) { c.Chains[0].Agree, c.Chains[0].Unsafe = 1, true }, ""},
		{"three agree", func(c *Config) { c.Chains[0].Agree = 3 }, ""},
		{"four of three agree", func(c *Config) { c.Chains[0].Agree, c.Chains[0].Unsafe = 4, true }, "chains[0]"},
		{"two of one operator", func(c *Config) {
			for i := range c.Chains[0].Endpoints {
				c.Chains[0].Endpoints[i].Operator = "one"
			}
		}, "chains[0]"},
		{"a name twice", func(c *Config) { c.Chains[0].Endpoints[1].Name = "a" }, "chains[0]"},
		{"no name", func(c *Config) { c.Chains[0].Endpoints[1].Name = "" }, "chains[0]"},
		{"few requests", func(c *Config) { c.Chains[0].Endpoints[1].RequestsPerHour = 1 }, "chains[0]"},
		{"no chain id", func(c *Config) { c.ChainID = "" }, "chain_id"},
		{"grpc without port", func(c *Config) { c.GRPC = "127.0.0.1" }, "grpc"},
		{"log level", func(c *Config) { c.LogLevel = "loud" }, "log_level"},
		{"poll", func(c *Config) { c.Poll = "1ms" }, "poll"},
		{"unknown chain", func(c *Config) { c.Chains[0].ChainID = 5 }, "chains[0].chain_id"},
		{"chain twice", func(c *Config) { c.Chains = append(c.Chains, c.Chains[0]) }, "chains[1].chain_id"},
		{"no endpoint", func(c *Config) { c.Chains[0].Endpoints = nil }, "chains[0]"},
		{"no password file", func(c *Config) { c.PasswordFile = "" }, "password_file"},
		{"signer", func(c *Config) { c.Signer = "unix:///run/signer.sock" }, ""},
		{"signer without a path", func(c *Config) { c.Signer = "unix://" }, "signer"},
		{"signer elsewhere", func(c *Config) { c.Signer = "http://127.0.0.1:1" }, "signer"},
		{"keystore account", func(c *Config) { c.OperatorAccount = "keystore:keys/other.json" }, ""},
		{"external account", func(c *Config) { c.OperatorAccount = "http://127.0.0.1:8550" }, ""},
		{"plain account", func(c *Config) { c.OperatorAccount = "keys/other" }, "operator_account"},
		{"account with a password", func(c *Config) { c.OperatorAccount = "http://u:p@127.0.0.1:8550" }, "operator_account"},
		{"no scheme", func(c *Config) { c.Chains[0].Endpoints[0].URL = "//127.0.0.1:8545" }, "chains[0]: endpoints[0].url"},
		{"part of a scheme", func(c *Config) { c.Chains[0].Endpoints[0].URL = "tp://127.0.0.1:8545" }, "chains[0]: endpoints[0].url"},
	} {
		t.Run(c.name, func(t *testing.T) {
			cfg := goodConfig()
			c.change(&cfg)
			err := cfg.Validate()
			if c.want == "" && err != nil {
				t.Fatal(err)
			}
			if c.want != "" && (!errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), c.want+":")) {
				t.Fatalf("have %v, want the key %s", err, c.want)
			}
		})
	}
}

// Everything wrong is said at once, and an endpoint's URL, which may hold a key, is never repeated.
func TestConfigSaysAllAtOnce(t *testing.T) {
	cfg := goodConfig()
	cfg.LogLevel, cfg.Poll, cfg.Chains[0].Endpoints[0].URL = "loud", "never", "ftp://host/secret-key"
	err := cfg.Validate()
	for _, key := range []string{"log_level", "poll", "chains[0]: endpoints[0].url"} {
		if err == nil || !strings.Contains(err.Error(), key) {
			t.Errorf("%v does not name %s", err, key)
		}
	}
	if err != nil && strings.Contains(err.Error(), "secret-key") {
		t.Error("the error repeats the URL")
	}
}

func TestLoadConfig(t *testing.T) {
	path := filepath.Join(t.TempDir(), "bridged.toml")
	cfg := goodConfig()
	if err := cfg.Save(path); err != nil {
		t.Fatal(err)
	}
	env := func(key string) string { return map[string]string{"BRIDGED_POLL": "2s"}[key] }
	got, err := LoadConfig(path, env)
	if err != nil {
		t.Fatal(err)
	}
	if got.Poll != "2s" || got.ChainID != cfg.ChainID || len(got.Chains) != 1 || got.Chains[0].ChainID != 31337 {
		t.Fatalf("have %+v", got)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Fatalf("mode %v, %v", info.Mode(), err)
	}
	if err := os.WriteFile(path, []byte("pol = \"1s\"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := LoadConfig(path, func(string) string { return "" }); !errors.Is(err, ErrConfig) || !strings.Contains(err.Error(), "pol") {
		t.Fatalf("an unknown key gives %v", err)
	}
}
