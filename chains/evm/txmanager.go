// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"sync"
	"time"

	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
)

// Account signs transactions of one address; keys/account has one.
type Account interface {
	Address() [20]byte
	SignTx(tx *types.Transaction, chainID *big.Int) (*types.Transaction, error)
}

// Defaults and bounds of a transaction manager.
const (
	DefaultBumpBlocks    = 3
	DefaultConfirmations = 1
	DefaultTxPoll        = 500 * time.Millisecond
	// maxRetakes bounds how often one Send takes a new nonce because another transaction
	// of the account took its own.
	maxRetakes = 8
	// maxVersions bounds the fee bumps of one transaction.
	maxVersions = 32
)

// DefaultMaxFeeWei caps the fee per gas: 500 gwei.
func DefaultMaxFeeWei() *big.Int { return big.NewInt(500e9) }

// TxConfig of a manager. Endpoint, ChainID and Account are required.
type TxConfig struct {
	Endpoint Endpoint
	ChainID  message.ChainID
	Account  Account

	MaxFeeWei     *big.Int      // most per gas, all in; DefaultMaxFeeWei when nil
	BumpBlocks    uint64        // blocks without being mined before the fee is raised
	Confirmations uint64        // 1: mined is enough
	Poll          time.Duration // pause between looks at the chain
	Sleep         func(ctx context.Context, d time.Duration) error
	Logger        *slog.Logger
}

// Tx is what to send.
type Tx struct {
	To       *message.Address // nil deploys a contract
	Data     []byte
	ValueWei *big.Int // nil: none
	GasLimit uint64
}

// TransactionManager sends the transactions of one account on one chain. Only one process may
// use an account. It keeps nothing on disk: after a restart it starts at the nonce that the
// chain expects next, replacing what an earlier life left in the pools. So what is sent must be
// harmless when it is mined twice or not at all. Safe for concurrent use.
type TransactionManager struct {
	TxConfig
	chainID *big.Int

	mu       sync.Mutex
	next     uint64
	inFlight int
	free     []slot // nonces given back, ascending; the lowest must go first
}

// slot is a nonce with the highest fees that were broadcast under it.
type slot struct {
	nonce    uint64
	tip, cap *big.Int // nil when nothing was broadcast
}

// NewTransactionManager checks the configuration; it asks the chain nothing.
func NewTransactionManager(cfg TxConfig) (*TransactionManager, error) {
	if cfg.Endpoint == nil || cfg.Account == nil || cfg.ChainID == 0 {
		return nil, fmt.Errorf("transaction manager: endpoint, chain id and account: %w", message.ErrZero)
	}
	if cfg.MaxFeeWei == nil {
		cfg.MaxFeeWei = DefaultMaxFeeWei()
	}
	if cfg.BumpBlocks == 0 {
		cfg.BumpBlocks = DefaultBumpBlocks
	}
	if cfg.Confirmations == 0 {
		cfg.Confirmations = DefaultConfirmations
	}
	if cfg.Poll <= 0 {
		cfg.Poll = DefaultTxPoll
	}
	if cfg.Sleep == nil {
		cfg.Sleep = follow.Sleep
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	cfg.Logger = cfg.Logger.With("chain", cfg.ChainID)
	return &TransactionManager{TxConfig: cfg, chainID: id(cfg.ChainID)}, nil
}

// Send is SendTx without value, to a contract.
func (m *TransactionManager) Send(ctx context.Context, to message.Address, data []byte, gasLimit uint64) (Receipt, error) {
	return m.SendTx(ctx, Tx{To: &to, Data: data, GasLimit: gasLimit})
}

// SendTx signs and broadcasts a transaction, raises its fee while it is not mined, and
// returns its receipt after the wanted confirmations. Blocks until then or until ctx ends.
//
// Errors: *TxRevertedError (mined, failed); ErrFunds, ErrRefused, message.ErrUnderpriced (not
// broadcast, nothing can happen); *UnknownOutcomeError (broadcast, then ctx ended);
// message.ErrUnavailable and the context's before anything was broadcast.
func (m *TransactionManager) SendTx(ctx context.Context, tx Tx) (Receipt, error) {
	for range maxRetakes {
		s, err := m.take(ctx)
		if err != nil {
			return Receipt{}, fmt.Errorf("take transaction nonce: %w", err)
		}
		f := &flight{m: m, tx: tx, slot: s}
		r, err := f.run(ctx)
		m.release(f, err)
		switch {
		case errors.Is(err, errTaken):
			m.Logger.Warn("transaction nonce was used by another transaction", "tx_nonce", s.nonce)
			continue
		case err != nil && len(f.hashes) > 0:
			return Receipt{}, &UnknownOutcomeError{TxNonce: s.nonce, Hashes: f.hashes, Err: err}
		case err != nil:
			return Receipt{}, err
		case !r.Success:
			return r, &TxRevertedError{Receipt: r}
		}
		return r, nil
	}
	return Receipt{}, fmt.Errorf("%d transaction nonces in a row used elsewhere: %w", maxRetakes, message.ErrUnavailable)
}

// take gives out the lowest nonce that is not in use.
func (m *TransactionManager) take(ctx context.Context) (slot, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	mined, err := m.Endpoint.TxNonce(ctx, m.Account.Address())
	if err != nil {
		return slot{}, err
	}
	m.free = slices.DeleteFunc(m.free, func(s slot) bool { return s.nonce < mined })
	if mined > m.next || m.inFlight == 0 && len(m.free) == 0 {
		m.next = mined // start, restart, another user of the account, or a reorg
	}
	m.inFlight++
	if len(m.free) > 0 {
		s := m.free[0]
		m.free = m.free[1:]
		return s, nil
	}
	m.next++
	return slot{nonce: m.next - 1}, nil
}

// release gives a nonce back unless its transaction was mined.
func (m *TransactionManager) release(f *flight, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.inFlight--
	if err == nil || errors.Is(err, errTaken) {
		return
	}
	at, found := slices.BinarySearchFunc(m.free, f.slot.nonce, func(s slot, n uint64) int {
		switch {
		case s.nonce < n:
			return -1
		case s.nonce > n:
			return 1
		}
		return 0
	})
	if !found {
		m.free = slices.Insert(m.free, at, f.slot)
	}
}
