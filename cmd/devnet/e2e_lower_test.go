// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"fmt"
	"math/big"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/ethclient"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridgectl/client"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/cmd/devnet/chain"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/relayer/deliver"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
)

// TestFastLanes sends fast, safe and final messages from a chain whose labels lag far behind its head, and reorganises it
// above its final block: before a fast message is certified, and after one was delivered. Fast ones come first, safe ones wait for
// their label and final ones for theirs, and so does a fast one whose recipient demands final. The certified history that the
// chain leaves stops the fast stream alone, until the committee resumes it.
func TestFastLanes(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Minute)
	defer cancel()
	n := startWith(ctx, t, Options{Lower: []message.Finality{message.Fast, message.Safe}})
	run, err := n.newTraffic(ctx)
	if err != nil {
		t.Fatal(err)
	}
	l := &lowerLanes{ctx: ctx, t: t, n: n, run: run, source: n.chains[0]}
	if _, err := run.send(ctx, 1); err != nil {
		t.Fatal(err)
	}
	l.await(run.sent...)

	l.lagBehind()
	l.dropUncertified()
	dead, taken := l.contradict()
	l.resume()

	l.source.Lag(1, 2)
	l.await(l.send(message.Final, "life goes on"), l.send(message.Safe, "at every finality"), l.send(message.Fast, "of the three"))
	if got := l.arrivals(taken); got != 0 {
		t.Errorf("the superseded message arrived %d times", got)
	}
	if err := n.until(ctx, "the relayer says that a message is superseded", waitLimit, func(context.Context) (bool, string) {
		b, err := os.ReadFile(n.Relayer.Log())
		return err == nil && strings.Contains(string(b), "reason=superseded") && strings.Contains(string(b), taken.ID.String()), "not yet"
	}); err != nil {
		t.Error(err)
	}
	st, err := n.Client.Track(ctx, message.Hash(taken.ID))
	if err != nil || len(st) != 1 || st[0].Reason != deliver.Superseded || st[0].Who != "nobody" {
		t.Errorf("track of the superseded message: %+v, %v", st, err)
	}
	for _, s := range append(slices.Clone(l.delivered), dead) {
		if got := l.arrivals(s); got != 1 {
			t.Errorf("message %s arrived %d times", s.ID, got)
		}
	}
	l.unharmed()
	auditNonces(ctx, t, n)
}

// lowerLanes sends from the first chain to the second one.
type lowerLanes struct {
	ctx       context.Context
	t         *testing.T
	n         *Network
	run       *traffic
	source    *chain.Chain
	delivered []client.Sent
}

// lagBehind: with final standing still, fast messages come; safe ones with the safe label; final ones, and those whose
// recipient demands it, with the final one.
func (l *lowerLanes) lagBehind() {
	l.t.Helper()
	l.source.Lag(chain.HoldLabels, chain.HoldLabels)
	final, safe := l.send(message.Final, "final"), l.send(message.Safe, "safe")
	one, two := l.send(message.Fast, "fast"), l.send(message.Fast, "fast again")
	l.await(one, two)
	l.under(message.Fast, one, two)
	l.wait(final, safe)

	l.source.Lag(4, chain.HoldLabels)
	l.await(safe)
	l.under(message.Safe, safe)

	picky := l.send(message.Fast, "for who demands final", l.demanding(message.Final))
	three := l.send(message.Fast, "behind it")
	l.await(three)
	l.under(message.Fast, three)
	waitBlocks(l.ctx, l.t, l.n, 4)
	l.wait(final, picky)
	if at := l.source.Final(); at >= one.Block {
		l.t.Fatalf("block %d is final, fast messages lie at %d and above: the test proves nothing", at, one.Block)
	}
	l.source.Lag(1, 2)
	l.await(final, picky)
	l.under(message.Final, final, picky)
}

