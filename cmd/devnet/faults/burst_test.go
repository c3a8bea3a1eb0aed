// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"context"
	"encoding/hex"
	"math/big"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

const (
	burstEach = 400 // messages of one transaction
	// maxHeap is what may be alive in this process while a burst is read, however long the burst is. Most of it is one
	// batch: at most 50,000 logs, as two endpoints gave them and as windows.
	maxHeap = 320 << 20
)

// repeater is the code of a contract that calls the manager as often as the first word of its input says, with the rest
// of the input; it reverts when the manager does.
func repeater(manager message.Address) []byte {
	code, err := hex.DecodeString("602036038060206000376000355b60006000836000600073" + hex.EncodeToString(manager[:]) +
		"5af115603b576001900380600d57005b60006000fd")
	if err != nil {
		panic(err)
	}
	return slices.Concat([]byte{0x60, byte(len(code)), 0x80, 0x60, 0x0b, 0x60, 0x00, 0x39, 0x60, 0x00, 0xf3}, code)
}

// burst sends n messages by a contract, as many in each block as its gas holds.
func (w *world) burst(t *testing.T, n int) {
	t.Helper()
	send := func(to *common.Address, data []byte, gas uint64) *types.Transaction {
		o := w.next(gas)
		tx, err := o.Signer(o.From, types.NewTx(&types.DynamicFeeTx{
			ChainID: big.NewInt(chainID), Nonce: o.Nonce.Uint64(), GasTipCap: o.GasTipCap, GasFeeCap: o.GasFeeCap, Gas: gas, To: to, Data: data,
		}))
		if err == nil {
			err = w.eth.SendTransaction(w.ctx, tx)
		}
		if err != nil {
			t.Fatal(err)
		}
		return tx
	}
	made := send(nil, repeater(w.manager), 1_000_000)
	if r := w.mined(t, made.Hash()); r.Status != types.ReceiptStatusSuccessful {
		t.Fatal("no repeater")
	}
	to := crypto.CreateAddress(w.from, made.Nonce())
	abi := must(bindings.CrossChainManagerMetaData.GetAbi())
	payload := must(abi.Pack("sendMessage", big.NewInt(targetID), common.Address{0x33}, []byte("one of a burst")))
	var last *types.Transaction
	for left := n; left > 0; left -= burstEach {
		count := common.BigToHash(big.NewInt(int64(min(left, burstEach))))
		last = send(&to, append(count[:], payload...), 16_000_000)
	}
	for {
		w.mineBlocks(t, 1)
		r, err := w.eth.TransactionReceipt(w.ctx, last.Hash())
		if err == nil {
			if r.Status != types.ReceiptStatusSuccessful {
				t.Fatal("the burst reverted")
			}
			return
		}
	}
}

// TestBurst: 5,000 messages in a few blocks, or 100,000 with CHAOS=full, by a node that was away while they were sent.
// All are read, in bounded memory.
func TestBurst(t *testing.T) { // not beside others: they would be measured too
	messages := 5_000
	if os.Getenv("CHAOS") == "full" {
		messages = 100_000
	}
	w := anvilWorld(t, 1, "--no-mining", "--gas-limit", "60000000")
	w.burst(t, messages)
	w.mineBlocks(t, 8)
	counter, err := w.binding.Outbound(&bind.CallOpts{Context: w.ctx}, big.NewInt(targetID), uint8(message.Final))
	if err != nil || counter.Nonce.Uint64() != uint64(messages) {
		t.Fatalf("the manager counts %v messages: %v", counter, err)
	}
	peak, stop := heapPeak()
	r := read(t, w, newTruth(w), options{straight: true, late: true, clock: clock{time.Now(), 1}})
	awaitWithin(t, 30*time.Minute, "all messages", func() bool { return r.alive() && r.leaves.Load() == uint64(messages) })
	stop()
	t.Logf("%d messages in %d windows of blocks %d to %d read, %d errors of the source, at most %d MiB alive", messages, r.windows.Load(), w.start, r.final.Load(), r.errs.Load(), peak.Load()>>20)
	if peak.Load() == 0 || peak.Load() > maxHeap {
		t.Errorf("%d MiB alive, most are %d", peak.Load()>>20, maxHeap>>20)
	}
	r.compareAll()
}

// heapPeak measures the most bytes that a garbage collection has found alive, until stop.
func heapPeak() (peak *atomic.Uint64, stop func()) {
	peak = &atomic.Uint64{}
	was := debug.SetGCPercent(20) // often
	ctx, cancel := context.WithCancel(context.Background())
	done := make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		sample := []metrics.Sample{{Name: "/gc/heap/live:bytes"}}
		for {
			metrics.Read(sample)
			peak.Store(max(peak.Load(), sample[0].Value.Uint64()))
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
		}
	}()
	return peak, func() { cancel(); <-done; debug.SetGCPercent(was) }
}
