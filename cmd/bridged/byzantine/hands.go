// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"bytes"
	"context"

	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/verifier/agent"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// hands stand between the honest agent and the chain. The agent reads, deals and sends through them, one
// step at a time.
type hands struct {
	actor  *Actor
	honest agent.Config
	state  *agent.State // that the agent works on
	last   dealt
	held   []kept
}

// dealt is what the agent was last asked to deal.
type dealt struct {
	params *dkg.Params
	dealer frost.Index
	seed   [32]byte
	share  *frost.Scalar
}

// kept is a message whose phase is to end first.
type kept struct {
	message  transaction.Message
	ceremony uint64
	phase    committeev1.Phase
}

// hire puts hands between an agent and the chain.
func (a *Actor) hire(c agent.Config) agent.Config {
	if c.Sender == nil || len(a.rites) == 0 {
		return c
	}
	h := &hands{actor: a, honest: c, state: new(agent.State)}
	c.Chain, c.Sender, c.Deal = h, h, h.deal
	return c
}

// policy is the one whose turn the key epoch is that the ceremony in progress makes.
func (h *hands) policy() *Policy {
	list := h.actor.rites
	return &list[(max(1, h.state.Ceremony.NewEpoch)-1)%uint64(len(list))]
}

func (h *hands) act(p *Policy) {
	h.actor.log.Warn("byzantine act", "policy", p.Name, "height", h.state.Height, "ceremony", h.state.Ceremony.Number)
}

// State implements agent.Chain. What was kept is sent when its phase is over.
func (h *hands) State(ctx context.Context) (*agent.State, error) {
	s, err := h.honest.Chain.State(ctx)
	if err != nil {
		return nil, err
	}
	h.state = s
	for len(h.held) > 0 && (h.held[0].ceremony != s.Ceremony.Number || h.held[0].phase != s.Ceremony.Phase) {
		h.act(h.policy())
		if err := h.honest.Sender.Send(ctx, h.held[0].message); err != nil {
			h.actor.log.Info("a late message is not taken", "err", err)
		}
		h.held = h.held[1:]
	}
	return s, nil
}

// Ceremony implements agent.Chain.
func (h *hands) Ceremony(ctx context.Context, number uint64) (committeev1.Ceremony, error) {
	return h.honest.Chain.Ceremony(ctx, number)
}

// Dealings implements agent.Chain.
func (h *hands) Dealings(ctx context.Context, ceremony uint64) ([]committeev1.DealingOf, error) {
	return h.honest.Chain.Dealings(ctx, ceremony)
}

// Send implements agent.Sender.
func (h *hands) Send(ctx context.Context, m transaction.Message) error {
	p := h.policy()
	switch {
	case p.rite.late:
		if c := &h.state.Ceremony; len(h.held) == 0 || h.held[len(h.held)-1].phase != c.Phase {
			h.held = append(h.held, kept{m, c.Number, c.Phase})
		}
		return nil
	case p.rite.say == nil:
		return h.honest.Sender.Send(ctx, m)
	}
	said, err := p.rite.say(ctx, h, m)
	if err != nil {
		return err
	}
	if said != m {
		h.act(p)
	}
	if said == nil {
		return nil
	}
	return h.honest.Sender.Send(ctx, said)
}

// deal is agent.Config.Deal. It is asked for the hash and for the dealing, and answers the same.
func (h *hands) deal(p *dkg.Params, dealer frost.Index, seed [32]byte, share *frost.Scalar) (*dkg.Dealing, error) {
	h.last = dealt{p, dealer, seed, share}
	policy := h.policy()
	if policy.rite.deal == nil {
		return dkg.Deal(p, dealer, seed, share)
	}
	how, err := policy.rite.deal(context.Background(), h)
	if err != nil {
		return nil, err
	}
	h.act(policy)
	return dkg.DealHostile(p, dealer, seed, share, how)
}

// receiver is the index under which this member receives in the ceremony in progress.
func (h *hands) receiver() frost.Index {
	for i := range h.state.Ceremony.Receivers {
		if r := &h.state.Ceremony.Receivers[i]; bytes.Equal(r.ConsAddress, h.honest.ConsAddress) {
			return frost.Index(r.Index)
		}
	}
	return 0
}

// other is a receiver that is another member.
func (h *hands) other() dkg.Receiver {
	list := h.last.params.Receivers
	return list[int(h.receiver())%len(list)]
}

// shown are the dealings of a ceremony that the state has and other members made, by dealer.
func (h *hands) shown(ctx context.Context, c *committeev1.Ceremony) ([]*dkg.Dealing, error) {
	p, err := committee.DKGParams(c)
	if err != nil {
		return nil, err
	}
	list, err := h.Dealings(ctx, c.Number)
	if err != nil {
		return nil, err
	}
	var out []*dkg.Dealing
	for _, one := range list {
		if h.own(c, one.Dealer) {
			continue
		}
		d, err := dkg.ParseDealing(p, one.Dealing)
		if err != nil {
			return nil, err
		}
		out = append(out, d)
	}
	return out, nil
}

func (h *hands) own(c *committeev1.Ceremony, dealer uint32) bool {
	for i := range c.Dealers {
		if d := &c.Dealers[i]; d.Index == dealer {
			return bytes.Equal(d.ConsAddress, h.honest.ConsAddress)
		}
	}
	return false
}
