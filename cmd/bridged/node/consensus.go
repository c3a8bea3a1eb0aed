// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"time"

	cmtcfg "github.com/cometbft/cometbft/config"
	"github.com/cometbft/cometbft/crypto"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	cmtlog "github.com/cometbft/cometbft/libs/log"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"
	cmttypes "github.com/cometbft/cometbft/types"
)

// Bounds of the wait for a remote signer of the consensus key.
const (
	remoteTries = 100
	remotePause = 100 * time.Millisecond
)

// ErrConsensusKey: no consensus key in the home, and no remote signer gave one.
var ErrConsensusKey = errors.New("no consensus key")

// remote says whether the consensus key is behind CometBFT's remote signer socket: the node
// listens at priv_validator_laddr of config.toml, the signer dials.
func remote(c *cmtcfg.Config) bool { return c.PrivValidatorListenAddr != "" }

// consensus is what CometBFT signs with.
type consensus struct {
	cmttypes.PrivValidator
	public crypto.PubKey
	close  func() error // nil: a file
}

// consensusKey gives the home's key file with its sign state, or, with priv_validator_laddr,
// the client of the remote signer. Exactly one of them: a local key beside a remote signer
// would be the same validator twice, and is refused.
//
// A remote signer keeps its own sign state; the node has none. It must dial within ten seconds.
//
// Errors: ErrUnsafe, ErrConfig, ErrConsensusKey, or the context's.
func consensusKey(ctx context.Context, h Layout, c *cmtcfg.Config, chainID string, logger cmtlog.Logger) (*consensus, error) {
	if !remote(c) {
		file, err := loadConsensusFile(h)
		if err != nil {
			return nil, err
		}
		return &consensus{PrivValidator: file, public: file.Key.PubKey}, nil
	}
	if err := noLocalKey(h, c); err != nil {
		return nil, err
	}
	id, err := loadNodeKey(h)
	if err != nil {
		return nil, err
	}
	listener, err := privval.NewSignerListenerFromAddr(c.PrivValidatorListenAddr, id.PrivKey, logger)
	if err != nil {
		return nil, fmt.Errorf("listen for the consensus key's signer at %s: %w", c.PrivValidatorListenAddr, err)
	}
	client, err := privval.NewSignerClient(listener, chainID)
	if err != nil {
		return nil, fmt.Errorf("consensus key's signer: %w", err)
	}
	retry := privval.NewRetrySignerClient(client, remoteTries, remotePause)
	for range remoteTries {
		pub, err := client.GetPubKey()
		if err == nil {
			return &consensus{retry, pub, retry.Close}, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(ctx.Err(), retry.Close())
		case <-time.After(remotePause):
		}
	}
	return nil, errors.Join(fmt.Errorf("no signer came to %s: %w", c.PrivValidatorListenAddr, ErrConsensusKey), retry.Close())
}

func (k *consensus) address() cmttypes.Address { return k.public.Address() }

// config is c for a CometBFT that is handed the key: it opens no socket of its own.
func (k *consensus) config(c *cmtcfg.Config) *cmtcfg.Config {
	out := *c
	out.BaseConfig.PrivValidatorListenAddr = ""
	own := *c.Instrumentation
	own.PrometheusListenAddr = "" // the node serves these metrics with its own
	out.Instrumentation = &own
	return &out
}

// service stops before CometBFT does, which otherwise waits for a signature that nobody gives.
func (k *consensus) service() service {
	return service{
		name:  "consensus key",
		start: func() error { return nil },
		stop:  func(context.Context) error { return k.Close() },
	}
}

// Close ends the client of a remote signer; twice does no harm.
func (k *consensus) Close() error {
	if k.close == nil {
		return nil
	}
	end := k.close
	k.close = nil
	return end()
}

