// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/evm/evidence"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/contracts/bindings"
)

// lying is a chain with three messages, one block each, behind a proxy that lies by rules.
type lying struct {
	*geth
	proxy *faultproxy.Server
	first uint64 // block of the first message
	cfg   stream.Config
}

func newLying(t *testing.T) *lying {
	t.Helper()
	g := newGeth(t)
	head, err := g.client.Block(t.Context(), atLatest)
	g.ok(err)
	for i := range 3 {
		g.send(fmt.Sprintf("message %d", i))
	}
	g.mine(70)
	s, err := faultproxy.Start(g.url, faultproxy.Options{})
	g.ok(err)
	t.Cleanup(func() { g.ok(s.Close()) })
	return &lying{g, s, head.Number + 1, g.config()}
}

// reader reads through the proxy.
func (l *lying) reader(kind registry.Evidence) *Client {
	l.t.Helper()
	c, err := New(l.t.Context(), Config{ChainID: 31337, Manager: l.client.Manager(), URLs: []string{l.proxy.URL()}})
	l.ok(err)
	l.t.Cleanup(c.Close)
	c.rule.Evidence = kind
	return c
}

func (l *lying) set(rules ...faultproxy.Rule) {
	l.t.Helper()
	l.ok(l.proxy.Set(rules...))
}

// TestLogsAgainstTheirBlock: whatever one endpoint changes about the logs of a block or about what proves
// them, nothing is taken and the next honest answer is.
func TestLogsAgainstTheirBlock(t *testing.T) {
	l := newLying(t)
	manager := l.client.Manager()
	last := l.first + 2
	only := func(k faultproxy.Kind) faultproxy.Rule {
		return faultproxy.Rule{Fault: k, FromBlock: l.first, ToBlock: last}
	}
	forged := only(faultproxy.LogAdd)
	forged.Contract, forged.Forge = &manager, &faultproxy.Forge{TargetChain: 31338, Sender: message.Address{1}, Target: message.Address{2}, Data: "never sent"}
	both, agreed := []registry.Evidence{registry.EvidenceReceipts, registry.EvidenceAgreement}, []registry.Evidence{registry.EvidenceAgreement}
	proven := []registry.Evidence{registry.EvidenceReceipts}
	for name, c := range map[string]struct {
		rule  faultproxy.Rule
		kinds []registry.Evidence
		want  error // beside fate retry
	}{
		"a log is dropped":            {only(faultproxy.LogDrop), both, evidence.ErrMissing},
		"a log is cut off":            {faultproxy.Rule{Fault: faultproxy.LogTruncated, N: 2}, both, evidence.ErrMissing},
		"a log is added":              {forged, both, ErrUnproven},
		"data altered":                {only(faultproxy.LogData), both, evidence.ErrAltered},
		"topic altered":               {only(faultproxy.LogTopic), both, evidence.ErrAltered},
		"address altered":             {only(faultproxy.LogAddress), both, message.ErrUnavailable},
		"block hash altered":          {only(faultproxy.LogBlockHash), both, message.ErrUnavailable},
		"transaction altered":         {only(faultproxy.LogTxHash), both, ErrUnproven},
		"removed":                     {only(faultproxy.LogRemoved), both, message.ErrUnavailable},
		"twice":                       {only(faultproxy.LogDuplicate), both, message.ErrUnavailable},
		"another order":               {only(faultproxy.LogReorder), both, message.ErrUnavailable},
		"a log forged with a receipt": {faultproxy.Rule{Fault: faultproxy.LogData, Consistent: true, FromBlock: l.first, ToBlock: last}, proven, evidence.ErrReceipts},
		"receipt failed":              {only(faultproxy.ReceiptStatus), proven, evidence.ErrReceipts},
		"transaction failed":          {only(faultproxy.ReceiptStatus), agreed, ErrUnproven},
		"receipt with other indexes":  {only(faultproxy.ReceiptLogIndex), proven, evidence.ErrReceipts},
		"indexes of the receipt":      {only(faultproxy.ReceiptLogIndex), agreed, evidence.ErrAltered},
		"receipt without a log":       {only(faultproxy.ReceiptLogMissing), proven, evidence.ErrReceipts},
		"log without a receipt":       {only(faultproxy.ReceiptLogMissing), agreed, evidence.ErrExtra},
		"no receipt":                  {only(faultproxy.ReceiptNull), agreed, ErrUnproven},
		"another root":                {only(faultproxy.ReceiptsRoot), proven, evidence.ErrHeader},
		"another parent":              {only(faultproxy.BlockParent), proven, evidence.ErrHeader},
	} {
		for _, kind := range c.kinds {
			t.Run(fmt.Sprintf("%s/%s", kind, name), func(t *testing.T) {
				r := l.reader(kind)
				l.set(c.rule)
				b, err := r.Batch(t.Context(), l.cfg, 0, last+8)
				if !errors.Is(err, c.want) || message.FateOf(err) != message.Retry || b.Events != nil {
					t.Errorf("%d events: %v", len(b.Events), err)
				}
				if l.proxy.Fired(c.rule.Fault) == 0 {
					t.Error("the fault did not happen")
				}
				l.set()
				if b, err := r.Batch(t.Context(), l.cfg, 0, last+8); err != nil || len(b.Events) != 7 {
					t.Errorf("honest again: %d events: %v", len(b.Events), err)
				}
			})
		}
	}
}

