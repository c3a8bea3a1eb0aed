// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	"github.com/spf13/viper"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/keys/keystore"
)

// Layout is a validator's home: the directory that holds everything of one node.
type Layout string

// ErrUnsafe: files or directories that others may read or replace; exit code 3.
var ErrUnsafe = errors.New("refused as unsafe")

func (h Layout) path(parts ...string) string {
	return filepath.Join(append([]string{string(h)}, parts...)...)
}

// ConfigFile is config/bridged.toml.
func (h Layout) ConfigFile() string { return h.path("config", "bridged.toml") }

// CometFile is config/config.toml, CometBFT's own.
func (h Layout) CometFile() string { return h.path("config", "config.toml") }

// GenesisFile is config/genesis.json.
func (h Layout) GenesisFile() string { return h.path("config", "genesis.json") }

// ConsensusKeyFile is config/priv_validator_key.json.
func (h Layout) ConsensusKeyFile() string { return h.path("config", "priv_validator_key.json") }

// ConsensusStateFile is data/priv_validator_state.json: what was signed last.
func (h Layout) ConsensusStateFile() string { return h.path("data", "priv_validator_state.json") }

// NodeKeyFile is config/node_key.json: the node's identity among peers.
func (h Layout) NodeKeyFile() string { return h.path("config", "node_key.json") }

// ShareFile is keys/share-<epoch>.json.
func (h Layout) ShareFile(epoch uint64) string { return keystore.SharePath(h.path("keys"), epoch) }

// SignerJournal is journal/signer: the shares that left.
func (h Layout) SignerJournal() string { return h.path("journal", "signer") }

// VoteJournal is journal/votes: the votes that were released.
func (h Layout) VoteJournal() string { return h.path("journal", "votes") }

// DataDir is data: CometBFT's and the application's databases.
func (h Layout) DataDir() string { return h.path("data") }

// SnapshotDir is data/snapshots: copies of the state for nodes that join by state sync.
func (h Layout) SnapshotDir() string { return h.path("data", "snapshots") }

// StreamDir is streams/<caip2>/<index>: the tree of one stream.
func (h Layout) StreamDir(chain message.ChainID, index uint32) string {
	return h.path("streams", registry.CAIP2(chain), strconv.FormatUint(uint64(index), 10))
}

func (h Layout) directories() []string {
	return []string{h.path(), h.path("config"), h.path("keys"), h.path("journal"), h.path("data"), h.path("streams")}
}

// Check refuses a home whose directories are not 0700 or whose key files are not 0600.
// It reports everything at once. Errors: ErrUnsafe, or the file system's.
func (h Layout) Check() error { return h.check(true) }

// check is Check; without data, the home is one whose data directory an import has taken away.
func (h Layout) check(data bool) error {
	var bad []error
	look := func(p string, dir bool) {
		st, err := os.Lstat(p)
		switch {
		case err != nil:
			bad = append(bad, err)
		case dir != st.IsDir() || !dir && !st.Mode().IsRegular():
			bad = append(bad, fmt.Errorf("%s: wrong kind of file: %w", p, ErrUnsafe))
		case st.Mode().Perm()&0o077 != 0:
			bad = append(bad, fmt.Errorf("%s: mode %04o, others have access: %w", p, st.Mode().Perm(), ErrUnsafe))
		}
	}
	for _, d := range h.directories() {
		if data || d != h.DataDir() {
			look(d, true)
		}
	}
	files := []string{h.NodeKeyFile()}
	if c, err := LoadComet(h); err != nil || !remote(c) {
		files = append(files, h.ConsensusKeyFile())
		if data {
			files = append(files, h.ConsensusStateFile())
		}
	}
	for _, f := range files {
		look(f, false)
	}
	secret, err := os.ReadDir(h.KeyDir())
	if err != nil {
		return errors.Join(bad...) // said above
	}
	for _, f := range secret {
		look(h.path("keys", f.Name()), false)
	}
	return errors.Join(bad...)
}

var chainIDForm = regexp.MustCompile(`^aitbc-[a-z0-9]+(-[a-z0-9]+)*-[0-9]+$`)

// MaxChainIDBytes is CometBFT's own bound.
const MaxChainIDBytes = 50

// CheckChainID refuses what is not aitbc-<name>-<n>.
func CheckChainID(id string) error {
	if len(id) > MaxChainIDBytes || !chainIDForm.MatchString(id) {
		return fmt.Errorf("chain id %q: want aitbc-<name>-<number>, at most %d bytes", id, MaxChainIDBytes)
	}
	return nil
}

// InitOptions are the arguments of Init.
type InitOptions struct {
	ChainID string
	Moniker string
	// PortOffset is added to every default port; devnet node i uses 100·i.
	PortOffset int
	// Loopback lets many nodes share 127.0.0.1.
	Loopback bool
	// PasswordFile locks the keys; empty: a password is made in keys/password.
	PasswordFile string
	// StateSync lets the node start from a snapshot instead of the first block.
	StateSync StateSync
}

// StateSync is where a node that joins learns which state to trust. The header of Height must
// have Hash: the operator takes both from a place that it trusts, and a light client checks
// everything later from there, so no peer can hand over a state that the chain never had.
type StateSync struct {
	RPC    []string // host:port of two validators at least; none: start from the first block
	Height int64
	Hash   string // 64 hexadecimal digits
}

