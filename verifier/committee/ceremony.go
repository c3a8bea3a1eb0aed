// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strconv"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/dkg"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// KeptCeremonies is how many of the newest ceremonies stay readable, beside the one that made
// the active epoch.
const KeptCeremonies = 10

// Why a dealer's dealing does not count: Dealer.disqualified is one of these.
const (
	NotCommitted   = "not_committed"   // no hash in time
	NotDealt       = "not_dealt"       // committed, and showed nothing in time
	HashMismatch   = "hash_mismatch"   // showed other bytes than it had committed to
	Malformed      = "malformed"       // the bytes are no dealing of this ceremony
	Invalid        = "invalid"         // a check that everybody can make fails
	Copied         = "copied"          // shares a key with another dealing
	WrongShare     = "wrong_share"     // a receiver has proven that its share is wrong
	FalseComplaint = "false_complaint" // as a receiver it accused a dealer wrongly
)

// Why a ceremony was aborted: Ceremony.aborted is one of these.
const (
	AbortParams   = "parameters"  // it could not even begin: somebody has no usable dealing key
	AbortDealers  = "few_dealers" // fewer than dealer_threshold qualified
	AbortResult   = "no_result"   // the dealings add up to no key
	AbortReady    = "few_ready"   // fewer than threshold receivers hold a share
	AbortUnsigned = "not_signed"  // the ready statement was not signed in time
	AbortProposal = "proposal"    // the members said so
)

// PhaseName is the phase as events and people have it.
func PhaseName(p committeev1.Phase) string {
	switch p {
	case committeev1.Phase_PHASE_COMMIT:
		return "commit"
	case committeev1.Phase_PHASE_DEAL:
		return "deal"
	case committeev1.Phase_PHASE_COMPLAIN:
		return "complain"
	case committeev1.Phase_PHASE_READY:
		return "ready"
	case committeev1.Phase_PHASE_TEST:
		return "test"
	case committeev1.Phase_PHASE_DONE:
		return "done"
	case committeev1.Phase_PHASE_ABORTED:
		return "aborted"
	}
	return "none"
}

// InProgress: the ceremony has neither ended nor been aborted.
func InProgress(c *committeev1.Ceremony) bool {
	return c.Phase >= committeev1.Phase_PHASE_COMMIT && c.Phase <= committeev1.Phase_PHASE_TEST
}

// Context binds every proof, key and hash of one ceremony to it: keccak256 of words: the tag
// "ceremony", bridgeId, fork, number, kind, old epoch, new epoch, the hash of the dealers
// (index, address, public share in two words) and that of the receivers (index, address,
// dealing key in two words). Dealers' hashes and progress are no part of it.
func Context(bridgeID message.Hash, fork uint32, c *committeev1.Ceremony) message.Hash {
	var dealers, receivers message.Words
	for i := range c.Dealers {
		d := &c.Dealers[i]
		point(address(dealers.Uint(uint64(d.Index)), d.ConsAddress), d.Public)
	}
	for i := range c.Receivers {
		r := &c.Receivers[i]
		point(address(receivers.Uint(uint64(r.Index)), r.ConsAddress), r.DealingKey)
	}
	return new(message.Words).Hash(message.Tag("ceremony")).Hash(bridgeID).Uint(uint64(fork)).Uint(c.Number).
		Uint(uint64(c.Kind)).Uint(c.OldEpoch).Uint(c.NewEpoch).Hash(dealers.Sum()).Hash(receivers.Sum()).Sum()
}

// DKGParams are the parameters of a ceremony as keys/dkg has them. Those of a ceremony in state
// were validated when it began; call Validate on those of any other origin.
//
// Errors: message.ErrBadEncoding for fields of a wrong length.
func DKGParams(c *committeev1.Ceremony) (*dkg.Params, error) {
	if len(c.Context) != 32 {
		return nil, fmt.Errorf("context of %d bytes: %w", len(c.Context), message.ErrBadEncoding)
	}
	p := &dkg.Params{Context: [32]byte(c.Context), Threshold: int(c.Threshold), DealerThreshold: int(c.DealerThreshold)}
	switch len(c.GroupKey) {
	case 0:
	case 32:
		p.GroupKey = schnorr.PublicKey(c.GroupKey)
	default:
		return nil, fmt.Errorf("group key of %d bytes: %w", len(c.GroupKey), message.ErrBadEncoding)
	}
	for i := range c.Dealers {
		d := dkg.Dealer{Index: frost.Index(c.Dealers[i].Index)}
		switch len(c.Dealers[i].Public) {
		case 0:
		case 33:
			d.Public = frost.Point(c.Dealers[i].Public)
		default:
			return nil, fmt.Errorf("public share of dealer %d: %w", d.Index, message.ErrBadEncoding)
		}
		p.Dealers = append(p.Dealers, d)
	}
	for i := range c.Receivers {
		r := &c.Receivers[i]
		if len(r.DealingKey) != 33 {
			return nil, fmt.Errorf("dealing key of receiver %d: %w", r.Index, message.ErrBadEncoding)
		}
		p.Receivers = append(p.Receivers, dkg.Receiver{Index: frost.Index(r.Index), Key: frost.Point(r.DealingKey)})
	}
	return p, nil
}

