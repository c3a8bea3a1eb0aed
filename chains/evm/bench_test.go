// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math/big"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/accounts/abi/bind"
	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/core/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
)

// recorder keeps the answers of a real node and gives them again, each with the id that was asked with.
type recorder struct {
	mu      sync.Mutex
	answers map[string][]byte // result by method and parameters
	next    http.RoundTripper
}

func (r *recorder) RoundTrip(req *http.Request) (*http.Response, error) {
	asked, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	var c struct {
		ID     uint64          `json:"id"`
		Method string          `json:"method"`
		Params json.RawMessage `json:"params"`
	}
	if err := json.Unmarshal(asked, &c); err != nil {
		return nil, err
	}
	key := c.Method + string(c.Params)
	r.mu.Lock()
	result, ok := r.answers[key]
	r.mu.Unlock()
	if !ok {
		req.Body = io.NopCloser(bytes.NewReader(asked))
		res, err := r.next.RoundTrip(req)
		if err != nil {
			return nil, err
		}
		whole, err := io.ReadAll(res.Body)
		if err == nil {
			err = res.Body.Close()
		}
		if err != nil {
			return nil, err
		}
		if result, err = parseAnswer(whole, c.ID); err != nil {
			return nil, err
		}
		r.mu.Lock()
		r.answers[key] = result
		r.mu.Unlock()
	}
	head := fmt.Appendf(nil, `{"jsonrpc":"2.0","id":%d,"result":`, c.ID)
	body := io.MultiReader(bytes.NewReader(head), bytes.NewReader(result), bytes.NewReader([]byte("}")))
	return &http.Response{StatusCode: http.StatusOK, Header: http.Header{}, Body: io.NopCloser(body), ContentLength: int64(len(head) + len(result) + 1), Request: req}, nil
}

// used is the time of all cores that this process has taken, so that what else runs on the machine does not count.
func used(b *testing.B) time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkRead is Client.Batch over the recorded answers of an embedded go-ethereum: no network, and on
// one core with -cpu 1. A message is 64 bytes long; counters and block hashes, a few requests for a batch, are left out.
func BenchmarkRead(b *testing.B) {
	for _, shape := range []struct {
		name             string
		blocks, messages int // messages in each block
		others           int // transactions of others in each block
	}{
		{"full_blocks", 4, 100, 0},
		{"half_of_a_block", 4, 50, 50},
		{"one_in_a_block", 8, 1, 100},
	} {
		g := newGeth(b)
		from, err := g.client.Block(b.Context(), atLatest)
		g.ok(err)
		nonce, err := g.sim.Client().PendingNonceAt(b.Context(), g.auth.From)
		g.ok(err)
		auth := bind.TransactOpts{From: g.auth.From, Signer: g.auth.Signer, GasLimit: 200_000, GasFeeCap: big.NewInt(5e9), GasTipCap: big.NewInt(1e9)}
		other := common.Address{0x0a} // no contract: what is sent there leaves a receipt without a log
		for range shape.blocks {
			for i := range max(shape.messages, shape.others) {
				if i < shape.messages {
					auth.Nonce = new(big.Int).SetUint64(nonce)
					_, err := g.manager.SendMessage(&auth, big.NewInt(31338), common.Address{0x33}, bytes.Repeat([]byte{byte(i)}, 64))
					g.ok(err)
					nonce++
				}
				if i < shape.others {
					tx, err := g.account.SignTx(types.NewTx(&types.DynamicFeeTx{ChainID: big.NewInt(31337), Nonce: nonce, To: &other, Gas: 30_000, GasFeeCap: auth.GasFeeCap, GasTipCap: auth.GasTipCap}), big.NewInt(31337))
					g.ok(err)
					g.ok(g.sim.Client().SendTransaction(b.Context(), tx))
					nonce++
				}
			}
			for n := uint64(0); n < nonce; {
				n, err = g.sim.Client().PendingNonceAt(b.Context(), g.auth.From)
				g.ok(err)
			}
			g.sim.Commit()
		}
		g.mine(70)
		to := from.Number + uint64(shape.blocks)
		for _, kind := range []registry.Evidence{"", registry.EvidenceReceipts, registry.EvidenceAgreement} {
			name := string(kind)
			if kind == "" {
				name = "logs_alone"
			}
			b.Run(shape.name+"/"+name, func(b *testing.B) {
				e, err := Dial(g.url)
				g.ok(err)
				n := e.(*node)
				n.client.Transport = bounded{&recorder{answers: map[string][]byte{}, next: http.DefaultTransport}}
				c, err := New(b.Context(), Config{ChainID: 31337, Manager: g.client.Manager(), Endpoint: n})
				g.ok(err)
				c.rule.Evidence = kind
				read := func() {
					if kind == "" {
						logs, err := c.Logs(b.Context(), c.manager, streamTopics, from.Number+1, to)
						g.ok(err)
						events, err := c.decode(nil, logs, from.Number+1, to, map[uint64]message.Hash{})
						if err != nil || len(events) != 2*shape.blocks*shape.messages {
							b.Fatalf("%d events: %v", len(events), err)
						}
						return
					}
					batch, err := c.Batch(b.Context(), g.config(), from.Number+1, to)
					if err != nil || len(batch.Events) != 2*shape.blocks*shape.messages {
						b.Fatalf("%d events: %v", len(batch.Events), err)
					}
				}
				read() // records
				b.ReportAllocs()
				began := used(b)
				for b.Loop() {
					read()
				}
				b.ReportMetric(float64(b.N*shape.blocks*shape.messages)/(used(b)-began).Seconds(), "messages/core-s")
			})
		}
	}
}
