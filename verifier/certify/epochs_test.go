// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package certify

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

func (n *testNet) Statements(context.Context) ([]committeev1.Statement, error) {
	return slices.Clone(n.pending), nil
}

// Signed does what the committee does with a signature, and refuses what it may never be given.
func (n *testNet) Signed(_ context.Context, id uint64, sig schnorr.Signature) error {
	i := slices.IndexFunc(n.pending, func(p committeev1.Statement) bool { return p.Id == id })
	if i < 0 {
		return fmt.Errorf("statement %d does not wait for a signature", id)
	}
	p := n.pending[i]
	ep := n.ready
	if p.KeyEpoch == n.ep.Number {
		ep = n.ep
	}
	if p.KeyEpoch != ep.Number {
		return fmt.Errorf("statement %d is of key epoch %d", id, p.KeyEpoch)
	}
	if err := schnorr.Verify(schnorr.PublicKey(ep.GroupKey), message.Digest(p.Digest), sig); err != nil {
		return err
	}
	p.Signature = append(bytes.Clone(sig.S[:]), sig.R[:]...)
	p.Height = uint64(n.h)
	n.signed = append(n.signed, p)
	n.pending = slices.Delete(n.pending, i, i+1)
	if n.switchy && p.Kind == committeev1.StatementKind_STATEMENT_KIND_READY {
		n.activate()
	}
	return nil
}

// activate makes the ready epoch the active one.
func (n *testNet) activate() {
	n.last, n.ep, n.ready = n.ep, n.ready, committeev1.Epoch{}
}

// deal runs a ceremony: the nodes with these numbers become the members of the ready epoch.
// fresh makes a new key, else the active one is dealt again by all its members.
func (n *testNet) deal(fresh bool, members ...int) {
	n.t.Helper()
	p := &dkg.Params{Context: [32]byte{1, byte(n.h)}, Threshold: 2*len(members)/3 + 1}
	number := n.ep.Number + 1
	keys := make([]frost.Scalar, len(members))
	n.ready = committeev1.Epoch{Number: number, Threshold: uint32(p.Threshold), KeyVersion: number}
	for i, m := range members {
		if _, err := n.rand.Read(keys[i][1:]); err != nil {
			n.t.Fatal(err)
		}
		public, err := frost.PublicShare(&n.rand, keys[i])
		if err != nil {
			n.t.Fatal(err)
		}
		p.Receivers = append(p.Receivers, dkg.Receiver{Index: frost.Index(i + 1), Key: public})
		n.ready.Members = append(n.ready.Members, committeev1.Member{Index: uint32(i + 1), ConsAddress: n.nodes[m-1].addr[:]})
		if fresh {
			p.Dealers = append(p.Dealers, dkg.Dealer{Index: frost.Index(i + 1)})
		}
	}
	p.DealerThreshold = p.Threshold
	if !fresh {
		p.DealerThreshold, p.GroupKey = int(n.ep.Threshold), schnorr.PublicKey(n.ep.GroupKey)
		for _, m := range n.ep.Members {
			p.Dealers = append(p.Dealers, dkg.Dealer{Index: frost.Index(m.Index), Public: frost.Point(m.PublicShare)})
		}
	}
	if err := p.Validate(); err != nil {
		n.t.Fatal(err)
	}
	var dealings []*dkg.Dealing
	for i, d := range p.Dealers {
		var seed [32]byte
		if _, err := n.rand.Read(seed[:]); err != nil {
			n.t.Fatal(err)
		}
		var share *frost.Scalar
		if !fresh {
			z := n.at(n.ep.Members[i].ConsAddress).shares[n.ep.Number]
			share = &z
		}
		one, err := dkg.Deal(p, d.Index, seed, share)
		if err != nil {
			n.t.Fatal(err)
		}
		dealings = append(dealings, one)
	}
	r, err := dkg.Finalise(p, dealings)
	if err != nil {
		n.t.Fatal(err)
	}
	n.ready.GroupKey = r.Group.Key[:]
	for i, m := range members {
		var opened []frost.Scalar
		for _, d := range dealings[:len(r.Qualified)] {
			z, err := dkg.Open(p, d, frost.Index(i+1), keys[i])
			if err != nil {
				n.t.Fatal(err)
			}
			opened = append(opened, z)
		}
		if n.nodes[m-1].shares[number], err = dkg.Combine(p, r, frost.Index(i+1), opened); err != nil {
			n.t.Fatal(err)
		}
		n.ready.Members[i].PublicShare = r.Group.Public[i][:]
	}
}

// at is the node with that consensus address.
func (n *testNet) at(a []byte) *node {
	i := slices.IndexFunc(n.nodes, func(v *node) bool { return string(v.addr[:]) == string(a) })
	return n.nodes[i]
}

// ask puts a statement for the members of a key epoch to those nodes.
func (n *testNet) ask(id uint64, k kind, epoch uint64, of ...int) {
	n.t.Helper()
	p := committeev1.Statement{Id: id, Kind: committeev1.StatementKind(k), KeyEpoch: epoch}
	var d message.Digest
	switch k {
	case kindReady:
		p.Ready = &committeev1.ReadyStatement{KeyEpoch: epoch, MemberSetHash: bytes.Repeat([]byte{7}, 32), Height: uint64(n.h) + 1}
		d = message.Ready{BridgeID: bridgeID, KeyEpoch: epoch, MemberSetHash: message.Hash(p.Ready.MemberSetHash), Height: p.Ready.Height}.Digest()
	case kindRotate:
		p.Rotate = &committeev1.RotateStatement{KeyVersion: 2, OldKey: n.ep.GroupKey, NewKey: n.ready.GroupKey, NotBefore: 5}
		d = message.Rotate{BridgeID: bridgeID, KeyVersion: 2, OldPx: [32]byte(n.ep.GroupKey), NewPx: [32]byte(n.ready.GroupKey), NotBefore: 5}.Digest()
	case kindHalt:
		manager, scope := message.Address{9, byte(id)}, [32]byte{31: 1}
		p.Halt = &committeev1.HaltStatement{Chain: 31337, Manager: manager[:], Scope: scope[:], HaltNonce: id, NotAfter: 99}
		d = message.HaltOrder{BridgeID: bridgeID, Chain: 31337, Manager: manager, Scope: scope, HaltNonce: id, NotAfter: 99}.Digest()
	}
	p.Digest = d[:]
	for _, m := range of {
		p.Candidates = append(p.Candidates, n.nodes[m-1].addr[:])
	}
	n.pending = append(n.pending, p)
}

// withdraw takes a statement back.
func (n *testNet) withdraw(id uint64) {
	n.pending = slices.DeleteFunc(n.pending, func(p committeev1.Statement) bool { return p.Id == id })
}

// signedAt is the height at which a statement was signed, 0 when it is not.
func (n *testNet) signedAt(id uint64) uint64 {
	for _, p := range n.signed {
		if p.Id == id {
			return p.Height
		}
	}
	return 0
}

// born is a chain with validators and no key.
func born(n *testNet) *testNet {
	n.ep = committeev1.Epoch{}
	for _, v := range n.nodes {
		clear(v.shares)
	}
	return n
}
