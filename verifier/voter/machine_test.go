// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"context"
	"crypto/rand"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/chaintest"
	"github.com/aitbc/bridge/chains/follow"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/store"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// machine is one computer with one home of the member.
type machine struct {
	t      *testing.T
	ledger *ledger
	chain  *chaintest.Chain
	home   string
	rand   io.Reader

	files  bool // the stream store lies in the home, not in memory
	memory *store.Memory
	store  stream.Store
	votes  *journal.Journal
	signed *journal.Journal
	voter  *Voter
	loop   *follow.Loop

	held []uint64 // key epochs of the shares that start finds

	said   map[uint64]map[message.Hash]bool // bodies voted for by end, over all lives
	shares map[[66]byte]map[[32]byte]bool   // session ids signed with a pair, over all lives
}

func newMachine(t *testing.T, l *ledger, c *chaintest.Chain) *machine {
	t.Helper()
	return &machine{
		t: t, ledger: l, chain: c, home: filepath.Join(t.TempDir(), "home"), rand: rand.Reader, memory: store.NewMemory(), held: []uint64{1},
		said: map[uint64]map[message.Hash]bool{}, shares: map[[66]byte]map[[32]byte]bool{},
	}
}

// start is `bridged start` on what lies in the home.
func (m *machine) start() {
	m.t.Helper()
	m.stop()
	must := func(err error) {
		m.t.Helper()
		if err != nil {
			m.t.Fatal(err)
		}
	}
	must(os.MkdirAll(m.home, 0o700))
	var err error
	if m.store = m.memory; m.files {
		m.store, err = store.Open(filepath.Join(m.home, "stream"))
		must(err)
	}
	m.votes, err = journal.Open(filepath.Join(m.home, "journal", "votes"))
	must(err)
	m.signed, err = journal.Open(filepath.Join(m.home, "journal", "signer"))
	must(err)
	var shares []keystore.Share
	for _, epoch := range m.held {
		shares = append(shares, m.share(epoch))
	}
	s, err := signer.New(signer.Config{
		BridgeID: bridge, Shares: shares,
		Journal: m.signed, Rand: m.rand,
	})
	must(err)
	m.voter, err = New(Config{Journal: m.votes, Signer: s, Streams: []Stream{{Index: index, Config: m.ledger.cfg, Store: m.store, Heads: m.chain}}})
	must(err)
	m.loop, err = follow.New(follow.Config{
		Stream: m.ledger.cfg, Source: m.chain, Store: m.store,
		OnWindow: func(w stream.Window) error { return m.voter.OnWindow(index, w) },
		OnFinal:  func(b uint64) { m.voter.OnFinal(index, b) },
	})
	must(err)
	m.t.Cleanup(m.stop)
	m.committed(m.ledger.agenda()) // the loaded state, as App.Announce tells it
	must(m.loop.Replay(context.Background()))
	m.read()
}

// share is the member's in a key epoch. The only member of a reshared group has the same one again.
func (m *machine) share(epoch uint64) keystore.Share {
	return keystore.Share{KeyEpoch: epoch, Index: 1, Secret: m.ledger.secret, BridgeID: bridge, GroupKey: m.ledger.group.Key}
}

// stop is kill -9: nothing is said or written any more.
func (m *machine) stop() {
	if m.voter == nil {
		return
	}
	m.voter = nil
	open := []io.Closer{m.votes, m.signed}
	if f, ok := m.store.(io.Closer); ok {
		open = append(open, f)
	}
	for _, c := range open {
		if err := c.Close(); err != nil {
			m.t.Fatal(err)
		}
	}
}

// copyTo makes another machine with a copy of the home. The stream store is copied only while
// the machine does not run: without it the copy reads the source from the beginning.
func (m *machine) copyTo(c *chaintest.Chain) *machine {
	m.t.Helper()
	n := newMachine(m.t, m.ledger, c)
	n.said, n.shares = m.said, m.shares // one member: what counts is what both said
	parts := []string{"journal"}
	if n.files = m.files; m.files && m.voter == nil {
		parts = append(parts, "stream")
	}
	for _, p := range parts {
		if err := os.CopyFS(filepath.Join(n.home, p), os.DirFS(filepath.Join(m.home, p))); err != nil {
			m.t.Fatal(err)
		}
		chmod(m.t, filepath.Join(n.home, p))
	}
	return n
}

// chmod gives back the modes that os.CopyFS widens.
func chmod(t *testing.T, dir string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() {
			return os.Chmod(p, 0o700)
		}
		return os.Chmod(p, 0o600)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (m *machine) read() {
	m.t.Helper()
	for more := true; more; {
		var err error
		if more, err = m.loop.Advance(context.Background()); err != nil {
			m.t.Fatal(err)
		}
	}
}

func (m *machine) committed(a extension.Agenda) {
	m.voter.Committed(a)
	m.voter.Step(context.Background())
}

// extend is one round of ExtendVote; every word is written down. A vote for a second body or a pair under a second
// session is what must never happen.
func (m *machine) extend() []byte {
	m.t.Helper()
	b := m.voter.Extend(m.ledger.agenda())
	e, err := extension.Decode(b)
	if err != nil {
		m.t.Fatal(err)
	}
	if e == nil {
		return b
	}
	if m.ledger.none && len(e.Votes)+len(e.Heartbeats) > 0 {
		m.t.Errorf("height %d: who is not in the active key epoch says %d votes and %d heartbeats", m.ledger.height, len(e.Votes), len(e.Heartbeats))
	}
	for _, v := range e.Votes {
		if m.said[v.End] == nil {
			m.said[v.End] = map[message.Hash]bool{}
		}
		c := v.Checkpoint(bridge, m.ledger.cfg.Stream)
		m.said[v.End][c.BodyHash()] = true
	}
	for _, z := range e.Shares {
		if q := m.ledger.session; q != nil && q.Number == z.Session {
			key := [66]byte(slices.Concat(q.Signers[0].D[:], q.Signers[0].E[:]))
			if m.shares[key] == nil {
				m.shares[key] = map[[32]byte]bool{}
			}
			m.shares[key][q.ID] = true
		}
	}
	return b
}

// once says that no window has two bodies and no pair two sessions.
func (m *machine) once() {
	m.t.Helper()
	for end, bodies := range m.said {
		if len(bodies) > 1 {
			m.t.Errorf("%d bodies voted for in window %d", len(bodies), end)
		}
	}
	for _, sessions := range m.shares {
		if len(sessions) > 1 {
			m.t.Errorf("one pair signed %d sessions", len(sessions))
		}
	}
}

// run decides n blocks with m as the only speaker.
func (m *machine) run(n int) {
	m.t.Helper()
	for range n {
		turnOf(m.ledger, 0, m)
	}
}

// turnOf decides one block: every machine is asked, the chain hears the one at place heard, nobody
// when it is negative.
func turnOf(l *ledger, heard int, all ...*machine) {
	var words []byte
	for i, m := range all {
		if b := m.extend(); i == heard {
			words = b
		}
	}
	l.block(words)
	for _, m := range all {
		m.committed(l.told())
	}
}

// send puts one message on a source, makes it final and lets machines read it.
func send(c *chaintest.Chain, all ...*machine) {
	put(c)
	for _, m := range all {
		m.read()
	}
}

func put(c *chaintest.Chain) {
	c.Send(31338, message.Final, message.Address{7}, message.Address{8}, []byte("hello"))
	c.Mine(4)
	c.FinalizeHead()
}

func newSource() *chaintest.Chain {
	c := chaintest.New(bridge, 31337, message.Address{1})
	c.SetRemote(31338, message.Final, message.Address{2})
	return c
}