// dropUncertified reorganises a fast message away before anybody may vote for it. The one that gets its nonce is delivered.
func (l *lowerLanes) dropUncertified() {
	l.t.Helper()
	l.source.Lag(chain.HoldLabels, chain.HoldLabels)
	for try := range 10 {
		lost := l.send(message.Fast, fmt.Sprint("that the chain drops ", try))
		if l.source.Head() > lost.Block+1 { // it may be voted for already
			l.await(lost)
			continue
		}
		if err := l.source.Rewind(lost.Block - 1); err != nil {
			l.t.Fatal(err)
		}
		again := l.send(message.Fast, fmt.Sprint("that the chain keeps ", try))
		if again.Nonce != lost.Nonce || again.ID == lost.ID {
			l.t.Fatalf("nonces %d, then %d: the test proves nothing", lost.Nonce, again.Nonce)
		}
		l.await(again)
		l.under(message.Fast, again)
		if got := l.arrivals(lost); got != 0 {
			l.t.Errorf("a message that was never certified arrived %d times", got)
		}
		if s := l.stream(message.Fast); s.StoppedAt != 0 || s.Generation != 1 {
			l.t.Errorf("the fast stream: %+v", s)
		}
		return
	}
	l.t.Fatal("every message was certified before it could be dropped")
}

// contradict reorganises a fast message away that was delivered. Members who see the other history become final stop the
// stream; final messages go on, and those that were asked fast come under final checkpoints.
func (l *lowerLanes) contradict() (dead, taken client.Sent) {
	l.t.Helper()
	dead = l.send(message.Fast, "of the branch that the chain leaves")
	l.await(dead)
	l.under(message.Fast, dead)
	if at := l.source.Final(); at >= dead.Block {
		l.t.Fatalf("block %d is final, the message lies at %d: the test proves nothing", at, dead.Block)
	}
	if err := l.source.Rewind(dead.Block - 1); err != nil {
		l.t.Fatal(err)
	}
	taken = l.send(message.Fast, "its nonce is taken")
	late := l.send(message.Fast, "of the branch that the chain took")
	if taken.Nonce != dead.Nonce || taken.ID == dead.ID || late.Nonce != dead.Nonce+1 {
		l.t.Fatalf("nonces %d, %d after %d: the test proves nothing", taken.Nonce, late.Nonce, dead.Nonce)
	}
	// Three of four forget what they saw: what they report they find again, in the state and in their own final windows.
	for _, p := range l.n.Nodes[:3] {
		if err := p.Kill(); err != nil {
			l.t.Fatal(err)
		}
		if err := p.Start(); err != nil {
			l.t.Fatal(err)
		}
	}
	l.source.Lag(1, 2)
	if err := l.n.until(l.ctx, "the fast stream is stopped", waitLimit, func(context.Context) (bool, string) {
		s := l.stream(message.Fast)
		return s.StoppedAt != 0 && s.Generation == 2, fmt.Sprintf("%+v", s)
	}); err != nil {
		l.t.Fatal(err)
	}
	final, fast := l.send(message.Final, "final goes on"), l.send(message.Fast, "asked fast of a stopped stream")
	l.await(late, final, fast)
	l.under(message.Final, final)
	if _, f := l.proven(fast); f == message.Fast {
		l.t.Errorf("message %s was delivered under a checkpoint of the stopped stream", fast.ID)
	}
	index := l.stream(message.Fast).Index
	for i := range l.n.Nodes {
		s, err := l.n.Status(l.ctx, i)
		if err != nil {
			l.t.Fatal(err)
		}
		l.t.Logf("node%d: problems %+v", i, s.Problems)
		if !slices.ContainsFunc(s.Problems, func(p node.Problem) bool {
			return strings.Contains(p.Text, fmt.Sprintf("stream %d ", index)) && strings.Contains(p.Text, "contradict")
		}) {
			l.t.Errorf("node%d does not say that stream %d is stopped: %+v", i, index, s.Problems)
		}
	}
	return dead, taken
}

