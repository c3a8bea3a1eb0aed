// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package signer

import (
	"errors"
	"testing"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
)

// epochs is one signer, member 1 in key epoch 1 and member 2 in key epoch 2, which has another key; each a group of three
// with threshold two, so that commitments of another member are needed.
type epochs struct {
	t      *testing.T
	file   *memory
	signer *Signer
	groups [2]frost.Group
	shares [2]keystore.Share
	others [2]frost.Commitment // of member 3
	number uint64
}

func newEpochs(t *testing.T) *epochs {
	t.Helper()
	e := &epochs{t: t, file: new(memory)}
	for i := range e.groups {
		g, shares, err := frost.Deal(testRand(byte(i+1)), 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		e.groups[i] = g
		e.shares[i] = keystore.Share{KeyEpoch: uint64(i + 1), Index: frost.Index(i + 1), Secret: shares[i], BridgeID: bridge, GroupKey: g.Key}
		_, d, x, err := frost.NewNonce(testRand(byte(i+3)), shares[2])
		if err != nil {
			t.Fatal(err)
		}
		e.others[i] = frost.Commitment{Index: 3, D: d, E: x}
	}
	e.restart(100, e.shares[0], e.shares[1])
	return e
}

// restart opens the signer over its journal at a height.
func (e *epochs) restart(height uint64, shares ...keystore.Share) {
	e.t.Helper()
	j, err := journal.OpenOn(e.file, int64(len(e.file.b)))
	if err != nil {
		e.t.Fatal(err)
	}
	if e.signer, err = New(Config{BridgeID: bridge, Shares: shares, Journal: j, Rand: testRand(byte(height))}); err != nil {
		e.t.Fatal(err)
	}
	e.signer.Start(height)
}

// request is a session of a key epoch over a statement with a fresh pair.
func (e *epochs) request(epoch uint64, st message.Statement) Request {
	e.t.Helper()
	list := e.signer.Commitments(PoolTarget)
	if len(list) == 0 {
		e.t.Fatal("no commitments")
	}
	own := list[0]
	for _, c := range list { // burnt ones are not announced, so take them in order
		if c.Seq == e.signer.mark {
			own = c
		}
	}
	e.number++
	g, share := e.groups[epoch-1], e.shares[epoch-1]
	se := frost.Session{
		Key: g.Key, KeyEpoch: epoch, Digest: st.Digest(),
		Commitments: []frost.Commitment{{Index: share.Index, D: own.D, E: own.E}, e.others[epoch-1]},
	}
	r := Request{BridgeID: bridge, Fork: 1, SessionNumber: e.number, Session: se, BodyHash: st.Digest(), MySeq: own.Seq, Statement: st}
	if c, ok := st.(*message.Checkpoint); ok {
		r.BodyHash = c.BodyHash()
	}
	r.seal()
	return r
}

// sign signs what everybody vouches for; the state then takes the next commitment.
func (e *epochs) sign(r Request) error {
	z, err := e.signer.Sign(r, func(body [32]byte) bool { return body == r.BodyHash })
	if err != nil {
		return err
	}
	i := r.Session.KeyEpoch - 1
	if err := frost.VerifyShare(r.Session, e.shares[i].Index, e.groups[i].Public[e.shares[i].Index-1], z); err != nil {
		e.t.Errorf("a share that does not verify: %v", err)
	}
	observe(e.signer, e.signer.Boot(), r.MySeq+1, e.signer.height)
	return nil
}

func (e *epochs) ready() message.Ready {
	return message.Ready{BridgeID: bridge, KeyEpoch: 2, MemberSetHash: message.Hash{1}, Height: 50}
}

func (e *epochs) rotate() message.Rotate {
	return message.Rotate{BridgeID: bridge, KeyVersion: 2, OldPx: e.groups[0].Key, NewPx: e.groups[1].Key, NotBefore: 1_900_000_000}
}

func haltOrder() message.HaltOrder {
	return message.HaltOrder{BridgeID: bridge, Chain: 1, Manager: message.Address{1}, HaltNonce: 1, NotAfter: 1_900_000_000}
}

// TestStatementPolicy: each refusal beside the request that is signed.
func TestStatementPolicy(t *testing.T) {
	key := func(seed byte) schnorr.PublicKey {
		g, _, err := frost.Deal(testRand(seed), 1, 1)
		if err != nil {
			t.Fatal(err)
		}
		return g.Key
	}
	for _, tc := range []struct {
		name  string
		epoch uint64
		st    func(e *epochs) message.Statement
		want  error
	}{
		{"ready", 2, func(e *epochs) message.Statement { return e.ready() }, nil},
		{"ready under the old epoch", 1, func(e *epochs) message.Statement { return e.ready() }, ErrPolicy},
		{"ready of a third epoch", 2, func(e *epochs) message.Statement { r := e.ready(); r.KeyEpoch = 3; return r }, ErrPolicy},
		{"ready of another bridge", 2, func(e *epochs) message.Statement { r := e.ready(); r.BridgeID[0] ^= 1; return r }, ErrPolicy},
		{"ready of no members", 2, func(e *epochs) message.Statement { r := e.ready(); r.MemberSetHash = message.Hash{}; return r }, ErrPolicy},
		{"ready without height", 2, func(e *epochs) message.Statement { r := e.ready(); r.Height = 0; return r }, ErrPolicy},

		{"rotation by the old key", 1, func(e *epochs) message.Statement { return e.rotate() }, nil},
		{"rotation by the new key", 2, func(e *epochs) message.Statement { return e.rotate() }, nil},
		{"rotation of another bridge", 1, func(e *epochs) message.Statement { r := e.rotate(); r.BridgeID[0] ^= 1; return r }, ErrPolicy},
		{"rotation to a key without own share", 1, func(e *epochs) message.Statement { r := e.rotate(); r.NewPx = key(9); return r }, ErrNoShare},
		{"rotation from a key without own share", 2, func(e *epochs) message.Statement { r := e.rotate(); r.OldPx = key(9); return r }, ErrNoShare},
		{"rotation between strangers", 1, func(e *epochs) message.Statement { r := e.rotate(); r.OldPx, r.NewPx = key(8), key(9); return r }, ErrPolicy},
		{"rotation to the same key", 1, func(e *epochs) message.Statement { r := e.rotate(); r.NewPx = r.OldPx; return r }, ErrPolicy},
		{"rotation to no key", 1, func(e *epochs) message.Statement { r := e.rotate(); r.NewPx = [32]byte{}; return r }, ErrPolicy},
		{"rotation to version 1", 1, func(e *epochs) message.Statement { r := e.rotate(); r.KeyVersion = 1; return r }, ErrPolicy},
		{"rotation at no time", 1, func(e *epochs) message.Statement { r := e.rotate(); r.NotBefore = 0; return r }, ErrPolicy},

		{"halt", 1, func(*epochs) message.Statement { return haltOrder() }, nil},
		{"halt of one lane", 1, func(*epochs) message.Statement { o := haltOrder(); o.Scope[0] = 1; return o }, nil},
		{"halt of another bridge", 1, func(*epochs) message.Statement { o := haltOrder(); o.BridgeID[0] ^= 1; return o }, ErrPolicy},
		{"halt of no chain", 1, func(*epochs) message.Statement { o := haltOrder(); o.Chain = 0; return o }, ErrPolicy},
		{"halt of no manager", 1, func(*epochs) message.Statement { o := haltOrder(); o.Manager = message.Address{}; return o }, ErrPolicy},
		{"halt without nonce", 1, func(*epochs) message.Statement { o := haltOrder(); o.HaltNonce = 0; return o }, ErrPolicy},
		{"halt without end", 1, func(*epochs) message.Statement { o := haltOrder(); o.NotAfter = 0; return o }, ErrPolicy},

		{"checkpoint under the first epoch", 1, func(*epochs) message.Statement { c := checkpoint(9, 1); return &c }, nil},
		{"checkpoint under the second epoch", 2, func(*epochs) message.Statement { c := checkpoint(9, 1); return &c }, nil},
		{"a statement of another kind", 1, func(*epochs) message.Statement { return stranger{} }, ErrPolicy},
	} {
		t.Run(tc.name, func(t *testing.T) {
			e := newEpochs(t)
			r := e.request(tc.epoch, tc.st(e))
			records := e.signer.journal.Len()
			if err := e.sign(r); !errors.Is(err, tc.want) {
				t.Fatalf("got %v, want %v", err, tc.want)
			}
			if grown := e.signer.journal.Len() - records; (grown == 1) != (tc.want == nil) {
				t.Errorf("%d records", grown)
			}
		})
	}
}

type stranger struct{}

func (stranger) Digest() message.Digest { return message.Digest{1} }

// A digest and a body hash that are not the statement's are refused, whatever is vouched for.
func TestStatementIsWhole(t *testing.T) {
	for name, spoil := range map[string]func(*Request){
		"another digest":    func(r *Request) { r.Session.Digest[0] ^= 1 },
		"another body hash": func(r *Request) { r.BodyHash[0] ^= 1 },
		"another statement": func(r *Request) { o := haltOrder(); o.HaltNonce++; r.Statement = o },
		"of another kind":   func(r *Request) { c := checkpoint(9, 1); r.Statement = &c },
	} {
		e := newEpochs(t)
		r := e.request(1, haltOrder())
		good := r
		spoil(&r)
		r.seal()
		if _, err := e.signer.Sign(r, func([32]byte) bool { return true }); !errors.Is(err, ErrPolicy) {
			t.Errorf("%s: %v", name, err)
		}
		if _, err := e.signer.Sign(good, func([32]byte) bool { return false }); !errors.Is(err, ErrNoVote) {
			t.Errorf("%s: nobody vouches: %v", name, err)
		}
		if err := e.sign(good); err != nil {
			t.Errorf("%s: the true one: %v", name, err)
		}
	}
}

// TestStatementIsSignedOnce: which second statements are refused, in one life and after a restart.
func TestStatementIsSignedOnce(t *testing.T) {
	for _, tc := range []struct {
		name   string
		epoch  uint64
		first  func(e *epochs) message.Statement
		second func(e *epochs) message.Statement
		want   error
	}{
		{"the same halt again", 1, func(*epochs) message.Statement { return haltOrder() }, func(*epochs) message.Statement { return haltOrder() }, nil},
		{"another halt under the nonce", 1, func(*epochs) message.Statement { return haltOrder() }, func(*epochs) message.Statement {
			o := haltOrder()
			o.NotAfter++
			return o
		}, ErrConflict},
		{"the next halt", 1, func(*epochs) message.Statement { return haltOrder() }, func(*epochs) message.Statement {
			o := haltOrder()
			o.HaltNonce++
			return o
		}, nil},
		{"a halt of another manager", 1, func(*epochs) message.Statement { return haltOrder() }, func(*epochs) message.Statement {
			o := haltOrder()
			o.Manager[5] = 9
			return o
		}, nil},
		{"the same rotation again", 1, func(e *epochs) message.Statement { return e.rotate() }, func(e *epochs) message.Statement { return e.rotate() }, nil},
		{"another rotation under the version", 1, func(e *epochs) message.Statement { return e.rotate() }, func(e *epochs) message.Statement {
			r := e.rotate()
			r.NotBefore++
			return r
		}, ErrConflict},
		{"the next rotation", 1, func(e *epochs) message.Statement { return e.rotate() }, func(e *epochs) message.Statement {
			r := e.rotate()
			r.KeyVersion++
			return r
		}, nil},
		{"another ready statement with the same share", 2, func(e *epochs) message.Statement { return e.ready() }, func(e *epochs) message.Statement {
			r := e.ready()
			r.Height++
			return r
		}, ErrConflict},
		{"another body of a window", 1, func(*epochs) message.Statement { c := checkpoint(9, 1); return &c }, func(*epochs) message.Statement {
			c := checkpoint(9, 2)
			return &c
		}, ErrConflict},
	} {
		t.Run(tc.name, func(t *testing.T) {
			for _, restarts := range []bool{false, true} {
				e := newEpochs(t)
				if err := e.sign(e.request(tc.epoch, tc.first(e))); err != nil {
					t.Fatal(err)
				}
				if restarts {
					e.restart(200, e.shares[0], e.shares[1])
				}
				if err := e.sign(e.request(tc.epoch, tc.second(e))); !errors.Is(err, tc.want) {
					t.Errorf("restart %v: got %v, want %v", restarts, err, tc.want)
				}
			}
		})
	}
	t.Run("a window across key epochs", func(t *testing.T) {
		e := newEpochs(t)
		c, other := checkpoint(9, 1), checkpoint(9, 2)
		if err := e.sign(e.request(1, &c)); err != nil {
			t.Fatal(err)
		}
		if err := e.sign(e.request(2, &other)); !errors.Is(err, ErrConflict) {
			t.Errorf("another body under the next key epoch: %v", err)
		}
		if err := e.sign(e.request(2, &c)); err != nil {
			t.Errorf("the same body under the next key epoch: %v", err)
		}
	})
	t.Run("a session number across key epochs", func(t *testing.T) {
		e := newEpochs(t)
		c := checkpoint(9, 1)
		if err := e.sign(e.request(1, &c)); err != nil {
			t.Fatal(err)
		}
		e.number--
		if err := e.sign(e.request(2, &c)); !errors.Is(err, ErrConflict) {
			t.Errorf("the number again: %v", err)
		}
	})
	t.Run("a rotation given up before the old key was asked", func(t *testing.T) {
		e := newEpochs(t)
		if err := e.sign(e.request(2, e.rotate())); err != nil {
			t.Fatal(err)
		}
		again := e.rotate()
		again.NotBefore++ // stands for another new key as well: another body under the same version
		if err := e.sign(e.request(2, again)); !errors.Is(err, ErrConflict) {
			t.Errorf("the new key signs another one: %v", err)
		}
		if err := e.sign(e.request(1, again)); err != nil {
			t.Errorf("the old key signs its first: %v", err)
		}
		if err := e.sign(e.request(1, e.rotate())); !errors.Is(err, ErrConflict) {
			t.Errorf("the old key signs another one: %v", err)
		}
	})
	t.Run("ready again after an aborted ceremony", func(t *testing.T) {
		e := newEpochs(t)
		if err := e.sign(e.request(2, e.ready())); err != nil {
			t.Fatal(err)
		}
		g, shares, err := frost.Deal(testRand(20), 3, 2)
		if err != nil {
			t.Fatal(err)
		}
		e.groups[1] = g
		e.shares[1].Secret, e.shares[1].GroupKey = shares[1], g.Key
		if err := e.signer.AddShare(e.shares[1]); !errors.Is(err, ErrShareHeld) {
			t.Errorf("a second share of the key epoch: %v", err)
		}
		if err := errors.Join(e.signer.DropShare(2), e.signer.AddShare(e.shares[1])); err != nil {
			t.Fatal(err)
		}
		again := e.ready()
		again.Height = 90
		if err := e.sign(e.request(2, again)); err != nil {
			t.Errorf("with the share of the next ceremony: %v", err)
		}
	})
}

// TestShares: shares come and go in a living signer; boot and pairs stay.
func TestShares(t *testing.T) {
	e := newEpochs(t)
	e.restart(300)
	if e.signer.Boot()>>24 != 300 || e.signer.Commitments(4) != nil || e.signer.Shares() != nil {
		t.Errorf("without shares: boot %x, %d pairs", e.signer.Boot(), len(e.signer.pairs))
	}
	boot := e.signer.Boot()
	if err := e.signer.AddShare(e.shares[0]); err != nil {
		t.Fatal(err)
	}
	before := e.signer.Commitments(4)
	if len(before) != 4 || e.signer.Boot() != boot {
		t.Errorf("%d commitments, boot %x", len(before), e.signer.Boot())
	}
	c := checkpoint(9, 1)
	early := e.request(2, &c)
	if err := e.sign(early); !errors.Is(err, ErrNoShare) || message.FateOf(err) != message.Retry {
		t.Errorf("key epoch without a share: %v", err)
	}
	if err := errors.Join(e.signer.AddShare(e.shares[1]), e.signer.AddShare(e.shares[1])); err != nil {
		t.Fatal(err)
	}
	want := []ShareInfo{{1, 1, e.groups[0].Key}, {2, 2, e.groups[1].Key}}
	if got := e.signer.Shares(); len(got) != 2 || got[0] != want[0] || got[1] != want[1] {
		t.Errorf("shares %v", got)
	}
	if after := e.signer.Commitments(4); after[0] != before[0] || after[3] != before[3] {
		t.Error("a new share changed the pairs")
	}
	if err := e.sign(early); err != nil { // a pair from before the share
		t.Errorf("with the share: %v", err)
	}
	if err := e.signer.DropShare(1); err != nil || e.signer.DropShare(1) != nil {
		t.Fatal(err)
	}
	late := checkpoint(11, 1)
	if err := e.sign(e.request(1, &late)); !errors.Is(err, ErrNoShare) {
		t.Errorf("dropped key epoch: %v", err)
	}
	bad := e.shares[0]
	bad.BridgeID[0] ^= 1
	if err := e.signer.AddShare(bad); !errors.Is(err, ErrPolicy) {
		t.Errorf("another bridge: %v", err)
	}
	bad = e.shares[0]
	for n := uint64(3); len(e.signer.Shares()) < MaxShares; n++ {
		bad.KeyEpoch = n
		if err := e.signer.AddShare(bad); err != nil {
			t.Fatal(err)
		}
	}
	bad.KeyEpoch = 99
	if err := e.signer.AddShare(bad); !errors.Is(err, ErrTooManyShares) {
		t.Errorf("one share too many: %v", err)
	}
	e.signer.Stop(nil)
	if err := e.signer.AddShare(bad); !errors.Is(err, ErrStopped) {
		t.Errorf("after Stop: %v", err)
	}
}

// TestApprovalsVouchOnce: an approval stands for what the operator saw, for one statement of it, and is not forgotten.
func TestApprovalsVouchOnce(t *testing.T) {
	e := newEpochs(t)
	w := e.signer.Witness()
	knows := func(st message.Statement, want bool) {
		t.Helper()
		if got, err := w.Knows(st); err != nil || got != want {
			t.Errorf("%+v: %v, %v", st, got, err)
		}
	}
	order := haltOrder()
	second := order
	second.HaltNonce = 2
	knows(order, false)
	if err := errors.Join(w.Approve(HaltApproval(order)), w.Approve(HaltApproval(order))); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*message.HaltOrder){
		"bridge": func(o *message.HaltOrder) { o.BridgeID[0] ^= 1 }, "chain": func(o *message.HaltOrder) { o.Chain++ },
		"manager": func(o *message.HaltOrder) { o.Manager[0] ^= 1 }, "scope": func(o *message.HaltOrder) { o.Scope[31] ^= 1 },
		"end": func(o *message.HaltOrder) { o.NotAfter++ },
	} {
		o := order
		change(&o)
		if got, _ := w.Knows(o); got {
			t.Errorf("vouches for another %s", name)
		}
	}
	knows(second, true) // whichever nonce the state gives
	knows(order, false)
	knows(second, true)
	e.restart(200)
	w = e.signer.Witness()
	knows(second, true)
	knows(order, false)
	if err := w.Approve(HaltApproval(order)); err != nil {
		t.Fatal(err)
	}
	knows(order, true)

	rotation := e.rotate()
	if err := w.Approve(RotateApproval(rotation)); err != nil {
		t.Fatal(err)
	}
	later := rotation
	later.NotBefore++
	knows(later, false)
	knows(rotation, true)
	knows(rotation, true) // the other half
	other := rotation
	other.NewPx[0] ^= 1
	knows(other, false)

	exact := order
	exact.Chain = 7
	if err := w.Approve(exact.Digest()); err != nil {
		t.Fatal(err)
	}
	next := exact
	next.HaltNonce++
	knows(next, false)
	knows(exact, true)

	knows(e.ready(), false)
	if err := errors.Join(w.Finished(e.ready().Digest()), w.Finished(e.ready().Digest())); err != nil {
		t.Fatal(err)
	}
	knows(e.ready(), true)
	if err := w.Approve(e.ready().Digest()); err != nil {
		t.Fatal(err)
	}
	unseen := e.ready()
	unseen.Height++
	if err := w.Approve(unseen.Digest()); err != nil {
		t.Fatal(err)
	}
	knows(unseen, false) // no approval replaces the own record of a ceremony
	knows((*message.Checkpoint)(nil), false)
	if !errors.Is(w.Approve([32]byte{}), ErrPolicy) || !errors.Is(w.Finished(message.Digest{}), ErrPolicy) {
		t.Error("zero is taken")
	}
}

