// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"context"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/common/hexutil"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	"github.com/aitbc/bridge/contracts/bindings"
)

const (
	chainID   = 31337
	targetID  = 31338
	blockTime = 100 * time.Millisecond
)

var testBridge = message.BridgeID("aitbc-test-1")

// world is one source chain with a sealed manager that has a lane to chain 31338, and one account that sends.
// Its methods are for one caller at a time.
type world struct {
	ctx     context.Context
	url     string
	rpc     *rpc.Client
	eth     *ethclient.Client
	from    common.Address
	opts    *bind.TransactOpts // with the next nonce
	manager message.Address
	binding *bindings.CrossChainManager
	start   uint64       // block of the manager
	genesis message.Hash // of block 0
	code    []byte       // of the manager
	mine    bool         // blocks come by evm_mine alone
}

// gethWorld is go-ethereum in this process with a block each tenth of a second, safe one and final two behind the head.
func gethWorld(t testing.TB) *world {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	t.Cleanup(cancel)
	c, err := chain.Start(ctx, chain.Config{ChainID: chainID, BlockTime: blockTime, Funded: []common.Address{crypto.PubkeyToAddress(sender.PublicKey)}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	w := &world{url: c.URL()}
	w.open(t)
	return w
}

// anvilWorld is anvil; safe is one epoch and final two epochs behind the head. Without a block time in the arguments
// blocks come by mineBlocks alone.
func anvilWorld(t testing.TB, epoch int, args ...string) *world {
	t.Helper()
	w := &world{url: startAnvil(t, append([]string{"--slots-in-an-epoch", fmt.Sprint(epoch)}, args...)...)}
	w.mine = len(args) == 0 || args[0] != "--block-time"
	w.open(t)
	return w
}

var sender = must(crypto.ToECDSA(crypto.Keccak256([]byte("faults"))))

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// open connects and deploys.
func (w *world) open(t testing.TB) {
	t.Helper()
	ok := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	w.ctx = context.WithoutCancel(t.Context()) // also in Cleanup
	var err error
	w.rpc, err = rpc.DialContext(w.ctx, w.url)
	ok(err)
	t.Cleanup(w.rpc.Close)
	w.eth = ethclient.NewClient(w.rpc)
	w.from = crypto.PubkeyToAddress(sender.PublicKey)
	if balance, err := w.eth.BalanceAt(w.ctx, w.from, nil); err != nil || balance.Sign() == 0 {
		ok(w.rpc.CallContext(w.ctx, nil, "anvil_setBalance", w.from, hexutil.EncodeBig(new(big.Int).Lsh(common.Big1, 90))))
	}
	w.opts = &bind.TransactOpts{
		From: w.from, Nonce: new(big.Int), Context: w.ctx, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(5e10),
		Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
			return types.SignTx(tx, types.LatestSignerForChainID(big.NewInt(chainID)), sender)
		},
	}
	admin := []common.Address{w.from}
	var timelocks [3]common.Address
	var txs []*types.Transaction
	for i := range timelocks {
		a, tx, _, err := bindings.DeployTimelockController(w.next(4_000_000), w.eth, new(big.Int), admin, admin, common.Address{})
		ok(err)
		timelocks[i], txs = a, append(txs, tx)
	}
	px := new(big.Int).SetBytes(crypto.CompressPubkey(&sender.PublicKey)[1:])
	address, tx, m, err := bindings.DeployCrossChainManager(w.next(12_000_000), w.eth, testBridge, px, 1, timelocks[0], timelocks[1], timelocks[2], admin, true)
	ok(err)
	w.manager, w.binding = message.Address(address), m
	deployed := tx.Hash()
	txs = append(txs, tx)
	tx, err = m.AddLane(w.next(1_000_000), big.NewInt(targetID), uint8(message.Final), common.Address{0x22})
	ok(err)
	txs = append(txs, tx)
	tx, err = m.Seal(w.next(500_000))
	ok(err)
	for _, tx := range append(txs, tx) {
		r := w.mined(t, tx.Hash())
		if r.Status != types.ReceiptStatusSuccessful {
			t.Fatalf("transaction %s of the deployment reverted", tx.Hash())
		}
		if tx.Hash() == deployed {
			w.start = r.BlockNumber.Uint64()
		}
	}
	zero, err := w.eth.HeaderByNumber(w.ctx, new(big.Int))
	ok(err)
	w.genesis = message.Hash(zero.Hash())
	w.code, err = w.eth.CodeAt(w.ctx, address, nil)
	ok(err)
}

// next are the options of the next transaction.
func (w *world) next(gas uint64) *bind.TransactOpts {
	o := *w.opts
	o.GasLimit = gas
	w.opts.Nonce = new(big.Int).Add(o.Nonce, common.Big1)
	return &o
}

// mined waits for the receipt of a transaction, and mines a block where nobody else does.
func (w *world) mined(t testing.TB, hash common.Hash) *types.Receipt {
	t.Helper()
	var r *types.Receipt
	if w.mine {
		w.mineBlocks(t, 1)
	}
	await(t, "receipt", func() bool {
		var err error
		r, err = w.eth.TransactionReceipt(w.ctx, hash)
		return err == nil
	})
	return r
}

// mineBlocks makes anvil mine.
func (w *world) mineBlocks(t testing.TB, n uint64) {
	t.Helper()
	if err := w.rpc.CallContext(w.ctx, nil, "anvil_mine", hexutil.Uint64(n)); err != nil {
		t.Fatal(err)
	}
}

// send hands one message to the chain.
func (w *world) send(data string) error {
	_, err := w.binding.SendMessage(w.next(300_000), big.NewInt(targetID), common.Address{0x33}, []byte(data))
	if err != nil {
		w.opts.Nonce.Sub(w.opts.Nonce, common.Big1)
	}
	return err
}

// traffic sends messages until the test ends: mostly one in two block times, now and then three at once, and pauses.
func (w *world) traffic(t testing.TB) {
	t.Helper()
	ctx, cancel := context.WithCancel(w.ctx)
	done := make(chan struct{})
	t.Cleanup(func() { cancel(); <-done })
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * blockTime)
		defer tick.Stop()
		for i := 0; ; i++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			n := 1
			switch i % 16 {
			case 7:
				n = 3
			case 12, 13:
				n = 0
			}
			for range n {
				if err := w.send(fmt.Sprintf("message of tick %d", i)); err != nil {
					t.Errorf("send: %v", err)
					return
				}
			}
		}
	}()
}

