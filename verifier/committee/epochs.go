// SPDX-License-Identifier: Apache-2.0

package committee

import (
	"context"
	"fmt"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// ActiveEpoch is the committee that signs; number 0: there is no key yet. Errors: ErrState.
func (k Keeper) ActiveEpoch(ctx context.Context) (e committeev1.Epoch, err error) {
	found, err := k.load(ctx, key(kindActive), &e)
	if err == nil && !found {
		err = fmt.Errorf("no epoch: %w", ErrState)
	}
	return e, err
}

// ReadyEpoch is the one that a ceremony has made and that is not active; number 0: none. It
// is there from PHASE_READY on, when its public shares are known, until it is active or its
// ceremony is aborted.
func (k Keeper) ReadyEpoch(ctx context.Context) (e committeev1.Epoch, err error) {
	_, err = k.load(ctx, key(kindReady), &e)
	return e, err
}

// LastEpoch is the one that was active before the active one; number 0: none, or forgotten
// by an export.
func (k Keeper) LastEpoch(ctx context.Context) (e committeev1.Epoch, err error) {
	_, err = k.load(ctx, key(kindLast), &e)
	return e, err
}

// GroupOf is the public side of an epoch. It does not check that the shares belong together.
func GroupOf(e *committeev1.Epoch) (frost.Group, error) {
	if len(e.GroupKey) != 32 {
		return frost.Group{}, fmt.Errorf("group key of %d bytes: %w", len(e.GroupKey), message.ErrBadEncoding)
	}
	g := frost.Group{Key: schnorr.PublicKey(e.GroupKey), Threshold: int(e.Threshold)}
	for i := range e.Members {
		if len(e.Members[i].PublicShare) != 33 {
			return frost.Group{}, fmt.Errorf("public share of member %d: %w", i+1, message.ErrBadEncoding)
		}
		g.Public = append(g.Public, frost.Point(e.Members[i].PublicShare))
	}
	return g, nil
}

// MemberSetHash binds a ready statement to the members of an epoch: keccak256 of words: the
// tag "members", key epoch, key version, threshold, group key, number of members, and for each
// member by index its consensus address and its public share (one word for the first byte, one
// for x).
func MemberSetHash(e *committeev1.Epoch) message.Hash {
	w := new(message.Words).Hash(message.Tag("members")).Uint(e.Number).Uint(e.KeyVersion).Uint(uint64(e.Threshold)).
		Hash([32]byte(e.GroupKey)).Uint(uint64(len(e.Members)))
	for i := range e.Members {
		point(address(w, e.Members[i].ConsAddress), e.Members[i].PublicShare)
	}
	return w.Sum()
}

// address appends 20 bytes as one word.
func address(w *message.Words, a []byte) *message.Words { return w.Address(message.Address(a)) }

// point appends a compressed point as two words; two zero words for none.
func point(w *message.Words, p []byte) *message.Words {
	if len(p) != 33 {
		return w.Uint(0).Uint(0)
	}
	return w.Uint(uint64(p[0])).Hash([32]byte(p[1:]))
}

func operatorText(op []byte) string {
	if len(op) != 20 {
		return ""
	}
	return message.Address(op).String()
}