// TestBloomOfTheEnd: logs that are hidden from the last block of a batch are missed by its bloom.
func TestBloomOfTheEnd(t *testing.T) {
	l := newLying(t)
	r := l.reader(registry.EvidenceReceipts)
	l.set(faultproxy.Rule{Fault: faultproxy.LogsEmpty})
	if _, err := r.Batch(t.Context(), l.cfg, 0, l.first); !errors.Is(err, evidence.ErrMissing) || message.FateOf(err) != message.Retry {
		t.Errorf("hidden in the last block: %v", err)
	}
	// A bloom that holds nothing of the manager needs no receipts.
	l.set(faultproxy.Rule{Fault: faultproxy.RPCInternal, Methods: []string{blockReceipts}})
	if _, err := r.Batch(t.Context(), l.cfg, l.first+3, l.first+3); err != nil {
		t.Errorf("an empty block: %v", err)
	}
}

// TestReceiptsOneByOne: an endpoint without eth_getBlockReceipts, or with too many in a block for one answer, is asked for each.
func TestReceiptsOneByOne(t *testing.T) {
	l := newLying(t)
	for _, why := range []error{ErrNoMethod, ErrTooMany} {
		e := &without{Endpoint: l.client.Endpoint, why: why}
		r, err := New(t.Context(), Config{ChainID: 31337, Manager: l.client.Manager(), Endpoint: e})
		l.ok(err)
		b, err := r.Batch(t.Context(), l.cfg, 0, l.first+8)
		if err != nil || len(b.Events) != 7 || e.each != 4 {
			t.Errorf("%v: %d events, %d blocks: %v", why, len(b.Events), e.each, err)
		}
	}
	for text, want := range map[string]error{
		"the method eth_getBlockReceipts does not exist/is not available": ErrNoMethod, "Method not found": ErrNoMethod, "unsupported method": ErrNoMethod,
		"response size exceeded": ErrTooMany, "rate limit exceeded": nil, "internal error": nil,
	} {
		err := classify(blockReceipts, &answerError{Code: -32000, Message: text})
		if errors.Is(err, ErrNoMethod) != errors.Is(want, ErrNoMethod) || errors.Is(err, ErrTooMany) != errors.Is(want, ErrTooMany) || !errors.Is(err, message.ErrUnavailable) {
			t.Errorf("%q: %v", text, err)
		}
	}
	// Each receipt is as strict: one that is altered makes no root.
	l.set(faultproxy.Rule{Fault: faultproxy.LogData, Consistent: true, FromBlock: l.first, ToBlock: l.first})
	r := l.reader(registry.EvidenceReceipts)
	r.Endpoint = &without{Endpoint: r.Endpoint, why: ErrNoMethod}
	if _, err := r.Batch(t.Context(), l.cfg, 0, l.first+8); !errors.Is(err, evidence.ErrReceipts) || !errors.Is(err, ErrUnproven) {
		t.Errorf("altered: %v", err)
	}
}

