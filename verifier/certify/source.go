// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"context"
	"errors"
	"fmt"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	lanesv1 "github.com/aitbc/bridge/verifier/api/lanes/v1"
	"github.com/aitbc/bridge/verifier/extension"
)

// source is a stream as lanes registered it.
type source struct {
	index   uint16
	stream  message.Stream
	stride  uint64
	start   uint64
	closed  uint64          // height; 0: open
	follows uint32          // the stream of the epoch before; 0: none
	base    *extension.Vote // certified under an earlier epoch; nil: the empty tree
	// Of streams below final: how many messages a checkpoint may hold, the generation, the height at which it was stopped
	// (0: it runs), and the highest end that the generations before have certified.
	maxAhead   uint64
	generation uint32
	stopped    uint64
	floor      uint64
}

// sources are all streams, closed ones too, by index.
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
		src := source{
			index: uint16(p.Index), stride: p.Stride, start: p.StartBlock, closed: p.ClosedAt, follows: p.Follows,
			maxAhead: uint64(p.MaxAhead), generation: p.Generation, stopped: p.StoppedAt, floor: p.FloorEnd,
			stream: message.Stream{
				Chain: message.ChainID(p.Chain), Manager: message.Address(p.Manager),
				Finality: message.Finality(p.Finality), Epoch: p.Epoch,
			},
		}
		if b := p.Base; b != nil {
			if len(b.BlockHash) != len(message.Hash{}) || len(b.PeaksHash) != len(message.Hash{}) || len(b.Root) != len(message.Hash{}) {
				return nil, fmt.Errorf("stream %d: base: %w", p.Index, message.ErrRange)
			}
			src.base = &extension.Vote{
				Stream: src.index, End: b.End, BlockHash: message.Hash(b.BlockHash), MessageCount: b.MessageCount, LeafCount: b.LeafCount,
				PeaksHash: message.Hash(b.PeaksHash), Root: message.Hash(b.Root),
			}
		}
		out = append(out, src)
	}
	slices.SortFunc(out, func(a, b source) int { return int(a.index) - int(b.index) })
	return out, nil
}

// openSources are those that votes are taken for: neither closed nor stopped.
func (k Keeper) openSources(ctx sdk.Context) ([]source, error) {
	all, err := k.sources(ctx)
	return slices.DeleteFunc(all, func(s source) bool { return s.closed != 0 || s.stopped != 0 }), err
}

func findSource(list []source, index uint16) (source, bool) {
	i, ok := slices.BinarySearchFunc(list, index, func(a source, x uint16) int { return int(a.index) - int(x) })
	if !ok {
		return source{}, false
	}
	return list[i], true
}

// admits reports whether v can follow last, the newest certified checkpoint (nil: none yet). The first one
// of an epoch with a base is the base's window with the base's own tree, or one that grows it. The hash of its
// block may be another than when it was certified: a tree that stayed the same is the same. What a generation below final
// has certified before it was contradicted is never certified again, whatever became of the certificates.
// INVARIANT: I-04.
func (src *source) admits(last *certificate, v *extension.Vote) bool {
	b := src.base
	switch {
	case src.floor != 0 && v.End <= src.floor:
		return false
	case last != nil:
		return src.grows(&last.Ballot.Vote, v)
	case b == nil:
		return true
	case v.End == b.End:
		return v.MessageCount == b.MessageCount && v.LeafCount == b.LeafCount && v.PeaksHash == b.PeaksHash && v.Root == b.Root
	}
	return grows(b, v)
}

// ErrNoBase: no kept certificate of the stream, or of the epochs that it goes back to, ends there.
var ErrNoBase = message.NewError(message.Reject, "no certificate to go on from")

// Base is the certified checkpoint of a stream at an end block, as the next source epoch may start from.
// What the stream itself started from belongs to it: at or below its base the certificates of the epochs before
// are looked at too, so that a second change which goes deeper can be resumed from them. Above its base
// theirs are of a history that the chain has left.
//
// Errors: ErrNoBase, message.ErrUnknownLane; ErrRecord.
func (k Keeper) Base(c context.Context, stream uint32, end uint64) (*lanesv1.Base, error) {
	ctx := sdk.UnwrapSDKContext(c)
	all, err := k.sources(ctx)
	if err != nil {
		return nil, err
	}
	for at := stream; at != 0 && at <= 0xffff; {
		src, ok := findSource(all, uint16(at))
		if !ok {
			return nil, fmt.Errorf("stream %d: %w", at, message.ErrUnknownLane)
		}
		var cert certificate
		known, err := k.state(ctx).get(keyCertificate(src.index, end), &cert)
		if err != nil {
			return nil, err
		}
		if known {
			b := &cert.Ballot
			return &lanesv1.Base{
				End: b.End, BlockHash: b.BlockHash[:], MessageCount: b.MessageCount, LeafCount: b.LeafCount, PeaksHash: b.PeaksHash[:], Root: b.Root[:],
			}, nil
		}
		if src.base == nil || end > src.base.End || src.follows >= at {
			break
		}
		at = src.follows
	}
	return nil, fmt.Errorf("stream %d, block %d: %w", stream, end, ErrNoBase)
}

// CloseStream forgets what members said for a stream that lanes has closed or stopped: votes, heartbeats, target and what is in
// signing. Its open sessions are void from now on, also when the stream runs again before the next block, and end with that
// block, before anybody owes them anything. Nobody is benched or blamed for it: certificates, conduct and evidence stay as
// they are.
func (k Keeper) CloseStream(c context.Context, index uint32) error {
	if index > 0xffff {
		return fmt.Errorf("stream %d: %w", index, message.ErrUnknownLane)
	}
	stream, st := uint16(index), k.state(sdk.UnwrapSDKContext(c))
	gone := [][]byte{keyStream(prefixTarget, stream), keyStream(prefixSigning, stream)}
	open, err := st.sessions()
	errs := []error{err}
	for _, q := range open {
		if q.of(stream) {
			q.Epoch = 0
			st.set(keySession(q.Number), q)
		}
	}
	for _, prefix := range []byte{prefixBallots, prefixHeartbeat} {
		errs = append(errs, st.each(keyStream(prefix, stream), nil, func(key, _ []byte) (bool, error) {
			gone = append(gone, append([]byte(nil), key...))
			return true, nil
		}))
	}
	for _, key := range gone {
		st.kv.Delete(key)
	}
	return errors.Join(errs...)
}

// dropVoid ends the sessions of streams that were closed or stopped. Their shares were heard before, so an extension that is
// full of them counts as full.
func (s *step) dropVoid() error {
	for _, q := range s.open {
		q.gone = q.gone || q.Epoch == 0
	}
	return nil
}
