// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package voter

import (
	"bytes"
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
	"github.com/aitbc/bridge/verifier/extension"
)

// unborn is a chain without a key and a validator of it that runs and has no share.
func unborn(t *testing.T) (*ledger, *machine) {
	t.Helper()
	c := newSource()
	l := newLedger(t, c.Config(2))
	l.none, l.epoch = true, 0
	m := newMachine(t, l, c)
	m.held = nil
	m.start()
	send(c, m)
	m.run(8)
	return l, m
}

func (m *machine) must(err error) {
	m.t.Helper()
	if err != nil {
		m.t.Fatal(err)
	}
}

func readyOf(epoch uint64) message.Ready {
	return message.Ready{BridgeID: bridge, KeyEpoch: epoch, MemberSetHash: message.Hash{1}, Height: 7}
}

// become makes a validator the member of the next key epoch, as a ceremony does: share, ready statement, activation.
func become(t *testing.T, l *ledger, m *machine) {
	t.Helper()
	epoch := l.epoch + 1
	m.must(m.voter.signer.AddShare(m.share(epoch)))
	l.ready = epoch
	m.run(4)
	l.ask(readyOf(epoch), epoch)
	m.committed(l.told())
	m.run(3)
	if len(l.signed) != 0 {
		t.Fatal("signed a ready statement of a ceremony that it did not see finished")
	}
	m.must(m.voter.Finished(readyOf(epoch).Digest()))
	m.run(3)
	if len(l.signed) != 1 || l.signed[0] != readyOf(epoch) {
		t.Fatalf("signed %v", l.signed)
	}
	l.none, l.epoch, l.ready, l.signed = false, epoch, 0, nil
}

// TestBirth takes a validator from a chain without a key to its first certificate. Nothing waits for ever.
func TestBirth(t *testing.T) {
	l, m := unborn(t)
	if b := m.extend(); len(b) != 0 || l.boot != 0 {
		t.Errorf("says %x before there is anything to say", b)
	}
	become(t, l, m)
	m.run(10)
	send(m.chain, m)
	m.run(10)
	if l.certificates < 2 || m.voter.Stopped() != nil || m.voter.lost.Load() {
		t.Errorf("%d certificates, stopped: %v, lost: %v", l.certificates, m.voter.Stopped(), m.voter.lost.Load())
	}
	m.once()
}

// TestReadyMemberSaysNoMore: a member of the ready key epoch alone says commitments and shares, no vote and no heartbeat.
func TestReadyMemberSaysNoMore(t *testing.T) {
	l, m := unborn(t)
	m.must(m.voter.signer.AddShare(m.share(1)))
	l.ready = 1
	spoken := false
	for range 2 * extension.HeartbeatBlocks {
		send(m.chain, m)
		b := m.extend()
		e, err := extension.Decode(b)
		m.must(err)
		if e != nil {
			spoken = spoken || len(e.Commitments) > 0
			if len(e.Votes)+len(e.Heartbeats) > 0 {
				t.Fatalf("height %d: %+v", l.height, e)
			}
		}
		l.block(b)
		m.committed(l.told())
	}
	if !spoken || len(l.pool) != poolTarget {
		t.Errorf("%d commitments in the state", len(l.pool))
	}
}

// TestMemberWithoutShare: it votes, and announces nothing that it could be asked a share for, until it gets one.
func TestMemberWithoutShare(t *testing.T) {
	c := newSource()
	l := newLedger(t, c.Config(2))
	m := newMachine(t, l, c)
	m.held = []uint64{7} // of another key epoch
	m.start()
	send(c, m)
	m.run(8)
	if len(l.votes) == 0 || l.boot != 0 || len(l.pool) != 0 {
		t.Fatalf("%d votes, boot %x, %d commitments", len(l.votes), l.boot, len(l.pool))
	}
	m.must(m.voter.signer.AddShare(m.share(1)))
	m.run(8)
	if l.certificates == 0 || m.voter.Stopped() != nil {
		t.Errorf("%d certificates with the share; stopped: %v", l.certificates, m.voter.Stopped())
	}
	l.none = true // it leaves, and its share with it
	m.must(m.voter.signer.DropShare(1))
	m.run(3)
	if b := m.extend(); len(b) != 0 {
		t.Errorf("says %x after it left", b)
	}
}

