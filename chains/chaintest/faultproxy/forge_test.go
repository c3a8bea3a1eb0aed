// SPDX-License-Identifier: Apache-2.0

package faultproxy_test

import (
	"context"
	"encoding/json"
	"errors"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// forged is a rule that adds a message to the block after the last real one.
func forged(consistent bool) faultproxy.Rule {
	return faultproxy.Rule{
		Fault: faultproxy.LogAdd, Contract: &upstream.manager, ToBlock: upstream.first + 3, Consistent: consistent,
		Forge: &faultproxy.Forge{TargetChain: targetID, Sender: message.Address{1}, Target: message.Address{2}, Data: "never sent"},
	}
}

func forgedMessage() message.Message {
	return message.Message{
		BridgeID: testBridge, SourceChain: chainID, SourceManager: upstream.manager, TargetChain: targetID, TargetManager: message.Address{0x22},
		Nonce: 4, Sender: message.Address{1}, Target: message.Address{2}, Finality: message.Final, Data: []byte("never sent"),
	}
}

func bridgeID() []byte {
	selector := message.Keccak([]byte("bridgeId()"))
	return request("eth_call", object{"to": upstream.manager, "input": "0x" + strings.TrimPrefix(selector.String()[:10], "0x")}, "latest")
}

// turned is two hex digits with the lowest bit turned.
func turned(digits string) string {
	n, err := strconv.ParseUint(digits, 16, 8)
	if err != nil {
		panic(err)
	}
	s := strconv.FormatUint(n^1, 16)
	return strings.Repeat("0", 2-len(s)) + s
}

func number64(t *testing.T, r response) uint64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(r.result(t).(object)["number"].(string), "0x"), 16, 64)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func checkForged(t *testing.T, honest, lied response) {
	was, is := list(t, honest), list(t, lied)
	added := subtract(is, was)
	if len(is) != len(was)+2 || len(added) != 2 {
		t.Fatalf("%d logs instead of %d", len(is), len(was))
	}
	m := forgedMessage()
	real := was[len(was)-2].(object)
	for i, v := range added {
		l := v.(object)
		if len(l) != len(real) || l["blockNumber"] != hex(upstream.first+3) || l["logIndex"] != hex(uint64(i)) {
			t.Errorf("log %v, a real one is %v", l, real)
		}
	}
	if id := added[0].(object)["topics"].([]any)[3]; id != m.ID().String() {
		t.Errorf("id %v, want %s", id, m.ID())
	}
}

var errIdle = errors.New("idle")

