// SPDX-License-Identifier: Apache-2.0

package contracts_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"math/big"
	"strings"
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

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/schnorr"
)

const (
	sourceChain = message.ChainID(42161)
	otherChain  = message.ChainID(10)
	targetChain = message.ChainID(31337) // the devnet flag needs one of its chain ids
)

var (
	bridgeID = message.BridgeID("aitbc-test-1")
	remote   = message.Address(common.HexToAddress("0x7e3012ab7e3012ab7e3012ab7e3012ab7e3012ab"))
	sender   = message.Address(common.HexToAddress("0x5e4de45e4de45e4de45e4de45e4de45e4de45e4d"))
	deployer = common.HexToAddress("0xA11CEA11CEA11CEA11CEA11CEA11CEA11CEA11CE")
	pauser   = common.HexToAddress("0xBA05E000BA05E000BA05E000BA05E000BA05E000")
)

func abiOf(t testing.TB, m *bind.MetaData) *abi.ABI {
	t.Helper()
	a, err := m.GetAbi()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// chain is one EVM with Prague rules and no block production: transactions are applied to its state.
type chain struct {
	t    testing.TB
	db   *state.StateDB
	cfg  params.ChainConfig
	time uint64
	logs []*types.Log // of the last transaction
	out  []byte       // what the last transaction returned
}

func newChain(t testing.TB) *chain {
	t.Helper()
	c := &chain{t: t, cfg: *params.MergedTestChainConfig, time: 1_800_000_000}
	c.cfg.OsakaTime, c.cfg.AmsterdamTime = nil, nil
	c.cfg.ChainID = new(big.Int).SetUint64(uint64(targetChain))
	db, err := state.New(types.EmptyRootHash, state.NewDatabaseForTesting())
	if err != nil {
		t.Fatal(err)
	}
	c.db = db
	db.AddBalance(deployer, uint256.NewInt(1e18), tracing.BalanceChangeUnspecified)
	return c
}

// revert is the answer of a transaction that failed.
type revert struct {
	cause error
	data  []byte
}

func (r *revert) Error() string { return fmt.Sprintf("%v: %x", r.cause, r.data) }

// send applies one transaction and returns the gas that it used, as a receipt says it.
func (c *chain) send(from common.Address, to *common.Address, value uint64, data []byte) (uint64, error) {
	c.t.Helper()
	random := common.Hash{1}
	block := vm.BlockContext{
		CanTransfer: core.CanTransfer, Transfer: core.Transfer,
		GetHash:     func(uint64) common.Hash { return common.Hash{} },
		Coinbase:    common.HexToAddress("0xc01bc01bc01bc01bc01bc01bc01bc01bc01bc01b"),
		BlockNumber: big.NewInt(100), Time: c.time, Difficulty: new(big.Int), GasLimit: 200_000_000,
		BaseFee: new(big.Int), BlobBaseFee: big.NewInt(1), Random: &random,
	}
	evm := vm.NewEVM(block, c.db, &c.cfg, vm.Config{})
	msg := &core.Message{
		To: to, From: from, Nonce: c.db.GetNonce(from), Value: uint256.NewInt(value), GasLimit: 16_777_216,
		GasPrice: new(uint256.Int), GasFeeCap: new(uint256.Int), GasTipCap: new(uint256.Int), Data: data,
	}
	before := len(c.db.Logs())
	result, err := core.ApplyMessage(evm, msg, core.NewGasPool(200_000_000))
	if err != nil {
		c.t.Fatal(err)
	}
	c.db.Finalise(c.cfg.Rules(block.BlockNumber, true, c.time))
	c.logs, c.out = c.db.Logs()[before:], result.ReturnData
	if result.Err != nil {
		return result.UsedGas, &revert{result.Err, result.ReturnData}
	}
	return result.UsedGas, nil
}

func (c *chain) deploy(m *bind.MetaData, args ...any) (common.Address, error) {
	c.t.Helper()
	in, err := abiOf(c.t, m).Pack("", args...)
	if err != nil {
		c.t.Fatal(err)
	}
	address := crypto.CreateAddress(deployer, c.db.GetNonce(deployer))
	_, err = c.send(deployer, nil, 0, append(common.FromHex(m.Bin), in...))
	return address, err
}

func (c *chain) mustDeploy(m *bind.MetaData, args ...any) common.Address {
	c.t.Helper()
	a, err := c.deploy(m, args...)
	if err != nil {
		c.t.Fatal(err)
	}
	return a
}

// world is a sealed manager on targetChain with lanes from and to sourceChain and otherChain.
type world struct {
	*chain
	abi     *abi.ABI
	manager common.Address
	owner   common.Address // all three owners: a timelock without delay
	counter common.Address
	secret  *big.Int
	key     schnorr.PublicKey
}

func unsealed(t testing.TB) *world {
	t.Helper()
	w := &world{chain: newChain(t), abi: abiOf(t, bindings.CrossChainManagerMetaData)}
	w.secret, w.key = groupKey("group")
	w.owner = w.mustDeploy(bindings.TimelockControllerMetaData, new(big.Int), []common.Address{deployer}, []common.Address{deployer}, common.Address{})
	w.manager = w.mustDeploy(bindings.CrossChainManagerMetaData, [32]byte(bridgeID), new(big.Int).SetBytes(w.key[:]), uint64(1),
		w.owner, w.owner, w.owner, []common.Address{pauser}, true)
	w.counter = w.mustDeploy(bindings.CounterMetaData, w.manager)
	w.must("addLane", chainWord(sourceChain), uint8(message.Final), common.Address(remote))
	w.must("addLane", chainWord(otherChain), uint8(message.Final), common.Address(remote))
	return w
}

func newWorld(t testing.TB) *world {
	t.Helper()
	w := unsealed(t)
	w.must("seal")
	return w
}

func chainWord(c message.ChainID) *big.Int { return new(big.Int).SetUint64(uint64(c)) }

func (w *world) pack(method string, args ...any) []byte {
	w.t.Helper()
	data, err := w.abi.Pack(method, args...)
	if err != nil {
		w.t.Fatal(err)
	}
	return data
}

func (w *world) call(from common.Address, method string, args ...any) (uint64, error) {
	w.t.Helper()
	return w.send(from, &w.manager, 0, w.pack(method, args...))
}

func (w *world) must(method string, args ...any) uint64 {
	w.t.Helper()
	return w.mustFrom(deployer, method, args...)
}

func (w *world) mustFrom(from common.Address, method string, args ...any) uint64 {
	w.t.Helper()
	gas, err := w.call(from, method, args...)
	if err != nil {
		w.t.Fatalf("%s: %s", method, w.name(err))
	}
	return gas
}

// name is the name of the custom error that a transaction failed with.
func (w *world) name(err error) string {
	var r *revert
	if err == nil {
		return "success"
	}
	if !errors.As(err, &r) || len(r.data) < 4 {
		return err.Error()
	}
	for name, e := range w.abi.Errors {
		if bytes.Equal(e.ID[:4], r.data[:4]) {
			return name
		}
	}
	return "unknown error " + hex.EncodeToString(r.data[:4])
}

func (w *world) count() uint64 { return w.db.GetState(w.counter, common.Hash{}).Big().Uint64() }

// ---- deliveries

// delivery is everything that receiveMessage takes, and what a forger would change.
type delivery struct {
	message  message.Message
	reached  message.Finality // of the checkpoint
	epoch    uint32
	siblings []message.Hash
	flags    byte
	retired  *message.Address
	sig      schnorr.Signature
	id       message.ID
}

func (w *world) delivery(nonce message.Nonce, siblings int) *delivery {
	d := &delivery{epoch: 1, reached: message.Final, flags: 0x1e, message: message.Message{
		BridgeID: bridgeID, SourceChain: sourceChain, SourceManager: remote,
		TargetChain: targetChain, TargetManager: message.Address(w.manager), Nonce: nonce, Sender: sender,
		Target: message.Address(w.counter), Finality: message.Final, Data: payload(uint64(nonce)),
	}}
	for i := range siblings {
		d.siblings = append(d.siblings, message.Keccak([]byte("sibling"), []byte{byte(nonce), byte(i)}))
	}
	return d.sign(w.secret, w.key)
}

func payload(i uint64) []byte {
	h := message.Keccak([]byte(fmt.Sprintf("payload %d", i)))
	return h[:]
}

// sign computes the id and signs the root that it leads to.
func (d *delivery) sign(secret *big.Int, key schnorr.PublicKey) *delivery {
	d.id = d.message.ID()
	d.sig = sign(secret, key, d.digest(d.root()))
	return d
}

// root is what the id and the siblings lead to.
func (d *delivery) root() message.Hash {
	root := message.Hash(d.id)
	for _, s := range d.siblings {
		root = merkle.Pair(root, s)
	}
	return root
}

func (d *delivery) digest(root message.Hash) message.Digest {
	cp := message.Checkpoint{BridgeID: d.message.BridgeID, Root: root, Stream: message.Stream{
		Chain: d.message.SourceChain, Manager: d.message.SourceManager, Finality: d.reached, Epoch: d.epoch,
	}}
	return cp.Digest()
}

func (d *delivery) proof() []byte {
	p := []byte{d.flags}
	p = append(p, binary.BigEndian.AppendUint64(nil, uint64(d.message.Nonce))[2:]...)
	p = binary.BigEndian.AppendUint32(p, d.message.GasLimit)
	p = append(p, d.message.Sender[:]...)
	p = binary.BigEndian.AppendUint32(p, d.epoch)
	sig := d.sig.Bytes()
	p = append(p, sig[:]...)
	if d.retired != nil {
		p = append(p, d.retired[:]...)
	}
	for _, s := range d.siblings {
		p = append(p, s[:]...)
	}
	return p
}

func (d *delivery) calldata(w *world) []byte { return d.calldataProof(w, d.proof()) }

func (d *delivery) calldataProof(w *world, proof []byte) []byte {
	w.t.Helper()
	return w.pack("receiveMessage", chainWord(d.message.SourceChain), [32]byte(d.id), common.Address(d.message.Target), d.message.Data, proof)
}

func (w *world) deliver(d *delivery) (uint64, error) {
	w.t.Helper()
	return w.send(deployer, &w.manager, 0, d.calldata(w))
}

func (w *world) mustDeliver(d *delivery) uint64 {
	w.t.Helper()
	gas, err := w.deliver(d)
	if err != nil {
		w.t.Fatalf("deliver %d: %s", d.message.Nonce, w.name(err))
	}
	return gas
}

// ---- a plain Schnorr signer, for tests alone

var order = crypto.S256().Params().N

// groupKey derives a secret whose public point has an even y.
func groupKey(seed string) (*big.Int, schnorr.PublicKey) {
	for i := 0; ; i++ {
		d := new(big.Int).SetBytes(crypto.Keccak256([]byte(seed), []byte{byte(i)}))
		d.Mod(d, order)
		x, y := crypto.S256().ScalarBaseMult(d.Bytes())
		if y.Bit(0) == 0 && x.Cmp(order) < 0 {
			return d, schnorr.PublicKey(x.FillBytes(make([]byte, 32)))
		}
	}
}

func sign(secret *big.Int, key schnorr.PublicKey, digest message.Digest) (sig schnorr.Signature) {
	k := new(big.Int).SetBytes(crypto.Keccak256([]byte("nonce"), secret.Bytes(), digest[:]))
	k.Mod(k, order)
	x, y := crypto.S256().ScalarBaseMult(k.Bytes())
	point := append(x.FillBytes(make([]byte, 32)), y.FillBytes(make([]byte, 32))...)
	copy(sig.R[:], crypto.Keccak256(point)[12:])
	e := schnorr.Challenge(key, sig.R, digest)
	s := new(big.Int).SetBytes(e[:])
	s.Mul(s, secret).Add(s, k).Mod(s, order)
	s.FillBytes(sig.S[:])
	return sig
}

func interoperable(chain message.ChainID, a common.Address) []byte {
	c := new(big.Int).SetUint64(uint64(chain)).Bytes()
	out := append([]byte{0, 1, 0, 0, byte(len(c))}, c...)
	return append(append(out, 20), a[:]...)
}

func attribute(t testing.TB, selector string, value uint64) []byte {
	t.Helper()
	s, err := hex.DecodeString(strings.TrimPrefix(selector, "0x"))
	if err != nil {
		t.Fatal(err)
	}
	return append(s, new(big.Int).SetUint64(value).FillBytes(make([]byte, 32))...)
}