// TestEpochChange: boot, pairs and history go on from one key epoch to the next.
func TestEpochChange(t *testing.T) {
	l, m := begin(t)
	boot := l.boot
	l.idle = true
	become(t, l, m)
	l.idle = false
	before := l.certificates
	send(m.chain, m)
	m.run(6)
	if l.boot != boot || l.certificates <= before || m.voter.Stopped() != nil {
		t.Errorf("boot %x, was %x; %d certificates, %d before; stopped: %v", l.boot, boot, l.certificates, before, m.voter.Stopped())
	}
	m.must(m.voter.signer.DropShare(1))
	send(m.chain, m)
	m.run(6)
	if l.certificates != before+2 {
		t.Errorf("%d certificates without the old share", l.certificates-before)
	}
	m.held = []uint64{2}
	m.start()
	send(m.chain, m)
	m.run(8)
	if l.certificates != before+3 || m.voter.lost.Load() {
		t.Errorf("%d certificates after a restart, lost: %v", l.certificates-before, m.voter.lost.Load())
	}
	m.once()
}

// TestTwinCasesOfEpochs is the part of ADR 8's table that key epochs add.
func TestTwinCasesOfEpochs(t *testing.T) {
	for _, tc := range []struct {
		name  string
		alarm bool
		play  func(t *testing.T, l *ledger, m *machine)
	}{
		{"born", false, func(t *testing.T, l *ledger, m *machine) { become(t, l, m) }},
		{"restarted before it has a share", false, func(t *testing.T, l *ledger, m *machine) {
			m.start()
			m.run(2)
			become(t, l, m)
		}},
		{"killed while the epoch is ready", false, func(t *testing.T, l *ledger, m *machine) {
			m.must(m.voter.signer.AddShare(m.share(1)))
			l.ready = 1
			m.run(4)
			old := m.extend()
			m.held = []uint64{1}
			m.start()
			m.extend()
			l.block(old)
			m.committed(l.told())
			m.run(3)
			become(t, l, m)
		}},
		{"killed when the epoch becomes active", false, func(t *testing.T, l *ledger, m *machine) {
			become(t, l, m)
			m.held = []uint64{1}
			m.start()
			m.run(6)
		}},
		{"an aborted ceremony before it", false, func(t *testing.T, l *ledger, m *machine) {
			m.must(m.voter.signer.AddShare(m.share(1)))
			l.ready = 1
			m.run(4)
			l.ready, l.session = 0, nil
			m.must(m.voter.signer.DropShare(1))
			m.run(4)
			become(t, l, m)
		}},
		{"left and came back", false, func(t *testing.T, l *ledger, m *machine) {
			become(t, l, m)
			m.run(6)
			l.none, l.session = true, nil
			m.run(6)
			l.none = false
		}},
		{"came back with a boot that no journal knows", false, func(t *testing.T, l *ledger, m *machine) {
			l.boot, l.next = 3<<24, 5 // of a home that is gone
			m.must(m.voter.signer.AddShare(m.share(1)))
			l.ready = 1
			m.run(4)
			if m.voter.Stopped() == nil && !m.voter.lost.Load() {
				t.Error("takes its journal for whole")
			}
			become(t, l, m)
			send(m.chain, m)
			m.run(8) // abstains up to the present
		}},
		{"votes in the state that no journal knows, when it becomes a member", false, func(t *testing.T, l *ledger, m *machine) {
			become(t, l, m)
			a := l.told()
			a.Streams[0].Voted = []uint64{5}
			m.committed(a)
			if !m.voter.lost.Load() {
				t.Error("takes its journal for whole")
			}
			send(m.chain, m)
			m.run(8)
		}},
		{"other words while the epoch is ready", true, func(t *testing.T, l *ledger, m *machine) {
			m.must(m.voter.signer.AddShare(m.share(1)))
			l.ready = 1
			m.run(4)
			m.extend()
			l.block(other(t, l.boot))
			l.block(nil)
			m.committed(l.told())
		}},
		{"other words of a validator that is in no epoch", true, func(t *testing.T, l *ledger, m *machine) {
			m.run(2)
			m.extend()
			l.block(other(t, 5))
			l.block(nil)
			m.committed(l.told())
		}},
		{"boot of nobody while the epoch is ready", true, func(_ *testing.T, l *ledger, m *machine) {
			m.must(m.voter.signer.AddShare(m.share(1)))
			l.ready = 1
			m.run(4)
			a := l.told()
			a.Height++
			a.Boot, a.Heard, a.NextSeq, a.Unused = a.Boot+7, extension.Heard{}, 0, nil
			m.committed(a)
		}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			l, m := unborn(t)
			tc.play(t, l, m)
			m.once()
			err := m.voter.Stopped()
			if tc.alarm {
				if !errors.Is(err, ErrTwin) {
					t.Fatalf("no alarm: %v", err)
				}
				if b := m.extend(); !bytes.Equal(b, farewell(l.fork)) {
					t.Errorf("says %x", b)
				}
				return
			}
			if err != nil {
				t.Fatalf("false alarm: %v", err)
			}
			before := l.certificates
			send(m.chain, m)
			m.run(10)
			if l.certificates <= before || m.voter.Stopped() != nil {
				t.Errorf("%d certificates, %d before; stopped: %v", l.certificates, before, m.voter.Stopped())
			}
		})
	}
}

