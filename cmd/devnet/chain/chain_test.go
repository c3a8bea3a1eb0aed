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
