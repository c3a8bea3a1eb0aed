// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"bytes"
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// begin is a machine that runs, has voted and signed, and its ledger and source.
func begin(t *testing.T) (*ledger, *machine) {
	t.Helper()
	return beginOn(t, false)
}

// beginOn is begin with the stream store in files.
func beginOn(t *testing.T, files bool) (*ledger, *machine) {
	t.Helper()
	c := newSource()
	l := newLedger(t, c.Config(2))
	m := newMachine(t, l, c)
	m.files = files
	m.start()
	for range 2 {
		send(c, m)
		m.run(6)
	}
	if l.certificates == 0 || m.voter.Stopped() != nil {
		t.Fatalf("%d certificates, stopped: %v", l.certificates, m.voter.Stopped())
	}
	return l, m
}

// other is what another process could say: decodable and not empty.
func other(t *testing.T, boot uint64) []byte {
	t.Helper()
	b, err := extension.Encode(&extension.Extension{Fork: 1, Boot: boot, Heartbeats: []extension.Heartbeat{{Stream: index, End: 1}}})
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// TestTwinCases is the table of ADR 8: every way in which a chain can hear words that this process
// did not say, and whether another process must be behind it.
func TestTwinCases(t *testing.T) {
	for _, tc := range []struct {
		name  string
		alarm bool
		play  func(t *testing.T, l *ledger, m *machine)
	}{
		{"nothing happens", false, func(_ *testing.T, _ *ledger, m *machine) { m.run(70) }},
		{"stop and start", false, func(_ *testing.T, _ *ledger, m *machine) {
			m.start()
			m.run(6)
		}},
		{"killed; the first height carries the older words", false, func(_ *testing.T, l *ledger, m *machine) {
			old := m.extend() // of the height in which it is killed
			m.start()
			m.extend() // signed again by CometBFT, with another extension
			l.block(old)
			m.committed(l.told())
			m.run(6)
		}},
		{"killed twice in one height", false, func(_ *testing.T, l *ledger, m *machine) {
			old := m.extend()
			m.start()
			m.extend()
			m.start()
			m.extend()
			l.block(old)
			m.committed(l.told())
			m.run(6)
		}},
		{"log replay asks with an empty table", false, func(_ *testing.T, l *ledger, m *machine) {
			old := m.extend()
			m.start()
			a := extension.Agenda{Height: l.height, Member: true} // nothing is known yet
			m.voter.Extend(a)
			m.extend() // a second round, live
			l.block(old)
			m.committed(l.told())
			m.run(6)
		}},
		{"several rounds of one height", false, func(_ *testing.T, l *ledger, m *machine) {
			send(m.chain, m)
			first := m.extend()
			if len(first) == 0 {
				m.t.Fatal("nothing to say")
			}
			send(m.chain, m) // the later rounds say more
			m.extend()
			m.extend()
			l.block(first)
			m.committed(l.told())
			m.run(3)
		}},
		{"more rounds than are remembered", false, func(_ *testing.T, l *ledger, m *machine) {
			for i := range maxRounds + 1 {
				m.voter.words.say(l.height+1, []byte{1, byte(i), byte(i >> 8)})
			}
			send(m.chain, m)
			words := m.extend()
			if len(words) == 0 {
				m.t.Fatal("nothing to say")
			}
			l.block(words)
			m.committed(l.told())
			m.run(3)
		}},
		{"own words replaced by empty ones", false, func(_ *testing.T, l *ledger, m *machine) {
			for range 5 {
				turnOf(l, -1, m)
			}
			m.run(3)
		}},
		{"catching up after a start", false, func(_ *testing.T, l *ledger, m *machine) {
			_, twin := l, m.copyTo(m.chain)
			m.stop()
			twin.start()
			twin.run(8) // another process of the member runs elsewhere, and is stopped
			twin.stop()
			behind(l, m, 8)
			m.run(8)
		}},
		{"not asked for a while", false, func(_ *testing.T, l *ledger, m *machine) {
			for range 80 {
				l.block(nil)
				m.committed(l.told())
			}
			m.run(6)
		}},
		{"rolled back and replayed", false, func(t *testing.T, l *ledger, m *machine) {
			back := l.split()
			back.salt = l.salt // the same history
			m.run(5)
			m.stop()
			now := *l
			*l = *back
			m.start() // at the older state, CometBFT's log asks once more
			m.extend()
			*l = now
			for h := back.height + 1; h <= now.height; h++ { // the blocks again, with its own older words in them
				a := l.told()
				a.Height, a.Sessions = h, nil
				a.Heard = extension.Heard{Height: h - 1, Extension: other(t, l.boot)}
				m.committed(a)
			}
			m.run(8)
		}},
		{"in-process rollback", false, func(_ *testing.T, l *ledger, m *machine) {
			back := l.split()
			back.salt = l.salt
			m.run(3)
			*l = *back
			m.committed(l.told())
			m.run(8)
		}},
		{"another app hash", false, func(_ *testing.T, l *ledger, m *machine) {
			l.salt++
			m.committed(l.told())
			m.run(8)
		}},
		{"words of another fork repeated by a proposer", false, func(t *testing.T, l *ledger, m *machine) {
			m.run(2)
			m.extend()
			b := other(t, l.boot)
			b[4] ^= 3
			l.block(b)
			l.block(nil)
			m.committed(l.told())
		}},
		{"no longer a member", false, func(_ *testing.T, l *ledger, m *machine) {
			a := l.told()
			a.Member, a.Boot, a.NextSeq, a.Unused = false, 0, 0, nil
			m.committed(a)
			m.voter.Extend(a)
		}},

		{"other words, live", true, func(t *testing.T, l *ledger, m *machine) {
			m.run(2)
			m.extend()
			l.block(other(t, l.boot))
			l.block(nil)
			m.committed(l.told())
		}},
		{"words that do not decode, live", true, func(t *testing.T, l *ledger, m *machine) {
			m.run(2)
			m.extend()
			l.block(nil)
			l.block(nil)
			a := l.told()
			a.Heard = extension.Heard{Height: l.height - 1, Extension: []byte{1, 2, 3}}
			m.committed(a)
		}},
		{"words where it said nothing", true, func(t *testing.T, l *ledger, m *machine) {
			m.run(2)
			m.voter.words.say(l.height+1, nil)
			l.block(other(t, 0))
			l.block(nil)
			m.committed(l.told())
		}},
		{"words of a height that it was not asked for, settled", true, func(t *testing.T, l *ledger, m *machine) {
			l.block(other(t, l.boot))
			m.committed(l.told())
			l.block(nil)
			m.committed(l.told())
		}},
		{"boot of nobody, words not told", true, func(_ *testing.T, l *ledger, m *machine) {
			m.run(2)
			a := l.told()
			a.Height++
			a.Boot, a.Heard, a.NextSeq, a.Unused = a.Boot+7, extension.Heard{}, 0, nil
			m.committed(a)
		}},
		{"mark beyond what was made", true, func(_ *testing.T, l *ledger, m *machine) {
			a := l.told()
			a.Height++
			a.NextSeq, a.Unused, a.Heard = a.NextSeq+500, nil, extension.Heard{}
			m.committed(a)
		}},
		{"other points under the own boot", true, func(t *testing.T, l *ledger, m *machine) {
			a := l.told()
			a.Height++
			a.Heard = extension.Heard{}
			if len(a.Unused) == 0 {
				t.Fatal("no unused commitment")
			}
			a.Unused[0].D = a.Unused[0].E
			m.committed(a)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, m := begin(t)
			before := l.certificates
			tc.play(t, l, m)
			m.once()
			err := m.voter.Stopped()
			if !tc.alarm {
				if err != nil {
					t.Fatalf("false alarm: %v", err)
				}
				if tc.name != "no longer a member" { // it works on
					send(m.chain, m)
					m.run(10)
					if l.certificates <= before || m.voter.Stopped() != nil {
						t.Errorf("%d certificates, %d before; stopped: %v", l.certificates, before, m.voter.Stopped())
					}
				}
				return
			}
			m.mustBeSilent(err)
		})
	}
}

// behind gives m the blocks of the last n heights, as a node catches up: it is not asked for anything.
func behind(l *ledger, m *machine, n int) {
	now, height := *l, l.height
	l.height -= uint64(n)
	m.start()
	for *l = now; n > 0; n-- {
		a := l.told()
		a.Height, a.Sessions = height-uint64(n)+1, nil
		a.Heard = extension.Heard{Height: a.Height - 1, Extension: other(m.t, l.boot)}
		m.committed(a)
	}
}

// mustBeSilent: nothing leaves this process any more, and everybody is told why.
func (m *machine) mustBeSilent(err error) {
	m.t.Helper()
	var twin *TwinError
	if !errors.Is(err, ErrTwin) || !errors.As(err, &twin) || twin.Height == 0 || message.FateOf(err) != message.Halt {
		m.t.Fatalf("no alarm: %v", err)
	}
	if !strings.Contains(err.Error(), "stop one copy for good, then start the other") {
		m.t.Errorf("the message does not say what to do: %v", err)
	}
	if st := m.voter.Status(); !errors.Is(st[0].Halted, ErrTwin) {
		m.t.Errorf("status says %v", st[0].Halted)
	}
	l := m.ledger
	l.block(nil) // what was on the way
	m.committed(l.told())
	boot, next := l.boot, l.next
	for i := range partingHeights + 2 {
		if i < 3 {
			send(m.chain, m)
		}
		if b := m.extend(); !bytes.Equal(b, farewell(l.fork)) && (len(b) != 0 || !m.voter.gone()) {
			m.t.Errorf("says %x", b)
		}
		l.block(nil)
		m.committed(l.told())
	}
	if l.boot != boot || l.next != next {
		m.t.Error("a farewell changed the state")
	}
	if b := m.extend(); len(b) != 0 {
		m.t.Errorf("says %x after its farewell", b)
	}
	if run := m.voter.Run(context.Background()); !errors.Is(run, ErrTwin) {
		m.t.Errorf("Run returned %v", run)
	}
	if m.voter.signer.Boot() != 0 || m.voter.signer.Commitments(4) != nil {
		m.t.Error("the signer still announces")
	}
	if _, err := m.voter.signer.Sign(signer.Request{}, nil); err == nil {
		m.t.Error("the signer still signs")
	}
}

// TestSilentBeforeTheWorkerRuns: Extend says farewell alone from the instant of the commit that shows a twin.
func TestSilentBeforeTheWorkerRuns(t *testing.T) {
	l, m := begin(t)
	m.run(2)
	l.block(other(t, l.boot))
	l.block(nil)
	m.voter.Committed(l.told()) // no Step
	send(m.chain, m)
	if b := m.extend(); !bytes.Equal(b, farewell(l.fork)) {
		t.Errorf("says %x", b)
	}
	if m.voter.signer.Boot() == 0 {
		t.Fatal("the worker has run: the test shows nothing")
	}
}

// TestRunEndsWithTheTwin: the alarm wakes a worker that waits.
func TestRunEndsWithTheTwin(t *testing.T) {
	l, m := begin(t)
	m.run(2)
	ended := make(chan error)
	go func() { ended <- m.voter.Run(context.Background()) }()
	l.block(other(t, l.boot))
	l.block(nil)
	m.voter.Committed(l.told())
	for range partingWords {
		select {
		case err := <-ended:
			t.Fatalf("ended before the other process could hear of it: %v", err)
		default:
		}
		l.block(m.extend())
		m.voter.Committed(l.told())
	}
	l.block(nil)
	m.voter.Committed(l.told())
	if err := <-ended; !errors.Is(err, ErrTwin) {
		t.Errorf("Run returned %v", err)
	}
	if m.voter.signer.Boot() != 0 {
		t.Error("the signer was not stopped")
	}
}

// TestLiveHeights: which heights can only have been extended while this process ran, before the state
// has recorded a boot of it and afterwards.
func TestLiveHeights(t *testing.T) {
	var w words
	strange := func(height uint64) bool { return w.foreign(&extension.Heard{Height: height, Extension: []byte{7}}) }
	check := func(when string, want map[uint64]bool) {
		t.Helper()
		for h, live := range want {
			if strange(h) != live {
				t.Errorf("%s: height %d live %v, want %v", when, h, !live, live)
			}
		}
	}
	check("never asked", map[uint64]bool{1: false, 10: false})
	w.say(10, []byte{1}) // the log of an old copy, replayed
	check("first height", map[uint64]bool{9: false, 10: false, 11: false})
	w.say(30, []byte{1}) // caught up
	check("first height after a gap", map[uint64]bool{10: false, 11: false, 29: false, 30: false, 31: false})
	w.say(31, []byte{1})
	check("two heights in a row", map[uint64]bool{30: false, 31: true, 32: false})
	w.say(31, []byte{7}) // another round
	check("said in a later round", map[uint64]bool{31: false})
	w.say(29, nil)
	check("asked for less", map[uint64]bool{29: false, 31: false})

	w.since = 40
	w.say(45, nil)
	check("boot recorded", map[uint64]bool{39: false, 40: false, 41: true, 45: true, 46: true})
	w.say(200, nil)
	check("long ago", map[uint64]bool{41: false, 136: false, 137: true})
}