func (s *StateSync) check() error {
	switch hash, err := hex.DecodeString(s.Hash); {
	case len(s.RPC) == 0 && s.Height == 0 && s.Hash == "":
		return nil
	case len(s.RPC) < 2:
		return fmt.Errorf("state sync: %d rpc addresses, want 2 or more, so that one alone cannot lie: %w", len(s.RPC), ErrConfig)
	case s.Height < 1:
		return fmt.Errorf("state sync: trust height %d: %w", s.Height, ErrConfig)
	case err != nil || len(hash) != 32:
		return fmt.Errorf("state sync: trust hash is not 64 hexadecimal digits: %w", ErrConfig)
	}
	return nil
}

// Init makes a home with fresh consensus, node, operator and dealing keys. A home that has keys is refused.
func Init(h Layout, o InitOptions) error {
	if err := CheckChainID(o.ChainID); err != nil {
		return err
	}
	if o.Moniker == "" || len(o.Moniker) > 64 {
		return fmt.Errorf("moniker of %d bytes, want 1 to 64", len(o.Moniker))
	}
	if o.PortOffset < 0 || o.PortOffset > 30_000 {
		return fmt.Errorf("port offset %d, want 0 to 30000", o.PortOffset)
	}
	if err := o.StateSync.check(); err != nil {
		return err
	}
	if _, err := os.Lstat(h.ConsensusKeyFile()); err == nil {
		return fmt.Errorf("%s exists: a home is never overwritten: %w", h.ConsensusKeyFile(), ErrUnsafe)
	}
	c := Default()
	c.ChainID = o.ChainID
	c.GRPC = local(9090, o.PortOffset)
	if o.PasswordFile != "" {
		file, err := filepath.Abs(o.PasswordFile)
		if err != nil {
			return err
		}
		if _, err := keystore.ReadPassword(file); err != nil { // before anything is made
			return err
		}
		c.PasswordFile = file
	}
	for _, d := range h.directories() {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return err
		}
	}
	if err := makeSecrets(h, &c); err != nil {
		return err
	}
	privval.GenFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()).Save()
	if _, err := p2p.LoadOrGenNodeKey(h.NodeKeyFile()); err != nil {
		return fmt.Errorf("make node key: %w", err)
	}
	cmtcfg.WriteConfigFile(h.CometFile(), cometDefaults(o))
	return c.Save(h.ConfigFile())
}

func local(port, offset int) string {
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(port+offset))
}

// cometDefaults are CometBFT's defaults with the bridge's timing: short timeouts, so that
// one dead member costs half a block and not three seconds.
func cometDefaults(o InitOptions) *cmtcfg.Config {
	c := cmtcfg.DefaultConfig()
	c.Moniker = o.Moniker
	c.DBBackend = "goleveldb"
	c.LogLevel = "error"
	c.P2P.ListenAddress = "tcp://" + local(26656, o.PortOffset)
	c.RPC.ListenAddress = "tcp://" + local(26657, o.PortOffset)
	c.RPC.PprofListenAddress = ""
	c.Instrumentation.PrometheusListenAddr = local(26660, o.PortOffset)
	c.Consensus.TimeoutCommit = 400 * time.Millisecond
	c.Consensus.TimeoutPropose = 600 * time.Millisecond
	c.Consensus.TimeoutProposeDelta = 200 * time.Millisecond
	c.Consensus.TimeoutPrevote = 200 * time.Millisecond
	c.Consensus.TimeoutPrevoteDelta = 100 * time.Millisecond
	c.Consensus.TimeoutPrecommit = 200 * time.Millisecond
	c.Consensus.TimeoutPrecommitDelta = 100 * time.Millisecond
	c.Consensus.PeerGossipSleepDuration = 10 * time.Millisecond
	c.P2P.FlushThrottleTimeout = 5 * time.Millisecond
	c.TxIndex.Indexer = "null"
	c.StateSync.DiscoveryTime = 5 * time.Second
	if len(o.StateSync.RPC) > 0 {
		c.StateSync.Enable, c.StateSync.RPCServers = true, o.StateSync.RPC
		c.StateSync.TrustHeight, c.StateSync.TrustHash = o.StateSync.Height, o.StateSync.Hash
	}
	if o.Loopback {
		c.P2P.AllowDuplicateIP = true
		c.P2P.AddrBookStrict = false
	}
	return c
}

// LoadComet reads CometBFT's configuration of the home.
func LoadComet(h Layout) (*cmtcfg.Config, error) {
	v := viper.New()
	v.SetConfigFile(h.CometFile())
	if err := v.ReadInConfig(); err != nil {
		return nil, fmt.Errorf("read %s: %w", h.CometFile(), err)
	}
	c := cmtcfg.DefaultConfig()
	if err := v.Unmarshal(c); err != nil {
		return nil, fmt.Errorf("read %s: %w", h.CometFile(), err)
	}
	c.SetRoot(string(h))
	if err := c.ValidateBasic(); err != nil {
		return nil, fmt.Errorf("%s: %w", h.CometFile(), err)
	}
	return c, nil
}

// SetPeers writes the peers that the node always keeps, each id@host:port, without itself.
func SetPeers(h Layout, peers []string) error {
	c, err := LoadComet(h)
	if err != nil {
		return err
	}
	key, err := loadNodeKey(h)
	if err != nil {
		return err
	}
	var others []string
	for _, p := range peers {
		if !strings.HasPrefix(p, string(key.ID())+"@") {
			others = append(others, p)
		}
	}
	c.P2P.PersistentPeers = strings.Join(others, ",")
	cmtcfg.WriteConfigFile(h.CometFile(), c)
	return nil
}
