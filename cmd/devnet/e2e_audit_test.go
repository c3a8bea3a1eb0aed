// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"slices"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// spoken is one item of a member's extension in the chain: what identifies it, and what it said.
type spoken struct {
	member string
	kind   string // pair: boot and seq; points; share: session; vote: stream and end
	key    string
}

// auditNonces reads every block of the chain and demands of each member (but those of except, by
// moniker) that it announced one pair of points per (boot, seq) and never the same points again, gave
// one share per session, and voted for one checkpoint per (stream, end) where the stream is final (below it blocks change under
// honest members): laws I-04 and I-05 seen from outside.
func auditNonces(ctx context.Context, t *testing.T, n *Network, except ...string) {
	t.Helper()
	said := map[spoken]string{}
	items := 0
	names := monikers(ctx, t, n)
	claim := func(height int64, member, kind, key, value string) {
		s := spoken{member, kind, key}
		if old, ok := said[s]; ok && old != value && !slices.Contains(except, member) {
			t.Errorf("height %d: %s said two things for %s %s: %s and %s", height, member, kind, key, old, value)
		}
		said[s] = value
		items++
	}
	streams, err := n.Client.Streams(ctx)
	if err != nil {
		t.Fatal(err)
	}
	final := func(w *extension.Vote) bool {
		return slices.ContainsFunc(streams, func(s lanesv1.Stream) bool { return s.Index == uint32(w.Stream) && s.Finality == uint32(message.Final) })
	}
	eachCommit(ctx, t, n, func(height int64, v *abci.ExtendedVoteInfo) {
		e, err := extension.Decode(v.VoteExtension)
		if err != nil || e == nil {
			return
		}
		member := names[sdk.ConsAddress(v.Validator.Address).String()]
		for _, c := range e.Commitments {
			pair, points := fmt.Sprint(e.Boot, "/", c.Seq), fmt.Sprintf("%x%x", c.D, c.E)
			claim(height, member, "pair", pair, points)
			claim(height, member, "points", points, pair)
		}
		for _, s := range e.Shares {
			claim(height, member, "share", fmt.Sprint(s.Session), fmt.Sprintf("%x", s.Z))
		}
		for _, w := range e.Votes {
			if !final(&w) {
				continue
			}
			w.Endpoints = 0
			claim(height, member, "vote", fmt.Sprint(w.Stream, "/", w.End), fmt.Sprintf("%x", w))
		}
	})
	if items == 0 {
		t.Error("the chain carries no vote, share or commitment at all")
	}
	t.Logf("audit: %d items of %d members' extensions", items, len(names))
}

// eachCommit gives every precommit that the chain's blocks carry, from the first live validator.
func eachCommit(ctx context.Context, t *testing.T, n *Network, visit func(height int64, v *abci.ExtendedVoteInfo)) {
	t.Helper()
	at := live(ctx, t, n)
	newest := n.Client.Heights(ctx)[at]
	rpc, err := rpchttp.New(n.Info.Validators[at].RPC, "/websocket")
	if err != nil {
		t.Fatal(err)
	}
	for h := int64(2); h <= newest; h++ {
		b, err := rpc.Block(ctx, &h)
		if err != nil {
			t.Fatalf("block %d: %v", h, err)
		}
		var c abci.ExtendedCommitInfo
		if len(b.Block.Txs) == 0 { // the commit stands first, operators' transactions behind it
			t.Fatalf("block %d: %d transactions", h, len(b.Block.Txs))
		}
		if err := c.Unmarshal(b.Block.Txs[0]); err != nil {
			t.Fatalf("block %d: %v", h, err)
		}
		for i := range c.Votes {
			if c.Votes[i].BlockIdFlag == cmtproto.BlockIDFlagCommit {
				visit(h, &c.Votes[i])
			}
		}
	}
}

// monikers maps consensus addresses to names.
func monikers(ctx context.Context, t *testing.T, n *Network) map[string]string {
	t.Helper()
	out := map[string]string{}
	list, err := n.Committee(ctx, live(ctx, t, n))
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range list {
		out[sdk.ConsAddress(m.ConsAddress).String()] = m.Moniker
	}
	return out
}

// live is the first validator that answers.
func live(ctx context.Context, t *testing.T, n *Network) int {
	t.Helper()
	i := slices.IndexFunc(n.Client.Heights(ctx), func(h int64) bool { return h > 0 })
	if i < 0 {
		t.Fatal("no validator answers")
	}
	return i
}
