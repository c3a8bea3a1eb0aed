// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package signer

import (
	"errors"
	"io"
	"math/rand/v2"
	"path/filepath"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
)

func testRand(seed byte) io.Reader { return rand.NewChaCha8([32]byte{seed}) }

var bridge = message.BridgeID("aitbc-test-1")

// committee is four signers with threshold three; each has its own journal file.
type committee struct {
	t       testing.TB
	group   frost.Group
	shares  []frost.Scalar
	signers []*Signer
	paths   []string
}

func newCommittee(t testing.TB) *committee {
	t.Helper()
	g, shares, err := frost.Deal(testRand(1), 4, 3)
	if err != nil {
		t.Fatal(err)
	}
	c := &committee{t: t, group: g, shares: shares}
	for i := range shares {
		c.paths = append(c.paths, filepath.Join(t.TempDir(), "journal", "signer"))
		c.signers = append(c.signers, nil)
		c.start(i, 100, byte(i+10))
	}
	return c
}

// share is member i's share of key epoch 1.
func (c *committee) share(i int) keystore.Share {
	return keystore.Share{KeyEpoch: 1, Index: frost.Index(i + 1), Secret: c.shares[i], BridgeID: bridge, GroupKey: c.group.Key}
}

// start makes member i's signer anew over its journal, as a restart does.
func (c *committee) start(i int, height uint64, seed byte) *Signer {
	c.t.Helper()
	if old := c.signers[i]; old != nil {
		if err := old.journal.Close(); err != nil {
			c.t.Fatal(err)
		}
	}
	j, err := journal.Open(c.paths[i])
	if err != nil {
		c.t.Fatal(err)
	}
	c.t.Cleanup(func() { _ = j.Close() })
	s, err := New(Config{
		BridgeID: bridge, Shares: []keystore.Share{c.share(i)}, Journal: j, Rand: testRand(seed),
	})
	if err != nil {
		c.t.Fatal(err)
	}
	s.Start(height)
	c.signers[i] = s
	return s
}

func checkpoint(end uint64, root byte) message.Checkpoint {
	return message.Checkpoint{
		BridgeID: bridge, Stream: message.Stream{Chain: 1, Manager: message.Address{1}, Finality: message.Final, Epoch: 1},
		End: end, BlockHash: message.Hash{2}, MessageCount: 1, LeafCount: 1, PeaksHash: message.Hash{3}, Root: message.Hash{root},
	}
}

// request opens session number over cp with the seq-th commitment of members 1, 2 and 4.
func (c *committee) request(number uint64, seq int, cp message.Checkpoint) Request {
	c.t.Helper()
	se := frost.Session{Key: c.group.Key, KeyEpoch: 1, Digest: cp.Digest()}
	for _, i := range []int{0, 1, 3} {
		list := c.signers[i].Commitments(seq + 1)
		if len(list) != seq+1 {
			c.t.Fatalf("member %d announces %d", i+1, len(list))
		}
		se.Commitments = append(se.Commitments, frost.Commitment{Index: frost.Index(i + 1), D: list[seq].D, E: list[seq].E})
	}
	r := Request{
		BridgeID: bridge, Fork: 1, SessionNumber: number, Session: se,
		BodyHash: cp.BodyHash(), MySeq: uint32(seq), Statement: &cp,
	}
	r.seal()
	return r
}

func (r *Request) seal() {
	r.Session.ID = SessionID(r.BridgeID, r.Fork, r.SessionNumber, r.BodyHash, r.Session)
}

// checkpoint is a copy of the request's, which is the request's from now on.
func (r *Request) checkpoint() *message.Checkpoint {
	c := *r.Statement.(*message.Checkpoint)
	r.Statement = &c
	return &c
}

func voted(cps ...message.Checkpoint) func([32]byte) bool {
	return func(body [32]byte) bool {
		for _, cp := range cps {
			if cp.BodyHash() == body {
				return true
			}
		}
		return false
	}
}

