// SPDX-License-Identifier: Apache-2.0

package node

import (
	"bytes"
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/keystore"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

const backupKind = "backup"

// maxBackup bounds a backup file, in bytes.
const maxBackup = 256 << 10

// askTimeout bounds the questions to the running node.
const askTimeout = 5 * time.Second

// backupPublic stands in a backup in the open.
type backupPublic struct {
	ChainID string `json:"chain_id"`
	Moniker string `json:"moniker"`
	Made    string `json:"made"` // RFC 3339
	Keys    []Key  `json:"keys"`
}

// Backup is what a backup holds, and what was found when it was compared.
type Backup struct {
	File    string `json:"file"`
	ChainID string `json:"chain_id"`
	Moniker string `json:"moniker"`
	Made    string `json:"made"`
	Keys    []Key  `json:"keys"`
	// Home and Network say for how many keys the home and the chain's state have the same public
	// part; -1: nobody was asked. A key that differs is an error.
	Home    int `json:"home_agrees"`
	Network int `json:"network_agrees"`
}

// MakeBackup writes the keys of home h into a new file, encrypted with to. Each was proven by
// a signature before. Journals and sign states are not in it: an old copy of what was said is
// worse than none, since a node trusts its own.
//
// Errors: keystore.ErrExists, keystore.ErrDecrypt, ErrProof, or those of the files.
func MakeBackup(h Layout, c *Config, out string, to keystore.Password, at time.Time) (r Backup, err error) {
	password, err := c.Password(h)
	if err != nil {
		return r, err
	}
	keys, err := gather(h, c, password)
	defer keys.clear()
	if err != nil {
		return r, err
	}
	comet, err := LoadComet(h)
	if err != nil {
		return r, err
	}
	public := backupPublic{ChainID: c.ChainID, Moniker: comet.Moniker, Made: at.UTC().Format(time.RFC3339)}
	for i := range keys {
		if err := keys[i].prove(); err != nil {
			return r, err
		}
		public.Keys = append(public.Keys, keys[i].Key)
	}
	text, err := keys.marshal()
	if err != nil {
		return r, fmt.Errorf("encode backup: %w", err)
	}
	defer clear(text)
	b, err := keystore.Seal(backupKind, public, text, to)
	if err != nil {
		return r, err
	}
	if err := writeSynced(out, b); err != nil {
		if errors.Is(err, fs.ErrExist) {
			return r, fmt.Errorf("%s: %w", out, keystore.ErrExists)
		}
		return r, err
	}
	if err := syncDir(filepath.Dir(out)); err != nil {
		return r, err
	}
	return Backup{out, public.ChainID, public.Moniker, public.Made, public.Keys, -1, -1}, nil
}

// openBackup decrypts a backup and proves every key in it against the public part beside it.
func openBackup(file string, p keystore.Password) (public backupPublic, keys bundle, err error) {
	st, err := os.Stat(file)
	if err != nil {
		return public, nil, err
	}
	if !st.Mode().IsRegular() || st.Size() > maxBackup {
		return public, nil, fmt.Errorf("%s is no backup: %w", file, keystore.ErrFormat)
	}
	b, err := os.ReadFile(file)
	if err != nil {
		return public, nil, err
	}
	text, err := keystore.Unseal(b, backupKind, &public, p)
	if err != nil {
		return public, nil, fmt.Errorf("%s: %w", file, err)
	}
	defer clear(text)
	if keys, err = parseBundle(text); err != nil {
		return public, nil, err
	}
	if len(keys) != len(public.Keys) || CheckChainID(public.ChainID) != nil {
		return public, keys, fmt.Errorf("%s: public part: %w", file, ErrProof)
	}
	bridge := message.BridgeID(public.ChainID)
	for i := range keys {
		k := &keys[i]
		if k.Key != public.Keys[i] || k.BridgeID != "" && k.BridgeID != hexBytes(bridge[:]) {
			return public, keys, fmt.Errorf("%s: %s: %w", file, k.name(), ErrProof)
		}
		if err := k.prove(); err != nil {
			return public, keys, err
		}
	}
	return public, keys, nil
}

// VerifyBackup decrypts a backup, signs a challenge with every key in it, and compares the
// public parts with those of home h, when it has any, and of the chain's state, when the
// home's node answers.
//
// Errors: keystore.ErrDecrypt, ErrProof with the key that differs.
func VerifyBackup(ctx context.Context, h Layout, c *Config, file string, p keystore.Password) (r Backup, err error) {
	public, keys, err := openBackup(file, p)
	defer keys.clear()
	if err != nil {
		return r, err
	}
	r = Backup{file, public.ChainID, public.Moniker, public.Made, public.Keys, -1, -1}
	if c == nil {
		return r, nil
	}
	if c.ChainID != public.ChainID {
		return r, fmt.Errorf("%s is of chain %q, this home of %q: %w", file, public.ChainID, c.ChainID, ErrProof)
	}
	if r.Home, err = compareHome(h, keys); err != nil {
		return r, err
	}
	r.Network, err = compareNetwork(ctx, c, keys)
	return r, err
}

func compareHome(h Layout, keys bundle) (same int, err error) {
	shown, err := ShowKeys(h)
	if err != nil {
		return 0, err
	}
	for i := range keys {
		k := &keys[i]
		for _, s := range shown {
			if s.Kind != k.Kind || s.KeyEpoch != k.KeyEpoch || s.Problem != "" {
				continue
			}
			// A file of the operator's account shows no public key, a share's no public share.
			if s.Address != "" && s.Address != k.Address || s.Address == "" && s.Kind != kindShare && s.PublicKey != k.PublicKey ||
				s.Index != k.Index || s.GroupKey != k.GroupKey {
				return same, fmt.Errorf("%s is another one than in %s: %w", k.name(), s.File, ErrProof)
			}
			same++
		}
	}
	return same, nil
}

// compareNetwork asks the home's node; -1 when it does not answer.
func compareNetwork(ctx context.Context, c *Config, keys bundle) (same int, err error) {
	ctx, cancel := context.WithTimeout(ctx, askTimeout)
	defer cancel()
	conn, err := Dial(c.GRPC)
	if err != nil {
		return -1, nil //nolint:nilerr // nobody to ask
	}
	defer func() { _ = conn.Close() }()
	q := committeev1.NewQueryClient(conn)
	epochs, err := q.Epochs(ctx, &committeev1.QueryEpochsRequest{})
	if err != nil {
		return -1, nil //nolint:nilerr // the node does not run
	}
	vals, err := q.Validators(ctx, &committeev1.QueryValidatorsRequest{})
	if err != nil {
		return -1, nil //nolint:nilerr // as above
	}
	for _, e := range []*committeev1.Epoch{&epochs.Active, &epochs.Ready, &epochs.Last} {
		for i := range e.Members {
			for j := range keys {
				k := &keys[j]
				if k.Kind != kindShare || k.KeyEpoch != e.Number || k.Index != e.Members[i].Index {
					continue
				}
				if k.PublicKey != hexBytes(e.Members[i].PublicShare) || k.GroupKey != hexBytes(e.GroupKey) {
					return same, fmt.Errorf("%s is not the one that the chain knows: %w", k.name(), ErrProof)
				}
				same++
			}
		}
	}
	self := keys.find(kindConsensus)
	for i := range vals.Validators {
		v := &vals.Validators[i]
		if self == nil || hexBytes(v.ConsPubkey) != self.PublicKey {
			continue
		}
		same++
		if k := keys.find(kindDealing); k != nil && len(v.DealingKey) != 0 {
			if k.PublicKey != hexBytes(v.DealingKey) {
				return same, fmt.Errorf("%s is not the one that the chain knows: %w", k.name(), ErrProof)
			}
			same++
		}
		if k := keys.find(kindOperator); k != nil && len(v.Operator) != 0 {
			address, err := hex.DecodeString(k.Address[2:])
			if err != nil || !bytes.Equal(address, v.Operator) {
				return same, fmt.Errorf("%s is not the one that the chain knows: %w", k.name(), ErrProof)
			}
			same++
		}
	}
	return same, nil
}
