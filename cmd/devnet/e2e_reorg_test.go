// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	"github.com/aitbc/bridge/relayer/deliver"
)

// TestSourceReorg changes final blocks of the first chain, with a message in them that was certified and delivered. Every
// validator halts that stream and keeps it halted over a restart; the other chain goes on. The committee resumes
// the source on the newest certificate that holds: the next epoch is certified, the new history's messages are delivered, and
// the one whose nonce is taken is superseded. The fast stream of the source closes and reopens with the final one.
func TestSourceReorg(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{Lower: []message.Finality{message.Fast}})
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

	base := resumeSource(ctx, t, n, 1)
	if base.End < certified[0] || base.End > fork || before[0] <= base.End {
		t.Errorf("base ends at %d: certified were %d before the fork at %d and %d after it", base.End, certified[0], fork, before[0])
	}
	await(late)
	streams, err := n.Client.Streams(ctx)
	// Final and fast of both chains, then the next epoch of both of the first one.
	if err != nil || len(streams) != 6 || streams[0].ClosedAt == 0 || streams[4].Epoch != 2 || streams[4].Base == nil || streams[4].Base.End != base.End {
		t.Fatalf("streams %+v, %v", streams, err)
	}
	if old, next := &streams[2], &streams[5]; old.ClosedAt == 0 || next.Finality != old.Finality || next.Epoch != 2 || next.Base != nil || next.Generation != 1 {
		t.Errorf("fast streams %+v, %+v", old, next)
	}
	after := certificates(ctx, t, n)
	if after[0] != before[0] || after[4] <= base.End {
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
		if at := slices.IndexFunc(s.Streams, func(s node.StreamStatus) bool { return s.Index == 5 }); at < 0 || s.Streams[at].Halted != "" {
			t.Errorf("node%d: streams %+v", i, s.Streams)
		}
		for _, c := range s.Conduct {
			if c.WrongVotes.Count+c.Equivocations.Count+c.InvalidShares.Count != 0 || c.BenchUntil != 0 {
				t.Errorf("node%d says of %s: %+v", i, c.Moniker, c)
			}
		}
	}
	await(one(first.ChainID, second.ChainID, "life goes on"), one(second.ChainID, first.ChainID, "both ways"))
	l := &lowerLanes{ctx: ctx, t: t, n: n, run: run, source: n.chains[0]}
	l.source.Lag(chain.HoldLabels, chain.HoldLabels)
	fast, final := l.send(message.Fast, "fast in the next epoch"), l.send(message.Final, "final in the next epoch")
	l.await(fast)
	l.under(message.Fast, fast)
	l.wait(final)
	l.source.Lag(1, 2)
	l.await(final)
	l.unharmed()
	auditNonces(ctx, t, n)
}

// resumeSource does what the runbook says, with the program: every member looks for the base by itself, one proposes, the
// others see what it would do and approve it until it has passed.
func resumeSource(ctx context.Context, t *testing.T, n *Network, stream uint32) (base client.Base) {
	t.Helper()
	of := []string{"proposal", "resume-source", "--stream", fmt.Sprint(stream), "--rpc", n.chains[0].URL()}
	look := bridgectl(ctx, t, n, append(of, "--look")...)
	if err := json.Unmarshal(bridgectl(ctx, t, n, append(of, "--look", "--json")...), &base); err != nil {
		t.Fatal(err)
	}
	if len(base.Why) < 3 || base.Stream != stream || base.End == 0 {
		t.Fatalf("base: %+v", base)
	}
	// The first line names the final block, which moves.
	for _, want := range append(base.Why[1:], fmt.Sprintf("base-end %d: %d messages, %d leaves, root %s", base.End, base.Messages, base.Leaves, base.Root)) {
		if !strings.Contains(string(look), want+"\n") {
			t.Errorf("--look does not say %q", want)
		}
	}
	if list, err := n.Client.Proposals(ctx); err != nil || slices.ContainsFunc(list, func(p client.Proposal) bool { return p.Kind == "resume" }) {
		t.Errorf("--look proposed something: %+v, %v", list, err)
	}
	decideBy(ctx, t, n, append(of, "--node", string(n.NodeHome(0))), fmt.Sprintf("stream %d", stream), fmt.Sprint(base.End))
	return base
}

// decideBy has validator 0 propose by a command of bridgectl and the others approve until it has passed. show must say what it
// would do in these words.
func decideBy(ctx context.Context, t *testing.T, n *Network, propose []string, says ...string) {
	t.Helper()
	// A node that has just started again sends nothing before it has caught up.
	var out []byte
	if err := n.until(ctx, "a proposal", waitLimit, func(ctx context.Context) (bool, string) {
		b, told, err := callctl(ctx, n, propose...)
		if err != nil && !strings.Contains(told, "not ready to send transactions") {
			t.Fatalf("bridgectl %s: %v\n%s", strings.Join(propose, " "), err, told)
		}
		out = b
		return err == nil, told
	}); err != nil {
		t.Fatal(err)
	}
	t.Logf("bridgectl %s\n%s", strings.Join(propose, " "), out)
	m := regexp.MustCompile(`proposal (\d+) is in block \d+ and has this member's approval`).FindSubmatch(out)
	if m == nil {
		t.Fatal("bridgectl names no proposal")
	}
	number := string(m[1])
	// Whoever is asked may be a block behind and not know the proposal yet.
	patiently := func(args ...string) (out string) {
		t.Helper()
		if err := n.until(ctx, strings.Join(args, " "), passLimit, func(ctx context.Context) (bool, string) {
			b, told, err := callctl(ctx, n, args...)
			out = string(b)
			return err == nil, told
		}); err != nil {
			t.Fatal(err)
		}
		t.Logf("bridgectl %s\n%s", strings.Join(args, " "), out)
		return out
	}
	show := patiently("proposal", "show", number)
	for _, word := range says {
		if !strings.Contains(show, word) {
			t.Errorf("proposal show does not say %q", word)
		}
	}
	for i := 1; i < len(n.Nodes); i++ {
		if strings.Contains(patiently("proposal", "approve", number, "--node", string(n.NodeHome(i))), "is passed") {
			return
		}
	}
	t.Fatalf("proposal %s has not passed", number)
}

// bridgectl runs the program and returns what it prints to its standard output.
func bridgectl(ctx context.Context, t *testing.T, n *Network, args ...string) []byte {
	t.Helper()
	out, told, err := callctl(ctx, n, args...)
	t.Logf("bridgectl %s\n%s%s", strings.Join(args, " "), told, out)
	if err != nil {
		t.Fatalf("bridgectl %s: %v", strings.Join(args, " "), err)
	}
	return out
}

// callctl runs bridgectl; told is its standard error.
func callctl(ctx context.Context, n *Network, args ...string) (out []byte, told string, err error) {
	cmd := exec.CommandContext(ctx, filepath.Join(n.opts.Bin, "bridgectl"), append(args, "--network", n.NetworkFile())...)
	var text bytes.Buffer
	cmd.Stderr = &text
	out, err = cmd.Output()
	return out, text.String(), err
}

func headOf(ctx context.Context, t *testing.T, e *evm.Client) uint64 {
	t.Helper()
	b, err := e.Block(ctx, evm.At{Tag: evm.Latest})
	if err != nil {
		t.Fatal(err)
	}
	return b.Number
}
