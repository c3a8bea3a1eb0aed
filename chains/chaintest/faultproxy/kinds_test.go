// SPDX-License-Identifier: Apache-2.0

package faultproxy_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"maps"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
)

// lie is how one kind is tried: the rule, the question and what must come back. honest is the upstream's answer.
type lie struct {
	rule  faultproxy.Rule
	ask   func() []byte
	check func(t *testing.T, honest, lied response)
	// times the question is put before the one that is judged; those answers must be honest.
	honest int
}

type object = map[string]any

func list(t *testing.T, r response) []any {
	t.Helper()
	l, ok := r.result(t).([]any)
	if !ok {
		t.Fatalf("%s is no list", r.body)
	}
	return l
}

// differing compares two lists of logs of equal length and returns the one field that differs in the one log
// that differs.
func differing(t *testing.T, a, b []any) string {
	t.Helper()
	if len(a) != len(b) {
		t.Fatalf("%d entries instead of %d", len(b), len(a))
	}
	var found []string
	for i := range a {
		found = append(found, fields(a[i].(object), b[i].(object))...)
	}
	if len(found) != 1 {
		t.Fatalf("fields %v differ, want one", found)
	}
	return found[0]
}

func fields(a, b object) []string {
	var out []string
	for _, name := range slices.Sorted(maps.Keys(a)) {
		if !reflect.DeepEqual(a[name], b[name]) {
			out = append(out, name)
		}
	}
	return out
}

// oneLog demands that one field of one log differs.
func oneLog(field string) func(*testing.T, response, response) {
	return func(t *testing.T, honest, lied response) {
		if got := differing(t, list(t, honest), list(t, lied)); got != field {
			t.Errorf("%s differs, want %s", got, field)
		}
	}
}

// oneField demands that one field of an object differs.
func oneField(field string) func(*testing.T, response, response) {
	return func(t *testing.T, honest, lied response) {
		got := fields(honest.result(t).(object), lied.result(t).(object))
		if !slices.Equal(got, []string{field}) {
			t.Errorf("%v differ, want %s", got, field)
		}
	}
}

func null(t *testing.T, honest, lied response) {
	if honest.result(t) == nil || lied.result(t) != nil {
		t.Errorf("%s instead of %s", lied.body, honest.body)
	}
}

func refusedWith(code int) func(*testing.T, response, response) {
	return func(t *testing.T, _, lied response) {
		if a := lied.answer(t); a.Error == nil || a.Error.Code != code || string(a.ID) != "7" || a.Version != "2.0" {
			t.Errorf("%s, want error %d", lied.body, code)
		}
	}
}

func status(code int, retryAfter string) func(*testing.T, response, response) {
	return func(t *testing.T, _, lied response) {
		if lied.status != code || lied.header.Get("Retry-After") != retryAfter || lied.err != nil {
			t.Errorf("status %d, Retry-After %q: %v", lied.status, lied.header.Get("Retry-After"), lied.err)
		}
	}
}

func is(want any) func(*testing.T, response, response) {
	return func(t *testing.T, honest, lied response) {
		if got := lied.result(t); !reflect.DeepEqual(got, want) || reflect.DeepEqual(honest.result(t), want) {
			t.Errorf("%v instead of %v, want %v", got, honest.result(t), want)
		}
	}
}

// lower demands a block that is n below the honest one.
func lower(n uint64) func(*testing.T, response, response) {
	return func(t *testing.T, honest, lied response) {
		if was, is := number64(t, honest), number64(t, lied); is != was-n {
			t.Errorf("block %d instead of %d, want %d", is, was, was-n)
		}
	}
}

func asking(method string, params ...any) func() []byte {
	return func() []byte { return request(method, params...) }
}

func firstBlock() []byte { return request("eth_getBlockByNumber", hex(upstream.first), false) }
func firstReceipt() []byte {
	return request("eth_getTransactionReceipt", upstream.txs[0])
}

