// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"crypto/ecdsa"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"net"
	"slices"
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

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

// demanding is the code of a recipient that takes everything. A call of 0xff, an address and data makes it call that address
// with the data: so it demands a finality.
const demanding = "5f3560f81c60ff14601957632432ef2660e01b5f5260205ff35b601536038060155f375f5f825f5f60013560601c5af115603557005b5f5ffd"

type payer struct{ key *ecdsa.PrivateKey }

func (p payer) Address() [20]byte { return crypto.PubkeyToAddress(p.key.PublicKey) }
func (p payer) SignTx(tx *types.Transaction, id *big.Int) (*types.Transaction, error) {
	return types.SignTx(tx, types.LatestSignerForChainID(id), p.key)
}

// chain is go-ethereum in this process with a sealed manager that has lanes of every finality from the scripted source.
type chain struct {
	t       *testing.T
	sim     *simulated.Backend
	client  *evm.Client
	sender  *evm.TransactionManager
	manager *bindings.CrossChainManager
	inbox   common.Address
	picky   common.Address // demands final
	payer   payer
}

func newChain(t *testing.T, key testKey) *chain {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	secret, err := crypto.ToECDSA(crypto.Keccak256([]byte("test")))
	if err != nil {
		t.Fatal(err)
	}
	c := &chain{t: t, payer: payer{secret}, picky: common.Address{0x99}}
	alloc := types.GenesisAlloc{
		c.payer.Address(): {Balance: new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1000))},
		c.picky:           {Code: common.FromHex(demanding), Balance: new(big.Int)},
	}
	c.sim = simulated.NewBackend(alloc, func(n *gethnode.Config, e *ethconfig.Config) {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = "127.0.0.1", port, []string{"eth"}
		cfg := *e.Genesis.Config
		cfg.ChainID = big.NewInt(31338)
		e.Genesis, e.NetworkId = &core.Genesis{Config: &cfg, GasLimit: 60_000_000, Alloc: e.Genesis.Alloc}, 31338
	})
	t.Cleanup(func() { _ = c.sim.Close() })
	auth := &bind.TransactOpts{From: c.payer.Address(), Signer: func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return c.payer.SignTx(tx, big.NewInt(31338))
	}}
	var timelocks [3]common.Address
	for i := range timelocks {
		a, tx, _, err := bindings.DeployTimelockController(auth, c.sim.Client(), new(big.Int), nil, nil, auth.From)
		c.do(tx, err)
		timelocks[i] = a
	}
	address, tx, m, err := bindings.DeployCrossChainManager(auth, c.sim.Client(), [32]byte{1}, new(big.Int).SetBytes(key.pk[:]), 1,
		timelocks[0], timelocks[1], timelocks[2], []common.Address{auth.From}, true)
	c.do(tx, err)
	c.manager = m
	for f := message.Fast; f <= message.Final; f++ {
		c.do(m.AddLane(auth, big.NewInt(31337), uint8(f), common.Address{0xa}))
	}
	c.do(m.Seal(auth))
	inbox, tx, _, err := bindings.DeployInbox(auth, c.sim.Client(), address)
	c.do(tx, err)
	c.inbox = inbox
	if c.client, err = evm.New(t.Context(), evm.Config{ChainID: 31338, Manager: message.Address(address), URLs: []string{fmt.Sprintf("http://127.0.0.1:%d", port)}}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.client.Close)
	if c.sender, err = evm.NewTransactionManager(evm.TxConfig{
		Endpoint: c.client, ChainID: 31338, Account: c.payer,
		Sleep: func(context.Context, time.Duration) error { c.sim.Commit(); return nil },
	}); err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *chain) do(_ *types.Transaction, err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
	c.sim.Commit()
}

