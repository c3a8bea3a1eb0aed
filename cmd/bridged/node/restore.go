// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"

	cmtcfg "github.com/cometbft/cometbft/config"
	cmtjson "github.com/cometbft/cometbft/libs/json"
	"github.com/cometbft/cometbft/p2p"
	"github.com/cometbft/cometbft/privval"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
)

// ErrSignState: a consensus key without the memory of what it signed.
var ErrSignState = errors.New("no sign state of the consensus key")

// RestoreOptions are the arguments of Restore.
type RestoreOptions struct {
	// PasswordFile locks the restored keys; empty: the home's own, made when it has none.
	PasswordFile string
	// SignState is the lost home's data/priv_validator_state.json; SignFrom a height at and
	// below which the consensus key signs nothing. One of them, when the backup has the key.
	SignState string
	SignFrom  int64
}

// Restored says what a restore did.
type Restored struct {
	ChainID  string `json:"chain_id"`
	Moniker  string `json:"moniker"`
	Keys     []Key  `json:"keys"`
	SignsAt  int64  `json:"signs_above"` // the consensus key signs nothing at or below this height
	Journals bool   `json:"journals"`    // the home has the journals of what was said
}

// Restore puts the keys of a backup into home h, which may be missing, empty, or lack just
// these files. Nothing is overwritten: when one file is there, nothing is written at all.
// At the end each key was read from its new file and has signed a challenge.
//
// Errors: keystore.ErrExists, keystore.ErrDecrypt, ErrProof, ErrSignState, journal.ErrLocked
// while a node runs on the home.
func Restore(h Layout, file string, from keystore.Password, o RestoreOptions) (r Restored, err error) {
	public, keys, err := openBackup(file, from)
	defer keys.clear()
	if err != nil {
		return r, err
	}
	r = Restored{ChainID: public.ChainID, Moniker: public.Moniker, Keys: public.Keys}
	held, err := hold(h)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, held.close()) }()
	if err := vacant(h, keys); err != nil {
		return r, err
	}
	state, err := signState(h, keys, &o)
	if err != nil {
		return r, err
	}
	r.SignsAt = state.Height
	c, err := prepare(h, &public, &o)
	if err != nil {
		return r, err
	}
	password, err := c.Password(h)
	if err != nil {
		return r, err
	}
	if keys.find(kindConsensus) != nil && !exists(h.ConsensusStateFile()) { // before the key: a key without it must never be there
		b, err := cmtjson.MarshalIndent(state, "", "  ")
		if err != nil {
			return r, fmt.Errorf("encode sign state: %w", err)
		}
		if err := errors.Join(writeSynced(h.ConsensusStateFile(), b), syncDir(h.DataDir())); err != nil {
			return r, err
		}
	}
	for i := range keys {
		if err := keys[i].save(h, password); err != nil {
			return r, err
		}
	}
	r.Journals = exists(h.VoteJournal()) && exists(h.SignerJournal())
	return r, check(h, c, password, keys)
}

// file is where a key lies in home h.
func (k *held) file(h Layout) string {
	switch k.Kind {
	case kindConsensus:
		return h.ConsensusKeyFile()
	case kindNode:
		return h.NodeKeyFile()
	case kindOperator:
		return h.OperatorFile()
	case kindDealing:
		return h.DealingFile()
	}
	return h.ShareFile(k.KeyEpoch)
}

func vacant(h Layout, keys bundle) error {
	var bad []error
	for i := range keys {
		if f := keys[i].file(h); exists(f) {
			bad = append(bad, fmt.Errorf("%s: %w", f, keystore.ErrExists))
		}
	}
	return errors.Join(bad...)
}

// signState decides what the consensus key believes to have signed last.
func signState(h Layout, keys bundle, o *RestoreOptions) (s privval.FilePVLastSignState, err error) {
	if keys.find(kindConsensus) == nil {
		return s, nil
	}
	path := h.ConsensusStateFile()
	switch {
	case exists(path) && (o.SignState != "" || o.SignFrom != 0):
		return s, fmt.Errorf("%s: %w", path, keystore.ErrExists)
	case exists(path):
	case o.SignState != "" && o.SignFrom != 0, o.SignFrom < 0:
		return s, fmt.Errorf("want a sign state or a height above zero, not both: %w", ErrSignState)
	case o.SignFrom > 0:
		s.Height, s.Step = o.SignFrom, 3 // the last step of that height
		return s, nil
	case o.SignState != "":
		path = o.SignState
	default:
		return s, fmt.Errorf("a restored consensus key may sign a height twice: give the lost home's data/priv_validator_state.json, or a height that the network has not reached yet: %w", ErrSignState)
	}
	b, err := os.ReadFile(path)
	if err != nil {
		return s, err
	}
	if s, err = parseSignState(b); err != nil {
		return s, fmt.Errorf("%s: %w", path, err)
	}
	return s, nil
}

