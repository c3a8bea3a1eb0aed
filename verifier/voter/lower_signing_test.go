// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"bytes"
	"crypto/rand"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// lone is a rig of a committee of one, which opens sessions for its own tips.
type lone struct {
	*rig
	group  frost.Group
	secret frost.Scalar
	a      extension.Agenda
	base   message.Checkpoint
	number uint64
}

func newLone(t *testing.T) *lone {
	t.Helper()
	group, secrets, err := frost.Deal(rand.Reader, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	l := &lone{rig: newRig(t), group: group, secret: secrets[0]}
	l.send(2)
	l.base = l.latest()
	l.withSigner(group, 1, secrets[0])
	l.addLower()
	l.a = l.both(&l.base)
	return l
}

// open opens a session for a tip with the next commitment and returns it alone in the agenda.
func (l *lone) open(c *message.Checkpoint) extension.SessionAgenda {
	l.t.Helper()
	l.work(l.a)
	now := l.voter.now.Load()
	p := now.commitments[0]
	l.a.Boot, l.a.NextSeq = now.boot, p.Seq+1
	l.number++
	se := extension.SessionAgenda{
		Number: l.number, Digest: c.Digest(), BodyHash: c.BodyHash(), KeyEpoch: 1, GroupKey: l.group.Key, Stream: lowIndex, End: c.End,
		MySeq: p.Seq, MyBoot: now.boot, Signers: []extension.Signer{{Index: 1, D: p.D, E: p.E}},
	}
	fs := frost.Session{Key: l.group.Key, KeyEpoch: 1, Digest: c.Digest(), Commitments: []frost.Commitment{{Index: 1, D: p.D, E: p.E}}}
	se.ID = signer.SessionID(bridge, 1, se.Number, se.BodyHash, fs)
	return se
}

// signs reports whether a share for the session is said, after the worker has seen it.
func (l *lone) signs(se extension.SessionAgenda) bool {
	l.t.Helper()
	a := l.a
	a.Sessions = []extension.SessionAgenda{se}
	l.work(a)
	return len(l.say(a).Shares) == 1
}

// TestShareOfATip: it is given for what was journaled as an own vote and not taken back, and for nothing else.
func TestShareOfATip(t *testing.T) {
	for name, tc := range map[string]struct {
		play func(l *lone, c *message.Checkpoint, se *extension.SessionAgenda)
		want bool
	}{
		"never seen": {func(*lone, *message.Checkpoint, *extension.SessionAgenda) {}, false},
		"the newest": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) { l.onTip(c) }, true},
		"said before": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.a.Streams[1].Said = c.BodyHash()
		}, true},
		"a newer one came": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.onTip(l.tip(&l.base, c.End+2, 3, 1))
		}, true},
		"taken back": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) { l.onTip(c); l.onTip(nil) }, false},
		"reorganised": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.onTip(l.tip(&l.base, c.End-2, 1, 2))
		}, false},
		"reorganised and seen again": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.onTip(l.tip(&l.base, c.End-2, 1, 2))
			l.onTip(c)
		}, true},
		"another body of its end": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(l.tip(&l.base, c.End, 2, 2))
		}, false},
		"its body under another end": {func(l *lone, c *message.Checkpoint, se *extension.SessionAgenda) {
			l.onTip(c)
			se.End += 2
		}, false},
		"another digest": {func(l *lone, c *message.Checkpoint, se *extension.SessionAgenda) {
			l.onTip(c)
			se.Digest[0] ^= 1
		}, false},
		"the certified tree grew": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.rig.send(1)
			certify(&l.a, l.latest())
		}, true},
		"the certified tree is another than the own one": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.a.Streams[0].Certified.Root[0] ^= 1
		}, false},
		"the certified tree is newer than the own one": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.a.Streams[0].Certified.End += 1000
			l.a.Streams[0].CertifiedEnd += 1000
		}, false},
		"final stream halted": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.voter.Halt(index, errIdle)
		}, false},
		"halted": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.voter.Halt(lowIndex, errIdle)
		}, false},
		"not in the agenda": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.a.Streams = l.a.Streams[:1]
		}, false},
		"not covered any more": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.voter.RemoveStream(lowIndex)
		}, false},
		"stopped and added again": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			l.voter.RemoveStream(lowIndex)
			l.addLower()
		}, false},
		"the vote journal was lost": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) { l.onTip(c); l.voter.lost.Store(true) }, true},
		"not in the journal": {func(l *lone, c *message.Checkpoint, _ *extension.SessionAgenda) {
			l.onTip(c)
			empty, err := openBook(new(records))
			if err != nil {
				l.t.Fatal(err)
			}
			l.voter.book = empty
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			l := newLone(t)
			c := l.tip(&l.base, l.base.End+10, 2, 1)
			se := l.open(c)
			tc.play(l, c, &se)
			if l.signs(se) != tc.want {
				t.Errorf("signs: %t", !tc.want)
			}
			if n := len(l.voter.now.Load().shares); (n == 1) != tc.want {
				t.Errorf("%d shares left the signer", n)
			}
		})
	}
}

