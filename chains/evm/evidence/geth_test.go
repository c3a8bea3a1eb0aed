// SPDX-License-Identifier: Apache-2.0

package evidence

import (
	"bytes"
	"crypto/ecdsa"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/big"
	"net"
	"net/http"
	"slices"
	"testing"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core"
	"github.com/ethereum/go-ethereum/core/types"
	"github.com/ethereum/go-ethereum/crypto"
	"github.com/ethereum/go-ethereum/crypto/kzg4844"
	"github.com/ethereum/go-ethereum/eth/ethconfig"
	"github.com/ethereum/go-ethereum/ethclient/simulated"
	gethnode "github.com/ethereum/go-ethereum/node"
	"github.com/holiman/uint256"

	"github.com/aitbc/bridge/chains/message"
)

const testChain = 31337

// emitter emits n logs with one topic; calldata is n and the topic, each a word. Log i of n has
// the word n-i as data. In EVM assembly: n, then while n > 0 { mem[0] = n; LOG1(0, 32, topic); n-- }.
var emitter = append(common.FromHex("601b8060095f395ff3"), common.FromHex("5f355b801560195780"+"5f526020356020"+"5fa16001900360"+"02565b00")...)

// chain is go-ethereum in this process with two emitters; its JSON-RPC is on loopback.
type chain struct {
	t      testing.TB
	sim    *simulated.Backend
	url    string
	keys   [3]*ecdsa.PrivateKey // sender, sender of blobs, authority of a delegation
	nonces [3]uint64
	at     [2]common.Address
}

func newChain(t testing.TB) *chain {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	port := l.Addr().(*net.TCPAddr).Port
	l.Close()
	c := &chain{t: t, url: fmt.Sprintf("http://127.0.0.1:%d", port)}
	alloc := types.GenesisAlloc{}
	for i := range c.keys {
		c.keys[i], err = crypto.ToECDSA(crypto.Keccak256([]byte{byte(i)}))
		c.ok(err)
		alloc[crypto.PubkeyToAddress(c.keys[i].PublicKey)] = types.Account{Balance: new(big.Int).Lsh(big.NewInt(1), 80)}
	}
	c.sim = simulated.NewBackend(alloc, func(n *gethnode.Config, e *ethconfig.Config) {
		n.HTTPHost, n.HTTPPort, n.HTTPModules = "127.0.0.1", port, []string{"eth"}
		rules := *e.Genesis.Config
		rules.ChainID = big.NewInt(testChain)
		e.Genesis, e.NetworkId = &core.Genesis{Config: &rules, GasLimit: 60_000_000, Alloc: e.Genesis.Alloc}, testChain
	})
	t.Cleanup(func() { c.sim.Close() })
	for i := range c.at {
		c.at[i] = crypto.CreateAddress(crypto.PubkeyToAddress(c.keys[0].PublicKey), c.nonces[0])
		c.send(0, &types.LegacyTx{GasPrice: gwei(3), Gas: 200_000, Data: emitter})
	}
	c.mine()
	return c
}

// mine makes a block of all that was sent; the pool takes transactions in behind its answer.
func (c *chain) mine() {
	c.t.Helper()
	for i, key := range c.keys {
		for n := uint64(0); n < c.nonces[i]; {
			var err error
			n, err = c.sim.Client().PendingNonceAt(c.t.Context(), crypto.PubkeyToAddress(key.PublicKey))
			c.ok(err)
		}
	}
	c.sim.Commit()
}

func gwei(n int64) *big.Int { return new(big.Int).Mul(big.NewInt(n), big.NewInt(1e9)) }

func (c *chain) ok(err error) {
	c.t.Helper()
	if err != nil {
		c.t.Fatal(err)
	}
}

// send signs a transaction of account who, sets its nonce and hands it to the pool.
func (c *chain) send(who int, inner types.TxData) {
	c.t.Helper()
	nonce := c.nonces[who]
	switch tx := inner.(type) {
	case *types.LegacyTx:
		tx.Nonce = nonce
	case *types.AccessListTx:
		tx.Nonce = nonce
	case *types.DynamicFeeTx:
		tx.Nonce = nonce
	case *types.BlobTx:
		tx.Nonce = nonce
	case *types.SetCodeTx:
		tx.Nonce = nonce
	}
	tx, err := types.SignNewTx(c.keys[who], types.LatestSignerForChainID(big.NewInt(testChain)), inner)
	c.ok(err)
	c.ok(c.sim.Client().SendTransaction(c.t.Context(), tx))
	c.nonces[who]++
}