// without is an endpoint that does not answer for all receipts of a block.
type without struct {
	Endpoint
	why  error
	each int
}

func (w *without) Receipts(context.Context, *evidence.Header) (*evidence.Receipts, error) {
	return nil, fmt.Errorf("%w: %w", w.why, message.ErrUnavailable)
}

func (w *without) EachReceipt(ctx context.Context, h *evidence.Header) (*evidence.Receipts, error) {
	w.each++
	return w.Endpoint.EachReceipt(ctx, h)
}

// TestHiddenFromTheStart: somebody who has never shown a log is found out by the manager's own list of lanes.
// Nothing is stored as read, and reading goes on where the truth begins.
func TestHiddenFromTheStart(t *testing.T) {
	for _, kind := range []registry.Evidence{registry.EvidenceReceipts, registry.EvidenceAgreement} {
		l := newLying(t)
		r := l.reader(kind)
		mem := store.NewMemory()
		var heard []error
		run := func(stop func() bool) error {
			return follow.Run(t.Context(), follow.Config{
				Stream: l.cfg, Source: listener{r, &heard}, Store: mem, ReplayFrom: follow.NoReplay,
				Sleep: func(context.Context, time.Duration) error {
					if stop() {
						return errIdle
					}
					return nil
				},
			})
		}
		l.set(faultproxy.Rule{Fault: faultproxy.LogsEmpty})
		looks := 0
		if err := run(func() bool { looks++; return len(heard) >= 12 || looks > 200 }); !errors.Is(err, errIdle) {
			t.Fatal(err)
		}
		if len(heard) < 12 {
			t.Errorf("%s: %d of %d looks were refused", kind, len(heard), looks)
		}
		for _, err := range heard {
			if !errors.Is(err, ErrUnproven) || !strings.Contains(err.Error(), "lane to chain 31338") && !errors.Is(err, evidence.ErrMissing) {
				t.Errorf("%s: %v", kind, err)
			}
		}
		if state, ok, err := mem.Load(); err != nil || ok && state.Next > l.first {
			t.Errorf("%s: blocks up to %d are stored as read: %v", kind, state.Next, err)
		}
		l.set()
		if err := run(func() bool { return true }); !errors.Is(err, errIdle) {
			t.Fatal(err)
		}
		if state, ok, err := mem.Load(); err != nil || !ok || state.Messages != 3 {
			t.Errorf("%s: honest again: %d messages: %v", kind, state.Messages, err)
		}
	}
}

// listener keeps the errors of its source.
type listener struct {
	follow.Source
	heard *[]error
}

func (s listener) Batch(ctx context.Context, cfg stream.Config, from, to uint64) (stream.Batch, error) {
	b, err := s.Source.Batch(ctx, cfg, from, to)
	if err != nil {
		*s.heard = append(*s.heard, err)
	}
	return b, err
}

func (s listener) Evidence(ctx context.Context, cfg stream.Config, need stream.Need) (stream.Evidence, error) {
	ev, err := s.Source.Evidence(ctx, cfg, need)
	if err != nil {
		*s.heard = append(*s.heard, err)
	}
	return ev, err
}

