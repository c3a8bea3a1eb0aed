// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/big"
	"slices"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/contracts/bindings"
	"github.com/aitbc/bridge/keys/schnorr"
)

// gate is a target in memory that takes what a manager takes: each nonce of a lane once, under a checkpoint of the
// finality that its recipient demands, with a path that leads to a root.
type gate struct {
	*fakeTarget
	t         *testing.T
	roots     map[message.Hash]message.Finality // certified
	demands   map[message.Address]message.Finality
	lanes     map[message.Address]map[uint64][32]byte
	simulated int
	words     int // of replay bits that were read
	arrived   []arrival
}

// arrival is one delivery.
type arrival struct {
	data         string
	asked, under message.Finality
}

func refusal(t *testing.T, name string, args ...any) error {
	t.Helper()
	abi, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil {
		t.Fatal(err)
	}
	e := abi.Errors[name]
	packed, err := e.Inputs.Pack(args...)
	if err != nil {
		t.Fatal(err)
	}
	return fmt.Errorf("simulate: %w", &evm.RevertError{Data: append(bytes.Clone(e.ID[:4]), packed...)})
}

// read takes a call apart; what no manager would take fails the test.
func (g *gate) read(call []byte) (a arrival, to message.Address, lane message.Address, nonce uint64) {
	abi, err := bindings.CrossChainManagerMetaData.GetAbi()
	if err != nil {
		g.t.Fatal(err)
	}
	args, err := abi.Methods["receiveMessage"].Inputs.Unpack(call[4:])
	if err != nil {
		g.t.Fatal(err)
	}
	chain, id, proof := args[0].(*big.Int).Uint64(), message.Hash(args[1].([32]byte)), args[4].([]byte)
	a = arrival{string(args[3].([]byte)), message.Finality(proof[0] >> 1 & 3), message.Finality(proof[0] >> 3 & 3)}
	var path []message.Hash
	for at := proofHead; at < len(proof); at += 32 {
		path = append(path, message.Hash(proof[at:at+32]))
	}
	if f, ok := g.roots[merkle.Verify(id, path)]; !ok || f != a.under || a.under < a.asked {
		g.t.Errorf("message %q asked %s: the path leads to no root of finality %s", a.data, a.asked, a.under)
	}
	lane = message.Lane{SourceChain: message.ChainID(chain), SourceManager: g.remote, Finality: a.asked}.ID()
	return a, message.Address(args[2].(common.Address)), lane, new(big.Int).SetBytes(proof[1:7]).Uint64()
}

func (g *gate) Simulate(_ context.Context, call []byte) error {
	g.simulated++
	a, to, lane, nonce := g.read(call)
	switch d := g.demands[to]; {
	case bit(g.lanes[lane][nonce>>8], uint8(nonce)):
		return refusal(g.t, "AlreadyDelivered", common.Address(lane), new(big.Int).SetUint64(nonce))
	case a.under != message.Final && a.under < d:
		return refusal(g.t, "FinalityDemanded", common.Address(to), big.NewInt(int64(d)), big.NewInt(int64(a.under)))
	}
	return nil
}

func (g *gate) Send(ctx context.Context, call []byte) (evm.Receipt, error) {
	if err := g.Simulate(ctx, call); err != nil {
		return evm.Receipt{}, err
	}
	a, _, lane, nonce := g.read(call)
	g.arrived = append(g.arrived, a)
	g.set(lane, nonce)
	return evm.Receipt{Success: true, GasUsed: 50_000}, nil
}

func (g *gate) set(lane message.Address, nonce uint64) {
	if g.lanes[lane] == nil {
		g.lanes[lane] = map[uint64][32]byte{}
	}
	word := g.lanes[lane][nonce>>8]
	word[31-uint8(nonce)/8] |= 1 << (nonce % 8)
	g.lanes[lane][nonce>>8] = word
}

func (g *gate) DeliveredWord(_ context.Context, lane message.Address, index uint64) ([32]byte, error) {
	g.words++
	return g.lanes[lane][index], nil
}

func (g *gate) DeliveredWordAt(ctx context.Context, lane message.Address, index, block uint64) ([32]byte, error) {
	if word, ok := g.past[block]; ok {
		return word, nil
	}
	return g.DeliveredWord(ctx, lane, index)
}