// Ceremony is one ceremony: the newest for number 0. found is false when it is unknown or forgotten.
func (k Keeper) Ceremony(ctx context.Context, number uint64) (c committeev1.Ceremony, found bool, err error) {
	if number == 0 {
		if number, err = k.last(ctx, counterCeremony); err != nil || number == 0 {
			return c, false, err
		}
	}
	found, err = k.load(ctx, key(kindCeremony, word(number)), &c)
	return c, found, err
}

// Dealings are the dealings of a ceremony that the state still has, by dealer: those of the
// ceremony in progress, and those that made the active epoch.
func (k Keeper) Dealings(ctx context.Context, number uint64) (out []committeev1.DealingOf, err error) {
	err = k.each(ctx, kindDealing, word(number), func(id, b []byte) error {
		if len(id) != 12 {
			return fmt.Errorf("key of a dealing: %w", ErrState)
		}
		out = append(out, committeev1.DealingOf{Dealer: binary.BigEndian.Uint32(id[8:]), Dealing: bytes.Clone(b)})
		return nil
	})
	return out, err
}

func (k Keeper) dealing(ctx context.Context, p *dkg.Params, number uint64, dealer uint32) (*dkg.Dealing, error) {
	d, err := dkg.ParseDealing(p, k.kv(ctx).Get(dealingKey(number, dealer)))
	if err != nil {
		return nil, fmt.Errorf("dealing of %d in state: %w: %w", dealer, err, ErrState)
	}
	return d, nil
}

func dealingKey(number uint64, dealer uint32) []byte {
	return key(kindDealing, word(number), binary.BigEndian.AppendUint32(nil, dealer))
}

// dropDealings forgets all dealings but those of one ceremony.
func (k Keeper) dropDealings(ctx context.Context, but uint64) error {
	var gone [][]byte
	if err := k.each(ctx, kindDealing, nil, func(id, _ []byte) error {
		if !bytes.Equal(id[:8], word(but)) {
			gone = append(gone, bytes.Clone(id))
		}
		return nil
	}); err != nil {
		return err
	}
	for _, id := range gone {
		k.kv(ctx).Delete(key(kindDealing, id))
	}
	return nil
}

func (k Keeper) putCeremony(ctx context.Context, c *committeev1.Ceremony) error {
	return k.save(ctx, key(kindCeremony, word(c.Number)), c)
}

// intent is a ceremony that is to start.
type intent struct {
	height   uint64 // whose EndBlock starts it, or a later one's
	kind     committeev1.CeremonyKind
	rotation bool
}

func (k Keeper) setIntent(ctx context.Context, n intent) {
	b := append(word(n.height), byte(n.kind), 0)
	if n.rotation {
		b[9] = 1
	}
	k.kv(ctx).Set(key(kindNext), b)
}

func (k Keeper) intent(ctx context.Context) (n intent, found bool, err error) {
	b := k.kv(ctx).Get(key(kindNext))
	switch {
	case b == nil:
		return n, false, nil
	case len(b) != 10:
		return n, false, fmt.Errorf("ceremony to start, %d bytes: %w", len(b), ErrState)
	}
	return intent{binary.BigEndian.Uint64(b), committeev1.CeremonyKind(b[8]), b[9] == 1}, true, nil
}

// start begins a ceremony with the next block. One that cannot begin is aborted at once.
func (k Keeper) start(ctx context.Context, n intent) error {
	k.kv(ctx).Delete(key(kindNext))
	c, err := k.draft(ctx, n)
	if err != nil {
		return err
	}
	active, err := k.ActiveEpoch(ctx)
	if err != nil {
		return err
	}
	if err := k.newest(ctx, kindCeremony, KeptCeremonies-1, func(id uint64) bool { return id == active.Ceremony }); err != nil {
		return err
	}
	p, err := DKGParams(c)
	if err == nil {
		err = p.Validate()
	}
	if err != nil {
		return k.abort(ctx, c, AbortParams)
	}
	return k.enter(ctx, c, committeev1.Phase_PHASE_COMMIT)
}

