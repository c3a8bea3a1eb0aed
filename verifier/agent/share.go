// SPDX-License-Identifier: Apache-2.0

package agent

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/aitbc/bridge/chains/failpoint"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/curve"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/keystore"
	"github.com/aitbc/bridge/keys/schnorr"
	"github.com/aitbc/bridge/keys/signer"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
	"github.com/aitbc/bridge/verifier/committee"
	"github.com/aitbc/bridge/verifier/transaction"
)

// outcome of a ceremony, recomputed from the dealings in the state.
type outcome struct {
	params   *dkg.Params
	result   *dkg.Result
	dealings map[frost.Index]*dkg.Dealing
	err      error // the recorded epoch is another: for ever
}

// misfit is why a file does not hold the share of an epoch.
type misfit struct {
	set message.Hash // of the epoch
	err error
}

// Load gives the signer the shares of an epoch that the home has, before the first state is there.
func (a *Agent) Load(bridge message.Hash, e *committeev1.Epoch) error {
	m := memberOf(e, a.cfg.ConsAddress)
	if e.Number == 0 || m == nil || a.cfg.SignerKeeps {
		return nil
	}
	found, err := a.load(bridge, e, m)
	if found {
		return nil
	}
	return err
}

// hold sees to it that the signer has this member's share of an epoch: from the home, else from
// the dealings in the state.
func (a *Agent) hold(ctx context.Context, s *State, e *committeev1.Epoch) error {
	m := memberOf(e, a.cfg.ConsAddress)
	if e.Number == 0 || m == nil {
		return nil
	}
	if have, ok := a.held[e.Number]; ok && bytes.Equal(have[:], m.PublicShare) {
		return nil
	}
	var bad error
	if a.cfg.SignerKeeps {
		if e.Ceremony == 0 && a.listed(e, m) {
			return nil
		}
	} else {
		var found bool
		if found, bad = a.load(s.BridgeID, e, m); found {
			return nil
		}
	}
	if err := a.recover(ctx, s, e, m); err != nil {
		return errors.Join(err, bad)
	}
	return nil
}

// recover makes the share from the dealings that the state still has.
func (a *Agent) recover(ctx context.Context, s *State, e *committeev1.Epoch, m *committeev1.Member) (err error) {
	switch {
	case s.CatchingUp:
		return nil // perhaps an epoch of the past
	case e.Ceremony == 0:
		return fmt.Errorf("key epoch %d: the share was dealt and is not in this home: %w", e.Number, ErrNoShare)
	}
	c := s.Ceremony
	if c.Number != e.Ceremony {
		if c, err = a.cfg.Chain.Ceremony(ctx, e.Ceremony); err != nil {
			return fmt.Errorf("key epoch %d: %w: %w", e.Number, err, ErrNoShare)
		}
	}
	share, err := a.combine(ctx, s, &c, e, m)
	if err != nil {
		return err
	}
	return a.keep(ShareName{e.Number, c.Number}, share)
}

// load looks for the share among the files and gives it to the signer. The content decides: bridge, epoch,
// index, group key and the recorded public share. A share of an aborted attempt at the same epoch is another.
// Errors are of files that do not hold it.
func (a *Agent) load(bridge message.Hash, e *committeev1.Epoch, m *committeev1.Member) (bool, error) {
	names, err := a.cfg.Files.Shares()
	if err != nil {
		return false, err
	}
	var bad []error
	for _, n := range names {
		if n.Epoch != e.Number || n.Ceremony != e.Ceremony && n.Ceremony != 0 {
			continue
		}
		was, seen := a.misfits[n]
		if seen && was.set == committee.MemberSetHash(e) {
			bad = append(bad, was.err)
			continue // opening it again would only cost time
		}
		share, err := a.cfg.Files.Share(n)
		if err == nil {
			err = a.fits(bridge, e, m, &share)
		}
		if err == nil {
			err = a.add(share, frost.Point(m.PublicShare))
			return err == nil, err
		}
		err = fmt.Errorf("%s: %w", n, err)
		a.misfits[n] = misfit{committee.MemberSetHash(e), err}
		bad = append(bad, err)
	}
	return false, errors.Join(bad...)
}

// fits says whether a share is this member's of the epoch.
func (a *Agent) fits(bridge message.Hash, e *committeev1.Epoch, m *committeev1.Member, s *keystore.Share) error {
	public, err := curve.PublicShare(a.cfg.Rand, s.Secret)
	switch {
	case err != nil:
		return fmt.Errorf("public share: %w", err)
	case s.BridgeID != bridge:
		return fmt.Errorf("a share of another bridge: %w", keystore.ErrUnsafe)
	case s.KeyEpoch != e.Number || uint32(s.Index) != m.Index || !bytes.Equal(s.GroupKey[:], e.GroupKey) || !bytes.Equal(public[:], m.PublicShare):
		return fmt.Errorf("not this member's share of key epoch %d: %w", e.Number, ErrNoShare)
	}
	return nil
}

