// SPDX-License-Identifier: Apache-2.0

package faultproxy_test

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"os"
	"testing"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	gethnode "github.com/ethereum/go-ethereum/node"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/contracts/bindings"
)

const (
	chainID  = 31337
	targetID = 31338
)

var (
	testBridge = message.BridgeID("aitbc-test-1")
	topicSent  = message.Keccak([]byte("CrossChainMessage(uint256,uint256,bytes32,address,bytes)"))
)

// geth is go-ethereum in this process with a sealed manager, three messages in one block each and 70 blocks on top.
type geth struct {
	sim     *simulated.Backend
	url     string
	manager message.Address
	binding *bindings.CrossChainManager
	auth    *bind.TransactOpts
	first   uint64 // block of the first message; the others follow
	head    uint64
	txs     []message.Hash // of the messages
	hash    message.Hash   // of block first
}

// upstream serves all tests: none of them changes it, but for those that mine on top.
var upstream *geth

func TestMain(m *testing.M) {
	flag.Parse()
	if flag.Lookup("test.fuzz").Value.String() != "" {
		os.Exit(m.Run()) // decoders need no chain, whose goroutines would blur what the fuzzer learns
	}
	g, err := newGeth()
	if err != nil {
		fmt.Fprintln(os.Stderr, "chain of the tests:", err)
		os.Exit(1)
	}
	upstream = g
	code := m.Run()
	if err := g.sim.Close(); err != nil {
		fmt.Fprintln(os.Stderr, "chain of the tests:", err)
		code = 1
	}
	os.Exit(code)
}

func newGeth() (*geth, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	key, err := crypto.ToECDSA(crypto.Keccak256([]byte("test")))
	if err != nil {
		return nil, err
	}
	from := crypto.PubkeyToAddress(key.PublicKey)
	g := &geth{url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	rich := types.GenesisAlloc{from: {Balance: new(big.Int).Mul(big.NewInt(1e18), big.NewInt(1000))}}
	g.sim = simulated.NewBackend(rich, func(n *gethnode.Config, e *ethconfig.Config) {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = "127.0.0.1", port, []string{"eth", "net"}
		n.WSHost, n.WSPort, n.WSModules = "127.0.0.1", port, []string{"eth"}
		c := *e.Genesis.Config
		c.ChainID = big.NewInt(chainID)
		e.Genesis, e.NetworkId = &core.Genesis{Config: &c, GasLimit: 60_000_000, Alloc: e.Genesis.Alloc}, chainID
	})
	g.auth = &bind.TransactOpts{From: from, Signer: signer(key)}
	if err := g.deploy(key); err != nil {
		return nil, fmt.Errorf("%w (%w)", err, g.sim.Close())
	}
	return g, nil
}

func signer(key *ecdsa.PrivateKey) bind.SignerFn {
	return func(_ common.Address, tx *types.Transaction) (*types.Transaction, error) {
		return types.SignTx(tx, types.LatestSignerForChainID(big.NewInt(chainID)), key)
	}
}

func (g *geth) deploy(key *ecdsa.PrivateKey) error {
	var locks [3]common.Address
	for i := range locks {
		a, _, _, err := bindings.DeployTimelockController(g.auth, g.sim.Client(), big.NewInt(0), nil, nil, g.auth.From)
		if err != nil {
			return err
		}
		locks[i] = a
		g.sim.Commit()
	}
	px := new(big.Int).SetBytes(crypto.CompressPubkey(&key.PublicKey)[1:])
	address, _, m, err := bindings.DeployCrossChainManager(g.auth, g.sim.Client(), testBridge, px, 1, locks[0], locks[1], locks[2], []common.Address{g.auth.From}, true)
	if err != nil {
		return err
	}
	g.sim.Commit()
	g.manager, g.binding = message.Address(address), m
	acts := []func() (*types.Transaction, error){
		func() (*types.Transaction, error) {
			return m.AddLane(g.auth, big.NewInt(targetID), 3, common.Address{0x22})
		},
		func() (*types.Transaction, error) { return m.Seal(g.auth) },
	}
	for i := range 3 {
		acts = append(acts, func() (*types.Transaction, error) {
			return m.SendMessage(g.auth, big.NewInt(targetID), common.Address{0x33}, fmt.Appendf(nil, "message %d", i))
		})
	}
	for i, act := range acts {
		tx, err := act()
		if err != nil {
			return err
		}
		block := g.sim.Commit()
		if i < 2 {
			continue
		}
		g.txs = append(g.txs, message.Hash(tx.Hash()))
		if i == 2 {
			g.hash = message.Hash(block)
		}
	}
	for range 70 {
		g.sim.Commit()
	}
	g.first, g.head = 7, 79
	return nil
}

// request is a body of one call.
func request(method string, params ...any) []byte {
	if params == nil {
		params = []any{}
	}
	b, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 7, "method": method, "params": params})
	if err != nil {
		panic(err)
	}
	return b
}

// batch is a body of calls with the ids 1, 2, …
func batch(methods ...string) []byte {
	var list []any
	for i, m := range methods {
		list = append(list, map[string]any{"jsonrpc": "2.0", "id": i + 1, "method": m, "params": []any{}})
	}
	b, err := json.Marshal(list)
	if err != nil {
		panic(err)
	}
	return b
}

// response is what came back, as far as it came.
type response struct {
	status int
	header http.Header
	body   []byte
	err    error
}

var client = &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}

func post(url string, body []byte) response {
	res, err := client.Post(url, "application/json", bytes.NewReader(body))
	if err != nil {
		return response{err: err}
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	return response{res.StatusCode, res.Header, b, err}
}

// rpcAnswer is a decoded answer.
type rpcAnswer struct {
	Version string          `json:"jsonrpc"`
	ID      json.RawMessage `json:"id"`
	Result  any             `json:"result"`
	Error   *struct {
		Code    int    `json:"code"`
		Message string `json:"message"`
	} `json:"error"`
}

func (r response) answer(t *testing.T) rpcAnswer {
	t.Helper()
	var a rpcAnswer
	if r.err != nil || r.status != http.StatusOK {
		t.Fatalf("status %d: %v", r.status, r.err)
	}
	if err := json.Unmarshal(r.body, &a); err != nil {
		t.Fatalf("%s: %v", r.body, err)
	}
	return a
}

// result is the result of an answer that must be no error.
func (r response) result(t *testing.T) any {
	t.Helper()
	a := r.answer(t)
	if a.Error != nil {
		t.Fatalf("error %d: %s", a.Error.Code, a.Error.Message)
	}
	return a.Result
}

func start(t *testing.T, o faultproxy.Options, rules ...faultproxy.Rule) *faultproxy.Server {
	t.Helper()
	o.Rules = rules
	s, err := faultproxy.Start(upstream.url, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

// allLogs asks for all logs of the manager.
func allLogs() []byte {
	return request("eth_getLogs", map[string]any{"address": upstream.manager, "fromBlock": "0x0", "toBlock": hex(upstream.head)})
}

func hex(n uint64) string { return fmt.Sprintf("0x%x", n) }