// draft is a ceremony among the validators of today. Its number is spent.
func (k Keeper) draft(ctx context.Context, n intent) (*committeev1.Ceremony, error) {
	active, err := k.ActiveEpoch(ctx)
	if err != nil {
		return nil, err
	}
	all, err := k.Validators(ctx)
	if err != nil {
		return nil, err
	}
	number, err := k.next(ctx, counterCeremony)
	if err != nil {
		return nil, err
	}
	fork, err := k.Fork(ctx)
	if err != nil {
		return nil, err
	}
	c := &committeev1.Ceremony{
		Number: number, Kind: n.kind, Started: height(ctx) + 1, OldEpoch: active.Number, NewEpoch: active.Number + 1, Rotation: n.rotation,
	}
	for i := range all {
		if v := &all[i]; inTarget(v) {
			c.Receivers = append(c.Receivers, committeev1.Receiver{Index: uint32(len(c.Receivers) + 1), ConsAddress: v.ConsAddress, DealingKey: v.DealingKey})
		}
	}
	c.Threshold = uint32(Threshold(len(c.Receivers)))
	if n.kind == committeev1.CeremonyKind_CEREMONY_KIND_RESHARE {
		for i := range active.Members {
			m := &active.Members[i]
			c.Dealers = append(c.Dealers, committeev1.Dealer{Index: m.Index, ConsAddress: m.ConsAddress, Public: m.PublicShare})
		}
		c.DealerThreshold, c.GroupKey = active.Threshold, active.GroupKey
	} else {
		for i := range c.Receivers {
			c.Dealers = append(c.Dealers, committeev1.Dealer{Index: c.Receivers[i].Index, ConsAddress: c.Receivers[i].ConsAddress})
		}
		c.DealerThreshold = c.Threshold
	}
	h := Context(k.BridgeID(), fork, c)
	c.Context = h[:]
	return c, nil
}

// inTarget: the validator belongs to the next epoch.
func inTarget(v *committeev1.Validator) bool {
	return v.Status == committeev1.Status_STATUS_JOINING || v.Status == committeev1.Status_STATUS_MEMBER
}

// enter moves a ceremony to a phase that begins with the next block and saves it.
func (k Keeper) enter(ctx context.Context, c *committeev1.Ceremony, p committeev1.Phase) error {
	params, err := k.Params(ctx)
	if err != nil {
		return err
	}
	blocks := map[committeev1.Phase]uint64{
		committeev1.Phase_PHASE_COMMIT: params.CommitBlocks, committeev1.Phase_PHASE_DEAL: params.DealBlocks,
		committeev1.Phase_PHASE_COMPLAIN: params.ComplainBlocks, committeev1.Phase_PHASE_READY: params.ReadyBlocks,
		committeev1.Phase_PHASE_TEST: params.TestBlocks,
	}[p]
	now := height(ctx)
	c.Phase, c.Since, c.Deadline = p, now+1, now+blocks
	if !InProgress(c) {
		c.Since, c.Deadline, c.Ended = now, 0, now
	}
	emit(ctx, "bridge_ceremony", "number", strconv.FormatUint(c.Number, 10), "phase", PhaseName(p), "reason", c.Aborted)
	return k.putCeremony(ctx, c)
}

// abort ends a ceremony without a result: the active epoch goes on. A birth is tried again.
func (k Keeper) abort(ctx context.Context, c *committeev1.Ceremony, reason string) error {
	kv := k.kv(ctx)
	if s, err := k.readySession(ctx); err != nil {
		return err
	} else if s != 0 {
		kv.Delete(key(kindPending, word(s)))
		kv.Delete(key(kindReadySession))
	}
	kv.Delete(key(kindReady))
	kv.Delete(key(kindRotation))
	c.Aborted = reason
	if err := k.enter(ctx, c, committeev1.Phase_PHASE_ABORTED); err != nil {
		return err
	}
	active, err := k.ActiveEpoch(ctx)
	if err != nil {
		return err
	}
	if active.Number == 0 {
		params, err := k.Params(ctx)
		if err != nil {
			return err
		}
		k.setIntent(ctx, intent{height: height(ctx) + params.RetryBlocks, kind: committeev1.CeremonyKind_CEREMONY_KIND_FRESH})
	}
	return k.dropDealings(ctx, active.Ceremony)
}

func (k Keeper) readySession(ctx context.Context) (uint64, error) {
	return k.number(ctx, key(kindReadySession))
}