// above reads blocks of a scripted chain; the newest two are not fast yet.
type above struct{ *chaintest.Chain }

func (a above) UpTo(ctx context.Context, final stream.State, end uint64) (stream.Batch, error) {
	if end+2 > a.Head().Number {
		return stream.Batch{}, message.ErrNotFinal
	}
	return a.blocks(ctx, final, end)
}

func (a above) blocks(ctx context.Context, final stream.State, end uint64) (stream.Batch, error) {
	b, err := a.Batch(ctx, final.Config, final.Next, end)
	if err != nil {
		return b, err
	}
	ev, err := a.Evidence(ctx, final.Config, stream.Needs(final, b))
	b.Ends, b.Counters, b.DeliveredWords = ev.Ends, ev.Counters, ev.DeliveredWords
	return b, err
}

// ahead is one source with a final stream and two below it, and a worker for one target.
type ahead struct {
	*testing.T
	chain *chaintest.Chain
	src   *source
	fast  *lower
	safe  *lower
	own   *source // the target's own stream
	gate  *gate
	w     *worker
	r     *Relayer
	key   testKey
	now   time.Time
}

func newAhead(t *testing.T) *ahead {
	t.Helper()
	return newAheadOf(t, newTestKey(t, 424242), message.Address{0xb})
}

// newAheadOf is newAhead with a target's manager elsewhere.
func newAheadOf(t *testing.T, key testKey, manager message.Address) *ahead {
	t.Helper()
	remote := message.Address{0xa}
	a := &ahead{T: t, key: key, now: time.Now(), chain: chaintest.New(message.Hash{1}, 31337, remote)}
	for f := message.Fast; f <= message.Final; f++ {
		a.chain.SetRemote(31338, f, manager)
	}
	a.chain.Mine(1)
	a.gate = &gate{
		fakeTarget: &fakeTarget{key: key.pk, remote: remote, manager: manager}, t: t, roots: map[message.Hash]message.Finality{},
		demands: map[message.Address]message.Finality{}, lanes: map[message.Address]map[uint64][32]byte{},
	}
	a.src = &source{index: 1, cfg: a.chain.Config(2), store: store.NewMemory(), stop: func() {}}
	own := a.src.cfg
	own.Stream = message.Stream{Chain: 31338, Manager: manager, Finality: message.Final, Epoch: 1}
	a.own = &source{index: 9, cfg: own, store: store.NewMemory(), stop: func() {}}
	a.r = &Relayer{sources: []*source{a.src, a.own}, closed: map[uint16]bool{}}
	a.r.cfg.Logger = slog.New(slog.DiscardHandler)
	a.r.cfg.Recent = func(message.Stream) (Recent, error) { return above{a.chain}, nil }
	a.w = newWorker(a.gate, a.r.list, slog.New(slog.DiscardHandler))
	a.r.workers = []*worker{a.w}
	a.fast, a.safe = a.open(2, message.Fast, 1), a.open(3, message.Safe, 1)
	a.settle(1)
	return a
}

// open follows a stream below final.
func (a *ahead) open(index uint16, f message.Finality, generation uint32) *lower {
	a.Helper()
	st := Stream{Config: a.src.cfg, Generation: generation}
	st.Config.Stream.Finality = f
	got, err := a.r.add(index, st)
	a.ok(err)
	l, ok := got.(*lower)
	if !ok {
		a.Fatalf("stream %d is not followed", index)
	}
	return l
}

func (a *ahead) ok(err error) {
	a.Helper()
	if err != nil {
		a.Fatal(err)
	}
}

func (a *ahead) state() stream.State {
	a.Helper()
	s, ok, err := a.src.store.Load()
	a.ok(err)
	if !ok {
		s, err = stream.NewState(a.src.cfg)
		a.ok(err)
	}
	return s
}

// send sends one message in a block of its own.
func (a *ahead) send(f message.Finality, to byte, data string) message.Message {
	m := a.chain.Send(31338, f, message.Address{5}, message.Address{to}, []byte(data))
	a.chain.Mine(1)
	return m
}

