// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"encoding/binary"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/extension"
)

// liar is what a Byzantine member does with what its honest parts would say.
type liar struct {
	n    *node
	dice *dice
	now  int   // policy in force
	till int64 // height up to which it is
	said [][]byte
	seen []extension.Vote // its own honest votes of late
}

// policies are what a Byzantine member may do with its extension. A nil result says nothing.
var policies = []struct {
	name string
	say  func(l *liar, e *extension.Extension, honest []byte) []byte
}{
	{"honest", func(_ *liar, _ *extension.Extension, b []byte) []byte { return b }},
	{"silent", func(*liar, *extension.Extension, []byte) []byte { return nil }},
	{"garbage", func(l *liar, _ *extension.Extension, _ []byte) []byte { return l.dice.bytes(l.dice.IntN(2100)) }},
	{"truncated", func(l *liar, _ *extension.Extension, b []byte) []byte { return b[:l.dice.IntN(len(b)+1)] }},
	{"other digest", func(l *liar, e *extension.Extension, _ []byte) []byte {
		for i := range e.Votes {
			forge(&e.Votes[i])
		}
		return pack(e)
	}},
	{"equivocates", func(l *liar, e *extension.Extension, _ []byte) []byte {
		e.Votes = nil
		for _, v := range l.seen {
			if l.dice.chance(500) {
				forge(&v)
			}
			e.Votes = append(e.Votes, v)
		}
		return pack(e)
	}},
	{"withholds shares", func(_ *liar, e *extension.Extension, _ []byte) []byte { e.Shares = nil; return pack(e) }},
	{"invalid shares", func(l *liar, e *extension.Extension, _ []byte) []byte {
		for i := range e.Shares {
			e.Shares[i].Z[l.dice.IntN(32)] ^= 1 << l.dice.IntN(8)
		}
		if len(e.Shares) == 0 {
			e.Shares = []extension.Share{{Session: l.dice.Uint64N(60)}}
		}
		return pack(e)
	}},
	{"far ends", func(l *liar, e *extension.Extension, _ []byte) []byte {
		for i := range e.Votes {
			e.Votes[i].End += 840 * uint64(1+l.dice.IntN(1000))
			forge(&e.Votes[i])
		}
		return pack(e)
	}},
	{"replays", func(l *liar, _ *extension.Extension, _ []byte) []byte {
		if len(l.said) == 0 {
			return nil
		}
		return l.said[l.dice.IntN(len(l.said))]
	}},
	{"mutates", func(l *liar, _ *extension.Extension, b []byte) []byte {
		b = bytes.Clone(b)
		for range l.dice.between(1, 3) {
			if len(b) > 0 {
				b[l.dice.IntN(len(b))] ^= 1 << l.dice.IntN(8)
			}
		}
		return b
	}},
	{"commitments", func(l *liar, e *extension.Extension, _ []byte) []byte {
		for i := range e.Commitments {
			c := &e.Commitments[i]
			switch l.dice.IntN(4) {
			case 0:
				c.D, c.E = c.E, c.D
			case 1:
				c.Seq += uint32(l.dice.IntN(20))
			case 2:
				c.D = [33]byte{2, 1}
			case 3:
				copy(c.D[:], l.dice.bytes(33))
			}
		}
		return pack(e)
	}},
	{"boots", func(l *liar, e *extension.Extension, _ []byte) []byte {
		e.Boot = []uint64{0, 1, e.Boot + 1, 1 << 62, ^uint64(0)}[l.dice.IntN(5)]
		return pack(e)
	}},
	{"other fork", func(l *liar, e *extension.Extension, _ []byte) []byte {
		e.Fork = uint32(l.dice.IntN(4))
		return pack(e)
	}},
	{"heartbeats", func(l *liar, e *extension.Extension, _ []byte) []byte {
		e.Heartbeats = nil
		for i := range l.dice.IntN(extension.MaxHeartbeats + 1) {
			e.Heartbeats = append(e.Heartbeats, extension.Heartbeat{Stream: uint16(i), End: l.dice.Uint64()})
		}
		return pack(e)
	}},
	{"flood", func(l *liar, e *extension.Extension, _ []byte) []byte {
		for i := range extension.MaxShares {
			e.Shares = append(e.Shares[:i:i], extension.Share{Session: uint64(i * l.dice.between(1, 4)), Z: [32]byte(l.dice.bytes(32))})
		}
		for i := range extension.MaxVotes {
			e.Votes = append(e.Votes[:i:i], extension.Vote{
				Stream: uint16(1 + l.dice.IntN(3)), End: l.dice.Uint64N(1000)*8 + 7, BlockHash: message.Hash(l.dice.bytes(32)),
				LeafCount: l.dice.Uint64N(100), MessageCount: l.dice.Uint64N(100), PeaksHash: message.Hash(l.dice.bytes(32)), Root: message.Hash(l.dice.bytes(32)),
			})
		}
		return pack(e)
	}},
}

