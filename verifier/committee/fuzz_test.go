// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package committee

import (
	"bytes"
	"fmt"
	"testing"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// script reads a fuzzer's bytes one decision at a time; 0 when they are used up.
type script struct{ b []byte }

func (s *script) next() int {
	if len(s.b) == 0 {
		return 0
	}
	v := s.b[0]
	s.b = s.b[1:]
	return int(v)
}

// junk is a few bytes of the script, or none.
func (s *script) junk() []byte {
	n := min(s.next(), len(s.b))
	out := bytes.Clone(s.b[:n])
	s.b = s.b[n:]
	return out
}

// play is one thing that the bad validator, or a proposal that passed, may do at any time.
func (c *chain) play(s *script, bad *node) func(sdk.Context) error {
	x := c.ceremony()
	number := x.Number + uint64(s.next()%8/7)
	switch s.next() % 14 {
	case 0:
		return c.commitDealing(bad, number, s.junk())
	case 1:
		return c.showDealing(bad, number, s.junk())
	case 2:
		return c.sendCheck(bad, number, [][]byte{s.junk(), falseComplaint(uint32(s.next() % 8))})
	case 3:
		return c.sendReady(bad, number, s.junk())
	case 4:
		return c.sendCheck(bad, number, [][]byte{falseComplaint(uint32(s.next() % 8))})
	case 5:
		gone := c.nodes[s.next()%len(c.nodes)]
		return func(ctx sdk.Context) error {
			return c.k.ChangeMembers(ctx, &committeev1.MemberChange{Remove: c.addresses(gone)})
		}
	case 6, 7:
		m := newNode(s.next() % 8)
		return func(ctx sdk.Context) error {
			err := c.k.ChangeMembers(ctx, &committeev1.MemberChange{Add: []committeev1.NewMember{c.newMember(m)}})
			if err == nil && !c.knows(m) {
				c.nodes = append(c.nodes, m)
			}
			return err
		}
	case 8:
		return func(ctx sdk.Context) error { return c.k.ChangeMembers(ctx, &committeev1.MemberChange{}) }
	case 9:
		wait := int64(s.next() % 16)
		return func(ctx sdk.Context) error {
			return c.k.StartRotation(ctx, 1, &committeev1.Rotation{NotBefore: uint64(c.now + wait)}, c.addresses(c.nodes...))
		}
	case 10:
		return func(ctx sdk.Context) error { return c.k.AbortCeremony(ctx, number) }
	case 11:
		return func(ctx sdk.Context) error { _, err := c.k.AddStatement(ctx, halt(c)); return err }
	case 12:
		return func(ctx sdk.Context) error { return c.k.AddCandidate(ctx, 3, c.nodes[1].cons.Address()) }
	}
	return func(ctx sdk.Context) error { return c.k.Signed(ctx, number, schnorr.Signature{S: [32]byte{1}}) }
}

func (c *chain) knows(n *node) bool {
	for _, m := range c.nodes {
		if m.id == n.id {
			return true
		}
	}
	return false
}

// invariants of every committed state.
func (c *chain) invariants(group []byte) {
	c.t.Helper()
	open := 0
	for i := uint64(1); i <= c.ceremony().Number; i++ {
		x, found, err := c.k.Ceremony(c.view(), i)
		if err != nil {
			c.t.Fatal(err)
		}
		if !found || !InProgress(&x) {
			continue
		}
		open++
		if p := must[*dkg.Params](c.t)(DKGParams(&x)); x.Deadline < uint64(c.height) || p.Validate() != nil {
			c.t.Fatalf("ceremony %d in phase %s since %d, until %d", x.Number, PhaseName(x.Phase), x.Since, x.Deadline)
		}
	}
	if open > 1 {
		c.t.Fatalf("%d ceremonies in progress", open)
	}
	e := c.active()
	if e.Number > 0 {
		if err := validateEpoch("epoch", &e); err != nil {
			c.t.Fatal(err)
		}
		if e.KeyVersion == 1 && group != nil && !bytes.Equal(e.GroupKey, group) {
			c.t.Fatal("the group key changed without a rotation")
		}
	}
	ready := must[committeev1.Epoch](c.t)(c.k.ReadyEpoch(c.view()))
	if ready.Number != 0 {
		if err := validateEpoch("ready", &ready); err != nil || ready.Number != e.Number+1 {
			c.t.Fatalf("ready epoch %d after %d: %v", ready.Number, e.Number, err)
		}
	}
	all := must[[]committeev1.Validator](c.t)(c.k.Validators(c.view()))
	sits := 0
	for i := range all {
		if Sits(&all[i]) {
			sits++
			if _, told := c.powers[string(all[i].ConsPubkey)]; !told {
				c.t.Fatal("CometBFT does not know a validator")
			}
		}
	}
	if sits != len(c.powers) {
		c.t.Fatalf("%d sit, CometBFT has %d", sits, len(c.powers))
	}
	if err := Validate(must[committeev1.GenesisState](c.t)(c.k.ExportGenesis(c.view()))); err != nil {
		c.t.Fatalf("the export cannot start a chain: %v", err)
	}
}

// FuzzMessages plays random validators over a birth and what follows: no panic, no halt of the
// chain, every state sound.
func FuzzMessages(f *testing.F) {
	f.Add([]byte{})
	f.Add([]byte{1, 0, 0, 0, 2, 1, 0, 5, 2, 0, 6, 1, 0, 0, 7, 2, 2, 2, 8, 9, 1, 0, 9})
	f.Add([]byte{3, 3, 1, 1, 4, 2, 3, 2, 2, 1, 6, 4, 4, 0, 5, 1, 0, 8, 12, 4, 0, 10, 1, 0, 11, 2, 0, 12})
	f.Add(bytes.Repeat([]byte{2, 1, 7, 6, 5}, 30))
	f.Fuzz(func(t *testing.T, b []byte) { playOut(t, b) })
}

// TestRandomMessages is the fuzz target over scripts that a seed gives.
func TestRandomMessages(t *testing.T) {
	for seed := range randomScripts {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			b := make([]byte, 400)
			if _, err := seeded(seed).Read(b); err != nil {
				t.Fatal(err)
			}
			playOut(t, b)
		})
	}
}

