// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"context"
	"crypto/rand"
	"errors"

	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// Ceremonies is the name that stands for every policy of ceremonies.
const Ceremonies = "ceremonies"

// rite is how a policy misbehaves in ceremonies. What is nil is done as an honest member does it.
type rite struct {
	// deal is how the dealing deviates from an honest one.
	deal func(context.Context, *hands) (*dkg.Deviation, error)
	// say is said instead of m; nil: nothing is, and the agent asks again with the next block.
	say func(ctx context.Context, h *hands, m transaction.Message) (transaction.Message, error)
	// late: every message is kept until its phase is over.
	late bool
}

const (
	shownExcluded = "ceremony: disqualified "
	shownUnready  = "ceremony: not among those that are ready"
)

// ceremonies are the policies of key generation and resharing. The one whose turn it is acts in a whole ceremony.
func ceremonies() []Policy {
	return []Policy{
		{
			Name: "ceremony-rogue-key", Does: "deals with another's key as its constant term, whose secret it does not know",
			Shown: shownExcluded + committee.Invalid,
			rite: &rite{deal: func(_ context.Context, h *hands) (*dkg.Deviation, error) {
				return &dkg.Deviation{Constant: h.other().Key}, nil
			}},
		},
		{
			Name: "ceremony-rogue-late", Does: "waits for the others' dealings and shows one whose constant term takes away theirs",
			Shown: shownExcluded + committee.HashMismatch,
			rite: &rite{say: dealings(func(ctx context.Context, h *hands) (*dkg.Dealing, error) {
				others, err := h.shown(ctx, &h.state.Ceremony)
				if err != nil || len(others) == 0 {
					return nil, err
				}
				for i := range h.state.Ceremony.Dealers {
					if d := &h.state.Ceremony.Dealers[i]; !d.Dealt && d.Disqualified == "" && frost.Index(d.Index) != h.last.dealer {
						return nil, nil
					}
				}
				key, err := dkg.Cancel(others)
				if err != nil {
					return nil, err
				}
				return dkg.DealHostile(h.last.params, h.last.dealer, h.last.seed, h.last.share, &dkg.Deviation{Constant: key})
			})},
		},
		{
			Name: "ceremony-silent", Does: "says nothing in a ceremony",
			Shown: shownExcluded + committee.NotCommitted + ", and not among those that are ready",
			rite:  &rite{say: func(context.Context, *hands, transaction.Message) (transaction.Message, error) { return nil, nil }},
		},
		{
			Name: "ceremony-no-deal", Does: "commits to a dealing and never shows it",
			Shown: shownExcluded + committee.NotDealt,
			rite:  &rite{say: dealings(func(context.Context, *hands) (*dkg.Dealing, error) { return nil, nil })},
		},
		{
			Name: "ceremony-changed", Does: "shows another good dealing than the one that it has committed to",
			Shown: shownExcluded + committee.HashMismatch,
			rite: &rite{say: dealings(func(_ context.Context, h *hands) (*dkg.Dealing, error) {
				seed := h.last.seed
				seed[0] ^= 1
				return dkg.Deal(h.last.params, h.last.dealer, seed, h.last.share)
			})},
		},
		{
			Name: "ceremony-wrong-share-one", Does: "gives one member a share that its commitments do not promise",
			Shown: shownExcluded + committee.WrongShare,
			rite: &rite{deal: func(_ context.Context, h *hands) (*dkg.Deviation, error) {
				victim := h.other().Index
				return &dkg.Deviation{Wrong: func(to frost.Index) bool { return to == victim }}, nil
			}},
		},
		{
			Name: "ceremony-wrong-share-many", Does: "gives every other member a wrong share",
			Shown: shownExcluded + committee.WrongShare,
			rite: &rite{deal: func(_ context.Context, h *hands) (*dkg.Deviation, error) {
				me := h.receiver()
				return &dkg.Deviation{Wrong: func(to frost.Index) bool { return to != me }}, nil
			}},
		},
		{
			Name: "ceremony-false-complaint", Does: "accuses an honest dealer of a wrong share, with a true opening of the right one",
			Shown: shownExcluded + committee.FalseComplaint + ", and false_complaints",
			rite:  &rite{say: accuse},
		},
		{
			Name: "ceremony-longer", Does: "deals a polynomial of a higher degree, which its shares fit",
			Shown: shownExcluded + committee.Malformed,
			rite: &rite{deal: func(context.Context, *hands) (*dkg.Deviation, error) {
				return &dkg.Deviation{Longer: true}, nil
			}},
		},
		{
			Name: "ceremony-copied-ephemeral", Does: "encrypts under an ephemeral key of another dealer, which it took from the ceremony before",
			Shown: shownExcluded + committee.Invalid,
			rite:  &rite{deal: copyEphemeral},
		},
		{
			Name: "ceremony-not-ready", Does: "never proves that it holds its share",
			Shown: shownUnready,
			rite:  &rite{say: proofs(func(context.Context, *hands) ([]byte, error) { return nil, nil })},
		},
		{
			Name: "ceremony-wrong-ready", Does: "proves that it holds another share than its own",
			Shown: shownUnready,
			rite: &rite{say: proofs(func(_ context.Context, h *hands) ([]byte, error) {
				p, err := committee.DKGParams(&h.state.Ceremony)
				if err != nil {
					return nil, err
				}
				return dkg.ProveOther(rand.Reader, p, schnorr.PublicKey(h.state.Ready.GroupKey), h.receiver())
			})},
		},
		{
			Name: "ceremony-late", Does: "says everything one phase too late",
			Shown: shownExcluded + committee.NotCommitted + ", and not among those that are ready",
			rite:  &rite{late: true},
		},
	}
}