// combine recomputes the result of a ceremony and gives this member's share of it.
func (a *Agent) combine(ctx context.Context, s *State, c *committeev1.Ceremony, e *committeev1.Epoch, m *committeev1.Member) (share keystore.Share, err error) {
	o, err := a.outcome(ctx, c, e)
	if err != nil {
		return share, err
	}
	key, err := a.keyOf(m.DealingKey)
	if err != nil {
		return share, fmt.Errorf("key epoch %d: %w", e.Number, err)
	}
	me := frost.Index(m.Index)
	parts := make([]frost.Scalar, 0, len(o.result.Qualified))
	defer func() { clear(parts) }()
	for _, d := range o.result.Qualified {
		part, err := dkg.Open(o.params, o.dealings[d], me, key)
		if err != nil {
			return share, fmt.Errorf("key epoch %d: open share of dealer %d: %w", e.Number, d, err)
		}
		parts = append(parts, part)
	}
	secret, err := dkg.Combine(o.params, o.result, me, parts)
	if err != nil {
		return share, fmt.Errorf("key epoch %d: combine: %w", e.Number, err)
	}
	share = keystore.Share{KeyEpoch: e.Number, Index: me, Secret: secret, BridgeID: s.BridgeID, GroupKey: schnorr.PublicKey(e.GroupKey)}
	return share, a.fits(s.BridgeID, e, m, &share)
}

// outcome recomputes what a ceremony gives and compares it with what the state records.
// Errors: ErrMismatch, ErrGone.
func (a *Agent) outcome(ctx context.Context, c *committeev1.Ceremony, e *committeev1.Epoch) (*outcome, error) {
	if o, ok := a.checked[c.Number]; ok {
		return o, o.err
	}
	p, err := committee.DKGParams(c)
	if err != nil {
		return nil, fmt.Errorf("ceremony %d: %w", c.Number, err)
	}
	o := &outcome{params: p}
	if o.dealings, err = a.dealings(ctx, c, p); err != nil {
		return nil, err
	}
	var qualified []*dkg.Dealing
	for _, d := range c.Qualified {
		one, ok := o.dealings[frost.Index(d)]
		if !ok {
			return nil, fmt.Errorf("ceremony %d: dealing of %d is not in the state: %w", c.Number, d, ErrGone)
		}
		qualified = append(qualified, one)
	}
	if o.result, err = dkg.Finalise(p, qualified); err != nil {
		o.err = fmt.Errorf("ceremony %d: %w: %w", c.Number, err, ErrMismatch)
	} else {
		o.err = compare(c, o.result, e)
	}
	for n := range a.checked {
		if n+2 < c.Number {
			delete(a.checked, n)
		}
	}
	a.checked[c.Number] = o
	return o, o.err
}

// compare holds the recorded epoch against the recomputed result.
func compare(c *committeev1.Ceremony, r *dkg.Result, e *committeev1.Epoch) error {
	switch {
	case e.Ceremony != c.Number || e.Number != c.NewEpoch || e.Threshold != c.Threshold:
		return fmt.Errorf("ceremony %d makes key epoch %d with threshold %d, the state has %d of ceremony %d with %d: %w",
			c.Number, c.NewEpoch, c.Threshold, e.Number, e.Ceremony, e.Threshold, ErrMismatch)
	case !bytes.Equal(r.Group.Key[:], e.GroupKey):
		return fmt.Errorf("ceremony %d: the dealings give group key %s, the state has 0x%x: %w", c.Number, r.Group.Key, e.GroupKey, ErrMismatch)
	case len(c.GroupKey) > 0 && !bytes.Equal(c.GroupKey, e.GroupKey):
		return fmt.Errorf("ceremony %d: the group key changed in a reshare: %w", c.Number, ErrMismatch)
	case len(r.Group.Public) != len(e.Members):
		return fmt.Errorf("ceremony %d: %d public shares, %d members: %w", c.Number, len(r.Group.Public), len(e.Members), ErrMismatch)
	}
	for i := range e.Members {
		if !bytes.Equal(r.Group.Public[i][:], e.Members[i].PublicShare) {
			return fmt.Errorf("ceremony %d: public share of member %d: %w", c.Number, i+1, ErrMismatch)
		}
	}
	return nil
}

