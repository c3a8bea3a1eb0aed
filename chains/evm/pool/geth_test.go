// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"net"
	"testing"

	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	gethnode "github.com/ethereum/go-ethereum/node"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
)

// geth is go-ethereum in this process with blocks already mined and JSON-RPC on loopback.
func geth(t *testing.T, alloc types.GenesisAlloc) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	sim := simulated.NewBackend(alloc, func(n *gethnode.Config, e *ethconfig.Config) {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = "127.0.0.1", port, []string{"eth"}
		c := *e.Genesis.Config
		c.ChainID = new(big.Int).SetUint64(uint64(testChain))
		genesis := core.Genesis{Config: &c, GasLimit: 60_000_000, Alloc: e.Genesis.Alloc}
		e.Genesis, e.NetworkId = &genesis, uint64(testChain)
	})
	t.Cleanup(func() { sim.Close() })
	for range 70 {
		sim.Commit()
	}
	return fmt.Sprintf("http://127.0.0.1:%d", port)
}

// forger is a real endpoint behind somebody who changes what it says.
type forger struct{ evm.Endpoint }

func (f forger) Block(ctx context.Context, at evm.At) (evm.Block, error) {
	b, err := f.Endpoint.Block(ctx, at)
	if b.Number > 0 {
		b.Parent[0]++
	}
	return b, err
}

func (f forger) Call(context.Context, evm.Call, evm.At) ([]byte, error) { return []byte{1}, nil }

// Two real chains with one chain id: the second differs in its genesis, so it has no voice.
func TestRealChains(t *testing.T) {
	// The contract returns its own balance in 32 bytes.
	contract := message.Address{0x77}
	code := []byte{0x47, 0x5f, 0x52, 0x60, 0x20, 0x5f, 0xf3}
	url := geth(t, types.GenesisAlloc{[20]byte(contract): {Code: code, Balance: big.NewInt(11)}})
	other := geth(t, types.GenesisAlloc{[20]byte(contract): {Code: code, Balance: big.NewInt(12)}})
	dial := func(url string) evm.Endpoint {
		e, err := evm.Dial(url)
		if err != nil {
			t.Fatal(err)
		}
		return e
	}
	first := dial(url)
	defer first.Close()
	genesis, err := first.Block(t.Context(), evm.At{})
	if err != nil {
		t.Fatal(err)
	}
	p, err := New(Config{Chain: testChain, Genesis: genesis.Hash, Agree: 2, Members: []Member{
		{Name: "foreign", Operator: "a", Endpoint: dial(other)},
		{Name: "forged", Operator: "b", Endpoint: forger{dial(url)}},
		{Name: "good", Operator: "c", Endpoint: dial(url)},
	}})
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	ctx := t.Context()
	if b, err := p.Block(ctx, evm.At{Tag: evm.Latest}); !errors.Is(err, ErrDisagree) {
		t.Errorf("one voice and a forged one: %+v, %v", b, err)
	}
	if err := p.Set([]Member{
		{Name: "foreign", Operator: "a", Endpoint: dial(other)},
		{Name: "forged", Operator: "b", Endpoint: forger{dial(url)}},
		{Name: "good", Operator: "c", Endpoint: dial(url)},
		{Name: "better", Operator: "a", Endpoint: dial(url)},
	}); err != nil {
		t.Fatal(err)
	}
	for _, tag := range []evm.Tag{evm.Latest, evm.Safe, evm.Finalized} {
		want, err := first.Block(ctx, evm.At{Tag: tag})
		if err != nil {
			t.Fatal(err)
		}
		if b, err := p.Block(ctx, evm.At{Tag: tag}); err != nil || b.BlockRef != want.BlockRef {
			t.Errorf("%s: %+v, %v, want %+v", tag, b, err, want)
		}
	}
	out, err := p.Call(ctx, evm.Call{To: contract}, evm.At{Tag: evm.Latest})
	if err != nil || len(out) != 32 || out[31] != 11 {
		t.Errorf("call: %x, %v", out, err)
	}
	if c, err := p.Code(ctx, contract); err != nil || string(c) != string(code) {
		t.Errorf("code: %x, %v", c, err)
	}
	if logs, err := p.Logs(ctx, contract, nil, 1, 60); err != nil || len(logs) != 0 {
		t.Errorf("logs: %v, %v", logs, err)
	}
	if _, ok, err := p.Receipt(ctx, message.Hash{1}); err != nil || ok {
		t.Errorf("receipt: %t, %v", ok, err)
	}
	if n, err := p.TxNonce(ctx, contract); err != nil || n > 1 {
		t.Errorf("nonce: %d, %v", n, err)
	}
	if _, err := p.Block(ctx, evm.At{Number: 1 << 40}); !errors.Is(err, evm.ErrNoBlock) {
		t.Errorf("far ahead: %v", err)
	}
	states := map[string]State{}
	for _, m := range p.Health().Members {
		states[m.Name] = m.State
		if m.Name == "forged" && m.Dissents == 0 {
			t.Errorf("%+v", m)
		}
	}
	if states["foreign"] != StateWrongChain || states["forged"] != StateDemoted || states["good"] != StateHealthy {
		t.Errorf("states %v", states)
	}
}
