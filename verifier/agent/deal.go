// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// deal announces this member's dealing and shows it. The dealing is a pure function of the
// seed file, the ceremony and, in a reshare, the old share: after a restart it is the same.
func (a *Agent) deal(ctx context.Context, s *State, d *committeev1.Dealer) error {
	c := &s.Ceremony
	commits := c.Phase == committeev1.Phase_PHASE_COMMIT
	if d.Disqualified != "" || commits && len(d.Hash) > 0 || !commits && (d.Dealt || len(d.Hash) == 0) {
		return nil // said, or too late to say
	}
	return a.say(ctx, c, func() (transaction.Message, error) {
		dealing, hash, err := a.dealing(c, d)
		if err != nil {
			return nil, err
		}
		if commits {
			return &committeev1.MsgCommitDealing{Sender: a.cfg.Operator[:], Ceremony: c.Number, Hash: hash[:]}, nil
		}
		if message.Hash(d.Hash) != hash {
			return nil, fmt.Errorf("ceremony %d: this home's dealing has hash %s, the state holds %x: %w", c.Number, hash, d.Hash, ErrForeignHash)
		}
		return &committeev1.MsgDeal{Sender: a.cfg.Operator[:], Ceremony: c.Number, Dealing: dealing}, nil
	})
}

// dealing computes this member's dealing and its hash.
func (a *Agent) dealing(c *committeev1.Ceremony, d *committeev1.Dealer) ([]byte, message.Hash, error) {
	p, err := committee.DKGParams(c)
	if err != nil {
		return nil, message.Hash{}, fmt.Errorf("ceremony %d: %w", c.Number, err)
	}
	seed, err := a.seedOf(c, d)
	if err != nil {
		return nil, message.Hash{}, err
	}
	me := frost.Index(d.Index)
	var share *frost.Scalar
	if c.Kind == committeev1.CeremonyKind_CEREMONY_KIND_RESHARE {
		own, ok := a.secrets[c.OldEpoch]
		if !ok {
			return nil, message.Hash{}, fmt.Errorf("ceremony %d deals with the share of key epoch %d: %w", c.Number, c.OldEpoch, ErrNoShare)
		}
		share = &own
	}
	made, err := a.cfg.Deal(p, me, seed, share)
	if err != nil {
		return nil, message.Hash{}, fmt.Errorf("ceremony %d: deal: %w", c.Number, err)
	}
	b := made.Bytes()
	return b, dkg.Hash(p, me, b), nil
}

// seedOf reads the seed of this home for the ceremony, or makes it while none was announced.
func (a *Agent) seedOf(c *committeev1.Ceremony, d *committeev1.Dealer) (Seed, error) {
	if a.seed != nil && a.seed.ceremony == c.Number {
		return a.seed.seed, nil
	}
	seed, of, err := a.cfg.Files.Seed(c.Number)
	if err == nil && of != message.Hash(c.Context) {
		// Of a ceremony of a fork that was left behind: it is of no use to anybody.
		if err := a.cfg.Files.EraseSeed(c.Number); err != nil {
			return Seed{}, fmt.Errorf("seed of another fork: %w", err)
		}
		err = ErrNoFile
	}
	switch {
	case err == nil:
	case !errors.Is(err, ErrNoFile):
		return Seed{}, fmt.Errorf("ceremony %d: read seed: %w", c.Number, err)
	case len(d.Hash) > 0:
		return Seed{}, fmt.Errorf("ceremony %d: %w", c.Number, ErrNoSeed)
	default:
		if _, err := io.ReadFull(a.cfg.Rand, seed[:]); err != nil {
			return Seed{}, fmt.Errorf("read randomness: %w", err)
		}
		failpoint.Hit("agent.seed.save") // nothing was announced; another seed is drawn at the next start
		if err := a.cfg.Files.SaveSeed(c.Number, message.Hash(c.Context), seed); err != nil {
			return Seed{}, fmt.Errorf("ceremony %d: save seed: %w", c.Number, err)
		}
		failpoint.Hit("agent.seed.saved") // the seed is kept and was not announced; the next start announces the same dealing
	}
	a.seed = &seeded{c.Number, seed}
	return seed, nil
}

// check opens this member's shares and says which dealers gave wrong ones, perhaps none.
func (a *Agent) check(ctx context.Context, s *State, r *committeev1.Receiver) error {
	c := &s.Ceremony
	return a.say(ctx, c, func() (transaction.Message, error) {
		key, err := a.keyOf(r.DealingKey)
		if err != nil {
			return nil, fmt.Errorf("ceremony %d: %w", c.Number, err)
		}
		p, err := committee.DKGParams(c)
		if err != nil {
			return nil, fmt.Errorf("ceremony %d: %w", c.Number, err)
		}
		dealings, err := a.dealings(ctx, c, p)
		if err != nil {
			return nil, err
		}
		m := &committeev1.MsgCheck{Sender: a.cfg.Operator[:], Ceremony: c.Number}
		for i := range c.Dealers {
			d := &c.Dealers[i]
			if !d.Dealt || d.Disqualified != "" {
				continue
			}
			dealing, ok := dealings[frost.Index(d.Index)]
			if !ok {
				return nil, fmt.Errorf("ceremony %d: dealing of %d is not in the state: %w", c.Number, d.Index, ErrGone)
			}
			_, err := dkg.Open(p, dealing, frost.Index(r.Index), key)
			if err == nil {
				continue
			}
			if !errors.Is(err, dkg.ErrWrongShare) {
				return nil, fmt.Errorf("ceremony %d: open share of dealer %d: %w", c.Number, d.Index, err)
			}
			complaint, err := dkg.Complain(a.cfg.Rand, p, dealing, frost.Index(r.Index), key)
			if err != nil {
				return nil, fmt.Errorf("ceremony %d: complain about dealer %d: %w", c.Number, d.Index, err)
			}
			a.log.Warn("dealer gave this member a wrong share", "ceremony", c.Number, "dealer", d.Index, "height", a.height)
			m.Complaints = append(m.Complaints, complaint)
		}
		return m, nil
	})
}

// dealings are those that the state holds, by dealer.
func (a *Agent) dealings(ctx context.Context, c *committeev1.Ceremony, p *dkg.Params) (map[frost.Index]*dkg.Dealing, error) {
	list, err := a.cfg.Chain.Dealings(ctx, c.Number)
	if err != nil {
		return nil, err
	}
	out := make(map[frost.Index]*dkg.Dealing, len(list))
	for _, one := range list {
		d, err := dkg.ParseDealing(p, one.Dealing)
		if err != nil {
			return nil, fmt.Errorf("ceremony %d: dealing of %d: %w", c.Number, one.Dealer, err)
		}
		out[frost.Index(one.Dealer)] = d
	}
	return out, nil
}

// keyOf is the home's dealing key when it is the recorded one.
func (a *Agent) keyOf(recorded []byte) (frost.Scalar, error) {
	k := a.cfg.DealingKey
	switch {
	case k == nil:
		return frost.Scalar{}, ErrNoDealingKey
	case string(k.Public[:]) != string(recorded):
		return frost.Scalar{}, fmt.Errorf("the home's is %s, the state has 0x%x: %w", k.Public, recorded, ErrNoDealingKey)
	}
	return k.Secret, nil
}
