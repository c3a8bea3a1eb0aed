// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/keys/frost"
	"github.com/aitbc/bridge/keys/schnorr"
)

// address is a consensus address: who a member is, across key epochs.
type address [20]byte

// epoch is the active committee, checked. number 0: there is none.
type epoch struct {
	number    uint64
	fork      uint32
	threshold int
	key       schnorr.PublicKey
	members   []member // members[i].index = i+1
}

type member struct {
	index  uint16
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

func (k Keeper) epoch(ctx sdk.Context) (epoch, error) {
	fork, err := k.committee.Fork(ctx)
	if err != nil {
		return epoch{}, fmt.Errorf("read fork: %w", err)
	}
	p, err := k.committee.ActiveEpoch(ctx)
	if err != nil {
		return epoch{}, fmt.Errorf("read active epoch: %w", err)
	}
	out := epoch{fork: fork}
	if p.Number == 0 {
		return out, nil
	}
	n, t := len(p.Members), int(p.Threshold)
	if n == 0 || n > 1000 || t < 1 || t > n || 2*t <= n || len(p.GroupKey) != 32 {
		return epoch{}, fmt.Errorf("key epoch %d: %d members, threshold %d, key of %d bytes: %w", p.Number, n, t, len(p.GroupKey), message.ErrRange)
	}
	out.number, out.threshold, out.key = p.Number, t, schnorr.PublicKey(p.GroupKey)
	out.members = make([]member, n)
	for i, m := range p.Members {
		if int(m.Index) != i+1 || len(m.ConsAddress) != len(address{}) || len(m.PublicShare) != len(frost.Point{}) {
			return epoch{}, fmt.Errorf("key epoch %d, member %d: index %d, address of %d bytes, share of %d: %w",
				p.Number, i+1, m.Index, len(m.ConsAddress), len(m.PublicShare), message.ErrRange)
		}
		out.members[i] = member{index: uint16(m.Index), addr: address(m.ConsAddress), public: frost.Point(m.PublicShare)}
	}
	return out, nil
}

// source is a stream as lanes registered it.
type source struct {
	index  uint16
	stream message.Stream
	stride uint64
	start  uint64
}

func (k Keeper) sources(ctx sdk.Context) ([]source, error) {
	list, err := k.lanes.Streams(ctx)
	if err != nil {
		return nil, fmt.Errorf("read streams: %w", err)
	}
	out := make([]source, 0, len(list))
	for i := range list {
		p := &list[i]
		if p.Index > 0xffff || len(p.Manager) != len(message.Address{}) || p.Stride == 0 || p.Finality > 0xff {
			return nil, fmt.Errorf("stream %d: %w", p.Index, message.ErrRange)
		}
		out = append(out, source{
			index: uint16(p.Index), stride: p.Stride, start: p.StartBlock,
			stream: message.Stream{
				Chain: message.ChainID(p.Chain), Manager: message.Address(p.Manager),
				Finality: message.Finality(p.Finality), Epoch: p.Epoch,
			},
		})
	}
	slices.SortFunc(out, func(a, b source) int { return int(a.index) - int(b.index) })
	return out, nil
}