// TestOrders: a share of a halt or a rotation needs the operator's approval of what it says, which vouches once.
func TestOrders(t *testing.T) {
	order := message.HaltOrder{BridgeID: bridge, Chain: 31337, Manager: message.Address{1}, Scope: [32]byte{31: 1}, HaltNonce: 4, NotAfter: 2_000_000_000}
	next := order
	next.HaltNonce++
	l, m := begin(t)
	l.idle = true
	asked := func(st message.Statement) bool {
		t.Helper()
		before := len(l.signed)
		l.session = nil
		m.run(2)
		l.ask(st, 1)
		m.committed(l.told())
		m.run(3)
		return len(l.signed) > before
	}
	if asked(order) {
		t.Fatal("signed a halt that nobody approved")
	}
	m.must(m.voter.Approve(signer.HaltApproval(order)))
	wider := order
	wider.Scope[31]++
	if asked(wider) {
		t.Error("signed a wider halt than was approved")
	}
	if !asked(order) {
		t.Error("did not sign the halt that was approved")
	}
	if asked(next) {
		t.Error("signed the halt again under the next nonce")
	}
	if !asked(order) {
		t.Error("did not sign the same statement in another session")
	}
	m.must(m.voter.Approve(signer.HaltApproval(order)))
	m.start() // the approval was not used and is in the journal
	m.run(6)
	if !asked(next) {
		t.Error("did not sign the second approved halt after a restart")
	}
	if asked(readyOf(1)) {
		t.Error("signed a ready statement of the active key epoch")
	}
	if asked(stranger{}) {
		t.Error("signed a statement of no kind")
	}
	m.once()
}

type stranger struct{}

func (stranger) Digest() message.Digest { return message.Digest{9} }

// TestRotation: both halves need one approval, and a share of the new key.
func TestRotation(t *testing.T) {
	l, m := begin(t)
	l.idle = true
	fresh, secrets, err := frost.Deal(m.rand, 1, 1)
	m.must(err)
	r := message.Rotate{BridgeID: bridge, KeyVersion: 2, OldPx: l.group.Key, NewPx: fresh.Key, NotBefore: 2_000_000_000}
	unseen := r
	unseen.NewPx = [32]byte{}
	m.must(m.voter.Approve(signer.RotateApproval(unseen))) // the operator cannot know the new key
	ask := func(epoch uint64) int {
		t.Helper()
		l.session = nil
		m.run(2)
		l.ask(r, epoch)
		m.committed(l.told())
		m.run(3)
		return len(l.signed)
	}
	if ask(1) != 0 {
		t.Error("signed a rotation to a key that it has no share of")
	}
	share := m.share(2)
	share.Secret, share.GroupKey = secrets[0], fresh.Key
	m.must(m.voter.signer.AddShare(share))
	if ask(1) != 1 {
		t.Error("the old key's half is missing")
	}
	l.ready = 2
	m.run(2)
	old := l.group
	l.group = fresh // of the session
	if ask(2) != 2 {
		t.Error("the new key's half is missing")
	}
	l.group = old
	other := r
	other.NotBefore++
	r = other
	if ask(1) != 2 {
		t.Error("signed another rotation")
	}
}