// A share that was made is not said any more once its tip was taken back, before the worker runs and after.
func TestShareIsTakenBack(t *testing.T) {
	l := newLone(t)
	c, other := l.tip(&l.base, l.base.End+10, 2, 1), l.tip(&l.base, l.base.End+10, 2, 2)
	l.onTip(c)
	se := l.open(c)
	if !l.signs(se) {
		t.Fatal("no share")
	}
	a := l.a
	a.Sessions = []extension.SessionAgenda{se}
	first := l.say(a).Shares
	l.onTip(other)
	if e := l.say(a); len(e.Shares) != 0 {
		t.Error("said before the worker has run")
	}
	if l.signs(se) {
		t.Error("said after the worker has run")
	}
	if !l.signs(l.open(other)) {
		t.Error("no share of the tip that stands, at the same end")
	}
	l.onTip(c)
	if !l.signs(se) || l.say(a).Shares[0] != first[0] {
		t.Error("not the same share when the chain came back")
	}
	l.voter.Halt(lowIndex, errIdle)
	if e := l.say(a); len(e.Shares) != 0 {
		t.Error("said after the stream halted")
	}
}

// After a restart a share is given for a tip that still stands, with a pair of the new process.
func TestShareAfterARestart(t *testing.T) {
	l := newLone(t)
	c := l.tip(&l.base, l.base.End+10, 2, 1)
	l.onTip(c)
	l.withSigner(l.group, 1, l.secret)
	l.addLower()
	l.a.Boot, l.a.NextSeq = 0, 0
	se := l.open(c)
	if l.signs(se) {
		t.Error("signs what it has not seen in this life")
	}
	size := l.journal.Len()
	l.onTip(c)
	if !l.signs(se) {
		t.Error("no share of the tip that still stands")
	}
	if n := l.journal.Len() - size; n != 0 {
		t.Errorf("%d records more", n)
	}
}

// TestTipsReachASignerOfItsOwn: a signer in another process knows each tip before it is said, several of one end, and
// gives shares for those that it knows.
func TestTipsReachASignerOfItsOwn(t *testing.T) {
	chain := newSource()
	ledger := newLedger(t, chain.Config(2))
	m := newMachine(t, ledger, chain)
	vault := newVault(m)
	vault.open()
	client := vault.connect()
	send(chain, m)
	m.run(8)
	if ledger.certificates == 0 {
		t.Fatal("no base")
	}
	r := &rig{t: t, cfg: ledger.cfg, voter: m.voter}
	r.addLower()
	first, other := r.tip(ledger.certified, ledger.certified.End+10, 1, 1), r.tip(ledger.certified, ledger.certified.End+10, 1, 2)
	unseen := r.tip(ledger.certified, ledger.certified.End+10, 1, 3)
	r.onTip(first)
	r.onTip(other)

	l := &lone{rig: r, group: ledger.group, base: *ledger.certified, a: ledger.agenda()}
	l.a.Streams = append(l.a.Streams, extension.StreamAgenda{
		Index: lowIndex, Stream: fast(r.cfg.Stream), Stride: r.cfg.Stride, StartBlock: r.cfg.StartBlock, MaxAhead: 4, Generation: 1,
	})
	l.wantTip(l.a, other)
	l.number = 100 // none of the ledger's
	if !l.signs(l.open(other)) {
		t.Error("no share of the tip that stands")
	}
	if l.signs(l.open(first)) {
		t.Error("a share of the tip that was replaced")
	}
	if err := client.Err(); err != nil {
		t.Fatal(err)
	}
	vault.close()
	r.onTip(unseen) // the signer is away: the tip is said all the same
	l.wantTip(l.a, unseen)

	j, err := journal.Open(filepath.Join(vault.dir, "journal"))
	m.must(err)
	defer j.Close()
	for c, want := range map[*message.Checkpoint]bool{first: true, other: true, unseen: false} {
		body, known := c.BodyHash(), false
		m.must(j.Replay(func(b []byte) error { known = known || bytes.HasSuffix(b, body[:]); return nil }))
		if known != want {
			t.Errorf("root %s in the signer's journal: %t", c.Root, known)
		}
	}
}
