// SPDX-License-Identifier: Apache-2.0

package follow_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
)

// above reads a scripted chain up to its head.
type above struct {
	chain *chaintest.Chain
	err   error
	bend  func(*stream.Batch)
}

func (s *above) Ahead(ctx context.Context, final stream.State) (stream.Batch, error) {
	end, ok := message.NewestEnd(s.chain.Head().Number, final.Config.Stride)
	if s.err != nil || !ok || end < final.Next {
		return stream.Batch{}, s.err
	}
	b, err := s.chain.Batch(ctx, final.Config, final.Next, end)
	if err != nil {
		return b, err
	}
	ev, err := s.chain.Evidence(ctx, final.Config, stream.Needs(final, b))
	b.Ends, b.Counters = ev.Ends, ev.Counters
	if s.bend != nil {
		s.bend(&b)
	}
	return b, err
}

// lower is one node that follows a chain, final blocks and those above.
type lower struct {
	*testing.T
	chain  *chaintest.Chain
	store  stream.Store
	source *above
	ahead  *follow.Ahead
	said   []string // messages of each tip; "-" when it was taken back
	tips   []message.Checkpoint
	wrong  []message.Checkpoint
	fail   error
}

func newLower(t *testing.T) *lower {
	c := chaintest.New(message.BridgeID("aitbc-test-1"), 31337, message.Address{1})
	c.SetRemote(31338, message.Final, message.Address{2})
	c.SetRemote(31338, message.Fast, message.Address{2})
	c.Mine(1)
	l := &lower{T: t, chain: c, store: store.NewMemory(), source: &above{chain: c}}
	var err error
	l.ahead, err = follow.NewAhead(l.config())
	l.ok(err)
	return l
}

func (l *lower) config() follow.AheadConfig {
	return follow.AheadConfig{
		Stream: l.chain.Config(2), Lower: stream.Lower{Finality: message.Fast, MaxAhead: 3}, Source: l.source, Store: l.store,
		OnTip: func(tip *stream.Tip) error {
			if l.fail != nil {
				return l.fail
			}
			text, c := "-", message.Checkpoint{}
			if tip != nil {
				text, c = "", tip.Window.Checkpoint
				for _, leaf := range tip.Window.Leaves {
					text += string(leaf.Message.Data)
				}
			}
			l.said, l.tips = append(l.said, text), append(l.tips, c)
			return nil
		},
		OnContradiction: func(e *stream.ContradictionError) error {
			if l.fail != nil {
				return l.fail
			}
			l.wrong = append(l.wrong, e.Certified)
			return nil
		},
	}
}

