// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"encoding/hex"
	"errors"
	"strconv"

	abci "github.com/cometbft/cometbft/abci/types"

	"github.com/aitbc/bridge/keys/dkg"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// EndBlock moves the ceremony in progress, a rotation and the records on by one block, and
// says what CometBFT is to be told, by consensus address. It runs after all transactions and
// after certify, so a ready statement signed in this block acts in this block.
//
// Errors: ErrState. Nothing that a member can send makes it fail.
func (k Keeper) EndBlock(ctx context.Context) ([]abci.ValidatorUpdate, error) {
	c, open, err := k.current(ctx)
	if err != nil {
		return nil, err
	}
	if open {
		err = k.advance(ctx, &c)
	} else {
		err = k.begin(ctx)
	}
	if err == nil {
		err = k.rotate(ctx)
	}
	if err == nil {
		err = k.expire(ctx)
	}
	if err == nil {
		err = k.ExpireProposals(ctx)
	}
	if err == nil {
		err = k.forget(ctx)
	}
	if err != nil {
		return nil, err
	}
	return k.updates(ctx)
}

// current is the ceremony in progress.
func (k Keeper) current(ctx context.Context) (c committeev1.Ceremony, open bool, err error) {
	c, found, err := k.Ceremony(ctx, 0)
	return c, found && InProgress(&c), err
}

// begin starts the ceremony that is due.
func (k Keeper) begin(ctx context.Context) error {
	n, found, err := k.intent(ctx)
	if err != nil || !found || height(ctx) < n.height {
		return err
	}
	return k.start(ctx, n)
}

// advance ends the phase of c when its last block is over or everybody has spoken.
func (k Keeper) advance(ctx context.Context, c *committeev1.Ceremony) error {
	over := height(ctx) >= c.Deadline
	switch c.Phase {
	case committeev1.Phase_PHASE_COMMIT:
		if over || eachDealer(c, func(d *committeev1.Dealer) bool { return len(d.Hash) > 0 }) {
			return k.endCommit(ctx, c)
		}
	case committeev1.Phase_PHASE_DEAL:
		if over || eachDealer(c, func(d *committeev1.Dealer) bool { return d.Dealt || d.Disqualified != "" }) {
			return k.endDeal(ctx, c)
		}
	case committeev1.Phase_PHASE_COMPLAIN:
		if over || receivers(c, func(r *committeev1.Receiver) bool { return r.Checked }) == len(c.Receivers) {
			return k.endComplain(ctx, c)
		}
	case committeev1.Phase_PHASE_READY:
		if ready := receivers(c, isReady); over || ready == len(c.Receivers) {
			if ready < int(c.Threshold) {
				return k.abort(ctx, c, AbortReady)
			}
			return k.test(ctx, c)
		}
	case committeev1.Phase_PHASE_TEST:
		id, err := k.readySession(ctx)
		if err != nil {
			return err
		}
		if k.kv(ctx).Has(key(kindSigned, word(id))) {
			return k.finish(ctx, c)
		}
		if over {
			return k.abort(ctx, c, AbortUnsigned)
		}
	}
	return nil
}

func eachDealer(c *committeev1.Ceremony, f func(*committeev1.Dealer) bool) bool {
	for i := range c.Dealers {
		if !f(&c.Dealers[i]) {
			return false
		}
	}
	return true
}

func receivers(c *committeev1.Ceremony, f func(*committeev1.Receiver) bool) (n int) {
	for i := range c.Receivers {
		if f(&c.Receivers[i]) {
			n++
		}
	}
	return n
}

func isReady(r *committeev1.Receiver) bool { return r.Ready }

// qualified are the dealers whose dealings count, by index.
func qualified(c *committeev1.Ceremony) (out []*committeev1.Dealer) {
	for i := range c.Dealers {
		if d := &c.Dealers[i]; d.Dealt && d.Disqualified == "" {
			out = append(out, d)
		}
	}
	return out
}

func (k Keeper) endCommit(ctx context.Context, c *committeev1.Ceremony) error {
	committed := 0
	for i := range c.Dealers {
		if d := &c.Dealers[i]; len(d.Hash) > 0 {
			committed++
		} else {
			d.Disqualified = NotCommitted
		}
	}
	if committed < int(c.DealerThreshold) {
		return k.abort(ctx, c, AbortDealers)
	}
	return k.enter(ctx, c, committeev1.Phase_PHASE_DEAL)
}

func (k Keeper) endDeal(ctx context.Context, c *committeev1.Ceremony) error {
	for i := range c.Dealers {
		if d := &c.Dealers[i]; !d.Dealt && d.Disqualified == "" {
			d.Disqualified = NotDealt
		}
	}
	p, dealings, err := k.shown(ctx, c)
	if err != nil {
		return err
	}
	for _, copied := range dkg.Copies(p, dealings) {
		for i := range c.Dealers {
			if c.Dealers[i].Index == uint32(copied) {
				c.Dealers[i].Disqualified = Copied
			}
		}
	}
	if len(qualified(c)) < int(c.DealerThreshold) {
		return k.abort(ctx, c, AbortDealers)
	}
	return k.enter(ctx, c, committeev1.Phase_PHASE_COMPLAIN)
}

