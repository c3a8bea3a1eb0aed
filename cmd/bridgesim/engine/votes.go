// SPDX-License-Identifier: Apache-2.0

//go:build devnet

package engine

import (
	"bytes"
	"context"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"

	"github.com/aitbc/bridge/cmd/bridgesim/audit"
)

// extend is ExtendVote of one node, and what its member makes of it.
func (c *consensus) extend(n *node, b *block, v *vote) bool {
	var ext []byte
	alive := n.guard(func() {
		r, err := n.proc.app.ExtendVote(context.Background(), &abci.RequestExtendVote{
			Height: b.height, Hash: b.hash, Time: b.time, Txs: b.txs, ProposedLastCommit: b.last, ProposerAddress: c.s.address(b.proposer),
		})
		if err != nil {
			c.s.fail("coherence", "%s cannot extend its vote of height %d: %v", n.name, b.height, err)
			return
		}
		ext = r.VoteExtension
	})
	if !alive {
		return false
	}
	if !n.honest() {
		ext = n.liar.speak(b.height, ext)
	}
	v.cast, v.ext, v.sig = true, ext, c.sign(n, b.height, b.round, ext)
	c.s.released(n, b.height, ext)
	return true
}

func (c *consensus) sign(n *node, height int64, round int32, ext []byte) []byte {
	sig, err := n.key.Sign(cmttypes.VoteExtensionSignBytes(c.s.chainID, &cmtproto.Vote{Height: height, Round: round, Extension: ext}))
	if err != nil {
		c.s.fail("setup", "sign: %v", err)
	}
	return sig
}

// verified runs VerifyVoteExtension of all others; one honest refusal is enough.
func (c *consensus) verified(from *node, b *block, v *vote, present []*node) bool {
	ok := true
	for _, n := range present {
		if n.member == from.member || !n.honest() || !n.up() {
			continue
		}
		n.guard(func() {
			r, err := n.proc.app.VerifyVoteExtension(&abci.RequestVerifyVoteExtension{
				Hash: b.hash, Height: b.height, ValidatorAddress: c.s.address(from.index), VoteExtension: v.ext,
			})
			if err != nil {
				c.s.fail("coherence", "%s fails to verify an extension of height %d: %v", n.name, b.height, err)
				return
			}
			if r.Status != abci.ResponseVerifyVoteExtension_ACCEPT {
				ok = false
				c.s.judge(c.s.audit.Rejected(audit.Rejection{Height: uint64(b.height), From: from.member, By: n.member, Bytes: v.ext}))
				if from.honest() {
					c.s.fail("coherence", "%s refuses the extension of %s at height %d", n.name, from.name, b.height)
				}
			}
		})
	}
	return ok
}

// lastCommit is what the proposer of height h heard of the votes for h-1: any set of them that
// is more than two thirds.
func (c *consensus) lastCommit(h int64, by *node) (out abci.ExtendedCommitInfo) {
	if h == 1 {
		return out
	}
	out.Round = c.round
	cast := 0
	keep := make([]bool, len(c.votes))
	for i := range c.votes {
		v := &c.votes[i]
		keep[i] = v.cast && (!v.late || !by.honest() || c.dice.chance(700))
		if keep[i] {
			cast++
		}
	}
	for i := range c.votes { // late ones count as well once they are there
		if c.votes[i].cast && !keep[i] && !c.quorum(cast) {
			keep[i] = true
			cast++
		}
	}
	drop := func(i int, fault string) {
		if keep[i] && c.quorum(cast-1) {
			keep[i] = false
			cast--
			c.s.fire(fault)
		}
	}
	if c.s.struck(faultDropVotes, 300) || c.s.plan.has(faultDropVotes) && c.s.phase > calm && !by.honest() && c.dice.chance(500) {
		for _, i := range c.s.plan.favourite {
			drop(i, faultDropVotes)
		}
		if c.dice.chance(300) {
			drop(c.dice.IntN(len(c.votes)), faultDropVotes)
		}
	}
	for i := range c.votes {
		v := &c.votes[i]
		e := abci.ExtendedVoteInfo{Validator: abci.Validator{Address: c.s.memberAddress(i + 1), Power: power}, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
		switch {
		case keep[i]:
			e.BlockIdFlag, e.VoteExtension, e.ExtensionSignature = cmtproto.BlockIDFlagCommit, v.ext, v.sig
		case v.nil_:
			e.BlockIdFlag = cmtproto.BlockIDFlagNil
		}
		out.Votes = append(out.Votes, e)
	}
	if !by.honest() {
		by.liar.collude(h, &out, c)
	}
	return out
}

func plainCommit(c abci.ExtendedCommitInfo) abci.CommitInfo {
	out := abci.CommitInfo{Round: c.Round}
	for _, v := range c.Votes {
		out.Votes = append(out.Votes, abci.VoteInfo{Validator: v.Validator, BlockIdFlag: v.BlockIdFlag})
	}
	return out
}

func cloneCommit(c abci.ExtendedCommitInfo) abci.ExtendedCommitInfo {
	c.Votes = append([]abci.ExtendedVoteInfo(nil), c.Votes...)
	return c
}

func cloneTxs(txs [][]byte) [][]byte {
	out := make([][]byte, len(txs))
	for i := range txs {
		out[i] = bytes.Clone(txs[i])
	}
	return out
}

func sameTxs(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}
