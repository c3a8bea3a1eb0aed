// SPDX-License-Identifier: Apache-2.0

package node

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/cmd/sources"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/verifier/extension"
	"github.com/aitbc/bridge/verifier/voter"
)

const (
	finalIndex = 1
	fastIndex  = 2
)

// below is a node that follows the fast stream of a scripted chain beside its final one.
type below struct {
	*testing.T
	chain *chaintest.Chain
	s     *streams
	final *source
	list  []extension.StreamAgenda // what the state asks
	turns chan struct{}            // taken by each sleep of what follows

	certified map[uint16][]message.Checkpoint // in the state
	asked     []uint64                        // after which end, per question
	fail      error
	reports   [][3]uint64 // stream, generation, end
}

func newBelow(t *testing.T) *below { return newBelowOn(t, 31337) }

func newBelowOn(t *testing.T, chain message.ChainID) *below {
	t.Helper()
	b := &below{
		T: t, chain: chaintest.New(message.BridgeID("aitbc-test-1"), chain, message.Address{1}),
		turns: make(chan struct{}), certified: map[uint16][]message.Checkpoint{},
	}
	for _, f := range []message.Finality{message.Fast, message.Final} {
		b.chain.SetRemote(31338, f, message.Address{2})
	}
	b.chain.Mine(1)
	dir := t.TempDir()
	j, err := journal.Open(filepath.Join(dir, "votes"))
	b.ok(err)
	t.Cleanup(func() { _ = j.Close() })
	v, err := voter.New(voter.Config{Journal: j})
	b.ok(err)
	b.s = newStreams(Layout(dir), &Config{Poll: "1s"}, new(sources.Set), "aitbc-test-1", v, slog.New(slog.DiscardHandler))
	b.s.state, b.s.report = b, func(stream, generation uint32, end uint64) {
		b.reports = append(b.reports, [3]uint64{uint64(stream), uint64(generation), end})
	}
	b.final = &source{index: finalIndex, stream: b.chain.Config(2)}
	b.final.store, err = store.Open(filepath.Join(dir, "tree"))
	b.ok(err)
	t.Cleanup(func() { _ = b.final.store.Close() })
	b.ok(v.AddStream(voter.Stream{Index: finalIndex, Config: b.final.stream, Store: b.final.store}))
	b.s.known[finalIndex] = b.final
	fast := b.final.stream.Stream
	fast.Finality = message.Fast
	b.list = []extension.StreamAgenda{
		{Index: fastIndex, Stream: fast, Stride: 2, MaxAhead: 3, Generation: 1},
		{Index: finalIndex, Stream: b.final.stream.Stream, Stride: 2},
	}
	b.ok(b.s.open(b.list))
	return b
}

func (b *below) ok(err error) {
	b.Helper()
	if err != nil {
		b.Fatal(err)
	}
}

// Certificates implements certificates, two to a page.
func (b *below) Certificates(_ context.Context, index uint16, after uint64) (out []message.Checkpoint, err error) {
	b.asked = append(b.asked, after)
	for _, c := range b.certified[index] {
		if c.End > after && len(out) < 2 {
			out = append(out, c)
		}
	}
	return out, b.fail
}

// Ahead implements follow.AheadSource: up to the chain's head.
func (b *below) Ahead(ctx context.Context, final stream.State) (stream.Batch, error) {
	end, ok := message.NewestEnd(b.chain.Head().Number, final.Config.Stride)
	if !ok || end < final.Next {
		return stream.Batch{}, nil
	}
	batch, err := b.chain.Batch(ctx, final.Config, final.Next, end)
	if err != nil {
		return batch, err
	}
	ev, err := b.chain.Evidence(ctx, final.Config, stream.Needs(final, batch))
	batch.Ends, batch.Counters = ev.Ends, ev.Counters
	return batch, err
}

func (b *below) lower() *lower {
	b.s.mu.Lock()
	defer b.s.mu.Unlock()
	return b.s.lowers[fastIndex]
}