func lies() map[faultproxy.Kind]lie {
	k := func(kind faultproxy.Kind) faultproxy.Rule { return faultproxy.Rule{Fault: kind} }
	n := func(kind faultproxy.Kind, n uint64) faultproxy.Rule { return faultproxy.Rule{Fault: kind, N: n} }
	finalized := asking("eth_getBlockByNumber", "finalized", false)
	number := asking("eth_blockNumber")
	three := func() []byte { return batch("eth_chainId", "eth_blockNumber", "eth_gasPrice") }
	return map[faultproxy.Kind]lie{
		faultproxy.LogDrop: {rule: k(faultproxy.LogDrop), ask: allLogs, check: func(t *testing.T, honest, lied response) {
			was, is := list(t, honest), list(t, lied)
			if len(is) != len(was)-1 || len(subtract(was, is)) != 1 || len(subtract(is, was)) != 0 {
				t.Errorf("%d logs of %d", len(is), len(was))
			}
		}},
		faultproxy.LogAdd:       {rule: forged(false), ask: allLogs, check: checkForged},
		faultproxy.LogData:      {rule: k(faultproxy.LogData), ask: allLogs, check: oneLog("data")},
		faultproxy.LogTopic:     {rule: k(faultproxy.LogTopic), ask: allLogs, check: oneLog("topics")},
		faultproxy.LogAddress:   {rule: k(faultproxy.LogAddress), ask: allLogs, check: oneLog("address")},
		faultproxy.LogBlockHash: {rule: k(faultproxy.LogBlockHash), ask: allLogs, check: oneLog("blockHash")},
		faultproxy.LogTxHash:    {rule: k(faultproxy.LogTxHash), ask: allLogs, check: oneLog("transactionHash")},
		faultproxy.LogRemoved:   {rule: k(faultproxy.LogRemoved), ask: allLogs, check: oneLog("removed")},
		faultproxy.LogDuplicate: {rule: k(faultproxy.LogDuplicate), ask: allLogs, check: func(t *testing.T, honest, lied response) {
			was, is := list(t, honest), list(t, lied)
			if len(is) != len(was)+1 || len(subtract(is, was)) != 0 {
				t.Errorf("%d logs instead of %d", len(is), len(was))
			}
		}},
		faultproxy.LogReorder: {rule: k(faultproxy.LogReorder), ask: allLogs, check: func(t *testing.T, honest, lied response) {
			was, is := list(t, honest), list(t, lied)
			slices.Reverse(is)
			if !reflect.DeepEqual(was, is) {
				t.Error("not the same logs in reverse")
			}
		}},
		faultproxy.LogTruncated: {rule: k(faultproxy.LogTruncated), ask: allLogs, check: func(t *testing.T, honest, lied response) {
			was, is := list(t, honest), list(t, lied)
			if len(is) != len(was)/2 || !reflect.DeepEqual(was[:len(is)], is) {
				t.Errorf("%d logs of %d", len(is), len(was))
			}
		}},
		faultproxy.LogsEmpty: {rule: k(faultproxy.LogsEmpty), ask: allLogs, check: is([]any{})},

		faultproxy.ReceiptStatus: {rule: k(faultproxy.ReceiptStatus), ask: firstReceipt, check: oneField("status")},
		faultproxy.ReceiptLogIndex: {rule: n(faultproxy.ReceiptLogIndex, 2), ask: firstReceipt, check: func(t *testing.T, honest, lied response) {
			oneField("logs")(t, honest, lied)
			is := lied.result(t).(object)["logs"].([]any)
			if is[0].(object)["logIndex"] != "0x2" || is[1].(object)["logIndex"] != "0x3" {
				t.Errorf("logs %v", is)
			}
		}},
		faultproxy.ReceiptLogMissing: {rule: faultproxy.Rule{Fault: faultproxy.ReceiptLogMissing, Topic: &topicSent}, ask: firstReceipt, check: func(t *testing.T, honest, lied response) {
			oneField("logs")(t, honest, lied)
			was, is := honest.result(t).(object)["logs"].([]any), lied.result(t).(object)["logs"].([]any)
			if !reflect.DeepEqual(was[1:], is) {
				t.Errorf("logs %v", is)
			}
		}},
		faultproxy.ReceiptNull:      {rule: k(faultproxy.ReceiptNull), ask: firstReceipt, check: null},
		faultproxy.ReceiptsRoot:     {rule: k(faultproxy.ReceiptsRoot), ask: firstBlock, check: oneField("receiptsRoot")},
		faultproxy.TransactionsRoot: {rule: k(faultproxy.TransactionsRoot), ask: firstBlock, check: oneField("transactionsRoot")},
		faultproxy.BlockHash:        {rule: k(faultproxy.BlockHash), ask: firstBlock, check: oneField("hash")},
		faultproxy.BlockParent:      {rule: k(faultproxy.BlockParent), ask: firstBlock, check: oneField("parentHash")},
		faultproxy.BlockNull:        {rule: k(faultproxy.BlockNull), ask: firstBlock, check: null},
		faultproxy.GenesisHash:      {rule: k(faultproxy.GenesisHash), ask: asking("eth_getBlockByNumber", "0x0", false), check: oneField("hash")},

		faultproxy.ChainID:    {rule: n(faultproxy.ChainID, 5), ask: asking("eth_chainId"), check: is("0x5")},
		faultproxy.Code:       {rule: faultproxy.Rule{Fault: faultproxy.Code, Contract: &upstream.manager, Data: "0xfe"}, ask: asking("eth_getCode", upstream.manager, "latest"), check: is("0xfe")},
		faultproxy.CallResult: {rule: k(faultproxy.CallResult), ask: bridgeID, check: is(strings.TrimSuffix(testBridge.String(), testBridge.String()[64:]) + turned(testBridge.String()[64:]))},
		faultproxy.HeadStale:  {rule: n(faultproxy.HeadStale, 9), ask: number, check: is("0x9")},
		faultproxy.HeadBack:   {rule: k(faultproxy.HeadBack), ask: asking("eth_getBlockByNumber", "latest", false), honest: 1, check: lower(5)},
		faultproxy.FinalStale: {rule: n(faultproxy.FinalStale, 3), ask: finalized, check: func(t *testing.T, _, lied response) {
			if n := number64(t, lied); n != 3 {
				t.Errorf("final block %d", n)
			}
		}},
		faultproxy.FinalBack:     {rule: n(faultproxy.FinalBack, 2), ask: finalized, honest: 1, check: lower(2)},
		faultproxy.FinalNull:     {rule: k(faultproxy.FinalNull), ask: finalized, check: null},
		faultproxy.FinalNoMethod: {rule: k(faultproxy.FinalNoMethod), ask: finalized, check: refusedWith(-32601)},
		faultproxy.FinalUnknown:  {rule: k(faultproxy.FinalUnknown), ask: finalized, check: refusedWith(-32602)},
		faultproxy.HistoryOther: {rule: k(faultproxy.HistoryOther), ask: firstBlock, check: func(t *testing.T, honest, lied response) {
			if got := fields(honest.result(t).(object), lied.result(t).(object)); !slices.Equal(got, []string{"hash", "parentHash"}) {
				t.Errorf("%v differ", got)
			}
		}},
		faultproxy.HistoryMixed: {rule: faultproxy.Rule{Fault: faultproxy.HistoryMixed, FromBlock: upstream.first}, ask: firstBlock, honest: 1, check: oneField("hash")},
		faultproxy.ResultNull:   {rule: k(faultproxy.ResultNull), ask: number, check: null},
		faultproxy.ResultEmpty:  {rule: k(faultproxy.ResultEmpty), ask: asking("eth_getCode", upstream.manager, "latest"), check: is("0x")},
		faultproxy.UnknownBlockIsEmpty: {rule: k(faultproxy.UnknownBlockIsEmpty), ask: asking("eth_getLogs", object{"blockHash": testBridge}), check: func(t *testing.T, honest, lied response) {
			if honest.answer(t).Error == nil || len(list(t, lied)) != 0 {
				t.Errorf("%s instead of %s", lied.body, honest.body)
			}
		}},

		faultproxy.RangeLimit:   {rule: n(faultproxy.RangeLimit, 20), ask: allLogs, check: refusedWith(-32005)},
		faultproxy.ResultLimit:  {rule: n(faultproxy.ResultLimit, 2), ask: allLogs, check: refusedWith(-32005)},
		faultproxy.RPCRateLimit: {rule: k(faultproxy.RPCRateLimit), ask: number, check: refusedWith(-32005)},
		faultproxy.RPCInternal:  {rule: k(faultproxy.RPCInternal), ask: number, check: refusedWith(-32603)},
		faultproxy.HTTP429:      {rule: k(faultproxy.HTTP429), ask: number, check: status(429, "")},
		faultproxy.HTTP429After: {rule: n(faultproxy.HTTP429After, 11), ask: number, check: status(429, "11")},
		faultproxy.HTTP413:      {rule: k(faultproxy.HTTP413), ask: number, check: status(413, "")},
		faultproxy.HTTP500:      {rule: k(faultproxy.HTTP500), ask: number, check: status(500, "")},
		faultproxy.HTTP502:      {rule: k(faultproxy.HTTP502), ask: number, check: status(502, "")},
		faultproxy.HTTP503:      {rule: k(faultproxy.HTTP503), ask: number, check: status(503, "")},
		faultproxy.HTTPPage: {rule: k(faultproxy.HTTPPage), ask: number, check: func(t *testing.T, _, lied response) {
			if lied.status != 200 || json.Valid(lied.body) || lied.header.Get("Content-Type") != "text/html" {
				t.Errorf("status %d: %s", lied.status, lied.body)
			}
		}},
		faultproxy.AnswerLate: {rule: n(faultproxy.AnswerLate, 1), ask: number, check: same},
		// Hang is tried by TestHang: nothing comes back.
		faultproxy.ConnectionReset: {rule: k(faultproxy.ConnectionReset), ask: number, check: func(t *testing.T, _, lied response) {
			if lied.err == nil {
				t.Errorf("status %d: %s", lied.status, lied.body)
			}
		}},

		faultproxy.BodySlow: {rule: k(faultproxy.BodySlow), ask: firstBlock, check: same},
		faultproxy.BodyHuge: {rule: n(faultproxy.BodyHuge, 1<<20), ask: firstBlock, check: func(t *testing.T, honest, lied response) {
			if len(lied.body) != len(honest.body)+1<<20 || !reflect.DeepEqual(honest.answer(t), lied.answer(t)) {
				t.Errorf("%d bytes instead of %d", len(lied.body), len(honest.body))
			}
		}},
		faultproxy.BodyCut: {rule: k(faultproxy.BodyCut), ask: firstBlock, check: func(t *testing.T, honest, lied response) {
			if !errors.Is(lied.err, io.ErrUnexpectedEOF) || !bytes.HasPrefix(honest.body, lied.body) || len(lied.body) == 0 {
				t.Errorf("%d bytes of %d: %v", len(lied.body), len(honest.body), lied.err)
			}
		}},
		faultproxy.JSONBroken: {rule: k(faultproxy.JSONBroken), ask: firstBlock, check: func(t *testing.T, _, lied response) {
			if lied.status != 200 || lied.err != nil || json.Valid(lied.body) {
				t.Errorf("status %d, %v: %s", lied.status, lied.err, lied.body)
			}
		}},
		faultproxy.IDWrong: {rule: k(faultproxy.IDWrong), ask: number, check: func(t *testing.T, honest, lied response) {
			was, is := honest.answer(t), lied.answer(t)
			if string(is.ID) == string(was.ID) || is.Result != was.Result {
				t.Errorf("%s instead of %s", lied.body, honest.body)
			}
		}},
		faultproxy.VersionWrong: {rule: k(faultproxy.VersionWrong), ask: number, check: func(t *testing.T, honest, lied response) {
			was, is := honest.answer(t), lied.answer(t)
			if was.Version != "2.0" || is.Version != "1.0" || is.Result != was.Result {
				t.Errorf("%s instead of %s", lied.body, honest.body)
			}
		}},
		faultproxy.BatchPartial: {rule: k(faultproxy.BatchPartial), ask: three, check: func(t *testing.T, honest, lied response) {
			was, is := answers(t, honest), answers(t, lied)
			if len(is) != 2 || len(subtract(is, was)) != 0 {
				t.Errorf("%s instead of %s", lied.body, honest.body)
			}
		}},
		faultproxy.BatchReordered: {rule: k(faultproxy.BatchReordered), ask: three, check: func(t *testing.T, honest, lied response) {
			was, is := answers(t, honest), answers(t, lied)
			slices.Reverse(is)
			if !reflect.DeepEqual(was, is) {
				t.Errorf("%s instead of %s", lied.body, honest.body)
			}
		}},
	}
}

