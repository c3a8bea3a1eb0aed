// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"bytes"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// TestOldHomeRestored: both journals, the stream store and CometBFT's state are those of a copy
// that is hundreds of blocks old. The member abstains up to the present and resumes by itself; no window gets a
// second vote and no pair a second session.
func TestOldHomeRestored(t *testing.T) {
	for name, certified := range map[string]bool{"its newest votes stand in the state": false, "all that it voted for is certified": true} {
		t.Run(name, func(t *testing.T) {
			l, m := beginOn(t, true)
			m.stop()
			old, past := m.copyTo(m.chain), *l
			m.start()
			for range 5 {
				send(m.chain, m)
				m.run(4)
			}
			send(m.chain, m)
			if certified {
				m.run(10)
			} else {
				m.run(1)
				l.block(nil) // its last vote is in the state and nothing else of it comes
				l.session = nil
			}
			m.stop()
			newest, before := m.newest(), l.certificates

			now := *l
			*l = past
			old.start() // CometBFT's state is old too
			if old.voter.lost.Load() {
				t.Error("the copy does not fit together at its own height")
			}
			*l = now
			for h := past.height + 1; h <= now.height; h++ { // block sync
				a := l.told()
				a.Height, a.Sessions, a.Heard = h, nil, extension.Heard{Height: h - 1, Extension: other(t, l.boot)}
				if h < now.height {
					a.Streams[0].Voted = nil
				}
				old.committed(a)
			}
			if !old.voter.lost.Load() || !old.voter.Status()[0].Abstained {
				t.Error("does not abstain")
			}
			old.run(8)
			if got := old.newest(); got > newest || l.certificates > before {
				t.Errorf("voted for %d up to the present %d", got, newest)
			}
			send(m.chain, old)
			old.run(8)
			if l.certificates != before+1 || old.newest() <= newest || old.voter.Stopped() != nil {
				t.Errorf("%d certificates, %d before; stopped: %v", l.certificates, before, old.voter.Stopped())
			}
			old.once()
		})
	}
}

// newest is the highest window that the member voted for.
func (m *machine) newest() (end uint64) {
	for e := range m.said {
		end = max(end, e)
	}
	return end
}

// TestHomeStartedTwice: a copy of the home runs beside the original. Both notice, whoever is heard;
// no window gets two votes, no pair two sessions.
func TestHomeStartedTwice(t *testing.T) {
	for name, tc := range map[string]struct {
		restarted bool // the original was started again after the copy was taken
		heard     []int
	}{
		"heard in turn":                      {false, []int{0, 1}},
		"heard in turn, original restarted":  {true, []int{0, 1}},
		"heard in pairs":                     {false, []int{0, 0, 1, 1}},
		"heard in pairs, original restarted": {true, []int{1, 1, 0, 0}},
		"the copy first, then the original":  {true, []int{1, 1, 1, 1, 1, 0}},
	} {
		t.Run(name, func(t *testing.T) {
			l, a := begin(t)
			if tc.restarted {
				a.stop()
			}
			b := a.copyTo(a.chain)
			if tc.restarted {
				a.start()
				a.run(6)
			}
			b.start()
			for i := 0; i < 40 && (a.voter.Stopped() == nil || b.voter.Stopped() == nil); i++ {
				send(a.chain, a, b)
				turnOf(l, tc.heard[i%len(tc.heard)], a, b)
			}
			a.once()
			if l.equivocations != 0 {
				t.Errorf("%d equivocations", l.equivocations)
			}
			for who, m := range map[string]*machine{"original": a, "copy": b} {
				t.Logf("%s: %v", who, m.voter.Stopped())
				m.mustBeSilent(m.voter.Stopped())
			}

			// One copy is stopped for good, the other is started again: it goes on by itself.
			b.stop()
			a.start()
			for range 4 {
				send(a.chain, a)
				a.run(6)
			}
			if a.voter.Stopped() != nil || l.certified == nil || l.certified.End != a.newest() {
				t.Errorf("not certified up to %d: %+v; stopped: %v", a.newest(), l.certified, a.voter.Stopped())
			}
			a.once()
		})
	}
}

// TestTwinsBothStop: when each is heard once after the other lives, both stop.
func TestTwinsBothStop(t *testing.T) {
	l, a := begin(t)
	b := a.copyTo(a.chain)
	b.start()
	turnOf(l, 0, a, b)
	send(a.chain, a, b)
	turnOf(l, 1, a, b) // the copy's words: known to the original with the next block
	send(a.chain, a, b)
	turnOf(l, 0, a, b) // and the original's next were on the way already
	if err := a.voter.Stopped(); err == nil {
		t.Error("the original runs")
	}
	l.block(nil)
	b.committed(l.told())
	if err := b.voter.Stopped(); err == nil {
		t.Error("the copy runs")
	}
}