func TestApprovalsAreBounded(t *testing.T) {
	var a Approvals
	name := func(n int) message.Hash { return message.Hash{byte(n), byte(n >> 8), 1} }
	for n := range 2*maxApprovals + 1 {
		a.Approve(name(n))
		a.Finish(message.Digest(name(n)))
	}
	if a.Approved(name(0)) || !a.Approved(name(2*maxApprovals)) || a.Finished(message.Digest(name(0))) || len(a.free.at) > 2*maxApprovals {
		t.Errorf("%d remembered", len(a.free.at))
	}
}

// TestWitnessVotes: one vote per window, before and after a restart, and none against a share that was given.
func TestWitnessVotes(t *testing.T) {
	e := newEpochs(t)
	w := e.signer.Witness()
	c, other := checkpoint(9, 1), checkpoint(9, 2)
	if err := errors.Join(w.Vote(c), w.Vote(c)); err != nil {
		t.Fatal(err)
	}
	records := e.signer.journal.Len()
	if err := w.Vote(other); !errors.Is(err, ErrConflict) || e.signer.journal.Len() != records {
		t.Errorf("second body: %v", err)
	}
	e.restart(200, e.shares[0])
	w = e.signer.Witness()
	if err := w.Vote(other); !errors.Is(err, ErrConflict) {
		t.Errorf("second body after a restart: %v", err)
	}
	if ok, err := w.Knows(&c); !ok || err != nil {
		t.Errorf("the vote is forgotten: %v", err)
	}
	if ok, _ := w.Knows(&other); ok {
		t.Error("vouches for the other body")
	}
	signed, against := checkpoint(11, 1), checkpoint(11, 2)
	if err := e.sign(e.request(1, &signed)); err != nil { // as in one process, without a witness
		t.Fatal(err)
	}
	if err := w.Vote(against); !errors.Is(err, ErrConflict) {
		t.Errorf("a vote against a share: %v", err)
	}
	bad := checkpoint(13, 1)
	bad.Root = message.Hash{}
	if err := w.Vote(bad); !errors.Is(err, ErrPolicy) {
		t.Errorf("zero root: %v", err)
	}
	for n := range maxStreams {
		one := checkpoint(9, 1)
		one.Stream.Chain = message.ChainID(n + 100)
		err := w.Vote(one)
		if full := n >= maxStreams-1; full != errors.Is(err, ErrPolicy) {
			t.Fatalf("stream %d: %v", n, err)
		}
	}
	e.signer.Stop(nil)
	if !errors.Is(w.Vote(checkpoint(15, 1)), ErrStopped) || !errors.Is(w.Approve([32]byte{1}), ErrStopped) || !errors.Is(w.Finished(message.Digest{1}), ErrStopped) {
		t.Error("a stopped signer takes votes")
	}
}