// settle makes the blocks up to `to` final and reads them.
func (a *ahead) settle(to uint64) {
	a.Helper()
	for a.chain.Head().Number < to {
		a.chain.Mine(1)
	}
	a.chain.Finalize(to)
	state := a.state()
	b, err := above{a.chain}.blocks(a.Context(), state, to)
	a.ok(err)
	next, windows, err := stream.Step(state, b)
	a.ok(err)
	a.ok(a.src.store.Commit(next, windows))
}

func (a *ahead) sign(k message.Checkpoint) Certificate {
	a.gate.roots[k.Root] = k.Stream.Finality
	return Certificate{Checkpoint: k, Signature: a.key.sign(k.Digest())}
}

// certify gives the certificate of the newest final window.
func (a *ahead) certify() message.Checkpoint {
	a.Helper()
	w, err := a.src.store.LatestWindow()
	a.ok(err)
	a.give(a.src, a.sign(w.Checkpoint))
	return w.Checkpoint
}

// tip certifies what lies above a base up to a block, as the validators see it now.
func (a *ahead) tip(f message.Finality, base *message.Checkpoint, to uint64) Certificate {
	a.Helper()
	state := a.state()
	b, err := above{a.chain}.UpTo(a.Context(), state, to)
	a.ok(err)
	t, err := stream.Ahead(state, a.src.store, base, stream.Lower{Finality: f, MaxAhead: stream.DefaultMaxAhead}, b)
	a.ok(err)
	return a.sign(t.Window.Checkpoint)
}

// give offers a certificate and expects it to become usable.
func (a *ahead) give(s followed, c Certificate) {
	a.Helper()
	a.ok(s.offer(c, []schnorr.PublicKey{a.key.pk}))
	if fresh, err := s.settle(a.Context()); !fresh || err != nil {
		a.Fatalf("certificate at block %d: usable %t, %v", c.Checkpoint.End, fresh, err)
	}
}

// round lets time pass until all that waits is due, and tries it.
func (a *ahead) round() map[Reason]int {
	a.Helper()
	a.now = a.now.Add(2 * maxRetry)
	return round(a.T, a.w, a.now)
}

func (a *ahead) arrivedAre(want ...arrival) {
	a.Helper()
	if !slices.Equal(a.gate.arrived, want) {
		a.Errorf("arrived %v, want %v", a.gate.arrived, want)
	}
}

const (
	fast  = message.Fast
	safe  = message.Safe
	final = message.Final
)

// A message goes out under the first certificate that is enough for it, once, and what is final takes the final way.
func TestDeliveredAsEarlyAsACertificateAllows(t *testing.T) {
	a := newAhead(t)
	a.send(final, 1, "old")
	a.settle(3)
	base := a.certify()
	if got := a.round(); got[Delivered] != 1 {
		t.Fatalf("%v", got)
	}
	a.send(fast, 1, "f")
	a.send(safe, 1, "s")
	a.send(final, 1, "x")
	a.chain.Mine(5)
	a.give(a.fast, a.tip(fast, &base, 9))
	if got := a.round(); got[Delivered] != 1 || len(got) != 1 {
		t.Errorf("fast: %v", got)
	}
	a.give(a.safe, a.tip(safe, &base, 9))
	if got := a.round(); got[Delivered] != 1 || len(got) != 1 {
		t.Errorf("safe: %v", got)
	}
	a.settle(9)
	read := a.gate.words
	if got := a.round(); len(got) != 0 || a.gate.words != read {
		t.Errorf("no new certificate: %v, %d words read", got, a.gate.words-read)
	}
	a.certify()
	if got := a.round(); got[Delivered] != 1 || len(got) != 1 {
		t.Errorf("final: %v", got)
	}
	a.arrivedAre(arrival{"old", final, final}, arrival{"f", fast, fast}, arrival{"s", safe, safe}, arrival{"x", final, final})
	if a.w.queue.Len() != 0 || len(a.w.done) != 0 {
		t.Errorf("%d wait, %d are remembered", a.w.queue.Len(), len(a.w.done))
	}
}