func (l *lower) ok(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// send sends a fast message in a block of its own; a capital letter is a final one.
func (l *lower) send(text string) {
	for _, b := range []byte(text) {
		f := message.Fast
		if b < 'a' {
			f = message.Final
		}
		l.chain.Send(31338, f, alice, alice, []byte{b})
		l.chain.Mine(1)
	}
}

// settle makes blocks final and lets the final stream read them.
func (l *lower) settle(to uint64) {
	l.Helper()
	l.chain.Finalize(to)
	loop, err := follow.New(follow.Config{Stream: l.chain.Config(2), Source: l.chain, Store: l.store})
	l.ok(err)
	for more := true; more; {
		more, err = loop.Advance(l.Context())
		l.ok(err)
	}
}

func (l *lower) certify() {
	l.Helper()
	w, err := l.store.LatestWindow()
	l.ok(err)
	l.ahead.Base(&w.Checkpoint)
}

// expect advances and compares everything said so far.
func (l *lower) expect(what string, said ...string) {
	l.Helper()
	l.ok(l.ahead.Advance(l.Context()))
	l.ok(l.ahead.Advance(l.Context())) // nothing moved: nothing is said again
	equal(l.T, what, l.said, said)
}

func TestTipsFollowHeadCursorAndBase(t *testing.T) {
	l := newLower(t)
	l.expect("nothing was read")
	l.settle(1)
	l.send("ab") // blocks 2, 3
	l.expect("no base was told")
	l.ahead.Base(nil)
	l.expect("first tip", "ab")
	l.send("cX")
	l.expect("the head moved", "ab", "abc")
	l.settle(3)
	l.expect("the cursor moved: the same tip", "ab", "abc")
	l.certify()
	l.expect("the base moved", "ab", "abc", "c")
	l.chain.Reorg(2)
	l.chain.Mine(2)
	l.expect("the message is gone", "ab", "abc", "c", "-")
	l.send("d")
	l.chain.Mine(1)
	l.expect("another one", "ab", "abc", "c", "-", "d")
	l.send("efgh")
	l.expect("too many", "ab", "abc", "c", "-", "d", "-")
	l.waits("more lies above")
	l.settle(9)
	l.certify()
	l.expect("a later base", "ab", "abc", "c", "-", "d", "-", "gh")
	l.settle(11)
	l.certify()
	l.expect("all is certified", "ab", "abc", "c", "-", "d", "-", "gh", "-")
}

func (l *lower) waits(part string) {
	l.Helper()
	if have := l.ahead.Waiting(); part == "" && have != "" || !strings.Contains(have, part) {
		l.Errorf("waits because %q, want %q", have, part)
	}
}

func TestAheadWaitsForItsOwnTree(t *testing.T) {
	l := newLower(t)
	l.expect("nothing is there")
	l.waits("no final block")
	l.settle(1)
	l.expect("nothing was told")
	l.waits("not told")
	other := newLower(t) // a node that is further on
	other.chain, other.source.chain = l.chain, l.chain
	l.send("ab")
	l.send("cd")
	other.settle(3)
	w, err := other.store.LatestWindow()
	l.ok(err)
	l.ahead.Base(&w.Checkpoint)
	l.expect("the base lies above the cursor")
	l.waits("newer than the own one")
	l.settle(3)
	l.expect("reached", "cd")
	l.waits("")
	forged := w.Checkpoint
	forged.Root[0] ^= 1
	l.ahead.Base(&forged)
	if err := l.ahead.Advance(t.Context()); !errors.As(err, new(*stream.ForkError)) || !follow.Halts(err) {
		t.Errorf("a base that the own tree does not hold: %v", err)
	}
}

func TestErrorsStopNothing(t *testing.T) {
	l := newLower(t)
	l.settle(1)
	l.ahead.Base(nil)
	l.send("ab")
	for name, spoil := range map[string]func(){
		"source away":      func() { l.source.err = message.ErrUnavailable },
		"a log is missing": func() { l.source.bend = func(b *stream.Batch) { b.Events = b.Events[2:] } },
		"a final block changed, one endpoint says": func() {
			l.source.bend = func(b *stream.Batch) { b.Ends[0].Hash[3] ^= 1 }
		},
		"journal busy": func() { l.fail = errors.New("disk") },
	} {
		spoil()
		if err := l.ahead.Advance(t.Context()); err == nil || follow.Halts(err) {
			t.Errorf("%s: %v", name, err)
		}
		l.source.err, l.source.bend, l.fail = nil, nil, nil
	}
	l.expect("well again", "ab")
}

func TestContradictionIsReportedOnce(t *testing.T) {
	l := newLower(t)
	l.settle(1)
	l.ahead.Base(nil)
	l.send("ab")
	l.expect("tip", "ab")
	l.ok(l.ahead.Certified(l.tips[0]))
	l.send("cX")
	l.expect("tip", "ab", "abc")
	l.ok(l.ahead.Certified(l.tips[1]))
	l.ok(l.ahead.Certified(l.tips[1]))
	l.settle(3)
	l.expect("the first one holds", "ab", "abc")
	l.chain.Reorg(2)
	l.send("eX")
	l.settle(5)
	l.fail = errors.New("not broadcast")
	if err := l.ahead.Advance(t.Context()); err == nil || follow.Halts(err) || len(l.wrong) != 0 {
		t.Errorf("a report that fails: %v", err)
	}
	l.fail = nil
	l.expect("contradicted: nothing is said any more", "ab", "abc", "-")
	l.waits("contradicted")
	equal(t, "reports", l.wrong, []message.Checkpoint{l.tips[1]})
	l.send("fX")
	l.ok(l.ahead.Certified(l.tips[1])) // told again
	l.expect("still stopped", "ab", "abc", "-")
}

func TestCertifiedIsBounded(t *testing.T) {
	l := newLower(t)
	l.settle(1)
	l.ahead.Base(nil)
	l.send("ab")
	l.expect("tip", "ab")
	c := l.tips[0]
	for i := range follow.MaxCertified {
		one := c
		one.End += 2 * uint64(i)
		l.ok(l.ahead.Certified(one))
	}
	more := c
	more.End += 2 * follow.MaxCertified
	if err := l.ahead.Certified(more); !errors.Is(err, follow.ErrFull) || message.FateOf(err) != message.Retry {
		t.Errorf("one too many: %v", err)
	}
	l.settle(3)
	l.expect("tip", "ab")
	l.ok(l.ahead.Certified(more)) // the first one was compared and makes room
	other := c
	other.Stream.Finality = message.Safe
	if err := l.ahead.Certified(other); !errors.Is(err, message.ErrBadEncoding) {
		t.Errorf("another stream: %v", err)
	}
}

func TestAheadRun(t *testing.T) {
	l := newLower(t)
	l.settle(1)
	l.ahead.Base(nil)
	l.send("ab")
	cfg := l.config()
	var run *follow.Ahead
	var pauses []time.Duration
	ctx, cancel := context.WithCancel(t.Context())
	l.source.err = message.ErrUnavailable
	cfg.Sleep = func(ctx context.Context, d time.Duration) error {
		pauses = append(pauses, d)
		if unread := strings.Contains(run.Waiting(), "not read"); unread != (l.source.err != nil) {
			t.Errorf("after %d attempts: waits because %q", len(pauses), run.Waiting())
		}
		switch len(pauses) {
		case 8:
			l.source.err = nil
		case 10:
			cancel()
		}
		return ctx.Err()
	}
	var err error
	run, err = follow.NewAhead(cfg)
	l.ok(err)
	run.Base(nil)
	if err := run.Run(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("ended by %v", err)
	}
	s := time.Second
	equal(t, "pauses", pauses, []time.Duration{s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s, 30 * s, s, s})
	equal(t, "said", l.said, []string{"ab"})
	cfg.OnTip = func(*stream.Tip) error { return errGo }
	halts, err := follow.NewAhead(cfg)
	l.ok(err)
	halts.Base(nil)
	if err := halts.Run(t.Context()); !errors.Is(err, errGo) {
		t.Errorf("an error of fate halt: %v", err)
	}
}

func TestAheadConfig(t *testing.T) {
	l := newLower(t)
	for name, tc := range map[string]struct {
		change func(*follow.AheadConfig)
		want   error
	}{
		"no source":          {func(c *follow.AheadConfig) { c.Source = nil }, follow.ErrConfig},
		"no store":           {func(c *follow.AheadConfig) { c.Store = nil }, follow.ErrConfig},
		"no consumer":        {func(c *follow.AheadConfig) { c.OnTip = nil }, follow.ErrConfig},
		"nobody to report":   {func(c *follow.AheadConfig) { c.OnContradiction = nil }, follow.ErrConfig},
		"final below final":  {func(c *follow.AheadConfig) { c.Lower.Finality = message.Final }, message.ErrRange},
		"no message allowed": {func(c *follow.AheadConfig) { c.Lower.MaxAhead = 0 }, message.ErrRange},
		"no final stream":    {func(c *follow.AheadConfig) { c.Stream.Stream.Finality = message.Safe }, follow.ErrConfig},
		"no stride":          {func(c *follow.AheadConfig) { c.Stream.Stride = 0 }, message.ErrZero},
	} {
		cfg := l.config()
		tc.change(&cfg)
		if _, err := follow.NewAhead(cfg); !errors.Is(err, tc.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	l.settle(1)
	cfg := l.config()
	cfg.Stream.Stride = 4
	other, err := follow.NewAhead(cfg)
	l.ok(err)
	if err := other.Advance(t.Context()); !errors.Is(err, follow.ErrConfig) {
		t.Errorf("another stream's store: %v", err)
	}
}