// prepare makes what the home lacks beside keys: directories, settings and a password.
func prepare(h Layout, public *backupPublic, o *RestoreOptions) (*Config, error) {
	for _, d := range h.directories() {
		if err := os.MkdirAll(d, 0o700); err != nil {
			return nil, err
		}
	}
	if !exists(h.CometFile()) {
		cmtcfg.WriteConfigFile(h.CometFile(), cometDefaults(InitOptions{Moniker: public.Moniker}))
	}
	if !exists(h.ConfigFile()) {
		c := Default()
		c.ChainID = public.ChainID
		if err := c.Save(h.ConfigFile()); err != nil {
			return nil, err
		}
	}
	c, err := LoadConfig(h.ConfigFile(), os.Getenv)
	if err != nil {
		return nil, err
	}
	if c.ChainID != public.ChainID {
		return nil, fmt.Errorf("the backup is of chain %q, this home of %q: %w", public.ChainID, c.ChainID, ErrUnsafe)
	}
	if o.PasswordFile != "" {
		c.PasswordFile = o.PasswordFile
		return &c, c.Save(h.ConfigFile())
	}
	if file := c.passwordFile(h); file == h.PasswordFile() && !exists(file) {
		if _, err := keystore.NewPasswordFile(file); err != nil {
			return nil, err
		}
	}
	return &c, nil
}

func (k *held) save(h Layout, p keystore.Password) error {
	path := k.file(h)
	switch k.Kind {
	case kindConsensus:
		key := k.edwards()
		b, err := cmtjson.MarshalIndent(privval.FilePVKey{Address: key.PubKey().Address(), PubKey: key.PubKey(), PrivKey: key}, "", "  ")
		if err != nil {
			return fmt.Errorf("encode consensus key: %w", err)
		}
		defer clear(b)
		return keystore.WriteFile(path, b)
	case kindNode:
		b, err := cmtjson.Marshal(p2p.NodeKey{PrivKey: k.edwards()})
		if err != nil {
			return fmt.Errorf("encode node key: %w", err)
		}
		defer clear(b)
		return keystore.WriteFile(path, b)
	case kindOperator:
		_, err := account.SaveKeystoreSecret(path, k.secret, p)
		return err
	}
	bridge, err := message.ParseHash(k.BridgeID)
	if err != nil {
		return fmt.Errorf("%s: %w", k.name(), ErrProof)
	}
	if k.Kind == kindDealing {
		public, err := hex.DecodeString(strings.TrimPrefix(k.PublicKey, "0x"))
		if err != nil || len(public) != len(frost.Point{}) {
			return fmt.Errorf("%s: %w", k.name(), ErrProof)
		}
		return keystore.SaveDealingKey(path, keystore.DealingKey{BridgeID: bridge, Secret: frost.Scalar(k.secret), Public: frost.Point(public)}, p)
	}
	var group schnorr.PublicKey
	if err := json.Unmarshal([]byte(`"`+k.GroupKey+`"`), &group); err != nil {
		return fmt.Errorf("%s: %w", k.name(), ErrProof)
	}
	return keystore.SaveShare(path, keystore.Share{
		KeyEpoch: k.KeyEpoch, Index: frost.Index(k.Index), Secret: frost.Scalar(k.secret), BridgeID: bridge, GroupKey: group,
	}, p)
}

// check reads everything back as a start would, and lets each key sign.
func check(h Layout, c *Config, p keystore.Password, want bundle) error {
	have, err := gather(h, c, p)
	defer have.clear()
	if err != nil {
		return fmt.Errorf("read back: %w", err)
	}
	for i := range want {
		found := false
		for j := range have {
			if have[j].Key == want[i].Key {
				found = true
				if err := have[j].prove(); err != nil {
					return err
				}
			}
		}
		if !found {
			return fmt.Errorf("read back: %s: %w", want[i].name(), ErrProof)
		}
	}
	return nil
}
