// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"bytes"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
	committeev1 "github.com/aitbc/bridge/verifier/api/committee/v1"
)

// address is a consensus address: who a member is, across key epochs.
type address [20]byte

// epoch is one committee, checked. number 0: there is none.
type epoch struct {
	number    uint64
	fork      uint32
	threshold int
	key       schnorr.PublicKey
	members   []member // members[i].index = i+1
}

type member struct {
	index  uint16 // in its epoch
	seat   int    // in the roll
	addr   address
	public frost.Point
}

// faults is f: how many members may fail while the rest still reaches the threshold.
func (e *epoch) faults() int { return len(e.members) - e.threshold }

func (e *epoch) member(index uint16) (member, bool) {
	if index == 0 || int(index) > len(e.members) {
		return member{}, false
	}
	return e.members[index-1], true
}

func (e *epoch) find(a []byte) (member, bool) {
	for _, m := range e.members {
		if string(m.addr[:]) == string(a) {
			return m, true
		}
	}
	return member{}, false
}

// roll is everybody who signs: the members of the active epoch, and those of the one that a
// finished ceremony made and that signs before it is active. Who is in both is one person,
// by consensus address: one seat, one nonce mark, one pool.
type roll struct {
	ep    epoch // the active one; number 0: there is no key yet
	ready epoch // number 0: none
	seats []address
}

// of is the epoch with that number; nil for any but the active and the ready one.
func (r *roll) of(number uint64) *epoch {
	switch number {
	case 0:
		return nil
	case r.ep.number:
		return &r.ep
	case r.ready.number:
		return &r.ready
	}
	return nil
}

func (r *roll) seat(a []byte) (int, bool) {
	return slices.BinarySearchFunc(r.seats, a, func(x address, a []byte) int { return bytes.Compare(x[:], a) })
}

// fill gives every member its seat.
func (r *roll) fill() {
	for _, e := range []*epoch{&r.ep, &r.ready} {
		for i := range e.members {
			r.seats = append(r.seats, e.members[i].addr)
		}
	}
	slices.SortFunc(r.seats, func(a, b address) int { return bytes.Compare(a[:], b[:]) })
	r.seats = slices.Compact(r.seats)
	for _, e := range []*epoch{&r.ep, &r.ready} {
		for i := range e.members {
			e.members[i].seat, _ = r.seat(e.members[i].addr[:])
		}
	}
}

func (k Keeper) roll(ctx sdk.Context) (r roll, err error) {
	fork, err := k.committee.Fork(ctx)
	if err != nil {
		return r, fmt.Errorf("read fork: %w", err)
	}
	active, err := k.committee.ActiveEpoch(ctx)
	if err != nil {
		return r, fmt.Errorf("read active epoch: %w", err)
	}
	ready, err := k.committee.ReadyEpoch(ctx)
	if err != nil {
		return r, fmt.Errorf("read ready epoch: %w", err)
	}
	if ready.Number != 0 && ready.Number != active.Number+1 {
		return r, fmt.Errorf("ready epoch %d beside the active one %d: %w", ready.Number, active.Number, message.ErrRange)
	}
	if r.ep, err = checked(&active, fork); err != nil {
		return r, err
	}
	if r.ready, err = checked(&ready, fork); err != nil {
		return r, err
	}
	r.fill()
	return r, nil
}

// checked is the epoch p.
func checked(p *committeev1.Epoch, fork uint32) (epoch, error) {
	out := epoch{fork: fork}
	if p.Number == 0 {
		return out, nil
	}
	n, t := len(p.Members), int(p.Threshold)
	if n == 0 || n > frost.MaxMembers || t < 1 || t > n || 2*t <= n || len(p.GroupKey) != 32 {
		return epoch{}, fmt.Errorf("key epoch %d: %d members, threshold %d, key of %d bytes: %w", p.Number, n, t, len(p.GroupKey), message.ErrRange)
	}
	out.number, out.threshold, out.key = p.Number, t, schnorr.PublicKey(p.GroupKey)
	out.members = make([]member, n)
	for i := range p.Members {
		m := &p.Members[i]
		if int(m.Index) != i+1 || len(m.ConsAddress) != len(address{}) || len(m.PublicShare) != len(frost.Point{}) {
			return epoch{}, fmt.Errorf("key epoch %d, member %d: index %d, address of %d bytes, share of %d: %w",
				p.Number, i+1, m.Index, len(m.ConsAddress), len(m.PublicShare), message.ErrRange)
		}
		out.members[i] = member{index: uint16(m.Index), addr: address(m.ConsAddress), public: frost.Point(m.PublicShare)}
	}
	return out, nil
}