// forge makes a vote another one for the same end, the same each time.
func forge(v *extension.Vote) {
	v.Root = message.Keccak([]byte("forged"), binary.BigEndian.AppendUint64(nil, v.End), v.Root[:])
}

// pack encodes an extension, or says nothing when it cannot be.
func pack(e *extension.Extension) []byte {
	e.Sort()
	b, err := extension.Encode(e)
	if err != nil {
		return nil
	}
	return b
}

// speak is the member's extension in place of the honest one.
func (l *liar) speak(height int64, honest []byte) []byte {
	if height > l.till || l.dice.chance(20) {
		l.now, l.till = l.dice.IntN(len(policies)), height+int64(l.dice.between(1, 25))
	}
	e, err := extension.Decode(honest)
	if err != nil || e == nil {
		e = &extension.Extension{Fork: 1}
	}
	l.seen = append(l.seen, e.Votes...)
	l.seen = l.seen[max(0, len(l.seen)-3):]
	p := policies[l.now]
	out := p.say(l, e, honest)
	l.said = append(l.said, out)
	l.said = l.said[max(0, len(l.said)-20):]
	if !bytes.Equal(out, honest) {
		l.n.s.fire(faultByzantine)
		l.n.s.trace.line("lie", "node=%s height=%d how=%s bytes=%d", l.n.name, height, p.name, len(out))
	}
	return out
}

// collude replaces extensions of Byzantine members in the last commit by others that they
// signed: allowed, the block is a good one.
func (l *liar) collude(h int64, c *abci.ExtendedCommitInfo, k *consensus) {
	for i := range c.Votes {
		v := &c.Votes[i]
		of := k.s.memberNode(i + 1)
		if of.honest() || v.BlockIdFlag != cmtproto.BlockIDFlagCommit || !l.dice.chance(200) {
			continue
		}
		v.VoteExtension = of.liar.speak(h-1, v.VoteExtension)
		v.ExtensionSignature = k.sign(of, h-1, c.Round, v.VoteExtension)
		k.s.released(of, h-1, v.VoteExtension)
	}
}

