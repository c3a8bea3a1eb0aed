// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"

	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/transaction"
)

// reporter is a member that finds contradictions, on a chain that goes from height to height.
type reporter struct {
	*testing.T
	agent    *Agent
	height   uint64
	operator [20]byte
	streams  []lanesv1.Stream
	sent     []committeev1.MsgContradict // of the newest step
	refuse   error
	behind   bool
	unread   error
}

func newReporter(t *testing.T, operator byte) *reporter {
	r := &reporter{T: t, operator: [20]byte{19: operator}, streams: []lanesv1.Stream{{Index: 1}, {Index: 2, Generation: 1}, {Index: 3, Generation: 4}}}
	r.start()
	return r
}

func (r *reporter) start() {
	r.Helper()
	n := &node{}
	var err error
	r.agent, err = New(Config{
		ConsAddress: make([]byte, 20), Operator: r.operator, Chain: r, Streams: r, Sender: r, Files: NewMemory(), Signer: n, Voter: n, Rand: strings.NewReader(""),
	})
	must(r.T, err)
}

// State implements Chain.
func (r *reporter) State(context.Context) (*State, error) {
	return &State{Height: r.height, CatchingUp: r.behind}, nil
}

// Ceremony implements Chain.
func (r *reporter) Ceremony(context.Context, uint64) (committeev1.Ceremony, error) {
	return committeev1.Ceremony{}, ErrGone
}

// Dealings implements Chain.
func (r *reporter) Dealings(context.Context, uint64) ([]committeev1.DealingOf, error) {
	return nil, ErrGone
}

// Streams implements Streams.
func (r *reporter) Streams(context.Context) ([]lanesv1.Stream, error) { return r.streams, r.unread }

// Send implements Sender.
func (r *reporter) Send(_ context.Context, m transaction.Message) error {
	r.sent = append(r.sent, *m.(*committeev1.MsgContradict))
	return r.refuse
}

// blocks makes n blocks and returns what was reported, as stream and end.
func (r *reporter) blocks(n int) (out [][2]uint64) {
	r.Helper()
	for range n {
		r.height++
		r.sent = nil
		_ = r.agent.Step(r.Context()) // what a test expects it asks for
		for _, m := range r.sent {
			if string(m.Sender) != string(r.operator[:]) {
				r.Errorf("sender %x", m.Sender)
			}
			out = append(out, [2]uint64{uint64(m.Stream), m.End})
		}
	}
	return out
}

func (r *reporter) expect(what string, have [][2]uint64, want ...[2]uint64) {
	r.Helper()
	if !slices.Equal(have, want) {
		r.Errorf("%s: reported %v, want %v", what, have, want)
	}
}

func TestContradictionIsReportedUntilTheStateKnows(t *testing.T) {
	r := newReporter(t, 1)
	r.expect("nothing found", r.blocks(3))
	r.agent.Contradiction(2, 1, 90)
	r.agent.Contradiction(2, 1, 70) // one per generation is enough
	r.behind = true
	r.expect("catching up", r.blocks(2))
	r.behind = false
	r.refuse = errors.New("another transaction waits")
	r.expect("refused", r.blocks(2), [2]uint64{2, 90}, [2]uint64{2, 90})
	if s := r.agent.Status(); s.Refused != r.refuse.Error() || len(s.Trouble) != 0 {
		t.Errorf("status %+v", s)
	}
	r.refuse = nil
	r.expect("taken, then again", r.blocks(2*repeatBlocks), [2]uint64{2, 90}, [2]uint64{2, 90})
	if s := r.agent.Status(); s.Refused != "" {
		t.Errorf("status %+v", s)
	}
	r.streams[1].Generation, r.streams[1].StoppedAt = 2, r.height
	r.expect("stopped", r.blocks(2*repeatBlocks))
	if c := r.agent.Contradictions(); len(c) != 0 {
		t.Errorf("left: %v", c)
	}
	r.agent.Contradiction(2, 1, 50)
	r.expect("of a generation that is over", r.blocks(repeatBlocks))
	r.agent.Contradiction(2, 2, 110)
	r.expect("of the next one", r.blocks(1), [2]uint64{2, 110})
	r.start()
	r.expect("forgotten by a restart", r.blocks(2*repeatBlocks))
	r.agent.Contradiction(2, 2, 110)
	r.expect("found again", r.blocks(1), [2]uint64{2, 110})
	r.streams[1].ClosedAt = r.height
	r.expect("closed", r.blocks(repeatBlocks))
	r.agent.Contradiction(9, 1, 10)
	r.expect("of a stream that is not there", r.blocks(1))
	if c := r.agent.Contradictions(); len(c) != 0 {
		t.Errorf("left: %v", c)
	}
}

// One transaction of the operator is on its way at a time, and no stream keeps another one from being reported.
func TestContradictionsTakeTurns(t *testing.T) {
	r := newReporter(t, 1)
	r.agent.Contradiction(3, 4, 30)
	r.agent.Contradiction(2, 1, 20)
	r.expect("both", r.blocks(repeatBlocks), [2]uint64{2, 20}, [2]uint64{3, 30})
	r.expect("both again", r.blocks(repeatBlocks), [2]uint64{2, 20}, [2]uint64{3, 30})
	r.agent.Contradiction(3, 5, 31) // the state will be there soon
	r.streams[1].Generation = 2
	r.expect("a newer generation", r.blocks(1), [2]uint64{3, 31})
}

func TestContradictionThatCannotBeReported(t *testing.T) {
	for name, c := range map[string]struct {
		operator byte
		change   func(*reporter)
	}{
		"no operator account":     {0, func(*reporter) {}},
		"nobody tells the state":  {1, func(r *reporter) { r.agent.cfg.Streams = nil }},
		"the state does not read": {1, func(r *reporter) { r.unread = errors.New("cut off") }},
	} {
		r := newReporter(t, c.operator)
		c.change(r)
		r.blocks(1)
		if s := r.agent.Status(); len(s.Trouble) != 0 {
			t.Errorf("%s: before there was one: %v", name, s)
		}
		r.agent.Contradiction(2, 1, 20)
		r.expect(name, r.blocks(3))
		if s := r.agent.Status(); len(s.Trouble) != 1 || !strings.HasPrefix(s.Trouble[0], "contradictions: ") {
			t.Errorf("%s: status %v", name, s)
		}
		if l := r.agent.Contradictions(); len(l) != 1 || l[0] != (Contradiction{Stream: 2, Generation: 1, End: 20}) {
			t.Errorf("%s: %v", name, l)
		}
	}
}

func TestContradictionsAreBounded(t *testing.T) {
	r := newReporter(t, 1)
	for i := range uint32(2 * MaxContradictions) {
		r.agent.Contradiction(i, 1, 2)
	}
	r.agent.Contradiction(7, 2, 4)
	l := r.agent.Contradictions()
	if len(l) != MaxContradictions || l[7] != (Contradiction{Stream: 7, Generation: 2, End: 4}) {
		t.Errorf("%d are kept, %v", len(l), l[7])
	}
}
