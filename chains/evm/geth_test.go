// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	gethnode "github.com/ethereum/go-ethereum/node"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/contracts/bindings"
)

var testBridge = message.BridgeID("aitbc-test-1")

type keyAccount struct{ key *ecdsa.PrivateKey }

func (k keyAccount) Address() [20]byte { return crypto.PubkeyToAddress(k.key.PublicKey) }
func (k keyAccount) SignTx(tx *types.Transaction, id *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(id), k.key)
}

// geth is go-ethereum in this process, its JSON-RPC on loopback, with a sealed manager that
// has a lane to and from chain 31338.
type geth struct {
	t       testing.TB
	sim     *simulated.Backend
	url     string
	account keyAccount
	auth    *bind.TransactOpts
	client  *Client
	manager *bindings.CrossChainManager
}

func newGeth(t testing.TB) *geth {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("test")))
	if err != nil {
		t.Fatal(err)
	}
	g := &geth{t: t, account: keyAccount{key}, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	rich := types.GenesisAlloc{g.account.Address(): {Balance: new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1000))}}
	g.sim = simulated.NewBackend(rich, func(n *gethnode.Config, e *ethconfig.Config) {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = "127.0.0.1", port, []string{"eth"}
		c := *e.Genesis.Config
		c.ChainID = big.NewInt(31337)
		genesis := core.Genesis{Config: &c, GasLimit: 60_000_000, Alloc: e.Genesis.Alloc}
		e.Genesis, e.NetworkId = &genesis, 31337
	})
	t.Cleanup(func() { g.sim.Close() })
	g.auth = &bind.TransactOpts{From: g.account.Address(), Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return g.account.SignTx(tx, big.NewInt(31337))
	}}
	var timelocks [3]common.Address
	for i := range timelocks {
		a, _, _, err := bindings.DeployTimelockController(g.auth, g.sim.Client(), big.NewInt(0), nil, nil, g.auth.From)
		g.ok(err)
		timelocks[i] = a
		g.sim.Commit()
	}
	px := crypto.CompressPubkey(&key.PublicKey)[1:]
	address, _, m, err := bindings.DeployCrossChainManager(g.auth, g.sim.Client(), testBridge, new(big.Int).SetBytes(px), 1,
		timelocks[0], timelocks[1], timelocks[2], []common.Address{g.auth.From}, true)
	g.ok(err)
	g.sim.Commit()
	g.manager = m
	g.do(m.AddLane(g.auth, big.NewInt(31338), 3, common.Address{0x22}))
	g.do(m.Seal(g.auth))
	if g.client, err = New(context.Background(), Config{ChainID: 31337, Manager: message.Address(address), URLs: []string{g.url}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.client.Close)
	return g
}

func (g *geth) ok(err error) {
	g.t.Helper()
	if err != nil {
		g.t.Fatal(err)
	}
}

func (g *geth) do(_ *types.Transaction, err error) {
	g.t.Helper()
	g.ok(err)
	g.sim.Commit()
}

func (g *geth) mine(n int) {
	for range n {
		g.sim.Commit()
	}
}

func (g *geth) send(data string) {
	g.t.Helper()
	g.do(g.manager.SendMessage(g.auth, big.NewInt(31338), common.Address{0x33}, []byte(data)))
}

func (g *geth) config() stream.Config {
	return stream.Config{
		BridgeID: testBridge, Stride: 2,
		Stream: message.Stream{Chain: 31337, Manager: g.client.Manager(), Finality: message.Final, Epoch: 1},
	}
}

var errIdle = errors.New("idle")

func TestFollowRealManager(t *testing.T) {
	g := newGeth(t)
	ctx := context.Background()
	for i := range 3 {
		g.send(fmt.Sprintf("message %d", i))
	}
	g.send("") // empty data
	head, err := g.client.Block(ctx, atLatest)
	g.ok(err)
	if _, err := g.client.Batch(ctx, g.config(), 0, head.Number); !errors.Is(err, message.ErrNotFinal) {
		t.Fatalf("batch up to the head: %v", err)
	}
	g.mine(64)
	mem := store.NewMemory()
	var final uint64
	run := func() error {
		return follow.Run(ctx, follow.Config{
			Stream: g.config(), Source: g.client, Store: mem, MaxBlocks: 7, ReplayFrom: follow.NoReplay,
			OnFinal: func(b uint64) { final = b },
			Sleep:   func(context.Context, time.Duration) error { return errIdle },
		})
	}
	if err := run(); !errors.Is(err, errIdle) {
		t.Fatal(err)
	}
	state, ok, err := mem.Load()
	g.ok(err)
	if !ok || state.Messages != 4 || final < 31 {
		t.Fatalf("state %+v, final %d", state, final)
	}
	leaves, err := mem.Leaves(0, 10)
	g.ok(err)
	if m := leaves[2].Message; string(m.Data) != "message 2" || m.Nonce != 3 || message.Hash(m.ID()) != leaves[2].Hash {
		t.Errorf("leaf %+v", m)
	}
	ev, err := g.client.Evidence(ctx, g.config(), stream.Need{At: final, Blocks: []uint64{1, final}, Lanes: []stream.OutboundKey{{TargetChain: 31338, Finality: message.Final}}})
	g.ok(err)
	if len(ev.Ends) != 2 || len(ev.Counters) != 1 || ev.Counters[0].Nonce != 4 {
		t.Errorf("evidence %+v", ev)
	}
}

