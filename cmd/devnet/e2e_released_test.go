// SPDX-License-Identifier: Apache-2.0

//go:build e2e && devnet

package devnet

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	abci "github.com/cometbft/cometbft/abci/types"
	cmtproto "github.com/cometbft/cometbft/proto/tendermint/types"
	rpchttp "github.com/cometbft/cometbft/rpc/client/http"

	"github.com/aitbc/bridge/chains/message"
	"github.com/aitbc/bridge/cmd/bridged/node"
	"github.com/aitbc/bridge/keys/journal"
	"github.com/aitbc/bridge/verifier/extension"
)

// journaled is what a validator's two journals hold: law I-05 says that nothing else left it.
type journaled struct {
	votes  map[uint64]map[message.Hash]bool // body hashes by window end
	shares map[uint64]bool                  // session numbers
	boots  map[uint64]bool                  // of the vote journal: none is announced before it is there
}

// readJournals reads copies of the journals at a home; the node may run. What was released
// before the call is in them.
func readJournals(t *testing.T, home node.Layout) journaled {
	t.Helper()
	out := journaled{votes: map[uint64]map[message.Hash]bool{}, shares: map[uint64]bool{}, boots: map[uint64]bool{}}
	replay := func(path string, visit func(r []byte) error) {
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		copied := filepath.Join(t.TempDir(), "journal")
		if err := os.WriteFile(copied, b, 0o600); err != nil {
			t.Fatal(err)
		}
		j, err := journal.Open(copied)
		if err != nil {
			t.Fatal(err)
		}
		if err := errors.Join(j.Replay(visit), j.Close()); err != nil {
			t.Fatal(err)
		}
	}
	replay(home.VoteJournal(), func(r []byte) error {
		switch r[0] {
		case 1: // stream hash 32 ‖ window end 8 ‖ body hash 32, which binds the stream
			end := binary.BigEndian.Uint64(r[33:41])
			if out.votes[end] == nil {
				out.votes[end] = map[message.Hash]bool{}
			}
			out.votes[end][message.Hash(r[41:73])] = true
		case 2: // boot 8
			out.boots[binary.BigEndian.Uint64(r[1:9])] = true
		}
		return nil
	})
	replay(home.SignerJournal(), func(r []byte) error {
		if r[0] == shareRecord || r[0] == statementRecord { // fork 4 ‖ session number 8 ‖ …
			out.shares[binary.BigEndian.Uint64(r[5:13])] = true
		}
		return nil
	})
	return out
}

// released are the items that the chain has of one validator.
type released struct {
	votes, shares, commitments int
	lastVote, lastShare        int64 // heights of the blocks that carried the last ones; 0: none
}

// checkReleased reads every block since `from` and compares what validator i said in it with
// its journals: each vote, each share and each announced boot is there. Two shares for one
// session are one share.
func checkReleased(ctx context.Context, t *testing.T, n *Network, i int, from int64) (out released) {
	t.Helper()
	best, by := int64(0), 0
	for k, h := range n.Client.Heights(ctx) {
		if h > best {
			best, by = h, k
		}
	}
	blocks, err := rpchttp.New(n.Info.Validators[by].RPC, "/websocket")
	if err != nil {
		t.Fatal(err)
	}
	own, err := rpchttp.New(n.Info.Validators[i].RPC, "/websocket")
	if err != nil {
		t.Fatal(err)
	}
	status, err := own.Status(ctx)
	if err != nil {
		t.Fatal(err)
	}
	streams, err := n.Client.Streams(ctx)
	if err != nil {
		t.Fatal(err)
	}
	type said struct {
		height int64
		ext    *extension.Extension
	}
	var all []said
	for h := max(from, 2); h <= best; h++ {
		block, err := blocks.Block(ctx, &h)
		if err != nil {
			t.Fatal(err)
		}
		var c abci.ExtendedCommitInfo
		if len(block.Block.Txs) == 0 { // the commit stands first, operators' transactions behind it
			t.Fatalf("block %d has no commit", h)
		}
		if err := c.Unmarshal(block.Block.Txs[0]); err != nil {
			t.Fatal(err)
		}
		for k := range c.Votes {
			v := &c.Votes[k]
			if v.BlockIdFlag != cmtproto.BlockIDFlagCommit || string(v.Validator.Address) != string(status.ValidatorInfo.Address) {
				continue
			}
			e, err := extension.Decode(v.VoteExtension)
			if err != nil {
				t.Fatalf("block %d: extension of node%d: %v", h, i, err)
			}
			if e != nil {
				all = append(all, said{h, e})
			}
		}
	}
	have := readJournals(t, node.Layout(filepath.Join(n.Dir(), fmt.Sprintf("node%d", i)))) // after the blocks
	shares := map[uint64][32]byte{}
	for _, s := range all {
		for k := range s.ext.Votes {
			v := &s.ext.Votes[k]
			body := message.Hash{}
			for j := range streams {
				if uint16(streams[j].Index) == v.Stream {
					st := message.Stream{Chain: message.ChainID(streams[j].Chain), Finality: message.Finality(streams[j].Finality), Epoch: streams[j].Epoch}
					copy(st.Manager[:], streams[j].Manager)
					c := v.Checkpoint(n.Info.BridgeID, st)
					body = c.BodyHash()
				}
			}
			if !have.votes[v.End][body] {
				t.Errorf("block %d: node%d voted for window %d of stream %d, its journal does not know", s.height, i, v.End, v.Stream)
			}
			out.votes, out.lastVote = out.votes+1, s.height
		}
		for _, sh := range s.ext.Shares {
			if !have.shares[sh.Session] {
				t.Errorf("block %d: node%d gave a share of session %d, its journal does not know", s.height, i, sh.Session)
			}
			if z, ok := shares[sh.Session]; ok && z != sh.Z {
				t.Errorf("block %d: node%d gave another share of session %d", s.height, i, sh.Session)
			}
			shares[sh.Session] = sh.Z
			out.lastShare = s.height
		}
		if len(s.ext.Commitments) > 0 && !have.boots[s.ext.Boot] {
			t.Errorf("block %d: node%d announced commitments of boot %d, its journal does not know", s.height, i, s.ext.Boot)
		}
		out.commitments += len(s.ext.Commitments)
	}
	out.shares = len(shares)
	t.Logf("node%d, blocks %d to %d: %d votes, %d shares, all in its journals", i, max(from, 2), best, out.votes, out.shares)
	return out
}