// emit is calldata for n logs.
func emit(n uint64, topic common.Hash) []byte {
	return append(common.BigToHash(new(big.Int).SetUint64(n)).Bytes(), topic[:]...)
}

var (
	topicA = common.Hash{0xaa}
	topicB = common.Hash{0xbb}
)

// mixed fills the next block with every type of transaction, one of which fails. A blob costs
// seconds of preparation, so it is left out but for the recorded block.
func (c *chain) mixed(blobs bool) {
	id := big.NewInt(testChain)
	c.send(0, &types.LegacyTx{To: &c.at[0], GasPrice: gwei(3), Gas: 100_000, Data: emit(2, topicA)})
	c.send(0, &types.AccessListTx{ChainID: id, To: &c.at[1], GasPrice: gwei(3), Gas: 100_000, Data: emit(1, topicA),
		AccessList: types.AccessList{{Address: c.at[1]}}})
	c.send(0, &types.LegacyTx{To: &c.at[0], GasPrice: gwei(3), Gas: 24_000, Data: emit(9, topicA)}) // runs out of gas
	c.send(0, &types.DynamicFeeTx{ChainID: id, To: &c.at[0], GasFeeCap: gwei(3), GasTipCap: gwei(1), Gas: 100_000, Data: emit(3, topicB)})
	auth, err := types.SignSetCode(c.keys[2], types.SetCodeAuthorization{ChainID: *uint256.NewInt(testChain), Address: c.at[1]})
	c.ok(err)
	c.send(0, &types.SetCodeTx{ChainID: uint256.NewInt(testChain), To: c.at[0], GasFeeCap: uint256.MustFromBig(gwei(3)), GasTipCap: uint256.MustFromBig(gwei(1)),
		Gas: 100_000, Data: emit(1, topicA), AuthList: []types.SetCodeAuthorization{auth}})
	if blobs {
		c.blob()
	}
	c.mine()
}

func (c *chain) blob() {
	var blob kzg4844.Blob
	commitment, err := kzg4844.BlobToCommitment(&blob)
	c.ok(err)
	proofs, err := kzg4844.ComputeCellProofs(&blob)
	c.ok(err)
	sidecar := types.NewBlobTxSidecar(types.BlobSidecarVersion1, []kzg4844.Blob{blob}, []kzg4844.Commitment{commitment}, proofs)
	c.send(1, &types.BlobTx{ChainID: uint256.NewInt(testChain), To: c.at[0], GasFeeCap: uint256.MustFromBig(gwei(3)), GasTipCap: uint256.MustFromBig(gwei(1)),
		Gas: 100_000, Data: emit(1, topicB), BlobFeeCap: uint256.NewInt(1e9), BlobHashes: sidecar.BlobHashes(), Sidecar: sidecar})
}