// TestTwinsWithLyingSources: the two copies read sources that differ. Each journal holds one digest;
// the copy votes only once the original was silenced, so the chain never sees two.
func TestTwinsWithLyingSources(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3, 4, 5, 6, 7, 8} {
		random := rand.New(rand.NewPCG(seed, 1))
		l, a := begin(t)
		b := a.copyTo(copyOf(a.chain))
		b.start()
		for i := range 24 {
			if i%3 == 0 { // both have the same newest window for some blocks
				send(a.chain, a)
				b.chain.Send(31338, message.Final, message.Address{7}, message.Address{8}, []byte("a lie"))
				b.chain.Mine(4)
				b.chain.FinalizeHead()
				b.read()
			}
			turnOf(l, random.IntN(3)-1, a, b)
		}
		if l.equivocations != 0 {
			t.Errorf("seed %d: %d equivocations", seed, l.equivocations)
		}
		for _, sessions := range a.shares {
			if len(sessions) > 1 {
				t.Errorf("seed %d: one pair signed %d sessions", seed, len(sessions))
			}
		}
		if a.voter.Stopped() == nil && b.voter.Stopped() == nil {
			t.Errorf("seed %d: both run", seed)
		}
	}
}

// copyOf is a source that had the same history as begin gives it.
func copyOf(*chaintest.Chain) *chaintest.Chain {
	c := newSource()
	send(c)
	send(c)
	return c
}

// switched is randomness that can be changed while it is used.
type switched struct{ r *rand.ChaCha8 }

func (s *switched) Read(b []byte) (int, error) { return s.r.Read(b) }

// cloned gives two machines whose memories are equal byte for byte, nonces included: the voter and signer
// are deterministic, so the same calls and the same randomness make the same state.
func cloned(t *testing.T) (*ledger, *machine, *machine) {
	t.Helper()
	c := newSource()
	l := newLedger(t, c.Config(2))
	a, b := newMachine(t, l, c), newMachine(t, l, c)
	b.said, b.shares = a.said, a.shares
	for _, m := range []*machine{a, b} {
		m.rand = &switched{rand.NewChaCha8([32]byte{9})}
		m.start()
	}
	for range 8 {
		words := a.extend()
		if again := b.extend(); !bytes.Equal(words, again) {
			t.Fatal("not deterministic: the copies differ before they part")
		}
		l.block(words)
		for _, m := range []*machine{a, b} {
			m.committed(l.told())
		}
	}
	if a.voter.signer.Boot() == 0 || fmt.Sprint(a.voter.signer.Commitments(16)) != fmt.Sprint(b.voter.signer.Commitments(16)) {
		t.Fatal("the copies have other pairs")
	}
	return l, a, b
}

// TestMemoryCopied: the same session asked of both gives the same share; then they part, and both stop.
func TestMemoryCopied(t *testing.T) {
	l, a, b := cloned(t)
	send(a.chain, a, b)
	shared := 0
	for range 6 {
		words, again := a.extend(), b.extend()
		if !bytes.Equal(words, again) {
			t.Fatal("different words")
		}
		if e, _ := extension.Decode(words); e != nil && len(e.Shares) > 0 {
			shared++
		}
		turnOf(l, 0, a, b)
	}
	if shared == 0 || l.certificates != 1 {
		t.Fatalf("%d shares of both, %d certificates", shared, l.certificates)
	}
	a.once()

	// Their randomness parts: new pairs differ, and so do the words that announce them.
	b.rand.(*switched).r = rand.NewChaCha8([32]byte{10})
	for i := 0; i < 40 && (a.voter.Stopped() == nil || b.voter.Stopped() == nil); i++ {
		send(a.chain, a, b)
		turnOf(l, i/3%2, a, b)
	}
	a.once()
	for _, m := range []*machine{a, b} {
		t.Log(m.voter.Stopped())
		m.mustBeSilent(m.voter.Stopped())
	}
}

// TestMemoryCopiedTwoHistories says what no local rule can prevent: two copies of one memory that are
// shown two histories sign one pair once each. Within one copy it stays impossible, and a copy that is shown both notices.
func TestMemoryCopiedTwoHistories(t *testing.T) {
	l, a, b := cloned(t)
	fork := l.split()
	send(a.chain, a, b)
	b.ledger = fork
	for range 5 {
		turnOf(l, 0, a)
		turnOf(fork, 0, b)
	}
	if l.certificates != 1 || fork.certificates != 1 {
		t.Fatalf("%d and %d certificates", l.certificates, fork.certificates)
	}
	for end, body := range l.ends {
		if fork.ends[end] != body {
			t.Error("the histories certify different checkpoints of one window")
		}
	}

	// The second history asks the first copy for the same pair: it is gone, with the boot.
	send(a.chain, a, b)
	turnOf(l, 0, a)
	boot := a.voter.signer.Boot()
	seen := a.shares
	a.committed(fork.told())
	if a.voter.signer.Boot() == boot {
		t.Error("kept its boot in another history")
	}
	if _, err := a.voter.share(ptr(fork.agenda()), fork.sessionOf(fork.certified, 99, firstOf(seen)), a.voter.now.Load()); !errors.Is(err, signer.ErrPairBurnt) {
		t.Errorf("a pair of the first history in the second: %v", err)
	}
}

func ptr[T any](x T) *T { return &x }

// firstOf is some pair that was used.
func firstOf(used map[[66]byte]map[[32]byte]bool) extension.Commitment {
	for k := range used {
		return extension.Commitment{D: [33]byte(k[:33]), E: [33]byte(k[33:])}
	}
	return extension.Commitment{}
}