func TestCommitteeSigns(t *testing.T) {
	c := newCommittee(t)
	cp := checkpoint(9, 1)
	req := c.request(1, 0, cp)
	var shares []frost.Scalar
	for _, i := range []int{0, 1, 3} {
		z, err := c.signers[i].Sign(req, voted(cp))
		if err != nil {
			t.Fatal(err)
		}
		again, err := c.signers[i].Sign(req, voted(cp))
		if err != nil || again != z {
			t.Errorf("member %d repeats another share: %v", i+1, err)
		}
		shares = append(shares, z)
	}
	sig, err := frost.Aggregate(req.Session, shares)
	if err != nil {
		t.Fatal(err)
	}
	if err := schnorr.Verify(c.group.Key, cp.Digest(), sig); err != nil {
		t.Error(err)
	}
}

// A refusal by policy leaves the pair alone: the honest request still works afterwards.
func TestPolicyRefuses(t *testing.T) {
	c := newCommittee(t)
	cp := checkpoint(9, 1)
	s := c.signers[0]
	tests := []struct {
		name string
		f    func(*Request)
		seal bool
		want error
	}{
		{"another bridge", func(r *Request) { r.BridgeID[0] ^= 1 }, true, ErrPolicy},
		{"fork zero", func(r *Request) { r.Fork = 0 }, true, ErrPolicy},
		{"another fork", func(r *Request) { r.Fork = 2 }, false, ErrSessionID},
		{"another epoch", func(r *Request) { r.Session.KeyEpoch = 2 }, true, ErrNoShare},
		{"another key", func(r *Request) { r.Session.Key[31] ^= 1 }, true, ErrPolicy},
		{"another number", func(r *Request) { r.SessionNumber = 2 }, false, ErrSessionID},
		{"another id", func(r *Request) { r.Session.ID[0] ^= 1 }, false, ErrSessionID},
		{"another list", func(r *Request) { r.Session.Commitments[1].D = r.Session.Commitments[2].D }, false, ErrSessionID},
		{"another digest", func(r *Request) { r.Session.Digest[0] ^= 1 }, true, ErrPolicy},
		{"another body", func(r *Request) { r.BodyHash[0] ^= 1 }, true, ErrPolicy},
		{"no checkpoint", func(r *Request) { r.Statement = nil }, true, ErrPolicy},
		{"no checkpoint in it", func(r *Request) { r.Statement = (*message.Checkpoint)(nil) }, true, ErrPolicy},
		{"checkpoint of another bridge", func(r *Request) { r.checkpoint().BridgeID[0] ^= 1 }, true, ErrPolicy},
		{"checkpoint of another root", func(r *Request) { r.checkpoint().Root[0] ^= 1 }, true, ErrPolicy},
		{"unvoted checkpoint", func(r *Request) {
			c := r.checkpoint()
			c.Root[1] ^= 1
			r.BodyHash, r.Session.Digest = c.BodyHash(), c.Digest()
		}, true, ErrNoVote},
		{"own commitment changed", func(r *Request) { r.Session.Commitments[0].D = r.Session.Commitments[1].D }, true, ErrCommitment},
		{"own commitment missing", func(r *Request) { r.Session.Commitments = r.Session.Commitments[1:] }, true, ErrCommitment},
		{"commitment of another seq", func(r *Request) { r.MySeq = 1 }, true, ErrCommitment},
		{"seq never made", func(r *Request) { r.MySeq = 77 }, true, ErrPairBurnt},
		{"list unsorted", func(r *Request) {
			l := r.Session.Commitments
			l[0], l[1] = l[1], l[0]
		}, true, ErrPolicy},
	}
	s.Commitments(2) // seq 1 exists too
	for _, tc := range tests {
		t.Run(tc.name, func(t *testing.T) {
			r := c.request(1, 0, cp)
			tc.f(&r)
			if tc.seal {
				r.seal()
			}
			if _, err := s.Sign(r, voted(cp)); !errors.Is(err, tc.want) {
				t.Errorf("got %v, want %v", err, tc.want)
			}
		})
	}
	if _, err := s.Sign(c.request(1, 0, cp), nil); !errors.Is(err, ErrNoVote) {
		t.Errorf("no vote journal: %v", err)
	}
	if s.journal.Len() != 1 {
		t.Errorf("%d journal records after refusals", s.journal.Len())
	}
	if _, err := s.Sign(c.request(1, 0, cp), voted(cp)); err != nil {
		t.Errorf("honest request: %v", err)
	}
}

