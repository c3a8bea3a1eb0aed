// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"crypto/rand"
	"errors"
	"testing"

	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// From the instant in which a twin is seen nothing is said, though there is something to say
// and the worker has not run.
func TestSaysNothingBesideItsTwin(t *testing.T) {
	l, m := begin(t)
	a := l.told()
	for (a.Height+1)%extension.HeartbeatBlocks != 0 { // a height that has a heartbeat at least
		a.Height++
	}
	items := func() int {
		e, err := extension.Decode(m.voter.Extend(a))
		if err != nil {
			t.Fatal(err)
		}
		if e == nil {
			return 0
		}
		return len(e.Votes) + len(e.Shares) + len(e.Commitments) + len(e.Heartbeats)
	}
	if items() == 0 {
		t.Fatal("nothing to say: the test shows nothing")
	}
	m.voter.raise(a.Height, "another one")
	if n := items(); n != 0 {
		t.Errorf("says %d things", n)
	}
}

// asked is a member whose share a session of its own vote waits for.
func asked(t *testing.T) (*rig, extension.Agenda) {
	t.Helper()
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
	own := frost.Commitment{Index: 1, D: e.Commitments[0].D, E: e.Commitments[0].E}
	fs := frost.Session{Key: group.Key, KeyEpoch: 1, Digest: c.Digest(), Commitments: []frost.Commitment{own}}
	a.Boot, a.NextSeq = e.Boot, 1
	a.Sessions = []extension.SessionAgenda{{
		Number: 1, ID: signer.SessionID(bridge, 1, 1, c.BodyHash(), fs), Digest: c.Digest(), BodyHash: c.BodyHash(), KeyEpoch: 1,
		GroupKey: group.Key, Stream: index, End: c.End, MyBoot: e.Boot, Signers: []extension.Signer{{Index: 1, D: own.D, E: own.E}},
	}}
	return r, a
}

// A stream that follow stopped gives no shares, and one that runs gives them.
func TestNoShareAfterHalt(t *testing.T) {
	for _, halted := range []bool{false, true} {
		r, a := asked(t)
		want := 1
		if halted {
			r.voter.Halt(index, errors.New("final block changed"))
			want = 0
		}
		r.work(a)
		if got := len(r.say(a).Shares); got != want {
			t.Errorf("halted %t: %d shares, want %d", halted, got, want)
		}
	}
}
