// SPDX-License-Identifier: Apache-2.0

package app

import (
	"bytes"
	"fmt"

	abci "github.com/cometbft/cometbft/abci/types"
	"github.com/cometbft/cometbft/crypto/ed25519"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	cmttypes "github.com/cometbft/cometbft/types"
	sdk "github.com/cosmos/cosmos-sdk/types"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/verifier/certify"
	"github.com/aitbc/bridge/verifier/extension"
)

// ErrProposal: the proposal is not what an honest proposer makes.
var ErrProposal = message.NewError(message.Reject, "proposal refused")

// refusal is an ErrProposal with the rule that was broken: one word of a short list, so that
// what an attacker does cannot grow the memory that counts it (I-13).
type refusal struct{ rule, text string }

// Error says what was refused.
func (r *refusal) Error() string { return r.text + ": " + ErrProposal.Error() }

// Unwrap is ErrProposal.
func (r *refusal) Unwrap() error { return ErrProposal }

func refuse(rule, format string, args ...any) error {
	return &refusal{rule, fmt.Sprintf(format, args...)}
}

// The rules that a proposal can break.
const (
	ruleTransactions = "transactions"
	ruleEncoding     = "encoding"
	ruleRound        = "round"
	ruleEntries      = "entries"
	ruleAddress      = "address"
	rulePower        = "power"
	ruleFlag         = "flag"
	ruleUnsigned     = "unsigned_entry"
	ruleKey          = "unknown_key"
	ruleSignature    = "signature"
	ruleQuorum       = "quorum"
)

// decodeCommit reads an injected commit. It has one encoding: what re-marshals to other
// bytes is refused, so nothing can hide in it (I-09).
func decodeCommit(tx []byte) (*abci.ExtendedCommitInfo, error) {
	var c abci.ExtendedCommitInfo
	if err := c.Unmarshal(tx); err != nil {
		return nil, refuse(ruleEncoding, "injected commit does not decode")
	}
	again, err := c.Marshal()
	if err != nil || !bytes.Equal(again, tx) {
		return nil, refuse(ruleEncoding, "injected commit does not re-marshal to its bytes")
	}
	return &c, nil
}

// checkCommit holds the injected commit of a block at height against the last commit that
// CometBFT checked. keys maps consensus addresses to Ed25519 keys in state.
//
// SECURITY: the SDK's own ValidateVoteExtensions skips every entry that has not the Commit
// flag and never compares flags, so a proposer could forge extensions under a false flag.
// INVARIANT: I-01.
func checkCommit(chainID string, height int64, c *abci.ExtendedCommitInfo, last abci.CommitInfo, keys map[string][]byte) error {
	if c.Round != last.Round {
		return refuse(ruleRound, "round %d, last commit has %d", c.Round, last.Round)
	}
	if len(c.Votes) != len(last.Votes) {
		return refuse(ruleEntries, "%d entries, last commit has %d", len(c.Votes), len(last.Votes))
	}
	var total, present int64
	for i := range c.Votes {
		v, w := &c.Votes[i], &last.Votes[i]
		switch {
		case !bytes.Equal(v.Validator.Address, w.Validator.Address):
			return refuse(ruleAddress, "entry %d: address differs", i)
		case v.Validator.Power != w.Validator.Power:
			return refuse(rulePower, "entry %d: power %d, last commit has %d", i, v.Validator.Power, w.Validator.Power)
		case v.BlockIdFlag != w.BlockIdFlag:
			return refuse(ruleFlag, "entry %d: flag %s, last commit has %s", i, v.BlockIdFlag, w.BlockIdFlag)
		case v.Validator.Power <= 0:
			return refuse(rulePower, "entry %d: power %d", i, v.Validator.Power)
		}
		total += v.Validator.Power
		if v.BlockIdFlag != cmtproto.BlockIDFlagCommit {
			if len(v.VoteExtension) > 0 || len(v.ExtensionSignature) > 0 {
				return refuse(ruleUnsigned, "entry %d: extension or signature under flag %s", i, v.BlockIdFlag)
			}
			continue
		}
		present += v.Validator.Power
		key, ok := keys[string(v.Validator.Address)]
		if !ok || len(key) != ed25519.PubKeySize {
			return refuse(ruleKey, "entry %d: no consensus key in state", i)
		}
		signed := cmttypes.VoteExtensionSignBytes(chainID, &cmtproto.Vote{Height: height - 1, Round: c.Round, Extension: v.VoteExtension})
		if !ed25519.PubKey(key).VerifySignature(signed, v.ExtensionSignature) {
			return refuse(ruleSignature, "entry %d: bad extension signature", i)
		}
	}
	if 3*present <= 2*total {
		return refuse(ruleQuorum, "power %d of %d is no quorum", present, total)
	}
	return nil
}

// memberVotes is what certify takes from a commit. An extension that does not decode counts
// as empty; the same pure decoder runs on every node.
func memberVotes(c *abci.ExtendedCommitInfo) []certify.MemberVote {
	out := make([]certify.MemberVote, 0, len(c.Votes))
	for i := range c.Votes {
		v := &c.Votes[i]
		m := certify.MemberVote{Address: sdk.ConsAddress(v.Validator.Address), Present: v.BlockIdFlag == cmtproto.BlockIDFlagCommit}
		if m.Present {
			e, err := extension.Decode(v.VoteExtension)
			m.Extension, m.Garbled = e, err != nil
		}
		out = append(out, m)
	}
	return out
}

// heardOf is what a commit of height carries from one member, in the words of this fork.
//
// An extension of another fork number is not told: it was signed at the same height of a fork
// that was left behind, and a proposer can put it, with its signature, in the place of what
// the member said here. Taken for the member's word it would look like a second process.
func heardOf(c *abci.ExtendedCommitInfo, self sdk.ConsAddress, height uint64, fork uint32) extension.Heard {
	for i := range c.Votes {
		v := &c.Votes[i]
		if v.BlockIdFlag != cmtproto.BlockIDFlagCommit || len(v.VoteExtension) == 0 || !bytes.Equal(v.Validator.Address, self) {
			continue
		}
		if e, err := extension.Decode(v.VoteExtension); err == nil && e != nil && e.Fork != fork {
			return extension.Heard{}
		}
		return extension.Heard{Height: height, Extension: v.VoteExtension}
	}
	return extension.Heard{}
}