func TestNonceIsNotReused(t *testing.T) {
	c := newCommittee(t)
	a, b := checkpoint(9, 1), checkpoint(11, 2)
	s := c.signers[0]
	first := c.request(1, 0, a)
	second := first // the same commitments again, in another session
	second.SessionNumber, second.Statement = 2, &b
	second.BodyHash, second.Session.Digest = b.BodyHash(), b.Digest()
	second.seal()
	if _, err := s.Sign(first, voted(a, b)); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(second, voted(a, b)); !errors.Is(err, ErrPairBurnt) {
		t.Errorf("same pair, another session: %v", err)
	}
	third := first // the same session number over other contents
	third.Session.Commitments = append([]frost.Commitment(nil), first.Session.Commitments[:2]...)
	third.seal()
	if _, err := s.Sign(third, voted(a, b)); !errors.Is(err, ErrConflict) {
		t.Errorf("same number, another list: %v", err)
	}
	if message.FateOf(ErrConflict) != message.Halt {
		t.Error("a conflict does not halt")
	}
}

// Even when the vote journal has two digests for one window, the signer does not.
func TestWindowIsSignedOnce(t *testing.T) {
	c := newCommittee(t)
	a, b := checkpoint(9, 1), checkpoint(9, 2)
	everything := func([32]byte) bool { return true }
	s := c.signers[0]
	first, other, retry := c.request(1, 0, a), c.request(2, 1, b), c.request(3, 2, a)
	if _, err := s.Sign(first, everything); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Sign(other, everything); !errors.Is(err, ErrConflict) {
		t.Errorf("another digest in the window: %v", err)
	}
	if _, err := s.Sign(retry, everything); err != nil {
		t.Errorf("second attempt of the same checkpoint: %v", err)
	}
	s = c.start(0, 200, 77)
	other = c.request(4, 0, b)
	if _, err := s.Sign(other, everything); !errors.Is(err, ErrConflict) {
		t.Errorf("another digest in the window after a restart: %v", err)
	}
}

func TestReplayAfterRestartIsRefused(t *testing.T) {
	c := newCommittee(t)
	cp := checkpoint(9, 1)
	signed, unsigned := c.request(1, 0, cp), c.request(2, 1, cp)
	if _, err := c.signers[0].Sign(signed, voted(cp)); err != nil {
		t.Fatal(err)
	}
	boot := c.signers[0].Boot()
	s := c.start(0, 101, 10) // the same seed of randomness as before
	if s.Boot() <= boot {
		t.Errorf("boot %d after %d", s.Boot(), boot)
	}
	if got := s.Commitments(1)[0]; got.D == signed.Session.Commitments[0].D || got.E == signed.Session.Commitments[0].E {
		t.Error("repeated randomness gave the same pair again")
	}
	if _, err := s.Sign(signed, voted(cp)); !errors.Is(err, ErrPairBurnt) {
		t.Errorf("signed session: %v", err)
	}
	if _, err := s.Sign(unsigned, voted(cp)); !errors.Is(err, ErrPairBurnt) {
		t.Errorf("open session of the old boot: %v", err)
	}
	// With a pair of the new boot in it, the old number is a conflict.
	if _, err := s.Sign(c.request(1, 0, cp), voted(cp)); !errors.Is(err, ErrConflict) {
		t.Errorf("old number, new pair: %v", err)
	}
	if _, err := s.Sign(c.request(3, 0, cp), voted(cp)); err != nil {
		t.Errorf("new session: %v", err)
	}
}

func TestJournalFailureReleasesNothing(t *testing.T) {
	c := newCommittee(t)
	cp := checkpoint(9, 1)
	s := c.signers[0]
	req := c.request(1, 0, cp)
	if err := s.journal.Close(); err != nil {
		t.Fatal(err)
	}
	z, err := s.Sign(req, voted(cp))
	if !errors.Is(err, ErrJournal) || z != (frost.Scalar{}) || message.FateOf(err) != message.Halt {
		t.Errorf("journal closed: %v", err)
	}
	if _, err := s.Sign(req, voted(cp)); !errors.Is(err, ErrPairBurnt) {
		t.Errorf("pair after the failure: %v", err)
	}
}
