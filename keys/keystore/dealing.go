// SPDX-License-Identifier: Apache-2.0

package keystore

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/frost"
)

// dealingKind is the kind of a dealing key's file.
const dealingKind = "dealing"

// DealingKey is the key to which dealers of a ceremony encrypt this member's shares. Whoever
// has it can read from the chain every share that was dealt to the member: it is as secret
// as a key share, and lets a member that lost its share read it again.
type DealingKey struct {
	BridgeID [32]byte
	Secret   frost.Scalar // prints as "[secret]"
	Public   frost.Point
}

type publicDealing struct {
	BridgeID string `json:"bridge_id"`
	Key      string `json:"dealing_key"`
}

// NewDealingKey makes a random key for one bridge.
func NewDealingKey(bridgeID [32]byte) (DealingKey, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return DealingKey{}, fmt.Errorf("generate dealing key: %w", err)
	}
	raw := crypto.FromECDSA(key)
	defer clear(raw)
	return dealingKey(bridgeID, raw)
}

func dealingKey(bridgeID [32]byte, raw []byte) (DealingKey, error) {
	secret, err := frost.ParseScalar(raw)
	if err != nil {
		return DealingKey{}, fmt.Errorf("dealing key: %w", err)
	}
	key, err := crypto.ToECDSA(raw)
	if err != nil {
		return DealingKey{}, fmt.Errorf("dealing key: %w", ErrFormat)
	}
	if bridgeID == ([32]byte{}) {
		return DealingKey{}, fmt.Errorf("dealing key of no bridge: %w", ErrFormat)
	}
	return DealingKey{bridgeID, secret, frost.Point(crypto.CompressPubkey(&key.PublicKey))}, nil
}

// SaveDealingKey writes k, encrypted, to a new file; see SaveSecret.
func SaveDealingKey(path string, k DealingKey, p Password) error {
	if same, err := dealingKey(k.BridgeID, k.Secret[:]); err != nil || same != k {
		return errors.Join(fmt.Errorf("dealing key: %w", ErrFormat), err)
	}
	return SaveSecret(path, dealingKind, publicDealing{hexWord(k.BridgeID), k.Public.String()}, k.Secret[:], p)
}

// LoadDealingKey reads what SaveDealingKey wrote; the public point must be the secret's.
func LoadDealingKey(path string, p Password) (DealingKey, error) {
	var f publicDealing
	secret, err := LoadSecret(path, dealingKind, &f, p)
	if err != nil {
		return DealingKey{}, err
	}
	defer clear(secret)
	k, err := f.key(secret)
	if err != nil {
		return DealingKey{}, fmt.Errorf("%s: %w", path, err)
	}
	return k, nil
}

func (f *publicDealing) key(secret []byte) (DealingKey, error) {
	bridge, err := parseWord(f.BridgeID)
	if err != nil {
		return DealingKey{}, fmt.Errorf("bridge id: %w", err)
	}
	k, err := dealingKey(bridge, secret)
	if err != nil {
		return DealingKey{}, err
	}
	if k.Public.String() != f.Key {
		return DealingKey{}, fmt.Errorf("dealing key is not the secret's: %w", ErrFormat)
	}
	return k, nil
}

// String shows the public point.
func (k DealingKey) String() string { return "dealing key 0x" + hex.EncodeToString(k.Public[:]) }

// GoString is String.
func (k DealingKey) GoString() string { return k.String() }

// Format prints String whatever the verb.
func (k DealingKey) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, k.String()) }

// LogValue is String.
func (k DealingKey) LogValue() slog.Value { return slog.StringValue(k.String()) }

// MarshalJSON refuses: only SaveDealingKey writes a dealing key.
func (DealingKey) MarshalJSON() ([]byte, error) {
	return nil, errors.New("keystore: a dealing key is written by SaveDealingKey alone")
}
