// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"context"
	"log/slog"
	"math/big"
	"testing"
	"time"

	"github.com/ethereum/go-ethereum/common"
	"github.com/ethereum/go-ethereum/crypto"

	"github.com/aitbc/bridge/chains/evm"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
)

// testKey signs as the group does, with one secret. SECURITY: its nonce is fixed, for tests alone.
type testKey struct {
	x  *big.Int
	pk schnorr.PublicKey
}

func newTestKey(t *testing.T, secret int64) testKey {
	t.Helper()
	curve := crypto.S256()
	k := testKey{x: big.NewInt(secret)}
	px, py := curve.ScalarBaseMult(k.x.Bytes())
	if py.Bit(0) == 1 {
		k.x.Sub(curve.Params().N, k.x)
	}
	px.FillBytes(k.pk[:])
	return k
}

func (k testKey) sign(d message.Digest) schnorr.Signature {
	curve := crypto.S256()
	nonce := big.NewInt(123456789)
	rx, ry := curve.ScalarBaseMult(nonce.Bytes())
	var point [64]byte
	rx.FillBytes(point[:32])
	ry.FillBytes(point[32:])
	var sig schnorr.Signature
	copy(sig.R[:], common.BytesToAddress(crypto.Keccak256(point[:])[12:]).Bytes())
	e := schnorr.Challenge(k.pk, sig.R, d)
	s := new(big.Int).SetBytes(e[:])
	s.Mod(s.Add(s.Mul(s, k.x), nonce), curve.Params().N).FillBytes(sig.S[:])
	return sig
}

// fakeTarget is a target chain in memory.
type fakeTarget struct {
	key     schnorr.PublicKey
	paused  bool
	bad     map[message.Address]bool // recipients that revert
	down    bool
	words   map[uint64][32]byte
	past    map[uint64][32]byte // word 0 as of a block, where it was another
	sends   int
	remote  message.Address
	manager message.Address
}

func (f *fakeTarget) Chain() message.ChainID   { return 31338 }
func (f *fakeTarget) Manager() message.Address { return f.manager }
func (f *fakeTarget) GroupKey(context.Context) (schnorr.PublicKey, error) {
	return f.key, nil
}

func (f *fakeTarget) Inbound(context.Context, message.ChainID, message.Finality) (evm.Inbound, error) {
	in := evm.Inbound{Remote: f.remote}
	if f.paused {
		in.PausedUntil = time.Now().Add(time.Hour)
	}
	if f.down {
		return in, message.ErrUnavailable
	}
	return in, nil
}

func (f *fakeTarget) DeliveredWord(_ context.Context, _ message.Address, index uint64) ([32]byte, error) {
	return f.words[index], nil
}

func (f *fakeTarget) DeliveredWordAt(_ context.Context, _ message.Address, index, block uint64) ([32]byte, error) {
	if word, ok := f.past[block]; ok {
		return word, nil
	}
	return f.words[index], nil
}

// target reads the recipient from the call: selector, source, id, target.
func (f *fakeTarget) Simulate(_ context.Context, data []byte) error {
	if f.bad[message.Address(data[4+64+12:4+96])] {
		return &evm.RevertError{}
	}
	return nil
}

func (f *fakeTarget) Send(context.Context, []byte) (evm.Receipt, error) {
	f.sends++
	return evm.Receipt{Success: true, GasUsed: 50_000}, nil
}

// fixture is one source with three certified messages to the target, the second one to a
// recipient that may be made to revert.
func fixture(t *testing.T) (*worker, *fakeTarget, *source, testKey) {
	t.Helper()
	key := newTestKey(t, 424242)
	f := &fakeTarget{key: key.pk, bad: map[message.Address]bool{}, words: map[uint64][32]byte{}, remote: message.Address{0xa}, manager: message.Address{0xb}}
	cfg := stream.Config{
		BridgeID: message.Hash{1}, Stride: 2,
		Stream: message.Stream{Chain: 31337, Manager: f.remote, Finality: message.Final, Epoch: 1},
	}
	state, err := stream.NewState(cfg)
	if err != nil {
		t.Fatal(err)
	}
	batch := stream.Batch{From: 0, To: 1, Ends: []stream.BlockRef{{Number: 1, Hash: message.Hash{9}}}}
	log := func(e stream.Event) {
		e.LogIndex, e.TxHash = uint32(len(batch.Events)), message.Hash{7}
		batch.Events = append(batch.Events, e)
	}
	log(stream.Event{Kind: stream.OutboundSet, TargetChain: f.Chain(), Finality: message.Final, Remote: f.manager})
	for n := byte(1); n <= 3; n++ {
		m := message.Message{
			BridgeID: cfg.BridgeID, SourceChain: 31337, SourceManager: f.remote, TargetChain: f.Chain(), TargetManager: f.manager,
			Nonce: message.Nonce(n), Sender: message.Address{5}, Target: message.Address{n}, Finality: message.Final, Data: []byte{n},
		}
		log(stream.Event{Kind: stream.Sent, MessageID: m.ID(), TargetChain: m.TargetChain, Target: m.Target, Data: m.Data})
		log(stream.Event{Kind: stream.Meta, MessageID: m.ID(), Finality: m.Finality, Sender: m.Sender, Nonce: m.Nonce})
	}
	next, windows, err := stream.Step(state, batch)
	if err != nil {
		t.Fatal(err)
	}
	s := &source{index: 1, cfg: cfg, store: store.NewMemory()}
	if err := s.store.Commit(next, windows); err != nil {
		t.Fatal(err)
	}
	k := windows[0].Checkpoint
	if err := s.offer(Certificate{Checkpoint: k, Signature: key.sign(k.Digest())}, []schnorr.PublicKey{key.pk}); err != nil {
		t.Fatal(err)
	}
	if fresh, err := s.settle(t.Context()); !fresh || err != nil {
		t.Fatal(fresh, err)
	}
	w := newWorker(f, func() []*source { return []*source{s} }, slog.New(slog.DiscardHandler))
	return w, f, s, key
}

