// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/relayer/deliver"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// TestSourceReorg changes final blocks of the first chain, with a message in them that was certified and delivered. Every
// validator halts that stream and keeps it halted over a restart; the other chain goes on. The committee resumes
// the source on the newest certificate that holds: the next epoch is certified, the new history's messages are delivered, and
// the one whose nonce is taken is superseded.
func TestSourceReorg(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startForTest(ctx, t)
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := run.send(ctx, 2); err != nil {
		t.Fatal(err)
	}
	if err := run.await(ctx, run.sent, waitLimit); err != nil {
		t.Fatal(err)
	}
	first, second := &n.Info.Chains[0], &n.Info.Chains[1]
	one := func(from, to message.ChainID, text string) client.Sent {
		t.Helper()
		by, err := n.Client.Sender(from, n.keys.user) // a new one: it learns the account's nonce from the chain
		if err != nil {
			t.Fatal(err)
		}
		k, _ := n.Info.Chain(to)
		s, err := n.Client.Send(ctx, by, client.Send{From: from, To: to, Target: k.Inbox, Data: []byte(text)})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	await := func(list ...client.Sent) {
		t.Helper()
		if err := run.await(ctx, list, waitLimit); err != nil {
			t.Fatal(err)
		}
	}
	waitBlocks(ctx, t, n, 8) // the receipts are certified too
	certified := certificates(ctx, t, n)
	fork := n.chains[0].Head()
	waitBlocks(ctx, t, n, 2)
	dead := one(first.ChainID, second.ChainID, "of the history that the chain leaves")
	await(dead)
	if dead.Block <= fork {
		t.Fatalf("sent in block %d, the chain is rewound to %d: the test proves nothing", dead.Block, fork)
	}

	if err := n.chains[0].Rewind(fork); err != nil {
		t.Fatal(err)
	}
	taken := one(first.ChainID, second.ChainID, "its nonce is taken")
	late := one(first.ChainID, second.ChainID, "of the history that the chain took")
	if taken.Nonce != dead.Nonce || taken.ID == dead.ID || late.Nonce != dead.Nonce+1 {
		t.Fatalf("nonces %d, %d after %d: the test proves nothing", taken.Nonce, late.Nonce, dead.Nonce)
	}
	halted := func(nodes ...int) {
		t.Helper()
		if err := n.until(ctx, "every validator halts the stream", waitLimit, func(ctx context.Context) (bool, string) {
			for _, i := range nodes {
				s, err := n.Status(ctx, i)
				if err != nil || len(s.Streams) < 2 || !strings.Contains(s.Streams[0].Halted, "final block") {
					return false, fmt.Sprintf("node%d: %v", i, err) //nolint:errorlint // asked again
				}
				if s.Streams[1].Halted != "" {
					t.Fatalf("node%d halted the other chain: %s", i, s.Streams[1].Halted)
				}
			}
			return true, ""
		}); err != nil {
			t.Fatal(err)
		}
	}
	halted(0, 1, 2, 3)
	await(one(second.ChainID, first.ChainID, "the other chain goes on"))
	if err := n.Nodes[0].Stop(); err != nil {
		t.Fatal(err)
	}
	if err := n.Nodes[0].Start(); err != nil {
		t.Fatal(err)
	}
	waitBlocks(ctx, t, n, 6)
	halted(0, 1, 2, 3)
	before := certificates(ctx, t, n)

	base, err := n.Client.FindBase(ctx, 1, n.chains[0].URL())
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("base: %+v", base)
	if base.End < certified[0] || base.End > fork || before[0] <= base.End {
		t.Errorf("base ends at %d: certified were %d before the fork at %d and %d after it", base.End, certified[0], fork, before[0])
	}
	resume := committeev1.Payload{Kind: &committeev1.Payload_Resume{Resume: &committeev1.Resume{
		Source: &committeev1.SourceResume{Stream: 1, BaseEnd: base.End},
	}}}
	if err := n.Decide(ctx, resume); err != nil {
		t.Fatal(err)
	}
	await(late)
	streams, err := n.Client.Streams(ctx)
	if err != nil || len(streams) != 3 || streams[0].ClosedAt == 0 || streams[2].Epoch != 2 || streams[2].Base == nil || streams[2].Base.End != base.End {
		t.Fatalf("streams %+v, %v", streams, err)
	}
	after := certificates(ctx, t, n)
	if after[0] != before[0] || after[2] <= base.End {
		t.Errorf("certified ends %v, were %v: the closed stream stays as it was", after, before)
	}
	e, err := n.Client.Chain(second.ChainID)
	if err != nil {
		t.Fatal(err)
	}
	logs, err := e.Logs(ctx, e.Manager(), []message.Hash{message.Keccak([]byte("SourceEpochRaised(address,uint32)"))}, second.DeployBlock, headOf(ctx, t, e))
	if err != nil || len(logs) != 1 {
		t.Errorf("the target's source epoch was raised %d times, %v", len(logs), err)
	}
	st, err := n.Client.Track(ctx, message.Hash(taken.ID))
	if err != nil || len(st) != 1 || st[0].Reason != deliver.Superseded || st[0].Who != "nobody" {
		t.Errorf("track of the superseded message: %+v, %v", st, err)
	}
	if err := n.until(ctx, "the relayer says that a message is superseded", waitLimit, func(context.Context) (bool, string) {
		b, err := os.ReadFile(n.Relayer.log)
		return err == nil && strings.Contains(string(b), "reason=superseded") && strings.Contains(string(b), taken.ID.String()), "not yet"
	}); err != nil {
		t.Fatal(err)
	}
	for _, s := range []client.Sent{dead, late} {
		if got := len(run.observers[s.Target].of(s.ID)); got != 1 {
			t.Errorf("message %s arrived %d times", s.ID, got)
		}
	}
	if got := run.observers[taken.Target].of(taken.ID); len(got) != 0 {
		t.Errorf("the superseded message was delivered: %v", got)
	}
	for i := range n.Nodes {
		s, err := n.Status(ctx, i)
		if err != nil {
			t.Fatal(err)
		}
		if at := slices.IndexFunc(s.Streams, func(s node.StreamStatus) bool { return s.Index == 3 }); at < 0 || s.Streams[at].Halted != "" {
			t.Errorf("node%d: streams %+v", i, s.Streams)
		}
		for _, c := range s.Conduct {
			if c.WrongVotes.Count+c.Equivocations.Count+c.InvalidShares.Count != 0 || c.BenchUntil != 0 {
				t.Errorf("node%d says of %s: %+v", i, c.Moniker, c)
			}
		}
	}
	await(one(first.ChainID, second.ChainID, "life goes on"), one(second.ChainID, first.ChainID, "both ways"))
	auditNonces(ctx, t, n)
}

func headOf(ctx context.Context, t *testing.T, e *evm.Client) uint64 {
	t.Helper()
	b, err := e.Block(ctx, evm.At{Tag: evm.Latest})
	if err != nil {
		t.Fatal(err)
	}
	return b.Number
}