// What nobody certified below final goes out under the final certificate, on the lane that it asked for; so does what waits for a lane
// meanwhile, and it is queued once.
func TestFastMessageUnderAFinalCertificate(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "f")
	a.send(fast, 1, "g")
	a.chain.Mine(6)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.gate.paused = true
	if got := a.round(); got[LanePaused] != 2 {
		t.Fatalf("%v", got)
	}
	a.settle(5)
	a.certify()
	if got := a.round(); got[LanePaused] != 2 || a.w.queue.Len() != 2 {
		t.Errorf("%v, %d wait", got, a.w.queue.Len())
	}
	a.gate.paused = false
	if got := a.round(); got[Delivered] != 2 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"f", fast, final}, arrival{"g", fast, final})
	if fresh, err := a.fast.settle(t.Context()); fresh || err != nil || len(a.fast.usable()) != 1 {
		t.Errorf("%t, %v, %d tips", fresh, err, len(a.fast.usable()))
	}
	if _, err := a.fast.settle(t.Context()); err != nil || len(a.fast.usable()) != 0 {
		t.Errorf("what a final certificate covers is kept: %d tips, %v", len(a.fast.usable()), err)
	}
}

// A certificate below final waits for the own blocks, and is not used while they differ.
func TestTipWaitsForTheOwnBlocks(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "f")
	a.chain.Mine(5)
	good := a.tip(fast, nil, 5)
	other := good.Checkpoint
	other.Root[0] ^= 1
	a.chain.Reorg(4) // the own endpoints are behind
	a.ok(a.fast.offer(good, []schnorr.PublicKey{a.key.pk}))
	for range 3 {
		if fresh, err := a.fast.settle(t.Context()); fresh || err != nil {
			t.Fatalf("usable %t, %v", fresh, err)
		}
	}
	if got := a.round(); len(got) != 0 {
		t.Errorf("%v", got)
	}
	a.chain.Mine(4)
	if fresh, err := a.fast.settle(t.Context()); !fresh || err != nil {
		t.Fatalf("usable %t, %v", fresh, err)
	}
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("%v", got)
	}
	// Own blocks that are not final give another tip: it waits, and nothing is said against it yet.
	b := newAhead(t)
	b.send(fast, 1, "f")
	b.chain.Mine(5)
	b.ok(b.fast.offer(b.sign(other), []schnorr.PublicKey{b.key.pk}))
	unsettled := new(stream.UnsettledError)
	for range 3 {
		if fresh, err := b.fast.settle(t.Context()); fresh || !errors.As(err, &unsettled) || message.FateOf(err) != message.Retry {
			t.Fatalf("usable %t, %v", fresh, err)
		}
	}
	// Final ones do: it is said once, and the certificate is never used.
	b.settle(5)
	wrong := new(stream.ContradictionError)
	if fresh, err := b.fast.settle(t.Context()); fresh || !errors.As(err, &wrong) || wrong.Certified != other {
		t.Fatalf("usable %t, %v", fresh, err)
	}
	b.ok(b.fast.offer(b.sign(other), []schnorr.PublicKey{b.key.pk}))
	if fresh, err := b.fast.settle(t.Context()); fresh || err != nil {
		t.Errorf("said again: %t, %v", fresh, err)
	}
	if got := b.round(); len(got) != 0 || len(b.gate.arrived) != 0 {
		t.Errorf("%v", got)
	}
}

// An older certificate is used while the newest is ahead of the own blocks.
func TestOlderTipIsUsedMeanwhile(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "f")
	a.chain.Mine(1)
	a.send(fast, 1, "g")
	a.chain.Mine(5)
	old, next := a.tip(fast, nil, 3), a.tip(fast, nil, 7)
	a.chain.Reorg(3)
	a.ok(a.fast.offer(old, []schnorr.PublicKey{a.key.pk}))
	a.give(a.fast, next)
	if got := a.round(); got[Delivered] != 1 {
		t.Fatalf("%v", got)
	}
	a.chain.Mine(3)
	if fresh, err := a.fast.settle(t.Context()); !fresh || err != nil {
		t.Fatal(fresh, err)
	}
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"f", fast, fast}, arrival{"g", fast, fast})
}

