// SPDX-License-Identifier: Apache-2.0

package audit

import (
	"bytes"
	"errors"
	"fmt"
	"math/big"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi"
	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/state"
	"github.com/ethereum/go-ethereum/core/tracing"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/core/vm"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/params"
	"github.com/holiman/uint256"

	"github.com/aitbc/bridge/contracts/bindings"
)

// target is the chain of the real manager: the devnet flag needs one of its chain ids.
const target = uint64(31337)

var deployer = common.HexToAddress("0xA11CEA11CEA11CEA11CEA11CEA11CEA11CEA11CE")

// evm is the real manager in an EVM without block production, and the model beside it.
type evm struct {
	t       *testing.T
	db      *state.StateDB
	cfg     params.ChainConfig
	time    uint64
	abi     *abi.ABI
	manager common.Address
	owner   common.Address // a timelock without delay: all three owners
	counter common.Address
	model   *Contract
}

func newEVM(t *testing.T, key [32]byte) *evm {
	t.Helper()
	e := &evm{t: t, cfg: *params.MergedTestChainConfig, time: 1_800_000_000}
	e.cfg.OsakaTime, e.cfg.AmsterdamTime = nil, nil
	e.cfg.ChainID = new(big.Int).SetUint64(target)
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	e.db = db
	db.AddBalance(deployer, uint256.NewInt(1e18), tracing.BalanceChangeUnspecified)
	if e.abi, err = bindings.CrossChainManagerMetaData.GetAbi(); err != nil {
		t.Fatal(err)
	}
	e.owner = e.deploy(bindings.TimelockControllerMetaData, new(big.Int), []common.Address{deployer}, []common.Address{deployer}, common.Address{})
	e.manager = e.deploy(bindings.CrossChainManagerMetaData, bridge, new(big.Int).SetBytes(key[:]), uint64(1),
		e.owner, e.owner, e.owner, []common.Address{deployer}, true)
	e.counter = e.deploy(bindings.CounterMetaData, e.manager)
	e.model = NewContract(bridge, target, Address(e.manager), key)
	e.model.Recipient(Address(e.counter), Accept)
	e.model.Recipient(Address(e.owner), Refuse)
	return e
}

// send applies one transaction and returns the name of the custom error, or "success".
func (e *evm) send(to *common.Address, data []byte) (string, error) {
	e.t.Helper()
	random := common.Hash{1}
	block := vm.BlockContext{
		CanTransfer: core.CanTransfer, Transfer: core.Transfer, GetHash: func(uint64) common.Hash { return common.Hash{} },
		BlockNumber: big.NewInt(100), Time: e.time, Difficulty: new(big.Int), GasLimit: 200_000_000,
		BaseFee: new(big.Int), BlobBaseFee: big.NewInt(1), Random: &random,
	}
	result, err := core.ApplyMessage(vm.NewEVM(block, e.db, &e.cfg, vm.Config{}), &core.Message{
		To: to, From: deployer, Nonce: e.db.GetNonce(deployer), Value: new(uint256.Int), GasLimit: 16_777_216,
		GasPrice: new(uint256.Int), GasFeeCap: new(uint256.Int), GasTipCap: new(uint256.Int), Data: data,
	}, core.NewGasPool(200_000_000))
	if err != nil {
		e.t.Fatal(err)
	}
	e.db.Finalise(e.cfg.Rules(block.BlockNumber, true, e.time))
	return e.name(result.Err, result.ReturnData), result.Err
}

func (e *evm) name(err error, out []byte) string {
	if err == nil {
		return "success"
	}
	for name, x := range e.abi.Errors {
		if len(out) >= 4 && bytes.Equal(x.ID[:4], out[:4]) {
			return name
		}
	}
	return fmt.Sprintf("%v %x", err, out)
}

func (e *evm) deploy(m *bind.MetaData, args ...any) common.Address {
	e.t.Helper()
	a, err := m.GetAbi()
	if err != nil {
		e.t.Fatal(err)
	}
	in, err := a.Pack("", args...)
	if err != nil {
		e.t.Fatal(err)
	}
	at := crypto.CreateAddress(deployer, e.db.GetNonce(deployer))
	if _, err := e.send(nil, append(common.FromHex(m.Bin), in...)); err != nil {
		e.t.Fatal(err)
	}
	return at
}

func (e *evm) pack(method string, args ...any) []byte {
	e.t.Helper()
	data, err := e.abi.Pack(method, args...)
	if err != nil {
		e.t.Fatal(err)
	}
	return data
}

func (e *evm) call(method string, args ...any) string {
	e.t.Helper()
	name, _ := e.send(&e.manager, e.pack(method, args...))
	return name
}

// asOwner calls the manager by way of the timelock and returns whether it went through.
func (e *evm) asOwner(method string, args ...any) bool {
	e.t.Helper()
	a, err := bindings.TimelockControllerMetaData.GetAbi()
	if err != nil {
		e.t.Fatal(err)
	}
	salt := [32]byte(common.BigToHash(new(big.Int).SetUint64(e.db.GetNonce(deployer))))
	in := []any{e.manager, new(big.Int), e.pack(method, args...), [32]byte{}, salt}
	for _, step := range []string{"schedule", "execute"} {
		now := in
		if step == "schedule" {
			now = append(append([]any{}, in...), new(big.Int))
		}
		data, err := a.Pack(step, now...)
		if err != nil {
			e.t.Fatal(err)
		}
		if _, err := e.send(&e.owner, data); err != nil {
			return false
		}
	}
	return true
}

// same lets the model and the contract judge one call and compares.
func (e *evm) same(what string, c Call) string {
	e.t.Helper()
	c.Now = e.time
	have := verdict(e.model.Receive(c))
	want, _ := e.send(&e.manager, e.pack("receiveMessage", word(c.SourceChain), c.ID, common.Address(c.Target), c.Data, c.Proof))
	if have != want {
		e.t.Errorf("%s: the model says %s, the contract %s", what, have, want)
	}
	return want
}

func verdict(err error) string {
	var r Refusal
	switch {
	case err == nil:
		return "success"
	case errors.As(err, &r):
		return string(r)
	}
	return "not a refusal: " + err.Error()
}

func word(v uint64) *big.Int { return new(big.Int).SetUint64(v) }

// read calls without keeping what it wrote.
func (e *evm) read(data []byte) (string, []byte) {
	e.t.Helper()
	at := e.db.Snapshot()
	defer e.db.RevertToSnapshot(at)
	block := vm.BlockContext{
		CanTransfer: core.CanTransfer, Transfer: core.Transfer, GetHash: func(uint64) common.Hash { return common.Hash{} },
		BlockNumber: big.NewInt(100), Time: e.time, Difficulty: new(big.Int), GasLimit: 200_000_000,
		BaseFee: new(big.Int), BlobBaseFee: big.NewInt(1), Random: &common.Hash{1},
	}
	out, _, err := vm.NewEVM(block, e.db, &e.cfg, vm.Config{}).StaticCall(deployer, e.manager, data, vm.NewGasBudget(16_000_000, 16_000_000))
	return e.name(err, out), out
}