// rpc returns the raw result of a question.
func (c *chain) rpc(method string, args ...any) json.RawMessage {
	c.t.Helper()
	ask, err := json.Marshal(map[string]any{"jsonrpc": "2.0", "id": 1, "method": method, "params": args})
	c.ok(err)
	res, err := http.Post(c.url, "application/json", bytes.NewReader(ask))
	c.ok(err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	c.ok(err)
	var answer struct{ Result, Error json.RawMessage }
	c.ok(json.Unmarshal(body, &answer))
	if answer.Error != nil {
		c.t.Fatalf("%s: %s", method, answer.Error)
	}
	return answer.Result
}

// answers are what one endpoint says of one block.
type answers struct {
	header, receipts json.RawMessage
	each             []json.RawMessage // receipts one by one
	logs             []Log             // of the first emitter
	manager          message.Address
}

func (c *chain) answers(number string) answers {
	c.t.Helper()
	a := answers{header: c.rpc("eth_getBlockByNumber", number, false), manager: message.Address(c.at[0])}
	var head struct {
		Hash         common.Hash
		Transactions []common.Hash
	}
	c.ok(json.Unmarshal(a.header, &head))
	a.receipts = c.rpc("eth_getBlockReceipts", head.Hash)
	for _, tx := range head.Transactions {
		a.each = append(a.each, c.rpc("eth_getTransactionReceipt", tx))
	}
	var logs []types.Log
	c.ok(json.Unmarshal(c.rpc("eth_getLogs", map[string]any{"blockHash": head.Hash, "address": c.at[0]}), &logs))
	for i := range logs {
		a.logs = append(a.logs, convert(&logs[i]))
	}
	return a
}

// prove runs the whole check.
func (a answers) prove(topics ...message.Hash) ([]Log, error) {
	h, err := DecodeHeader(Ethereum, a.header)
	if err != nil {
		return nil, err
	}
	r, err := DecodeReceipts(h, a.receipts)
	if err != nil {
		return nil, err
	}
	logs, err := Logs(h, r, a.manager, topics)
	if err != nil || len(topics) > 0 {
		return logs, err
	}
	return logs, Compare(h.Number(), logs, a.logs)
}

func TestRealBlocks(t *testing.T) {
	c := newChain(t)
	c.mixed(false)
	for range 200 { // more than 127: the trie is filled in another order
		c.send(0, &types.DynamicFeeTx{ChainID: big.NewInt(testChain), To: &c.at[0], GasFeeCap: gwei(3), GasTipCap: gwei(1), Gas: 60_000, Data: emit(3, topicB)})
	}
	c.mine()
	c.mine() // empty
	for number, want := range map[string]struct {
		txs, logs, b int
		kinds        []uint8
	}{
		"0x0": {}, "0x1": {txs: 2, kinds: []uint8{0}},
		"0x2": {txs: 5, logs: 6, b: 3, kinds: []uint8{0, 1, 2, 4}},
		"0x3": {txs: 200, logs: 600, b: 600, kinds: []uint8{2}},
		"0x4": {},
	} {
		a := c.answers(number)
		logs, err := a.prove()
		if err != nil {
			t.Fatalf("block %s: %v", number, err)
		}
		if len(logs) != want.logs || len(a.each) != want.txs {
			t.Errorf("block %s: %d logs, %d transactions", number, len(logs), len(a.each))
		}
		if logs, err = a.prove(message.Hash(topicB)); err != nil || len(logs) != want.b {
			t.Errorf("block %s: %d logs of one topic, %v", number, len(logs), err)
		}
		h, err := DecodeHeader(Ethereum, a.header)
		c.ok(err)
		one := NewCollector(h)
		for _, raw := range a.each {
			if next, ok := one.Next(); !ok || !bytes.Contains(raw, []byte(next.String())) {
				t.Fatalf("next is %s, %t", next, ok)
			}
			c.ok(one.Add(raw))
		}
		r, err := one.Receipts()
		c.ok(err)
		if _, ok := one.Next(); ok || r.Len() != want.txs {
			t.Errorf("block %s: %d receipts one by one", number, r.Len())
		}
		var kinds []uint8
		for _, tx := range r.list {
			kinds = append(kinds, tx.Type)
		}
		slices.Sort(kinds)
		if kinds = slices.Compact(kinds); !slices.Equal(kinds, want.kinds) {
			t.Errorf("block %s: types %v", number, kinds)
		}
		if held := h.Bloom(a.manager, message.Hash(topicB)); held != (want.b > 0) {
			t.Errorf("block %s: bloom says %t", number, held)
		}
	}
	// Receipts of one block are none of another, and none in another order or number.
	a, b := c.answers("0x2"), c.answers("0x3")
	for what, raw := range map[string]json.RawMessage{
		"of another block": b.receipts, "null": json.RawMessage(`null`), "none": json.RawMessage(`[]`), "a null": json.RawMessage(`[null]`),
		"one": a.each[0], "two values": append(slices.Clone(a.receipts), a.receipts...),
		"swapped": join(a.each[1], a.each[0], a.each[2], a.each[3], a.each[4]), "one less": join(a.each[:4]...),
		"one more": join(append(slices.Clone(a.each), a.each[4])...),
	} {
		a.receipts = raw
		if _, err := a.prove(); !errors.Is(err, ErrReceipts) {
			t.Errorf("receipts %s: %v", what, err)
		}
	}
	h, err := DecodeHeader(Ethereum, a.header)
	c.ok(err)
	other, err := DecodeHeader(Ethereum, b.header)
	c.ok(err)
	r, err := DecodeReceipts(other, b.receipts)
	c.ok(err)
	if _, err := Logs(h, r, a.manager, nil); !errors.Is(err, ErrReceipts) {
		t.Errorf("proof of another block: %v", err)
	}
	if err := NewCollector(h).Add(a.each[1]); !errors.Is(err, ErrReceipts) {
		t.Errorf("second receipt first: %v", err)
	}
	if _, err := NewCollector(h).Receipts(); !errors.Is(err, ErrReceipts) {
		t.Errorf("no receipt added: %v", err)
	}
}

func join(each ...json.RawMessage) json.RawMessage {
	b, err := json.Marshal(each)
	if err != nil {
		panic(err)
	}
	return b
}
