// SPDX-License-Identifier: Apache-2.0

package evm

import (
	"context"
	"errors"
	"fmt"
	"math/big"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/registry"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// head is the newest block of the embedded chain.
func (g *geth) head() uint64 {
	g.t.Helper()
	n, err := g.sim.Client().BlockNumber(context.Background())
	g.ok(err)
	return n
}

// mineTo mines until block n is the newest.
func (g *geth) mineTo(n uint64) {
	g.t.Helper()
	for g.head() < n {
		g.sim.Commit()
	}
}

// settled reads the final blocks into a new store.
func (g *geth) settled() (stream.State, stream.Store) {
	g.t.Helper()
	mem := store.NewMemory()
	if err := follow.Run(context.Background(), follow.Config{
		Stream: g.config(), Source: g.client, Store: mem, ReplayFrom: follow.NoReplay,
		Sleep: func(context.Context, time.Duration) error { return errIdle },
	}); !errors.Is(err, errIdle) {
		g.t.Fatal(err)
	}
	state, ok, err := mem.Load()
	g.ok(err)
	if !ok {
		g.t.Fatal("nothing is final")
	}
	return state, mem
}

// TestRecentOnGeth: the blocks above the final one are read as the chain has them, after a reorganisation of every
// depth down to the final block.
func TestRecentOnGeth(t *testing.T) {
	g := newGeth(t)
	ctx := context.Background()
	g.send("final")
	g.mineTo(32) // final from here to block 63
	final, mem := g.settled()
	if final.Last.Number != 31 || final.Messages != 1 {
		t.Fatalf("state %+v", final)
	}
	fast, err := NewRecent(g.client, message.Fast)
	g.ok(err)
	if b, err := fast.Ahead(ctx, final); err != nil || b.To >= final.Next {
		t.Errorf("nothing lies above: %+v, %v", b, err)
	}
	nonce := message.Nonce(1)
	for range 4 {
		g.send("soon")
		nonce++
	}
	g.mineTo(62)
	base, err := mem.LatestWindow()
	g.ok(err)
	for depth := 0; depth <= 30; depth++ {
		if depth > 0 {
			at := g.head() - uint64(depth)
			h, err := g.sim.Client().HeaderByNumber(ctx, new(big.Int).SetUint64(at))
			g.ok(err)
			g.ok(g.sim.Fork(h.Hash()))
			if depth > 27 { // blocks 33 to 36 held the first messages
				g.mine(1)
			}
			if at < 58 {
				g.send(fmt.Sprintf("after %d", depth))
			}
			g.mineTo(62)
		}
		b, err := fast.Ahead(ctx, final)
		g.ok(err)
		if b.From != 32 || b.To != 59 { // 62 less two, a stride of two
			t.Fatalf("depth %d: blocks %d to %d", depth, b.From, b.To)
		}
		for _, e := range b.Ends {
			h, err := g.sim.Client().HeaderByNumber(ctx, new(big.Int).SetUint64(e.Number))
			g.ok(err)
			if message.Hash(h.Hash()) != e.Hash {
				t.Errorf("depth %d: block %d is of another branch", depth, e.Number)
			}
		}
		out, err := g.client.Outbound(ctx, 31338, message.Final, At{Number: 59})
		g.ok(err)
		sent := 0
		for _, e := range b.Events {
			if e.Kind == stream.Meta {
				sent++
			}
		}
		if message.Nonce(sent)+1 != out.Nonce || len(b.Counters) != 1 || b.Counters[0].Nonce != out.Nonce {
			t.Errorf("depth %d: %d messages, counters %+v, the manager says %d", depth, sent, b.Counters, out.Nonce)
		}
		if _, _, err := stream.Step(final, b); err != nil {
			t.Errorf("depth %d: %v", depth, err)
		}
		if again, err := fast.Ahead(ctx, final); err != nil || again.Ends[len(again.Ends)-1] != b.Ends[len(b.Ends)-1] || len(again.Events) != len(b.Events) {
			t.Errorf("depth %d, asked again: %v", depth, err)
		}
		// No lane of finality fast stands on this manager yet, so there is nothing to say; what is read passes all the same.
		if _, err := stream.Ahead(final, mem, &base.Checkpoint, stream.Lower{Finality: message.Fast, MaxAhead: 64}, b); !errors.Is(err, stream.ErrNothingAhead) {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

// branchy is a chain of scripted blocks, each with the logs of its branch.
type branchy struct {
	Endpoint // panics on what a test does not expect
	blocks   map[message.Hash]Block
	logs     map[message.Hash][]Log
	chain    []message.Hash // canonical
	fork     byte
	safe     uint64
	asked    int // headers by hash
	bend     func(*Block)
	during   func() // before logs are given
	counter  uint64
	lanes    uint64 // that the manager says it has; the first has this finality, fast when 0
	lane     byte
	stateErr error
}

func newBranchy(n int) *branchy {
	b := &branchy{blocks: map[message.Hash]Block{}, logs: map[message.Hash][]Log{}, lanes: 1}
	b.grow(n)
	return b
}

// grow mines n blocks; every third one sets the remote of a lane.
func (b *branchy) grow(n int) {
	for range n {
		number := uint64(len(b.chain))
		bl := Block{BlockRef: stream.BlockRef{Number: number, Hash: message.Hash{0xb0, b.fork, byte(number >> 8), byte(number)}}}
		if number > 0 {
			bl.Parent = b.chain[number-1]
		}
		if number%3 == 0 {
			l := testLog(new(message.Words).Address(message.Address{4, b.fork}).Bytes(), topicOutboundSet, word(31338), word(1))
			l.Block, l.BlockHash, l.TxHash = number, bl.Hash, bl.Hash
			b.logs[bl.Hash] = []Log{l}
		}
		b.blocks[bl.Hash] = bl
		b.chain = append(b.chain, bl.Hash)
	}
}

func (b *branchy) reorg(depth int) {
	b.chain, b.fork = b.chain[:len(b.chain)-depth], b.fork+1
	b.grow(depth)
}

func (b *branchy) ChainID(context.Context) (message.ChainID, error) { return 31337, nil }

func (b *branchy) Block(_ context.Context, at At) (Block, error) {
	h := at.Hash
	switch {
	case at.Tag == Latest:
		h = b.chain[len(b.chain)-1]
	case at.Tag == Safe:
		if b.safe == 0 {
			return Block{}, ErrNoBlock
		}
		h = b.chain[b.safe]
	case h.IsZero():
		h = b.chain[at.Number]
	default:
		b.asked++
	}
	bl, ok := b.blocks[h]
	if !ok {
		return Block{}, ErrNoBlock
	}
	if b.bend != nil && !at.Hash.IsZero() {
		b.bend(&bl)
	}
	return bl, nil
}

func (b *branchy) Logs(_ context.Context, _ message.Address, _ []message.Hash, from, to uint64) (logs []Log, err error) {
	if b.during != nil {
		b.during()
	}
	for n := from; n <= to; n++ {
		logs = append(logs, b.logs[b.chain[n]]...)
	}
	return logs, nil
}

// Receipt is that of the one transaction of a block, whose hash is the block's.
func (b *branchy) Receipt(_ context.Context, tx message.Hash) (Receipt, bool, error) {
	bl, ok := b.blocks[tx]
	r := Receipt{TxHash: tx, Block: bl.BlockRef, Success: true}
	for _, l := range b.logs[tx] {
		if l.Index < 100 {
			r.Logs = append(r.Logs, l)
		}
	}
	return r, ok, nil
}

// Storage has the keys of one lane, or of none at the block `opened`.
func (b *branchy) Storage(_ context.Context, _ message.Address, slot message.Hash, at At) (message.Hash, error) {
	if _, ok := b.blocks[at.Hash]; !ok {
		return message.Hash{}, ErrNoBlock
	}
	if slot == (message.Hash{31: outKeysSlot}) {
		return word(b.lanes), b.stateErr
	}
	key := b.lane
	if key == 0 {
		key = 1
	}
	return message.Hash{29: 0x7a, 30: 0x6a, 31: key}, b.stateErr
}

func (b *branchy) Call(_ context.Context, _ Call, at At) ([]byte, error) {
	if _, ok := b.blocks[at.Hash]; !ok {
		return nil, ErrNoBlock
	}
	return new(message.Words).Address(message.Address{4}).Uint(b.counter).Uint(0).Uint(0).Bytes(), b.stateErr
}

// cursor is a final stream that has read the blocks up to n.
func (b *branchy) cursor(n uint64) stream.State {
	return stream.State{
		Config: stream.Config{BridgeID: testBridge, Stride: 2, Stream: message.Stream{Chain: 31337, Manager: testManager, Finality: message.Final, Epoch: 1}},
		Next:   n + 1, Last: stream.BlockRef{Number: n, Hash: b.chain[n]},
		Lanes: []stream.Outbound{{OutboundKey: stream.OutboundKey{TargetChain: 31338, Finality: message.Fast}, Remote: message.Address{4}}},
	}
}

func (b *branchy) recent(t *testing.T, f message.Finality) *Recent {
	t.Helper()
	c, err := New(context.Background(), Config{ChainID: 31337, Manager: testManager, Endpoint: b})
	if err != nil {
		t.Fatal(err)
	}
	c.rule.Evidence = registry.EvidenceAgreement
	r, err := NewRecent(c, f)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRecentWalksEachBlockOnce(t *testing.T) {
	ctx := context.Background()
	b := newBranchy(40)
	r := b.recent(t, message.Fast)
	final := b.cursor(9)
	first, err := r.Ahead(ctx, final)
	if err != nil {
		t.Fatal(err)
	}
	if first.From != 10 || first.To != 37 || len(first.Events) != 9 || b.asked != 29 { // blocks 12 to 36; parents of 39 down to 10
		t.Errorf("blocks %d to %d, %d events, %d headers asked for", first.From, first.To, len(first.Events), b.asked)
	}
	if last := first.Ends[len(first.Ends)-1]; last != (stream.BlockRef{Number: 37, Hash: b.chain[37]}) || first.Ends[0] != final.Last || len(first.Ends) != 2 {
		t.Errorf("hashes %+v", first.Ends)
	}
	asked := b.asked
	b.during = func() { t.Error("logs are read again though nothing changed") }
	if again, err := r.Ahead(ctx, final); err != nil || len(again.Events) != len(first.Events) || b.asked != asked {
		t.Errorf("asked again: %v, %d headers more", err, b.asked-asked)
	}
	b.during = nil
	for depth := 1; depth <= 29; depth++ {
		asked = b.asked
		b.reorg(depth)
		batch, err := r.Ahead(ctx, final)
		if err != nil {
			t.Fatalf("depth %d: %v", depth, err)
		}
		if batch.Ends[len(batch.Ends)-1].Hash != b.chain[37] || b.asked-asked != depth-1 { // the head itself was read by its label
			t.Errorf("depth %d: %d headers asked for", depth, b.asked-asked)
		}
		for _, e := range batch.Events {
			if want := b.logs[b.chain[e.Block]][0].Data[12+1]; e.Remote[1] != want {
				t.Errorf("depth %d: the event of block %d is of branch %d, want %d", depth, e.Block, e.Remote[1], want)
			}
		}
		if _, _, err := stream.Step(final, batch); err != nil {
			t.Errorf("depth %d: %v", depth, err)
		}
	}
}

// TestRecentUpTo: exactly the blocks up to an end are read, and none above what the finality allows.
func TestRecentUpTo(t *testing.T) {
	ctx := context.Background()
	b := newBranchy(40) // fast is 37
	r := b.recent(t, message.Fast)
	final := b.cursor(9)
	for end := uint64(11); end <= 37; end += 2 {
		batch, err := r.UpTo(ctx, final, end)
		if err != nil || batch.From != 10 || batch.To != end || batch.Ends[len(batch.Ends)-1] != (stream.BlockRef{Number: end, Hash: b.chain[end]}) {
			t.Fatalf("to %d: blocks %d to %d, %v", end, batch.From, batch.To, err)
		}
		if _, _, err := stream.Step(final, batch); err != nil {
			t.Errorf("to %d: %v", end, err)
		}
	}
	b.during = func() { t.Error("logs are read again though nothing changed") }
	if again, err := r.UpTo(ctx, final, 37); err != nil || again.To != 37 {
		t.Error(err)
	}
	b.during = nil
	for end, want := range map[uint64]error{39: message.ErrNotFinal, 41: message.ErrNotFinal, 36: message.ErrRange, 9: message.ErrRange} {
		if _, err := r.UpTo(ctx, final, end); !errors.Is(err, want) {
			t.Errorf("to %d: %v", end, err)
		}
	}
	b.reorg(10)
	batch, err := r.UpTo(ctx, final, 37)
	if err != nil || batch.Ends[len(batch.Ends)-1].Hash != b.chain[37] {
		t.Errorf("after a reorganisation: %v", err)
	}
	b.grow(2)
	if batch, err := r.UpTo(ctx, final, 39); err != nil || batch.To != 39 {
		t.Error(err)
	}
}

func TestRecentRefuses(t *testing.T) {
	for name, tc := range map[string]struct {
		spoil func(*branchy)
		want  error
	}{
		"the branch does not descend from the final block": {func(b *branchy) { b.reorg(35) }, ErrMoved},
		"a reorganisation between headers and logs":        {func(b *branchy) { b.during = func() { b.during = nil; b.reorg(12) } }, ErrMoved},
		"the end is replaced after the logs": {func(b *branchy) {
			// Blocks 37 to 39 have no log but that of 39, so the logs do not show it.
			b.during = func() { b.during = nil; b.reorg(3) }
		}, ErrMoved},
		"a parent of another number": {func(b *branchy) { b.bend = func(bl *Block) { bl.Number++ } }, message.ErrUnavailable},
		"another block than asked":   {func(b *branchy) { b.bend = func(bl *Block) { bl.Hash[0]++ } }, message.ErrUnavailable},
		"a parent that nobody has":   {func(b *branchy) { delete(b.blocks, b.chain[30]) }, ErrNoBlock},
		"no state for the counters":  {func(b *branchy) { b.stateErr = ErrNoState }, ErrNoState},
		"a log that no receipt has":  {func(b *branchy) { b.logs[b.chain[36]][0].Index = 100 }, ErrUnproven},
		"a lane that no log shows":   {func(b *branchy) { b.lanes = 2 }, ErrUnproven},
		"another lane than the logs": {func(b *branchy) { b.lane = 2 }, ErrUnproven},
		"a removed log":              {func(b *branchy) { b.logs[b.chain[36]][0].Removed = true }, message.ErrUnavailable},
		"a log of another block":     {func(b *branchy) { b.logs[b.chain[36]][0].BlockHash[3]++ }, ErrMoved},
		"a log twice":                {func(b *branchy) { l := b.logs[b.chain[36]]; b.logs[b.chain[36]] = append(l, l[0]) }, message.ErrUnavailable},
	} {
		well := map[string]bool{
			"a parent of another number": true, "another block than asked": true, "no state for the counters": true,
			"a lane that no log shows": true, "another lane than the logs": true,
		}
		b := newBranchy(40)
		final := b.cursor(9)
		r := b.recent(t, message.Fast)
		tc.spoil(b)
		if _, err := r.Ahead(context.Background(), final); !errors.Is(err, tc.want) || message.FateOf(err) != message.Retry {
			t.Errorf("%s: %v", name, err)
		}
		// An endpoint that is well again is believed again.
		b.bend, b.stateErr, b.lanes, b.lane = nil, nil, 1, 0
		if well[name] {
			if _, err := r.Ahead(context.Background(), final); err != nil {
				t.Errorf("%s, then well: %v", name, err)
			}
		}
	}
}

// A header that lied about its parent is asked for again.
func TestRecentForgetsALie(t *testing.T) {
	b := newBranchy(40)
	r := b.recent(t, message.Fast)
	b.bend = func(bl *Block) {
		if bl.Number == 10 {
			bl.Parent[5] ^= 1
		}
	}
	final := b.cursor(9)
	if _, err := r.Ahead(context.Background(), final); !errors.Is(err, ErrMoved) {
		t.Fatal(err)
	}
	b.bend = nil
	if _, err := r.Ahead(context.Background(), final); err != nil {
		t.Error(err)
	}
}

func TestRecentBounds(t *testing.T) {
	ctx := context.Background()
	b := newBranchy(MaxRecent + 12)
	r := b.recent(t, message.Fast)
	if _, err := r.Ahead(ctx, b.cursor(9)); !errors.Is(err, ErrFar) || message.FateOf(err) != message.Retry || b.asked != 0 {
		t.Errorf("%d blocks above: %v, %d headers asked for", MaxRecent+2, err, b.asked)
	}
	if _, err := r.Ahead(ctx, b.cursor(11)); err != nil {
		t.Error(err)
	}
	for range 3 {
		b.reorg(MaxRecent - 2)
		if _, err := r.Ahead(ctx, b.cursor(11)); err != nil {
			t.Error(err)
		}
	}
	if n := len(r.walked); n > 3*MaxRecent {
		t.Errorf("%d headers are kept", n)
	}
	fresh, err := stream.NewState(b.cursor(9).Config)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := r.Ahead(ctx, fresh); !errors.Is(err, message.ErrNotFinal) {
		t.Errorf("nothing read yet: %v", err)
	}
	other := b.cursor(11)
	other.Config.Stream.Manager[0]++
	if _, err := r.Ahead(ctx, other); !errors.Is(err, message.ErrRange) {
		t.Errorf("another manager: %v", err)
	}
}

func TestRecentLabels(t *testing.T) {
	ctx := context.Background()
	b := newBranchy(40)
	r := b.recent(t, message.Safe)
	final := b.cursor(9)
	if _, err := r.Ahead(ctx, final); !errors.Is(err, message.ErrNotFinal) {
		t.Errorf("no safe block: %v", err)
	}
	for safe, want := range map[uint64]uint64{4: 0, 9: 0, 10: 0, 11: 11, 12: 11, 30: 29} {
		b.safe = safe
		if batch, err := r.Ahead(ctx, final); err != nil || batch.To != want {
			t.Errorf("safe block %d: blocks to %d, %v", safe, batch.To, err)
		}
	}
	for chain, want := range map[message.ChainID][2]bool{1: {true, true}, 56: {false, true}, 137: {false, false}, 43114: {false, false}} {
		c, err := New(ctx, Config{ChainID: chain, Manager: testManager, Endpoint: idOf{b, chain}})
		if err != nil {
			t.Fatal(err)
		}
		for i, f := range []message.Finality{message.Fast, message.Safe} {
			if _, err := NewRecent(c, f); (err == nil) != want[i] || err != nil && !errors.Is(err, message.ErrRange) {
				t.Errorf("chain %s, %s: %v", chain, f, err)
			}
		}
		if _, err := NewRecent(c, message.Final); !errors.Is(err, message.ErrRange) {
			t.Errorf("chain %s, final: %v", chain, err)
		}
	}
}

// idOf is the endpoint of another chain.
type idOf struct {
	Endpoint
	id message.ChainID
}

func (i idOf) ChainID(context.Context) (message.ChainID, error) { return i.id, nil }