// shown are the dealings that count so far.
func (k Keeper) shown(ctx context.Context, c *committeev1.Ceremony) (*dkg.Params, []*dkg.Dealing, error) {
	p, err := DKGParams(c)
	if err != nil {
		return nil, nil, errors.Join(err, ErrState)
	}
	var out []*dkg.Dealing
	for _, d := range qualified(c) {
		dealing, err := k.dealing(ctx, p, c.Number, d.Index)
		if err != nil {
			return nil, nil, err
		}
		out = append(out, dealing)
	}
	return p, out, nil
}

// endComplain makes the result. In a reshare the first dealer_threshold dealers count: any as
// many give the same key, and fewer dealings are less for everybody to read.
func (k Keeper) endComplain(ctx context.Context, c *committeev1.Ceremony) error {
	p, dealings, err := k.shown(ctx, c)
	if err != nil {
		return err
	}
	if len(dealings) < int(c.DealerThreshold) {
		return k.abort(ctx, c, AbortDealers)
	}
	if c.Kind == committeev1.CeremonyKind_CEREMONY_KIND_RESHARE {
		dealings = dealings[:c.DealerThreshold]
	}
	r, err := dkg.Finalise(p, dealings)
	if err != nil {
		return k.abort(ctx, c, AbortResult)
	}
	e, err := k.epochOf(ctx, c, r)
	if err != nil {
		return err
	}
	if err := k.save(ctx, key(kindReady), e); err != nil {
		return err
	}
	for _, i := range r.Qualified {
		c.Qualified = append(c.Qualified, uint32(i))
	}
	return k.enter(ctx, c, committeev1.Phase_PHASE_READY)
}

// epochOf is the epoch that a ceremony makes.
func (k Keeper) epochOf(ctx context.Context, c *committeev1.Ceremony, r *dkg.Result) (*committeev1.Epoch, error) {
	active, err := k.ActiveEpoch(ctx)
	if err != nil {
		return nil, err
	}
	e := &committeev1.Epoch{
		Number: c.NewEpoch, Threshold: c.Threshold, GroupKey: append([]byte(nil), r.Group.Key[:]...),
		KeyVersion: active.KeyVersion, Ceremony: c.Number,
	}
	if c.Kind == committeev1.CeremonyKind_CEREMONY_KIND_FRESH {
		e.KeyVersion++
	}
	for i := range c.Receivers {
		v, found, err := k.Validator(ctx, c.Receivers[i].ConsAddress)
		if err != nil || !found {
			return nil, errors.Join(err, ErrState)
		}
		e.Members = append(e.Members, committeev1.Member{
			Index: c.Receivers[i].Index, ConsAddress: v.ConsAddress, ConsPubkey: v.ConsPubkey, Operator: operatorText(v.Operator), Moniker: v.Moniker,
			PublicShare: append([]byte(nil), r.Group.Public[i][:]...), DealingKey: c.Receivers[i].DealingKey,
		})
	}
	return e, nil
}

// test asks the new committee for its first signature.
func (k Keeper) test(ctx context.Context, c *committeev1.Ceremony) error {
	e, err := k.ReadyEpoch(ctx)
	if err != nil {
		return err
	}
	set := MemberSetHash(&e)
	s := committeev1.Statement{
		Kind: committeev1.StatementKind_STATEMENT_KIND_READY, KeyEpoch: e.Number,
		Ready: &committeev1.ReadyStatement{KeyEpoch: e.Number, MemberSetHash: set[:], Height: height(ctx)},
	}
	for i := range c.Receivers {
		if c.Receivers[i].Ready {
			s.Candidates = append(s.Candidates, c.Receivers[i].ConsAddress)
		}
	}
	id, err := k.ask(ctx, &s)
	if err != nil {
		return err
	}
	k.kv(ctx).Set(key(kindReadySession), word(id))
	return k.enter(ctx, c, committeev1.Phase_PHASE_TEST)
}

// finish: the new committee has signed.
func (k Keeper) finish(ctx context.Context, c *committeev1.Ceremony) error {
	k.kv(ctx).Delete(key(kindReadySession))
	if err := k.enter(ctx, c, committeev1.Phase_PHASE_DONE); err != nil {
		return err
	}
	if c.Rotation {
		return k.announce(ctx, c)
	}
	return k.activate(ctx)
}

// activate makes the ready epoch the active one: who leaves is out of consensus with this
// block, who joined is a member.
func (k Keeper) activate(ctx context.Context) error {
	old, err := k.ActiveEpoch(ctx)
	if err != nil {
		return err
	}
	e, err := k.ReadyEpoch(ctx)
	if err != nil {
		return err
	}
	if old.Number > 0 {
		if err := k.save(ctx, key(kindLast), &old); err != nil {
			return err
		}
	}
	if err := k.save(ctx, key(kindActive), &e); err != nil {
		return err
	}
	k.kv(ctx).Delete(key(kindReady))
	all, err := k.Validators(ctx)
	if err != nil {
		return err
	}
	for i := range all {
		switch v := &all[i]; v.Status {
		case committeev1.Status_STATUS_JOINING:
			err = k.setStatus(ctx, v, committeev1.Status_STATUS_MEMBER)
		case committeev1.Status_STATUS_LEAVING:
			err = k.remove(ctx, v)
		}
		if err != nil {
			return err
		}
	}
	if err := k.moveStatements(ctx, &e); err != nil {
		return err
	}
	emit(ctx, "bridge_epoch", "number", strconv.FormatUint(e.Number, 10), "members", strconv.Itoa(len(e.Members)), "key", hex.EncodeToString(e.GroupKey))
	return k.dropDealings(ctx, e.Ceremony)
}