// followed reads the whole stream through a proxy and returns the messages that it took.
func followed(t *testing.T, url string) ([]stream.Leaf, error) {
	t.Helper()
	ctx := context.Background()
	c, err := evm.New(ctx, evm.Config{ChainID: chainID, Manager: upstream.manager, URLs: []string{url}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(c.Close)
	mem := store.NewMemory()
	sleeps := 0
	err = follow.Run(ctx, follow.Config{
		Stream: stream.Config{BridgeID: testBridge, Stride: 2, Stream: message.Stream{Chain: chainID, Manager: upstream.manager, Finality: message.Final, Epoch: 1}},
		Source: c, Store: mem, MaxBlocks: 1000, ReplayFrom: follow.NoReplay, OnFinal: func(uint64) {},
		Sleep: func(context.Context, time.Duration) error {
			if sleeps++; sleeps > 2*follow.Rereads {
				return errIdle
			}
			return nil
		},
	})
	leaves, readErr := mem.Leaves(0, 100)
	if readErr != nil {
		t.Fatal(readErr)
	}
	return leaves, err
}

// otherHistory gives the blocks from the forged message on other hashes, to which their headers hash.
func otherHistory() faultproxy.Rule {
	return faultproxy.Rule{Fault: faultproxy.HistoryOther, FromBlock: upstream.first + 3, Consistent: true}
}

// TestForgedMessageFoolsOneReader: a consistent lie of one endpoint passes every check that one endpoint allows,
// once it forges the blocks as well. This is what agreement of endpoints is for.
func TestForgedMessageFoolsOneReader(t *testing.T) {
	if leaves, err := followed(t, start(t, faultproxy.Options{}).URL()); !errors.Is(err, errIdle) || len(leaves) != 3 {
		t.Fatalf("without a lie: %d messages: %v", len(leaves), err)
	}
	if leaves, err := followed(t, start(t, faultproxy.Options{}, forged(true)).URL()); !errors.Is(err, errIdle) || len(leaves) > 3 {
		t.Fatalf("beside a header that commits to other receipts: %d messages: %v", len(leaves), err)
	}
	s := start(t, faultproxy.Options{}, forged(true), otherHistory())
	leaves, err := followed(t, s.URL())
	if !errors.Is(err, errIdle) || len(leaves) != 4 {
		t.Fatalf("%d messages: %v", len(leaves), err)
	}
	m := forgedMessage()
	if leaves[3].Hash != message.Hash(m.ID()) {
		t.Errorf("leaf %s, want %s", leaves[3].Hash, m.ID())
	}
	// Receipt and block agree with the log.
	tx := leaves[3].TxHash
	receipt := post(s.URL(), request("eth_getTransactionReceipt", tx)).result(t).(object)
	all := post(s.URL(), request("eth_getBlockReceipts", hex(upstream.first+3))).result(t).([]any)
	logs := list(t, post(s.URL(), allLogs()))
	if len(all) != 1 || len(fields(receipt, all[0].(object))) != 0 || receipt["status"] != "0x1" {
		t.Errorf("receipt %v, in the block %v", receipt, all)
	}
	if own := receipt["logs"].([]any); len(subtract(own, logs)) != 0 || len(own) != 2 {
		t.Errorf("logs of the receipt %v", own)
	}
	if honest := post(upstream.url, firstReceipt()).result(t).(object); len(subtract(keys(honest), keys(receipt))) > 1 { // blobs aside
		t.Errorf("the forged receipt lacks %v", subtract(keys(honest), keys(receipt)))
	}
}

func keys(m object) []any {
	var out []any
	for name := range m {
		out = append(out, name)
	}
	return out
}

// TestNaiveLieIsNoticed: the same message without its counter contradicts the manager.
func TestNaiveLieIsNoticed(t *testing.T) {
	naive := forged(true)
	naive.Methods = []string{"eth_getLogs", "eth_getTransactionReceipt", "eth_getBlockReceipts"}
	s := start(t, faultproxy.Options{}, naive, otherHistory())
	leaves, err := followed(t, s.URL())
	var counter *stream.CounterError
	if !errors.As(err, &counter) || len(leaves) != 0 || s.Fired(faultproxy.LogAdd) == 0 {
		t.Errorf("%d messages: %v", len(leaves), err)
	}
}

// TestForgedHistoryProvesItself: headers hash to their hashes and name their parents, roots and blooms are those of
// the receipts, the forged one among them, and every way to ask gives the same. No evidence of one endpoint tells
// this from the truth.
func TestForgedHistoryProvesItself(t *testing.T) {
	from := upstream.first + 3
	s := start(t, faultproxy.Options{}, forged(true), otherHistory())
	ask := func(url, method string, params ...any) any { return post(url, request(method, params...)).result(t) }
	var parent any
	for n := from - 1; n < from+4; n++ {
		was, is := ask(upstream.url, "eth_getBlockByNumber", hex(n), false).(object), ask(s.URL(), "eth_getBlockByNumber", hex(n), false).(object)
		if (was["hash"] != is["hash"]) != (n >= from) {
			t.Errorf("block %d has hash %v, was %v", n, is["hash"], was["hash"])
		}
		if parent != nil && is["parentHash"] != parent {
			t.Errorf("block %d has parent %v, want %v", n, is["parentHash"], parent)
		}
		parent = is["hash"]
		h, err := evidence.DecodeHeader(evidence.Ethereum, encoded(t, is))
		if err != nil {
			t.Fatal(err)
		}
		receipts, err := evidence.DecodeReceipts(h, encoded(t, ask(s.URL(), "eth_getBlockReceipts", object{"blockHash": is["hash"]})))
		if err != nil {
			t.Fatal(err)
		}
		proven, err := evidence.Logs(h, receipts, upstream.manager, nil)
		want := map[uint64]int{from - 1: 2, from: 2}[n]
		if err != nil || len(proven) != want {
			t.Errorf("block %d proves %d logs: %v", n, len(proven), err)
		}
		byHash := ask(s.URL(), "eth_getBlockByHash", is["hash"], false).(object)
		if len(fields(is, byHash)) != 0 {
			t.Errorf("block %d by its hash differs in %v", n, fields(is, byHash))
		}
		logs := ask(s.URL(), "eth_getLogs", object{"blockHash": is["hash"], "address": upstream.manager}).([]any)
		if len(logs) != want || len(logs) > 0 && logs[0].(object)["blockHash"] != is["hash"] {
			t.Errorf("logs of block %d: %v", n, logs)
		}
		if n >= from && ask(s.URL(), "eth_getBlockByHash", was["hash"], false) != nil {
			t.Errorf("block %d of the true history is known too", n)
		}
	}
	if leaves, err := followed(t, s.URL()); !errors.Is(err, errIdle) || len(leaves) != 4 {
		t.Errorf("%d messages: %v", len(leaves), err)
	}
}

func encoded(t *testing.T, v any) []byte {
	t.Helper()
	b, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestNoSimpleLieGivesAWrongMessage: with any one kind on for good, a reader of this one endpoint takes the honest
// messages, or the first few of them, or none; never another. What it may not notice is that some are missing.
func TestNoSimpleLieGivesAWrongMessage(t *testing.T) {
	honest, err := followed(t, upstream.url)
	if !errors.Is(err, errIdle) || len(honest) != 3 {
		t.Fatalf("%d messages: %v", len(honest), err)
	}
	cases, fired := lies(), 0
	for _, info := range faultproxy.Kinds() {
		c, ok := cases[info.Kind]
		if !ok || info.Kind == faultproxy.ChainID { // TestHang, TestSockets, TestWrongChainIsRefused
			continue
		}
		s := start(t, faultproxy.Options{Wait: func(context.Context, time.Duration) error { return nil }}, c.rule)
		leaves, err := followed(t, s.URL())
		if err == nil {
			t.Errorf("%s: no end", info.Kind)
		}
		if len(leaves) > len(honest) {
			t.Fatalf("%s: %d messages", info.Kind, len(leaves))
		}
		for i, l := range leaves {
			if l.Hash != honest[i].Hash || l.Block != honest[i].Block || l.TxHash != honest[i].TxHash {
				t.Errorf("%s: message %d is %+v, want %+v", info.Kind, i, l, honest[i])
			}
		}
		if s.Fired(info.Kind) > 0 {
			fired++
		}
	}
	if fired < 40 {
		t.Errorf("%d kinds happened", fired)
	}
}
