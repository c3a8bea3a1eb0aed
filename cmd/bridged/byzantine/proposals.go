// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"slices"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/aitbc/bridge/verifier/extension"
)

// oversizeBytes is how much propose-oversize adds: many parts of a block, and still little enough to
// arrive in the time for proposals at CometBFT's rate between peers (5 MB/s), so that it is judged and not only late.
const oversizeBytes = 1 << 20

const shownProposal = "faults: proposal_refused, with the rule"

// proposals are blocks that no honest node accepts.
func proposals() []Policy {
	bad := func(name, does string, change func(*turn, *proposal) [][]byte) Policy {
		return Policy{Name: name, Does: does, Shown: shownProposal, propose: change}
	}
	// of changes the injected commit; false: there is nothing to change in this one.
	of := func(change func(*turn, *abci.ExtendedCommitInfo) bool) func(*turn, *proposal) [][]byte {
		return func(t *turn, p *proposal) [][]byte {
			if !change(t, p.commit) {
				return nil
			}
			tx, err := p.commit.Marshal()
			if err != nil {
				return nil
			}
			return [][]byte{tx}
		}
	}
	return []Policy{
		bad("propose-drop", "leaves a member's precommit out of the injected commit, as if it had been absent", of(func(t *turn, c *abci.ExtendedCommitInfo) bool {
			return victim(t, c, func(v *abci.ExtendedVoteInfo) {
				v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil, nil
			})
		})),
		bad("propose-flags", "gives a precommit another flag, or an absent member the flag of a precommit", of(func(t *turn, c *abci.ExtendedCommitInfo) bool {
			i := t.rand.IntN(len(c.Votes))
			if v := &c.Votes[i]; v.BlockIdFlag == cmtproto.BlockIDFlagCommit {
				v.BlockIdFlag = cmtproto.BlockIDFlagNil
			} else {
				v.BlockIdFlag = cmtproto.BlockIDFlagCommit
			}
			return true
		})),
		bad("propose-forge", "puts words into another member's mouth: unsigned, under a flag that is not checked, or under its old signature", of(forge)),
		bad("propose-order", "exchanges two entries", of(func(t *turn, c *abci.ExtendedCommitInfo) bool {
			if len(c.Votes) < 2 {
				return false
			}
			i := 1 + t.rand.IntN(len(c.Votes)-1)
			c.Votes[0], c.Votes[i] = c.Votes[i], c.Votes[0]
			return true
		})),
		bad("propose-duplicate", "enters a member twice, beside or instead of another", of(func(t *turn, c *abci.ExtendedCommitInfo) bool {
			i := t.rand.IntN(len(c.Votes))
			if t.rand.IntN(2) == 0 || len(c.Votes) < 2 {
				c.Votes = append(c.Votes, c.Votes[i])
			} else {
				c.Votes[(i+1)%len(c.Votes)] = c.Votes[i]
			}
			return true
		})),
		bad("propose-round", "gives the commit another round", of(func(t *turn, c *abci.ExtendedCommitInfo) bool {
			c.Round += 1 + t.rand.Int32N(5)
			return true
		})),
		bad("propose-oversize", "a block with 1 MiB more than it needs", func(_ *turn, p *proposal) [][]byte {
			return [][]byte{p.honest[0], make([]byte, min(oversizeBytes, p.maximum/2))}
		}),
		bad("propose-extra", "further transactions behind the commit", func(t *turn, p *proposal) [][]byte {
			return [][]byte{p.honest[0], p.honest[0], randomBytes(t.rand, 100)}
		}),
		bad("propose-empty", "a block without the commit", func(*turn, *proposal) [][]byte { return [][]byte{} }),
		bad("propose-encoding", "the right commit in bytes that encode to others again", func(t *turn, p *proposal) [][]byte {
			// Field 99, unknown: a varint, or an empty run of bytes.
			tail := []byte{0x98, 0x06, byte(t.rand.IntN(128))}
			if t.rand.IntN(2) == 0 {
				tail = []byte{0x9a, 0x06, 0}
			}
			return [][]byte{slices.Concat(p.honest[0], tail)}
		}),
		{
			Name: "process-reject", Does: "prevotes against every proposal of others",
			Shown: "no fault: a prevote gives no reason; absences where it also missed the precommit", refuse: true,
		},
	}
}

// victim changes one entry with the Commit flag.
func victim(t *turn, c *abci.ExtendedCommitInfo, change func(*abci.ExtendedVoteInfo)) bool {
	start := t.rand.IntN(len(c.Votes))
	for i := range c.Votes {
		if v := &c.Votes[(start+i)%len(c.Votes)]; v.BlockIdFlag == cmtproto.BlockIDFlagCommit {
			change(v)
			return true
		}
	}
	return false
}

// forge makes a member say that it voted for another digest, or nothing but a new boot.
func forge(t *turn, c *abci.ExtendedCommitInfo) bool {
	return victim(t, c, func(v *abci.ExtendedVoteInfo) {
		e, err := extension.Decode(v.VoteExtension)
		if err != nil || e == nil {
			e = &extension.Extension{Fork: t.agenda.Fork, Boot: 1 << 62}
		}
		for i := range e.Votes {
			e.Votes[i] = otherDigest(e.Votes[i])
		}
		e.Boot++
		v.VoteExtension = encode(e)
		switch t.rand.IntN(4) {
		case 0:
			v.ExtensionSignature = nil
		case 1:
			v.BlockIdFlag, v.ExtensionSignature = cmtproto.BlockIDFlagNil, nil
		case 2:
			v.BlockIdFlag, v.ExtensionSignature = cmtproto.BlockIDFlagAbsent, nil
		}
	})
}