// INVARIANT: I-13. Certificates that the own blocks never reach, and tips that no final certificate covers, are bounded; the newest are kept.
func TestTipsAreBounded(t *testing.T) {
	a := newAhead(t)
	for range maxTips + 10 {
		a.send(fast, 1, "f")
		a.chain.Mine(1)
	}
	a.chain.Mine(2)
	if len(a.fast.usable()) != 0 {
		t.Fatal("tips before any certificate")
	}
	wide := a.state()
	b, err := above{a.chain}.blocks(t.Context(), wide, 2*maxTips+21)
	a.ok(err)
	next, windows, err := stream.Step(wide, b)
	a.ok(err)
	a.ok(a.src.store.Commit(next, windows))
	for i := range windows {
		tip, err := stream.Rederive(next, a.src.store, nil, stream.Lower{Finality: fast, MaxAhead: stream.MaxAheadLimit}, stream.BlockRef{
			Number: windows[i].Checkpoint.End, Hash: windows[i].Checkpoint.BlockHash,
		})
		a.ok(err)
		a.give(a.fast, a.sign(tip.Window.Checkpoint))
	}
	tips := a.fast.usable()
	if len(windows) <= maxTips || len(tips) != maxTips || tips[maxTips-1].Certificate.Checkpoint.End != windows[len(windows)-1].Checkpoint.End {
		t.Errorf("%d tips of %d windows", len(tips), len(windows))
	}
	last := tips[maxTips-1].Certificate.Checkpoint
	for range 3 * maxWaiting {
		last.End += 2
		a.ok(a.fast.offer(a.sign(last), []schnorr.PublicKey{a.key.pk}))
	}
	if n := len(a.fast.waiting); n != maxWaiting || a.fast.waiting[n-1].Checkpoint != last || a.fast.after() != last.End {
		t.Errorf("%d wait", n)
	}
}

// A message that comes back in another block after a reorganisation is not delivered again.
func TestReorganisedMessageIsDeliveredOnce(t *testing.T) {
	a := newAhead(t)
	a.send(final, 1, "old")
	a.settle(3)
	base := a.certify()
	a.round()
	m := a.send(fast, 1, "f")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, &base, 5))
	a.round()
	a.chain.Reorg(int(a.chain.Head().Number - 3))
	a.chain.Mine(3)
	if again := a.send(fast, 1, "f"); again.ID() != m.ID() {
		t.Fatal("another message: the test proves nothing")
	}
	a.chain.Mine(6)
	a.give(a.fast, a.tip(fast, &base, 11))
	if got := a.round(); len(got) != 0 {
		t.Errorf("in the next tip: %v", got)
	}
	a.settle(11)
	a.certify()
	if got := a.round(); len(got) != 0 || a.w.queue.Len() != 0 {
		t.Errorf("under the final one: %v", got)
	}
	a.arrivedAre(arrival{"old", final, final}, arrival{"f", fast, fast})
	if _, err := a.fast.settle(t.Context()); message.FateOf(err) != message.Halt {
		t.Errorf("the first tip held the message earlier than the final history: %v", err)
	}
}

// Below final another message can take a nonce in any epoch. The one of the surviving branch is superseded once the target's final
// blocks show that it did not arrive; final messages are not concerned.
func TestSupersededBelowFinal(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "dead")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.round()
	a.chain.Reorg(int(a.chain.Head().Number - 1))
	a.send(final, 1, "x")
	a.send(fast, 1, "alive")
	a.chain.Mine(4)
	a.settle(7)
	a.certify()
	a.gate.past = map[uint64][32]byte{1: {31: 1}} // not yet final at the block that is read first
	read(t, a.own)
	if got := a.round(); got[Delivered] != 1 || got[Certified] != 1 || len(got) != 2 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"dead", fast, fast}, arrival{"x", final, final})
	delete(a.gate.past, 1)
	if got := a.round(); got[Certified] != 1 || a.w.queue.Len() != 1 {
		t.Errorf("the same final block is judged again: %v", got)
	}
	read(t, a.own)
	if got := a.round(); got[Superseded] != 1 || a.w.queue.Len() != 0 {
		t.Errorf("%v", got)
	}
	if got := a.round(); len(got) != 0 {
		t.Errorf("tried again: %v", got)
	}
}

