// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"crypto/rand"
	"encoding/binary"
	"slices"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/chains/stream"
	"github.com/aitbc/bridge/keys/frost"
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

	none  bool   // the member is not in the active key epoch
	epoch uint64 // the active one; 0: there is no key yet
	ready uint64 // the member is in this one, which is ready; 0: not

	signed []message.Statement // other statements than checkpoints

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
	return &ledger{t: t, cfg: cfg, group: group, secret: secrets[0], fork: 1, height: 100, epoch: 1, ends: map[uint64]message.Hash{}}
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
	if e != nil && e.Fork == l.fork && (!l.none || l.ready != 0) {
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
	if q.Statement != nil {
		l.signed, l.session = append(l.signed, q.Statement), nil
		return
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
	if l.session != nil && (l.session.Statement != nil || l.session.End >= v.End || l.height < l.opened+3) {
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
		Number: number, Digest: c.Digest(), BodyHash: c.BodyHash(), KeyEpoch: l.epoch, GroupKey: l.group.Key, Stream: index, End: c.End,
		MySeq: p.Seq, MyBoot: l.boot, Signers: []extension.Signer{{Index: 1, D: p.D, E: p.E}},
	}
	l.seal(q)
	return q
}

// ask opens a session for another statement than a checkpoint, in place of one that waits.
func (l *ledger) ask(st message.Statement, epoch uint64) {
	l.t.Helper()
	if len(l.pool) == 0 {
		l.t.Fatalf("height %d: no commitments in the state", l.height)
	}
	p := l.pool[0]
	l.pool = l.pool[1:]
	l.number++
	q := l.sessionOf(&message.Checkpoint{BridgeID: bridge}, l.number, p)
	q.KeyEpoch, q.Stream, q.End = epoch, 0, 0
	q.Statement, q.Digest, q.BodyHash = st, st.Digest(), message.Hash(st.Digest())
	l.seal(q)
	l.session, l.opened = q, l.height
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
		Height: l.height, BridgeID: bridge, Fork: l.fork, KeyEpoch: l.epoch, GroupKey: l.group.Key, Threshold: 1, Member: true, MemberIndex: 1,
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
	if l.ready != 0 {
		a.ReadyEpoch, a.ReadyIndex = l.ready, 1
	}
	if l.none {
		a.Member, a.MemberIndex, a.Streams[0].Voted = false, 0, nil
	}
	if l.none && l.ready == 0 {
		a.Boot, a.NextSeq, a.Pool, a.Unused, a.Sessions = 0, 0, 0, nil, nil
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