type saying = func(context.Context, *hands, transaction.Message) (transaction.Message, error)

// dealings replaces what is shown as the dealing; nil: nothing.
func dealings(show func(context.Context, *hands) (*dkg.Dealing, error)) saying {
	return func(ctx context.Context, h *hands, m transaction.Message) (transaction.Message, error) {
		honest, ok := m.(*committeev1.MsgDeal)
		if !ok {
			return m, nil
		}
		d, err := show(ctx, h)
		if err != nil || d == nil {
			return nil, err
		}
		return &committeev1.MsgDeal{Sender: honest.Sender, Ceremony: honest.Ceremony, Dealing: d.Bytes()}, nil
	}
}

// proofs replaces the proof of readiness; nil: none.
func proofs(make func(context.Context, *hands) ([]byte, error)) saying {
	return func(ctx context.Context, h *hands, m transaction.Message) (transaction.Message, error) {
		honest, ok := m.(*committeev1.MsgReady)
		if !ok {
			return m, nil
		}
		proof, err := make(ctx, h)
		if err != nil || proof == nil {
			return nil, err
		}
		return &committeev1.MsgReady{Sender: honest.Sender, Ceremony: honest.Ceremony, Proof: proof}, nil
	}
}

// accuse complains about the first dealer that is another member.
func accuse(ctx context.Context, h *hands, m transaction.Message) (transaction.Message, error) {
	honest, ok := m.(*committeev1.MsgCheck)
	if !ok {
		return m, nil
	}
	c := &h.state.Ceremony
	p, err := committee.DKGParams(c)
	if err != nil {
		return nil, err
	}
	shown, err := h.shown(ctx, c)
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 {
		return nil, errors.New("nobody to accuse")
	}
	complaint, err := dkg.ComplainFalsely(rand.Reader, p, shown[0], h.receiver(), h.honest.DealingKey.Secret)
	if err != nil {
		return nil, err
	}
	return &committeev1.MsgCheck{Sender: honest.Sender, Ceremony: honest.Ceremony, Complaints: [][]byte{complaint}}, nil
}

// copyEphemeral takes the key of another dealer from the dealings of the active epoch, at birth another's dealing key.
func copyEphemeral(ctx context.Context, h *hands) (*dkg.Deviation, error) {
	number := h.state.Active.Ceremony
	if number == 0 {
		return &dkg.Deviation{Ephemeral: h.other().Key}, nil
	}
	c, err := h.Ceremony(ctx, number)
	if err != nil {
		return nil, err
	}
	shown, err := h.shown(ctx, &c)
	if err != nil {
		return nil, err
	}
	if len(shown) == 0 {
		return nil, errors.New("nobody to copy from")
	}
	return &dkg.Deviation{Ephemeral: shown[0].Ephemeral}, nil
}