// Another relayer was quicker, or another message: the target's final blocks tell.
func TestTakenBelowFinalIsJudged(t *testing.T) {
	a := newAhead(t)
	m := a.send(fast, 1, "f")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.w.scan(t.Context(), a.now)
	a.gate.set(m.Lane().ID(), uint64(m.Nonce)) // after the scan, before the attempt
	read(t, a.own)
	a.gate.past = map[uint64][32]byte{1: {31: 1}}
	if got := a.round(); got[Certified] != 1 || len(got) != 1 {
		t.Fatalf("%v", got)
	}
	read(t, a.own, m.ID())
	if got := a.round(); got[Delivered] != 1 || a.w.queue.Len() != 0 || a.gate.simulated != 1 {
		t.Errorf("%v, %d simulated", got, a.gate.simulated)
	}
	a.arrivedAre()
}

// A recipient that demands more is asked once under each finality, and gets its message with the first that is enough.
func TestFinalityDemandedWaits(t *testing.T) {
	for _, demand := range []message.Finality{safe, final} {
		a := newAhead(t)
		a.gate.demands[message.Address{7}] = demand
		a.send(fast, 7, "d")
		a.send(fast, 1, "f")
		a.chain.Mine(4)
		a.give(a.fast, a.tip(fast, nil, 5))
		if got := a.round(); got[FinalityDemanded] != 1 || got[Delivered] != 1 {
			t.Fatalf("%s: %v", demand, got)
		}
		asked := a.gate.simulated
		for range 5 {
			if got := a.round(); got[FinalityDemanded] != 1 || len(got) != 1 || a.gate.simulated != asked {
				t.Errorf("%s: %v, simulated %d times more", demand, got, a.gate.simulated-asked)
			}
		}
		a.give(a.safe, a.tip(safe, nil, 5))
		want := arrival{"d", fast, safe}
		if demand == final {
			if got := a.round(); got[FinalityDemanded] != 1 || a.gate.simulated != asked {
				t.Errorf("%v, simulated %d times more", got, a.gate.simulated-asked)
			}
			a.settle(5)
			a.certify()
			want.under = final
		}
		// At once, not when its pause is over.
		if got := round(t, a.w, a.now.Add(1)); got[Delivered] != 1 {
			t.Errorf("%s: %v", demand, got)
		}
		a.arrivedAre(arrival{"f", fast, fast}, want)
	}
}

// A stream that the validators stopped or closed proves nothing more. What it showed waits for the final one, or was never there.
func TestStoppedStreamIsNotUsed(t *testing.T) {
	for name, end := range map[string]func(*ahead, Stream){
		"stopped": func(a *ahead, st Stream) {
			st.Generation, st.Stopped = 2, true
			if got, err := a.r.add(2, st); got != nil || err != nil {
				a.Errorf("%v, %v", got, err)
			}
		},
		"closed": func(a *ahead, st Stream) {
			a.r.close(2)
			if got, err := a.r.add(2, st); got != nil || err != nil {
				a.Errorf("%v, %v", got, err)
			}
		},
		"resumed unseen": func(a *ahead, st Stream) {
			st.Generation = 2
			if got, err := a.r.add(2, st); got == nil || err != nil {
				a.Errorf("%v, %v", got, err)
			}
		},
		"left with its final stream": func(a *ahead, _ Stream) {
			a.r.close(1)
			if a.r.lower(2) != nil || a.r.lower(3) != nil {
				a.Error("still followed")
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			a := newAhead(t)
			a.send(fast, 1, "f")
			a.chain.Mine(4)
			a.give(a.fast, a.tip(fast, nil, 3))
			a.gate.paused = true
			if got := a.round(); got[LanePaused] != 1 {
				t.Fatalf("%v", got)
			}
			a.gate.paused = false
			ended := false
			a.fast.stop = func() { ended = true }
			st := Stream{Config: a.fast.cfg, Generation: 1}
			end(a, st)
			a.round()
			if a.w.queue.Len() != 0 || !ended {
				t.Errorf("%d wait, ended %t", a.w.queue.Len(), ended)
			}
			a.arrivedAre()
			a.settle(5)
			a.certify()
			if got := a.round(); name != "left with its final stream" && got[Delivered] != 1 {
				t.Errorf("under the final one: %v", got)
			}
		})
	}
	a := newAhead(t)
	older := Stream{Config: a.fast.cfg, Generation: 1}
	next := a.r
	if got, err := next.add(2, older); got != nil || err != nil || next.lower(2) != a.fast {
		t.Errorf("followed twice: %v, %v", got, err)
	}
	older.Generation, older.Stopped = 0, true
	if got, err := next.add(2, older); got != nil || err != nil || next.lower(2) != a.fast {
		t.Errorf("an older word stops it: %v, %v", got, err)
	}
	older.Config.Stream.Epoch, older.Generation, older.Stopped = 2, 1, false
	if got, err := next.add(5, older); got != nil || err != nil {
		t.Errorf("below a final stream that is not followed: %v, %v", got, err)
	}
	older.Config.Stream.Epoch, older.Config.Stride = 1, 4
	if got, err := next.add(5, older); got != nil || err == nil {
		t.Errorf("another stride: %v, %v", got, err)
	}
}

