// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package faults

import (
	"flag"
	"os"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest/faultproxy"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
)

// TestMain lets more tests run at once than there are cores: most of what they do is wait for blocks.
func TestMain(m *testing.M) {
	flag.Parse()
	if err := flag.Set("test.parallel", "4"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// effect is what happens while a kind strikes in its second act.
type effect int

const (
	stops  effect = iota + 1 // the source gives errors and no window
	waits                    // no errors, and nothing new is read
	goesOn                   // everything is read all the same
	free                     // some of it is read, in time; what is read is right
)

// play is how one kind is played.
type play struct {
	kind   faultproxy.Kind
	all    bool   // the second act strikes all endpoints; else endpoint 0 while endpoint 1 tells another history
	effect effect // of the second act
	rule   faultproxy.Rule
	beside []faultproxy.Rule // on the struck endpoints as well, in both acts
	asks   []ask
	wakes  bool // the reader is woken by WebSockets
	quiet  bool // the second act need not strike
}

// receipts, code and batches are asked by parts of a node other than the follower.
var (
	receipts = []ask{askReceipts}
	code     = []ask{askCode}
	beyond   = []ask{askBeyond}
	batches  = []ask{askBatch}
	heads    = []ask{askHead}

	// recheck makes the pool ask again which chain an endpoint serves, as after every failure.
	recheck = []faultproxy.Rule{{Fault: faultproxy.HTTP503, Count: 2}}
)

// plays has every kind, in the order of the documentation.
var plays = []play{
	{kind: faultproxy.LogDrop, effect: stops},
	{kind: faultproxy.LogAdd, effect: stops, rule: faultproxy.Rule{Forge: &faultproxy.Forge{
		TargetChain: targetID, Sender: message.Address{0xba, 0xd0}, Target: message.Address{0xba, 0xd1}, Data: "never sent",
	}}},
	{kind: faultproxy.LogData, effect: stops},
	{kind: faultproxy.LogTopic, effect: stops},
	{kind: faultproxy.LogAddress, effect: stops},
	{kind: faultproxy.LogBlockHash, effect: stops},
	{kind: faultproxy.LogTxHash, effect: stops},
	{kind: faultproxy.LogRemoved, effect: stops},
	{kind: faultproxy.LogDuplicate, effect: stops},
	{kind: faultproxy.LogReorder, effect: free}, // the order is put right
	{kind: faultproxy.LogTruncated, effect: stops},
	{kind: faultproxy.LogsEmpty, effect: stops},
	{kind: faultproxy.ReceiptStatus, effect: free, asks: receipts},
	{kind: faultproxy.ReceiptLogIndex, effect: free, asks: receipts},
	{kind: faultproxy.ReceiptLogMissing, effect: free, asks: receipts},
	{kind: faultproxy.ReceiptNull, effect: free, asks: receipts},
	{kind: faultproxy.ReceiptsRoot, effect: free},
	{kind: faultproxy.TransactionsRoot, effect: free},
	{kind: faultproxy.BlockHash, effect: stops},
	{kind: faultproxy.BlockParent, effect: stops},
	{kind: faultproxy.BlockNull, effect: stops},
	{kind: faultproxy.GenesisHash, all: true, effect: stops, beside: recheck},
	{kind: faultproxy.ChainID, all: true, effect: stops, beside: recheck},
	{kind: faultproxy.Code, effect: free, asks: code},
	{kind: faultproxy.CallResult, effect: stops},
	{kind: faultproxy.HeadStale, all: true, effect: waits},
	{kind: faultproxy.HeadBack, all: true, effect: free, asks: heads},
	{kind: faultproxy.FinalStale, all: true, effect: waits},
	{kind: faultproxy.FinalBack, all: true, effect: free},
	{kind: faultproxy.FinalNull, all: true, effect: waits},
	{kind: faultproxy.FinalNoMethod, all: true, effect: waits},
	{kind: faultproxy.FinalUnknown, all: true, effect: waits},
	{kind: faultproxy.HistoryOther, effect: stops, rule: faultproxy.Rule{FromBlock: 1}},
	{kind: faultproxy.HistoryMixed, effect: free, rule: faultproxy.Rule{FromBlock: 1}},
	{kind: faultproxy.ResultNull, all: true, effect: stops},
	{kind: faultproxy.ResultEmpty, all: true, effect: stops},
	{kind: faultproxy.UnknownBlockIsEmpty, effect: free, asks: beyond},
	{kind: faultproxy.RangeLimit, all: true, effect: goesOn, rule: faultproxy.Rule{N: 1}},
	{kind: faultproxy.ResultLimit, all: true, effect: free, rule: faultproxy.Rule{N: 2}},
	{kind: faultproxy.RPCRateLimit, all: true, effect: stops},
	{kind: faultproxy.RPCInternal, all: true, effect: stops},
	{kind: faultproxy.HTTP429, all: true, effect: stops},
	{kind: faultproxy.HTTP429After, all: true, effect: stops},
	{kind: faultproxy.HTTP413, all: true, effect: stops},
	{kind: faultproxy.HTTP500, all: true, effect: stops},
	{kind: faultproxy.HTTP502, all: true, effect: stops},
	{kind: faultproxy.HTTP503, all: true, effect: stops},
	{kind: faultproxy.HTTPPage, all: true, effect: stops},
	{kind: faultproxy.AnswerLate, all: true, effect: goesOn},
	{kind: faultproxy.Hang, all: true, effect: stops},
	{kind: faultproxy.ConnectionReset, all: true, effect: stops},
	{kind: faultproxy.BodySlow, all: true, effect: stops, rule: faultproxy.Rule{N: 4000}},
	{kind: faultproxy.BodyHuge, all: true, effect: free, rule: faultproxy.Rule{N: 33 << 20, Count: 4}},
	{kind: faultproxy.BodyCut, all: true, effect: stops},
	{kind: faultproxy.JSONBroken, all: true, effect: stops},
	{kind: faultproxy.IDWrong, all: true, effect: stops},
	{kind: faultproxy.VersionWrong, all: true, effect: stops},
	{kind: faultproxy.BatchPartial, all: true, effect: goesOn, asks: batches, quiet: true},
	{kind: faultproxy.BatchReordered, all: true, effect: goesOn, asks: batches, quiet: true},
	{kind: faultproxy.SocketRefused, all: true, effect: goesOn, wakes: true, beside: []faultproxy.Rule{{Fault: faultproxy.SocketDrop}}}, // what is open is cut first
	{kind: faultproxy.SocketDrop, all: true, effect: goesOn, wakes: true},
	{kind: faultproxy.SocketSilent, all: true, effect: goesOn, wakes: true},
}

// TestPlaysHaveEveryKind: a kind that is new in the fault proxy needs a row here.
func TestPlaysHaveEveryKind(t *testing.T) {
	t.Parallel()
	kinds := faultproxy.Kinds()
	if len(kinds) != len(plays) {
		t.Fatalf("%d kinds, %d of them are played", len(kinds), len(plays))
	}
	for i, k := range kinds {
		if plays[i].kind != k.Kind {
			t.Errorf("kind %d is %s, played is %s", i, k.Kind, plays[i].kind)
		}
	}
}

// TestKindsOnGeth plays every kind before a chain with traffic on it. First act: one of three endpoints
// is struck from the start on; all is read on. Second act: all are struck, by what is a failure; or, by what is a lie, one
// while another one tells another history, so that no two agree on anything but the truth. (Two that tell the same lie
// decide: that is the limit of two that must agree.) Then all are honest again, and everything is read without a
// restart. At no time is there a wrong window, nor one too few.
func TestKindsOnGeth(t *testing.T) {
	playAll(t, gethWorld(t))
}

// TestKindsOnAnvil is the same on anvil.

func TestKindsOnAnvil(t *testing.T) {
	playAll(t, anvilWorld(t, 1, "--block-time", "0.1"))
}

// short batches: each block with messages costs questions of its own, and a batch is read whole or not at all.
const short = 20

func playAll(t *testing.T, w *world) {
	w.traffic(t)
	truth := newTruth(w)
	first := read(t, w, truth, options{straight: true, maxBlocks: short})
	await(t, "first windows", func() bool { return first.windows.Load() > 4 })
	for i := range plays {
		t.Run(string(plays[i].kind), func(t *testing.T) {
			t.Parallel()
			playOne(t, w, truth, first.store, &plays[i])
		})
	}
}

func playOne(t *testing.T, w *world, truth *truth, from stream.Store, p *play) {
	rule := p.rule
	rule.Fault = p.kind
	if p.kind == faultproxy.LogAdd {
		rule.Contract = &w.manager
	}
	struck := append([]faultproxy.Rule{rule}, p.beside...)
	o := options{rules: map[int][]faultproxy.Rule{0: struck}, asks: p.asks, from: from, maxBlocks: short}
	var alarm *alarm
	if p.wakes {
		alarm = newAlarm(t)
		o.sleep = alarm.sleep
	}
	r := read(t, w, truth, o)
	if alarm != nil {
		alarm.start(r)
	}
	await(t, "the first strike", func() bool { return r.alive() && r.fired(0, p.kind) > 0 })
	r.reaches("one endpoint is struck")
	if alarm != nil {
		alarm.wakes("one endpoint is struck")
	}

	second := map[int][]faultproxy.Rule{0: struck, 1: {{Fault: faultproxy.HistoryOther, FromBlock: 1}}}
	if p.all {
		second = map[int][]faultproxy.Rule{0: struck, 1: struck, 2: struck}
	}
	before := make([]uint64, endpoints)
	for i := range before {
		before[i] = r.fired(i, p.kind)
	}
	r.set(second)
	for i := range before {
		if (p.all || i == 0) && !p.quiet {
			await(t, "a strike of the second act", func() bool { return r.alive() && r.fired(i, p.kind) > before[i] })
		}
	}
	switch p.effect {
	case stops:
		r.fails("second act")
		held := r.windows.Load()
		r.passes(6)
		if now := r.windows.Load(); now != held {
			t.Errorf("%d windows were read although no two endpoints agree", now-held)
		}
	case waits:
		// Every endpoint stands still by now, somewhere at or below the head.
		still := w.head(t)
		await(t, "finality moves on", func() bool { return r.alive() && w.final(t) >= still+6 })
		if now := r.final.Load(); now > still {
			t.Errorf("block %d was taken as final, finality stands still at or below %d", now, still)
		}
	case goesOn:
		r.reaches("second act")
	case free:
		r.passes(4)
	}
	r.alive()
	r.set(nil)
	r.reaches("all endpoints are honest again")
	for _, m := range r.pool.Health().Members {
		t.Logf("%s: %d requests, %d failures, %d dissents", m.Name, m.Requests, m.Failures, m.Dissents)
	}
	for i, s := range r.proxies {
		t.Logf("endpoint-%d: %v", i, s.Counts())
	}
	if p.asks != nil && r.asked.Load() == 0 {
		t.Error("nothing was asked beside following")
	}
}