// demand makes the picky recipient demand a finality.
func (c *chain) demand(f message.Finality) {
	c.t.Helper()
	abi, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil {
		c.t.Fatal(err)
	}
	call, err := abi.Pack("setDemandedFinality", uint8(f))
	if err != nil {
		c.t.Fatal(err)
	}
	manager := c.client.Manager()
	if _, err := c.sender.Send(c.t.Context(), message.Address(c.picky), slices.Concat([]byte{0xff}, manager[:], call), 200_000); err != nil {
		c.t.Fatal(err)
	}
}

// follow reads the target's own final blocks, as many as there are.
func (c *chain) follow(s *source) {
	c.t.Helper()
	idle := errors.New("idle")
	if err := follow.Run(c.t.Context(), follow.Config{
		Stream: s.cfg, Source: c.client, Store: s.store, ReplayFrom: follow.NoReplay,
		Sleep: func(context.Context, time.Duration) error { return idle },
	}); !errors.Is(err, idle) {
		c.t.Fatal(err)
	}
}

// The real manager takes what the relayer makes of certificates below final: a fast message under a fast checkpoint, once; one to a
// recipient that demands more under the final one alone; and a message whose nonce a dead branch took is superseded.
func TestBelowFinalOnTheRealManager(t *testing.T) {
	key := newTestKey(t, 424242)
	c := newChain(t, key)
	a := newAheadOf(t, key, c.client.Manager())
	a.w = newWorker(NewTarget(c.client, c.sender, c.payer.Address()), a.r.list, slog.New(slog.DiscardHandler))
	c.demand(message.Final)
	send := func(f message.Finality, to common.Address, data string) message.Message {
		m := a.chain.Send(31338, f, message.Address{5}, message.Address(to), []byte(data))
		a.chain.Mine(1)
		return m
	}
	arrived := func(m message.Message, want bool) {
		t.Helper()
		is, err := c.client.Delivered(t.Context(), m.Lane(), m.Nonce, evm.At{Tag: evm.Latest})
		if err != nil || is != want {
			t.Errorf("message %q arrived: %t, %v", m.Data, is, err)
		}
	}

	first := send(message.Fast, c.inbox, "one")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(message.Fast, nil, 3))
	if got := a.round(); got[Delivered] != 1 {
		t.Fatalf("on the empty tree: %v", got)
	}
	a.settle(3)
	base := a.certify()
	var many []message.Message
	for i := range 5 {
		many = append(many, send(message.Fast, c.inbox, fmt.Sprint(i)))
	}
	plain := send(message.Final, c.inbox, "plain")
	wait := send(message.Fast, c.picky, "wait")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(message.Fast, &base, a.chain.Head().Number/2*2-3))
	if got := a.round(); got[Delivered] != 5 || got[FinalityDemanded] != 1 || len(got) != 2 {
		t.Fatalf("on a certified tree: %v", got)
	}
	for _, m := range append(many, first) {
		arrived(m, true)
	}
	arrived(plain, false)
	arrived(wait, false)
	dead := send(message.Fast, c.inbox, "dead")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(message.Fast, &base, a.chain.Head().Number/2*2-3))
	if got := a.round(); got[Delivered] != 1 || got[FinalityDemanded] != 1 {
		t.Fatalf("before the reorganisation: %v", got)
	}
	a.chain.Reorg(5)
	alive := send(message.Fast, c.inbox, "alive")
	if alive.Lane() != dead.Lane() || alive.Nonce != dead.Nonce || alive.ID() == dead.ID() {
		t.Fatal("no other message under the nonce: the test proves nothing")
	}
	a.chain.Mine(4)
	a.settle(a.chain.Head().Number/2*2 - 3)
	a.certify()
	c.follow(a.own)
	if got := a.round(); got[Delivered] != 2 || got[Certified] != 1 || len(got) != 2 {
		t.Fatalf("under the final one: %v", got)
	}
	arrived(plain, true)
	arrived(wait, true)
	for range 80 { // until the deliveries are final
		c.sim.Commit()
	}
	c.follow(a.own)
	if got := a.round(); got[Superseded] != 1 || len(got) != 1 || a.w.queue.Len() != 0 {
		t.Errorf("of the surviving branch: %v", got)
	}
}