func noLocalKey(h Layout, c *cmtcfg.Config) error {
	if _, err := os.Lstat(h.ConsensusKeyFile()); err == nil {
		return fmt.Errorf("priv_validator_laddr is set and %s exists: move that key to the signer: one place signs, or none: %w", h.ConsensusKeyFile(), ErrUnsafe)
	}
	path, ok := strings.CutPrefix(c.PrivValidatorListenAddr, "unix://")
	if ok {
		// Who reaches the socket may be the signer: only this user's directory will do.
		st, err := os.Lstat(filepath.Dir(path))
		if err != nil {
			return fmt.Errorf("priv_validator_laddr: %w", err)
		}
		if !st.IsDir() || st.Mode().Perm()&0o077 != 0 {
			return fmt.Errorf("priv_validator_laddr: %s has mode %04o, others have access: %w", filepath.Dir(path), st.Mode().Perm(), ErrUnsafe)
		}
		return nil
	}
	if strings.HasPrefix(c.PrivValidatorListenAddr, "noise://") {
		return nil // the address names the signer's own identity, and CometBFT checks it
	}
	host, _, err := net.SplitHostPort(strings.TrimPrefix(c.PrivValidatorListenAddr, "tcp://"))
	if err != nil || !net.ParseIP(host).IsLoopback() {
		// CometBFT takes whoever dials for the signer: it checks no key of it.
		return fmt.Errorf("priv_validator_laddr: want unix:///path, tcp://127.0.0.1:port or noise://<signer>@host:port: %w", ErrConfig)
	}
	return nil
}

// loadConsensusFile reads the consensus key and its sign state. CometBFT's own reader ends the
// process when something is wrong; this one checks first.
func loadConsensusFile(h Layout) (*privval.FilePV, error) {
	if _, err := readConsensusKey(h.ConsensusKeyFile()); err != nil {
		return nil, err
	}
	b, err := os.ReadFile(h.ConsensusStateFile())
	if err != nil {
		return nil, fmt.Errorf("sign state of the consensus key: %w", err)
	}
	if _, err := parseSignState(b); err != nil {
		return nil, fmt.Errorf("%s is damaged, and with it the memory of what was signed: %w", h.ConsensusStateFile(), err)
	}
	return privval.LoadFilePV(h.ConsensusKeyFile(), h.ConsensusStateFile()), nil
}

// parseSignState reads a sign state. CometBFT's own reader takes any object, and what is
// missing in it as zero: nothing signed. Errors: ErrSignState, which quotes nothing.
func parseSignState(b []byte) (s privval.FilePVLastSignState, err error) {
	var fields struct {
		Height               *string
		Round, Step          *int
		Signature, SignBytes any
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(&fields); err != nil || fields.Height == nil || fields.Step == nil {
		return s, ErrSignState
	}
	if err := cmtjson.Unmarshal(b, &s); err != nil || s.Height < 0 || s.Step < 0 || s.Step > 3 {
		return privval.FilePVLastSignState{}, ErrSignState
	}
	return s, nil
}

func readConsensusKey(path string) (k privval.FilePVKey, err error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return k, fmt.Errorf("consensus key: %w", err)
	}
	defer clear(b)
	if err := cmtjson.Unmarshal(b, &k); err != nil || k.PrivKey == nil {
		return privval.FilePVKey{}, fmt.Errorf("%s holds no consensus key: %w", path, ErrUnsafe) // the reader's text may quote it
	}
	return k, nil
}

// loadNodeKey reads the node's identity. CometBFT's own reader takes any object, and fails later.
func loadNodeKey(h Layout) (*p2p.NodeKey, error) {
	k, err := p2p.LoadNodeKey(h.NodeKeyFile())
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("node key: %w", err)
	}
	if err != nil || k.PrivKey == nil {
		return nil, fmt.Errorf("%s holds no node key: %w", h.NodeKeyFile(), ErrUnsafe) // the reader's text may quote it
	}
	return k, nil
}

// ConsensusPubKey is the public consensus key of home h: its file's, or what a remote signer
// that dials within ten seconds has.
func ConsensusPubKey(h Layout, c *cmtcfg.Config) (crypto.PubKey, error) {
	if !remote(c) {
		k, err := readConsensusKey(h.ConsensusKeyFile())
		if err != nil {
			return nil, err
		}
		return k.PrivKey.PubKey(), nil
	}
	conf, err := LoadConfig(h.ConfigFile(), os.Getenv)
	if err != nil {
		return nil, err
	}
	key, err := consensusKey(context.Background(), h, c, conf.ChainID, cmtlog.NewNopLogger())
	if err != nil {
		return nil, err
	}
	return key.public, key.Close()
}