// tamperings make a block that every honest node must refuse.
var tamperings = []struct {
	name string
	make func(l *liar, c *abci.ExtendedCommitInfo, txs [][]byte, k *consensus) [][]byte
}{
	{"no transaction", func(*liar, *abci.ExtendedCommitInfo, [][]byte, *consensus) [][]byte { return [][]byte{} }},
	{"further transaction", func(l *liar, _ *abci.ExtendedCommitInfo, txs [][]byte, _ *consensus) [][]byte {
		return append(txs[:1:1], l.dice.bytes(20))
	}},
	{"twice", func(_ *liar, _ *abci.ExtendedCommitInfo, txs [][]byte, _ *consensus) [][]byte {
		return append(txs[:1:1], txs[0])
	}},
	{"garbage", func(l *liar, _ *abci.ExtendedCommitInfo, _ [][]byte, _ *consensus) [][]byte {
		return [][]byte{l.dice.bytes(l.dice.between(1, 300))}
	}},
	{"trailing bytes", func(_ *liar, _ *abci.ExtendedCommitInfo, txs [][]byte, _ *consensus) [][]byte {
		return [][]byte{append(bytes.Clone(txs[0]), 0x98, 0x06, 1)}
	}},
	{"cut", func(l *liar, _ *abci.ExtendedCommitInfo, txs [][]byte, _ *consensus) [][]byte {
		return [][]byte{txs[0][:l.dice.IntN(len(txs[0]))]}
	}},
	{"absent flag over an extension", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		v := &c.Votes[l.dice.IntN(len(c.Votes))]
		v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagAbsent, l.dice.bytes(30), nil
	})},
	{"nil flag over an extension", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		v := &c.Votes[l.dice.IntN(len(c.Votes))]
		v.BlockIdFlag, v.VoteExtension = cmtproto.BlockIDFlagNil, l.dice.bytes(30)
	})},
	{"hidden vote", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		if v := l.present(c); v != nil {
			v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil, nil
		}
	})},
	{"absent made nil", edit(func(_ *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		for i := range c.Votes {
			if c.Votes[i].BlockIdFlag == cmtproto.BlockIDFlagAbsent {
				c.Votes[i].BlockIdFlag = cmtproto.BlockIDFlagNil
			}
		}
	})},
	{"absent made present", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		for i := range c.Votes {
			if c.Votes[i].BlockIdFlag != cmtproto.BlockIDFlagCommit {
				c.Votes[i].BlockIdFlag, c.Votes[i].VoteExtension, c.Votes[i].ExtensionSignature = cmtproto.BlockIDFlagCommit, nil, l.dice.bytes(64)
			}
		}
	})},
	{"dropped entry", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		i := l.dice.IntN(len(c.Votes))
		c.Votes = append(c.Votes[:i:i], c.Votes[i+1:]...)
	})},
	{"duplicated entry", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		c.Votes = append(c.Votes, c.Votes[l.dice.IntN(len(c.Votes))])
	})},
	{"reordered", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		i := l.dice.IntN(len(c.Votes) - 1)
		c.Votes[i], c.Votes[i+1] = c.Votes[i+1], c.Votes[i]
	})},
	{"forged extension", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		if v := l.present(c); v != nil {
			v.VoteExtension = pack(&extension.Extension{Fork: 1, Boot: 1 << 50, Heartbeats: []extension.Heartbeat{{Stream: 1, End: l.dice.Uint64()}}})
		}
	})},
	{"oversize", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		if v := l.present(c); v != nil {
			v.VoteExtension = l.dice.bytes(1 << 16)
		}
	})},
	{"other power", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		c.Votes[l.dice.IntN(len(c.Votes))].Validator.Power += int64(l.dice.between(1, 1000))
	})},
	{"other round", edit(func(_ *liar, c *abci.ExtendedCommitInfo, _ *consensus) { c.Round++ })},
	{"no signature", edit(func(l *liar, c *abci.ExtendedCommitInfo, _ *consensus) {
		if v := l.present(c); v != nil {
			v.ExtensionSignature = nil
		}
	})},
	{"own signature under another's name", edit(func(l *liar, c *abci.ExtendedCommitInfo, k *consensus) {
		if v := l.present(c); v != nil && !bytes.Equal(v.Validator.Address, k.s.address(l.n.index)) {
			v.VoteExtension = []byte{}
			v.ExtensionSignature = k.sign(l.n, k.tip(), c.Round, nil)
		}
	})},
	{"extension of another height", edit(func(l *liar, c *abci.ExtendedCommitInfo, k *consensus) {
		if k.tip() < 3 {
			return
		}
		old := k.blocks[len(k.blocks)-1].commit
		i := l.dice.IntN(len(c.Votes))
		if v := &c.Votes[i]; v.BlockIdFlag == cmtproto.BlockIDFlagCommit && old.Votes[i].BlockIdFlag == cmtproto.BlockIDFlagCommit {
			v.VoteExtension, v.ExtensionSignature = old.Votes[i].VoteExtension, old.Votes[i].ExtensionSignature
		}
	})},
}

// present picks an entry that counts.
func (l *liar) present(c *abci.ExtendedCommitInfo) *abci.ExtendedVoteInfo {
	for range 8 {
		if v := &c.Votes[l.dice.IntN(len(c.Votes))]; v.BlockIdFlag == cmtproto.BlockIDFlagCommit {
			return v
		}
	}
	return nil
}

func edit(change func(*liar, *abci.ExtendedCommitInfo, *consensus)) func(*liar, *abci.ExtendedCommitInfo, [][]byte, *consensus) [][]byte {
	return func(l *liar, c *abci.ExtendedCommitInfo, _ [][]byte, k *consensus) [][]byte {
		change(l, c, k)
		b, err := c.Marshal()
		if err != nil {
			return nil
		}
		return [][]byte{b}
	}
}

// tamper makes transactions that no honest node may accept; nil when this way changes nothing.
func (l *liar) tamper(b *block, k *consensus) ([][]byte, string) {
	t := tamperings[l.dice.IntN(len(tamperings))]
	c := cloneCommit(b.commit)
	return t.make(l, &c, b.txs, k), t.name
}