func TestWitnessNeedsItsJournal(t *testing.T) {
	e := newEpochs(t)
	w := e.signer.Witness()
	if err := w.Approve(HaltApproval(haltOrder())); err != nil {
		t.Fatal(err)
	}
	if err := e.signer.journal.Close(); err != nil {
		t.Fatal(err)
	}
	if !errors.Is(w.Vote(checkpoint(9, 1)), ErrJournal) || !errors.Is(w.Approve([32]byte{1}), ErrJournal) || !errors.Is(w.Finished(message.Digest{1}), ErrJournal) {
		t.Error("taken without a journal")
	}
	if ok, err := w.Knows(haltOrder()); ok || !errors.Is(err, ErrJournal) {
		t.Errorf("vouches without the record of the use: %v", err)
	}
	if ok, err := w.Knows(ptr(checkpoint(9, 1))); ok || err != nil {
		t.Errorf("a vote that was not journaled: %v", err)
	}
}

func ptr[T any](v T) *T { return &v }

// TestRenew: another process of the node gets another boot and none of the old pairs.
func TestRenew(t *testing.T) {
	e := newEpochs(t)
	old := e.signer.Commitments(2)
	boot := e.signer.Boot()
	e.signer.Renew()
	if e.signer.Boot() != 0 || e.signer.Commitments(2) != nil {
		t.Error("still announces")
	}
	e.signer.Start(101)
	if now := e.signer.Boot(); now <= boot {
		t.Errorf("boot %x after %x", now, boot)
	}
	if got := e.signer.Commitments(1); got[0] == old[0] {
		t.Error("the same pair")
	}
	boot = e.signer.Boot()
	e.signer.Renew()
	e.signer.Renew()
	e.signer.Start(50) // the chain that was shown before is forgotten, the boots are not
	observe(e.signer, 0, 0, 60)
	if e.signer.Boot() != 0 {
		t.Errorf("boot %x below %x", e.signer.Boot(), boot)
	}
	observe(e.signer, 0, 0, 102)
	if e.signer.Boot() <= boot {
		t.Errorf("boot %x after %x", e.signer.Boot(), boot)
	}
}