func same(t *testing.T, honest, lied response) {
	if lied.err != nil || !bytes.Equal(honest.body, lied.body) {
		t.Errorf("%s instead of %s: %v", lied.body, honest.body, lied.err)
	}
}

func answers(t *testing.T, r response) []any {
	t.Helper()
	var l []any
	if err := json.Unmarshal(r.body, &l); err != nil {
		t.Fatal(err)
	}
	return l
}

// subtract is what a has and b has not.
func subtract(a, b []any) []any {
	return slices.DeleteFunc(slices.Clone(a), func(v any) bool {
		return slices.ContainsFunc(b, func(w any) bool { return reflect.DeepEqual(v, w) })
	})
}

func TestEveryKind(t *testing.T) {
	cases := lies()
	for _, info := range faultproxy.Kinds() {
		if info.Stage == faultproxy.StageSocket || info.Kind == faultproxy.Hang {
			continue // TestSockets, TestHang
		}
		t.Run(string(info.Kind), func(t *testing.T) {
			c, ok := cases[info.Kind]
			if !ok {
				t.Fatal("no case for this kind")
			}
			honest := post(upstream.url, c.ask())
			waits := 0
			s := start(t, faultproxy.Options{Wait: func(context.Context, time.Duration) error { waits++; return nil }})
			off := func() {
				t.Helper()
				if r := post(s.URL(), c.ask()); r.status != honest.status || r.err != nil || !bytes.Equal(r.body, honest.body) ||
					r.header.Get("Content-Type") != honest.header.Get("Content-Type") {
					t.Errorf("not what the upstream says: %d %s: %v", r.status, r.body, r.err)
				}
			}
			off()
			if err := s.Set(c.rule); err != nil {
				t.Fatal(err)
			}
			for range c.honest {
				off()
			}
			if got := s.Fired(info.Kind); got != 0 {
				t.Errorf("fired %d times before", got)
			}
			c.check(t, honest, post(s.URL(), c.ask()))
			if got := s.Fired(info.Kind); got != 1 {
				t.Errorf("fired %d times, want 1", got)
			}
			if slow := info.Kind == faultproxy.BodySlow || info.Kind == faultproxy.AnswerLate; slow != (waits > 0) {
				t.Errorf("waited %d times", waits)
			}
			if err := s.Set(); err != nil {
				t.Fatal(err)
			}
			off()
		})
	}
}