// TestOrdersAreTheStates: what the agenda says of a statement must fit together.
func TestOrdersAreTheStates(t *testing.T) {
	a := extension.Agenda{BridgeID: bridge, Fork: 1, KeyEpoch: 1, ReadyEpoch: 2, ReadyIndex: 1, Member: true}
	order := message.HaltOrder{BridgeID: bridge, Chain: 1, Manager: message.Address{1}, HaltNonce: 1, NotAfter: 1}
	oldKey, newKey := schnorr.PublicKey{1}, schnorr.PublicKey{2}
	rotate := message.Rotate{BridgeID: bridge, KeyVersion: 2, OldPx: oldKey, NewPx: newKey, NotBefore: 1}
	of := func(st message.Statement, epoch uint64, key [32]byte) extension.SessionAgenda {
		return extension.SessionAgenda{Statement: st, Digest: st.Digest(), BodyHash: message.Hash(st.Digest()), KeyEpoch: epoch, GroupKey: key}
	}
	for _, tc := range []struct {
		name string
		se   extension.SessionAgenda
		edit func(a *extension.Agenda, se *extension.SessionAgenda)
		fits bool
	}{
		{"halt", of(order, 1, oldKey), nil, true},
		{"halt by the ready epoch", of(order, 2, newKey), nil, false},
		{"halt of another bridge", of(order, 1, oldKey), func(a *extension.Agenda, _ *extension.SessionAgenda) { a.BridgeID[0] ^= 1 }, false},
		{"another digest", of(order, 1, oldKey), func(_ *extension.Agenda, se *extension.SessionAgenda) { se.Digest[0] ^= 1 }, false},
		{"another body hash", of(order, 1, oldKey), func(_ *extension.Agenda, se *extension.SessionAgenda) { se.BodyHash[0] ^= 1 }, false},
		{"rotation, old half", of(rotate, 1, oldKey), nil, true},
		{"rotation, new half", of(rotate, 2, newKey), nil, true},
		{"rotation by a third key", of(rotate, 2, [32]byte{3}), nil, false},
		{"ready", of(readyOf(2), 2, newKey), nil, true},
		{"ready by the active epoch", of(readyOf(2), 1, oldKey), nil, false},
		{"ready of the active epoch", of(readyOf(1), 1, oldKey), nil, false},
		{"ready and not its member", of(readyOf(2), 2, newKey), func(a *extension.Agenda, _ *extension.SessionAgenda) { a.ReadyIndex = 0 }, false},
		{"a checkpoint", of(&message.Checkpoint{BridgeID: bridge}, 1, oldKey), nil, false},
	} {
		x, se := a, tc.se
		if tc.edit != nil {
			tc.edit(&x, &se)
		}
		if err := fitting(&x, &se); (err == nil) != tc.fits || err != nil && !errors.Is(err, signer.ErrPolicy) {
			t.Errorf("%s: %v", tc.name, err)
		}
	}
}

// TestOrdersAreJournaled: nothing vouches that is not on disk, and a journal that cannot be is refused.
func TestOrdersAreJournaled(t *testing.T) {
	_, m := begin(t)
	votes, _ := m.onDisks()
	votes.full = true
	if err := m.voter.Approve([32]byte{1}); !errors.Is(err, journal.ErrNotWritten) || message.FateOf(err) != message.Retry {
		t.Errorf("approval on a full disk: %v", err)
	}
	if err := m.voter.Finished(message.Digest{1}); !errors.Is(err, journal.ErrNotWritten) {
		t.Errorf("finished ceremony on a full disk: %v", err)
	}
	order := message.HaltOrder{BridgeID: bridge, Chain: 1, Manager: message.Address{1}, HaltNonce: 1, NotAfter: 1}
	votes.full = false
	m.must(m.voter.Approve(signer.HaltApproval(order)))
	votes.full = true
	if ok, err := m.voter.book.vouches(order); ok || !errors.Is(err, journal.ErrNotWritten) {
		t.Errorf("vouches without the record of the use: %v", err)
	}
	votes.full = false
	if ok, err := m.voter.book.vouches(order); !ok || err != nil {
		t.Errorf("does not vouch with space: %v", err)
	}
	votes.sync = errors.New("input/output error")
	if err := m.voter.Approve([32]byte{2}); !errors.Is(err, ErrJournal) || message.FateOf(err) != message.Halt {
		t.Errorf("approval of unknown outcome: %v", err)
	}
	if !errors.Is(m.voter.Approve([32]byte{}), message.ErrZero) || !errors.Is(m.voter.Finished(message.Digest{}), message.ErrZero) {
		t.Error("zero is taken")
	}

	b, err := openBook(&records{all: [][]byte{{kindApproval, 32: 5}, {kindUse, 32: 5, 64: 7}}})
	if err != nil || b.orders.Approved(message.Hash{31: 5}) {
		t.Errorf("used approval: %v", err)
	}
	for name, r := range map[string][]byte{
		"use of nothing": make([]byte, useSize), "short approval": make([]byte, approvalSize-1), "long record of a ceremony": make([]byte, finishedSize+1),
	} {
		r[0] = map[string]byte{"use of nothing": kindUse, "short approval": kindApproval, "long record of a ceremony": kindFinished}[name]
		if _, err := openBook(&records{all: [][]byte{r}}); !errors.Is(err, message.ErrBadEncoding) {
			t.Errorf("%s: %v", name, err)
		}
	}
}
