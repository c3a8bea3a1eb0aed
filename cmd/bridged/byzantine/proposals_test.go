// SPDX-License-Identifier: Apache-2.0

//go:build byzantine && devnet

package byzantine

import (
	"bytes"
	"context"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"

	"github.com/aitbc/bridge/verifier/extension"
)

// lastCommit is of four members, the last one absent.
func lastCommit(t *testing.T) *abci.ExtendedCommitInfo {
	t.Helper()
	c := &abci.ExtendedCommitInfo{}
	for i := range 4 {
		v := abci.ExtendedVoteInfo{Validator: abci.Validator{Address: bytes.Repeat([]byte{byte(i + 1)}, 20), Power: 10}, BlockIdFlag: cmtproto.BlockIDFlagAbsent}
		if i < 3 {
			v.BlockIdFlag, v.VoteExtension, v.ExtensionSignature = cmtproto.BlockIDFlagCommit, written(t, honest()), bytes.Repeat([]byte{byte(i)}, 64)
		}
		c.Votes = append(c.Votes, v)
	}
	return c
}

func marshalled(t *testing.T, c *abci.ExtendedCommitInfo) []byte {
	t.Helper()
	b, err := c.Marshal()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// broken says which rule of an injected commit a proposal breaks, by the words of docs/spec/node.md and
// without the application's own check.
func broken(t *testing.T, txs [][]byte, last *abci.ExtendedCommitInfo) string {
	t.Helper()
	if len(txs) != 1 {
		return "count"
	}
	var c abci.ExtendedCommitInfo
	if err := c.Unmarshal(txs[0]); err != nil {
		return "decode"
	}
	if !bytes.Equal(marshalled(t, &c), txs[0]) {
		return "encoding"
	}
	if c.Round != last.Round {
		return "round"
	}
	if len(c.Votes) != len(last.Votes) {
		return "entries"
	}
	for i := range c.Votes {
		v, w := &c.Votes[i], &last.Votes[i]
		switch {
		case !bytes.Equal(v.Validator.Address, w.Validator.Address):
			return "address"
		case v.BlockIdFlag != w.BlockIdFlag:
			return "flag"
		case !bytes.Equal(v.ExtensionSignature, w.ExtensionSignature), !bytes.Equal(v.VoteExtension, w.VoteExtension):
			return "signature" // the signature is of other bytes
		}
	}
	return ""
}

// TestProposalsBreakTheirRule at every seed, and fit into a block.
func TestProposalsBreakTheirRule(t *testing.T) {
	const maximum = 1 << 20
	want := map[string][]string{
		"propose-drop": {"flag"}, "propose-flags": {"flag"}, "propose-forge": {"flag", "signature"}, "propose-order": {"address"},
		"propose-duplicate": {"entries", "address"}, "propose-round": {"round"}, "propose-oversize": {"count"}, "propose-extra": {"count"},
		"propose-empty": {"count"}, "propose-encoding": {"encoding"},
	}
	for _, p := range proposals() {
		if p.refuse {
			continue
		}
		t.Run(p.Name, func(t *testing.T) {
			seen := map[string]bool{}
			for seed := range uint64(40) {
				a, _ := actor(t, p.Name, seed)
				last := lastCommit(t)
				txs := a.propose(101, [][]byte{marshalled(t, last)}, maximum)
				rule := broken(t, txs, last)
				if !bytes.Contains([]byte(join(want[p.Name])), []byte(" "+rule+" ")) || rule == "" {
					t.Fatalf("seed %d breaks %q, want one of %v", seed, rule, want[p.Name])
				}
				seen[rule] = true
				size := 0
				for _, tx := range txs {
					size += len(tx)
				}
				if size >= maximum {
					t.Fatalf("%d bytes: CometBFT would stop this node", size)
				}
			}
			if len(seen) != len(want[p.Name]) {
				t.Errorf("only %v was seen of %v", seen, want[p.Name])
			}
		})
	}
}

func join(words []string) string {
	out := " "
	for _, w := range words {
		out += w + " "
	}
	return out
}

// scripted is an honest application that refuses proposals without transactions.
type scripted struct {
	*abci.BaseApplication
	extension []byte
}

func (s scripted) ExtendVote(context.Context, *abci.RequestExtendVote) (*abci.ResponseExtendVote, error) {
	return &abci.ResponseExtendVote{VoteExtension: s.extension}, nil
}

func (s scripted) ProcessProposal(_ context.Context, r *abci.RequestProcessProposal) (*abci.ResponseProcessProposal, error) {
	if len(r.Txs) == 0 {
		return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_REJECT}, nil
	}
	return &abci.ResponseProcessProposal{Status: abci.ResponseProcessProposal_ACCEPT}, nil
}

// TestApplication: what CometBFT hears. A hostile node believes its own words, or CometBFT would stop it.
func TestApplication(t *testing.T) {
	ctx := context.Background()
	inner := scripted{abci.NewBaseApplication(), written(t, honest())}
	a, pauses := actor(t, "late-garbage", 1)
	app := a.Hooks().Application(inner)
	e, err := app.ExtendVote(ctx, &abci.RequestExtendVote{Height: 101})
	if err != nil || extension.Check(e.VoteExtension) == nil || len(*pauses) != 1 {
		t.Fatalf("%v, %v, pauses %v", e, err, *pauses)
	}
	v, err := app.VerifyVoteExtension(ctx, &abci.RequestVerifyVoteExtension{Height: 101, VoteExtension: e.VoteExtension})
	if err != nil || v.Status != abci.ResponseVerifyVoteExtension_ACCEPT {
		t.Fatalf("%v, %v", v, err)
	}
	for _, c := range []struct {
		policy string
		txs    [][]byte
		want   abci.ResponseProcessProposal_ProposalStatus
	}{
		{"silent", [][]byte{{1}}, abci.ResponseProcessProposal_ACCEPT},
		{"silent", nil, abci.ResponseProcessProposal_REJECT},
		{"propose-empty", nil, abci.ResponseProcessProposal_ACCEPT},
		{"process-reject", [][]byte{{1}}, abci.ResponseProcessProposal_REJECT},
	} {
		a, _ := actor(t, c.policy, 1)
		p, err := a.Hooks().Application(inner).ProcessProposal(ctx, &abci.RequestProcessProposal{Height: 101, Txs: c.txs})
		if err != nil || p.Status != c.want {
			t.Errorf("%s, %d transactions: %v, %v", c.policy, len(c.txs), p.GetStatus(), err)
		}
	}
	a, _ = actor(t, "propose-round", 1)
	honestTx := marshalled(t, lastCommit(t))
	p, err := a.Hooks().Application(preparer{inner, honestTx}).PrepareProposal(ctx, &abci.RequestPrepareProposal{Height: 101, MaxTxBytes: 1 << 20})
	if err != nil || len(p.Txs) != 1 || bytes.Equal(p.Txs[0], honestTx) {
		t.Errorf("%v, %v", p, err)
	}
}

type preparer struct {
	abci.Application
	tx []byte
}

func (p preparer) PrepareProposal(context.Context, *abci.RequestPrepareProposal) (*abci.ResponsePrepareProposal, error) {
	return &abci.ResponsePrepareProposal{Txs: [][]byte{p.tx}}, nil
}
