// SPDX-License-Identifier: Apache-2.0

package devnet

import (
	"context"
	"fmt"
	"math/big"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/account"
)

// Nonces of the deployer's transactions on each chain: addresses follow from them, so
// that both managers can name each other before either exists.
const (
	nonceFast = iota
	nonceOwner
	nonceSlow
	nonceManager
	nonceInbox
)

// deployment is what one chain gets.
type deployment struct {
	chain     message.ChainID
	fast      common.Address
	manager   common.Address
	inbox     common.Address
	block     uint64 // of the manager
	manageGas uint64
}

func planned(deployer common.Address, chain message.ChainID) deployment {
	return deployment{
		chain: chain, fast: crypto.CreateAddress(deployer, nonceFast),
		manager: crypto.CreateAddress(deployer, nonceManager), inbox: crypto.CreateAddress(deployer, nonceInbox),
	}
}

// deploy sends everything that one chain needs and waits for it: three timelocks, the
// manager, the inbox, a lane of each finality to the remote manager, the seal.
func deploy(ctx context.Context, url string, d *deployment, remote deployment, k keys, bridgeID message.Hash, groupKey [32]byte, lanes []message.Finality) error {
	client, err := ethclient.DialContext(ctx, url)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	opts := transactor(ctx, k.deployer, d.chain)
	send := func(gas uint64, make func() (*types.Transaction, error)) (*types.Transaction, error) {
		opts.GasLimit = gas
		tx, err := make()
		if err != nil {
			return nil, err
		}
		opts.Nonce.Add(opts.Nonce, common.Big1)
		return tx, nil
	}
	admin := []common.Address{common.Address(k.admin.Address())}
	var txs []*types.Transaction
	for range 3 {
		tx, err := send(4_000_000, func() (*types.Transaction, error) {
			_, tx, _, err := bindings.DeployTimelockController(opts, client, new(big.Int), admin, admin, common.Address{})
			return tx, err
		})
		if err != nil {
			return fmt.Errorf("deploy timelock: %w", err)
		}
		txs = append(txs, tx)
	}
	deployer := common.Address(k.deployer.Address())
	var manager *bindings.CrossChainManager
	tx, err := send(12_000_000, func() (tx *types.Transaction, err error) {
		_, tx, manager, err = bindings.DeployCrossChainManager(opts, client, bridgeID, new(big.Int).SetBytes(groupKey[:]), 1,
			d.fast, crypto.CreateAddress(deployer, nonceOwner), crypto.CreateAddress(deployer, nonceSlow),
			[]common.Address{common.Address(k.pauser.Address())}, true)
		return tx, err
	})
	if err != nil {
		return fmt.Errorf("deploy manager: %w", err)
	}
	txs = append(txs, tx)
	type step struct {
		name string
		gas  uint64
		make func() (*types.Transaction, error)
	}
	steps := []step{{"deploy inbox", 2_000_000, func() (*types.Transaction, error) {
		_, tx, _, err := bindings.DeployInbox(opts, client, d.manager)
		return tx, err
	}}}
	for _, f := range lanes {
		steps = append(steps, step{fmt.Sprintf("add lane of finality %s", f), 1_000_000, func() (*types.Transaction, error) {
			return manager.AddLane(opts, new(big.Int).SetUint64(uint64(remote.chain)), uint8(f), remote.manager)
		}})
	}
	steps = append(steps, step{"seal", 500_000, func() (*types.Transaction, error) { return manager.Seal(opts) }})
	for _, step := range steps {
		tx, err := send(step.gas, step.make)
		if err != nil {
			return fmt.Errorf("%s: %w", step.name, err)
		}
		txs = append(txs, tx)
	}
	for i, tx := range txs {
		r, err := bind.WaitMined(ctx, client, tx)
		if err != nil {
			return fmt.Errorf("transaction %d of %d: %w", i+1, len(txs), err)
		}
		if r.Status != types.ReceiptStatusSuccessful {
			return fmt.Errorf("transaction %d of %d (%s) reverted", i+1, len(txs), tx.Hash())
		}
		if i == nonceManager {
			if r.ContractAddress != d.manager {
				return fmt.Errorf("manager at %s, planned at %s", r.ContractAddress, d.manager)
			}
			d.block, d.manageGas = r.BlockNumber.Uint64(), r.GasUsed
		}
	}
	return nil
}

// transactor signs with an account; its nonce starts at 0.
func transactor(ctx context.Context, a account.Account, chain message.ChainID) *bind.TransactOpts {
	id := new(big.Int).SetUint64(uint64(chain))
	return &bind.TransactOpts{
		From: common.Address(a.Address()), Nonce: new(big.Int), Context: ctx,
		Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
			// The bindings leave the chain id to the signer; an account wants to see it.
			return a.SignTx(types.NewTx(&types.DynamicFeeTx{
				ChainID: id, Nonce: tx.Nonce(), GasTipCap: tx.GasTipCap(), GasFeeCap: tx.GasFeeCap(),
				Gas: tx.Gas(), To: tx.To(), Value: tx.Value(), Data: tx.Data(),
			}), id)
		},
	}
}
