// SPDX-License-Identifier: Apache-2.0

package node

import (
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/keystore"
)

// Kinds of key files.
const (
	kindConsensus = "consensus"
	kindNode      = "node"
	kindOperator  = "operator"
	kindDealing   = "dealing"
	kindShare     = "share"
	kindPassword  = "password"
	kindUnknown   = "unknown"
)

// Key is what may be known of one key without any secret.
type Key struct {
	Kind      string `json:"kind"`
	File      string `json:"file,omitempty"`
	Version   int    `json:"version,omitempty"` // of the file's format; 0: it has none
	Encrypted bool   `json:"encrypted"`
	Mode      string `json:"mode,omitempty"`
	Address   string `json:"address,omitempty"`    // consensus: CometBFT's; node: its id; operator: 0x…
	PublicKey string `json:"public_key,omitempty"` // 0x…; a share's is its public share
	KeyEpoch  uint64 `json:"key_epoch,omitempty"`
	Index     uint32 `json:"index,omitempty"`
	GroupKey  string `json:"group_key,omitempty"`
	BridgeID  string `json:"bridge_id,omitempty"`
	Problem   string `json:"problem,omitempty"` // why the file cannot be used
}

// ShowKeys lists every key file of home h. It needs no password: what a file says of itself is
// proven when it is opened, by a start or a backup.
func ShowKeys(h Layout) ([]Key, error) {
	list, err := os.ReadDir(h.KeyDir())
	if err != nil {
		return nil, err
	}
	out := []Key{showConsensus(h), showNode(h)}
	for _, f := range list {
		out = append(out, showFile(filepath.Join(h.KeyDir(), f.Name())))
	}
	for i := range out {
		if st, err := os.Lstat(out[i].File); err == nil {
			out[i].Mode = fmt.Sprintf("%04o", st.Mode().Perm())
			if st.Mode().Perm()&0o077 != 0 && out[i].Problem == "" {
				out[i].Problem = "others have access"
			}
		}
	}
	return out, nil
}

func showConsensus(h Layout) Key {
	k := Key{Kind: kindConsensus, File: h.ConsensusKeyFile()}
	c, err := LoadComet(h)
	if err == nil && remote(c) {
		k.File = ""
		k.Problem = "behind the remote signer at priv_validator_laddr"
		return k
	}
	key, err := readConsensusKey(k.File)
	if err != nil {
		k.Problem = err.Error()
		return k
	}
	pub := key.PrivKey.PubKey()
	k.Address, k.PublicKey = pub.Address().String(), hexBytes(pub.Bytes())
	return k
}

func showNode(h Layout) Key {
	k := Key{Kind: kindNode, File: h.NodeKeyFile()}
	key, err := loadNodeKey(h)
	if err != nil {
		k.Problem = err.Error()
		return k
	}
	k.Address, k.PublicKey = string(key.ID()), hexBytes(key.PubKey().Bytes())
	return k
}

func showFile(path string) Key {
	name := filepath.Base(path)
	switch name {
	case "password":
		k := Key{Kind: kindPassword, File: path}
		if _, err := keystore.ReadPassword(path); err != nil {
			k.Problem = err.Error()
		}
		return k
	case "operator.json":
		k := Key{Kind: kindOperator, File: path, Version: 3, Encrypted: true}
		a, err := account.KeystoreAddress(path)
		if err != nil {
			k.Problem = err.Error()
			return k
		}
		k.Address = message.Address(a).String()
		return k
	}
	k := Key{Kind: kindUnknown, File: path}
	if !strings.HasSuffix(name, ".json") {
		return k
	}
	head, err := keystore.ReadHeader(path)
	if err != nil {
		k.Problem = err.Error()
		return k
	}
	k.Kind, k.Version, k.Encrypted = head.Kind, head.Version, true
	k.describe(head.Public)
	return k
}

// describe takes over what the public part of a key file says, where it says it.
func (k *Key) describe(public json.RawMessage) {
	var p struct {
		BridgeID string `json:"bridge_id"`
		KeyEpoch uint64 `json:"key_epoch"`
		Index    uint32 `json:"index"`
		GroupKey string `json:"group_key"`
		Dealing  string `json:"dealing_key"`
	}
	if err := json.Unmarshal(public, &p); err != nil {
		return
	}
	k.BridgeID, k.KeyEpoch, k.Index, k.GroupKey, k.PublicKey = p.BridgeID, p.KeyEpoch, p.Index, p.GroupKey, p.Dealing
}

func hexBytes(b []byte) string { return "0x" + hex.EncodeToString(b) }
