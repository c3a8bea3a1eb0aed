// SPDX-License-Identifier: Apache-2.0

package account

import (
	"bytes"
	"context"
	"crypto/ecdsa"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/big"

	"github.com/ethereum/go-ethereum/accounts"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/keys/keystore"
)

// MaxText bounds a personal message, in bytes.
const MaxText = 4096

// maxKeyFile bounds a key file, in bytes.
const maxKeyFile = 256

// Errors of this package.
var (
	// ErrKey: the file does not hold a key of secp256k1. The text never quotes it.
	ErrKey = errors.New("account: bad key")
	// ErrText: nothing to sign, or too much.
	ErrText = errors.New("account: bad text")
	// ErrChain: the chain id is missing, zero or not the transaction's own.
	ErrChain = errors.New("account: wrong chain id")
)

// Account signs with one key, which may be in this process or behind an external signer.
type Account interface {
	Address() [20]byte
	// SignTx returns a signed copy of tx, replay-protected for chainID.
	SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error)
	// SignText signs text as a personal message (EIP-191, version 0x45): r ‖ s ‖ v with low s
	// and v 0 or 1. It takes the text, not its hash: no external signer signs a bare hash.
	SignText(ctx context.Context, text []byte) ([65]byte, error)
}

// local holds its key in memory, behind a pointer so that no print can reach it.
type local struct {
	key     *ecdsa.PrivateKey
	address common.Address
}

// FromKeyFile reads a key file: 64 hexadecimal digits, with or without 0x and a line end.
func FromKeyFile(path string) (Account, error) {
	b, err := keystore.ReadFile(path, maxKeyFile)
	if err != nil {
		return nil, err
	}
	defer clear(b)
	digits := bytes.TrimPrefix(bytes.TrimSpace(b), []byte("0x"))
	raw := make([]byte, 32)
	defer clear(raw)
	if len(digits) != 64 {
		return nil, fmt.Errorf("%s: %w", path, ErrKey)
	}
	if _, err := hex.Decode(raw, digits); err != nil {
		return nil, fmt.Errorf("%s: %w", path, ErrKey)
	}
	key, err := crypto.ToECDSA(raw)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, ErrKey)
	}
	return fromKey(key), nil
}

// NewKeyFile makes a fresh key and writes it to a new file; an existing one is refused.
func NewKeyFile(path string) (Account, error) {
	key, err := crypto.GenerateKey()
	if err != nil {
		return nil, fmt.Errorf("generate key: %w", err)
	}
	raw := crypto.FromECDSA(key)
	text := append(hex.AppendEncode(nil, raw), '\n')
	defer func() { clear(raw); clear(text) }()
	if err := keystore.WriteFile(path, text); err != nil {
		return nil, err
	}
	return fromKey(key), nil
}

func fromKey(key *ecdsa.PrivateKey) Account {
	return &local{key: key, address: crypto.PubkeyToAddress(key.PublicKey)}
}

// Address is the account's address.
func (l *local) Address() [20]byte { return l.address }

// SignText implements Account.
func (l *local) SignText(_ context.Context, text []byte) (out [65]byte, err error) {
	if len(text) == 0 || len(text) > MaxText {
		return out, fmt.Errorf("text of %d bytes, 1 to %d: %w", len(text), MaxText, ErrText)
	}
	sig, err := crypto.Sign(accounts.TextHash(text), l.key)
	if err != nil {
		return out, fmt.Errorf("sign text: %w", err)
	}
	return [65]byte(sig), nil
}

// SignTx implements Account.
func (l *local) SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error) {
	if err := checkChain(tx, chainID); err != nil {
		return nil, err
	}
	signed, err := types.SignTx(tx, types.LatestSignerForChainID(chainID), l.key)
	if err != nil {
		return nil, fmt.Errorf("sign transaction: %w", err)
	}
	return signed, nil
}

func checkChain(tx *types.Transaction, chainID *big.Int) error {
	if chainID == nil || chainID.Sign() <= 0 {
		return ErrChain
	}
	// Typed transactions name their chain; a legacy one gets it from the signature.
	if tx.Type() != types.LegacyTxType && tx.ChainId().Cmp(chainID) != 0 {
		return fmt.Errorf("transaction for %v, asked for %v: %w", tx.ChainId(), chainID, ErrChain)
	}
	return nil
}

// String is the address.
func (l *local) String() string { return "account " + l.address.Hex() }

// GoString is String.
func (l *local) GoString() string { return l.String() }

// Format prints String whatever the verb.
func (l *local) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, l.String()) }

// LogValue is String.
func (l *local) LogValue() slog.Value { return slog.StringValue(l.String()) }

func parseAddress(s string) (a [20]byte, err error) {
	if len(s) != 42 || s[:2] != "0x" {
		return a, ErrKey
	}
	if _, err := hex.Decode(a[:], []byte(s[2:])); err != nil {
		return a, ErrKey
	}
	return a, nil
}