// TestLanesOfTheManager: its list of lanes is read where the real manager keeps it, in words of three.
func TestLanesOfTheManager(t *testing.T) {
	g := newGeth(t)
	ctx := t.Context()
	lock, _, _, err := bindings.DeployTimelockController(g.auth, g.sim.Client(), big.NewInt(0), nil, nil, g.auth.From)
	g.ok(err)
	g.sim.Commit()
	px, _, err := g.client.GroupKey(ctx)
	g.ok(err)
	address, _, m, err := bindings.DeployCrossChainManager(g.auth, g.sim.Client(), testBridge, new(big.Int).SetBytes(px[:]), 1, lock, lock, lock, []common.Address{g.auth.From}, true)
	g.ok(err)
	g.sim.Commit()
	counting := &counting{Endpoint: g.client.Endpoint}
	c, err := New(ctx, Config{ChainID: 31337, Manager: message.Address(address), Endpoint: counting})
	g.ok(err)
	var want []stream.OutboundKey
	blocks := []At{}
	look := func() {
		b, err := c.Block(ctx, atLatest)
		g.ok(err)
		blocks = append(blocks, At{Hash: b.Hash})
		if err := c.checkLanes(ctx, blocks[len(blocks)-1], want); err != nil {
			t.Errorf("%d lanes: %v", len(want), err)
		}
	}
	look()
	for i := range 8 {
		chain := message.ChainID(1) << (8 * i)
		g.do(m.AddLane(g.auth, new(big.Int).SetUint64(uint64(chain)), 3, common.Address{byte(i + 1)}))
		want = append(want, stream.OutboundKey{TargetChain: chain, Finality: message.Final})
		look()
	}
	for n, at := range blocks { // also those of older blocks, by one question
		counting.asked = 0
		if have, err := c.lanesAt(ctx, at); err != nil || n > 0 && !reflect.DeepEqual(have, want[:n]) || len(have) != n || counting.asked != 1 {
			t.Errorf("%d lanes: %v, %d questions: %v", n, have, counting.asked, err)
		}
	}
	for what, known := range map[string][]stream.OutboundKey{
		"none": nil, "one less": want[:7], "another": append([]stream.OutboundKey{{TargetChain: 7, Finality: message.Final}}, want[1:]...),
		"one more":            append([]stream.OutboundKey{{TargetChain: 7, Finality: message.Final}}, want...),
		"of another finality": append([]stream.OutboundKey{{TargetChain: 1, Finality: message.Fast}}, want[1:]...),
	} {
		if err := c.checkLanes(ctx, blocks[8], known); !errors.Is(err, ErrUnproven) || message.FateOf(err) != message.Retry {
			t.Errorf("%s known: %v", what, err)
		}
	}
}

// counting counts the words that are read.
type counting struct {
	Endpoint
	asked int
	word  *message.Hash
}

func (c *counting) Storage(ctx context.Context, a message.Address, slot message.Hash, at At) (message.Hash, error) {
	c.asked++
	if c.word != nil {
		return *c.word, nil
	}
	return c.Endpoint.Storage(ctx, a, slot, at)
}

func TestImpossibleLanes(t *testing.T) {
	for _, word := range []message.Hash{{31: maxLanes + 1}, {0: 1}, {23: 1}} {
		e := &counting{word: &word}
		c := &Client{Endpoint: e}
		if have, err := c.lanesAt(t.Context(), At{Hash: message.Hash{1}}); !errors.Is(err, message.ErrUnavailable) || e.asked != 1 {
			t.Errorf("%s: %v, %d questions: %v", word, have, e.asked, err)
		}
	}
}

