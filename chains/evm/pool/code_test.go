// SPDX-License-Identifier: Apache-2.0

package pool

import (
	"errors"
	"strings"
	"testing"

	"github.com/aitbc/bridge/chains/message"
)

var manager = message.Address{1}

// rightCode is the hash of what the hosts of fork 0 show.
func rightCode() message.Hash { return message.Keccak([]byte{0x60, 0}) }

func TestExpectedCode(t *testing.T) {
	b := newBench(t, 3, 2, nil)
	b.mustLogs()
	b.hosts[1].with(func(h *host) { h.code = []byte{0x61} })
	b.hosts[2].with(func(h *host) { h.code = []byte{} })
	b.mustLogs() // nobody has said what code there should be
	b.Expect(manager, rightCode())
	err := b.logs()
	if !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "b: wrong-code") || !strings.Contains(err.Error(), "c: lag") {
		t.Fatalf("one right member of two: %v", err)
	}
	b.settled() // the answer of a may come after the question ended
	if m := b.health("b"); m.State != StateWrongCode || m.LastError != ClassWrongCode {
		t.Errorf("other code: %+v", m)
	}
	if m := b.health("c"); m.State == StateWrongCode || m.LastError != ClassLag {
		t.Errorf("no code: %+v", m)
	}
	if m := b.health("a"); m.State != StateHealthy {
		t.Errorf("right code: %+v", m)
	}
	// The pauses end, the codes are looked at again.
	b.hosts[1].with(func(h *host) { h.code = nil })
	b.settled()
	b.clock.Advance(BackoffMax)
	b.mustLogs()
	if m := b.health("b"); m.State == StateWrongCode {
		t.Errorf("after it shows the right code: %+v", m)
	}
	if text := b.log.String(); strings.Count(text, "reason=wrong-code") != 1 || strings.Count(text, "serves its chain again") != 1 {
		t.Errorf("log:\n%s", text)
	}
}

// A code is looked at again after each failure of the member, and when the check grows old.
func TestCodeIsCheckedAtReconnect(t *testing.T) {
	b := newBench(t, 2, 2, nil)
	b.Expect(manager, rightCode())
	b.Expect(manager, rightCode())
	b.mustLogs()
	b.mustLogs()
	if n := b.hosts[0].count("code"); n != 1 {
		t.Errorf("%d looks at the code before anything failed", n)
	}
	b.hosts[0].with(down)
	if err := b.logs(); !errors.Is(err, message.ErrUnavailable) {
		t.Fatal(err)
	}
	b.settled()
	b.hosts[0].with(func(h *host) { h.err, h.code = nil, []byte{0x61} })
	b.clock.Advance(BackoffMax)
	if err := b.logs(); !errors.Is(err, message.ErrUnavailable) || !strings.Contains(err.Error(), "a: wrong-code") {
		t.Fatalf("other code after a reconnect: %v", err)
	}
	// What is expected may be replaced.
	b.settled()
	b.hosts[1].with(func(h *host) { h.code = []byte{0x61} })
	b.Expect(manager, message.Keccak([]byte{0x61}))
	b.clock.Advance(BackoffMax)
	b.mustLogs()
	b.settled()
	asked := b.hosts[1].count("code")
	b.clock.Advance(RecheckEvery)
	b.mustLogs()
	if n := b.hosts[1].count("code"); n != asked+1 {
		t.Errorf("%d looks at the code after a check grew old, %d before", n, asked)
	}
}