// What only a tip showed and its chain has replaced is not kept, and comes again with a certificate that holds it.
func TestVanishedMessageIsForgotten(t *testing.T) {
	a := newAhead(t)
	a.send(fast, 1, "f")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.gate.paused = true
	a.round()
	a.chain.Reorg(int(a.chain.Head().Number - 1))
	a.chain.Mine(4)
	a.settle(5)
	if _, err := a.fast.settle(t.Context()); message.FateOf(err) != message.Halt {
		t.Fatalf("%v", err)
	}
	a.gate.paused = false
	if got := a.round(); got[Certified] != 1 || a.w.queue.Len() != 0 {
		t.Errorf("%v, %d wait", got, a.w.queue.Len())
	}
	a.send(fast, 1, "f") // the same again, later
	a.chain.Mine(5)
	a.give(a.fast, a.tip(fast, nil, 9))
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"f", fast, fast})
}

// INVARIANT: I-12. A lane whose share is full stops neither the other lanes of its source nor itself for ever.
func TestFullLaneStopsItselfAlone(t *testing.T) {
	a := newAhead(t)
	for i := range MaxQueued {
		j := numbered(1, i)
		j.ID[0], j.Message = 0xff, &message.Message{Finality: fast, TargetChain: 31338}
		if took, _ := a.w.queue.Add(j); !took {
			t.Fatal("refused")
		}
	}
	a.w.queue.Take(a.now, MaxQueued)
	a.send(fast, 1, "f")
	a.send(final, 1, "x")
	a.chain.Mine(4)
	a.give(a.fast, a.tip(fast, nil, 3))
	a.settle(5)
	a.certify()
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("%v", got)
	}
	a.arrivedAre(arrival{"x", final, final})
	for i := range MaxQueued {
		j := numbered(1, i)
		j.ID[0] = 0xff
		a.w.queue.Finish(j.ID, Delivered, a.now)
	}
	if got := a.round(); got[Delivered] != 1 {
		t.Errorf("with room again: %v", got)
	}
	a.arrivedAre(arrival{"x", final, final}, arrival{"f", fast, final})
}

// Lanes at different places of one tree are each read on from their own, up to where the next one is.
func TestLanesAreReadTogether(t *testing.T) {
	s := &scanned{worker: &worker{queue: NewQueue()}, source: &source{index: 1}}
	for _, c := range []struct {
		at        cursors
		from, to  uint64
		furthest  []message.Finality
		limitUsed uint64
	}{
		{cursors{0, 0, 0, 0}, 0, 10, []message.Finality{1, 2, 3}, 10},
		{cursors{0, 4, 2, 4}, 2, 4, []message.Finality{2}, 10},
		{cursors{0, 4, 7, 4}, 4, 7, []message.Finality{1, 3}, 10},
		{cursors{0, 10, 7, 4}, 4, 7, []message.Finality{3}, 10},
		{cursors{0, 10, 10, 10}, 10, 10, nil, 10},
	} {
		from, to, lanes := s.behind(c.at, c.limitUsed)
		if from != c.from || to != c.to || !slices.Equal(lanes, c.furthest) {
			t.Errorf("%v: %d to %d, %v", c.at, from, to, lanes)
		}
	}
}