// randomScripts keeps the test within seconds; the fuzz target goes on from there.
const randomScripts = 24

// playOut makes blocks of what the nodes say by their habits and of what the script adds, and
// checks every state.
func playOut(t *testing.T, b []byte) {
	s := &script{b}
	c := birth(t, 4)
	c.step()
	if s.next()%2 == 1 {
		c.untilEpoch(1)
	}
	group := c.active().GroupKey
	bad := c.nodes[s.next()%4]
	for range 60 {
		if len(s.b) == 0 {
			break
		}
		if s.next()%16 == 0 { // another one is bad from now on
			bad.tempers = habits{}
			bad = c.nodes[s.next()%len(c.nodes)]
			h := s.next()
			bad.tempers = habits{
				absent: h%8 == 1, noDeal: h%8 == 2, otherBytes: h%8 == 3, garbage: h%8 == 4, unproven: h%8 == 5, noReady: h%8 == 6, noSignature: h%8 == 7,
			}
			if h%8 == 0 {
				bad.tempers.wrongFor, bad.tempers.accuses = h>>3&3, h>>5&3
			}
		}
		c.sign()
		m := c.messages()
		for range max(0, s.next()%8-5) {
			if x := c.play(s, bad); x != nil {
				at := s.next() % (len(m) + 1)
				m = append(m[:at:at], append([]func(sdk.Context) error{x}, m[at:]...)...)
			}
		}
		c.block(m...)
		if e := c.active(); len(group) == 0 && e.Number > 0 {
			group = e.GroupKey
		}
		c.invariants(group)
	}
	// With honest nodes and nothing else, whatever is on its way ends, and the next change succeeds.
	bad.tempers = habits{}
	free := func() bool { return c.active().Number > 0 && c.k.free(c.view()) == nil }
	c.until(100, "the end of what is on its way", free)
	before := c.active().Number
	c.change(nil, nil)
	c.untilEpoch(before + 1)
	c.invariants(group)
}
