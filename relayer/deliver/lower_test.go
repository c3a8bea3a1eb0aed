// SPDX-License-Identifier: Apache-2.0

package deliver

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/schnorr"
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
