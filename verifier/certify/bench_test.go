// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"fmt"
	"testing"

	"cosmossdk.io/log/v2"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	sdk "github.com/cosmos/cosmos-sdk/types"
)

// BenchmarkCertifyingBlock is the block that verifies t shares' sum and stores the
// certificate, the dearest of a healthy network.
func BenchmarkCertifyingBlock(b *testing.B) {
	for _, size := range []int{4, 31, 100} {
		b.Run(fmt.Sprint("n=", size), func(b *testing.B) {
			n := newNet(b, size)
			n.blocks(4)
			for m := range size {
				n.vote(1, 9, 0, m+1)
			}
			n.blocks(3)
			b.ResetTimer()
			for b.Loop() {
				ctx := sdk.NewContext(n.ms.CacheMultiStore(), cmtproto.Header{Height: n.h + 1}, false, log.NewNopLogger())
				if err := n.k.ProcessVotes(ctx, n.said); err != nil {
					b.Fatal(err)
				}
				if len(ctx.EventManager().Events()) != 1 {
					b.Fatal("no certificate")
				}
			}
		})
	}
}
