// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package ceremony

import (
	"slices"

	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// way is one way of being corrupt. What it lacks is done like an honest member does it.
type way struct {
	name string
	// deal makes what is shown after its hash; nil bytes: nothing is.
	deal func(h *hostile) []byte
	// hash is what the hash is of; nil: what is shown.
	hash func(h *hostile) []byte
	// complain makes the complaints.
	complain func(h *hostile) [][]byte
	// proof is what stands for the proof of a share.
	proof func(h *hostile) []byte
	// edit has the last word over any message; nil is silence.
	edit func(h *hostile, m transaction.Message) []transaction.Message
	// mute: it says nothing in its precommits.
	mute bool
	late int   // blocks that its transactions wait
	skew int64 // of their sequences
}

// hostile is a corrupt member in one ceremony.
type hostile struct {
	way  *way
	n    *node
	d    *dice
	told map[string]bool // kinds of messages that it has spoken
	made []byte

	c *committeev1.Ceremony // as of its message
	p *dkg.Params
	i frost.Index // as a dealer
	j frost.Index // as a receiver
}

func newHostile(n *node, w *way, d *dice) *hostile {
	return &hostile{way: w, n: n, d: d, told: map[string]bool{}}
}

func (h *hostile) mute() bool { return h.way.mute }

// say is what the member says where an honest one would say m: once for each kind.
func (h *hostile) say(m transaction.Message) error {
	c, err := h.n.c.ceremony()
	if err != nil {
		return err
	}
	h.c = &c
	if h.p, err = committee.DKGParams(&c); err != nil {
		return err
	}
	h.i, h.j = 0, 0
	for i := range c.Dealers {
		if string(c.Dealers[i].ConsAddress) == string(h.n.cons()) {
			h.i = frost.Index(c.Dealers[i].Index)
		}
	}
	for i := range c.Receivers {
		if string(c.Receivers[i].ConsAddress) == string(h.n.cons()) {
			h.j = frost.Index(c.Receivers[i].Index)
		}
	}
	kind := ""
	switch m := m.(type) {
	case *committeev1.MsgCommitDealing:
		kind = "commit"
		if h.way.deal != nil && !h.told[kind] {
			h.made = h.way.deal(h)
			of := h.made
			if h.way.hash != nil {
				of = h.way.hash(h)
			}
			hash := dkg.Hash(h.p, h.i, of)
			m.Hash = hash[:]
		}
	case *committeev1.MsgDeal:
		kind = "deal"
		if h.way.deal != nil {
			m.Dealing = h.made
		}
	case *committeev1.MsgCheck:
		kind = "check"
		if h.way.complain != nil && !h.told[kind] {
			m.Complaints = h.way.complain(h)
		}
	case *committeev1.MsgReady:
		kind = "ready"
		if h.way.proof != nil {
			m.Proof = h.way.proof(h)
		}
	}
	if h.told[kind] {
		return nil
	}
	h.told[kind] = true
	all := []transaction.Message{m}
	if h.way.edit != nil {
		all = h.way.edit(h, m)
	}
	for _, m := range all {
		if err := h.n.say(m, h.way.late, h.way.skew); err != nil {
			return err
		}
	}
	return nil
}

func only(kind string) func(*hostile, transaction.Message) []transaction.Message {
	return func(h *hostile, m transaction.Message) []transaction.Message {
		if h.saying(m) == kind {
			return nil
		}
		return []transaction.Message{m}
	}
}

func (h *hostile) saying(m transaction.Message) string {
	switch m.(type) {
	case *committeev1.MsgCommitDealing:
		return "commit"
	case *committeev1.MsgDeal:
		return "deal"
	case *committeev1.MsgCheck:
		return "check"
	}
	return "ready"
}

// polynomial looks like an honest one: in a reshare its constant term is the old share.
func (h *hostile) polynomial(n int) []curve.Element {
	c := h.d.elements(n)
	if h.c.Kind == committeev1.CeremonyKind_CEREMONY_KIND_RESHARE {
		if s := h.n.secret(h.c.OldEpoch, h.p.Dealers[h.place()].Public); s != nil {
			if x, err := s.Element(); err == nil {
				c[0] = x
			}
		}
	}
	return c
}

// place of the member among the dealers.
func (h *hostile) place() int {
	return slices.IndexFunc(h.p.Dealers, func(d dkg.Dealer) bool { return d.Index == h.i })
}

// honest is the dealing that some honest dealer is about to show: the adversary looks on its disk.
func (h *hostile) honest() *dkg.Dealing {
	for k := range h.c.Dealers {
		d := &h.c.Dealers[k]
		n := h.n.c.nodeOf(d.ConsAddress)
		seed, _, err := n.files.Seed(h.c.Number)
		if n.liar != nil || err != nil || frost.Index(d.Index) == h.i {
			continue
		}
		var share *frost.Scalar
		if h.c.Kind == committeev1.CeremonyKind_CEREMONY_KIND_RESHARE {
			share = n.secret(h.c.OldEpoch, h.p.Dealers[k].Public)
		}
		if made, err := dkg.Deal(h.p, frost.Index(d.Index), seed, share); err == nil {
			return made
		}
	}
	return h.own(nil)
}

// own is a dealing of its own.
func (h *hostile) own(spoil func(to frost.Index, s [32]byte) [32]byte) *dkg.Dealing {
	return h.d.craft(h.p, h.i, h.polynomial(h.p.Threshold), h.d.element(), spoil)
}

func (h *hostile) victim() frost.Index {
	return h.i%frost.Index(len(h.p.Receivers)) + 1
}

// shown are the dealings that count so far.
func (h *hostile) shown() (out []*dkg.Dealing) {
	all, err := h.n.c.committee.Dealings(h.n.c.ctx, h.c.Number)
	if err != nil {
		return nil
	}
	for i := range all {
		if d, err := dkg.ParseDealing(h.p, all[i].Dealing); err == nil {
			out = append(out, d)
		}
	}
	return out
}

func wrong(one bool, change func(s [32]byte) [32]byte) func(h *hostile) []byte {
	return func(h *hostile) []byte {
		return h.own(func(to frost.Index, s [32]byte) [32]byte {
			if one && to != h.victim() {
				return s
			}
			return change(s)
		}).Bytes()
	}
}

func plusOne(s [32]byte) [32]byte {
	s[31] ^= 1
	return s
}

// ways are all that are known.
var ways = []way{
	{name: "like-the-honest"},
	{name: "silent", mute: true, edit: func(*hostile, transaction.Message) []transaction.Message { return nil }},
	{name: "silent-commit", edit: only("commit")},
	{name: "silent-deal", edit: only("deal")},
	{name: "silent-check", edit: only("check")},
	{name: "silent-ready", edit: only("ready")},
	{name: "signs-nothing", mute: true},
	{name: "wrong-share-to-one", deal: wrong(true, plusOne)},
	{name: "wrong-shares-to-all", deal: wrong(false, plusOne)},
	{name: "zero-share", deal: wrong(true, func([32]byte) [32]byte { return [32]byte{} })},
	{name: "share-not-below-the-order", deal: wrong(false, func(s [32]byte) [32]byte {
		for k := range s {
			s[k] = 255
		}
		return s
	})},
	{name: "false-complaints", complain: func(h *hostile) (out [][]byte) {
		for _, d := range h.shown() {
			if d.Dealer != h.i && len(out) < 2 {
				out = append(out, h.d.complain(h.p, d, h.j, h.n.dealing.Secret))
			}
		}
		return out
	}},
	{name: "false-complaint-in-silence", edit: only("commit"), complain: func(h *hostile) (out [][]byte) {
		for _, d := range h.shown() {
			out = append(out, h.d.complain(h.p, d, h.j, h.n.dealing.Secret))
		}
		return out
	}},
	{name: "forged-complaints", complain: func(h *hostile) (out [][]byte) {
		for _, d := range h.shown() {
			x, c, z := h.d.element(), h.d.element(), h.d.element()
			out = append(out, complaint(d.Dealer, times(&x), dkg.Proof{C: c.Bytes(), Z: z.Bytes()}))
		}
		return out
	}},
	{name: "complaint-of-another-share", complain: func(h *hostile) (out [][]byte) {
		all := h.shown()
		for k, d := range all {
			b := h.d.complain(h.p, all[(k+1)%len(all)], h.j, h.n.dealing.Secret)
			b[0], b[1] = byte(d.Dealer>>8), byte(d.Dealer)
			out = append(out, b)
		}
		return out
	}},
	{name: "short-complaint", complain: func(h *hostile) [][]byte { return [][]byte{h.d.bytes(98)} }},
	{name: "complaints-out-of-order", complain: func(h *hostile) (out [][]byte) {
		for _, d := range h.shown() {
			out = append(out, h.d.complain(h.p, d, h.j, h.n.dealing.Secret))
		}
		slices.Reverse(out)
		return append(out, h.d.bytes(dkg.ComplaintSize))
	}},
	{
		name: "changed-after-the-hash", deal: func(h *hostile) []byte { return h.own(nil).Bytes() },
		hash: func(h *hostile) []byte { return h.own(nil).Bytes() },
	},
	{name: "longer-polynomial", deal: func(h *hostile) []byte {
		return h.d.craft(h.p, h.i, h.polynomial(h.p.Threshold+1), h.d.element(), nil).Bytes()
	}},
	{name: "shorter-polynomial", deal: func(h *hostile) []byte {
		return h.d.craft(h.p, h.i, h.polynomial(max(1, h.p.Threshold-1)), h.d.element(), nil).Bytes()
	}},
	{name: "zero-top-coefficient", deal: func(h *hostile) []byte {
		d := h.own(nil)
		d.Commitments[len(d.Commitments)-1] = frost.Point{}
		return d.Bytes()
	}},
	{name: "copied-dealing", deal: func(h *hostile) []byte {
		b := h.honest().Bytes()
		b[0], b[1] = byte(h.i>>8), byte(h.i)
		return b
	}},
	{name: "dealing-of-another", deal: func(h *hostile) []byte { return h.honest().Bytes() }},
	{name: "copied-ephemeral-key", deal: func(h *hostile) []byte {
		other, c, e := h.honest(), h.polynomial(h.p.Threshold), h.d.element()
		d := h.d.craft(h.p, h.i, c, e, nil)
		d.Ephemeral, d.Encrypted = other.Ephemeral, other.Encrypted
		h.d.prove(h.p, d, &c[0], &e)
		d.EphemeralProof = other.EphemeralProof
		return d.Bytes()
	}},
	{name: "shared-ephemeral-key", deal: func(h *hostile) []byte {
		// All who do so have one key, whose secret they know.
		e := roll(h.n.c.seed, "conspiracy").element()
		return h.d.craft(h.p, h.i, h.polynomial(h.p.Threshold), e, nil).Bytes()
	}},
	{name: "rogue-constant", deal: func(h *hostile) []byte {
		x, e := h.d.element(), h.d.element()
		c := h.polynomial(h.p.Threshold)
		c[0] = x
		d := h.d.craft(h.p, h.i, c, e, nil)
		key := curve.MulBasePublic(&x)
		if a, err := h.honest().Commitments[0].Decode(); err == nil {
			key.Sub(&key, &a)
		}
		d.Commitments[0] = curve.Encode(&key)
		h.d.prove(h.p, d, &x, &e)
		return d.Bytes()
	}},
	// In a reshare its constant term is not its old share; in a fresh ceremony it is like any other.
	{name: "other-constant", deal: func(h *hostile) []byte {
		return h.d.craft(h.p, h.i, h.d.elements(h.p.Threshold), h.d.element(), nil).Bytes()
	}},
	{name: "no-knowledge", deal: func(h *hostile) []byte {
		d := h.own(nil)
		x, e := h.d.element(), h.d.element()
		h.d.prove(h.p, d, &x, &e)
		return d.Bytes()
	}},
	{name: "wrong-proof-of-a-share", proof: func(h *hostile) []byte {
		c, z := h.d.element(), h.d.element()
		a, b := c.Bytes(), z.Bytes()
		return append(a[:], b[:]...)
	}},
	{
		name: "garbage", deal: func(h *hostile) []byte { return h.d.bytes(1 + h.d.IntN(4000)) },
		complain: func(h *hostile) [][]byte { return [][]byte{h.d.bytes(h.d.IntN(200)), nil} },
		proof:    func(h *hostile) []byte { return h.d.bytes(h.d.IntN(100)) },
	},
	{name: "garbage-of-the-right-size", deal: func(h *hostile) []byte {
		b := h.d.bytes(dkg.DealingSize(h.p))
		b[0], b[1] = byte(h.i>>8), byte(h.i)
		return b
	}, proof: func(h *hostile) []byte { return h.d.bytes(dkg.ProofSize) }},
	{name: "late", late: phaseBlocks + 1},
	{name: "sequence-ahead", skew: 1},
	{name: "sequence-behind", skew: -1},
	{name: "all-twice", edit: func(_ *hostile, m transaction.Message) []transaction.Message {
		return []transaction.Message{m, again(m), m}
	}},
	{name: "of-another-ceremony", edit: func(_ *hostile, m transaction.Message) []transaction.Message {
		switch m := m.(type) {
		case *committeev1.MsgCommitDealing:
			m.Ceremony++
		case *committeev1.MsgDeal:
			m.Ceremony--
		case *committeev1.MsgCheck:
			m.Ceremony += 1 << 40
		case *committeev1.MsgReady:
			m.Ceremony = 0
		}
		return []transaction.Message{m}
	}},
}

// again is the same kind of message with other content, where there is any.
func again(m transaction.Message) transaction.Message {
	switch m := m.(type) {
	case *committeev1.MsgCommitDealing:
		o := *m
		o.Hash = slices.Clone(m.Hash)
		o.Hash[0] ^= 1
		return &o
	case *committeev1.MsgDeal:
		o := *m
		o.Dealing = slices.Clone(m.Dealing)
		o.Dealing[len(o.Dealing)-1] ^= 1
		return &o
	case *committeev1.MsgReady:
		o := *m
		o.Proof = slices.Clone(m.Proof)
		o.Proof[0] ^= 1
		return &o
	}
	return m
}
