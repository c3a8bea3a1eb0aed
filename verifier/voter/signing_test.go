// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"crypto/rand"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// withSigner restarts the rig's voter with a real signer for member i.
func (r *rig) withSigner(group frost.Group, i frost.Index, secret frost.Scalar) {
	r.t.Helper()
	j, err := journal.Open(filepath.Join(r.t.TempDir(), "signer"))
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { j.Close() })
	s, err := signer.New(signer.Config{
		BridgeID: bridge, Shares: []keystore.Share{{KeyEpoch: 1, Index: i, Secret: secret, BridgeID: bridge, GroupKey: group.Key}},
		Journal: j, Rand: rand.Reader,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	r.voter, err = New(Config{Journal: r.journal, Signer: s, Streams: []Stream{{Index: index, Config: r.cfg, Store: r.store, Heads: r.chain}}})
	if err != nil {
		r.t.Fatal(err)
	}
	r.voter.settled.Store(1)
	r.follow(0)
}

// TestSession takes three of four members from votes to a group signature.
func TestSession(t *testing.T) {
	group, secrets, err := frost.Deal(rand.Reader, 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	var rigs []*rig
	agendas := make([]extension.Agenda, 3)
	session := extension.SessionAgenda{Number: 5, KeyEpoch: 1, GroupKey: group.Key, Stream: index}
	list := []frost.Commitment{}
	var c message.Checkpoint
	for i := range 3 {
		r := newRig(t)
		r.send(2)
		r.withSigner(group, frost.Index(i+1), secrets[i])
		a := r.agenda()
		a.MemberIndex, a.GroupKey = uint16(i+1), group.Key
		r.work(a)
		e := r.say(a)
		if len(e.Votes) != 1 || len(e.Commitments) != extension.MaxCommitments || e.Boot>>24 != a.Height {
			t.Fatalf("member %d says %+v", i+1, e)
		}
		if again := r.say(a); again.Commitments[0] != e.Commitments[0] {
			t.Error("announced again with other points")
		}
		c = e.Votes[0].Checkpoint(bridge, r.cfg.Stream)
		first := e.Commitments[0]
		session.Signers = append(session.Signers, extension.Signer{Index: uint16(i + 1), D: first.D, E: first.E})
		list = append(list, frost.Commitment{Index: frost.Index(i + 1), D: first.D, E: first.E})
		a.Height, a.Boot, a.NextSeq, a.Pool = 102, e.Boot, 1, 0
		rigs, agendas[i] = append(rigs, r), a
	}
	session.Digest, session.BodyHash, session.End = c.Digest(), c.BodyHash(), c.End
	fs := frost.Session{Key: group.Key, KeyEpoch: 1, Digest: c.Digest(), Commitments: list}
	fs.ID = signer.SessionID(bridge, 1, session.Number, session.BodyHash, fs)
	session.ID = fs.ID

	var shares []frost.Scalar
	for i, r := range rigs {
		a := agendas[i]
		session.MyBoot = a.Boot
		for name, spoil := range map[string]func(*extension.SessionAgenda){
			"another window":     func(s *extension.SessionAgenda) { s.End += 2 },
			"another digest":     func(s *extension.SessionAgenda) { s.Digest[0] ^= 1 },
			"another body":       func(s *extension.SessionAgenda) { s.BodyHash[0] ^= 1 },
			"another boot":       func(s *extension.SessionAgenda) { s.MyBoot++ },
			"another session id": func(s *extension.SessionAgenda) { s.ID[0] ^= 1 },
			"another stream":     func(s *extension.SessionAgenda) { s.Stream++ },
		} {
			bad := session
			spoil(&bad)
			bad.Number += 1000
			a.Sessions = []extension.SessionAgenda{bad}
			r.work(a)
			if e := r.say(a); len(e.Shares) != 0 {
				t.Fatalf("member %d signed with %s", i+1, name)
			}
		}
		a.Sessions = []extension.SessionAgenda{session}
		r.work(a)
		e := r.say(a)
		if len(e.Shares) != 1 || e.Shares[0].Session != session.Number {
			t.Fatalf("member %d: shares %+v", i+1, e.Shares)
		}
		r.work(a)
		if again := r.say(a); len(again.Shares) != 1 || again.Shares[0] != e.Shares[0] {
			t.Error("not the same share again")
		}
		shares = append(shares, frost.Scalar(e.Shares[0].Z))
		a.Sessions = nil
		r.work(a)
		if e := r.say(a); len(e.Shares) != 0 {
			t.Error("share is said after the state took it")
		}
	}
	if _, err := frost.Aggregate(fs, shares); err != nil {
		t.Fatal(err)
	}
}

// TestNoShareFromHaltedStream: a stream that contradicts the certified tree gives no share.
func TestNoShareFromHaltedStream(t *testing.T) {
	group, secrets, err := frost.Deal(rand.Reader, 1, 1)
	if err != nil {
		t.Fatal(err)
	}
	r := newRig(t)
	r.chain.Mine(4)
	r.send(1)
	r.withSigner(group, 1, secrets[0])
	a := r.agenda()
	r.work(a)
	e := r.say(a)
	c := e.Votes[0].Checkpoint(bridge, r.cfg.Stream)
	fs := frost.Session{Key: group.Key, KeyEpoch: 1, Digest: c.Digest(), Commitments: []frost.Commitment{{Index: 1, D: e.Commitments[0].D, E: e.Commitments[0].E}}}
	fs.ID = signer.SessionID(bridge, 1, 1, c.BodyHash(), fs)
	a.Boot, a.NextSeq = e.Boot, 1
	a.Sessions = []extension.SessionAgenda{{
		Number: 1, ID: fs.ID, Digest: c.Digest(), BodyHash: c.BodyHash(), KeyEpoch: 1, GroupKey: group.Key, Stream: index, End: c.End,
		MyBoot: e.Boot, Signers: []extension.Signer{{Index: 1, D: e.Commitments[0].D, E: e.Commitments[0].E}},
	}}
	forged := c
	forged.End, forged.Root = c.End-2, message.Hash{9}
	certify(&a, forged)
	r.work(a)
	if e := r.say(a); !e.Empty() && len(e.Shares) != 0 {
		t.Error("a share left")
	}
	if r.voter.Status()[0].Halted == nil {
		t.Error("not halted")
	}
}