func TestViewsAndSimulation(t *testing.T) {
	g := newGeth(t)
	ctx := context.Background()
	g.send("x")
	px, version, err := g.client.GroupKey(ctx)
	g.ok(err)
	if px == [32]byte{} || version != 1 {
		t.Errorf("group key %x, version %d", px, version)
	}
	out, err := g.client.Outbound(ctx, 31338, message.Final, At{Tag: Latest})
	g.ok(err)
	if out.Nonce != 1 || out.Remote != (message.Address{0x22}) || !out.PausedUntil.IsZero() {
		t.Errorf("outbound %+v", out)
	}
	in, err := g.client.Inbound(ctx, 31338, message.Final)
	g.ok(err)
	if in.Remote != (message.Address{0x22}) {
		t.Errorf("inbound %+v", in)
	}
	bridge, err := g.client.BridgeID(ctx)
	g.ok(err)
	sealed, err := g.client.IsSealed(ctx)
	g.ok(err)
	lane := message.Lane{SourceChain: 31338, SourceManager: message.Address{0x22}, Finality: message.Final}
	delivered, err := g.client.Delivered(ctx, lane, 1, At{Tag: Latest})
	g.ok(err)
	if bridge != testBridge || !sealed || delivered {
		t.Errorf("bridge %s, sealed %t, delivered %t", bridge, sealed, delivered)
	}
	m := &message.Message{SourceChain: 31338, Target: message.Address{1}, Data: []byte("x")}
	data, err := ReceiveMessageData(m, []byte{1, 2, 3})
	g.ok(err)
	err = g.client.Simulate(ctx, message.Address{5}, data, 0)
	if r, ok := IsReverted(err); !ok || r.Name != "ProofTooShort" || len(r.Args) != 2 {
		t.Errorf("simulated: %v", err)
	}
	g.do(g.manager.PauseAll(g.auth))
	send, err := managerABI().Pack("sendMessage", big.NewInt(31338), common.Address{0x33}, []byte("hi"))
	g.ok(err)
	err = g.client.Simulate(ctx, message.Address{5}, send, 0)
	if r, ok := IsReverted(err); !ok || r.Name != "EverythingIsPaused" {
		t.Errorf("simulated while paused: %v", err)
	}
	until, err := g.client.AllPausedUntil(ctx)
	g.ok(err)
	if until.IsZero() {
		t.Error("pause is not seen")
	}
	if _, err := New(ctx, Config{ChainID: 31338, Manager: g.client.Manager(), URLs: []string{g.url}}); !errors.Is(err, ErrWrongChain) {
		t.Errorf("other chain: %v", err)
	}
}

// TestSendOnGeth mines one block at each look, so that no time passes.
func TestSendOnGeth(t *testing.T) {
	g := newGeth(t)
	ctx := context.Background()
	tm, err := NewTransactionManager(TxConfig{
		Endpoint: g.client, ChainID: 31337, Account: g.account, Confirmations: 2,
		Sleep: func(context.Context, time.Duration) error { g.sim.Commit(); return nil },
	})
	g.ok(err)
	data, err := managerABI().Pack("sendMessage", big.NewInt(31338), common.Address{0x33}, []byte("hi"))
	g.ok(err)
	for range 2 {
		r, err := tm.Send(ctx, g.client.Manager(), data, 300_000)
		g.ok(err)
		if !r.Success || len(r.Logs) != 2 || r.Logs[0].Topics[0] != topicSent {
			t.Fatalf("receipt %+v", r)
		}
	}
	if _, err := tm.Send(ctx, g.client.Manager(), []byte{1, 2, 3, 4}, 100_000); err == nil {
		t.Error("a reverted transaction succeeded")
	} else if r := new(TxRevertedError); !errors.As(err, &r) {
		t.Errorf("reverted: %v", err)
	}
	if _, err := tm.Send(ctx, g.client.Manager(), data, 20_000); !errors.Is(err, ErrRefused) {
		t.Errorf("too little gas: %v", err)
	}
	poor, _ := crypto.GenerateKey()
	tm, err = NewTransactionManager(TxConfig{Endpoint: g.client, ChainID: 31337, Account: keyAccount{poor}})
	g.ok(err)
	if _, err := tm.Send(ctx, g.client.Manager(), data, 300_000); !errors.Is(err, ErrFunds) {
		t.Errorf("no funds: %v", err)
	}
}
