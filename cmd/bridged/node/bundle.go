// SPDX-License-Identifier: Apache-2.0

package node

import (
	"crypto/ecdsa"
	stded25519 "crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/cometbft/cometbft/crypto"
	"github.com/cometbft/cometbft/crypto/ed25519"
	"github.com/cometbft/cometbft/p2p"
	ethcrypto "github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/account"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
)

// maxBackupKeys bounds the keys of one backup: the five kinds, with shares of several epochs.
const maxBackupKeys = 16

// ErrProof: a key does not sign, or its public part is another one than it should be.
var ErrProof = errors.New("key is not what it should be")

// held is one key with its secret.
type held struct {
	Key
	secret []byte // 32 bytes: a scalar of secp256k1, or the seed of an Ed25519 key
}

// Format prints the public part whatever the verb.
func (k held) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.name()) }

// bundle is the keys of one home.
type bundle []held

func (b bundle) clear() {
	for i := range b {
		clear(b[i].secret)
	}
}

func (b bundle) find(kind string) *held {
	for i := range b {
		if b[i].Kind == kind {
			return &b[i]
		}
	}
	return nil
}

// gather opens every key of home h, without the seeds of ceremonies, which are of no use later.
func gather(h Layout, c *Config, password keystore.Password) (b bundle, err error) {
	comet, err := LoadComet(h)
	if err != nil {
		return nil, err
	}
	if !remote(comet) {
		k, err := readConsensusKey(h.ConsensusKeyFile())
		if err != nil {
			return nil, err
		}
		if b, err = b.addEdwards(kindConsensus, k.PrivKey); err != nil {
			return nil, err
		}
	}
	n, err := loadNodeKey(h)
	if err != nil {
		return nil, err
	}
	if b, err = b.addEdwards(kindNode, n.PrivKey); err != nil {
		return nil, err
	}
	operator, err := account.KeystoreSecret(h.OperatorFile(), password)
	switch {
	case err == nil:
		b = append(b, held{Key{Kind: kindOperator}, operator})
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("operator account: %w", err)
	}
	dealing, err := keystore.LoadDealingKey(h.DealingFile(), password)
	switch {
	case err == nil:
		b = append(b, held{Key{Kind: kindDealing, BridgeID: hexBytes(dealing.BridgeID[:])}, dealing.Secret[:]})
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("dealing key: %w", err)
	}
	shares, err := filepath.Glob(h.path("keys", "share-*.json"))
	if err != nil {
		return nil, err
	}
	for _, path := range shares {
		s, err := keystore.LoadShare(path, password)
		if err != nil {
			return nil, err
		}
		b = append(b, held{Key{Kind: kindShare, KeyEpoch: s.KeyEpoch, Index: uint32(s.Index), GroupKey: s.GroupKey.String(), BridgeID: hexBytes(s.BridgeID[:])}, s.Secret[:]})
	}
	if len(b) > maxBackupKeys {
		return nil, fmt.Errorf("%d keys, at most %d fit: %w", len(b), maxBackupKeys, ErrConfig)
	}
	for i := range b {
		if err := b[i].derive(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

func (b bundle) addEdwards(kind string, k crypto.PrivKey) (bundle, error) {
	key, ok := k.(ed25519.PrivKey)
	if !ok {
		return nil, fmt.Errorf("%s key is not Ed25519: %w", kind, ErrUnsafe)
	}
	return append(b, held{Key{Kind: kind}, append([]byte(nil), key[:32]...)}), nil
}

// edwards is the Ed25519 key of a seed.
func (k *held) edwards() ed25519.PrivKey {
	return ed25519.PrivKey(stded25519.NewKeyFromSeed(k.secret))
}

func (k *held) ecdsa() (*ecdsa.PrivateKey, error) {
	if _, err := frost.ParseScalar(k.secret); err != nil {
		return nil, fmt.Errorf("%s: %w", k.Kind, ErrProof)
	}
	key, err := ethcrypto.ToECDSA(k.secret)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", k.Kind, ErrProof)
	}
	return key, nil
}

// derive sets what follows from the secret.
func (k *held) derive() error {
	if len(k.secret) != 32 {
		return fmt.Errorf("%s of %d bytes: %w", k.Kind, len(k.secret), ErrProof)
	}
	switch k.Kind {
	case kindConsensus:
		pub := k.edwards().PubKey()
		k.Address, k.PublicKey = pub.Address().String(), hexBytes(pub.Bytes())
	case kindNode:
		pub := k.edwards().PubKey()
		k.Address, k.PublicKey = string(p2p.PubKeyToID(pub)), hexBytes(pub.Bytes())
	case kindOperator, kindDealing, kindShare:
		key, err := k.ecdsa()
		if err != nil {
			return err
		}
		k.PublicKey = hexBytes(ethcrypto.CompressPubkey(&key.PublicKey))
		if k.Kind == kindOperator {
			k.Address = message.Address(ethcrypto.PubkeyToAddress(key.PublicKey)).String()
		}
	default:
		return fmt.Errorf("a key of kind %q: %w", k.Kind, ErrProof)
	}
	return nil
}

// prove signs a fresh challenge with the key and verifies it under the public part.
func (k *held) prove() error {
	var challenge [32]byte
	if _, err := rand.Read(challenge[:]); err != nil {
		return fmt.Errorf("read randomness: %w", err)
	}
	var ok bool
	switch k.Kind {
	case kindConsensus, kindNode:
		// Not what CometBFT signs: no vote has 32 bytes.
		key := k.edwards()
		sig, err := key.Sign(challenge[:])
		if err != nil {
			return fmt.Errorf("%s: %w", k.Kind, ErrProof)
		}
		ok = hexBytes(key.PubKey().Bytes()) == k.PublicKey && key.PubKey().VerifySignature(challenge[:], sig)
	default:
		key, err := k.ecdsa()
		if err != nil {
			return err
		}
		sig, err := ethcrypto.Sign(challenge[:], key)
		if err != nil {
			return fmt.Errorf("%s: %w", k.Kind, ErrProof)
		}
		pub, err := ethcrypto.SigToPub(challenge[:], sig)
		ok = err == nil && hexBytes(ethcrypto.CompressPubkey(pub)) == k.PublicKey
	}
	if !ok {
		return fmt.Errorf("%s does not sign for its public part: %w", k.Kind, ErrProof)
	}
	return nil
}

// name is a key in words.
func (k *Key) name() string {
	switch k.Kind {
	case kindShare:
		return fmt.Sprintf("share %d of key epoch %d", k.Index, k.KeyEpoch)
	case kindOperator, kindNode, kindConsensus:
		return k.Kind + " key " + k.Address
	}
	return strings.TrimSpace(k.Kind + " key " + k.PublicKey)
}

// sealedKey is a key in a backup: its public part stands beside it in the open as well.
type sealedKey struct {
	Kind     string `json:"kind"`
	KeyEpoch uint64 `json:"key_epoch,omitempty"`
	Index    uint32 `json:"index,omitempty"`
	GroupKey string `json:"group_key,omitempty"`
	BridgeID string `json:"bridge_id,omitempty"`
	Secret   []byte `json:"secret"`
}

// marshal gives the text that a backup seals. The caller clears it.
func (b bundle) marshal() ([]byte, error) {
	var list []sealedKey
	for i := range b {
		list = append(list, sealedKey{b[i].Kind, b[i].KeyEpoch, b[i].Index, b[i].GroupKey, b[i].BridgeID, b[i].secret})
	}
	return json.Marshal(list)
}

// parseBundle reads what marshal made, and derives the public parts anew.
func parseBundle(text []byte) (b bundle, err error) {
	var list []sealedKey
	if err := json.Unmarshal(text, &list); err != nil || len(list) == 0 || len(list) > maxBackupKeys {
		return nil, fmt.Errorf("content of the backup: %w", ErrProof) // the decoder's text may quote it
	}
	for _, k := range list {
		b = append(b, held{Key{Kind: k.Kind, KeyEpoch: k.KeyEpoch, Index: k.Index, GroupKey: k.GroupKey, BridgeID: k.BridgeID}, k.Secret})
		if err := b[len(b)-1].derive(); err != nil {
			return nil, err
		}
	}
	return b, nil
}

// exists says whether a path has anything.
func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
