// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"bytes"
	"context"
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
