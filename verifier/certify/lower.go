// SPDX-License-Identifier: Apache-2.0

package certify

import (
	"context"
	"slices"

	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/merkle"
	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// lower reports whether the stream is below final: it has no tree of its own, its checkpoints extend the certified
// final one (docs/spec/tree.md, "Streams of lower finality").
func (src *source) lower() bool { return src.stream.Finality != message.Final }

// grows reports whether v can follow the certified vote c of the stream. Below final the peaks are those of the final
// tree: they stay the same until that one grows. INVARIANT: I-04.
func (src *source) grows(c, v *extension.Vote) bool {
	if src.lower() {
		return v.End > c.End && v.MessageCount > c.MessageCount && v.Root != c.Root
	}
	return grows(c, v)
}

// based reports whether a vote below final extends the newest certified tree of its source by 1 to max_ahead messages;
// with no certificate of the epoch, the empty tree, unless the epoch starts from a base: then nothing, before that is certified.
func (s *step) based(src source, v *extension.Vote) (bool, error) {
	i := slices.IndexFunc(s.sources, func(f source) bool {
		return !f.lower() && f.stream.Chain == src.stream.Chain && f.stream.Manager == src.stream.Manager && f.stream.Epoch == src.stream.Epoch
	})
	if i < 0 {
		return false, nil
	}
	last, err := s.st.last(s.sources[i].index)
	if err != nil {
		return false, err
	}
	base := extension.Vote{PeaksHash: merkle.Range{}.PeaksHash()}
	switch {
	case last != nil:
		base = last.Ballot.Vote
		if v.End <= base.End || v.Root == base.Root {
			return false, nil
		}
	case s.sources[i].base != nil:
		return false, nil
	}
	n := v.MessageCount - base.MessageCount // wraps around to more than any bound when it is fewer
	return v.PeaksHash == base.PeaksHash && n >= 1 && n <= src.maxAhead && v.LeafCount-base.LeafCount == n, nil
}

// takeLower records a vote below final. What a member says of blocks that may change is right when it is said: a vote
// takes back its earlier ones at or above the same end, and nothing is evidence.
func (s *step) takeLower(m member, src source, v extension.Vote, body message.Hash) error {
	ok, err := s.based(src, &v)
	if err != nil || !ok {
		return err
	}
	key := keyStreamMember(prefixBallots, v.Stream, m.addr)
	var list ballots
	if _, err := s.st.get(key, &list); err != nil {
		return err
	}
	if n := len(list); n > 0 && list[n-1].Body == body {
		return nil
	}
	list = slices.DeleteFunc(list, func(b ballot) bool { return b.End >= v.End })
	if len(list) >= MaxVotes {
		list = list[1:]
	}
	list = append(list, ballot{Vote: v, Body: body, Height: s.h})
	s.st.set(key, &list)
	return nil
}

// Certified reports whether a checkpoint of the stream with that end is certified and kept, and the highest end of all that are.
func (k Keeper) Certified(c context.Context, stream uint32, end uint64) (newest uint64, ok bool, err error) {
	if stream > 0xffff {
		return 0, false, nil
	}
	st := k.state(sdk.UnwrapSDKContext(c))
	var cert certificate
	if ok, err = st.get(keyCertificate(uint16(stream), end), &cert); err != nil || !ok {
		return 0, false, err
	}
	last, err := st.last(uint16(stream))
	if err != nil || last == nil {
		return 0, false, err
	}
	return last.Ballot.End, true, nil
}

// DropCertificates forgets the certificates of a stream below final that was contradicted: the next generation counts its messages
// from the final tree again. Their ends are not certified a second time, the stream's floor is above them. Targets take their
// signatures all the same.
func (k Keeper) DropCertificates(c context.Context, index uint32) error {
	stream, st := uint16(index), k.state(sdk.UnwrapSDKContext(c))
	gone := [][]byte{keyStream(prefixNewest, stream)}
	err := st.each(keyStream(prefixCertificate, stream), nil, func(key, _ []byte) (bool, error) {
		gone = append(gone, append([]byte(nil), key...))
		return true, nil
	})
	for _, key := range gone {
		st.kv.Delete(key)
	}
	return err
}
