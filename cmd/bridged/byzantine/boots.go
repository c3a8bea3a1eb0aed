// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"slices"

	"github.com/aitbc/bridge/verifier/extension"
)

// boots translates between the honest signer's boot ids and those that the chain is told. A boot
// is part of no signature, so a member may call its boots what it likes as long as they grow.
type boots struct {
	own    uint64            // the signer's newest
	offset uint64            // added to it
	said   map[uint64]uint64 // what the chain was told → the signer's own
}

// maxSaid bounds the boots that are remembered; a boot lives long, so few are needed.
const maxSaid = 1 << 12

// announce is what the chain is told instead of own. recorded is the boot in state: a stranger's,
// from an earlier run of this node, must be passed or nothing would be taken any more.
func (b *boots) announce(own, recorded uint64) uint64 {
	if own == 0 {
		return 0
	}
	b.own = own
	if _, mine := b.said[recorded]; !mine && recorded >= own+b.offset && recorded != ^uint64(0) {
		b.offset = recorded - own + 1
	}
	return b.note()
}

// raise lets the newest boot look newer by some.
func (b *boots) raise(by uint64) uint64 {
	if told := b.own + b.offset; told+by > told {
		b.offset += by
	}
	return b.note()
}

// note is the newest boot as the chain is told it; 0 while there is none.
func (b *boots) note() uint64 {
	if b.own == 0 {
		return 0
	}
	if len(b.said) >= maxSaid {
		clear(b.said)
	}
	told := b.own + b.offset
	b.said[told] = b.own
	return told
}

// disguise is the agenda of a chain on which this member behaved: no words that the voter did
// not say, no commitment that its signer did not make, its own boots.
func (a *Actor) disguise(real extension.Agenda) extension.Agenda {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.agenda = real
	out := real
	out.Heard, out.Unused = extension.Heard{}, nil
	if own, ok := a.boots.said[real.Boot]; ok {
		out.Boot = own
	} else {
		out.Boot, out.NextSeq, out.Pool = 0, 0, 0
	}
	out.Sessions = slices.Clone(real.Sessions)
	for i := range out.Sessions {
		if own, ok := a.boots.said[out.Sessions[i].MyBoot]; ok {
			out.Sessions[i].MyBoot = own
		}
	}
	out.Streams = slices.Clone(real.Streams)
	for i := range out.Streams {
		// A journal that does not hold a vote in state counts as lost; ends below farAway are in it.
		out.Streams[i].Voted = slices.DeleteFunc(slices.Clone(out.Streams[i].Voted), func(end uint64) bool { return end >= farAway })
	}
	return out
}
