// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/BurntSushi/toml"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/verifier/app"
)

// ErrConfig: the configuration is wrong; exit code 2.
var ErrConfig = errors.New("bad configuration")

// Bounds of the snapshots.
const (
	// MaxSnapshotInterval keeps the newest snapshot within the blocks that nodes retain.
	MaxSnapshotInterval = app.RetainBlocks / 4
	// MaxSnapshots bounds the disk that snapshots take.
	MaxSnapshots = 20
)

// Config is config/bridged.toml. Order of precedence: Default, file, environment, flags.
type Config struct {
	ChainID  string `toml:"chain_id"`
	GRPC     string `toml:"grpc"`      // host:port of the query server
	LogLevel string `toml:"log_level"` // debug, info, warn, error
	Poll     string `toml:"poll"`      // pause between looks at a source's head
	// Copies of the state for nodes that join by state sync: one each SnapshotInterval
	// blocks (0: none), the newest SnapshotKeep are kept.
	SnapshotInterval uint64 `toml:"snapshot_interval"`
	SnapshotKeep     uint32 `toml:"snapshot_keep"`
	// PasswordFile holds the password of the key files; a relative path is below the home.
	PasswordFile string `toml:"password_file"`
	// Signer is unix://path of the process that holds the key shares; empty: this process does.
	Signer string `toml:"signer"`
	// OperatorAccount signs the operator's transactions: keystore:path of a keystore file, or the
	// URL of an external signer (account.Setting); empty: keys/operator.json.
	OperatorAccount string          `toml:"operator_account"`
	Chains          []sources.Chain `toml:"chains"` // sources that this node covers
}

// DefaultPasswordFile is where init puts the password that it makes.
const DefaultPasswordFile = "keys/password"

// Default is what a new home starts with.
func Default() Config {
	return Config{GRPC: "127.0.0.1:9090", LogLevel: "info", Poll: "500ms", SnapshotInterval: 1000, SnapshotKeep: 2, PasswordFile: DefaultPasswordFile}
}

// LoadConfig reads file, then the environment variables BRIDGED_CHAIN_ID, BRIDGED_GRPC,
// BRIDGED_LOG_LEVEL, BRIDGED_POLL, BRIDGED_PASSWORD_FILE, BRIDGED_SIGNER and
// BRIDGED_OPERATOR_ACCOUNT. Unknown keys are refused. Call Validate after flags.
func LoadConfig(path string, getenv func(string) string) (Config, error) {
	c := Default()
	b, err := os.ReadFile(path)
	if err != nil {
		return c, err
	}
	meta, err := toml.Decode(string(b), &c)
	if err != nil {
		return c, fmt.Errorf("%s: %w: %w", path, err, ErrConfig)
	}
	if extra := meta.Undecoded(); len(extra) > 0 {
		return c, fmt.Errorf("%s: unknown keys %v: %w", path, extra, ErrConfig)
	}
	for key, field := range map[string]*string{
		"CHAIN_ID": &c.ChainID, "GRPC": &c.GRPC, "LOG_LEVEL": &c.LogLevel, "POLL": &c.Poll,
		"PASSWORD_FILE": &c.PasswordFile, "SIGNER": &c.Signer, "OPERATOR_ACCOUNT": &c.OperatorAccount,
	} {
		if v := getenv("BRIDGED_" + key); v != "" {
			*field = v
		}
	}
	return c, nil
}

// PollInterval is Poll as a duration; Validate has checked it.
func (c *Config) PollInterval() time.Duration {
	d, _ := time.ParseDuration(c.Poll)
	return d
}

// Chain finds the endpoints of a source.
func (c *Config) Chain(id message.ChainID) (sources.Chain, bool) {
	for _, x := range c.Chains {
		if x.ChainID == uint64(id) {
			return x, true
		}
	}
	return sources.Chain{}, false
}

// Validate reports everything that is wrong at once, each by its key. Errors: ErrConfig.
func (c *Config) Validate() error {
	var bad []error
	add := func(key string, format string, args ...any) {
		bad = append(bad, fmt.Errorf("%s: %s: %w", key, fmt.Sprintf(format, args...), ErrConfig))
	}
	if err := CheckChainID(c.ChainID); err != nil {
		add("chain_id", "%v", err)
	}
	if _, _, err := net.SplitHostPort(c.GRPC); err != nil {
		add("grpc", "%q is not host:port", c.GRPC)
	}
	switch c.LogLevel {
	case "debug", "info", "warn", "error":
	default:
		add("log_level", "%q is not debug, info, warn or error", c.LogLevel)
	}
	if d, err := time.ParseDuration(c.Poll); err != nil || d < 10*time.Millisecond || d > time.Hour {
		add("poll", "%q is no duration from 10ms to 1h", c.Poll)
	}
	if c.SnapshotInterval > MaxSnapshotInterval {
		add("snapshot_interval", "%d, at most %d", c.SnapshotInterval, MaxSnapshotInterval)
	}
	if c.SnapshotKeep < 1 || c.SnapshotKeep > MaxSnapshots {
		add("snapshot_keep", "%d, want 1 to %d", c.SnapshotKeep, MaxSnapshots)
	}
	if c.PasswordFile == "" || strings.ContainsAny(c.PasswordFile, "\x00\n") {
		add("password_file", "not the path of a file")
	}
	if path, ok := strings.CutPrefix(c.Signer, "unix://"); c.Signer != "" && (!ok || !filepath.IsAbs(path)) {
		add("signer", "want unix:///path, or nothing")
	}
	if s := account.Setting(c.OperatorAccount); s != "" {
		if _, ok := s.Keystore(); !ok && !s.External() {
			add("operator_account", "want keystore:path, http(s)://host:port or unix:///path, or nothing")
		} else if err := s.Check(); err != nil {
			add("operator_account", "%v", err)
		}
	}
	if err := sources.CheckAll(c.Chains); err != nil {
		bad = append(bad, fmt.Errorf("%w: %w", err, ErrConfig))
	}
	return errors.Join(bad...)
}

// Save writes the file anew, mode 0600: endpoint URLs often hold keys. A crash leaves the old
// file or the new one.
func (c *Config) Save(path string) error {
	var b bytes.Buffer
	b.WriteString("# bridged: settings of this validator. CometBFT's own are in config.toml.\n" +
		"# Each source that this node covers; two of three operators must agree:\n#   [[chains]]\n#   chain_id = 1\n" +
		"#   [[chains.endpoints]]\n#   name = \"own\"\n#   operator = \"us\"\n#   url = \"https://…\"\n" +
		"#   ws = \"wss://…\"   # announces blocks; may be left out\n" +
		"# `bridged reload` makes the running node take what this file says of chains.\n\n")
	if err := toml.NewEncoder(&b).Encode(c); err != nil {
		return fmt.Errorf("encode configuration: %w", err)
	}
	tmp := filepath.Join(filepath.Dir(path), ".bridged.toml.new")
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) { // of a write that was cut off
		return err
	}
	if err := writeSynced(tmp, b.Bytes()); err != nil {
		return err
	}
	return move(tmp, path)
}
