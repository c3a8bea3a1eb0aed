// SPDX-License-Identifier: Apache-2.0

package chain_test

import (
	"context"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/ethclient"
	"github.com/ethereum/go-ethereum/rpc"

	"github.com/aitbc/bridge/cmd/devnet/chain"
)

func TestTwoChainsMakeAndFinalizeBlocks(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	from := crypto.PubkeyToAddress(key.PublicKey)
	for _, id := range []uint64{31337, 31338} {
		c, err := chain.Start(ctx, chain.Config{ChainID: id, Funded: []common.Address{from}, BlockTime: 100 * time.Millisecond})
		if err != nil {
			t.Fatal(err)
		}
		defer c.Close()
		client, err := ethclient.DialContext(ctx, c.URL())
		if err != nil {
			t.Fatal(err)
		}
		got, err := client.ChainID(ctx)
		if err != nil || got.Uint64() != id {
			t.Fatalf("chain id %v, %v; want %d", got, err, id)
		}
		tx := types.MustSignNewTx(key, types.LatestSignerForChainID(got), &types.DynamicFeeTx{
			ChainID: got, To: &common.Address{1}, Value: big.NewInt(1), Gas: 21000,
			GasFeeCap: big.NewInt(1e10), GasTipCap: big.NewInt(1e9),
		})
		if err := client.SendTransaction(ctx, tx); err != nil {
			t.Fatal(err)
		}
		var block *big.Int
		await(ctx, t, "receipt", func() bool {
			r, err := client.TransactionReceipt(ctx, tx.Hash())
			if err == nil {
				block = r.BlockNumber
			}
			return err == nil
		})
		await(ctx, t, "final block", func() bool {
			h, err := client.HeaderByNumber(ctx, big.NewInt(int64(rpc.FinalizedBlockNumber)))
			return err == nil && h.Number.Cmp(block) >= 0
		})
		if err := c.Close(); err != nil || c.Err() != nil {
			t.Fatal(err, c.Err())
		}
	}
}

// A chain that is rewound has other final blocks, and the account's transactions above that are gone.
func TestRewindChangesFinalBlocks(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	key, err := crypto.GenerateKey()
	if err != nil {
		t.Fatal(err)
	}
	from := crypto.PubkeyToAddress(key.PublicKey)
	c, err := chain.Start(ctx, chain.Config{ChainID: 31337, Funded: []common.Address{from}, BlockTime: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	client, err := ethclient.DialContext(ctx, c.URL())
	if err != nil {
		t.Fatal(err)
	}
	final := func(above uint64) *types.Header {
		var h *types.Header
		await(ctx, t, "final block", func() bool {
			h, err = client.HeaderByNumber(ctx, big.NewInt(int64(rpc.FinalizedBlockNumber)))
			return err == nil && h.Number.Uint64() > above
		})
		return h
	}
	fork := final(3).Number.Uint64()
	tx := types.MustSignNewTx(key, types.LatestSignerForChainID(big.NewInt(31337)), &types.DynamicFeeTx{
		ChainID: big.NewInt(31337), To: &common.Address{1}, Value: big.NewInt(1), Gas: 21000, GasFeeCap: big.NewInt(1e10), GasTipCap: big.NewInt(1e9),
	})
	await(ctx, t, "a block above the fork", func() bool { return c.Head() > fork+3 })
	if err := client.SendTransaction(ctx, tx); err != nil {
		t.Fatal(err)
	}
	await(ctx, t, "receipt", func() bool {
		_, err := client.TransactionReceipt(ctx, tx.Hash())
		return err == nil
	})
	was := final(c.Head())
	if err := c.Rewind(fork); err != nil {
		t.Fatal(err)
	}
	final(was.Number.Uint64())
	is, err := client.HeaderByNumber(ctx, was.Number)
	if err != nil || is.Hash() == was.Hash() {
		t.Errorf("block %d is the same after a rewind: %v", was.Number, err)
	}
	if n, err := client.NonceAt(ctx, from, nil); err != nil || n != 0 {
		t.Errorf("%d transactions after a rewind, %v", n, err)
	}
	if err := c.Rewind(c.Head() + 1000); err == nil {
		t.Error("rewound to a block that is not there")
	}
}

// Labels stand still when their distance grows and while a branch that is built above them is shorter; they go on when
// the distance shrinks, and a rewind below them takes them back.
func TestLabelsFollowTheirDistance(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	c, err := chain.Start(ctx, chain.Config{ChainID: 31337, BlockTime: 50 * time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	client, err := ethclient.DialContext(ctx, c.URL())
	if err != nil {
		t.Fatal(err)
	}
	labels := func() (safe, final uint64) {
		t.Helper()
		for tag, to := range map[rpc.BlockNumber]*uint64{rpc.SafeBlockNumber: &safe, rpc.FinalizedBlockNumber: &final} {
			h, err := client.HeaderByNumber(ctx, big.NewInt(int64(tag)))
			if err != nil {
				t.Fatal(err)
			}
			*to = h.Number.Uint64()
		}
		return safe, final
	}
	await(ctx, t, "final block", func() bool { return c.Final() > 3 })
	c.Lag(4, chain.HoldLabels)
	held := c.Final()
	await(ctx, t, "a gap between final and safe", func() bool { return c.Head() > held+12 })
	if safe, final := labels(); final != held || safe < held+6 {
		t.Fatalf("safe %d, final %d with head %d, final is held at %d", safe, final, c.Head(), held)
	}
	c.Lag(chain.HoldLabels, chain.HoldLabels)
	safe, _ := labels()
	fork := safe + 1
	await(ctx, t, "a block above safe", func() bool { return c.Head() > fork })
	if err := c.Rewind(fork); err != nil {
		t.Fatal(err)
	}
	await(ctx, t, "another branch", func() bool { return c.Head() > fork+2 })
	if s, f := labels(); s < safe || s > fork || f != held {
		t.Fatalf("safe %d, final %d after a rewind to %d; they were %d and %d", s, f, fork, safe, held)
	}
	if err := c.Rewind(held - 1); err != nil {
		t.Fatal(err)
	}
	if got := c.Final(); got != held-1 {
		t.Fatalf("final %d after a rewind to %d", got, held-1)
	}
	c.Lag(1, 2)
	await(ctx, t, "labels that go on", func() bool { return c.Final() > held+1 })
}

func TestZeroChainIDIsRefused(t *testing.T) {
	if _, err := chain.Start(context.Background(), chain.Config{}); err == nil {
		t.Fatal("chain id 0 accepted")
	}
}

// await polls the chain until ok or until ctx ends.
func await(ctx context.Context, t *testing.T, what string, ok func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			t.Fatalf("no %s: %v", what, ctx.Err())
		case <-tick.C:
		}
	}
}