// label is the number of a block by its label, by the chain's own word.
func (w *world) label(t testing.TB, n rpc.BlockNumber) uint64 {
	t.Helper()
	h, err := w.eth.HeaderByNumber(w.ctx, big.NewInt(int64(n)))
	if err != nil {
		t.Fatal(err)
	}
	return h.Number.Uint64()
}

func (w *world) final(t testing.TB) uint64 { t.Helper(); return w.label(t, rpc.FinalizedBlockNumber) }

func (w *world) head(t testing.TB) uint64 { t.Helper(); return w.label(t, rpc.LatestBlockNumber) }

// stream is what the readers read.
func (w *world) stream() stream.Config {
	return stream.Config{
		BridgeID: testBridge, Stride: 2, StartBlock: w.start,
		Stream: message.Stream{Chain: chainID, Manager: w.manager, Finality: message.Final, Epoch: 1},
	}
}

// await polls until ok; three minutes are far more than anything here takes on two busy cores, and end what would never come.
func await(t testing.TB, what string, ok func() bool) {
	t.Helper()
	awaitWithin(t, 3*time.Minute, what, ok)
}

func awaitWithin(t testing.TB, limit time.Duration, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	end := time.NewTimer(limit)
	defer end.Stop()
	for !ok() {
		select {
		case <-end.C:
			t.Fatalf("within %s it did not come: %s", limit, what)
		case <-tick.C:
		}
	}
}