// follow begins to follow the fast stream and returns when it sleeps for the first time.
func (b *below) follow() (end func()) {
	b.Helper()
	ctx, cancel := context.WithCancel(b.Context())
	one, over := b.lower(), make(chan struct{})
	b.s.mu.Lock()
	begin := b.s.following(ctx, one, b, func(ctx context.Context, _ time.Duration) error {
		select {
		case b.turns <- struct{}{}:
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	})
	b.s.mu.Unlock()
	go func() {
		defer close(over)
		begin()
	}()
	<-b.turns
	return func() { cancel(); <-over }
}

// advance tells what the state has and lets the fast stream be read once at least.
func (b *below) advance() {
	b.s.silence()
	b.s.tell(b.Context(), b.list)
	<-b.turns
	<-b.turns
}

// settle makes blocks final and reads them.
func (b *below) settle(to uint64) {
	b.Helper()
	b.chain.Finalize(to)
	loop, err := follow.New(follow.Config{Stream: b.final.stream, Source: b.chain, Store: b.final.store})
	b.ok(err)
	for more := true; more; {
		more, err = loop.Advance(b.Context())
		b.ok(err)
	}
}

// send sends a fast message and mines two blocks.
func (b *below) send(text string) {
	b.chain.Send(31338, message.Fast, message.Address{7}, message.Address{8}, []byte(text))
	b.chain.Mine(2)
}

func (b *below) status(index uint16) voter.Status {
	b.Helper()
	for _, st := range b.s.voter.Status() {
		if st.Index == index {
			return st
		}
	}
	b.Fatalf("the voter does not cover stream %d", index)
	return voter.Status{}
}

func (b *below) said(what string, end uint64) {
	b.Helper()
	if have := b.status(fastIndex).Newest; have != end {
		b.Errorf("%s: said up to block %d, want %d; waits because %q", what, have, end, b.waits())
	}
}

func (b *below) waits() string {
	if a := b.lower().ahead.Load(); a != nil {
		return a.Waiting()
	}
	return "nobody follows"
}

// tip is the checkpoint that would be certified at the head.
func (b *below) tip(base *message.Checkpoint) message.Checkpoint {
	b.Helper()
	state, _, err := b.final.store.Load()
	b.ok(err)
	batch, err := b.Ahead(b.Context(), state)
	b.ok(err)
	t, err := stream.Ahead(state, b.final.store, base, stream.Lower{Finality: message.Fast, MaxAhead: 3}, batch)
	b.ok(err)
	return t.Window.Checkpoint
}

// certify puts the tip at the head into the state.
func (b *below) certify(base *message.Checkpoint) message.Checkpoint {
	b.Helper()
	c := b.tip(base)
	b.certified[fastIndex] = append(b.certified[fastIndex], c)
	b.list[0].HasCertified, b.list[0].Certified, b.list[0].CertifiedEnd = true, c, c.End
	return c
}

// certifyFinal does so with the newest final window.
func (b *below) certifyFinal() *message.Checkpoint {
	b.Helper()
	w, err := b.final.store.LatestWindow()
	b.ok(err)
	b.list[1].HasCertified, b.list[1].Certified, b.list[1].CertifiedEnd = true, w.Checkpoint, w.Checkpoint.End
	return &w.Checkpoint
}

func TestTipsReachTheVoter(t *testing.T) {
	b := newBelow(t)
	end := b.follow()
	b.send("a") // block 2
	b.advance()
	b.said("no final block", 0)
	b.settle(1)
	b.advance()
	b.said("the head", 3)
	b.send("b")
	b.advance()
	b.said("it moved", 5)
	b.chain.Reorg(4)
	b.chain.Mine(4)
	b.advance()
	b.said("both are gone", 0)
	b.send("c")
	b.settle(b.chain.Head().Number)
	b.advance()
	b.said("final and not certified", 7)
	b.certifyFinal()
	b.advance()
	b.said("certified", 0)
	b.send("d")
	b.advance()
	b.said("above the new base", 9)
	end()
	b.said("not followed any more", 0)
	if b.lower().running {
		t.Error("it would never be followed again")
	}
	end = b.follow()
	b.advance()
	b.said("followed again", 9)
	end()
}

// An epoch that starts from a base says nothing below final before it has certified.
func TestBaseIsCertifiedFirst(t *testing.T) {
	b := newBelow(t)
	defer b.follow()()
	b.list[1].HasBase = true
	b.settle(1)
	b.send("a")
	b.advance()
	b.said("a base and no certificate", 0)
	b.settle(3)
	b.certifyFinal()
	b.send("b")
	b.advance()
	b.said("certified", 5)
}

// Every certificate of the state is compared, also those that came while nobody looked, and those from before a start.
func TestNoCertificateIsMissed(t *testing.T) {
	b := newBelow(t)
	b.settle(1)
	for _, text := range []string{"a", "b", "c"} {
		b.send(text)
		b.certify(nil)
	}
	end := b.follow()
	b.fail = errors.New("cut off")
	b.advance()
	b.said("told nothing of the stream itself", 7)
	b.fail = nil
	b.advance()
	if want := []uint64{0, 0, 5}; !slices.Equal(b.asked, want) || b.lower().seen != 7 {
		t.Errorf("asked after %v, want %v; seen %d", b.asked, want, b.lower().seen)
	}
	b.advance()
	if len(b.asked) != 3 {
		t.Errorf("asked again without need: %v", b.asked)
	}
	b.chain.Reorg(2)
	b.send("d")
	b.settle(7)
	b.advance()
	if want := [][3]uint64{{fastIndex, 1, 7}}; !slices.Equal(b.reports, want) {
		t.Errorf("reported %v, want %v", b.reports, want)
	}
	b.said("contradicted", 0)
	if why := b.waits(); !strings.Contains(why, "contradicted") {
		t.Errorf("waits because %q", why)
	}
	end()
	defer b.follow()() // as after a restart: found again, in what the state has
	b.advance()
	if len(b.reports) != 2 || b.reports[1] != b.reports[0] {
		t.Errorf("reported %v", b.reports)
	}
}

// A stream that the state stops leaves the agenda; it comes back with the next generation, and is taken again.
func TestStoppedStreamComesBack(t *testing.T) {
	b := newBelow(t)
	first := b.lower()
	b.follow()
	b.settle(1)
	b.send("a")
	b.advance()
	b.said("tip", 3)
	fast := b.list[0]
	for name, list := range map[string][]extension.StreamAgenda{
		"stopped":                               b.list[1:],
		"stopped and resumed between two looks": {func() extension.StreamAgenda { p := fast; p.Generation = 2; return p }(), b.list[1]},
	} {
		if have := b.s.left(list); len(have) != 1 || have[0] != first {
			t.Fatalf("%s: leaves %v", name, have)
		}
		first.leaving = false
	}
	fast.Generation = 2
	again := []extension.StreamAgenda{fast, b.list[1]}
	left := b.s.left(again)
	b.ok(b.s.open(again))
	if b.lower() != first || len(b.s.left(again)) != 0 {
		t.Error("taken again, or left again, while it is being left")
	}
	b.s.leaveLower(left[0])
	if b.lower() != nil || len(b.s.voter.Status()) != 1 {
		t.Errorf("the voter covers %v", b.s.voter.Status())
	}
	select {
	case <-b.s.wake:
	default:
		t.Error("nobody was told to look again")
	}
	b.ok(b.s.open(again))
	b.list = again
	if one := b.lower(); one == nil || one == first || one.generation != 2 {
		t.Fatalf("taken again: %+v", one)
	}
	defer b.follow()()
	b.advance()
	b.said("the next generation", 3)
}

// What is above a final history in doubt is not said.
func TestHaltedFinalStreamSilencesThoseBelow(t *testing.T) {
	b := newBelow(t)
	end := b.follow()
	b.settle(1)
	b.send("a")
	b.advance()
	b.said("tip", 3)
	changed := &stream.FinalizedReorgError{Chain: 31337, Number: 1}
	b.s.voter.Halt(finalIndex, changed)
	b.s.silence()
	end()
	st := b.status(fastIndex)
	if !errors.Is(st.Halted, changed) || !b.lower().running {
		t.Errorf("halted: %v; would be followed again: %t", st.Halted, !b.lower().running)
	}
	b.said("silent", 0)
	b.s.silence() // once is enough
	if again := b.status(fastIndex).Halted; again.Error() != st.Halted.Error() {
		t.Errorf("halted again: %v", again)
	}
	if list := b.s.left(b.list[1:]); len(list) != 1 {
		t.Errorf("closed with its final stream: %d are left", len(list))
	} else {
		b.s.leaveLower(list[0])
	}
	b.ok(b.s.open(b.list)) // it would be silenced before anybody follows it
	b.s.silence()
	if b.status(fastIndex).Halted == nil || !b.lower().running {
		t.Error("opened beside a halted final stream, it is followed")
	}
}

// What breaks safety in a stream below final stops that alone.
func TestOwnTreeWithoutTheBase(t *testing.T) {
	b := newBelow(t)
	b.settle(1)
	b.send("a")
	b.settle(3)
	forged := b.certifyFinal()
	forged.Root[0] ^= 1
	b.list[1].Certified = *forged
	b.s.tell(b.Context(), b.list)
	b.follow()
	b.s.tell(b.Context(), b.list)
	select { // it ends by itself, perhaps after one turn more
	case <-b.turns:
	case <-b.lower().done:
	}
	<-b.lower().done
	if err := b.status(fastIndex).Halted; !errors.As(err, new(*stream.ForkError)) {
		t.Errorf("halted: %v", err)
	}
	if err := b.status(finalIndex).Halted; err != nil {
		t.Errorf("the final one: %v", err)
	}
	if !b.lower().running {
		t.Error("it would be followed again")
	}
}

// A stream below final waits for the final one of its own source and epoch.
func TestLowerStreamNeedsItsFinalOne(t *testing.T) {
	for name, change := range map[string]func(*message.Stream){
		"of another manager": func(s *message.Stream) { s.Manager[0] ^= 1 },
		"of another chain":   func(s *message.Stream) { s.Chain++ },
		"of another epoch":   func(s *message.Stream) { s.Epoch++ },
	} {
		b := newBelow(t)
		other := b.list[0]
		other.Index = 9
		change(&other.Stream)
		b.ok(b.s.open([]extension.StreamAgenda{b.list[1], other}))
		if len(b.s.lowers) != 1 || len(b.s.voter.Status()) != 2 {
			t.Errorf("%s: is covered: %s", name, fmt.Sprint(b.s.voter.Status()))
		}
	}
}
