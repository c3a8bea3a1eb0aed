// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"context"
	"crypto/rand"
	"encoding/binary"
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
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// ledger is a chain with one member and threshold one: what the state machine keeps of it.
type ledger struct {
	t       *testing.T
	cfg     stream.Config
	group   frost.Group
	secret  frost.Scalar
	fork    uint32
	salt    byte   // another one is another history
	height  uint64 // committed
	pending []byte // words of height, for the next block's last commit

	heard     extension.Heard
	boot      uint64
	next      uint32
	pool      []extension.Commitment
	votes     []extension.Vote // uncertified, by arrival, at most 4
	certified *message.Checkpoint
	number    uint64
	session   *extension.SessionAgenda
	opened    uint64 // height of session
	suspended bool
	halted    string
	idle      bool // opens no session

	certificates  int
	equivocations int
	ends          map[uint64]message.Hash // body by certified end
}

func newLedger(t *testing.T, cfg stream.Config) *ledger {
	t.Helper()
	group, secrets, err := frost.Deal(rand.Reader, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	return &ledger{t: t, cfg: cfg, group: group, secret: secrets[0], fork: 1, height: 100, ends: map[uint64]message.Hash{}}
}

// fork of the history: from here on both go their own ways.
func (l *ledger) split() *ledger {
	c := *l
	c.salt++
	c.pool, c.votes, c.ends = slices.Clone(l.pool), slices.Clone(l.votes), map[uint64]message.Hash{}
	return &c
}

// block decides the next block; its last commit carries the pending words, and words are those
// of its own height.
func (l *ledger) block(words []byte) {
	l.t.Helper()
	l.heard = extension.Heard{}
	if len(l.pending) > 0 {
		l.heard = extension.Heard{Height: l.height, Extension: l.pending}
	}
	l.height++
	e, err := extension.Decode(l.pending)
	l.pending = words
	if err != nil {
		l.t.Fatal(err)
	}
	if e != nil && e.Fork == l.fork {
		l.take(e)
	}
	l.open()
}

func (l *ledger) take(e *extension.Extension) {
	if e.Boot > l.boot {
		l.boot, l.next, l.pool = e.Boot, 0, nil
		if l.session != nil {
			l.session = nil // of an older boot: no share will come
		}
	}
	if e.Boot == l.boot {
		for _, c := range e.Commitments {
			if c.Seq == l.next && len(l.pool) < poolTarget {
				l.pool = append(l.pool, c)
				l.next++
			}
		}
	}
	for _, v := range e.Votes {
		c := v.Checkpoint(bridge, l.cfg.Stream)
		if l.certified != nil && v.End <= l.certified.End {
			continue
		}
		at := slices.IndexFunc(l.votes, func(o extension.Vote) bool { return o.End == v.End })
		switch {
		case at < 0:
			l.votes = append(l.votes, v)
			l.votes = l.votes[max(0, len(l.votes)-4):]
		case l.votes[at].Checkpoint(bridge, l.cfg.Stream) != c:
			l.equivocations++
		}
	}
	for _, s := range e.Shares {
		if l.session != nil && s.Session == l.session.Number {
			l.complete(s.Z)
		}
	}
}

func (l *ledger) complete(z [32]byte) {
	q := l.session
	if _, err := frost.Aggregate(l.frost(q), []frost.Scalar{frost.Scalar(z)}); err != nil {
		l.t.Fatalf("session %d: %v", q.Number, err)
	}
	at := slices.IndexFunc(l.votes, func(v extension.Vote) bool { return v.End == q.End })
	c := l.votes[at].Checkpoint(bridge, l.cfg.Stream)
	l.certified, l.session = &c, nil
	l.certificates++
	l.ends[c.End] = c.BodyHash()
	l.votes = slices.DeleteFunc(slices.Clone(l.votes), func(v extension.Vote) bool { return v.End <= c.End })
}

// open opens a session for the newest vote; a newer vote takes the place of a session that hangs.
func (l *ledger) open() {
	if l.idle || len(l.pool) == 0 || len(l.votes) == 0 {
		return
	}
	v := slices.MaxFunc(l.votes, func(a, b extension.Vote) int { return int(a.End) - int(b.End) })
	if l.session != nil && (l.session.End >= v.End || l.height < l.opened+3) {
		return
	}
	c := v.Checkpoint(bridge, l.cfg.Stream)
	p := l.pool[0]
	l.pool = l.pool[1:]
	l.number++
	l.session, l.opened = l.sessionOf(&c, l.number, p), l.height
}

func (l *ledger) sessionOf(c *message.Checkpoint, number uint64, p extension.Commitment) *extension.SessionAgenda {
	q := &extension.SessionAgenda{
		Number: number, Digest: c.Digest(), BodyHash: c.BodyHash(), KeyEpoch: 1, GroupKey: l.group.Key, Stream: index, End: c.End,
		MySeq: p.Seq, MyBoot: l.boot, Signers: []extension.Signer{{Index: 1, D: p.D, E: p.E}},
	}
	l.seal(q)
	return q
}

// seal makes the session id right for the contents, as a lying state machine would too.
func (l *ledger) seal(q *extension.SessionAgenda) {
	q.ID = signer.SessionID(bridge, l.fork, q.Number, q.BodyHash, l.frost(q))
}

func (l *ledger) frost(q *extension.SessionAgenda) frost.Session {
	f := frost.Session{Key: l.group.Key, KeyEpoch: q.KeyEpoch, ID: q.ID, Digest: q.Digest}
	for _, s := range q.Signers {
		f.Commitments = append(f.Commitments, frost.Commitment{Index: frost.Index(s.Index), D: s.D, E: s.E})
	}
	return f
}

// agenda is what ExtendVote gets; told adds what a commit tells.
func (l *ledger) agenda() extension.Agenda {
	a := extension.Agenda{
		Height: l.height, BridgeID: bridge, Fork: l.fork, KeyEpoch: 1, GroupKey: l.group.Key, Threshold: 1, Member: true, MemberIndex: 1,
		Boot: l.boot, NextSeq: l.next, Pool: len(l.pool), Unused: slices.Clone(l.pool), Suspended: l.suspended, Halted: l.halted,
	}
	s := extension.StreamAgenda{Index: index, Stream: l.cfg.Stream, Stride: l.cfg.Stride, StartBlock: l.cfg.StartBlock}
	if l.certified != nil {
		s.HasCertified, s.CertifiedEnd, s.Certified = true, l.certified.End, *l.certified
	}
	for _, v := range l.votes {
		s.Voted = append(s.Voted, v.End)
	}
	slices.Sort(s.Voted)
	a.Streams = []extension.StreamAgenda{s}
	if l.session != nil {
		a.Sessions = []extension.SessionAgenda{*l.session}
	}
	return a
}

func (l *ledger) told() extension.Agenda {
	a := l.agenda()
	a.Heard = l.heard
	a.AppHash[0], a.AppHash[1] = 1, l.salt
	binary.BigEndian.PutUint64(a.AppHash[8:], l.height)
	return a
}

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

	said   map[uint64]map[message.Hash]bool // bodies voted for by end, over all lives
	shares map[[66]byte]map[[32]byte]bool   // session ids signed with a pair, over all lives
}

func newMachine(t *testing.T, l *ledger, c *chaintest.Chain) *machine {
	t.Helper()
	return &machine{
		t: t, ledger: l, chain: c, home: filepath.Join(t.TempDir(), "home"), rand: rand.Reader, memory: store.NewMemory(),
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
	s, err := signer.New(signer.Config{
		Share:   keystore.Share{KeyEpoch: 1, Index: 1, Secret: m.ledger.secret, BridgeID: bridge, GroupKey: m.ledger.group.Key},
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