// keep writes a new share to the home before anybody can use it.
func (a *Agent) keep(n ShareName, s keystore.Share) error {
	public, err := curve.PublicShare(a.cfg.Rand, s.Secret)
	if err != nil {
		return fmt.Errorf("public share: %w", err)
	}
	if a.cfg.SignerKeeps {
		return a.add(s, public)
	}
	failpoint.Hit("agent.share.save") // the share is made again from the dealings
	err = a.cfg.Files.SaveShare(n, s)
	if errors.Is(err, keystore.ErrExists) {
		// load has looked at it: it is not this share. A file of this ceremony with another
		// content is of a fork that was left behind, or not of this home.
		return fmt.Errorf("%s is in the way; move it aside: %w", n, err)
	}
	if err != nil {
		return fmt.Errorf("save %s: %w", n, err)
	}
	failpoint.Hit("agent.share.saved") // the share is in the home and read at the next start
	a.log.Info("key share made", "epoch", s.KeyEpoch, "index", s.Index, "ceremony", n.Ceremony, "height", a.height)
	return a.add(s, public)
}

// listed says whether the signer itself has a share of the epoch. It tells no more of it than this.
func (a *Agent) listed(e *committeev1.Epoch, m *committeev1.Member) bool {
	return slices.ContainsFunc(a.cfg.Signer.Shares(), func(s signer.ShareInfo) bool {
		return s.KeyEpoch == e.Number && uint32(s.Index) == m.Index && bytes.Equal(s.GroupKey[:], e.GroupKey)
	})
}

// add gives a share to the signer.
func (a *Agent) add(s keystore.Share, public frost.Point) error {
	err := a.cfg.Signer.AddShare(s)
	if errors.Is(err, signer.ErrShareHeld) { // of an aborted attempt at the same epoch
		if err = a.drop(s.KeyEpoch); err == nil {
			err = a.cfg.Signer.AddShare(s)
		}
	}
	if err != nil {
		return fmt.Errorf("give share of key epoch %d to the signer: %w", s.KeyEpoch, err)
	}
	a.held[s.KeyEpoch], a.secrets[s.KeyEpoch] = public, s.Secret
	return nil
}

// drop makes the signer forget a share. The file stays.
func (a *Agent) drop(epoch uint64) error {
	if err := a.cfg.Signer.DropShare(epoch); err != nil {
		return fmt.Errorf("take share of key epoch %d from the signer: %w", epoch, err)
	}
	delete(a.held, epoch)
	delete(a.secrets, epoch)
	return nil
}

// ready proves that this member holds its share of the epoch that the state records as the next.
func (a *Agent) ready(ctx context.Context, s *State, r *committeev1.Receiver) error {
	c := &s.Ceremony
	secret, ok := a.secrets[c.NewEpoch]
	if !ok || s.Ready.Ceremony != c.Number {
		return nil // hold says why
	}
	return a.say(ctx, c, func() (transaction.Message, error) {
		o, err := a.outcome(ctx, c, &s.Ready)
		if err != nil {
			return nil, err
		}
		proof, err := dkg.ProveReady(a.cfg.Rand, o.params, o.result, frost.Index(r.Index), secret)
		if err != nil {
			return nil, fmt.Errorf("ceremony %d: %w", c.Number, err)
		}
		return &committeev1.MsgReady{Sender: a.cfg.Operator[:], Ceremony: c.Number, Proof: proof}, nil
	})
}

// vouch journals that the ready statement may be signed, once this member has its share and has
// seen by itself that the recorded epoch follows from the dealings.
func (a *Agent) vouch(ctx context.Context, s *State) error {
	e := &s.Ready
	have, ok := a.held[e.Number]
	m := memberOf(e, a.cfg.ConsAddress)
	if e.Number == 0 || m == nil || !ok || !bytes.Equal(have[:], m.PublicShare) {
		return nil
	}
	for i := range s.Pending {
		w := &s.Pending[i]
		if w.Kind != committeev1.StatementKind_STATEMENT_KIND_READY || w.Id == a.finished || w.KeyEpoch != e.Number {
			continue
		}
		set, r := committee.MemberSetHash(e), w.Ready
		if r == nil || r.KeyEpoch != e.Number || !bytes.Equal(r.MemberSetHash, set[:]) || r.Height > s.Height {
			return fmt.Errorf("ready statement %d is not of key epoch %d: %w", w.Id, e.Number, ErrMismatch)
		}
		d := message.Ready{BridgeID: s.BridgeID, KeyEpoch: r.KeyEpoch, MemberSetHash: set, Height: r.Height}.Digest()
		if !bytes.Equal(d[:], w.Digest) {
			return fmt.Errorf("ready statement %d has another digest: %w", w.Id, ErrMismatch)
		}
		if s.Ceremony.Number == e.Ceremony {
			// A share from a file was compared when it was made; what the state records now is looked at again.
			if _, err := a.outcome(ctx, &s.Ceremony, e); err != nil {
				return err
			}
		}
		failpoint.Hit("agent.finished.journal") // this member does not sign the ready statement before it is journaled after the next start
		if err := a.cfg.Voter.Finished(d); err != nil {
			return fmt.Errorf("journal finished ceremony: %w", err)
		}
		failpoint.Hit("agent.finished.journaled") // journaled; the share is given after the next start
		a.finished = w.Id
	}
	return nil
}