// resume has the committee start the fast stream again.
func (l *lowerLanes) resume() {
	l.t.Helper()
	index := fmt.Sprint(l.stream(message.Fast).Index)
	decideBy(l.ctx, l.t, l.n, []string{"proposal", "resume", "--stream", index, "--node", string(l.n.NodeHome(0))}, "stream "+index)
	if s := l.stream(message.Fast); s.StoppedAt != 0 || s.Generation != 2 {
		l.t.Fatalf("the fast stream: %+v", s)
	}
	l.source.Lag(chain.HoldLabels, chain.HoldLabels)
	final, safe, fast := l.send(message.Final, "final waits"), l.send(message.Safe, "and safe"), l.send(message.Fast, "fast once more")
	l.await(fast)
	l.under(message.Fast, fast)
	l.wait(final, safe)
	l.source.Lag(4, chain.HoldLabels)
	l.await(safe)
	l.under(message.Safe, safe)
	l.wait(final)
	l.source.Lag(1, 2)
	l.await(final)
}

// unharmed: no open stream is stopped, no other than the source's fast one ever was, and nobody is blamed.
func (l *lowerLanes) unharmed() {
	l.t.Helper()
	all, err := l.n.Client.Streams(l.ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	fast := l.stream(message.Fast).Index
	for _, s := range all {
		if s.StoppedAt != 0 || s.Index != fast && s.Generation > 1 {
			l.t.Errorf("stream %+v", s)
		}
	}
	for i := range l.n.Nodes {
		s, err := l.n.Status(l.ctx, i)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, p := range s.Streams {
			if p.Halted != "" {
				l.t.Errorf("node%d: stream %+v", i, p)
			}
		}
		for _, c := range s.Conduct {
			if c.WrongVotes.Count+c.Equivocations.Count+c.InvalidShares.Count+c.Garbled.Count != 0 || c.BenchUntil != 0 || c.Suspended != 0 {
				l.t.Errorf("node%d says of %s: %+v", i, c.Moniker, c)
			}
		}
	}
}

// stream is the open one of the source with a finality.
func (l *lowerLanes) stream(f message.Finality) lanesv1.Stream {
	l.t.Helper()
	all, err := l.n.Client.Streams(l.ctx)
	if err != nil {
		l.t.Fatal(err)
	}
	i := slices.IndexFunc(all, func(s lanesv1.Stream) bool {
		return s.Chain == l.source.ID() && s.Finality == uint32(f) && s.ClosedAt == 0
	})
	if i < 0 {
		l.t.Fatalf("no %s stream of chain %d", f, l.source.ID())
	}
	return all[i]
}

// send sends a message to the second chain's inbox, or to another recipient there.
func (l *lowerLanes) send(f message.Finality, text string, to ...message.Address) client.Sent {
	l.t.Helper()
	from, target := &l.n.Info.Chains[0], &l.n.Info.Chains[1]
	by, err := l.n.Client.Sender(from.ChainID, l.n.keys.user) // a new one: it learns the account's nonce from the chain
	if err != nil {
		l.t.Fatal(err)
	}
	sent, err := l.n.Client.Send(l.ctx, by, client.Send{
		From: from.ChainID, To: target.ChainID, Target: append(to, target.Inbox)[0], Data: []byte(text), Finality: f,
	})
	if err != nil {
		l.t.Fatal(err)
	}
	return sent
}

func selector(signature string) []byte {
	h := message.Keccak([]byte(signature))
	return h[:4]
}

// await waits until messages have arrived.
func (l *lowerLanes) await(list ...client.Sent) {
	l.t.Helper()
	if err := l.run.await(l.ctx, list, waitLimit); err != nil {
		l.t.Fatal(err)
	}
	l.delivered = append(l.delivered, list...)
}

// wait demands that messages have not arrived.
func (l *lowerLanes) wait(list ...client.Sent) {
	l.t.Helper()
	for _, s := range list {
		if l.arrivals(s) != 0 {
			l.t.Errorf("message %s of block %d arrived, block %d is final", s.ID, s.Block, l.source.Final())
		}
	}
}

func (l *lowerLanes) arrivals(s client.Sent) int { return len(l.run.observers[s.Target].of(s.ID)) }

// under demands that messages were delivered under a checkpoint of a finality.
func (l *lowerLanes) under(want message.Finality, list ...client.Sent) {
	l.t.Helper()
	for _, s := range list {
		if asked, got := l.proven(s); got != want {
			l.t.Errorf("message %s (asked %s) was delivered under a checkpoint of finality %s, want %s", s.ID, asked, got, want)
		}
	}
}

// proven is the finality that the proof in a message's delivery asks for, and that of its checkpoint (docs/spec/contracts.md).
func (l *lowerLanes) proven(s client.Sent) (asked, checkpoint message.Finality) {
	l.t.Helper()
	c, err := ethclient.DialContext(l.ctx, l.n.Info.Chains[1].URLs[0])
	if err != nil {
		l.t.Fatal(err)
	}
	defer c.Close()
	abi, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil {
		l.t.Fatal(err)
	}
	tx, _, err := c.TransactionByHash(l.ctx, common.Hash(l.run.observers[s.Target].of(s.ID)[0].tx))
	if err != nil {
		l.t.Fatal(err)
	}
	in, err := abi.Methods["receiveMessage"].Inputs.Unpack(tx.Data()[4:])
	if err != nil {
		l.t.Fatal(err)
	}
	flags := in[4].([]byte)[0]
	return message.Finality(flags >> 1 & 3), message.Finality(flags >> 3 & 3)
}

// demanding deploys a recipient on the second chain that has demanded a finality and takes every message.
func (l *lowerLanes) demanding(f message.Finality) message.Address {
	l.t.Helper()
	at := &l.n.Info.Chains[1]
	c, err := ethclient.DialContext(l.ctx, at.URLs[0])
	if err != nil {
		l.t.Fatal(err)
	}
	defer c.Close()
	word := func(b []byte) []byte { return append([]byte{0x7f}, common.RightPadBytes(b, 32)...) } // PUSH32
	store := []byte{0x60, 0, 0x52}                                                                // PUSH1 0 MSTORE
	code := slices.Concat(word(selector("receiveMessage(bytes32,bytes,bytes)")), store, []byte{0x60, 32, 0x60, 0, 0xf3})
	// manager.setDemandedFinality(f), then CODECOPY and RETURN of the code behind.
	init := slices.Concat(word(selector("setDemandedFinality(uint8)")), store, []byte{0x60, byte(f), 0x60, 4, 0x52},
		[]byte{0x60, 0, 0x60, 0, 0x60, 36, 0x60, 0, 0x60, 0, 0x73}, at.Manager[:], []byte{0x5a, 0xf1, 0x50})
	length, offset := byte(len(code)), byte(len(init)+12)
	init = append(init, 0x60, length, 0x60, offset, 0x60, 0, 0x39, 0x60, length, 0x60, 0, 0xf3)
	opts := transactor(l.ctx, l.n.keys.deployer, at.ChainID)
	nonce, err := c.PendingNonceAt(l.ctx, opts.From)
	if err != nil {
		l.t.Fatal(err)
	}
	tx, err := opts.Signer(opts.From, types.NewTx(&types.DynamicFeeTx{
		Nonce: nonce, GasTipCap: big.NewInt(1e9), GasFeeCap: big.NewInt(1e11), Gas: 500_000, Data: append(init, code...),
	}))
	if err != nil {
		l.t.Fatal(err)
	}
	if err := c.SendTransaction(l.ctx, tx); err != nil {
		l.t.Fatal(err)
	}
	r, err := bind.WaitMined(l.ctx, c, tx)
	if err != nil || r.Status != types.ReceiptStatusSuccessful || len(r.Logs) != 1 {
		l.t.Fatalf("recipient: %+v, %v", r, err)
	}
	return message.Address(r.ContractAddress)
}