// TestAnswersOfAnotherRequest: what does not answer this very request is no answer.
func TestAnswersOfAnotherRequest(t *testing.T) {
	for body, want := range map[string]string{
		`{"jsonrpc":"2.0","id":7,"result":"0x1"}`:                                         `"0x1"`,
		` { "result" : [ {"a":"]}\"\\"} , 1 ] , "id" : 7 , "jsonrpc" : "2.0" } `:          `[ {"a":"]}\"\\"} , 1 ]`,
		`{"jsonrpc":"2.0","id":7,"result":null}`:                                          `null`,
		`{"jsonrpc":"2.0","id":7,"result":-1.5e3,"error":null}`:                           `-1.5e3`,
		`{"jsonrpc":"2.0","id":7,"error":{"code":-32000,"message":"busy"}}`:               `error`,
		`{"jsonrpc":"2.0","id":null,"error":{"code":-32000,"message":"busy"}}`:            `error`,
		`{"jsonrpc":"2.0","id":7,"result":null,"error":{"code":-32000,"message":"busy"}}`: `error`,
		`{"jsonrpc":"2.0","id":8,"result":"0x1"}`:                                         ``,
		`{"jsonrpc":"2.0","id":"7","result":"0x1"}`:                                       ``,
		`{"jsonrpc":"2.0","id":null,"result":"0x1"}`:                                      ``,
		`{"jsonrpc":"2.0","result":"0x1"}`:                                                ``,
		`{"jsonrpc":"2.0","id":8,"error":{"code":-32000,"message":"busy"}}`:               ``,
		`{"jsonrpc":"1.0","id":7,"result":"0x1"}`:                                         ``,
		`{"jsonrpc":2.0,"id":7,"result":"0x1"}`:                                           ``,
		`{"id":7,"result":"0x1"}`:                                                         ``,
		`{"jsonrpc":"2.0","id":7}`:                                                        ``,
		`{"jsonrpc":"2.0","id":7,"error":null}`:                                           ``,
		`{"jsonrpc":"2.0","id":7,"error":"busy"}`:                                         ``,
		`{"jsonrpc":"2.0","id":7,"result":"0x1","result":"0x2"}`:                          ``,
		`{"jsonrpc":"2.0","id":7,"id":8,"result":"0x2"}`:                                  ``,
		`{"jsonrpc":"2.0","id":7,"result":"0x1"}{}`:                                       ``,
		`[{"jsonrpc":"2.0","id":7,"result":"0x1"}]`:                                       ``,
		`{"jsonrpc":"2.0","id":7,"result":"0x1"`:                                          ``,
		`{"jsonrpc":"2.0","id":7,"result":["0x1"}`:                                        ``,
		`{"jsonrpc":"2.0","id":7,"result":}`:                                              ``,
		`{"jsonrpc":"2.0","id":7,"result":"0x1",}`:                                        ``,
		`{"jsonrpc":"2.0","id":7,"result":"0x1}`:                                          ``,
		`{}`:                                                                              ``,
		``:                                                                                ``,
		`<html>`:                                                                          ``,
	} {
		raw, err := parseAnswer([]byte(body), 7)
		var failure *answerError
		switch {
		case want == "error":
			if !errors.As(err, &failure) || failure.Code != -32000 || failure.Message != "busy" {
				t.Errorf("%s: %s, %v", body, raw, err)
			}
		case want == "":
			if raw != nil || !errors.Is(err, message.ErrBadEncoding) {
				t.Errorf("%s: %s, %v", body, raw, err)
			}
		case string(raw) != want || err != nil:
			t.Errorf("%s: %s, %v", body, raw, err)
		}
	}
	// Both over HTTP, and the next answer is taken.
	l := newLying(t)
	e, err := Dial(l.proxy.URL())
	l.ok(err)
	defer e.Close()
	for _, k := range []faultproxy.Kind{faultproxy.IDWrong, faultproxy.VersionWrong} {
		l.set(faultproxy.Rule{Fault: k})
		if id, err := e.ChainID(t.Context()); !errors.Is(err, message.ErrUnavailable) || message.FateOf(err) != message.Retry || id != 0 {
			t.Errorf("%s: %d, %v", k, id, err)
		}
		l.set()
		if id, err := e.ChainID(t.Context()); err != nil || id != 31337 {
			t.Errorf("after %s: %d, %v", k, id, err)
		}
	}
}

// FuzzParseAnswer: no panic, and a result is a part of the answer that encoding/json finds as well.
func FuzzParseAnswer(f *testing.F) {
	for _, s := range []string{
		`{"jsonrpc":"2.0","id":7,"result":"0x1"}`, `{"jsonrpc":"2.0","id":7,"error":{"code":3,"message":"m","data":"0x"}}`,
		`{"jsonrpc":"2.0","id":7,"result":{"a":["\\\"",{}]}}`, `{"jsonrpc":"2.0","id":7,"result":[`, `{"\u0069d":7}`, `{"a":}`, `{`, `"`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		raw, err := parseAnswer(body, 7)
		if err == nil && len(raw) == 0 {
			t.Error("nothing")
		}
		var whole struct {
			Result json.RawMessage `json:"result"`
		}
		if err == nil && json.Valid(body) && json.Unmarshal(body, &whole) == nil && string(whole.Result) != string(raw) && !strings.Contains(string(body), `\`) && strings.Count(strings.ToLower(string(body)), `"result"`) == 1 {
			t.Errorf("%s, want %s", raw, whole.Result)
		}
	})
}