// round tries everything that is due at now and counts the reasons.
func round(t *testing.T, w *worker, now time.Time) map[Reason]int {
	t.Helper()
	w.scan(t.Context(), now)
	out := map[Reason]int{}
	for _, j := range w.queue.Take(now, 100) {
		r := w.attempt(t.Context(), j)
		w.finish(r, now)
		out[r.reason]++
	}
	return out
}

func TestOneFailingRecipientBlocksNobody(t *testing.T) {
	w, f, _, _ := fixture(t)
	f.bad[message.Address{2}] = true
	now := time.Now()
	if got := round(t, w, now); got[Delivered] != 2 || got[RecipientReverted] != 1 || f.sends != 2 {
		t.Fatalf("%v, %d sent", got, f.sends)
	}
	f.bad = nil
	if got := round(t, w, now.Add(maxRetry)); got[Delivered] != 1 || w.queue.Len() != 0 {
		t.Fatalf("%v after the recipient recovered", got)
	}
}

func TestPausedLaneAndDeadTargetWait(t *testing.T) {
	w, f, _, _ := fixture(t)
	f.paused = true
	now := time.Now()
	if got := round(t, w, now); got[LanePaused] != 3 || f.sends != 0 {
		t.Fatalf("%v, %d sent", got, f.sends)
	}
	f.paused, f.down = false, true
	now = now.Add(2 * maxPausedRetry)
	if got := round(t, w, now); got[TargetUnreachable] != 3 {
		t.Fatalf("%v", got)
	}
	f.down = false
	if got := round(t, w, now.Add(2*maxPausedRetry)); got[Delivered] != 3 || f.sends != 3 {
		t.Fatalf("%v, %d sent", got, f.sends)
	}
}

func TestDeliveredBeforeIsNotTriedAgain(t *testing.T) {
	w, f, _, _ := fixture(t)
	f.words[0] = [32]byte{31: 1<<1 | 1<<3} // nonces 1 and 3, as after a restart
	if got := round(t, w, time.Now()); got[Delivered] != 1 || f.sends != 1 {
		t.Fatalf("%v, %d sent", got, f.sends)
	}
}

func TestCertificateCountsUnderTheTargetsKeyAlone(t *testing.T) {
	w, f, _, _ := fixture(t)
	f.key = newTestKey(t, 99).pk
	if got := round(t, w, time.Now()); got[Outdated] != 3 || f.sends != 0 {
		t.Fatalf("%v, %d sent", got, f.sends)
	}
}

func TestCertificateThatContradictsTheTreeIsNotUsed(t *testing.T) {
	w, f, s, key := fixture(t)
	c, _ := s.certificate()
	k := c.Checkpoint
	k.End, k.Root, k.LeafCount, k.MessageCount = 3, message.Hash{6}, 9, 9
	if err := s.offer(Certificate{Checkpoint: k, Signature: key.sign(k.Digest())}, []schnorr.PublicKey{key.pk}); err != nil {
		t.Fatal(err)
	}
	if fresh, err := s.settle(t.Context()); fresh || err != nil {
		t.Fatalf("%t, %v: the tree has not reached it", fresh, err)
	}
	state, _, err := s.store.Load()
	if err != nil {
		t.Fatal(err)
	}
	next, windows, err := stream.Step(state, stream.Batch{From: 2, To: 3, Ends: []stream.BlockRef{{Number: 1, Hash: message.Hash{9}}, {Number: 3, Hash: message.Hash{8}}}})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.store.Commit(next, windows); err != nil {
		t.Fatal(err)
	}
	if fresh, err := s.settle(t.Context()); fresh || message.FateOf(err) != message.Halt {
		t.Fatalf("%t, %v: want a halt", fresh, err)
	}
	if got := round(t, w, time.Now()); got[Delivered] != 3 || f.sends != 3 {
		t.Fatalf("%v: the older certificate still proves its messages", got)
	}
}
